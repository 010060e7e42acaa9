"""What is printed and shared: the one page, and other documents of a profile."""

"""What the page about coverage draws."""

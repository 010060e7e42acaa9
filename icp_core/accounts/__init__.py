"""What an account is: its columns, its identity, and all of them together."""

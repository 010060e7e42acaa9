"""The parts of the Accounts page: the list, one account, decisions, and adding an account by hand."""

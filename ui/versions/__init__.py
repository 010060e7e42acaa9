"""The Versions page's parts."""

"""What a profile is, the ones that ship, and a first draft of one."""

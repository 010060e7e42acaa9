"""The parts of the Builder: the profile to change on the left, what it does on the right."""

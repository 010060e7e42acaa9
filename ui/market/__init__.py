"""The parts of the Market page: sizes and verdict on top, then one section at a time."""

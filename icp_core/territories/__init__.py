"""Territories: who covers which accounts, and what is left uncovered."""

"""Bring your own data: reading any company list, mapping, cleaning and reporting on it."""

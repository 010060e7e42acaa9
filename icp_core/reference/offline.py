"""What keeps a DuckDB from asking the internet."""

from typing import Final

OFFLINE: Final = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
"""Settings of every DuckDB that we open: what it lacks it says, and downloads nothing."""

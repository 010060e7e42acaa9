"""Where things are on this machine: what ships with the product, and what it keeps."""

import os
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

DATA: Final = Path(__file__).resolve().parent.parent / "data"
"""What ships: reference tables, companies, profiles."""

DIRECTORY_VARIABLE: Final = "ICP_DATA_DIR"
_APPLICATION: Final = "target-account-planning"


def data_directory() -> Path:
    """`ICP_DATA_DIR` if set, else the user's data directory; it need not exist yet."""
    named = os.environ.get(DIRECTORY_VARIABLE, "").strip()
    return Path(named).expanduser() if named else user_data_path(_APPLICATION, appauthor=False)

"""Where things are on this machine: what ships with the product, and what it keeps.

What it keeps is for the user who runs it alone, however loose their umask is: folders 0700, files 0600.
"""

import os
import secrets
import shutil
import stat
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from platformdirs import user_data_path

try:
    import fcntl
except ImportError:  # Windows, whose folders are their user's own
    fcntl = None  # type: ignore[assignment]

DATA: Final = Path(__file__).resolve().parent.parent / "data"
"""What ships: reference tables, companies, profiles."""

DIRECTORY_VARIABLE: Final = "ICP_DATA_DIR"
FOLDER: Final = 0o700
FILE: Final = 0o600

_APPLICATION: Final = "target-account-planning"
_TEMPORARY: Final = "mapped"
_LOCK: Final = ".lock"
_OURS: Final = ("workspace.sqlite*", "universes", "mappings", _TEMPORARY)
_LEFT_BEHIND: Final = 86_400
"""Seconds after which a temporary folder whose owner cannot be told was left behind."""


def data_directory() -> Path:
    """`ICP_DATA_DIR` if set, else the user's data directory; it need not exist yet."""
    named = os.environ.get(DIRECTORY_VARIABLE, "").strip()
    return Path(named).expanduser() if named else user_data_path(_APPLICATION, appauthor=False)


def private_folder(path: Path) -> Path:
    """A folder that is there and is its user's own, and so are those on the way to it that were not.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER, exist_ok=True)
    return path


def private_file(path: Path) -> Path:
    """A file that is there and is its user's own, to be written or written over.

    Raises
    ------
    OSError
        If the disk refuses.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, FILE))
    path.chmod(FILE)
    return path


def tighten(directory: Path | None = None) -> None:
    """Make what an earlier version kept its user's own; what others put there stays as it is.

    Parameters
    ----------
    directory
        The data directory unless given.
    """
    base = directory or data_directory()
    ours = (path for name in _OURS for top in base.glob(name) for path in (top, *top.rglob("*")))
    for path in (base, *ours):
        with suppress(OSError):
            found = path.lstat().st_mode
            if found & stat.S_ISVTX:  # shared by all, as the system's temporary folder is
                continue
            mode = FOLDER if stat.S_ISDIR(found) else FILE
            if not stat.S_ISLNK(found) and stat.S_IMODE(found) & ~mode:
                path.chmod(mode)


class TemporaryFolder:
    """A folder for files that are needed for a while, on the disk that the product's data is on.

    Not the system's temporary folder, which is memory itself on many systems. It goes with the object,
    and if the program is killed, with the next one that begins: a lock beside it says that its owner
    lives.

    Raises
    ------
    OSError
        If the disk refuses, or is full.
    """

    def __init__(self) -> None:
        base = private_folder(temporary_base())
        self.path = base / secrets.token_hex(8)
        lock = _lock_of(self.path)
        file = private_file(lock).open("rb+")
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        self._finalizer = weakref.finalize(self, _remove, self.path, lock, file)
        self.path.mkdir(mode=FOLDER)

    def remove(self) -> None:
        """Remove it now."""
        self._finalizer()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_error: object) -> None:
        self.remove()


def temporary_base() -> Path:
    """Where temporary folders are."""
    return data_directory() / _TEMPORARY


def sweep() -> None:
    """Remove temporary files of programs that ended without doing so, however they ended."""
    with suppress(OSError):
        for path in temporary_base().iterdir():
            if path.suffix == _LOCK:
                _remove_if_free(path)
            elif not _lock_of(path).exists() and _age(path) > _LEFT_BEHIND:
                shutil.rmtree(path, ignore_errors=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(_LOCK)


def _remove(folder: Path, lock: Path, file: IO[bytes]) -> None:
    # Windows does not delete what is mapped; the next sweep does.
    shutil.rmtree(folder, ignore_errors=True)
    file.close()
    with suppress(OSError):
        lock.unlink()


def _remove_if_free(lock: Path) -> None:
    """Remove a folder and its lock where its owner is gone."""
    with suppress(OSError):
        file = lock.open("rb+")
        if fcntl is None:
            file.close()
            if _age(lock) < _LEFT_BEHIND:
                return
        else:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return
        _remove(lock.with_suffix(""), lock, file)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0

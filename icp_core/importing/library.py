"""Loaded universes on disk: saved whole or not at all, renamed, replaced, deleted."""

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from icp_core.errors import ImportRefused
from icp_core.importing.load import Loaded
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.report import QualityReport
from icp_core.places import data_directory
from icp_core.reference.text import fold
from icp_core.universe import Universe

_ABOUT: Final = "universe.json"
_ACCOUNTS: Final = "accounts.parquet"
_REJECTED: Final = "rejected.parquet"
_MEMBERS: Final = "merged.parquet"
_REPORT: Final = "report.json"
_KEY: Final = re.compile(r"[a-z0-9-]{1,60}")


class Entry(BaseModel):
    """One loaded universe.

    Attributes
    ----------
    key
        Names its folder; stays when it is renamed or replaced.
    label
        As shown.
    version
        Folder of the load in force.
    loaded_at
        When, UTC.
    rows
        Accounts.
    files
        Names of the files it was loaded from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=_KEY.pattern)
    label: str = Field(min_length=1, max_length=120)
    version: str = Field(pattern=r"^[0-9a-f]{16}$")
    loaded_at: datetime
    rows: int
    files: tuple[str, ...]


class Library:
    """The universes that were loaded on this machine.

    A load is written beside the one in force, and takes its place with one renaming of one file: a
    load that fails or is cancelled leaves the old one untouched.

    Parameters
    ----------
    directory
        Where to keep them; the product's data directory by default.
    """

    def __init__(self, directory: Path | None = None) -> None:
        base = directory or data_directory()
        self._universes = base / "universes"
        self._mappings = base / "mappings"

    def entries(self) -> tuple[Entry, ...]:
        """All universes by label; a folder that holds none is passed over."""
        found = []
        for path in self._universes.glob(f"*/{_ABOUT}"):
            try:
                found.append(Entry.model_validate_json(path.read_bytes()))
            except (ValidationError, OSError):
                continue
        return tuple(sorted(found, key=lambda entry: (entry.label.casefold(), entry.key)))

    def entry(self, key: str) -> Entry:
        """One universe.

        Raises
        ------
        ImportRefused
            If there is none of that key.
        """
        for entry in self.entries():
            if entry.key == key:
                return entry
        raise ImportRefused(f"There is no loaded universe {key}; it may have been deleted.")

    def save(self, loaded: Loaded, label: str, *, replacing: str | None = None) -> Entry:
        """Keep a load, as a new universe or in the place of an older one.

        Parameters
        ----------
        loaded
            The result of a load.
        label
            As shown.
        replacing
            Key of the universe whose place it takes.

        Raises
        ------
        ImportRefused
            If the label is blank or too long, the universe to replace is gone, or the disk refuses.
        """
        old = self.entry(replacing) if replacing else None
        key = old.key if old else _new_key(label)
        entry = _entry(
            key=key,
            label=label,
            version=secrets.token_hex(8),
            loaded_at=loaded.report.loaded_at,
            rows=loaded.accounts.height,
            files=tuple(file.name for file in loaded.report.files),
        )
        folder = self._universes / key / entry.version
        try:
            folder.mkdir(parents=True)
            loaded.accounts.write_parquet(folder / _ACCOUNTS)
            loaded.rejected.write_parquet(folder / _REJECTED)
            loaded.members.write_parquet(folder / _MEMBERS)
            (folder / _REPORT).write_text(loaded.report.to_json(), encoding="utf-8")
            self._write(entry)
        except OSError as error:
            shutil.rmtree(folder if old else folder.parent, ignore_errors=True)
            raise ImportRefused(f"The load could not be saved ({error.strerror}).") from error
        except BaseException:
            shutil.rmtree(folder if old else folder.parent, ignore_errors=True)
            raise
        if old:
            shutil.rmtree(self._universes / key / old.version, ignore_errors=True)
        for mapping in loaded.mappings.values():
            self.remember(mapping)
        return entry

    def open(self, key: str) -> Universe:
        """The accounts of a universe.

        Raises
        ------
        ImportRefused
            If there is none, or its file cannot be read.
        """
        entry = self.entry(key)
        frame = self._frame(entry, _ACCOUNTS)
        return Universe.of(frame, name=f"loaded:{key}", label=entry.label)

    def report(self, key: str) -> QualityReport:
        """What its load did."""
        entry = self.entry(key)
        text = (self._universes / key / entry.version / _REPORT).read_bytes()
        return QualityReport.model_validate_json(text)

    def rejected(self, key: str) -> pl.DataFrame:
        """Rows that did not make it."""
        return self._frame(self.entry(key), _REJECTED)

    def members(self, key: str) -> pl.DataFrame:
        """Rows of companies that stood more than once."""
        return self._frame(self.entry(key), _MEMBERS)

    def rename(self, key: str, label: str) -> Entry:
        """Show a universe under another label.

        Raises
        ------
        ImportRefused
            If there is no such universe, or the label is blank or too long.
        """
        entry = _entry(**(self.entry(key).model_dump() | {"label": label}))
        self._write(entry)
        return entry

    def delete(self, key: str) -> None:
        """Remove a universe, its report and its rejects.

        Raises
        ------
        ImportRefused
            If there is no such universe.
        """
        folder = self._universes / self.entry(key).key
        (folder / _ABOUT).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def remember(self, mapping: HeadingMapping) -> None:
        """Use a mapping for later files with the same headings."""
        self._mappings.mkdir(parents=True, exist_ok=True)
        _replace(self._mappings / f"{mapping.fingerprint}.json", mapping.to_json())

    def remembered(self) -> Mapping[str, HeadingMapping]:
        """Mappings by fingerprint of the headings; one that cannot be read is passed over."""
        found = {}
        for path in self._mappings.glob("*.json"):
            try:
                mapping = HeadingMapping.from_json(path.read_bytes())
            except (ImportRefused, OSError):
                continue
            found[mapping.fingerprint] = mapping
        return found

    def _write(self, entry: Entry) -> None:
        _replace(self._universes / entry.key / _ABOUT, entry.model_dump_json(indent=2))

    def _frame(self, entry: Entry, file: str) -> pl.DataFrame:
        try:
            return pl.read_parquet(self._universes / entry.key / entry.version / file)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ImportRefused(
                f"The universe {entry.label} cannot be read; load its file again."
            ) from error


def _entry(**fields: object) -> Entry:
    try:
        return Entry.model_validate(fields)
    except ValidationError as error:
        raise ImportRefused("A universe needs a name of 1 to 120 characters.") from error


def _new_key(label: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(label)).strip("-")[:40]
    return f"{slug or 'universe'}-{secrets.token_hex(4)}"


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, path)  # noqa: PTH105 - the one call that is atomic on every system

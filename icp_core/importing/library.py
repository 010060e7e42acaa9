"""Imported lists on disk: saved whole or not at all, renamed, replaced, deleted."""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from icp_core.accounts.universe import Universe
from icp_core.errors import ImportRefused
from icp_core.importing import refresh
from icp_core.importing.customers import KEPT, DealAnswers, with_customers
from icp_core.importing.dates import ORDERS
from icp_core.importing.duplicates import follow, merge_shared, undo
from icp_core.importing.load import ImportResult
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.report import QualityReport
from icp_core.importing.stages import ANSWERS
from icp_core.paths import DIRECTORY_VARIABLE, data_directory, private_file, private_folder
from icp_core.reference.text import fold

_ABOUT: Final = "universe.json"
_ACCOUNTS: Final = "accounts.parquet"
_REJECTED: Final = "rejected.parquet"
_MEMBERS: Final = "merged.parquet"
_REPORT: Final = "report.json"
_OUTCOMES: Final = "outcomes.parquet"
_KEY: Final = re.compile(r"[a-z0-9-]{1,60}")

IMPORTED: Final = "loaded"
"""What names of imported lists begin with: `loaded:KEY`."""

_DEAL: Final = ("account_id", "outcome", "amount", "closed_on", "since", "until")
_LEFT_BEHIND: Final = 86_400
_File = pl.DataFrame | str


class ImportedList(BaseModel):
    """One imported list.

    Attributes
    ----------
    key
        Names its folder; stays when it is renamed or replaced.
    label
        As shown.
    version
        Folder of the load in force; another one after every change of what is in it.
    loaded_at
        When, UTC.
    rows
        Accounts.
    files
        Names of the files it was loaded from.
    outcomes
        Deals and customers that stay with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=_KEY.pattern)
    label: str = Field(min_length=1, max_length=120)
    version: str = Field(pattern=r"^[0-9a-f]{16}$")
    loaded_at: datetime
    rows: int
    files: tuple[str, ...]
    outcomes: int = 0

    @property
    def source(self) -> str:
        """Its name as a source of accounts."""
        return f"{IMPORTED}:{self.key}"


class Library:
    """The lists that were loaded on this machine.

    A load is written beside the one in force, and takes its place with one renaming of one file: a
    load that fails or is cancelled leaves the old one untouched.

    Parameters
    ----------
    directory
        Where to keep them; the product's data directory by default.
    """

    def __init__(self, directory: Path | None = None) -> None:
        base = directory or data_directory()
        self._lists = base / "universes"
        self._mappings = base / "mappings"
        self._stages = base / "stages"

    def lists(self) -> tuple[ImportedList, ...]:
        """All lists by label; a folder that holds none is passed over."""
        lists = []
        for path in self._lists.glob(f"*/{_ABOUT}"):
            try:
                lists.append(ImportedList.model_validate_json(path.read_bytes()))
            except (ValidationError, OSError):
                continue
        return tuple(sorted(lists, key=lambda imported: (imported.label.casefold(), imported.key)))

    def find(self, key: str) -> ImportedList:
        """One list.

        Raises
        ------
        ImportRefused
            If there is none of that key.
        """
        try:
            if _KEY.fullmatch(key):
                return ImportedList.model_validate_json((self._lists / key / _ABOUT).read_bytes())
        except (ValidationError, OSError):
            pass
        raise ImportRefused(f"There is no imported list {key}; it may have been deleted.")

    def save(
        self, result: ImportResult, label: str, *, replacing: str | None = None
    ) -> ImportedList:
        """Keep a load, as a new list or in the place of an older one.

        What the team filled in the older one stays where the newer lacks it (`refresh.carry_over`),
        and so do the outcomes. Mappings that a person corrected are remembered.

        Parameters
        ----------
        result
            Of the load.
        label
            As shown.
        replacing
            Key of the list whose place it takes.

        Raises
        ------
        ImportRefused
            If the label is blank or too long, the list to replace is gone, or the disk refuses.
        """
        self._sweep()
        old = self.find(replacing) if replacing else None
        accounts = result.accounts
        if old:
            before = self._frame(old, _ACCOUNTS)
            accounts = refresh.carry_over(before, accounts)
            if old.outcomes:
                outcomes = follow(self._frame(old, _OUTCOMES), result.members)
                doubtful = before.filter(pl.col("is_customer").is_null())["account_id"]
                accounts = _marked(accounts, outcomes, result.report, in_doubt=set(doubtful))
        imported = _imported_list(
            key=old.key if old else _new_key(label),
            label=label,
            version=secrets.token_hex(8),
            loaded_at=result.report.loaded_at,
            rows=accounts.height,
            files=tuple(file.name for file in result.report.files),
            outcomes=old.outcomes if old else 0,
        )
        self._keep(
            imported,
            {
                _ACCOUNTS: accounts,
                _REJECTED: result.rejected,
                _MEMBERS: result.members,
                _REPORT: result.report.to_json(),
            },
            old=old,
        )
        for mapping in result.mappings.values():
            if mapping.corrected:
                self.remember(mapping)
        return imported

    def keep_outcomes(
        self,
        key: str,
        outcomes: pl.DataFrame,
        *,
        adding: bool = False,
        in_doubt: Collection[str] = (),
    ) -> ImportedList:
        """Have deals and customers stay with a list.

        Sets `is_customer` of its accounts (see `customers.with_customers`).

        Parameters
        ----------
        key
            Of the list.
        outcomes
            `MatchedDeals.outcomes`.
        adding
            Beside the earlier ones, each deal once; else in their place: what they had said about an
            account is forgotten.
        in_doubt
            Accounts that may be customers (see `MatchedDeals`): unknown where the list says nothing.

        Raises
        ------
        ImportRefused
            If there is no such list, or the disk refuses.
        """
        old = self.find(key)
        accounts = self._frame(old, _ACCOUNTS)
        if old.outcomes and "is_customer" in accounts.columns:
            earlier = self._frame(old, _OUTCOMES)
            merged = follow(earlier, self._frame(old, _MEMBERS))
            told = pl.col("account_id").is_in(merged["account_id"].implode())
            if adding:
                left = accounts.filter(~told & pl.col("is_customer").is_null())
                in_doubt = {*in_doubt, *left["account_id"]}
            accounts = accounts.with_columns(is_customer=pl.when(~told).then("is_customer"))
            if adding:
                outcomes = pl.concat([earlier, outcomes.select(KEPT)], how="vertical_relaxed")
                outcomes = outcomes.unique(_DEAL, keep="last", maintain_order=True)
        if outcomes.height:
            accounts = _marked(accounts, outcomes, self.report(key), in_doubt=in_doubt)
        imported = self._changed(old, outcomes=outcomes.height)
        self._keep(imported, {_ACCOUNTS: accounts, _OUTCOMES: outcomes.select(KEPT)}, old=old)
        return imported

    def outcomes(self, key: str) -> pl.DataFrame | None:
        """Deals and customers that stay with a list, columns `KEPT`; None if there are none.

        Raises
        ------
        ImportRefused
            If there is no such list, or its file cannot be read.
        """
        imported = self.find(key)
        if not imported.outcomes:
            return None
        return follow(self._frame(imported, _OUTCOMES), self._frame(imported, _MEMBERS))

    def take_apart(self, key: str, account_id: str) -> ImportedList:
        """Undo the merging of one company's rows.

        Raises
        ------
        ImportRefused
            If there is no such list, its rows of that company were not merged, or the disk refuses.
        """
        old = self.find(key)
        accounts, members = self._frame(old, _ACCOUNTS), self._frame(old, _MEMBERS)
        apart, left = undo(accounts, members, account_id)
        if apart.height == accounts.height:
            raise ImportRefused(f"No rows were merged into {account_id}.")
        return self._merged(old, apart, left)

    def merge_shared(self, key: str) -> ImportedList:
        """Merge the companies that share a web domain (`duplicates.merge_shared`).

        Deals of the others are its deals as long as they are merged (`duplicates.follow`).

        Raises
        ------
        ImportRefused
            If there is no such list, nothing is shared in it, or the disk refuses.
        """
        old = self.find(key)
        merged = merge_shared(self._frame(old, _ACCOUNTS))
        if not merged.away:
            raise ImportRefused(f"No companies of {old.label} share a domain.")
        members = pl.concat([self._frame(old, _MEMBERS), merged.members], how="diagonal_relaxed")
        return self._merged(old, merged.accounts, members)

    def _merged(
        self, old: ImportedList, accounts: pl.DataFrame, members: pl.DataFrame
    ) -> ImportedList:
        report = self.report(old.key).merged_anew(accounts, members)
        imported = self._changed(old, rows=accounts.height)
        files: dict[str, _File] = {
            _ACCOUNTS: accounts,
            _MEMBERS: members,
            _REPORT: report.to_json(),
        }
        self._keep(imported, files, old=old)
        return imported

    def open(self, key: str, *, include_inactive: bool = True) -> Universe:
        """The accounts of a list.

        Parameters
        ----------
        key
            Of the list.
        include_inactive
            As `Universe.of`.

        Raises
        ------
        ImportRefused
            If there is none, or its file cannot be read.
        UniverseError, SourceError
            As `Universe.of`.
        """
        imported = self.find(key)
        with _reading(imported):
            return Universe.of(
                pl.scan_parquet(self._path(imported, _ACCOUNTS), glob=False),
                name=imported.source,
                label=imported.label,
                include_inactive=include_inactive,
            )

    def report(self, key: str) -> QualityReport:
        """What its load did."""
        imported = self.find(key)
        with _reading(imported):
            return QualityReport.model_validate_json(self._path(imported, _REPORT).read_bytes())

    def rejected(self, key: str) -> pl.DataFrame:
        """Rows that did not make it."""
        return self._frame(self.find(key), _REJECTED)

    def members(self, key: str) -> pl.DataFrame:
        """Rows of companies that stood more than once."""
        return self._frame(self.find(key), _MEMBERS)

    def rename(self, key: str, label: str) -> ImportedList:
        """Show a list under another label.

        Raises
        ------
        ImportRefused
            If there is no such list, or the label is blank or too long.
        """
        imported = _imported_list(**(self.find(key).model_dump() | {"label": label}))
        self._write(imported)
        return imported

    def delete(self, key: str) -> None:
        """Remove a list, its report and its rejects.

        Raises
        ------
        ImportRefused
            If there is no such list.
        """
        folder = self._lists / self.find(key).key
        with _writing():
            (folder / _ABOUT).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def remember(self, mapping: HeadingMapping) -> None:
        """Use a mapping for later files with the same headings.

        Raises
        ------
        ImportRefused
            If the disk refuses.
        """
        with _writing():
            private_folder(self._mappings)
            _replace(self._mappings / f"{mapping.fingerprint}.json", mapping.to_json())

    def remembered(self) -> Mapping[str, HeadingMapping]:
        """Mappings by fingerprint of the headings; one that cannot be read is passed over."""
        mappings = {}
        for path in self._mappings.glob("*.json"):
            try:
                mapping = HeadingMapping.from_json(path.read_bytes())
            except (ImportRefused, OSError):
                continue
            mappings[mapping.fingerprint] = mapping
        return mappings

    def remember_answers(self, fingerprint: str, answers: DealAnswers) -> None:
        """Use what was said of a list of deals for later ones with the same headings.

        Parameters
        ----------
        fingerprint
            Of the headings (`customers.Deals.fingerprint`).
        answers
            Beside what was said before.

        Raises
        ------
        ImportRefused
            If the disk refuses.
        """
        said = answers.beside(self.remembered_answers(fingerprint))
        with _writing():
            private_folder(self._stages)
            text = json.dumps(asdict(said), ensure_ascii=False)
            _replace(self._stages / f"{fingerprint}.json", text)

    def remembered_answers(self, fingerprint: str) -> DealAnswers:
        """What was said of such lists of deals; nothing where that cannot be read."""
        try:
            said = json.loads((self._stages / f"{fingerprint}.json").read_bytes())
        except (OSError, ValueError):
            return DealAnswers()
        if not isinstance(said, dict):
            return DealAnswers()
        # Before currencies and dates were asked for, a file had the stages alone.
        stages = said["stages"] if isinstance(said.get("stages"), dict) else said
        currency, order = said.get("currency"), said.get("date_order")
        return DealAnswers(
            {str(stage): answer for stage, answer in stages.items() if answer in ANSWERS},
            currency if isinstance(currency, str) and re.fullmatch("[A-Z]{3}", currency) else None,
            order if order in ORDERS else None,
        )

    def _changed(self, imported: ImportedList, **changes: object) -> ImportedList:
        return _imported_list(
            **(imported.model_dump() | {"version": secrets.token_hex(8)} | changes)
        )

    def _keep(
        self, imported: ImportedList, files: Mapping[str, _File], *, old: ImportedList | None
    ) -> None:
        """Write a version whole, with what it shares with the older one, and put it in force."""
        folder = self._lists / imported.key / imported.version
        before = self._lists / imported.key / old.version if old else None
        with ExitStack() as unless_kept:
            unless_kept.callback(
                shutil.rmtree, folder if old else folder.parent, ignore_errors=True
            )
            with _writing():
                private_folder(folder)
                for name, content in files.items():
                    path = private_file(folder / name)
                    if isinstance(content, str):
                        path.write_text(content, encoding="utf-8")
                    else:
                        content.write_parquet(path)
                for path in before.iterdir() if before else ():
                    if path.name not in files:
                        shutil.copyfile(path, private_file(folder / path.name))
            self._write(imported)
            unless_kept.pop_all()
        if before:
            shutil.rmtree(before, ignore_errors=True)

    def _sweep(self) -> None:
        """Remove versions that a program that was killed left half written, a day later."""
        in_force = {imported.key: imported.version for imported in self.lists()}
        for folder in self._lists.glob("*/*/"):
            try:
                age = time.time() - folder.stat().st_mtime
            except OSError:
                continue
            if folder.name != in_force.get(folder.parent.name) and age > _LEFT_BEHIND:
                shutil.rmtree(folder, ignore_errors=True)

    def _write(self, imported: ImportedList) -> None:
        with _writing():
            _replace(self._lists / imported.key / _ABOUT, imported.model_dump_json(indent=2))

    def _frame(self, imported: ImportedList, file: str) -> pl.DataFrame:
        with _reading(imported):
            return pl.read_parquet(self._path(imported, file), glob=False)

    def _path(self, imported: ImportedList, file: str) -> Path:
        return self._lists / imported.key / imported.version / file


def _marked(
    accounts: pl.DataFrame,
    outcomes: pl.DataFrame,
    report: QualityReport,
    *,
    in_doubt: Collection[str],
) -> pl.DataFrame:
    """The accounts with the customers that outcomes tell, of a list that may tell some itself."""
    marked = with_customers(accounts, outcomes, in_doubt=in_doubt)
    if any(column.name == "is_customer" for column in report.columns):
        return marked
    # What earlier outcomes had said is no word of the list's.
    doubtful = pl.col("account_id").is_in(list(in_doubt))
    known = pl.coalesce("is_customer", pl.when(~doubtful).then(pl.lit(value=False)))
    return marked.with_columns(is_customer=known)


@contextmanager
def _reading(imported: ImportedList) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, ValidationError) as error:
        raise ImportRefused(
            f"The list {imported.label} cannot be read; load its file again."
        ) from error


@contextmanager
def _writing() -> Iterator[None]:
    """Say of a disk that refuses, or is full, what to do; Polars passes on what the system said."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ImportRefused(
            f"The list could not be saved in {data_directory()} ({reason.splitlines()[0][:200]}). Make "
            f"room there or make it writable, or set {DIRECTORY_VARIABLE} to another folder; what was "
            "kept before is as it was."
        ) from error


def _imported_list(**fields: object) -> ImportedList:
    try:
        return ImportedList.model_validate(fields)
    except ValidationError as error:
        raise ImportRefused("A list needs a name of 1 to 120 characters.") from error


def _new_key(label: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", fold(label)).strip("-")[:40]
    return f"{slug or 'list'}-{secrets.token_hex(4)}"


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    fresh = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    with ExitStack() as unless_written:
        unless_written.callback(fresh.unlink, missing_ok=True)
        private_file(fresh).write_text(text, encoding="utf-8")
        os.replace(fresh, path)  # noqa: PTH105 - the one call that is atomic on every system
        unless_written.pop_all()

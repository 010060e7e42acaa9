"""What a load did with every row and every column, and what the gaps mean for a profile."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

import polars as pl
from pydantic import BaseModel, ConfigDict

from icp_core.accounts.columns import BY_NAME
from icp_core.importing.cell_counts import CellCounts
from icp_core.importing.duplicates import (
    BY,
    INTO,
    RULE,
    SHARED,
    SHARED_RULE,
    kept_apart,
    shared_numbers,
)
from icp_core.reference.numbers import number, percent

# Below this share a column's gaps change what a profile can tell.
_TELLING: Final = 0.95
_LISTED: Final = 200
NOTHING: Final[Mapping[str, int]] = MappingProxyType({})
_MISREAD: Final = 10
_REMARKS: Final = 8
# Columns whose texts stand for a day or something of a list of ours: what is none is worth reading.
_CODED: Final = frozenset(
    {"country", "region", "municipality", "industry", "status", "as_of", "founded", "last_touch"}
)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class FileReport(_Model):
    """One file of a load.

    `register_name` is set where the file was recognised as a register's; `remarks` are sentences on
    what was left out of it or taken otherwise than it may have been meant.
    """

    name: str
    kind: str
    register_name: str | None = None
    rows: int
    unreadable: int
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class ColumnReport(_Model):
    """One column of the accounts.

    Attributes
    ----------
    name
        Of the column.
    filled
        Share of the accounts that have it, 0…1.
    given
        Cells that the files filled.
    invalid
        Cells that could not be read, and are unknown now.
    changed
        Cells that were written differently, a code for a name for example.
    examples
        Some of the cells that could not be read.
    misread
        The commonest texts that could not be read, and how often each stood.
    remarks
        What was decided about cells of the column, and of how many: old codes of places, for example.
    """

    name: str
    filled: float
    given: int = 0
    invalid: int = 0
    changed: int = 0
    examples: tuple[str, ...] = ()
    misread: dict[str, int] = {}
    remarks: dict[str, int] = {}

    def sentences(self) -> tuple[str, ...]:
        """What to know about the column: the texts that could not be read, and what was decided."""
        label = BY_NAME[self.name].label if self.name in BY_NAME else self.name
        told = list(self.remarks.items())
        said = [f"{label}: {text} ({number(count)} ×)." for text, count in told[:_REMARKS]]
        if rest := told[_REMARKS:]:
            cells = sum(count for _, count in rest)
            said.append(f"{label}: {number(len(rest))} more of the kind ({number(cells)} cells).")
        # A region that is divided today has a sentence of its own.
        misread = {
            text: count
            for text, count in self.misread.items()
            if not any(remark.startswith(f"“{text}” is ") for remark in self.remarks)
        }
        if misread and self.name in _CODED:
            listed = ", ".join(f"“{text}” ({number(count)} ×)" for text, count in misread.items())
            others = self.invalid - sum(self.misread.values())
            more = f" and {number(others)} others" if others else ""
            said.insert(0, f"{label}: not understood, so unknown: {listed}{more}.")
        return tuple(said)


class RateUsed(_Model):
    """A rate by which amounts were turned into euros."""

    currency: str
    on: date


class SharedDomain(_Model):
    """Two companies with one web domain that were not merged, and what differs."""

    domain: str
    account_id: str
    name: str | None
    other_id: str
    other_name: str | None
    differ: str


class SharedNumber(_Model):
    """Names that stand at one national number, and whether their rows became one company."""

    number: str
    names: tuple[str, ...]
    merged: bool


class QualityReport(_Model):
    """What a load did: read = kept + rejected + merged away.

    Attributes
    ----------
    loaded_at
        When, UTC.
    read, kept, rejected, merged
        Rows of all files; `merged` are those that became part of another row.
    reasons
        Rejected rows by reason.
    merged_by
        Companies that stood more than once, by what showed it.
    merge_rule
        How rows of one company became one.
    apart
        Pairs of companies with one web domain that were not merged (`duplicates.kept_apart`).
    apart_listed
        The first of them.
    numbers
        National numbers at which rows of unlike names stood: one company that was renamed, or two.
    disowned
        Rows by number that so many unlike names share that it is none's.
    files, columns, rates
        In detail.
    gaps
        What the missing values mean for a profile, in sentences.
    """

    loaded_at: datetime
    read: int
    kept: int
    rejected: int
    merged: int
    reasons: dict[str, int]
    merged_by: dict[str, int]
    merge_rule: str = RULE
    apart: int = 0
    apart_listed: tuple[SharedDomain, ...] = ()
    numbers: tuple[SharedNumber, ...] = ()
    disowned: dict[str, int] = {}
    files: tuple[FileReport, ...]
    columns: tuple[ColumnReport, ...]
    rates: tuple[RateUsed, ...] = ()
    gaps: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The report as JSON text, indented, ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"

    def merged_anew(self, accounts: pl.DataFrame, members: pl.DataFrame) -> "QualityReport":
        """A copy after companies were merged or taken apart.

        Parameters
        ----------
        accounts
            As they are now.
        members
            See `duplicates.Merged`.
        """
        return self.model_copy(
            update={
                "kept": accounts.height,
                "merged": self.merged + self.kept - accounts.height,
                **_merges(accounts, members),
            }
        )


def quality(
    accounts: pl.DataFrame,
    *,
    files: tuple[FileReport, ...],
    rejected: pl.DataFrame,
    members: pl.DataFrame,
    merged: int,
    tallies: Mapping[str, CellCounts],
    rates: frozenset[tuple[str, date]],
    disowned: Mapping[str, int] = NOTHING,
) -> QualityReport:
    """Account for every row.

    Parameters
    ----------
    accounts
        As loaded.
    files
        What was read.
    rejected
        Rows that did not make it, unreadable ones included.
    members
        See `duplicates.Merged`.
    merged
        Rows that became part of another.
    tallies
        Counters by column.
    rates
        Currencies and days of the rates used.
    disowned
        See `duplicates.Merged`.

    Raises
    ------
    AssertionError
        If a row is not accounted for: a mistake in this program, never the user's.
    """
    read = sum(file.rows for file in files)
    if read != accounts.height + rejected.height + merged:
        raise AssertionError(
            f"{read} rows were read, but {accounts.height} kept, {rejected.height} rejected and "
            f"{merged} merged"
        )
    columns = []
    for name in accounts.columns:
        tally = tallies.get(name, CellCounts())
        columns.append(
            ColumnReport(
                name=name,
                filled=round(accounts[name].count() / max(1, accounts.height), 4),
                given=tally.filled,
                invalid=tally.invalid,
                changed=tally.changed,
                examples=tuple(tally.examples),
                misread=dict(tally.misread.most_common(_MISREAD)),
                remarks=dict(sorted(tally.remarks.items(), key=lambda kept: (-kept[1], kept[0]))),
            )
        )
    return QualityReport(
        loaded_at=datetime.now(UTC).replace(microsecond=0),
        read=read,
        kept=accounts.height,
        rejected=rejected.height,
        merged=merged,
        reasons=dict(Counter(rejected["reason"]).most_common()),
        files=files,
        columns=tuple(columns),
        rates=tuple(RateUsed(currency=c, on=day) for c, day in sorted(rates)),
        disowned=dict(disowned),
        gaps=_gaps(accounts),
        **_merges(accounts, members),
    )


def _merges(accounts: pl.DataFrame, members: pl.DataFrame) -> dict[str, Any]:
    """The parts of a report that tell what was merged and what was not."""
    by = Counter(members.unique([INTO, BY])[BY].drop_nulls()) if members.height else Counter()
    apart = kept_apart(accounts)
    return {
        "merged_by": dict(by.most_common()),
        "merge_rule": f"{RULE} {SHARED_RULE}" if SHARED in by else RULE,
        "numbers": tuple(
            SharedNumber(number=number, names=tuple(names), merged=is_merged)
            for number, names, is_merged in shared_numbers(accounts, members).head(_LISTED).rows()
        ),
        "apart": apart.height,
        "apart_listed": tuple(SharedDomain(**pair) for pair in apart.head(_LISTED).to_dicts()),
    }


def _gaps(accounts: pl.DataFrame) -> tuple[str, ...]:
    """What the missing values mean, in sentences."""

    def known(*names: str) -> float:
        present = [pl.col(n) for n in names if n in accounts.columns]
        if not present:
            return 0.0
        share = accounts.select(pl.any_horizontal(c.is_not_null() for c in present).mean()).item()
        return float(share or 0.0)

    sentences = []
    for names, meaning in (
        (("employees",), "a must-have on it makes your TAM a range"),
        (("revenue",), "potential as a share of revenue stays unknown for them"),
        (("industry",), "a must-have on it lets none match for certain"),
        (("domain",), "ad platforms and CRMs match them by name only"),
        (("municipality",), "they are missing from the map and from territories"),
        (("org_number",), "later files match them by domain or name only"),
    ):
        share = known(*names)
        label = BY_NAME[names[0]].label.lower()
        if share < _TELLING:
            lacking = percent(1 - share) if share else "All"
            bands = ""
            if names == ("employees",) and known("employees_low", "employees_high") > 0:
                banded = known("employees", "employees_low", "employees_high") - share
                bands = f" ({percent(banded)} have a band)" if banded >= 0.005 else ""
            sentences.append(f"{lacking} lack {label}{bands}: {meaning}.")
    return tuple(sentences)

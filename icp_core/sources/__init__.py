"""Sources of accounts: what ships with the product, and files."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from icp_core import demo
from icp_core.engines import is_address
from icp_core.engines.base import without_password
from icp_core.errors import SourceError, UniverseError
from icp_core.importing.library import SOURCE, Library
from icp_core.sources import files, listed, norway
from icp_core.universe import Universe

MAX_DEMO_ROWS: Final = 10_000_000


@dataclass(frozen=True)
class BuiltIn:
    """A source that ships with the product.

    Attributes
    ----------
    name
        As `load` takes it.
    label
        As shown in the dataset list.
    note
        One sentence on what the data can and cannot tell.
    fictional
        Whether the companies are invented.
    """

    name: str
    label: str
    note: str
    fictional: bool = False


BUILT_IN: Final[tuple[BuiltIn, ...]] = (
    BuiltIn(
        "demo",
        "Nordic demo companies (fictional)",
        "Invented companies and figures in real municipalities and industries.",
        fictional=True,
    ),
    BuiltIn(
        "listed",
        "Listed Nordic companies",
        "Real companies of August 2026 with GICS sectors; headcount and revenue are not known.",
    ),
    BuiltIn(
        "norway",
        "Norwegian register sample",
        "Real companies of January 2024, not a proportional sample: do not estimate a TAM from it.",
    ),
)


def load(source: str, *, include_inactive: bool = False) -> Universe:
    """Load a universe.

    Parameters
    ----------
    source
        `demo`, `demo:ROWS`, `listed`, `norway`, `loaded:KEY` (see `importing.library`), or the path of
        a .parquet or .csv file with canonical columns.
    include_inactive
        Keep bankrupt, dissolving and deregistered accounts too.

    Raises
    ------
    SourceError
        If there is no such source, or it cannot be read; the message lists the choices.
    UniverseError
        If the accounts are not usable.
    """
    if is_address(source):
        raise SourceError(
            f"This needs every account in memory, and those of {without_password(source)} stay in "
            "their engine; narrow the profile, export the list as CSV, and load that file."
        )
    name, _, rows = source.partition(":")
    if name == SOURCE and rows:
        return _loaded(rows, include_inactive=include_inactive)
    kind = {entry.name: entry for entry in BUILT_IN}.get(name)
    if kind is None or (rows and name != "demo"):
        return _of_file(source, include_inactive=include_inactive)
    if name == "demo":
        frame = demo.generate(_rows(source, rows) if ":" in source else demo.ROWS)
    else:
        frame = listed.accounts() if name == "listed" else norway.accounts()
    label = f"{kind.label}, {frame.height:,} rows" if rows else kind.label
    return Universe.of(
        _chosen(frame, label, include_inactive=include_inactive),
        name=source,
        label=label,
        fictional=kind.fictional,
        note=kind.note,
    )


def _loaded(key: str, *, include_inactive: bool) -> Universe:
    universe = Library().open(key)
    frame = _chosen(universe.frame, universe.label, include_inactive=include_inactive)
    return universe if frame.height == len(universe) else replace(universe, frame=frame)


def _of_file(source: str, *, include_inactive: bool) -> Universe:
    path = Path(source)
    if path.suffix.lower() not in files.SUFFIXES or not path.is_file():
        names = ", ".join(entry.name for entry in BUILT_IN)
        raise SourceError(
            f"There is no source of accounts {source!r}. "
            f"Use {names}, demo:ROWS, or the path of a .parquet or .csv file."
        )
    frame = files.accounts(path)
    fictional = "source" in frame.columns and (frame["source"] == demo.SOURCE).any()
    return Universe.of(
        _chosen(frame, path.name, include_inactive=include_inactive),
        name=source,
        label=path.name,
        fictional=fictional,
        note=BUILT_IN[0].note if fictional else "",
    )


def _chosen(frame: pl.DataFrame, label: str, *, include_inactive: bool) -> pl.DataFrame:
    if include_inactive or "status" not in frame.columns:
        return frame
    active = frame.filter(pl.col("status").is_null() | (pl.col("status") == "active"))
    if active.is_empty() and not frame.is_empty():
        raise UniverseError(
            f"{label} holds {frame.height:,} accounts, none of them active. Include inactive ones."
        )
    return active


def _rows(source: str, rows: str) -> int:
    if not (rows.isascii() and rows.isdigit() and 1 <= int(rows) <= MAX_DEMO_ROWS):
        raise SourceError(
            f"{source!r} does not say how many rows; write demo:25000, up to demo:{MAX_DEMO_ROWS}."
        )
    return int(rows)

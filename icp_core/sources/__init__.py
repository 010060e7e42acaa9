"""Sources of accounts: what ships with the product, and files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from icp_core.accounts import demo
from icp_core.accounts.on_disk import scratch
from icp_core.accounts.universe import IN_MEMORY, Universe
from icp_core.errors import SourceError
from icp_core.evaluation.engines import is_address
from icp_core.evaluation.engines.addresses import without_secrets
from icp_core.importing import canonical, sandbox
from icp_core.importing.library import IMPORTED, Library
from icp_core.reference.numbers import number
from icp_core.sources import listed, norway

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
        "Nordic demo (fictional)",
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

    Examples
    --------
    >>> universe = load("listed")
    >>> universe.label, len(universe), universe.fictional
    ('Listed Nordic companies', 1154, False)
    """
    if is_address(source):
        raise SourceError(
            f"This needs every account in memory, and those of {without_secrets(source)} stay in "
            "their engine; narrow the profile, export the list as CSV, and load that file."
        )
    name, _, rows = source.partition(":")
    if name == IMPORTED and rows:
        return Library().open(rows, include_inactive=include_inactive)
    kind = {built_in.name: built_in for built_in in BUILT_IN}.get(name)
    if kind is None or (rows and name != "demo"):
        return _of_file(source, include_inactive=include_inactive)

    def universe(accounts: pl.DataFrame | pl.LazyFrame) -> Universe:
        count = _rows(source, rows) if rows else 0
        return Universe.of(
            accounts,
            name=source,
            label=f"{kind.label}, {number(count)} rows" if count else kind.label,
            fictional=kind.fictional,
            note=kind.note,
            include_inactive=include_inactive,
        )

    if name != "demo":
        return universe(listed.accounts() if name == "listed" else norway.accounts())
    count = _rows(source, rows) if ":" in source else demo.ROWS
    if count <= IN_MEMORY:
        return universe(demo.generate(count))
    with scratch() as folder:
        demo.write(folder / "demo.parquet", count)
        return universe(pl.scan_parquet(folder / "demo.parquet", glob=False))


def list_key(source: str) -> str:
    """The name under which a workspace keeps what is of one list alone.

    A file goes by its whole path: one of the same name in another folder is another list, and what was
    proven on one says nothing of the other.
    """
    path = Path(source)
    is_file = path.suffix.lower() in canonical.SUFFIXES and path.is_file()
    return str(path.resolve()) if is_file else source


def _of_file(source: str, *, include_inactive: bool) -> Universe:
    path = Path(source)
    if path.suffix.lower() not in canonical.SUFFIXES or not path.is_file():
        names = ", ".join(built_in.name for built_in in BUILT_IN)
        raise SourceError(
            f"There is no source of accounts {without_secrets(source)!r}. "
            f"Use {names}, demo:ROWS, or the path of a .parquet or .csv file."
        )
    with canonical.reading(path), sandbox.canonical_accounts(path) as accounts:
        fictional = _is_fictional(accounts)
        return Universe.of(
            accounts,
            name=source,
            label=path.name,
            fictional=fictional,
            note=BUILT_IN[0].note if fictional else "",
            include_inactive=include_inactive,
        )


def _is_fictional(accounts: pl.LazyFrame) -> bool:
    if "source" not in accounts.collect_schema().names():
        return False
    return accounts.select((pl.col("source") == demo.SOURCE).any()).collect().item()  # type: ignore[no-any-return]


def _rows(source: str, rows: str) -> int:
    if not (rows.isascii() and rows.isdigit() and 1 <= int(rows) <= MAX_DEMO_ROWS):
        raise SourceError(
            f"{without_secrets(source)!r} does not say how many rows; write demo:25000, up to "
            f"demo:{MAX_DEMO_ROWS}."
        )
    return int(rows)

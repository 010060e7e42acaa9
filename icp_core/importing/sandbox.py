"""Untrusted files, opened in a child process: each task beside the function that has it done.

What other rooms call are `open_file`, `load`, `run_import`, `match_deals` and
`canonical_accounts`. Of each, the
half with an underscore runs in the child (`child`, `in_child`); what crosses from there is JSON and
Parquet, and is checked here before it is used: its size, its columns and their types, and that it agrees
with itself.
"""

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

import polars as pl
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from icp_core.accounts.columns import BY_NAME, typed
from icp_core.errors import ImportRefused
from icp_core.importing import canonical, customers, registers
from icp_core.importing import load as loading
from icp_core.importing.cells import tidied
from icp_core.importing.child import Allowance, Child
from icp_core.importing.cleaning import Rules
from icp_core.importing.customers import Deals, MatchedDeals
from icp_core.importing.dates import Order
from icp_core.importing.duplicates import BY, INTO
from icp_core.importing.load import ImportResult, MappedFile
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.relations import MOST_VALUES, Choices, asking
from icp_core.importing.report import QualityReport
from icp_core.importing.tables import (
    REJECTS,
    ROW,
    Limits,
    OnProgress,
    Progress,
    Scratch,
    Table,
    no_progress,
    refuse,
    within,
)
from icp_core.reference.numbers import number

Source = Path | bytes | io.BytesIO
"""A file: its path, its content, or what a browser uploaded."""

_ABOUT: Final = "about.json"
_ROWS: Final = "rows.parquet"
_UNREADABLE: Final = "unreadable.parquet"
_ACCOUNTS: Final = "accounts.parquet"
_REJECTED: Final = "rejected.parquet"
_MEMBERS: Final = "members.parquet"
_REPORT: Final = "report.json"

_CHUNK: Final = 1 << 20
_JSON_BYTES: Final = 32 << 20
_SAMPLED: Final = 200
_SAMPLES: Final = 3
_SAMPLE: Final = 120
_SHEETS: Final = 500
_ROW_GROUP: Final = 50_000
_CELL_BYTES: Final = 1 << 15
"""Text that the cells of one column may have in the mean; a spreadsheet's cell holds no more."""
_FEW_BYTES: Final = 4 << 20
_TEXT_BYTES: Final = 1 << 30
_PACKED: Final = (b"PK", b"\x1f\x8b", b"PAR1")
_LIMITS: Final = Limits()


class _About(BaseModel):
    """What a child found out about a file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str
    kind: str = Field(max_length=20)
    headings: tuple[Annotated[str, Field(max_length=220)], ...] = Field(
        max_length=_LIMITS.columns + 1
    )
    rows: int = Field(ge=0, le=_LIMITS.rows)
    unreadable: int = Field(ge=0, le=_LIMITS.unreadable + 1)
    notes: tuple[Annotated[str, Field(max_length=2_000)], ...] = Field(max_length=50)
    sheets: tuple[Annotated[str, Field(max_length=200)], ...] = Field(max_length=_SHEETS)
    code_page: str | None = Field(max_length=40)
    register_name: str | None = Field(max_length=40)
    mapping: HeadingMapping
    samples: dict[str, tuple[Annotated[str, Field(max_length=_SAMPLE)], ...]]
    choices: dict[
        str,
        Annotated[
            dict[Annotated[str, Field(max_length=_SAMPLE)], int], Field(max_length=MOST_VALUES)
        ],
    ]


@dataclass(frozen=True, eq=False)
class PreparedFile:
    """A file that was read in a child process; its rows lie on disk, for the child that loads them.

    Attributes
    ----------
    name, kind, sheets, code_page, notes
        As of `tables.Table`.
    rows, unreadable
        How many rows were read, and could not be.
    headings
        The file's own.
    mapping
        Guessed, remembered or corrected.
    register
        Label of the register whose file it is.
    samples
        A few of its values by heading.
    choices
        All values, with how many cells have each, of the columns that have few.
    scratch
        Where it lies.
    """

    name: str
    kind: str
    headings: tuple[str, ...]
    rows: int
    unreadable: int
    notes: tuple[str, ...]
    sheets: tuple[str, ...]
    code_page: str | None
    register: str | None
    mapping: HeadingMapping
    samples: Mapping[str, tuple[str, ...]]
    choices: Choices
    scratch: Scratch

    @property
    def rows_read(self) -> int:
        """Rows below the headings, readable or not."""
        return self.rows + self.unreadable

    def with_mapping(self, mapping: HeadingMapping) -> "PreparedFile":
        """A copy under another mapping.

        Raises
        ------
        ImportRefused
            If the mapping is of a file with other headings.
        """
        fit = loading.fitted(mapping, self.mapping, name=self.name)
        return replace(self, mapping=asking(fit, self.choices))


# Opening ------------------------------------------------------------------------------------------


def open_file(
    source: Source,
    *,
    name: str | None = None,
    sheet: str | None = None,
    code_page: str | None = None,
    remembered: Mapping[str, HeadingMapping] | None = None,
    on_progress: OnProgress = no_progress,
) -> PreparedFile:
    """Read a file and map its headings, as `load.open_file` does.

    Parameters
    ----------
    source
        The file.
    name
        What the user calls it.
    sheet
        Sheet of a workbook.
    code_page
        Of a text file's lines that are not UTF-8; None finds out.
    remembered
        Mappings by fingerprint that people corrected before.
    on_progress
        Told how far the reading is; raising in it cancels.

    Raises
    ------
    ImportRefused
        If the file cannot be read as a whole, or reading it had to be ended.
    """
    name = _name(source, name)
    with Child() as child:
        path, allowance = _brought(source, child, name)
        child.run(
            "open",
            {"path": path, "name": name, "sheet": sheet, "code_page": code_page},
            of=name,
            allowance=allowance,
            on_progress=on_progress,
        )
    (child.scratch.path / _BROUGHT).unlink(missing_ok=True)
    return _prepared(child.scratch, name, remembered or {})


def _open(arguments: Mapping[str, Any], folder: Path, tell: OnProgress) -> None:
    opened = loading.open_file(
        Path(arguments["path"]),
        name=arguments["name"],
        sheet=arguments["sheet"],
        code_page=arguments["code_page"],
        on_progress=within(tell, 0.0, 0.9),
    )
    tell(Progress("Writing the rows", 0.9))
    table = opened.original
    table.lazy.sink_parquet(folder / _ROWS, compression="lz4", row_group_size=_ROW_GROUP)
    table.unreadable.write_parquet(folder / _UNREADABLE)
    about = _About(
        name=table.name,
        kind=table.kind,
        headings=table.headings,
        rows=table.rows,
        unreadable=table.unreadable.height,
        notes=table.notes,
        sheets=table.sheets[:_SHEETS],
        code_page=table.code_page,
        register_name=opened.register.name if opened.register else None,
        mapping=opened.mapping,
        samples=_samples(opened),
        choices={heading: dict(counts) for heading, counts in opened.choices.items()},
    )
    (folder / _ABOUT).write_text(about.model_dump_json(), encoding="utf-8")


def read_cells(
    source: Source, *, name: str | None = None, most_rows: int
) -> tuple[PreparedFile, pl.DataFrame]:
    """A small table as its file has it: every cell a text, under the file's own headings.

    Parameters
    ----------
    source
        The file.
    name
        What the user calls it.
    most_rows
        How many it may have.

    Raises
    ------
    ImportRefused
        If it cannot be read, has more rows, or reading it had to be ended.
    """
    prepared = open_file(source, name=name)
    if prepared.rows > most_rows:
        refuse(
            prepared.name,
            f"it has {number(prepared.rows)} rows; at most {number(most_rows)} are read.",
        )
    cells = _frame(prepared.scratch.path / _ROWS, prepared.rows, prepared.name)
    if cells.columns != [ROW, *prepared.headings] or any(
        dtype != pl.String for column, dtype in cells.schema.items() if column != ROW
    ):
        raise _broken(prepared.name)
    return prepared, cells


def _samples(opened: MappedFile) -> dict[str, tuple[str, ...]]:
    """A few values by heading; a register's headings are not asked about."""
    if opened.register:
        return {}
    first = opened.table.head(_SAMPLED).select(opened.table.headings)
    return {
        name: tuple(
            text[:_SAMPLE]
            for text in first[name].drop_nulls().unique(maintain_order=True).head(_SAMPLES)
        )
        for name in first.columns
    }


def _prepared(
    scratch: Scratch, name: str, remembered: Mapping[str, HeadingMapping]
) -> PreparedFile:
    about = _about(scratch.path, name)
    register = None
    if about.register_name is not None:
        register = registers.recognise(about.headings)
        if register is None or register.name != about.register_name:
            raise _broken(name)
    prepared = PreparedFile(
        name=name,
        kind=about.kind,
        headings=about.headings,
        rows=about.rows,
        unreadable=about.unreadable,
        notes=about.notes,
        sheets=about.sheets,
        code_page=about.code_page,
        register=register.label if register else None,
        mapping=about.mapping,
        samples=MappingProxyType(about.samples),
        choices=MappingProxyType(about.choices),
        scratch=scratch,
    )
    known = None if register else remembered.get(about.mapping.fingerprint)
    return prepared.with_mapping(known) if known else prepared


def _about(folder: Path, name: str) -> _About:
    try:
        about = _About.model_validate_json(_text(folder / _ABOUT, name))
    except ValidationError as error:
        raise _broken(name) from error
    if about.name != name:
        raise _broken(name)
    return about


# Loading ------------------------------------------------------------------------------------------


def load(
    files: Sequence[PreparedFile],
    *,
    rules: Rules | None = None,
    on_progress: OnProgress = no_progress,
) -> ImportResult:
    """Clean, join and merge files whose mapping is settled, as `load.load` does.

    Parameters
    ----------
    files
        As opened, maybe corrected.
    rules
        What is left out.
    on_progress
        Told how far it is, 0…1; raising in it cancels.

    Raises
    ------
    ImportRefused
        If no file has company names, no row is left, or loading had to be ended.
    """
    names = ", ".join(file.name for file in files)
    rows = sum(file.rows_read for file in files)
    arguments = {
        "files": [
            {
                "folder": str(file.scratch.path),
                "name": file.name,
                "mapping": file.mapping.model_dump(mode="json"),
            }
            for file in files
        ],
        "rules": asdict(rules or Rules()),
    }
    with Child() as child:
        child.run(
            "load",
            arguments,
            of=names or "Nothing",
            allowance=Allowance.to_load(
                rows, max((len(file.headings) for file in files), default=0)
            ),
            on_progress=on_progress,
        )
    return _loaded(child.scratch.path, files)


def _load(arguments: Mapping[str, Any], folder: Path, tell: OnProgress) -> None:
    files = [
        _mapped(Path(file["folder"]), file["name"], HeadingMapping.model_validate(file["mapping"]))
        for file in arguments["files"]
    ]
    result = loading.load(
        files, rules=Rules(**arguments["rules"]), on_progress=within(tell, 0, 0.95)
    )
    tell(Progress("Writing the accounts", 0.95))
    for frame, file in (
        (result.accounts, _ACCOUNTS),
        (result.rejected, _REJECTED),
        (result.members, _MEMBERS),
    ):
        frame.write_parquet(folder / file, row_group_size=_ROW_GROUP)
    (folder / _REPORT).write_text(result.report.to_json(), encoding="utf-8")


def _mapped(folder: Path, name: str, mapping: HeadingMapping) -> MappedFile:
    """What `_open` left in a folder."""
    about = _about(folder, name)
    rows = pl.scan_parquet(folder / _ROWS, glob=False)
    if tuple(rows.collect_schema()) != (ROW, *about.headings):
        raise _broken(name)
    original = Table(
        name=name,
        kind=about.kind,
        headings=about.headings,
        lazy=rows,
        rows=about.rows,
        unreadable=pl.read_parquet(folder / _UNREADABLE, glob=False),
        notes=about.notes,
        sheets=about.sheets,
        code_page=about.code_page,
    )
    register = registers.recognise(original.headings) if about.register_name else None
    # What lies on disk are the cells as they were, for the rejects; the mapping is of those as meant.
    table = register.prepare(original)[0] if register else tidied(original)
    return MappedFile(table, mapping, register, original)


def _loaded(folder: Path, files: Sequence[PreparedFile]) -> ImportResult:
    names = ", ".join(file.name for file in files)
    most = sum(file.rows_read for file in files)
    accounts = _frame(folder / _ACCOUNTS, most, names)
    members = _frame(folder / _MEMBERS, 2 * most, names)
    rejected = _frame(folder / _REJECTED, most, names)
    try:
        report = QualityReport.model_validate_json(_text(folder / _REPORT, names))
    except ValidationError as error:
        raise _broken(names) from error
    ids = accounts["account_id"] if "account_id" in accounts.columns else None
    if (
        ids is None
        or ids.null_count()
        or ids.n_unique() < len(ids)
        or not accounts.height
        or not all(_is_sound(name, dtype) for name, dtype in accounts.schema.items())
        or rejected.schema != REJECTS
        or not {BY, INTO} <= set(members.columns)
        or (report.kept, report.rejected) != (accounts.height, rejected.height)
        or report.read != most
        or report.read != report.kept + report.rejected + report.merged
        or tuple(file.name for file in report.files) != tuple(file.name for file in files)
    ):
        raise _broken(names)
    mappings = {file.name: file.mapping for file in files}
    return ImportResult(accounts, report, rejected, members, mappings)


def _is_sound(name: str, dtype: pl.DataType) -> bool:
    """Whether a column of accounts has a type that it may have."""
    if name in BY_NAME and BY_NAME[name].dtype is not None:
        return dtype in (BY_NAME[name].dtype, pl.Null)
    return dtype.is_numeric() or dtype in (
        pl.String,
        pl.Boolean,
        pl.Date,
        pl.Null,
        pl.List(pl.String),
    )


def run_import(
    files: Sequence[Path],
    *,
    mapping: HeadingMapping | None = None,
    remembered: Mapping[str, HeadingMapping] | None = None,
    rules: Rules | None = None,
    country: str | None = None,
    code_page: str | None = None,
    settle: Callable[[HeadingMapping], HeadingMapping] | None = None,
    on_progress: OnProgress = no_progress,
) -> ImportResult:
    """Files to accounts in one step, as `load.run_import` does.

    Parameters
    ----------
    files
        Of one list, or of one country's registers: they join on the national number.
    mapping
        For the file whose headings it fits.
    remembered
        Mappings by fingerprint.
    rules
        What is left out.
    country
        Of rows that name none (ISO 3166-1 alpha-2), where the file does not tell.
    code_page
        Of text that is not UTF-8; None finds out.
    settle
        Answers what was assumed of each list's headings, before anything is loaded.
    on_progress
        Told how far the load is, 0…1; raising in it cancels.

    Raises
    ------
    ImportRefused
        If a file cannot be read, no file has company names, no row is left, or it had to be ended.
    """
    return loading.settled(
        files,
        lambda path, known, tell: open_file(
            path, code_page=code_page, remembered=known, on_progress=tell
        ),
        lambda opened, tell: load(opened, rules=rules, on_progress=tell),
        mapping=mapping,
        remembered=remembered,
        country=country,
        settle=settle,
        on_progress=on_progress,
    )


# Deals and customers ------------------------------------------------------------------------------

_KEYS: Final = ("account_id", "name", "country", "domain", "org_number")
_FOUND: Final = pl.Schema({"row": pl.Int64(), "account_id": pl.String(), "by": pl.String()})
_OPEN: Final = pl.Schema(
    {
        "row": pl.Int64(),
        "name": pl.String(),
        "country": pl.String(),
        "candidates": pl.List(pl.String),
    }
)
_DOUBTFUL: Final = pl.Schema({"account_id": pl.String()})
_LEFT: Final = pl.Schema({"row": pl.Int64(), "reason": pl.String()})


class _AboutDeals(BaseModel):
    """What a child found out about a list of deals."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    system: str = Field(max_length=40)
    unknown: dict[Annotated[str, Field(max_length=200)], int] = Field(max_length=200)
    fingerprint: str = Field(pattern="^[0-9a-f]{32}$")
    notes: tuple[Annotated[str, Field(max_length=2_000)], ...] = Field(max_length=50)
    no_currency: int = Field(ge=0)
    no_order: int = Field(ge=0)


def match_deals(
    source: Source,
    accounts: pl.DataFrame,
    *,
    name: str | None = None,
    answers: Mapping[str, str] | None = None,
    assumed_currency: str | None = None,
    date_order: Order | None = None,
    on_progress: OnProgress = no_progress,
) -> tuple[Deals, MatchedDeals]:
    """Deals and customers out of a file, and the account of each (`customers.read_deals`, `match`).

    Parameters
    ----------
    source
        The file.
    accounts
        To find their companies among.
    name
        What the user calls the file.
    answers
        What stages mean that are not understood, by stage.
    assumed_currency
        Of amounts that name none.
    date_order
        Of day and month where nothing tells.
    on_progress
        Told how far it is; raising in it cancels.

    Raises
    ------
    ImportRefused
        If the file cannot be read, is no export of deals, or reading it had to be ended.
    """
    name = _name(source, name)
    with Child() as child:
        path, allowance = _brought(source, child, name)
        keys = accounts.select(key for key in _KEYS if key in accounts.columns)
        with _keeping(name):
            keys.write_parquet(child.scratch.path / _ACCOUNTS, compression="lz4")
        allowance = replace(
            allowance,
            memory=allowance.memory + 1_000 * accounts.height,
            seconds=allowance.seconds + accounts.height / 20_000,
        )
        child.run(
            "match_deals",
            {
                "path": path,
                "name": name,
                "answers": dict(answers or {}),
                "assumed_currency": assumed_currency,
                "date_order": date_order,
            },
            of=name,
            allowance=allowance,
            on_progress=on_progress,
        )
    return _matched(child.scratch.path, name, accounts)


def _match_deals(arguments: Mapping[str, Any], folder: Path, tell: OnProgress) -> None:
    tell(Progress("Reading the deals", 0.0))
    deals = customers.read_deals(
        Path(arguments["path"]),
        name=arguments["name"],
        answers=arguments["answers"],
        assumed_currency=arguments["assumed_currency"],
        date_order=arguments["date_order"],
    )
    accounts = pl.read_parquet(folder / _ACCOUNTS, glob=False)
    tell(Progress("Finding the companies", 0.3))
    matches = customers.match(deals, accounts)
    for place, frame in enumerate(
        (
            deals.rows,
            deals.rejected,
            matches.matched.select(list(_FOUND)),
            matches.ambiguous,
            deals.undecided,
            pl.DataFrame({"account_id": sorted(matches.in_doubt)}, schema=_DOUBTFUL),
        )
    ):
        frame.write_parquet(folder / f"{place}.parquet")
    about = _AboutDeals(
        system=deals.system,
        unknown=dict(deals.unknown),
        fingerprint=deals.fingerprint,
        notes=deals.notes,
        no_currency=deals.no_currency,
        no_order=deals.no_order,
    )
    (folder / _ABOUT).write_text(about.model_dump_json(), encoding="utf-8")


def _matched(folder: Path, name: str, accounts: pl.DataFrame) -> tuple[Deals, MatchedDeals]:
    rows, rejected, found, ambiguous, undecided, doubtful = (
        _frame(folder / f"{place}.parquet", _LIMITS.rows, name) for place in range(6)
    )
    try:
        about = _AboutDeals.model_validate_json(_text(folder / _ABOUT, name))
    except ValidationError as error:
        raise _broken(name) from error
    frames = (rows, rejected, found, ambiguous, undecided, doubtful)
    schemas = [customers.DEALS, _LEFT, _FOUND, _OPEN, customers.DEALS, _DOUBTFUL]
    if [frame.schema for frame in frames] != schemas:
        raise _broken(name)
    named = pl.concat(
        [found["account_id"], ambiguous["candidates"].explode(), doubtful["account_id"]]
    ).drop_nulls()
    if (
        not undecided["row"].is_in(rejected["row"].implode()).all()
        or about.system not in customers.SYSTEMS
        or rows["row"].n_unique() < rows.height
        or not found["row"].append(ambiguous["row"]).is_in(rows["row"].implode()).all()
        or not named.is_in(accounts["account_id"].implode()).all()
    ):
        raise _broken(name)
    deals = Deals(
        about.system,
        rows,
        rejected,
        about.unknown,
        about.fingerprint,
        about.notes,
        about.no_currency,
        about.no_order,
        undecided,
    )
    return deals, customers.beside(rows, found, ambiguous, doubtful["account_id"])


# Accounts under canonical columns -----------------------------------------------------------------


@contextmanager
def canonical_accounts(
    path: Path, *, on_progress: OnProgress = no_progress
) -> Iterator[pl.LazyFrame]:
    """The rows of a file that has the canonical columns (`canonical.accounts`), to be asked within.

    Parameters
    ----------
    path
        A .parquet or .csv file.
    on_progress
        Told how far it is; raising in it cancels.

    Raises
    ------
    SourceError
        If it cannot be read, or reading it had to be ended.
    """
    name = path.name
    with Child() as child:
        where, allowance = _brought(path, child, name)
        child.run(
            "canonical",
            {"path": where, "shown": str(path)},
            of=name,
            allowance=allowance,
            on_progress=on_progress,
        )
    written = child.scratch.path / _ACCOUNTS
    yield pl.scan_parquet(written if written.is_file() else path, glob=False)
    del child  # Its folder is held until here.


def _canonical(arguments: Mapping[str, Any], folder: Path, tell: OnProgress) -> None:
    """Write what is no Parquet yet; of what is, look at every column as those who ask will."""
    path = Path(arguments["path"])
    with canonical.reading(path, shown=arguments["shown"]):
        accounts = canonical.accounts(path)
        names = accounts.collect_schema().names()
        if len(names) > _LIMITS.columns:
            refuse(
                path.name,
                f"it has {number(len(names))} columns; at most {number(_LIMITS.columns)} are read.",
            )
        if not canonical.is_parquet(path) or names != list(pl.read_parquet_schema(path)):
            accounts.collect().write_parquet(folder / _ACCOUNTS, row_group_size=_ROW_GROUP)
            accounts = pl.scan_parquet(folder / _ACCOUNTS, glob=False)
        for place, column in enumerate(names):
            tell(Progress("Checking the accounts", place / len(names)))
            held = typed(accounts.select(column).collect()).to_series()
            if len(held) > _LIMITS.rows:
                refuse(path.name, f"it has more than {number(_LIMITS.rows)} rows. Split it.")
            if _holds_too_much(held):
                refuse(path.name, f"the column {column[:80]} has cells that are too long.")


TASKS: Final[Mapping[str, Callable[[Mapping[str, Any], Path, OnProgress], None]]] = (
    MappingProxyType(
        {"open": _open, "load": _load, "match_deals": _match_deals, "canonical": _canonical}
    )
)
"""What a child does: with its arguments, in its folder, telling how far it is."""


# What crosses -------------------------------------------------------------------------------------

_BROUGHT: Final = "brought"


def _name(source: Source, name: str | None) -> str:
    return name or (source.name if isinstance(source, Path) else "") or "The file"


def _brought(source: Source, child: Child, name: str) -> tuple[str, Allowance]:
    """Where a child finds a file, and what it may use to read it."""
    if isinstance(source, Path):
        path = source.absolute()
        if not path.is_file():
            raise ImportRefused(f"{name}: there is no such file.")
    else:
        path = child.scratch.path / _BROUGHT
        content = source.getbuffer() if isinstance(source, io.BytesIO) else memoryview(source)
        with content, _keeping(name), path.open("wb") as out:
            for start in range(0, len(content), _CHUNK):
                out.write(content[start : start + _CHUNK])
    try:
        with path.open("rb") as file:
            packed = file.read(4).startswith(_PACKED)
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise ImportRefused(f"{name}: it cannot be read ({error.strerror or error}).") from error
    return str(path), Allowance.to_read(size, packed=packed)


@contextmanager
def _keeping(name: str) -> Iterator[None]:
    """Say of a disk that does not take what a child is to read."""
    try:
        yield
    except OSError as error:
        raise ImportRefused(
            f"{name}: it cannot be kept while it is read ({error.strerror or error}). Make room on the "
            "disk; nothing was changed."
        ) from error


def _text(path: Path, name: str) -> bytes:
    try:
        if path.is_symlink() or path.stat().st_size > _JSON_BYTES:
            raise _broken(name)
        return path.read_bytes()
    except OSError as error:
        raise _broken(name) from error


def _frame(path: Path, most: int, name: str) -> pl.DataFrame:
    """A frame that a child wrote, of at most so many rows, with no more text than cells hold."""
    try:
        if path.is_symlink():
            raise _broken(name)
        about = pq.read_metadata(path)
        if about.num_rows > most or about.num_columns > 3 * _LIMITS.columns:
            raise _broken(name)
        frame = pl.read_parquet(path, glob=False)
    except (OSError, pl.exceptions.PolarsError, ValueError) as error:
        raise _broken(name) from error
    if any(_holds_too_much(column) for column in frame):
        raise _broken(name)
    return frame


def _holds_too_much(column: pl.Series) -> bool:
    """Whether the texts of a column are longer than cells are, in the mean or altogether."""
    if isinstance(column.dtype, pl.List):
        column = column.explode()
    if column.dtype != pl.String:
        return False
    return int(column.str.len_bytes().sum()) > min(
        _TEXT_BYTES, _FEW_BYTES + _CELL_BYTES * len(column)
    )


def _broken(name: str) -> ImportRefused:
    return ImportRefused(
        f"{name}: what was read of it does not agree with itself. Save it as CSV and load that."
    )

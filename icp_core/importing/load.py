"""A load from files to accounts, with the report, the rejects and what was merged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final, Protocol, Self, TypeVar

import polars as pl

from icp_core.errors import ImportRefused
from icp_core.importing import registers
from icp_core.importing.assumptions import in_country
from icp_core.importing.cell_counts import CellCounts
from icp_core.importing.cells import tidied
from icp_core.importing.cleaning import NOT_ACTIVE, NUMBER_COUNTRY, Rules, clean
from icp_core.importing.deal_headings import signs_of_deals
from icp_core.importing.deal_lists import note_on_deals
from icp_core.importing.dialects import is_turned
from icp_core.importing.duplicates import FILE, merge, merge_shared
from icp_core.importing.failures import refusing
from icp_core.importing.footers import told_of_short_lines
from icp_core.importing.guessing import (
    UNITS_BELOW,
    guess,
    note_on_given_back,
    note_on_industries,
    units_below,
)
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.persons import left_out, note_on, without_persons
from icp_core.importing.reading import read
from icp_core.importing.registers import Register
from icp_core.importing.relations import Choices, asking, choices_of
from icp_core.importing.report import FileReport, QualityReport, quality
from icp_core.importing.tables import (
    REJECTS,
    ROW,
    Limits,
    OnProgress,
    Progress,
    Table,
    joined,
    no_progress,
    refuse,
    rejects,
    within,
)
from icp_core.reference.numbers import number

_BATCH: Final = 200_000
# Rows that tell whether a table lies on its side.
_SAMPLE: Final = 100
_ORPHAN: Final = "no company of that national number in the other files"


@dataclass(frozen=True)
class MappedFile:
    """A file that was read and what becomes of its headings; the page shows it before the load.

    Attributes
    ----------
    table
        Text under the file's headings (a register's: under canonical ones).
    mapping
        Guessed, remembered or corrected.
    register
        The register whose file it is.
    original
        The file's own cells, for the rejects.
    choices
        Values of the columns that have few.
    """

    table: Table
    mapping: HeadingMapping
    register: Register | None
    original: Table
    choices: Choices = field(default_factory=dict)

    def with_mapping(self, mapping: HeadingMapping) -> "MappedFile":
        """A copy under another mapping.

        Raises
        ------
        ImportRefused
            If the mapping is of a file with other headings.
        """
        fit = fitted(mapping, self.mapping, name=self.table.name)
        return replace(self, mapping=asking(fit, self.choices))

    @property
    def has_names(self) -> bool:
        """Whether it lists companies, or only figures of companies in another file."""
        return bool(self.mapping.of("name"))


@dataclass(frozen=True)
class ImportResult:
    """The result of a load.

    Attributes
    ----------
    accounts
        One row a company: canonical columns first, then the files' own; fit for `Universe.of`.
    report
        What was done with every row and column.
    rejected
        Rows that did not make it: `file, row, reason, cells`. Cells of persons are not kept.
    members
        Rows of companies that stood more than once, as they were (see `duplicates.undo`).
    mappings
        By name of the file.
    """

    accounts: pl.DataFrame
    report: QualityReport
    rejected: pl.DataFrame
    members: pl.DataFrame
    mappings: Mapping[str, HeadingMapping] = field(default_factory=dict)


def open_file(
    source: Path | bytes,
    *,
    name: str | None = None,
    sheet: str | None = None,
    code_page: str | None = None,
    remembered: Mapping[str, HeadingMapping] | None = None,
    limits: Limits | None = None,
    on_progress: OnProgress = no_progress,
) -> MappedFile:
    """Read a file and map its headings.

    Parameters
    ----------
    source
        Path or content.
    name
        What the user calls the file.
    sheet
        Sheet of a workbook.
    code_page
        Of a text file's lines that are not UTF-8; None finds out (see `encodings`).
    remembered
        Mappings by fingerprint that people corrected before.
    limits
        How much of an untrusted file to read.
    on_progress
        Told how far the reading is; raising in it cancels.

    Raises
    ------
    ImportRefused
        If the file cannot be read as a whole.
    """
    original = read(
        source,
        name=name,
        sheet=sheet,
        code_page=code_page,
        flatten=registers.flattener,
        limits=limits,
        on_progress=on_progress,
    )
    register = registers.recognise(original.headings)
    if register:
        table, mapping = register.prepare(original)
        return MappedFile(table, mapping, register, original)
    if is_turned(original.headings, original.head(_SAMPLE).to_series().to_list()):
        refuse(
            original.name,
            "it lies on its side: its headings stand below each other and its companies beside each "
            "other. Copy it and paste it transposed (rows as columns), so that each company is a row.",
        )
    table = tidied(original)
    # The rejects show the cells as they were; what was changed is said of the file.
    original = replace(original, notes=table.notes)
    row, units = units_below(table)
    if row is not None:
        table, original = _without_row(table, row), _without_row(original, row)
    choices = choices_of(table)
    mapping = without_persons(guess(table, units, choices), table)
    opened = MappedFile(table, mapping, None, original, choices)
    known = (remembered or {}).get(opened.mapping.fingerprint)
    return opened.with_mapping(known) if known else opened


def _without_row(table: Table, row: int) -> Table:
    """The table without a row of units, which is rejected."""
    cells = table.lazy.filter(pl.col(ROW) == row).select(table.headings).collect().row(0)
    gone = rejects(table.name, [row], [UNITS_BELOW], [joined(cells)])
    return replace(
        table,
        lazy=table.lazy.filter(pl.col(ROW) != row),
        rows=table.rows - 1,
        unreadable=pl.concat([table.unreadable, gone]).sort(ROW.removeprefix("#")),
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
    limits: Limits | None = None,
    on_progress: OnProgress = no_progress,
) -> ImportResult:
    """Files to accounts in one step, as the command line does it.

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
    limits
        How much of an untrusted file to read.
    on_progress
        Told how far the load is, 0…1; raising in it cancels.

    Raises
    ------
    ImportRefused
        If a file cannot be read, no file has company names, or no row is left.
    """
    return settled(
        files,
        lambda path, known, tell: open_file(
            path, code_page=code_page, remembered=known, limits=limits, on_progress=tell
        ),
        lambda opened, tell: load(opened, rules=rules, on_progress=tell),
        mapping=mapping,
        remembered=remembered,
        country=country,
        settle=settle,
        on_progress=on_progress,
    )


class _Opened(Protocol):
    """A file that was opened, here or in a child process."""

    @property
    def mapping(self) -> HeadingMapping: ...

    @property
    def register(self) -> object: ...

    def with_mapping(self, mapping: HeadingMapping) -> Self: ...


_File = TypeVar("_File", bound=_Opened)


def settled(
    files: Sequence[Path],
    open_one: Callable[[Path, Mapping[str, HeadingMapping], OnProgress], _File],
    load_all: Callable[[Sequence[_File], OnProgress], ImportResult],
    *,
    mapping: HeadingMapping | None,
    remembered: Mapping[str, HeadingMapping] | None,
    country: str | None,
    settle: Callable[[HeadingMapping], HeadingMapping] | None,
    on_progress: OnProgress,
) -> ImportResult:
    """Open files, settle their mappings and load them; `run_import` has the parameters.

    Raises
    ------
    ImportRefused
        As `run_import`.
    """
    known = dict(remembered or {})
    if mapping is not None:
        known[mapping.fingerprint] = mapping
    opened = [
        open_one(path, known, within(on_progress, 0.5 * place / len(files), 0.5 / len(files)))
        for place, path in enumerate(files)
    ]
    if mapping is not None and not any(
        mapping.fingerprint == file.mapping.fingerprint for file in opened if not file.register
    ):
        raise ImportRefused(
            "The mapping fits none of the files: their headings differ from those it was made for."
        )
    if country is not None:
        opened = [
            file
            if file.mapping.country
            else file.with_mapping(in_country(file.mapping, country.upper()))
            for file in opened
        ]
    if settle is not None:
        opened = [
            file if file.register else file.with_mapping(settle(file.mapping)) for file in opened
        ]
    return load_all(opened, within(on_progress, 0.5, 0.5))


def fitted(mapping: HeadingMapping, current: HeadingMapping, *, name: str) -> HeadingMapping:
    """A mapping in the order of the file that `current` is of.

    Raises
    ------
    ImportRefused
        If it is of a file with other headings.
    """
    order = {one.heading: place for place, one in enumerate(current.assignments)}
    if mapping.fingerprint != current.fingerprint or {
        one.heading for one in mapping.assignments
    } != set(order):
        raise ImportRefused(f"The mapping is for a file with other headings than {name}.")
    assignments = sorted(mapping.assignments, key=lambda one: order[one.heading])
    return mapping.replace(assignments=tuple(assignments))


def load(
    files: Sequence[MappedFile],
    *,
    rules: Rules | None = None,
    on_progress: OnProgress = no_progress,
) -> ImportResult:
    """Clean, join and merge files whose mapping is settled.

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
        If no file has company names, or no row is left.
    """
    rules = rules or Rules()
    names = ", ".join(file.original.name for file in files) or "Nothing"
    if not any(file.has_names for file in files):
        for file in files:
            if signs := signs_of_deals(file.original.headings):
                raise ImportRefused(
                    f"{file.original.name}: it is a list of deals ({', '.join(signs)}) without a column "
                    "of company names that is known. Load it as customers, or choose it."
                )
        raise ImportRefused(
            f"{names}: there is no column with company names. Choose it, or load the file together "
            "with the register's file. The headings are "
            f"{', '.join(h for file in files for h in file.table.headings[:30])}."
        )
    with refusing(names):
        return _load(files, rules, on_progress)


def _load(files: Sequence[MappedFile], rules: Rules, on_progress: OnProgress) -> ImportResult:
    tallies: dict[str, CellCounts] = {}
    rates: set[tuple[str, date]] = set()
    rejected: list[pl.DataFrame] = []
    lists: list[pl.DataFrame] = []
    figures: list[pl.DataFrame] = []
    total = sum(file.table.rows for file in files)
    done = 0
    for place, file in enumerate(files):
        own = replace(rules, need_name=file.has_names, strict_numbers=file.register is not None)
        parts: list[pl.DataFrame] = []
        gone: list[pl.DataFrame] = []
        for start in range(0, file.table.rows, _BATCH):
            on_progress(Progress("Cleaning the rows", 0.8 * done / total))
            batch = file.table.lazy.slice(start, _BATCH).collect()
            cleaned = clean(
                batch,
                file.mapping,
                rules=own,
                tallies=tallies,
                source=file.register.label if file.register else file.original.name,
            )
            parts.append(cleaned.accounts)
            gone.append(cleaned.rejected)
            rates |= cleaned.rates
            done += batch.height
        rejected += [
            told_of_short_lines(file.original.unreadable),
            _with_cells(file, pl.concat(gone)),
        ]
        frame = pl.concat(parts, how="diagonal_relaxed").with_columns(
            pl.lit(place, pl.Int64).alias(FILE)
        )
        (lists if file.has_names else figures).append(frame)
    on_progress(Progress("Merging rows of the same company", 0.8))
    remarks = [
        (
            *note_on(file.mapping),
            *note_on_industries(file.mapping),
            *note_on_given_back(file.mapping),
            *note_on_deals(file.original),
        )
        for file in files
    ]
    deals = [place for place, file in enumerate(files) if note_on_deals(file.original)]
    merged = merge(
        pl.concat(lists, how="diagonal_relaxed"),
        deals=deals,
        on_progress=within(on_progress, 0.8, 0.1),
    )
    if merged.disowned:
        tallies.setdefault("org_number", CellCounts()).invalid += sum(merged.disowned.values())
    accounts, members, away = merged.accounts, merged.members, merged.away
    for frame in figures:
        place = int(frame[FILE][0]) if frame.height else 0
        accounts, orphans, taken = _join_figures(accounts, frame)
        away += taken
        reasons = orphans.select(ROW, reason=pl.lit(_ORPHAN))
        rejected.append(_with_cells(files[place], reasons))
    if accounts.is_empty():
        raise ImportRefused(_nothing_left(pl.concat(rejected)))
    accounts = accounts.drop(ROW, FILE)
    accounts = accounts.drop(NUMBER_COUNTRY, strict=False)
    if rules.merge_shared:
        more = merge_shared(accounts)
        accounts, away = more.accounts, away + more.away
        members = pl.concat([members, more.members], how="diagonal_relaxed")
    on_progress(Progress("Writing the report", 0.95))
    rejects = pl.concat(rejected).sort("file", "row", maintain_order=True)
    report = quality(
        accounts,
        files=tuple(
            FileReport(
                name=file.original.name,
                kind=file.original.kind,
                register_name=file.register.label if file.register else None,
                rows=file.original.rows_read,
                unreadable=file.original.unreadable.height,
                notes=file.original.notes,
                remarks=remarks[place],
            )
            for place, file in enumerate(files)
        ),
        rejected=rejects,
        members=members,
        merged=away,
        tallies=tallies,
        rates=frozenset(rates),
        disowned=merged.disowned,
    )
    on_progress(Progress("Done", 1.0))
    mappings = {file.original.name: file.mapping for file in files}
    return ImportResult(accounts, report, rejects, members, mappings)


def _join_figures(
    accounts: pl.DataFrame, figures: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Accounts with the figures of a file that has no names, its rows without a company, rows used."""
    keyed = figures.with_columns(key=pl.format("{}-{}", NUMBER_COUNTRY, "org_number"))
    companies = accounts.with_columns(key=pl.col("account_id"))
    orphans = keyed.join(companies.select("key"), on="key", how="anti")
    used = keyed.join(companies.select("key"), on="key", how="semi")
    order = [c for c in ("as_of", "fiscal_year", ROW) if c in used.columns]
    skip = ("key", ROW, FILE, NUMBER_COUNTRY, "org_number", "country", "source")
    columns = [c for c in used.columns if c not in skip]
    newest = (
        used.sort(order, nulls_last=False)
        .group_by("key", maintain_order=True)
        .agg(pl.col(c).drop_nulls().last() for c in columns)
    )
    both = companies.join(newest, on="key", how="left", suffix="#new", maintain_order="left")
    filled = both.with_columns(
        pl.coalesce(f"{c}#new", c).alias(c) for c in columns if f"{c}#new" in both.columns
    )
    kept = filled.drop("key", *(c for c in filled.columns if c.endswith("#new")))
    return kept, orphans, used.height


def _with_cells(file: MappedFile, rejected: pl.DataFrame) -> pl.DataFrame:
    """Rejected rows with their original cells; those of persons and estates are not kept."""
    if rejected.is_empty():
        return pl.DataFrame(schema=REJECTS)
    inactive = pl.col("reason").str.ends_with(NOT_ACTIVE)
    private = pl.col("reason").str.starts_with("left out") & ~inactive
    wanted = rejected.filter(~private)
    cells: dict[int, str] = {}
    if wanted.height:
        rows = file.original.lazy.filter(pl.col(ROW).is_in(wanted[ROW].implode())).collect()
        persons = [h for h in left_out(file.mapping) if h in rows.columns]
        rows = rows.with_columns(pl.lit(None, pl.String).alias(h) for h in persons)
        cells = {row[0]: joined(row[1:]) for row in rows.select(ROW, pl.exclude(ROW)).iter_rows()}
    return rejected.select(
        pl.lit(file.original.name).alias("file"),
        pl.col(ROW).alias("row"),
        "reason",
        pl.Series("cells", [cells.get(row) for row in rejected[ROW]], dtype=pl.String),
    )


def _nothing_left(rejected: pl.DataFrame) -> str:
    reasons = rejected["reason"].value_counts(sort=True).head(3).iter_rows()
    listed = "; ".join(f"{number(count)} × {reason}" for reason, count in reasons)
    return f"No company is left of the {number(rejected.height)} rows: {listed}. Check the mapping."

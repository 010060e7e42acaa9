"""The vocabulary of account columns: the only place that names them.

The importer, the pages, the exports and the documentation read names, types, units and descriptions
from here. A column that is not canonical is kept as it is and can be a criterion too; `describe`
gives it a kind from its data type.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import narwhals as nw
import polars as pl

from icp_core.errors import UniverseError
from icp_core.reference.industry import spelled
from icp_core.reference.numbers import number
from icp_core.reference.text import BLANKS


class Kind(StrEnum):
    """What the values of a column are, which decides the fits that apply to it."""

    TEXT = "text"
    CHOICE = "choice"
    INDUSTRY = "industry"
    NUMBER = "number"
    FLAG = "flag"
    TAGS = "tags"
    DATE = "date"


class Subject(StrEnum):
    """What a column is about, to find it among many."""

    FIRMOGRAPHIC = "firmographic"
    GROWTH = "growth"
    TECHNOLOGY = "technology"
    PLACE = "place"
    OWN = "own"
    RECORDS = "records"


@dataclass(frozen=True)
class Column:
    """One column of accounts.

    Attributes
    ----------
    name
        As in the data frame.
    label
        As shown to people, sentence case.
    kind
        What the values are.
    description
        One sentence.
    unit
        `"EUR"`, `"EUR a year"`, `"people"`, `"year"`, `"fraction"`, `"degrees"` or empty.
    dtype
        The type of the column in memory; None for columns that are not canonical.
    """

    name: str
    label: str
    kind: Kind
    description: str
    unit: str = ""
    dtype: pl.DataType | None = None

    @property
    def is_canonical(self) -> bool:
        """Whether the product itself defines this column."""
        return self.name in BY_NAME

    @property
    def subject(self) -> Subject:
        """What the column is about."""
        return _SUBJECTS.get(self.name, Subject.FIRMOGRAPHIC if self.is_canonical else Subject.OWN)

    @property
    def is_criterion(self) -> bool:
        """Whether a criterion can test this column (free text and dates cannot be graded)."""
        return self.kind in _FITS


_FITS: Final = {
    Kind.NUMBER: ("range",),
    Kind.CHOICE: ("choice",),
    Kind.INDUSTRY: ("choice",),
    Kind.FLAG: ("flag",),
    Kind.TAGS: ("tags",),
}


def fits_for(kind: Kind) -> tuple[str, ...]:
    """Names of the fits that apply to a kind of column; empty where none does."""
    return _FITS.get(kind, ())


_TEXT, _FLOAT, _INT, _BOOL = pl.String(), pl.Float64(), pl.Int64(), pl.Boolean()
_TAGS = pl.List(pl.String())

CANONICAL: Final[tuple[Column, ...]] = (
    Column(
        "account_id",
        "Account id",
        Kind.TEXT,
        "Country and national number (NO-923609016), else domain:…, else a hash of name and country.",
        dtype=_TEXT,
    ),
    Column("name", "Name", Kind.TEXT, "Registered or trading name.", dtype=_TEXT),
    Column("website", "Website", Kind.TEXT, "Address of the home page.", dtype=_TEXT),
    Column("domain", "Domain", Kind.TEXT, "Registrable domain, lower case, IDNA.", dtype=_TEXT),
    Column("linkedin_url", "LinkedIn page", Kind.TEXT, "Address of the company page.", dtype=_TEXT),
    Column("stock_symbol", "Stock symbol", Kind.TEXT, "Ticker of a listed company.", dtype=_TEXT),
    Column(
        "org_number",
        "National number",
        Kind.TEXT,
        "Number in the national register; text, because leading zeros count.",
        dtype=_TEXT,
    ),
    Column("country", "Country", Kind.CHOICE, "ISO 3166-1 alpha-2 code.", dtype=_TEXT),
    Column(
        "region",
        "Region",
        Kind.CHOICE,
        "Code of the län, fylke, region or maakunta behind its country: SE-01. Elsewhere its name.",
        dtype=_TEXT,
    ),
    Column(
        "municipality",
        "Municipality",
        Kind.CHOICE,
        "Official code of the municipality behind its country: SE-0180.",
        dtype=_TEXT,
    ),
    Column("postcode", "Postcode", Kind.TEXT, "Without spaces or country prefix.", dtype=_TEXT),
    Column("city", "City", Kind.TEXT, "Postal town.", dtype=_TEXT),
    Column(
        "latitude",
        "Latitude",
        Kind.NUMBER,
        "Of the postcode, else of the municipality (WGS 84).",
        "degrees",
        _FLOAT,
    ),
    Column(
        "longitude",
        "Longitude",
        Kind.NUMBER,
        "Of the postcode, else of the municipality (WGS 84).",
        "degrees",
        _FLOAT,
    ),
    Column(
        "industry",
        "Industry",
        Kind.INDUSTRY,
        "NACE code such as 62.01; a criterion matches by prefix at any level, section letter included.",
        dtype=_TEXT,
    ),
    Column(
        "industry_revision",
        "Industry revision",
        Kind.CHOICE,
        "Revision of NACE that the code belongs to: 2 or 2.1; blank means 2.",
        dtype=_TEXT,
    ),
    Column("sector", "Sector (GICS)", Kind.CHOICE, "Sector of a listed company.", dtype=_TEXT),
    Column(
        "legal_form",
        "Legal form",
        Kind.CHOICE,
        "As the national register abbreviates it.",
        dtype=_TEXT,
    ),
    Column(
        "funding_stage",
        "Funding stage",
        Kind.CHOICE,
        "Last round of outside money: none, seed, a, b, c or listed.",
        dtype=_TEXT,
    ),
    Column("employees", "Employees", Kind.NUMBER, "Headcount.", "people", _INT),
    Column(
        "employees_low",
        "Employees, at least",
        Kind.NUMBER,
        "Lower end where only a band of headcount is known.",
        "people",
        _INT,
    ),
    Column(
        "employees_high",
        "Employees, at most",
        Kind.NUMBER,
        "Upper end where only a band of headcount is known.",
        "people",
        _INT,
    ),
    Column("revenue", "Revenue", Kind.NUMBER, "Turnover of the fiscal year.", "EUR a year", _FLOAT),
    Column(
        "operating_profit",
        "Operating profit",
        Kind.NUMBER,
        "EBIT of the fiscal year.",
        "EUR a year",
        _FLOAT,
    ),
    Column(
        "net_profit", "Net profit", Kind.NUMBER, "Result of the fiscal year.", "EUR a year", _FLOAT
    ),
    Column(
        "fiscal_year", "Fiscal year", Kind.NUMBER, "Year that the figures are of.", "year", _INT
    ),
    Column("margin", "Margin", Kind.NUMBER, "Operating profit over revenue.", "fraction", _FLOAT),
    Column(
        "revenue_growth",
        "Revenue growth",
        Kind.NUMBER,
        "Change of revenue on the year before.",
        "fraction",
        _FLOAT,
    ),
    Column(
        "current_ratio",
        "Current ratio",
        Kind.NUMBER,
        "Current assets over current liabilities.",
        "fraction",
        _FLOAT,
    ),
    Column("founded", "Founded", Kind.NUMBER, "Year of foundation.", "year", _INT),
    Column(
        "technologies", "Technologies", Kind.TAGS, "Products and platforms in use.", dtype=_TAGS
    ),
    Column(
        "status",
        "Status",
        Kind.CHOICE,
        "active, bankrupt, dissolving (also: restructured under a court) or deregistered; only active "
        "accounts are loaded unless asked.",
        dtype=_TEXT,
    ),
    Column(
        "marketing_opt_out",
        "Opted out of advertising",
        Kind.FLAG,
        "Flagged by the register (reklamebeskyttet, reklamspärr); never exported to an ad audience.",
        dtype=_BOOL,
    ),
    Column("is_customer", "Customer", Kind.FLAG, "Buys from us today.", dtype=_BOOL),
    Column("owner", "Owner", Kind.CHOICE, "Who in the sales team has the account.", dtype=_TEXT),
    Column(
        "territory", "Territory", Kind.CHOICE, "Sales territory the account lies in.", dtype=_TEXT
    ),
    Column(
        "last_touch",
        "Last touch",
        Kind.DATE,
        "When somebody in the sales team last dealt with the account.",
        dtype=pl.Date(),
    ),
    Column(
        "open_deals",
        "Open deals",
        Kind.NUMBER,
        "How many deals with the account are open: what a change of its rep puts at risk.",
        "deals",
        _INT,
    ),
    Column("source", "Source", Kind.CHOICE, "Where the facts come from.", dtype=_TEXT),
    Column("as_of", "As of", Kind.DATE, "Date of the facts.", dtype=pl.Date()),
)

BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in CANONICAL}

_SUBJECTS: Final[Mapping[str, Subject]] = {
    name: subject
    for subject, names in {
        Subject.GROWTH: (
            "revenue_growth", "margin", "operating_profit", "net_profit", "current_ratio",
        ),
        Subject.TECHNOLOGY: ("technologies",),
        Subject.PLACE: ("country", "region", "municipality", "latitude", "longitude"),
        Subject.RECORDS: (
            "status", "marketing_opt_out", "is_customer", "owner", "territory", "last_touch",
            "open_deals", "source", "fiscal_year", "industry_revision", "employees_low",
            "employees_high",
        ),
    }.items()
    for name in names
}  # fmt: skip

_OF_READERS: Final[Mapping[str, tuple[str, str]]] = {
    "gics_group": ("Industry group (GICS)", ""),
    "gics_industry": ("Industry (GICS)", ""),
    "latest_accounts": ("Latest accounts", "year"),
    "vat_registered": ("VAT registered", ""),
}
"""Label and unit of what our readers of registers and exchanges add to the canonical columns."""

_ORIGINAL: Final = "_original"

LARGEST: Final = 2.0**53
"""The largest number that an account may hold: beyond it a float no longer counts by ones."""

REQUIRED: Final[tuple[str, ...]] = ("account_id", "name")

PREFIX: Final = "icp__"
"""Begins what evaluating adds to accounts on its way, in any case; so no list's own column may."""

BANDS: Final[Mapping[str, tuple[str, str]]] = {"employees": ("employees_low", "employees_high")}
"""Columns of the lower and upper end of a number of which only a band may be known."""

_FIRST_DAY: Final = date.min.toordinal() - date(1970, 1, 1).toordinal()
_LAST_DAY: Final = date.max.toordinal() - date(1970, 1, 1).toordinal()
_TICKS_A_DAY: Final = {"ms": 86_400_000, "us": 86_400_000_000}
_NO_TIME: Final = (-(2**63), -(2**63) + 1, 2**63 - 1)
"""What stands for minus and plus infinity among times, which are 64-bit numbers."""


def restates(name: str) -> bool:
    """Whether a column holds a canonical amount once more, as it was before it became euros."""
    return name.endswith(_ORIGINAL) and name.removesuffix(_ORIGINAL) in BY_NAME


def describe(name: str, dtype: pl.DataType) -> Column:
    """The column of that name; one that is not canonical gets its kind from its data type.

    Parameters
    ----------
    name
        Column name in the data frame.
    dtype
        Polars type of the column.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    if dtype.is_numeric():
        kind = Kind.NUMBER
    elif dtype == pl.Boolean:
        kind = Kind.FLAG
    elif isinstance(dtype, pl.List):
        kind = Kind.TAGS
    elif dtype.is_temporal():
        kind = Kind.DATE
    else:
        kind = Kind.CHOICE
    label = name.replace("_", " ").strip()
    label, unit = _OF_READERS.get(name, (label[:1].upper() + label[1:], ""))
    if restates(name):
        label = f"{BY_NAME[name.removesuffix(_ORIGINAL)].label}, in its own currency"
    return Column(
        name, label, kind, "Column of the loaded list.", unit if kind is Kind.NUMBER else ""
    )


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """Accounts as `typed` gives them, held to what every list needs.

    Parameters
    ----------
    frame
        Accounts with at least the columns in `REQUIRED`; missing canonical columns stay missing, but
        for a number of which there are bands (`untold`).

    Raises
    ------
    UniverseError
        If a required column is missing, an `account_id` is blank or repeated, or `typed` refuses a
        column.
    """
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise UniverseError(
            f"The accounts lack the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"every list needs {' and '.join(REQUIRED)}. A list from elsewhere gets them when it is "
            "imported: on the Import page, or by `python -m icp_core import FILE --out LIST.parquet`."
        )
    frame = typed(frame)
    ids = frame["account_id"]
    blank = nw.from_native(frame).select(blank=is_blank(nw.col("account_id")))["blank"].to_native()
    refusal = unfit_ids(len(ids), int(blank.sum()), ids.filter(~blank).n_unique())
    if refusal:
        raise UniverseError(refusal)
    return frame.with_columns(
        pl.lit(None, dtype=BY_NAME[name].dtype).alias(name) for name in untold(frame.columns)
    )


def untold(names: Collection[str]) -> list[str]:
    """Numbers that a list tells by their bands alone: they are columns too, of which nothing is known.

    Engines compare names without case, so a column `Employees` leaves no room for ours.

    Examples
    --------
    >>> untold(["account_id", "name", "employees_low"]), untold(["employees", "employees_low"])
    (['employees'], [])
    """
    taken = {name.casefold() for name in names}
    return [
        number
        for number, ends in BANDS.items()
        if number not in taken and any(end in names for end in ends)
    ]


def is_blank(text: nw.Expr) -> nw.Expr:
    """Whether a text is unknown or holds nothing but white space, of any script, on any engine."""
    return text.is_null() | (text.str.replace_all(f"[{BLANKS}]", "") == "")


def unfit_ids(rows: int, blank: int, distinct: int) -> str:
    """Why accounts with such an `account_id` make no list; empty where they do.

    Parameters
    ----------
    rows, blank
        How many accounts there are, and how many without an id.
    distinct
        How many ids.

    Examples
    --------
    >>> unfit_ids(5, 0, 3)
    '2 of 5 accounts have an account_id that stands more than once; keep one row of each.'
    """
    if blank:
        who = f"{number(blank)} accounts have" if blank > 1 else "An account has"
        return f"{who} no account_id; fill it or leave those rows out."
    if distinct < rows:
        return (
            f"{number(rows - distinct)} of {number(rows)} accounts have an account_id that "
            "stands more than once; "
            "keep one row of each."
        )
    return ""


def unfit(name: str, *, is_text: bool) -> str:
    """Why no list has such a column; empty where one may.

    Parameters
    ----------
    name
        Of the column.
    is_text
        Whether it holds texts.
    """
    if name.casefold().startswith(PREFIX):
        return f"The column {name} begins with {PREFIX}, as our own workings do. Rename it."
    if is_text and name in BY_NAME and BY_NAME[name].kind is Kind.FLAG:
        return f"The column {name} holds texts; write true and false, or 1 and 0."
    return ""


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every canonical column in its canonical type, and null for what is no value.

    That are numbers that `known` refuses, and days before the year 1 or after 9999. Whole numbers are
    rounded down; a flag may be a number, 0 for no.

    Raises
    ------
    UniverseError
        If a value cannot be read as its column's type, or `unfit` says so of a column.
    """
    for name, dtype in frame.schema.items():
        refusal = unfit(name, is_text=dtype in (pl.String, pl.Categorical, pl.Enum))
        if refusal:
            raise UniverseError(refusal)
    try:
        frame = frame.select(_sound(name, dtype) for name, dtype in frame.schema.items())
    except pl.exceptions.PolarsError as error:
        raise UniverseError(f"A column does not hold what its name promises: {error}") from error
    if "industry" not in frame.columns:
        return frame
    # Of many accounts there are few different codes.
    codes = frame.select(industry=pl.col("industry").unique())
    read = nw.from_native(codes).with_columns(read=spelled(nw.col("industry"))).to_native()
    changed = read.filter(pl.col("industry").ne_missing(pl.col("read")))
    if changed.is_empty():
        return frame
    return frame.with_columns(
        pl.col("industry").replace(changed["industry"], changed["read"]).alias("industry")
    )


def _sound(name: str, dtype: pl.DataType) -> pl.Expr:  # noqa: PLR0911 - one per type
    """A column in its type, with null for what is no value."""
    target = BY_NAME[name].dtype if name in BY_NAME else None
    value = pl.col(name)
    if target is not None and target.is_integer() and not dtype.is_integer():
        number = value.cast(pl.Float64)
        return known(number).floor().cast(target).alias(name)
    if target == pl.Boolean and dtype.is_float():
        return (known(value) != 0).alias(name)
    if target == pl.List(pl.String) and not isinstance(dtype, pl.List | pl.Array):
        tag = value.cast(pl.String)
        return pl.when(tag.is_not_null()).then(pl.concat_list(tag)).alias(name)
    if target is not None:
        value = value.cast(target)
    dtype = target or dtype
    if dtype.is_float():
        return known(value).alias(name)
    if dtype == pl.Date:
        return (
            pl.when(value.to_physical().is_between(_FIRST_DAY, _LAST_DAY)).then(value).alias(name)
        )
    if isinstance(dtype, pl.Datetime):
        time = value.to_physical()
        is_time = ~time.is_in(_NO_TIME)
        if dtype.time_unit in _TICKS_A_DAY:
            ticks = _TICKS_A_DAY[dtype.time_unit]
            is_time &= time.is_between(_FIRST_DAY * ticks, (_LAST_DAY + 1) * ticks, closed="left")
        return pl.when(is_time).then(value).alias(name)
    return value


def known(number: pl.Expr) -> pl.Expr:
    """A number, unless it is none (NaN), endless, or so large that it counts nothing: then unknown."""
    return pl.when(number.abs() <= LARGEST).then(number)


def describe_all(schema: Mapping[str, pl.DataType]) -> dict[str, Column]:
    """Every column of a frame, by name, in the frame's order."""
    return {name: describe(name, dtype) for name, dtype in schema.items()}


def labels(schema: Mapping[str, pl.DataType]) -> list[str]:
    """Labels of the columns of a frame, or of those that one lacks, as they are called everywhere."""
    return [column.label for column in describe_all(schema).values()]

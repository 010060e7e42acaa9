"""The vocabulary of account columns: the only place that names them.

The importer, the pages, the exports and the documentation read names, types, units and descriptions
from here. A column that is not canonical is kept as it is and can be a criterion too; `describe`
gives it a kind from its data type.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from icp_core.errors import UniverseError


class Kind(StrEnum):
    """What the values of a column are, which decides the fits that apply to it."""

    TEXT = "text"
    CHOICE = "choice"
    INDUSTRY = "industry"
    NUMBER = "number"
    FLAG = "flag"
    TAGS = "tags"
    DATE = "date"


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
        "Official code of the län, fylke, region or maakunta behind its country: SE-01.",
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
    Column("source", "Source", Kind.CHOICE, "Where the facts come from.", dtype=_TEXT),
    Column("as_of", "As of", Kind.DATE, "Date of the facts.", dtype=pl.Date()),
)

BY_NAME: Final[Mapping[str, Column]] = {column.name: column for column in CANONICAL}

_OF_READERS: Final[Mapping[str, tuple[str, str]]] = {
    "gics_group": ("Industry group (GICS)", ""),
    "gics_industry": ("Industry (GICS)", ""),
    "latest_accounts": ("Latest accounts", "year"),
    "vat_registered": ("VAT registered", ""),
}
"""Label and unit of what our readers of registers and exchanges add to the canonical columns."""

LARGEST: Final = 2.0**53
"""The largest number that an account may hold: beyond it a float no longer counts by ones."""

REQUIRED: Final[tuple[str, ...]] = ("account_id", "name")


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
    return Column(
        name, label, kind, "Column of the loaded list.", unit if kind is Kind.NUMBER else ""
    )


def conform(frame: pl.DataFrame) -> pl.DataFrame:
    """Accounts as `typed` gives them, held to what every list needs.

    Parameters
    ----------
    frame
        Accounts with at least the columns in `REQUIRED`; missing canonical columns stay missing.

    Raises
    ------
    UniverseError
        If a required column is missing, an `account_id` is blank or repeated, or a value cannot be
        read as its column's type.
    """
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        raise UniverseError(
            f"The accounts lack the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"every list needs {' and '.join(REQUIRED)}."
        )
    frame = typed(frame)
    ids = frame["account_id"]
    if ids.null_count():
        raise UniverseError(
            f"{ids.null_count():,} accounts have no account_id; fill it or leave those rows out."
        )
    if ids.n_unique() < len(ids):
        first = frame.filter(pl.col("account_id").is_duplicated())["account_id"][0]
        raise UniverseError(f"The account_id {first} stands more than once; keep one row of each.")
    return frame


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every canonical column in its canonical type, and no number that `known` refuses.

    Raises
    ------
    UniverseError
        If a value cannot be read as its column's type.
    """
    casts: list[pl.Expr] = []
    for name in frame.columns:
        target = BY_NAME[name].dtype if name in BY_NAME else None
        expression = pl.col(name).cast(target) if target is not None else pl.col(name)
        if (target or frame.schema[name]).is_float():
            expression = known(expression)
        casts.append(expression)
    try:
        return frame.select(casts)
    except pl.exceptions.PolarsError as error:
        raise UniverseError(f"A column does not hold what its name promises: {error}") from error


def known(number: pl.Expr) -> pl.Expr:
    """A number, unless it is none (NaN), endless, or so large that it counts nothing: then unknown."""
    return pl.when(number.abs() <= LARGEST).then(number)


def describe_all(schema: Mapping[str, pl.DataType]) -> dict[str, Column]:
    """Every column of a frame, by name, in the frame's order."""
    return {name: describe(name, dtype) for name, dtype in schema.items()}


def labels(names: Iterable[str]) -> list[str]:
    """Labels of columns by name, for headings; a name that is not canonical stands for itself."""
    return [BY_NAME[name].label if name in BY_NAME else name for name in names]

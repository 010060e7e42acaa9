"""Which columns each format has, as expressions over a frame that holds every column they read."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Final

import polars as pl

from icp_core.accounts.columns import CANONICAL, describe
from icp_core.accounts.linkedin import company_page
from icp_core.accounts.web_hosts import is_shared_host
from icp_core.evaluation.expressions import workings
from icp_core.exporting import cells
from icp_core.exporting.cells import guarded
from icp_core.profiles.model import Profile
from icp_core.reference import geography, states

RESULTS: Final[Mapping[str, pl.DataType]] = {
    "score": pl.Float64(),
    "coverage": pl.Float64(),
    "tier": pl.String(),
    "potential": pl.Float64(),
}
"""What an evaluation adds to accounts, where it was made."""

# A text without one is no host: `Ingen hjemmeside`.
_ENDING: Final = r"[^.]\.[^.0-9][^.]+$"

# A code of a place behind its country's: NO-0301.
_CODE: Final = r"^[A-Z]{2}-[0-9A-Z]{1,4}$"
# https://help.salesforce.com, "Standard Countries and Territories for Address Picklists".
_SALESFORCE_COUNTRIES: Final = {
    "AX": "Aland Islands", "BN": "Brunei Darussalam", "BO": "Bolivia, Plurinational State of",
    "BQ": "Bonaire, Sint Eustatius and Saba", "CD": "Congo, the Democratic Republic of the",
    "CG": "Congo", "CI": "Cote d'Ivoire", "CN": "China", "CV": "Cape Verde",
    "CZ": "Czech Republic", "FK": "Falkland Islands (Malvinas)", "GB": "United Kingdom",
    "IR": "Iran, Islamic Republic of", "KP": "Korea, Democratic People's Republic of",
    "KR": "Korea, Republic of", "LA": "Lao People's Democratic Republic",
    "MD": "Moldova, Republic of", "RU": "Russian Federation", "SY": "Syrian Arab Republic",
    "TW": "Taiwan", "TZ": "Tanzania, United Republic of", "US": "United States",
    "VA": "Holy See (Vatican City State)", "VE": "Venezuela, Bolivarian Republic of",
    "VN": "Vietnam",
}  # fmt: skip

_READ: Final = {column.name: column.dtype for column in CANONICAL} | dict(RESULTS)


def completed(accounts: pl.DataFrame) -> pl.DataFrame:
    """The accounts with every canonical and result column typed; those that lacked are unknown."""
    return accounts.with_columns(
        (pl.col(name) if name in accounts.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in _READ.items()
        if dtype is not None
    )


def own_host(column: str) -> pl.Expr:
    """Host of an address, lower case; null for what is none, and for one that many companies share."""
    # Two expressions without a group to capture are twice as fast as one with it.
    address = cells.visible(pl.col(column)).str.to_lowercase()
    host = address.str.replace(r"^\s*(?:[a-z]+:/+)?(?:[^/@]*@)?(?:www\.)?", "")
    host = host.str.extract(r"^[^/:?#\s,;|]+", 0).str.strip_chars_end(".")
    own = host.str.contains(_ENDING) & ~is_shared_host(host, name=pl.col("name"))
    return pl.when(own).then(host)


def own_domain() -> pl.Expr:
    """Domain of the company itself, lower case; null where it only has a page on a shared host."""
    return own_host("domain")


def website() -> pl.Expr:
    """Address of the company's own home page, else its domain."""
    return pl.coalesce(
        pl.when(own_host("website").is_not_null()).then(pl.col("website").str.strip_chars()),
        own_domain(),
    )


def country() -> pl.Expr:
    """ISO 3166-1 alpha-2 code, or null where the column holds something else."""
    code = pl.col("country").str.strip_chars().str.to_uppercase()
    return pl.when(code.str.contains("^[A-Z]{2}$")).then(code)


def country_key(column: str = "country") -> pl.Expr:
    """ISO 3166-1 alpha-2 code of whatever a column says: `se`, `Sverige`; null where nobody can tell."""
    return pl.col(column).map_batches(_codes, return_dtype=pl.String)


def _codes(countries: pl.Series) -> pl.Series:
    distinct = countries.drop_nulls().unique()
    found = [geography.country_code(text) for text in distinct]
    return countries.replace_strict(distinct, found, default=None, return_dtype=pl.String)


def _place(column: str) -> pl.Expr:
    """Name of a region or municipality; a code that is not known has none, a name is its own."""
    name = pl.col(column).replace_strict(
        dict(geography.names()), default=None, return_dtype=pl.String
    )
    return pl.coalesce(name, pl.when(~pl.col(column).str.contains(_CODE)).then(column))


def _country_name() -> pl.Expr:
    return country().replace(_country_names())


@cache
def _country_names() -> dict[str, str]:
    return {code: name for code, name in geography.names().items() if len(code) == 2}


def _salesforce_country() -> pl.Expr:
    """What a country's picklist in Salesforce has for it, unless an administrator changed that."""
    return country().replace(_country_names() | dict(_SALESFORCE_COUNTRIES))


def _salesforce_state() -> pl.Expr:
    # A state that its country's picklist lacks makes Salesforce refuse the whole row.
    known = pl.concat_str(country(), "region", separator=" ").is_in(sorted(states.names()))
    return pl.when(known).then("region")


def _tier_rank(profile: Profile) -> pl.Expr:
    """1 for the best tier; null for accounts in none of the profile's tiers."""
    ranks = {name: rank for rank, name in enumerate(profile.tiers.names, start=1)}
    return pl.col("tier").replace_strict(ranks, default=None, return_dtype=pl.Int64)


def _coverage_percent() -> pl.Expr:
    return (pl.col("coverage") * 100).round().cast(pl.Int64)


def _linkedin(_profile: Profile, _on: date) -> dict[str, pl.Expr]:
    blank = pl.lit(None, dtype=pl.String)
    return {
        "companyname": pl.col("name"),
        "companywebsite": website(),
        # Most companies send mail from their own domain, and one that doesn't matches nobody.
        "companyemaildomain": own_domain(),
        "linkedincompanypageurl": company_page("linkedin_url"),
        "stocksymbol": pl.col("stock_symbol"),
        # LinkedIn has industry names of its own, and a NACE code is none of them.
        "industry": blank,
        "city": pl.col("city"),
        "state": _place("region"),
        "companycountry": country(),
        "zipcode": pl.col("postcode"),
    }


def _hubspot(profile: Profile, _on: date) -> dict[str, pl.Expr]:
    rank = _tier_rank(profile)
    return {
        "Company name": pl.col("name"),
        "Company Domain Name": own_domain(),
        "Website URL": website(),
        "Industry": pl.lit(None, dtype=pl.String),
        "Number of Employees": pl.col("employees"),
        "Annual Revenue": pl.col("revenue").round().cast(pl.Int64, strict=False),
        "City": pl.col("city"),
        "State/Region": _place("region"),
        "Country/Region": _country_name(),
        "Postal Code": pl.col("postcode"),
        "Ideal Customer Profile Tier": pl.format("Tier {}", rank.clip(1, 3)),
        "Target Account": rank.is_not_null(),
        "Score coverage (%)": _coverage_percent(),
    }


def _salesforce(profile: Profile, on: date) -> dict[str, pl.Expr]:
    rank = _tier_rank(profile)
    sentences = [
        pl.format("Fit {} of 100.", pl.col("score").round().cast(pl.Int64)),
        pl.when(pl.col("score").is_not_null()).then(
            pl.format("{} % of what it weighs is known.", _coverage_percent())
        ),
        pl.format("Tier {}.", pl.col("tier")),
        pl.format(
            "Potential {} {} a year.",
            pl.col("potential").round().cast(pl.Int64, strict=False),
            pl.lit(profile.currency),
        ),
        pl.lit(f"Ideal Customer Profile “{profile.name}”, {on:%Y-%m-%d}."),
    ]
    return {
        "Name": pl.col("name"),
        "Website": website(),
        "BillingCity": pl.col("city"),
        "BillingState": _salesforce_state(),
        "BillingPostalCode": pl.col("postcode"),
        "BillingCountry": _salesforce_country(),
        "NumberOfEmployees": pl.col("employees"),
        "AnnualRevenue": pl.col("revenue").round().cast(pl.Int64, strict=False),
        "Industry": pl.lit(None, dtype=pl.String),
        "Rating": rank.clip(1, 3).replace_strict(
            {1: "Hot", 2: "Warm", 3: "Cold"}, return_dtype=pl.String
        ),
        "Description": pl.concat_str(sentences, separator=" ", ignore_nulls=True),
    }


def _pipedrive(_profile: Profile, _on: date) -> dict[str, pl.Expr]:
    town = pl.concat_str("postcode", "city", separator=" ", ignore_nulls=True).replace("", None)
    return {
        "Organization - Name": pl.col("name"),
        "Organization - Address": pl.concat_str(
            town, _country_name(), separator=", ", ignore_nulls=True
        ),
    }


UPLOADS: Final[Mapping[str, Callable[[Profile, date], dict[str, pl.Expr]]]] = {
    "linkedin": _linkedin,
    "hubspot": _hubspot,
    "salesforce": _salesforce,
    "pipedrive": _pipedrive,
}
"""Columns of the upload files, by format: heading → expression, in order."""

_UNITS: Final = {"score": "points", "coverage": "fraction"}


def for_people(
    accounts: Mapping[str, pl.DataType], *, profile: Profile, fictional: bool
) -> tuple[dict[str, pl.Expr], dict[str, str]]:
    """Every column of the accounts under its label, results first, places by name.

    Parameters
    ----------
    accounts
        Their columns as given, before `completed`.
    profile
        Its currency is that of the potential.
    fictional
        Adds a column that says so in every row.

    Returns
    -------
    tuple
        Expressions by heading, and the unit of each heading.
    """
    first = [n for n in ("account_id", "name", *RESULTS) if n in accounts]
    order = first + [n for n in _READ if n in accounts and n not in first]
    hidden = workings(profile)
    order += [n for n in accounts if n not in order and n not in hidden]
    columns: dict[str, pl.Expr] = {"Fictional": pl.lit("yes")} if fictional else {}
    units: dict[str, str] = {}
    taken = {heading.casefold() for heading in columns}
    for name in order:
        value = _printable(name, accounts[name])
        if value is None:
            continue
        column = describe(name, accounts[name])
        unit = _UNITS.get(name, column.unit)
        if name == "potential":
            unit = f"{profile.currency} a year"
        heading = f"{column.label} ({unit})" if " a year" in unit else column.label
        # An Excel table refuses two headings that differ in case only, or are longer than this.
        heading = _guarded_heading(heading)[:200]
        while heading.casefold() in taken:
            heading += " *"
        taken.add(heading.casefold())
        columns[heading] = value
        units[heading] = unit
    return columns, units


def _guarded_heading(heading: str) -> str:
    return str(pl.select(guarded(pl.lit(heading))).item() or "Column")


def _printable(name: str, dtype: pl.DataType) -> pl.Expr | None:
    """The column as text, number, flag or date; None for what has no place in a cell."""
    value = pl.col(name)
    if name in ("region", "municipality"):
        return pl.coalesce(_place(name), value)
    if isinstance(dtype, pl.List | pl.Array):
        if dtype.inner.is_nested():
            return None
        return value.cast(pl.List(pl.String)).list.join("; ", ignore_nulls=True)
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Unknown):
        return None
    if isinstance(dtype, pl.Categorical | pl.Enum) or dtype == pl.Null:
        return value.cast(pl.String)
    return value

"""A fictional universe of Nordic companies, for learning the product and for measuring it.

Places, postcodes and industries are real; companies and all their figures are invented. Names are made
of syllables, domains end in `.example` (RFC 2606), and every national number has a wrong check digit,
so that none can be taken for a real company's. The shapes are plausible, not estimates of any market.

Companies are made in blocks, each from its own random stream, so a small universe is the beginning of
a large one with the same seed, and writing block by block gives the same rows as making all at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from icp_core.accounts.columns import conform
from icp_core.errors import SourceError
from icp_core.reference import industry
from icp_core.reference.arrays import Array, Flags, Floats, Ints
from icp_core.reference.geography import municipality_table, postcode_table
from icp_core.reference.numbers import number

ROWS: Final = 25_000
SEED: Final = 2026
BLOCK: Final = 25_000
SOURCE: Final = "Fictional demo"
AS_OF: Final = date(2026, 9, 1)
FISCAL_YEAR: Final = 2025

CLOUD: Final = ("Amazon Web Services", "Google Cloud", "Kubernetes", "Microsoft Azure")
OLD_ERP: Final = ("Infor M3", "Jeeves ERP", "Microsoft Dynamics AX", "SAP ECC")


@dataclass(frozen=True)
class PlantedProfile:
    """Which invented companies are customers: the truth that learning from the demo should find.

    Each condition that a company meets adds its weight to the log-odds of being a customer; meeting
    one rules nothing out, and no other column has any influence of its own.
    """

    industries: tuple[str, ...] = ("58.2", "62", "63")
    employees: tuple[int, int] = (30, 200)
    growth_above: float = 0.15
    technologies: tuple[str, ...] = CLOUD
    base: float = -4.85
    industry_weight: float = 1.4
    employees_weight: float = 0.9
    growth_weight: float = 0.8
    technology_weight: float = 0.6


PLANTED: Final = PlantedProfile()


class DemoRep(NamedTuple):
    """An invented rep: name, e-mail, home municipality, hours a year, country, and longest way in km."""

    name: str
    email: str
    home: str
    hours: float
    country: str
    max_km: float


TEAM: Final = (
    DemoRep("Alma Demoberg", "alma@team.example", "SE-0180", 860, "SE", 400),
    DemoRep("Edvin Demolind", "edvin@team.example", "SE-1480", 300, "SE", 300),
    DemoRep("Saga Demosjö", "saga@team.example", "SE-1280", 320, "SE", 300),
    DemoRep("Ingrid Demovik", "ingrid@team.example", "NO-0301", 640, "NO", 350),
    DemoRep("Lars Demodal", "lars@team.example", "NO-4601", 220, "NO", 250),
    DemoRep("Mette Demoholm", "mette@team.example", "DK-0101", 270, "DK", 250),
    DemoRep("Jens Demokrogh", "jens@team.example", "DK-0751", 430, "DK", 250),
    DemoRep("Aino Demolaine", "aino@team.example", "FI-091", 1_000, "FI", 300),
)
"""Who sells to the invented companies."""

FORMER_REP: Final = "Per Demostrand"
"""Left in February and still owns accounts, which is what a coverage has to show."""

# Share of rows that do not know the column. Growth, margin and profits need revenue, so the gap of
# growth includes that of revenue.
GAPS: Final = {
    "employees": 0.15,
    "revenue": 0.20,
    "revenue_growth": 0.30,
    "technologies": 0.40,
    "recruits_abroad": 0.50,
    "search_ad_spend": 0.45,
    "domain": 1 / 3,
}


class _Shape(NamedTuple):
    """How the companies of one section look.

    In order: share of all companies (any scale), median headcount and the standard deviation of its
    logarithm, thousand EUR of revenue per head, then mean and spread of margin and of growth.
    """

    share: float
    heads: float
    spread: float
    per_head: float
    margin: float
    margin_spread: float
    growth: float
    growth_spread: float


_SHAPES: Final = {
    "A": _Shape(3.0, 5, 0.9, 180, 0.08, 0.12, 0.03, 0.13),
    "B": _Shape(0.4, 14, 1.4, 420, 0.12, 0.15, 0.04, 0.22),
    "C": _Shape(15.0, 22, 1.4, 260, 0.07, 0.09, 0.04, 0.13),
    "D": _Shape(0.8, 18, 1.4, 900, 0.14, 0.12, 0.05, 0.20),
    "E": _Shape(0.8, 15, 1.2, 280, 0.08, 0.09, 0.04, 0.11),
    "F": _Shape(13.0, 9, 1.1, 210, 0.06, 0.08, 0.04, 0.18),
    "G": _Shape(17.0, 10, 1.2, 480, 0.04, 0.06, 0.03, 0.13),
    "H": _Shape(5.5, 13, 1.3, 190, 0.05, 0.07, 0.04, 0.14),
    "I": _Shape(5.0, 11, 1.0, 85, 0.03, 0.09, 0.05, 0.16),
    "J": _Shape(18.0, 26, 1.3, 185, 0.09, 0.15, 0.16, 0.20),
    "K": _Shape(2.5, 12, 1.5, 350, 0.20, 0.18, 0.06, 0.18),
    "L": _Shape(4.0, 5, 1.1, 450, 0.30, 0.20, 0.05, 0.16),
    "M": _Shape(12.0, 9, 1.2, 155, 0.10, 0.13, 0.07, 0.18),
    "N": _Shape(5.0, 15, 1.4, 105, 0.05, 0.08, 0.05, 0.17),
    "P": _Shape(1.5, 14, 1.1, 85, 0.05, 0.08, 0.05, 0.13),
    "Q": _Shape(2.5, 18, 1.2, 75, 0.06, 0.08, 0.05, 0.12),
    "R": _Shape(1.0, 8, 1.0, 110, 0.04, 0.11, 0.06, 0.17),
    "S": _Shape(1.0, 7, 0.9, 90, 0.06, 0.09, 0.03, 0.12),
}
_SECTIONS: Final = tuple(_SHAPES)

# How much commoner these classes are than the others of their section.
_COMMON: Final = {
    "62.01": 22, "62.02": 16, "63.11": 3, "58.29": 4, "41.20": 8, "43.21": 8, "43.22": 6, "46.90": 3,
    "49.41": 10, "56.10": 8, "55.10": 3, "68.20": 8, "69.20": 6, "70.22": 9, "71.12": 9, "71.11": 3,
    "25.62": 6, "25.11": 4, "28.22": 3, "26.51": 3, "10.71": 3, "78.20": 4, "81.21": 5, "86.21": 4,
    "87.30": 3, "01.41": 3, "02.40": 3, "96.02": 3,
}  # fmt: skip


class _Tool(NamedTuple):
    """A technology: log-odds in a company of ten, per tenfold headcount, by section, and where."""

    name: str
    base: float
    size: float
    sections: dict[str, float]
    country: str = ""


_TOOLS: Final = (
    _Tool("Amazon Web Services", -2.2, 0.5, {"J": 2.0, "M": 0.4}),
    _Tool("Fortnox", 0.6, -1.2, {}, "SE"),
    _Tool("Google Cloud", -3.0, 0.5, {"J": 1.8}),
    _Tool("Google Workspace", -1.4, -0.2, {"J": 0.8, "P": 0.8}),
    _Tool("HubSpot", -2.2, 0.4, {"J": 1.4, "M": 0.7}),
    _Tool("IFS Cloud", -5.0, 1.2, {"C": 1.2, "D": 1.2}),
    _Tool("Infor M3", -4.6, 1.1, {"C": 1.9, "G": 0.9}),
    _Tool("Jeeves ERP", -4.0, 0.7, {"C": 1.8, "G": 0.8}),
    _Tool("Kubernetes", -4.2, 0.7, {"J": 2.6}),
    _Tool("Microsoft 365", 0.3, 0.4, {}),
    _Tool("Microsoft Azure", -1.7, 0.7, {"J": 1.3, "K": 0.6}),
    _Tool("Microsoft Dynamics 365", -3.0, 0.9, {"G": 0.5, "C": 0.5}),
    _Tool("Microsoft Dynamics AX", -4.4, 0.9, {"C": 1.8, "G": 1.0}),
    _Tool("Power BI", -1.9, 0.8, {"C": 0.3, "K": 0.5}),
    _Tool("Procountor", 0.1, -0.9, {}, "FI"),
    _Tool("SAP ECC", -5.6, 1.7, {"C": 1.6, "D": 0.9}),
    _Tool("SAP S/4HANA", -5.8, 1.7, {"C": 1.0, "G": 0.6}),
    _Tool("Salesforce", -3.1, 0.9, {"J": 1.2, "K": 0.6}),
    _Tool("Shopify", -3.2, -0.1, {"G": 1.9}),
    _Tool("Snowflake", -4.3, 1.0, {"J": 1.5, "K": 0.9}),
    _Tool("Tripletex", 0.2, -1.0, {}, "NO"),
    _Tool("WordPress", -0.7, -0.2, {}),
    _Tool("e-conomic", 0.3, -1.1, {}, "DK"),
)

TECHNOLOGIES: Final = tuple(tool.name for tool in _TOOLS)

_COUNTRIES: Final = {"SE": 0.37, "NO": 0.22, "DK": 0.21, "FI": 0.20}

# Legal forms as registers abbreviate them, as names end in, and their shares among small companies.
_FORMS: Final = {
    "SE": (("AB", "AB", 0.95), ("HB", "HB", 0.02), ("KB", "KB", 0.01), ("EK", "ek. för.", 0.02)),
    "NO": (("AS", "AS", 0.94), ("ASA", "ASA", 0.00), ("NUF", "NUF", 0.03), ("SA", "SA", 0.03)),
    "DK": (("ApS", "ApS", 0.62), ("A/S", "A/S", 0.33), ("I/S", "I/S", 0.02), ("K/S", "K/S", 0.03)),
    "FI": (("OY", "Oy", 0.94), ("OYJ", "Oyj", 0.00), ("KY", "Ky", 0.04), ("OSK", "Osk", 0.02)),
}  # fmt: skip
_LARGE_FORM: Final = {"SE": 0, "NO": 1, "DK": 1, "FI": 1}

_TRADES: Final = {
    "SE": {"C": "Industri", "F": "Bygg", "G": "Handel", "H": "Transport", "I": "Restaurang", "J": "Data",
           "K": "Finans", "L": "Fastigheter", "M": "Konsult", "Q": "Omsorg", "": "Gruppen"},
    "NO": {"C": "Industri", "F": "Bygg", "G": "Handel", "H": "Transport", "I": "Mat", "J": "Data",
           "K": "Finans", "L": "Eiendom", "M": "Rådgivning", "Q": "Omsorg", "": "Gruppen"},
    "DK": {"C": "Industri", "F": "Byg", "G": "Handel", "H": "Transport", "I": "Mad", "J": "Data",
           "K": "Finans", "L": "Ejendomme", "M": "Rådgivning", "Q": "Omsorg", "": "Gruppen"},
    "FI": {"C": "Teollisuus", "F": "Rakennus", "G": "Kauppa", "H": "Kuljetus", "I": "Ravintolat",
           "J": "Data", "K": "Rahoitus", "L": "Kiinteistöt", "M": "Konsultointi", "Q": "Hoiva",
           "": "Yhtiöt"},
}  # fmt: skip

# Four syllables name a company; each set has a fixed place, so different numbers give different names.
_SYLLABLES: Final = (
    tuple(c + v for c in "BDHJKLMNRSTV" for v in "aeiou"),
    tuple(c + v for c in "bdhjlmnrsv" for v in "aeioö"),
    tuple(c + v for c in "bdhjklmnrstv" for v in "aeiou"),
    tuple(c + v for c in "bdklmnrstv" for v in ("an", "el", "ix", "or", "um", "is")),
)
MAX_ROWS: Final = 10_000_000  # what seven digits can number


def generate(rows: int = ROWS, seed: int = SEED) -> pl.DataFrame:
    """Make fictional accounts in canonical columns, and two that are not: a flag and a number.

    Parameters
    ----------
    rows
        How many, inactive ones included.
    seed
        The same seed gives the same companies; a smaller size gives the first of a larger one.

    Raises
    ------
    SourceError
        If `rows` is below 1 or above `MAX_ROWS`.
    """
    return pl.concat(_blocks(rows, seed))


def write(path: str | Path, rows: int = ROWS, seed: int = SEED) -> None:
    """Write what `generate` would make to a Parquet file, one row group per block.

    Memory use does not grow with `rows`.

    Raises
    ------
    SourceError
        If `rows` is out of range, or the file cannot be written.
    """
    blocks = _blocks(rows, seed)
    first = next(blocks).to_arrow()
    try:
        with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
            writer.write_table(first)
            for block in blocks:
                writer.write_table(block.to_arrow())
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error}.") from error


def _blocks(rows: int, seed: int) -> Iterator[pl.DataFrame]:
    if not 1 <= rows <= MAX_ROWS:
        raise SourceError(f"The demo has 1 to {number(MAX_ROWS)} companies, not {number(rows)}.")
    for start in range(0, rows, BLOCK):
        yield _block(start // BLOCK, seed).head(rows - start)


def _block(number: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng([seed, number])
    index = np.arange(number * BLOCK, (number + 1) * BLOCK, dtype=np.int64)
    n = BLOCK

    place = _draw(rng, _places().weights, n)
    country = _places().country[place]
    section_number = _draw(rng, np.array([shape.share for shape in _SHAPES.values()]), n)
    section = np.array(_SECTIONS)[section_number]
    shape = np.array(list(_SHAPES.values()), dtype=np.float64)[section_number]
    code = _classes_of(rng, section)

    heads = np.exp(rng.normal(np.log(shape[:, 1]), shape[:, 2]))
    # A Pareto tail on one in fifty: the few very large companies that every register has.
    heads *= np.where(rng.random(n) < 0.02, rng.pareto(1.1, n) + 1, 1)
    employees = np.clip(np.rint(heads), 1, 60_000).astype(np.int64)
    log_size = np.log10(employees / 10)

    age = np.clip(np.rint(rng.gamma(1.4, 14, n)), 0, 140)
    revenue = np.rint(employees * shape[:, 3] * np.exp(rng.normal(0, 0.5, n))) * 1000
    margin = np.clip(shape[:, 4] + shape[:, 5] * rng.standard_t(4, n) / 1.4, -0.8, 0.8)
    growth = shape[:, 6] + shape[:, 7] * rng.standard_t(4, n) / 1.2 + 0.15 * np.exp(-age / 4)
    growth = np.clip(growth, -0.9, 4).round(3)
    profit = np.rint(revenue * margin)
    net = np.rint(np.where(profit > 0, profit * 0.785, profit) - 0.01 * revenue * rng.random(n))

    uses = _technologies(rng, log_size, section, country)
    customer = _customers(rng, code, employees, growth, uses)
    form, ending = _legal_forms(rng, country, employees)
    name, domain = _names(index, seed, country, section, ending)
    number_text = _national_numbers(index, seed, country)
    dark = {column: rng.random(n) < share for column, share in GAPS.items()}
    no_revenue = dark["revenue"]
    extra = (GAPS["revenue_growth"] - GAPS["revenue"]) / (1 - GAPS["revenue"])
    no_growth = no_revenue | (rng.random(n) < extra)
    no_domain = dark["domain"] | (domain == "")

    abroad = rng.random(n) < _odds(-3.0 + 1.1 * log_size + 1.2 * (section == "J"))
    spends = rng.random(n) < _odds(-1.6 + 0.5 * log_size + 0.9 * np.isin(section, ("G", "I", "J")))
    spend = np.where(spends, np.rint(np.exp(rng.normal(7.6 + 0.8 * log_size, 1.1)) / 10) * 10, 0)
    opt_out_share = np.select([country == "DK", country == "SE"], [0.09, 0.04], 0.0)
    status = np.array(["active", "bankrupt", "dissolving", "deregistered"], dtype=object)

    where = _places()
    frame = pl.DataFrame(
        {
            "account_id": pl.Series(country) + "-" + pl.Series(number_text),
            "name": name,
            "website": _gap(pl.Series("https://www." + domain), no_domain),
            "domain": _gap(pl.Series(domain), no_domain),
            "org_number": number_text,
            "country": country,
            "region": where.region[place],
            "municipality": where.municipality[place],
            "postcode": where.postcode[place],
            "city": where.city[place],
            "latitude": where.latitude[place],
            "longitude": where.longitude[place],
            "industry": code,
            "industry_revision": ["2"] * n,
            "legal_form": form,
            "funding_stage": _funding(rng, section, age, employees),
            "employees": _gap(pl.Series(employees), dark["employees"]),
            "revenue": _gap(pl.Series(revenue), no_revenue),
            "operating_profit": _gap(pl.Series(profit), no_revenue),
            "net_profit": _gap(pl.Series(net), no_revenue),
            "fiscal_year": _gap(pl.Series(np.full(n, FISCAL_YEAR)), no_revenue),
            "margin": _gap(pl.Series(np.round(profit / revenue, 4)), no_revenue),
            "revenue_growth": _gap(pl.Series(growth), no_growth),
            "current_ratio": _gap(
                pl.Series(np.round(np.exp(rng.normal(0.45, 0.5, n)), 2)), no_revenue
            ),
            "founded": (FISCAL_YEAR - age).astype(np.int64),
            "technologies": _tags(uses, dark["technologies"]),
            "status": status[_draw(rng, np.array([0.988, 0.004, 0.006, 0.002]), n)],
            "marketing_opt_out": rng.random(n) < opt_out_share,
            "is_customer": customer,
            **_relations([seed, number], place, customer),
            "recruits_abroad": _gap(pl.Series(abroad), dark["recruits_abroad"]),
            "search_ad_spend": _gap(pl.Series(spend), dark["search_ad_spend"]),
            "source": [SOURCE] * n,
            "as_of": [AS_OF] * n,
        }
    )
    return conform(frame)


class _Places(NamedTuple):
    """Every postcode with the likelihood that a company is there."""

    weights: Floats
    country: Array
    region: Array
    municipality: Array
    postcode: Array
    city: Array
    latitude: Floats
    longitude: Floats


@cache
def _places() -> _Places:
    # Postcodes grow with population, though slower in the big cities, where companies crowd.
    crowded = {"SE-0180": 1.8, "SE-1480": 1.6, "SE-1280": 1.4, "NO-0301": 1.6, "NO-4601": 1.3}
    crowded |= {
        "DK-0101": 0.5,
        "DK-0147": 0.3,
        "DK-0751": 2.5,
        "FI-091": 3.0,
        "FI-049": 2.0,
        "FI-837": 2.0,
    }
    table = postcode_table().join(
        municipality_table().select("municipality", "region"), on="municipality"
    )
    weights = table.select(
        pl.col("municipality").replace_strict(crowded, default=1.0)
        * pl.lit(1.0)
        / pl.len().over("country")
    ).to_series()
    table = table.with_columns(weight=weights).with_columns(
        weight=pl.col("weight")
        / pl.col("weight").sum().over("country")
        * pl.col("country").replace_strict(_COUNTRIES, return_dtype=pl.Float64)
    )
    texts = (
        table[name].to_numpy()
        for name in ("country", "region", "municipality", "postcode", "place")
    )
    country, region, municipality, postcode, city = texts
    return _Places(
        table["weight"].to_numpy(),
        country,
        region,
        municipality,
        postcode,
        city,
        table["latitude"].to_numpy(),
        table["longitude"].to_numpy(),
    )


@cache
def _classes() -> dict[str, tuple[Array, Floats]]:
    """Classes of each section and how likely each is."""
    found = {}
    for section in _SECTIONS:
        codes = [
            entry.code
            for entry in industry.industries().values()
            if entry.level == 4 and entry.section == section
        ]
        found[section] = (
            np.array(codes, dtype=object),
            np.array([_COMMON.get(code, 1) for code in codes], dtype=np.float64),
        )
    return found


def _classes_of(rng: np.random.Generator, section: Array) -> Array:
    drawn = np.empty(len(section), dtype=object)
    for letter, (codes, weights) in _classes().items():
        here = section == letter
        drawn[here] = codes[_draw(rng, weights, int(here.sum()))]
    return drawn


def _technologies(
    rng: np.random.Generator, log_size: Floats, section: Array, country: Array
) -> Flags:
    uses = np.zeros((len(section), len(_TOOLS)), dtype=bool)
    for column, tool in enumerate(_TOOLS):
        odds = tool.base + tool.size * log_size
        for letter, weight in tool.sections.items():
            odds = odds + weight * (section == letter)
        here = (country == tool.country) | (not tool.country)
        uses[:, column] = (rng.random(len(section)) < _odds(odds)) & here
    return uses


def _customers(
    rng: np.random.Generator, code: Array, employees: Ints, growth: Floats, uses: Flags
) -> Flags:
    low, high = PLANTED.employees
    industries = np.isin(code, _under(PLANTED.industries))
    tools = [TECHNOLOGIES.index(name) for name in PLANTED.technologies]
    odds = (
        PLANTED.base
        + PLANTED.industry_weight * industries
        + PLANTED.employees_weight * ((employees >= low) & (employees <= high))
        + PLANTED.growth_weight * (growth > PLANTED.growth_above)
        + PLANTED.technology_weight * uses[:, tools].any(axis=1)
    )
    return rng.random(len(code)) < _odds(odds)


def _relations(seeds: list[int], place: Ints, customer: Flags) -> dict[str, pl.Series]:
    """Who owns the companies, their territory, and when they were last dealt with.

    Drawn apart, so that everything else is what it was without them.
    """
    rng, n = np.random.default_rng([*seeds, 4]), len(place)
    where = _places()
    homes = municipality_table().filter(pl.col("municipality").is_in([one.home for one in TEAM]))
    at = {row["municipality"]: (row["latitude"], row["longitude"]) for row in homes.to_dicts()}
    north = np.array([at[one.home][0] for one in TEAM])
    east = np.array([at[one.home][1] for one in TEAM])
    # Near enough for who is nearest, as all lie in the North.
    km = 111.2 * np.hypot(
        where.latitude[:, None] - north,
        (where.longitude[:, None] - east) * np.cos(np.radians(where.latitude))[:, None],
    )
    of = np.array([one.country for one in TEAM])
    km = np.where(where.country[:, None] == of, km, np.inf)
    nearest = km.argmin(axis=1)[place]
    reached = np.any(km <= np.array([one.max_km for one in TEAM]), axis=1)[place]

    names = np.array([one.name for one in TEAM], dtype=object)
    owned = rng.random(n) < np.where(
        reached, np.where(customer, 0.96, 0.74), np.where(customer, 0.5, 0.0)
    )
    owner = names[nearest]
    # Some were never handed over, and a few are with a colleague of the same country.
    others = rng.integers(len(TEAM), size=n)
    others = names[np.where(of[others] == of[nearest], others, nearest)]
    lot = rng.random(n)
    owner = np.where(lot < 0.06, FORMER_REP, np.where(lot < 0.09, others, owner))
    called = dict(homes.select("municipality", "name").iter_rows())
    names_of = np.array([f"{one.country} {called[one.home]}" for one in TEAM], dtype=object)
    territory = names_of[nearest]
    days = np.minimum(rng.gamma(1.3, np.where(customer, 35, 70)), 720).astype(np.int64)
    touched = owned & (rng.random(n) < np.where(customer, 0.97, 0.7))
    dates = pl.Series(np.full(n, np.datetime64(AS_OF)) - days.astype("timedelta64[D]"))
    return {
        "owner": _gap(pl.Series(owner, dtype=pl.String), ~owned),
        "territory": _gap(pl.Series(territory, dtype=pl.String), ~reached),
        "last_touch": _gap(dates.cast(pl.Date), ~touched),
    }


@cache
def _under(prefixes: tuple[str, ...]) -> list[str]:
    return [code for code in industry.industries() if code.startswith(prefixes)]


def _legal_forms(rng: np.random.Generator, country: Array, employees: Ints) -> tuple[Array, Array]:
    form = np.empty(len(country), dtype=object)
    ending = np.empty(len(country), dtype=object)
    large = rng.random(len(country)) < np.clip((np.log10(employees) - 1.9) / 2, 0, 0.6)
    for letters, choices in _FORMS.items():
        here = country == letters
        drawn = _draw(rng, np.array([share for _, _, share in choices]), int(here.sum()))
        drawn = np.where(large[here], _LARGE_FORM[letters], drawn)
        form[here] = np.array([entry for entry, _, _ in choices], dtype=object)[drawn]
        ending[here] = np.array([entry for _, entry, _ in choices], dtype=object)[drawn]
    return form, ending


def _funding(rng: np.random.Generator, section: Array, age: Floats, employees: Ints) -> Array:
    stages = np.array(["none", "seed", "a", "b", "c", "listed"], dtype=object)
    young = np.exp(-age / 8) * np.where(np.isin(section, ("J", "M")), 1.0, 0.2)
    grown = np.log10(employees)
    shares = np.column_stack(
        [
            np.ones(len(age)),
            0.5 * young * (grown < 1.7),
            0.35 * young * (grown > 0.7),
            0.2 * young * (grown > 1.2),
            0.1 * young * (grown > 1.7),
            np.clip((grown - 2) / 25, 0, 0.08),
        ]
    )
    bounds = np.cumsum(shares, axis=1)
    drawn = (rng.random(len(age)) * bounds[:, -1])[:, None] > bounds
    chosen: Array = stages[drawn.sum(axis=1)]
    return chosen


def _names(
    index: Ints, seed: int, country: Array, section: Array, ending: Array
) -> tuple[Array, Array]:
    """Names and domains; no two indexes of a seed share either."""
    rest = _scattered(index, seed, int(np.prod([len(part) for part in _SYLLABLES])))
    stem: Array = np.full(len(index), "", dtype=object)
    for part in reversed(_SYLLABLES):
        stem = np.array(part, dtype=object)[rest % len(part)] + stem
        rest //= len(part)
    local = pl.Series(stem, dtype=pl.String)
    western = pl.Series(np.isin(country, ("NO", "DK")))
    shown = pl.select(
        pl.when(western).then(local.str.replace("ö", "ø", literal=True)).otherwise(local)
    ).to_series()
    trade = np.full(len(index), "", dtype=object)
    for letters, words in _TRADES.items():
        here = country == letters
        trade[here] = [words.get(letter, words[""]) for letter in section[here]]
    name = shown.to_numpy() + " " + trade + " " + ending
    domain = local.str.to_lowercase().str.replace("ö", "oe", literal=True) + ".example"
    return name, domain.to_numpy()


def _national_numbers(index: Ints, seed: int, country: Array) -> Array:
    """Numbers of each country's form whose check digit is off by five, so that none can exist."""
    serial = _scattered(index, seed + 1, MAX_ROWS)
    digits = serial[:, None] // 10 ** np.arange(6, -1, -1) % 10
    text = np.char.zfill(serial.astype(str), 7)

    def wrong(check: Ints) -> Array:
        return ((check + 5) % 10).astype(str)

    # Sweden: Luhn over 55 and the serial. The others: weighted sum modulo 11.
    doubled = np.concatenate([np.full((len(index), 2), 5), digits], axis=1)
    doubled = doubled * np.array([2, 1, 2, 1, 2, 1, 2, 1, 2])
    luhn = -(doubled // 10 + doubled % 10).sum(axis=1) % 10
    norway = -(27 + digits @ np.array([2, 7, 6, 5, 4, 3, 2])) % 11
    denmark = -(digits @ np.array([2, 7, 6, 5, 4, 3, 2])) % 11
    finland = -(digits @ np.array([7, 9, 10, 5, 8, 4, 2])) % 11
    found = np.select(
        [country == letters for letters in ("SE", "NO", "DK")],
        [
            np.char.add(np.char.add("55", text), wrong(luhn)),
            np.char.add(np.char.add("9", text), wrong(norway)),
            np.char.add(text, wrong(denmark)),
        ],
        np.char.add(np.char.add(text, "-"), wrong(finland)),
    )
    return found.astype(object)


def _scattered(index: Ints, seed: int, size: int) -> Ints:
    """A different number below `size` for each index: multiplying by a coprime permutes them."""
    # Coprime to 2, 3 and 5, hence to every size used here.
    return (index * 6_180_339_887 + seed * 7_919) % size


def _tags(uses: Flags, unknown: Flags) -> pl.Series:
    rows, columns = np.nonzero(uses)
    ends = np.searchsorted(rows, np.arange(len(uses) + 1))
    values = pa.array(TECHNOLOGIES, pa.large_string()).take(pa.array(columns))
    return _gap(pl.Series(pa.LargeListArray.from_arrays(pa.array(ends), values)), unknown)


def _gap(values: pl.Series, unknown: Flags) -> pl.Series:
    return pl.select(pl.when(~pl.Series(unknown)).then(values)).to_series()


def _draw(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    bounds = np.cumsum(weights)
    drawn: Ints = np.searchsorted(bounds, rng.random(n) * bounds[-1], side="right")
    return drawn


def _odds(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))

"""Headcounts, fractions and amounts out of mapped text: the newest year, its growth, euros."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

import polars as pl

from icp_core.errors import CurrencyError
from icp_core.importing import dates, values
from icp_core.importing.cell_counts import CellCounts, remark, tally
from icp_core.importing.mapping import (
    AMOUNTS,
    FRACTIONS,
    NO_CURRENCY,
    Assignment,
)
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.reference import currency

CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "GB": "GBP", "US": "USD", "CH": "CHF",
     "PL": "PLN", "CZ": "CZK", "HU": "HUF", "RO": "RON", "CA": "CAD", "AU": "AUD", "NZ": "NZD",
     "JP": "JPY", "CN": "CNY", "IN": "INR", "SG": "SGD", "HK": "HKD", "BR": "BRL", "MX": "MXN",
     "ZA": "ZAR", "TR": "TRY", "IL": "ILS", "KR": "KRW"}
    | dict.fromkeys(
        ("FI", "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FR", "GR", "HR", "IE", "IT", "LT", "LU",
         "LV", "MT", "NL", "PT", "SI", "SK", "AX"), "EUR",
    )
)  # fmt: skip
"""Of rows that name none, by their country."""

_NOT_KNOWN: Final = (
    "amounts without a currency are unknown in euros: neither heading, row nor country tells it"
)
_NO_UNIT: Final = (
    "amounts without a unit are unknown: thousands, millions or as written, nobody says which"
)
WERE_BANDS: Final = (
    "Excel made dates of bands (11-50 became nov-50, 1-10 became 01-okt): unknown; format the column "
    "as text and export it again"
)
"""What the report says of bands that are dates now."""

# Crowns without saying whose, and the currencies that are called so.
_A_CROWN: Final = (
    r"(?i)(?:^|[^a-zåäöæø])(?:(?:[tmk]|md|mn|mio\.?|mrd\.?|mdr\.?)\s?)?"
    r"(?:kr|kronor|kroner|kruunua)\b"
)
_CROWNS: Final = ("SEK", "NOK", "DKK", "ISK", "CZK")
# The largest employers of the world have two to three million; more is a number of something else.
_MOST_EMPLOYEES: Final = 10_000_000
_INTEGERS: Final = ("employees_low", "employees_high", "fiscal_year")


def with_figures(
    frame: pl.DataFrame,
    raw: pl.DataFrame,
    text: pl.DataFrame,
    mapping: HeadingMapping,
    tallies: dict[str, CellCounts],
) -> tuple[pl.DataFrame, frozenset[tuple[str, date]]]:
    """Headcount, fractions and amounts; amounts in euros beside what the file says."""
    for column in _INTEGERS:
        if column in text.columns:
            count = values.numbers(text[column]).round().cast(pl.Int64, strict=False)
            if column == "fiscal_year":
                # A year of accounts is told by its last day, too.
                ended = text[column].to_frame().select(dates.year(pl.col(column))).to_series()
                count = pl.select(pl.coalesce(ended, count)).to_series()
            tally(tallies, column, text[column], count)
            frame = frame.with_columns(count.alias(column))
    if "employees" in text.columns:
        frame = _employees(frame, text["employees"], mapping.of("employees")[0], tallies)
    for column in FRACTIONS:
        if column in text.columns:
            series = _newest(raw, mapping.of(column))[0]
            tally(tallies, column, text[column], series)
            frame = frame.with_columns(series.alias(column))
    return _amounts(frame, raw, text, mapping, tallies)


def _employees(
    frame: pl.DataFrame, texts: pl.Series, assignment: Assignment, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    """Headcounts, and the ends of bands where a list or register gives only those."""
    counted = values.headcount(pl.col("text"), assignment.decimal) * assignment.unit
    count = texts.alias("text").to_frame().select(counted).to_series()
    count = (
        count.set((count < 0) | (count > _MOST_EMPLOYEES), None)
        .round()
        .cast(pl.Int64, strict=False)
    )
    headcounts = pl.DataFrame({"text": texts, "employees": count}).with_columns(
        pl.lit(None, pl.Int64).alias(end) for end in ("low", "high")
    )
    if count.null_count() > texts.null_count():
        low, high = values.band(pl.col("text"))
        headcounts = headcounts.with_columns(low=low, high=high)
    banded = headcounts["employees"].is_null()
    for end in ("low", "high"):
        ends = headcounts[end].set(~banded, None)
        column = f"employees_{end}"
        if column in frame.columns:
            ends = pl.select(pl.coalesce(frame[column], ends)).to_series()
        frame = frame.with_columns(ends.alias(column))
    known = pl.select(
        pl.coalesce(headcounts["employees"], headcounts["low"], headcounts["high"])
    ).to_series()
    tally(tallies, "employees", texts, known)
    dated = pl.DataFrame({"text": texts}).select(dates.was_band(pl.col("text")).sum()).item()
    remark(tallies, "employees", WERE_BANDS, int(dated or 0))
    return frame.with_columns(headcounts["employees"])


def _newest(
    raw: pl.DataFrame, assignments: Sequence[Assignment]
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Of a series of years: the newest value, its year, and its change on the year before."""
    series = {a.year: _scaled(raw[a.heading], a) for a in assignments}
    newest = pl.coalesce(list(series.values()))
    year = pl.lit(None, pl.Int64)
    for y, now in reversed(series.items()):
        year = pl.when(now.is_not_null()).then(pl.lit(y, dtype=pl.Int64)).otherwise(year)
    growth = pl.lit(None, pl.Float64)
    for y, now in reversed(series.items()):
        before = series.get(y - 1) if y else None
        change = now / before.set(before <= 0, None) - 1 if before is not None else None
        growth = pl.when(now.is_not_null()).then(change).otherwise(growth)
    result = pl.select(newest.alias("newest"), year.alias("year"), growth.alias("growth"))
    return result["newest"], result["year"], result["growth"]


def _scaled(texts: pl.Series, assignment: Assignment) -> pl.Series:
    """Numbers in full: a scale that a cell names itself (`4,5 mkr`, `12 %`) goes before the column's."""
    full = values.amounts(texts, assignment.decimal, assignment.unit)
    if assignment.column not in FRACTIONS or assignment.unit == 0.01:
        return full
    marked = texts.str.contains("%").fill_null(value=False)
    return pl.select(
        pl.when(marked).then(full / assignment.unit * 0.01).otherwise(full)
    ).to_series()


def _stated(raw: pl.DataFrame, assignments: Sequence[Assignment]) -> pl.Series:
    """The currency that the newest amount's own cell names."""
    cells = pl.select(pl.coalesce(raw[a.heading] for a in assignments).alias("cell"))
    return cells.select(values.stated_currency(pl.col("cell"))).to_series()


def _with_unit(raw: pl.DataFrame, assignments: Sequence[Assignment]) -> pl.Series:
    """Whether the newest amount's own cell says in what it is."""
    cells = pl.select(pl.coalesce(raw[a.heading] for a in assignments).alias("cell"))
    return cells.select(values.names_unit(pl.col("cell")).fill_null(value=False)).to_series()


def _in_crowns(raw: pl.DataFrame, assignments: Sequence[Assignment]) -> pl.Series:
    """Whether heading or cell say crowns, which are not the euros of a Finnish company."""
    cells = pl.select(pl.coalesce(raw[a.heading] for a in assignments).alias("cell"))
    named = re.search(_A_CROWN, assignments[0].heading) is not None
    return cells.select(
        pl.lit(named) | pl.col("cell").str.contains(_A_CROWN).fill_null(value=False)
    ).to_series()


def _amounts(
    frame: pl.DataFrame,
    raw: pl.DataFrame,
    text: pl.DataFrame,
    mapping: HeadingMapping,
    tallies: dict[str, CellCounts],
) -> tuple[pl.DataFrame, frozenset[tuple[str, date]]]:
    given = [column for column in AMOUNTS if column in text.columns]
    if not given:
        return frame, frozenset()
    own = frame["country"].replace_strict(CURRENCIES, default=None, return_dtype=pl.String)
    if "currency" in text.columns:
        stated = text.select(values.currency_code(pl.col("currency"))).to_series()
        own = pl.select(pl.coalesce(stated, own)).to_series()
    rates: set[tuple[str, date]] = set()
    if "fiscal_year" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.Int64).alias("fiscal_year"))
    for column in given:
        assignments = mapping.of(column)
        amount, year, growth = _newest(raw, assignments)
        fixed = assignments[0].currency
        code = pl.Series([fixed] * len(own), dtype=pl.String) if fixed else own
        no_unit = "no unit" in assignments[0].doubts or assignments[0].own_units
        if "no currency" in assignments[0].doubts or fixed == NO_CURRENCY:
            # Nobody has said yet, or that it is not known: only what cells state themselves is.
            code = pl.Series([None] * len(own), dtype=pl.String)
        elif no_unit:
            code = code.set(~_with_unit(raw, assignments), None)
        others = ~code.is_in(_CROWNS).fill_null(value=True)
        code = code.set(_in_crowns(raw, assignments) & others, None)
        code = pl.select(pl.coalesce(_stated(raw, assignments), code)).to_series()
        fiscal = pl.select(pl.coalesce(year, frame["fiscal_year"])).to_series()
        table = pl.DataFrame({"currency": code, "year": fiscal, "amount": amount})
        priced = table.join(
            _rates(table),
            on=["currency", "year"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        euros = priced["amount"] * priced["rate"]
        used = priced.filter(pl.col("amount").is_not_null() & pl.col("rate").is_not_null())
        rates |= {
            (currency_code, day)
            for currency_code, day in used.select("currency", "rate_date").unique().iter_rows()
            if currency_code != "EUR"
        }
        tally(tallies, column, text[column], euros)
        ranges = text[column].filter(
            amount.is_null() & text.select(values.is_range(pl.col(column))).to_series()
        )
        if len(ranges):
            said = f"ranges such as “{ranges[0][:40]}” are no amount: unknown"
            remark(tallies, column, said, len(ranges))
        lost = int((amount.is_not_null() & code.is_null()).sum())
        remark(tallies, column, _NO_UNIT if no_unit else _NOT_KNOWN, lost)
        frame = frame.with_columns(euros.alias(column), fiscal.alias("fiscal_year"))
        original = priced["amount"]
        if no_unit:
            original = original.set(priced["rate"].is_null(), None)
        if used["currency"].ne("EUR").any():
            frame = frame.with_columns(
                original.alias(f"{column}_original"),
                priced["currency"].alias("currency"),
                priced["rate_date"].alias("rate_date"),
            )
        if column == "revenue" and growth.count() and "revenue_growth" not in frame.columns:
            frame = frame.with_columns(growth.alias("revenue_growth"))
    if {"revenue", "operating_profit"} <= set(frame.columns) and "margin" not in frame.columns:
        revenue = pl.col("revenue")
        frame = frame.with_columns(
            margin=pl.when(revenue > 0).then(pl.col("operating_profit") / revenue)
        )
    return frame, frozenset(rates)


def _rates(table: pl.DataFrame) -> pl.DataFrame:
    """Euros per unit at the end of each fiscal year, the latest where the year is unknown."""
    pairs = table.select("currency", "year").unique().drop_nulls("currency")
    found: list[tuple[str, int | None, float | None, date | None]] = []
    for code, year in pairs.iter_rows():
        try:
            rate = currency.rate(
                code, on=date(year, 12, 31) if year and 1999 <= year <= 2100 else None
            )
        except CurrencyError:
            found.append((code, year, None, None))
        else:
            found.append((code, year, rate.value, rate.date))
    schema = {"currency": pl.String, "year": pl.Int64, "rate": pl.Float64, "rate_date": pl.Date}
    return pl.DataFrame(found, schema=schema, orient="row")

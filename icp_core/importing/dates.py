"""Reading dates as people and programs write them, and finding those that once were bands.

A column has one order of day and month: its clearest cell settles the others, so that `12/31/2025` makes
`12/01/2025` the first of December.
"""

from datetime import date as day_of_calendar
from typing import Final, Literal

import polars as pl

from icp_core.importing.steps import in_steps

Order = Literal["dmy", "mdy", "ymd"]

ORDERS: Final[dict[Order, str]] = {
    "dmy": "day/month/year",
    "mdy": "month/day/year",
    "ymd": "year/month/day",
}

# English, the Scandinavian languages and Finnish, from the beginning of a word.
_MONTHS: Final = (
    r"jan|tammi|feb|helmi|marras|mar(?:[cst]|[^\p{L}]|$)|maalis|apr|huhti|ma[yji](?:[^\p{L}]|$)|touko|jun|"
    r"kes[äa]|jul|hein[äa]|aug|elo(?:k|[^\p{L}]|$)|sep|syys|o[ck]t|loka|nov|de[cs]|joulu"
)
_MONTH_OF: Final = {
    begun: str(number)
    for number, names in enumerate(
        ("jan tam", "feb hel", "mar maa", "apr huh", "may maj mai tou", "jun kes", "jul hei", "aug elo",
         "sep syy", "oct okt lok", "nov", "dec des jou"), start=1)
    for begun in names.split()
}  # fmt: skip
_BEGINNINGS: Final = (
    "jan", "feb", "mar", "apr", "ma[yji]", "jun", "jul", "aug", "sep", "o[ck]t", "nov", "de[cs]",
    "tammi", "helmi", "maalis", "huhti", "touko", "kes[äa]", "hein[äa]", "elo", "syys", "loka", "joulu",
)  # fmt: skip
# A day and a month without a year, which a spreadsheet makes of a band: `10-jan` of 1-10.
_DAY_AND_MONTH: Final = rf"(?i)(?:^|\D)\d{{1,2}}\D*(?:^|[^\p{{L}}\d])(?:{_MONTHS})"
_TIME: Final = (
    r"(?i)(?:t|[\s,]+(?:kl\.?|klo|at)?\s*)\d{1,2}:\d{2}.*$"
    r"|(?:t|\s+)\d{1,2}\.\d{2}(?:\.\d{2})?$|\s+00$"
)
_NUMERIC: Final = r"^(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})\.?$"
_PARTS: Final = {"first": 1, "second": 3, "third": 4}
"""What the numbers of a date are called, by their place in it."""
_QUARTER: Final = r"(?:q|k|kv\.?|kvartal(?:et)?|kvartaali|quarter|nelj[äa]nnes)"
# Two digits are of the years until ten from now, and of those before.
_AHEAD: Final = 10
_DAYS: Final = 31
# Share of a column's cells that are dates before it tells how other columns are written.
_DATED: Final = 0.8


def order(texts: pl.Expr) -> pl.Expr:
    """The order of day, month and year in a column, as its clearest cells show; null if none does.

    Examples
    --------
    >>> cells = pl.DataFrame({"closed": ["12/01/2025", "12/31/2025"]})
    >>> cells.select(order(pl.col("closed"))).item()
    'mdy'
    """
    bare = texts.str.strip_chars().str.replace(_TIME, "")
    first = bare.str.extract(_NUMERIC, 1)
    second = bare.str.extract(_NUMERIC, 3).cast(pl.Int64, strict=False)
    short = first.str.len_chars() <= 2
    number = first.cast(pl.Int64, strict=False)
    by_day = (short & number.is_between(13, 31)).sum()
    by_month = (short & second.is_between(13, 31)).sum()
    by_year = (short & (number > 31)).sum()
    noon = texts.str.contains(r"(?i)\d\s*[ap]\.?m\.?\s*$").any()
    return (
        pl.when(by_year > 0).then(pl.lit("ymd"))
        .when((by_day > 0) & (by_day >= by_month)).then(pl.lit("dmy"))
        .when((by_month > 0) | noon).then(pl.lit("mdy"))
    )  # fmt: skip


def order_of_others(head: pl.DataFrame, rows: pl.LazyFrame) -> Order | None:
    """The order of day and month that columns of dates of one file agree on; None if none tells.

    Dates with dots are no witnesses for others: their days come first in any country.

    Parameters
    ----------
    head
        First rows of the file, by which its columns of dates are known.
    rows
        All of them.

    Examples
    --------
    >>> deals = pl.DataFrame({"created": ["12/31/2024", "1/2/2025"], "closed": ["3/4/2025", "5/6/2025"]})
    >>> order_of_others(deals, deals.lazy())
    'mdy'
    """
    dated = []
    for column in head.columns:
        bare = head[column].drop_nulls().str.strip_chars().str.replace(_TIME, "")
        numeric = bare.str.contains(_NUMERIC) & ~bare.str.contains(r"^\d+\s*\.")
        if len(bare) and numeric.sum() >= _DATED * len(bare):
            dated.append(column)
    if not dated:
        return None
    orders = rows.select(order(pl.col(c)).alias(str(n)) for n, c in enumerate(dated)).collect()
    told: set[Order] = {found for found in orders.row(0) if found in ("dmy", "mdy")}
    return told.pop() if len(told) == 1 else None


def is_ambiguous(text: pl.Expr) -> pl.Expr:
    """Whether a cell is another date in the other order of day and month: `03/04/2025`."""
    bare = text.str.strip_chars().str.replace(_TIME, "")
    first = bare.str.extract(_NUMERIC, 1)
    second = bare.str.extract(_NUMERIC, 3).cast(pl.Int64, strict=False)
    number = first.cast(pl.Int64, strict=False)
    return (
        (first.str.len_chars() <= 2)
        & (bare.str.extract(_NUMERIC, 2) != ".")
        & number.is_between(1, 12)
        & second.is_between(1, 12)
        & (number != second)
    ).fill_null(value=False)


def date(text: pl.Expr, order: Order = "dmy") -> pl.Expr:
    """A date, out of what one is written as.

    ISO 8601 (a time and zone behind it do not count), `02.01.2020`, `1/31/25`, `20200102`,
    `31. januar 2025`, `Jan 31, 2025`, a sheet's serial, milliseconds since 1970. A month, quarter or
    year stands for its first day.

    Parameters
    ----------
    text
        Cells.
    order
        Of day and month in this column (see the function `order`); a cell that does not fit is unknown.

    Examples
    --------
    >>> cells = pl.DataFrame({"x": ["1/31/25", "31. tammikuuta 2025", "2025-01-31T08:00+02:00"]})
    >>> cells.select(date(pl.col("x"), "mdy"))["x"].cast(pl.String).to_list()
    ['2025-01-31', '2025-01-31', '2025-01-31']
    """
    return in_steps(text, lambda cells: _dates(cells, order), pl.Date())


def _dates(cells: pl.DataFrame, order: Order) -> pl.Series:
    bare = pl.col("bare")
    cells = cells.select(
        bare=pl.col("text").str.strip_chars().str.replace(_TIME, "").str.strip_chars(" ,")
    )
    cells = cells.with_columns(
        **{part: bare.str.extract(_NUMERIC, group) for part, group in _PARTS.items()},
        month=_month(bare),
        numbers=bare.str.extract_all(r"\d+"),
        serial=bare.str.extract(r"^([1-6]\d{4})(?:[.,]\d+)?$", 1).cast(pl.Int64, strict=False),
        seconds=bare.str.extract(r"^(1\d{9})(?:\d{3})?$", 1).cast(pl.Int64, strict=False),
        eight=bare.str.extract(r"^(\d{8})$", 0),
        **{name: _of_quarter(bare, group) for name, group in (("quarter", 1), ("of_year", 2))},
    )
    return cells.select(
        pl.coalesce(
            # `98-03-12` is no day of the first century.
            pl.when(bare.str.contains(r"^\d{4}-")).then(bare.str.to_date("%Y-%m-%d", strict=False)),
            _numeric(order),
            _serial(),
            _compact(),
            _named(),
            _period(bare),
        )
    ).to_series()


def year(text: pl.Expr, order: Order = "dmy") -> pl.Expr:
    """A year, out of a year or a date as `date` reads them."""
    return in_steps(text, lambda cells: _years(cells, order), pl.Int64())


def _years(cells: pl.DataFrame, order: Order) -> pl.Series:
    bare, value = pl.col("text").str.strip_chars(), pl.col("value")
    written = pl.coalesce(
        bare.str.extract(r"^(\d{4})(?:\.0+)?$", 1),
        bare.str.extract(r"^(\d{4})[-/.]\d{1,2}[-/.]\d{1,2}", 1),
        bare.str.extract(r"^\d{1,2}[-/.]\d{1,2}[-/.](\d{4})", 1),
    ).cast(pl.Int64, strict=False)
    dated = date(pl.col("text"), order).dt.year().cast(pl.Int64)
    found = cells.select(value=pl.coalesce(written, dated))
    return found.select(pl.when(value.is_between(1200, 2100)).then(value)).to_series()


def founded(text: pl.Expr, order: Order = "dmy") -> pl.Expr:
    """The year of a founding: as `year`, but not to come; `98` is 1998.

    Unknown is that of `nov-50`, which a spreadsheet has made of something else (`is_short_month`).

    Examples
    --------
    >>> cells = pl.DataFrame({"x": ["98", "nov-50", "1. marts 1998", "2098", "v. 1978"]})
    >>> cells.select(founded(pl.col("x")))["x"].to_list()
    [1998, None, 1998, None, 1978]
    """
    today = day_of_calendar.today().year
    short = text.str.strip_chars().str.extract(r"^['’]?(\d{2})$", 1).cast(pl.Int64, strict=False)
    century = pl.when(short <= today - 2000).then(2000).otherwise(1900)
    told = year(text, order)
    kept = pl.when(~is_short_month(text) & (told <= today)).then(told)
    within = text.str.extract(_YEAR_IN_WORDS, 1).cast(pl.Int64, strict=False)
    # Before or until a year is not in it.
    said = pl.when((within <= today) & ~text.str.contains(_NOT_IN_IT)).then(within)
    return pl.coalesce(kept, century + short, said)


_YEAR_IN_WORDS: Final = r"^\D{0,25}\b((?:1[2-9]|20)\d{2})\b(?:\s?[-–]\s*)?\D{0,25}$"
_NOT_IN_IT: Final = (
    r"(?i)\b(?:före|før|innan|ennen|before|until|till|til|asti|saakka|efter|etter|after|jälkeen|"
    r"ophørt|upphört|lakkautettu|closed|nedlagt|nedlagd)\b"
)


def is_short_month(text: pl.Expr) -> pl.Expr:
    """Whether a cell is a month and two digits, no day: `nov-50`, of which nothing tells the century."""
    month = "|".join(_BEGINNINGS)
    return text.str.contains(rf"(?i)^\s*(?:{month})\p{{L}}*[-–./ ]+['’]?\d{{2}}\s*$")


def was_band(text: pl.Expr) -> pl.Expr:
    """Whether a cell is a date that a spreadsheet made of a band: `nov-50` of 11-50, `01-okt` of 1-10.

    Only for columns of numbers; `2050-11-01` is how a workbook keeps the first of them.
    """
    month = "|".join(_BEGINNINGS)
    return text.str.contains(
        rf"(?i)^\s*(?:\d{{1,2}}[-–./ ]+(?:{month})\p{{L}}*\.?|(?:{month})\p{{L}}*[-–./ ]+\d{{2}}"
        r"|\d{4}-\d{2}-\d{2}(?:[T ]00:00(?::00)?(?:\.0+)?)?)\s*$"
    )


def _built(years: pl.Expr, months: pl.Expr, days: pl.Expr) -> pl.Expr:
    """A date of its parts as text; null where there is no such day."""
    number = years.cast(pl.Int64, strict=False)
    latest = day_of_calendar.today().year + _AHEAD
    recent = 2000 + number
    whole = (
        pl.when(years.str.len_chars() > 2)
        .then(number)
        .when(recent <= latest)
        .then(recent)
        .otherwise(1900 + number)
    )
    parts = pl.concat_str(
        whole.cast(pl.String), months.str.zfill(2), days.str.zfill(2), separator="-"
    )
    return pl.when(whole.is_between(1200, 2100)).then(parts.str.to_date("%Y-%m-%d", strict=False))


def _numeric(order: Order) -> pl.Expr:
    first, second, third = map(pl.col, _PARTS)
    months, days = (first, second) if order == "mdy" else (second, first)
    by_order = _built(first, second, third) if order == "ymd" else _built(third, months, days)
    # No day is beyond 31: such a number is the year, wherever the column has it.
    beyond = first.cast(pl.Int64, strict=False) > _DAYS
    if order == "ymd":
        last = third.cast(pl.Int64, strict=False) > _DAYS
        by_order = pl.when(last & ~beyond).then(_built(third, second, first)).otherwise(by_order)
    return (
        pl.when((first.str.len_chars() == 4) | (beyond & (third.str.len_chars() <= 2)))
        .then(_built(first, second, third))
        .when((first.str.len_chars() <= 2) & third.str.len_chars().is_in([2, 4]))
        .then(by_order)
    )


def _serial() -> pl.Expr:
    # Day 1 of a spreadsheet's calendar is 1900-01-01, with a 29 February 1900 that never was.
    days = pl.col("serial")
    since = pl.lit("1899-12-30").str.to_date() + pl.duration(days=days.fill_null(0))
    return pl.when(days.is_not_null()).then(since)


def _compact() -> pl.Expr:
    return pl.coalesce(
        pl.col("eight").str.to_date("%Y%m%d", strict=False),
        pl.col("eight").str.to_date("%d%m%Y", strict=False),
        pl.from_epoch("seconds", time_unit="s").dt.date(),
    )


def _month(bare: pl.Expr) -> pl.Expr:
    """The number of the month that is a word."""
    word = bare.str.to_lowercase().str.extract(rf"(?:^|[^\p{{L}}])({_MONTHS})")
    begun = word.str.replace("marras", "nov", literal=True).str.head(3)
    return begun.replace_strict(_MONTH_OF, default=None, return_dtype=pl.String)


def _named() -> pl.Expr:
    """A date whose month is a word."""
    month, numbers = pl.col("month"), pl.col("numbers")
    first, second = (numbers.list.get(place, null_on_oob=True) for place in (0, 1))
    one = pl.lit("1")
    return (
        pl.when(month.is_null() | (numbers.list.len() > 2))
        .then(None)
        .when(second.is_null() & pl.col("bare").str.contains(_DAY_AND_MONTH))
        .then(None)
        .when(second.is_null())
        .then(_built(first, month, one))
        .when(first.str.len_chars() == 4)
        .then(_built(first, month, second))
        .otherwise(_built(second, month, first))
    )


def _of_quarter(bare: pl.Expr, group: int) -> pl.Expr:
    """The quarter (1) or the year (2) of what names a quarter."""
    return pl.coalesce(
        bare.str.extract(rf"(?i)^{_QUARTER}\s*([1-4])[\s/.,'’-]*(\d{{4}}|\d{{2}})$", group),
        bare.str.extract(rf"(?i)^([1-4])\.?\s*{_QUARTER}[\s/.,'’-]*(\d{{4}}|\d{{2}})$", group),
        bare.str.extract(rf"(?i)^(\d{{4}})[\s/.,-]*{_QUARTER}\s*([1-4])$", 3 - group),
    )


def _period(bare: pl.Expr) -> pl.Expr:
    """The first day of a quarter, a month or a year."""
    one = pl.lit("1")
    month = ((pl.col("quarter").cast(pl.Int64, strict=False) - 1) * 3 + 1).cast(pl.String)
    return pl.coalesce(
        _built(pl.col("of_year"), month, one),
        _built(
            bare.str.extract(r"^(\d{4})[-/.]\d{1,2}$", 1), bare.str.extract(r"[-/.](\d+)$", 1), one
        ),
        _built(bare.str.extract(r"^\d{1,2}[-/.](\d{4})$", 1), bare.str.extract(r"^(\d+)", 1), one),
        _built(bare.str.extract(r"^((?:1[89]|20)\d{2})$", 1), one, one),
    )


BY_OTHERS: Final = "day and month as in other columns of the file"
"""Reason of a column whose order of day and month others tell."""


def described(found: Order | None, *, is_chosen: bool = False, by_others: bool = False) -> str:
    """How dates were read that could be another day in another order.

    Parameters
    ----------
    found
        Order of the column; None where nothing tells it.
    is_chosen
        Whether a person said so.
    by_others
        Whether another column of the file tells.
    """
    if is_chosen:
        return f"read as {ORDERS[found or 'dmy']}, as chosen"
    if found is None:
        return f"nothing in the column tells day from month, so it is read as {ORDERS['dmy']}"
    others = "other columns of the file" if by_others else "other cells of the column"
    return f"read as {ORDERS[found]}, as {others} show"

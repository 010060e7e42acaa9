"""Reading cells: numbers, years, dates, flags and bands as people and programs write them.

Each reader is an expression from text to a typed value; what it cannot read becomes null and is
counted as invalid by the caller.
"""

from typing import Final, Literal

import polars as pl

DecimalMark = Literal[",", "."]

YES: Final = ("true", "yes", "y", "ja", "j", "kyllä", "k", "x", "1", "sant", "tosi", "on")
NO: Final = ("false", "no", "n", "nej", "nei", "ei", "0", "falskt", "usant", "epätosi", "off")

# Signs and codes of currencies around a number; crowns (`kr`) alone do not tell whose they are.
_CODES: Final = "SEK|NOK|DKK|EUR|USD|GBP|ISK|CHF|PLN|CZK|HUF|CAD|AUD|JPY"
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
_CURRENCY: Final = (
    rf"(?i)(?:{_CODES}|US\$|kronor|kroner|kr\.?|:-|€|\$|£|¥|,-|euroa|euros?|dollars?)"
)
_NAMES: Final = (
    (r"(?i)svensk|swedish|ruotsin", "SEK"),
    (r"(?i)norsk|norwegian|norjan", "NOK"),
    (r"(?i)dansk|danish|tanskan", "DKK"),
    (r"(?i)island|icelandic|íslensk", "ISK"),
    (r"(?i)\beuro", "EUR"),
    (r"(?i)^(?:us|u\.s\.|american|amerikansk)?\s*dollar", "USD"),
    (r"(?i)pound|sterling", "GBP"),
)
# Longest first: what stands before or behind a number, in five languages.
_SCALES: Final = (
    (r"(?i)(?:mrd|mdr|mia|bn|billions?|miljard\w*|milliard\w*|b)\.?", 1e9),
    (
        r"(?i)(?:mkr|mnok|msek|mdkk|meur|musd|mill?(?:joner|ioner|joonaa|ions?)?|milj|mio|mln|mn|mm|m)\.?",
        1e6,
    ),
    (
        r"(?i)(?:tkr|tnok|tsek|tdkk|teur|keur|ksek|kusd|t\.kr|tusen|tuhatta|tusind|thousand|k|t)\.?",
        1e3,
    ),
)
# About how many, and of what.
_ROUGHLY: Final = (
    r"(?i)^(?:ca|c:a|c|cirka|circa|about|around|approx(?:imately)?|omkring|rundt|noin|ungefär|~|≈)"
    r"[.\s]*"
)
_PEOPLE: Final = (
    r"(?i)\s*(?:st|stk|kpl|hlö|henkilöä|henkeä|personer|pers|persons?|people|ansatte|anställda|"
    r"medarbetare|medarbejdere|employees?|staff|heads?|fte)\.?$"
)


def numbers(texts: pl.Series, decimal: DecimalMark = ".") -> pl.Series:
    """`number` over a column, at once where all its cells are plain digits."""
    plain = texts.str.contains(r"^\d{1,15}$")
    if plain.all():
        return texts.cast(pl.Float64)
    return texts.alias("text").to_frame().select(number(pl.col("text"), decimal)).to_series()


def number(text: pl.Expr, decimal: DecimalMark = ".") -> pl.Expr:
    """A number: `6 499,00`, `1.234,5`, `(80)`, `80-`, `−80`, `1,2 mkr`, `12 %` (as 12).

    Parameters
    ----------
    text
        Cells.
    decimal
        What stands before the decimals in this column; the other mark separates thousands.
    """
    bare = _without_currency(text)
    negative = bare.str.contains(r"^\(.*\)$|^[-−–]|[-−–]$")
    bare = bare.str.replace_all(r"^[(+−–-]+|[)−–-]+$", "")
    scale = pl.lit(1.0)
    for pattern, factor in reversed(_SCALES):
        scale = pl.when(bare.str.contains(rf"\d{pattern}$")).then(factor).otherwise(scale)
    for pattern, _ in _SCALES:
        bare = bare.str.replace(rf"{pattern}$", "")
    # One mark with three digits behind it is the only form that the column has to settle.
    by_column = (
        bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        if decimal == ","
        else bare.str.replace_all(",", "", literal=True)
    )
    plain = (
        pl.when(bare.str.contains(r"^\d+$"))
        .then(bare)
        .when(bare.str.contains(r"^(?:\d*[.,](?:\d{1,2}|\d{4,})|0[.,]\d{3}|\d{4,}[.,]\d{3})$"))
        .then(bare.str.replace(",", ".", literal=True))
        .when(bare.str.contains(r"^\d{1,3}[.,]\d{3}$"))
        .then(by_column)
        .when(bare.str.contains(r"^\d{1,3}(?:\.\d{3})+(?:,\d+)?$"))
        .then(bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(bare.str.contains(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$"))
        .then(bare.str.replace_all(",", "", literal=True))
        .when(bare.str.contains(r"^\d+(?:[.,]\d+)?[eE][+-]?\d{1,2}$"))
        .then(bare.str.replace(",", ".", literal=True))
    )
    value = plain.cast(pl.Float64, strict=False) * scale
    return pl.when(negative).then(-value).otherwise(value)


def _without_currency(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"[\s'’%\u00ad]", "").str.replace_all(_CURRENCY, "")


def names_scale(text: pl.Expr) -> pl.Expr:
    """Whether a cell itself says thousands, millions or more: `4,5 mkr`, `$2.1B`."""
    scales = "|".join(pattern.removeprefix("(?i)") for pattern, _ in _SCALES)
    return _without_currency(text).str.contains(rf"(?i)\d(?:{scales})[)-]?$")


def stated_currency(text: pl.Expr) -> pl.Expr:
    """The currency that a cell itself names: `$2.1B`, `12 M€`, `4 MSEK`, `NOK 500`; else null."""
    code = text.str.to_uppercase().str.extract(rf"(?:^|[^\pL]|[MTK])({_CODES})(?:$|[^\pL])", 1)
    sign = text.str.extract(r"([€$£¥])", 1).replace_strict(
        _SIGNS, default=None, return_dtype=pl.String
    )
    return pl.coalesce(code, sign)


def currency_code(text: pl.Expr) -> pl.Expr:
    """The currency that a cell is about: `SEK`, `sek`, `Svensk krona`, `US Dollar`, `€`; else null."""
    name = pl.coalesce(
        pl.when(text.str.contains(pattern)).then(pl.lit(code)) for pattern, code in _NAMES
    )
    bare = text.str.to_uppercase().str.extract(r"\b([A-Z]{3})\b")
    known = pl.when(bare.is_in(_CODES.split("|"))).then(bare)
    return pl.coalesce(stated_currency(text), known, name, bare)


def headcount(text: pl.Expr, decimal: DecimalMark = ".") -> pl.Expr:
    """A number of people: `240`, `ca 50`, `50 st`, `1 200 anställda`; a band is none."""
    bare = text.str.strip_chars().str.replace(_ROUGHLY, "").str.replace(_PEOPLE, "")
    return number(bare, decimal)


def decimal_mark(texts: pl.Expr) -> pl.Expr:
    """The decimal mark of a column, `","` or `"."`, as its clearest cells show.

    It settles what `1.234` is; where no cell shows it, a mark with three digits behind separates
    thousands.

    Examples
    --------
    >>> cells = pl.DataFrame({"revenue": ["1.234", "12,5"]})
    >>> cells.select(decimal_mark(pl.col("revenue"))).item()
    ','
    """
    bare = texts.str.replace_all(r"[^\d.,]", "")
    comma = bare.str.contains(r"\.\d{3},\d*$|^\d*,(?:\d{1,2}|\d{4,})$|^(?:0|\d{4,}),\d+$").sum()
    point = bare.str.contains(r",\d{3}\.\d*$|^\d*\.(?:\d{1,2}|\d{4,})$|^(?:0|\d{4,})\.\d+$").sum()
    thousands = bare.str.contains(r"^\d{1,3}\.\d{3}$").any()
    by_comma = (comma > point) | ((comma == point) & thousands)
    return pl.when(by_comma).then(pl.lit(",")).otherwise(pl.lit("."))


def band(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Low and high end of a band: `20-49`, `ANTAL_20_49`, `50+`, `<10`, `10 till 49`; null if none.

    An end that says "and more" has no high end; a register's 999999 means that too.
    """
    bare = text.str.replace_all(r"(\d)[\s.,](\d{3})\b", "${1}${2}").str.to_lowercase()
    two = r"^\D*?(\d+)\s*(?:-|–|—|_|to|till|til|—|\.\.+)\s*(\d+)\D*$"
    low = pl.coalesce(
        bare.str.extract(two, 1),
        bare.str.extract(r"^\D*?(\d+)\s*(?:\+|eller fler|or more|og over|tai enemmän)", 1),
        bare.str.extract(r"^(?:≥|>=|minst|at least|over|mere end)\s*(\d+)", 1),
    ).cast(pl.Int64, strict=False)
    above = bare.str.extract(r"^>\s*(\d+)", 1).cast(pl.Int64, strict=False)
    below = bare.str.extract(r"^<\s*(\d+)", 1).cast(pl.Int64, strict=False)
    high = bare.str.extract(two, 2).cast(pl.Int64, strict=False)
    low = pl.coalesce(low, above + 1, pl.when(below.is_not_null()).then(0))
    high = pl.when(high < 999_999).then(high)
    return low, pl.coalesce(high, below - 1)


def year(text: pl.Expr) -> pl.Expr:
    """A year, out of a year, a date (`2020-01-02`, `02.01.2020`, `20200102`) or a sheet's serial."""
    bare = text.str.strip_chars()
    # Day 1 of a spreadsheet's calendar is 1900-01-01, with a 29 February 1900 that never was.
    serial = bare.str.extract(r"^([1-6]\d{4})(?:\.\d+)?$", 1).cast(pl.Int64, strict=False)
    from_serial = (
        pl.lit("1899-12-30").str.to_date() + pl.duration(days=serial.fill_null(0))
    ).dt.year()
    found = pl.coalesce(
        bare.str.extract(r"^(\d{4})(?:\.0+)?$", 1),
        bare.str.extract(r"^(\d{4})[-/.]\d{1,2}[-/.]\d{1,2}", 1),
        bare.str.extract(r"^\d{1,2}[-/.]\d{1,2}[-/.](\d{4})", 1),
        bare.str.extract(r"^(\d{4})(?:0[1-9]|1[0-2])[0-3]\d$", 1),
    ).cast(pl.Int64, strict=False)
    value = pl.when(serial.is_not_null()).then(from_serial.cast(pl.Int64)).otherwise(found)
    return pl.when(value.is_between(1200, 2100)).then(value)


def date(text: pl.Expr) -> pl.Expr:
    """A date: ISO 8601 (a time behind it does not count), `02.01.2020`, `20200102`, `1/31/2020`."""
    bare = text.str.strip_chars().str.replace(r"(?:[T\s]+\d{1,2}:.*)$", "")
    serial = bare.str.extract(r"^([1-6]\d{4})$", 1).cast(pl.Int64, strict=False)
    from_serial = pl.lit("1899-12-30").str.to_date() + pl.duration(days=serial.fill_null(0))
    return pl.coalesce(
        bare.str.to_date("%Y-%m-%d", strict=False),
        pl.when(serial.is_not_null()).then(from_serial),
        bare.str.to_date("%Y%m%d", strict=False),
        bare.str.to_date("%d.%m.%Y", strict=False),
        bare.str.to_date("%d/%m/%Y", strict=False),
        bare.str.to_date("%m/%d/%Y", strict=False),
        bare.str.to_date("%d-%m-%Y", strict=False),
        bare.str.to_date("%Y/%m/%d", strict=False),
    )


def flag(text: pl.Expr) -> pl.Expr:
    """True or false, in five languages."""
    values = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    return (
        text.str.strip_chars()
        .str.to_lowercase()
        .replace_strict(values, default=None, return_dtype=pl.Boolean)
    )


def tags(text: pl.Expr) -> pl.Expr:
    """A list of words separated by `;`, `|` or, where there is neither, `,`."""
    parts = (
        pl.when(text.str.contains(r"[;|]"))
        .then(text.str.replace_all("|", ";", literal=True))
        .otherwise(text.str.replace_all(",", ";", literal=True))
        .str.split(";")
        .list.eval(pl.element().str.strip_chars())
        .list.eval(pl.element().filter(pl.element() != ""))
    )
    return pl.when(text.is_not_null()).then(parts)


def leading_code(text: pl.Expr) -> pl.Expr:
    """The code at the start of a cell: `62010 Dataprogrammering` gives `62010`."""
    return text.str.extract(r"^\s*([A-U]?\d[\d. ]*\d|[A-U])(?:\s|$|[-–:,])")

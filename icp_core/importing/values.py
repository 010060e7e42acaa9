"""Reading cells: numbers, flags, bands and lists as people and programs write them.

Each reader is an expression from text to a typed value; what it cannot read becomes null and is
counted as invalid by the caller.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

import polars as pl

from icp_core.accounts.columns import LARGEST, known
from icp_core.importing.steps import in_steps

DecimalMark = Literal[",", "."]

# What a program writes where it has nothing; told from a company called Null or None by its spelling.
_PROGRAMS: Final = ("null", "NULL", "None", "nan", "NaN", "nil", "undefined", "<NA>", "NaT", "\\N")
_WORDS: Final = (
    "n/a", "n.a.", "n.a", "n/d", "i/t", "u/o", "#n/a", "(null)", "[null]", "<null>", "(none)",
    "(blank)", "(blanks)", "(empty)", "(tom)", "(tomt)", "(tyhjä)",
    "okänd", "okänt", "okända", "ej känd", "ej känt", "uppgift saknas", "uppgifter saknas", "saknas",
    "ej angivet", "ej angiven", "ej tillgängligt", "ingen uppgift", "inte tillgängligt",
    "ukjent", "ikke kjent", "ikke oppgitt", "ikke angitt", "ikke tilgjengelig", "ikke registrert",
    "mangler", "ingen data", "ikkje oppgitt", "ukjend",
    "ukendt", "uoplyst", "ikke oplyst", "ikke angivet", "ikke tilgængelig", "ingen oplysninger",
    "ei tiedossa", "ei tietoa", "tuntematon", "ei saatavilla", "ei ilmoitettu", "ei määritelty",
    "puuttuu", "uoppgitt", "finns ej", "finns inte", "ej tillgänglig",
    "under uppbyggnad", "under oppbygging", "under opbygning", "under construction",
)  # fmt: skip
# Besides those, where no company's name is asked for: some are called Null, NA or Unknown.
_NO_NAMES: Final = (
    "none", "NONE", "Null", "Nan", "NAN", "Nil", "NA", "N.A", "ND", "na",
    "unknown", "Unknown", "UNKNOWN", "(unknown)", "Not known", "Not available", "not available",
    "Not Available", "Not specified", "not specified", "Not provided", "Not stated", "Not applicable",
    "not applicable", "No data", "TBD", "tbd", "unspecified", "Unspecified", "blank", "Blank", "empty",
    "Empty", "ingen", "Ingen", "inga", "Inga",
)  # fmt: skip
_SIGNS: Final = r"^[\s\-–—−_.?…*~/\\|]+$"
# Excel's in English and the Nordic languages (#NAVN?, #VÄRDEFEL!, #SAKNAS!), Google's and LibreOffice's.
# Polars keeps few patterns ready, so a load makes this one ready once a column, and a class of letters
# that is said to stand up to twenty times costs twenty times as much as one without an upper bound.
_ERRORS: Final = r"^#(?:[\p{Lu}0/ ]{2,}[!?]|N/A|I/T|[\p{Lu}_]{3,}_DATA|PUUTTUU|TOM|#+)$|^Err:\d{3}$"

YES: Final = ("true", "yes", "y", "ja", "j", "kyllä", "k", "x", "1", "sant", "tosi", "on")
NO: Final = ("false", "no", "n", "nej", "nei", "ei", "0", "falskt", "usant", "epätosi", "off")
# What a single letter or digit stands for elsewhere is a size, a group or a number.
PLAIN_ANSWERS: Final = frozenset(word for word in (*YES, *NO) if len(word) > 1)
"""Words that are a yes or a no whatever their heading."""

LETTER_ANSWERS: Final = tuple(map(frozenset, ("jn", "yn", "xn", "x")))
"""Letters that are a yes and a no where a column has no others; an `x` alone is a tick."""

YES_OR_NO: Final[Mapping[str, bool]] = MappingProxyType(
    dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
)

# Signs and codes of currencies around a number; crowns (`kr`) alone do not tell whose they are.
_CODES: Final = "SEK|NOK|DKK|EUR|USD|GBP|ISK|CHF|PLN|CZK|HUF|CAD|AUD|JPY"
_CURRENCY_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
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
    (r"(?i)(?:mrd|mdr|md|mia|bn|billions?|miljard\w*|milliard\w*|b)\.?", 1e9),
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
    r"(?i)^\s*(?:c\.?\s+|(?:ca|c:a|cirka|circa|about|around|approx(?:imately)?|roughly|omkring|runt|kring|"
    r"omtrent|rundt|noin|n\.|ungefär|uppskattat|uppsk|anslått|anslaget|estimert|estimeret|arvio(?:lta)?|estimated|est|~|≈|±)"
    r"[.:\s]*)"
)
# The year of an amount before or behind it, what it is of in brackets, and that it is of a year.
_OF_YEAR: Final = r"(?i)^\s*(?:år\s*)?(?:19|20)\d{2}\s*:\s*"
_IN_BRACKETS: Final = (
    r"(?i)(\d\D{0,14}?)\s*[(\[]"
    r"(?:[^()\[\]]*\pL[^()\[\]]*|(?:19|20)\d{2}(?:[-/]\d{2,4})?)[)\]]\s*$"
)
_UNIT_IN_BRACKETS: Final = (
    r"(?i)[(\[]\s*((?:[tkm]|md|mn|mio|mrd|mdr)?\.?\s*"
    r"(?:kr|sek|nok|dkk|eur|usd|gbp|isk|€|\$)\.?)\s*[)\]]\s*$"
)
_A_YEAR: Final = (
    r"(?i)(?:\s*/\s*(?:år|year|yr|vuosi|v)|\s+(?:per|pr\.?|om)\s+(?:år|året|year)|"
    r"\s+(?:p\.?a\.?|årligen|årlig|årligt|annually|a year|vuodessa))\.?\s*$"
)
_REMARKED: Final = r"(?i)(?:\s+(?:ca|c:a|est|uppsk|anslått)\.?|\s*[*†]+)\s*$"
_THEN_YEAR: Final = r"(\d\D{0,14}(?:\pL\.?|[€$£]))[\s,]+(?:19|20)\d{2}\s*$"
# Two ends, or one of which an amount is above or below.
_BETWEEN: Final = (
    r"\d\s*(?:[€$£%]|\pL{1,6}\.?(?: \pL{2,3}\.?)?)?\s*"
    r"(?:-|–|—|\.\.+|(?i:till?|to|og|och|and|ja|tai))\s*(?:[€$£]|\pL{2,3})?\s*\d"
)
_BEYOND: Final = (
    r"(?i)^\s*(?:[<>≤≥]|över|over|above|more than|mer än|mer enn|mere end|minst|mindst|min\b|at least|"
    r"vähintään|yli|under|below|less than|mindre|alle|enintään|max|upp till|up to|op til|inntil|"
    r"indtil|från|fra|from|jopa).*\d|\d\s*\pL{0,6}\.?\s*\+|\d.*\b(?:eller mera?|eller mer|or more|"
    r"og over|eller mere|tai enemmän|och uppåt|och mer|and above|plus)\b"
)
_PEOPLE: Final = (
    r"(?i)\s*(?:st|stk|kpl|hlöä?|htv|henkilöä?|henkeä|työntekijää|työntekijä|työnt|personer|pers|"
    r"persons?|people|ansatte|ans|anställda|anst|anställd|medarbetare|medarb|medarbejdere?|"
    r"medarbeidere?|mand|mann|employees?|emp|staff|heads?|fte)\.?$"
)


def numbers(texts: pl.Series, decimal: DecimalMark = ".") -> pl.Series:
    """`number` over a column, at once where all its cells are plain digits."""
    plain = texts.str.contains(r"^\d{1,15}$")
    if plain.all():
        return texts.cast(pl.Float64)
    return texts.alias("text").to_frame().select(number(pl.col("text"), decimal)).to_series()


def amounts(texts: pl.Series, decimal: DecimalMark, unit: float) -> pl.Series:
    """`numbers` times their column's unit, but for cells that name their own: `4,5 mkr`, `$2.1B`.

    Null beyond `LARGEST`, where no company's figures are.
    """
    scaled = numbers(texts, decimal)
    if unit != 1.0:
        scaled *= pl.select(
            pl.when(names_scale(pl.lit(texts))).then(1.0).otherwise(unit)
        ).to_series()
    return scaled.set(scaled.abs() > LARGEST, None)


def number(text: pl.Expr, decimal: DecimalMark = ".") -> pl.Expr:
    """A number: `6 499,00`, `1.234,5`, `(80)`, `80-`, `−80`, `ca 1,2 mkr (2023)`, `12 %` (as 12).

    Parameters
    ----------
    text
        Cells.
    decimal
        What stands before the decimals in this column; the other mark separates thousands.
    """
    return in_steps(text, lambda cells: _numbers(cells, decimal), pl.Float64())


def _numbers(cells: pl.DataFrame, decimal: DecimalMark) -> pl.Series:
    bare = pl.col("bare")
    cells = cells.select(bare=_without_currency(pl.col("text"))).select(
        bare.str.replace_all(r"^[(+−–-]+|[)−–-]+$", ""),
        negative=bare.str.contains(r"^\(.*\)$|^[-−–]|[-−–]$"),
    )
    scale, unscaled = pl.lit(1.0), bare
    for pattern, factor in reversed(_SCALES):
        scale = pl.when(bare.str.contains(rf"\d{pattern}$")).then(factor).otherwise(scale)
    for pattern, _ in _SCALES:
        unscaled = unscaled.str.replace(rf"{pattern}$", "")
    cells = cells.select("negative", unscaled, scale=scale)
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
    value = plain.cast(pl.Float64, strict=False) * pl.col("scale")
    cells = cells.select(value=pl.when("negative").then(-value).otherwise(value))
    return cells.select(known(pl.col("value"))).to_series()


def _without_currency(text: pl.Expr) -> pl.Expr:
    for pattern in (_OF_YEAR, _ROUGHLY, _REMARKED, _A_YEAR):
        text = text.str.replace(pattern, "")
    for pattern in (_UNIT_IN_BRACKETS, _IN_BRACKETS, _THEN_YEAR):
        text = text.str.replace(pattern, "${1}")
    return text.str.replace_all(r"[\s'’%\u00ad]", "").str.replace_all(_CURRENCY, "")


def is_range(text: pl.Expr) -> pl.Expr:
    """Whether a cell has two ends or an open one and means no amount: `10–50 mkr`, `>100 MSEK`."""
    return text.str.contains(_BETWEEN) | text.str.contains(_BEYOND)


def names_scale(text: pl.Expr) -> pl.Expr:
    """Whether a cell itself says thousands, millions or more: `4,5 mkr`, `$2.1B`."""
    scales = "|".join(pattern.removeprefix("(?i)") for pattern, _ in _SCALES)
    return _without_currency(text).str.contains(rf"(?i)\d(?:{scales})[)-]?$")


def names_unit(text: pl.Expr) -> pl.Expr:
    """Whether a cell itself says in what it is, a scale or a currency: `4,5 mkr`, `850 kr`, `EUR 12`."""
    return names_scale(text) | text.str.contains(rf"{_CURRENCY}")


def stated_currency(text: pl.Expr) -> pl.Expr:
    """The currency that a cell itself names: `$2.1B`, `12 M€`, `4 MSEK`, `NOK 500`; else null."""
    code = text.str.to_uppercase().str.extract(rf"(?:^|[^\pL]|[MTK]|MD)({_CODES})(?:$|[^\pL])", 1)
    sign = text.str.extract(r"([€$£¥])", 1).replace_strict(
        _CURRENCY_SIGNS, default=None, return_dtype=pl.String
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


def says_unknown(text: pl.Expr, *, of_names: bool = False) -> pl.Expr:
    """Whether a cell only says that nothing is known: `#N/A`, `-`, `null`, `Okänd`, `ei tiedossa`.

    Parameters
    ----------
    text
        Cells.
    of_names
        Whether they are names: a company may be called Null or NA.

    Examples
    --------
    >>> cells = pl.DataFrame({"x": ["#NAVN?", "–", "Null", "Null AB", "Uoplyst"]})
    >>> cells.select(says_unknown(pl.col("x"), of_names=True))["x"].to_list()
    [True, True, False, False, True]
    """
    return text.is_in(_placeholders(of_names)) | text.str.contains(rf"{_SIGNS}|{_ERRORS}")


@cache
def _placeholders(of_names: bool) -> list[str]:
    forms = {
        form for word in _WORDS for form in (word, word.upper(), word.capitalize(), word.title())
    }
    return sorted(forms | set(_PROGRAMS) | (set() if of_names else set(_NO_NAMES)))


def flag(text: pl.Expr) -> pl.Expr:
    """True or false, in five languages."""
    return (
        text.str.strip_chars()
        .str.to_lowercase()
        .replace_strict(YES_OR_NO, default=None, return_dtype=pl.Boolean)
    )


def count(text: pl.Expr) -> pl.Expr:
    """A whole number of a few things; unknown where there is more than that, such as an amount.

    Examples
    --------
    >>> cells = pl.DataFrame({"x": ["3", " 2.0", "0", "120 000 kr", "Expansion", None]})
    >>> cells.select(count(pl.col("x")))["x"].to_list()
    [3, 2, 0, None, None, None]
    """
    return text.str.extract(r"^\s*(\d{1,4})(?:[.,]0+)?\s*$").cast(pl.Int64)


def tags(text: pl.Expr) -> pl.Expr:
    """A list of words separated by `;`, `|` or, where there is neither, `,`."""
    parts = (
        pl.when(text.str.contains(r"[;|]"))
        .then(text.str.replace_all("|", ";", literal=True))
        .otherwise(text.str.replace_all(",", ";", literal=True))
        .str.split(";")
        .list.eval(pl.element().str.strip_chars())
        .list.eval(pl.element().filter((pl.element() != "") & ~says_unknown(pl.element())))
    )
    return pl.when(text.is_not_null()).then(parts)


def funding_stage(text: pl.Expr) -> pl.Expr:
    """The last round of outside money as accounts have it: `seed`, `a`, `listed`; others as written.

    Examples
    --------
    >>> cells = pl.DataFrame({"x": ["Series A", "series_b+", "Seed Round", "IPO", "Venture"]})
    >>> cells.select(funding_stage(pl.col("x")))["x"].to_list()
    ['a', 'b', 'seed', 'listed', 'Venture']
    """
    plain = text.str.replace_all(r"\s+", " ").str.strip_chars()
    bare = plain.str.to_lowercase().str.replace_all(r"[\s_-]+", " ")
    letter = bare.str.extract(
        r"^(?:series|serie|round|runda|runde) ([a-j])\d?(?:\+.*| ?(?:extension|ii?|round))?$", 1
    )
    return (
        pl.when(letter.is_not_null())
        .then(letter)
        .when(bare.str.contains(r"^seed(?: (?:round|plus|stage|runda|runde))?\+?$"))
        .then(pl.lit("seed"))
        .when(bare.str.contains(_LISTED))
        .then(pl.lit("listed"))
        .when(bare.str.contains(r"^(?:bootstrapped|no funding|unfunded|none|ingen|ei rahoitusta)$"))
        .then(pl.lit("none"))
        .otherwise(plain)
    )


_LISTED: Final = (
    r"^(?:ipo|listed|public|publicly traded|post ipo(?: [a-z]+)?|börsnoterad|noterad|børsnotert|"
    r"børsnoteret|pörssiyhtiö|pörssilistattu)$"
)


def leading_code(text: pl.Expr) -> pl.Expr:
    """The code at the start of a cell: `62010 Dataprogrammering`, `SNI 62010; 62020` give `62010`."""
    named = text.str.replace(
        r"(?i)^\s*(?:SNI|NACE|SN|TOL|DB|NACE-?kod)(?:\s?20\d\d|07)?\s*[:.-]?\s+", ""
    )
    # France adds a letter to the class: 62.01Z.
    # A letter is a section by itself alone: IT is none.
    return named.str.extract(r"^\s*([A-V]?\s?\d[\d. ]*\d)[A-Z]?(?:\s|$|[-–:,;/|(])").fill_null(
        named.str.extract(r"^\s*([A-V])(?:\s|$|[-–:,;/|(])")
    )

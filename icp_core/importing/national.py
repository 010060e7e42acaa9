"""National numbers of companies in the Nordic countries, checked with python-stdnum."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

import polars as pl
from stdnum.ch import vat as vat_ch
from stdnum.dk import cvr
from stdnum.eu import vat as vat_eu
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
from stdnum.gb import vat as vat_gb
from stdnum.is_ import kennitala
from stdnum.no import orgnr as orgnr_no
from stdnum.se import orgnr as orgnr_se

_VALIDATE: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "NO": orgnr_no.validate,
        "SE": orgnr_se.validate,
        "DK": cvr.validate,
        "FI": ytunnus.validate,
        "IS": kennitala.validate,
    }
)

# Filled in where nobody knew the number: one digit over and over, digits in a row, and the number
# that Swedish test persons have. The last digit may be made to fit the check.
_LENGTHS: Final = range(6, 12)
_FILLERS: Final = frozenset(
    [digit * length for digit in "0123456789" for length in _LENGTHS]
    + [
        (row * 2)[start : start + length]
        for row in ("0123456789", "9876543210")
        for start in range(10)
        for length in _LENGTHS
    ]
    + [("12" * 6)[:length] for length in _LENGTHS]
)
_ROUND: Final = r"0{7,}$"

# What hides digits; letters only where they repeat.
_MASK: Final = "X*•●∙○#_?"
_HIDES: Final = re.compile(r"[Xx*•●∙○#_?…]|\.{3}|[^\W\d_]{4}")
# A birthday, of which digits may be hidden, with or without the century, and what is behind it.
_MASKED: Final = re.compile(
    r"(?:(18|19|20|\*\*))?([\d*]{2})[-./]?([\d*]{2})[-./]?([\d*]{2})([-+A-FU-Y]?)([\d*]{3,5}[0-9A-Y]?)"
)


@lru_cache(maxsize=10_000)
def vat_country(text: str) -> str | None:
    """The country of a VAT number of the EU, Britain or Switzerland; None where its check says no.

    Examples
    --------
    >>> [vat_country(n) for n in ("DE 136695976", "EL094259216", "DE136695977", "556012-5790")]
    ['DE', 'GR', None, None]
    """
    number = re.sub(r"[\s.-]", "", text).upper()
    checks = {"GB": vat_gb.is_valid, "XI": vat_gb.is_valid, "CH": vat_ch.is_valid}
    prefix = number[:2]
    if is_placeholder(number[2:]) or not checks.get(prefix, vat_eu.is_valid)(number):
        return None
    return {"EL": "GR", "XI": "GB"}.get(prefix, prefix)


def is_placeholder(text: str) -> bool:
    """Whether a number is one that people fill in for want of one, whatever its check digit.

    Examples
    --------
    >>> [is_placeholder(n) for n in ("000 000 000", "556000-0000", "1234567-1", "923609016")]
    [True, True, True, False]
    """
    if len(text) < _LENGTHS[0]:
        return False
    digits = re.sub(r"\D", "", text)
    return digits[:-1] in _FILLERS or digits in _FILLERS or bool(re.search(_ROUND, digits))


def is_personal(country: str | None, text: str | None) -> bool:
    """Whether a text is a person's identity number in a Nordic country, in clear or masked.

    Swedish and Finnish ones begin with a date of birth, Norwegian, Danish and Icelandic ones too; no
    number of a company does. The check digit does not matter: one that is mistyped is personal too.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 of the company or the list, None where that is unknown.
    text
        As in the file.

    Examples
    --------
    >>> [is_personal("SE", n) for n in ("19XXXXXX-1234", "800101-****", "556012-5790")]
    [True, True, False]
    """
    if not text or is_placeholder(text):
        return False
    if is_masked_personal(text):
        return True
    bare = re.sub(r"[\s.'\"=]", "", text).upper().removeprefix(country or " ")
    signs = re.sub(r"[-+]", "", bare)
    if len(signs) == 10 and _is_icelandic_company(country, signs):
        return False
    if re.fullmatch(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", bare) and not bare[6:].isdigit():
        return _is_birthday(bare[:6])
    if not signs.isdigit():
        return False
    separated = len(bare) == 11 and bare[6] in "-+"
    # A century and ten digits; a VAT number has the two behind.
    found = {
        12: signs[:2] in ("18", "19", "20") and _is_birthday(signs[2:8]),
        11: country in ("NO", None) and _is_birthday(signs[:6]),
        10: (separated or country == "SE") and _is_birthday(signs[:6]),
    }
    return found.get(len(signs), False)


def _is_icelandic_company(country: str | None, digits: str) -> bool:
    """Whether ten digits are an Icelandic company's number, which has 40 added to its first day.

    Without a country it may be a Swede's, born in what is the first day's year: then the checks tell.
    """
    if country == "IS":
        return "41" <= digits[:2] <= "71"
    return country is None and (
        "41" <= digits[:2] <= "71" and kennitala.is_valid(digits) and not orgnr_se.is_valid(digits)
    )


def is_masked_personal(text: str) -> bool:
    """Whether a text is a person's identity number with some of its digits hidden.

    Examples
    --------
    >>> [is_masked_personal(n) for n in ("850101-****", "01.01.90 XXXXX", "556012-****", "850101-1234")]
    [True, True, False, False]
    """
    if _HIDES.search(text) is None:
        return False
    bare = re.sub(r"\s", "", text).upper().replace("…", "****")
    bare = re.sub("[‐-―−]", "-", bare)
    # NNNN and the like are a mask where nothing else is behind the birthday.
    bare = re.sub(r"(?<=\d)(-?)([A-ZÅÄÖÆØ])\2{3,4}$", r"\1****", bare)
    bare = re.sub(r"(?<=[-\d])\.{3,5}$", "****", bare)
    bare = re.sub(r"^[A-ZÅÄÖ]{6}(?=-?\d{4}$)", "******", bare)
    bare = "".join("*" if sign in _MASK else sign for sign in bare)
    found = _MASKED.fullmatch(bare)
    if found is None or "*" not in bare or sum(map(str.isdigit, bare)) < _LEAST_SHOWN:
        return False
    _, first, middle, last, sign, rest = found.groups()
    if len(rest) > _LONGEST_END or (not sign and len(rest) < _SHORTEST_END):
        return False
    return _is_birthday(first + middle + last)


_LEAST_SHOWN: Final = 4
_SHORTEST_END, _LONGEST_END = 4, 5


def _is_birthday(digits: str) -> bool:
    """Whether six digits are a date with the year first or last; days and months may be shifted.

    Sweden adds 60 to the day of those who are not registered there, Norway 40 to day or month. A `*` may
    be any digit.
    """
    first, middle, last = (_may_be(digits[place : place + 2]) for place in (0, 2, 4))
    return bool(middle & _MONTHS) and bool((first | last) & _DAYS)


_DAYS: Final = frozenset([*range(1, 32), *range(41, 72), *range(61, 92)])
_MONTHS: Final = frozenset([*range(1, 13), *range(41, 53)])


@cache
def _may_be(two: str) -> frozenset[int]:
    """The numbers that two signs may be; none for what are no digits."""
    pattern = two.replace("*", r"\d")
    return frozenset(n for n in range(100) if re.fullmatch(pattern, f"{n:02}"))


def clean_number(country: str | None, text: str | None) -> str | None:
    """A company's national number as its register writes it, or None if it is not one.

    What python-stdnum refuses is removed first: `SE…01`, `NO…MVA`, the Swedish prefix `16`, dots,
    `.0`, `=` and quotes of spreadsheets; Finnish numbers get their leading zero and dash. Numbers of
    countries without a check are kept as they are. Placeholders are no numbers (`is_placeholder`).

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2.
    text
        As in the file.

    Examples
    --------
    >>> clean_number("NO", "NO 923 609 016 MVA")
    '923609016'
    >>> clean_number("NO", "923 609 017") is None
    True
    """
    if not text:
        return None
    bare = re.sub(r"[\s.\u00ad'’\"=]", "", re.sub(r"\.0+$", "", text.strip())).upper()
    validate = _VALIDATE.get(country or "")
    if validate is None and not is_placeholder(bare):
        return bare if any(sign.isdigit() for sign in bare) else None
    bare = bare.replace("-", "").removeprefix(str(country)).removesuffix("MVA")
    if country == "SE" and len(bare) == 12:
        # A century is a legal person's 16 or a human's 19 or 20; a VAT number ends in 01.
        bare = bare[2:] if bare.startswith(("16", "19", "20")) else bare.removesuffix("01")
    if country == "FI" and bare.isdigit():
        bare = bare.zfill(8)
        bare = f"{bare[:7]}-{bare[7:]}"
    if validate is None or is_placeholder(bare):
        return None
    try:
        number = validate(bare)
    except ValidationError:
        return None
    if country == "FI":
        return f"{number[:7]}-{number[7:]}" if "-" not in number else number
    return number


def is_person(country: str | None, number: str | None) -> bool:
    """Whether a clean number is a person's: Swedish sole proprietors trade under their own."""
    if not number:
        return False
    if country == "SE":
        return len(number) == 10 and number[2] < "2"
    return country == "IS" and number[0] < "4"


def clean_numbers(
    countries: pl.Series, texts: pl.Series, *, home: str | None, strict: bool
) -> pl.DataFrame:
    """Whole columns: `org_number`, `number_country` whose register it is in, and `is_person`.

    A company's number is checked as its own country's, then as the list's: a branch of a Swedish
    company in Norway's register has a Swedish address and a Norwegian number.

    Parameters
    ----------
    countries, texts
        Country and number of each row, as far as known.
    home
        Country of the list.
    strict
        Whether only numbers that pass a check count; else those of countries without one are kept.
    """
    first = pl.select(
        pl.when(countries.is_in(list(_VALIDATE))).then(countries).otherwise(pl.lit(home, pl.String))
    ).to_series()
    # Most numbers of most lists are sound as they stand; only the others are taken one by one.
    frame = pl.DataFrame(
        {
            "own": countries,
            "text": texts,
            "org_number": texts,
            "number_country": first,
            "sound": is_sound(first, texts),
        }
    ).with_row_index("at")
    rest = [
        (at, *_clean_one(own, text, home=home, strict=strict), is_personal(own or home, text))
        for at, own, text in frame.filter(~pl.col("sound")).select("at", "own", "text").iter_rows()
    ]
    schema = {
        "at": pl.UInt32, "org_number": pl.String, "number_country": pl.String, "personal": pl.Boolean,
    }  # fmt: skip
    settled = pl.concat(
        [
            frame.filter("sound").select(
                "at", "org_number", "number_country", personal=pl.lit(value=False)
            ),
            pl.DataFrame(rest, schema=schema, orient="row"),
        ]
    ).sort("at")
    third = pl.col("org_number").str.slice(2, 1)
    person = (
        ((pl.col("number_country") == "SE") & (third < "2"))
        | ((pl.col("number_country") == "IS") & (pl.col("org_number").str.slice(0, 1) < "4"))
    ).fill_null(value=False) | pl.col("personal")
    return settled.select("org_number", "number_country", is_person=person)


def _clean_one(
    own: str | None, text: str | None, *, home: str | None, strict: bool
) -> tuple[str | None, str | None]:
    """A number and whose register it is in, both None where no country takes it."""
    if own is None and home is None:
        # Only where one register alone would give out such a number.
        taken = [country for country in _VALIDATE if clean_number(country, text)]
        return (clean_number(taken[0], text), taken[0]) if len(taken) == 1 else (None, None)
    for candidate in (own, home) if own in _VALIDATE else (home, own):
        if text and candidate and (candidate in _VALIDATE or not strict):
            number = clean_number(candidate, text)
            if number:
                return number, candidate
    return None, None


def is_sound(countries: pl.Series, texts: pl.Series) -> pl.Series:
    """Whether numbers are written as their register does and pass its check, column-wise.

    The same checks as python-stdnum's, as arithmetic over columns; blanks are not sound.
    """

    def digit(place: int) -> pl.Expr:
        tens: int = 10 ** (9 - place)
        return pl.col("digits") // tens % 10

    def weighted(weights: Sequence[int], length: int) -> pl.Expr:
        skipped = 10 - length
        return pl.sum_horizontal(w * digit(skipped + i) for i, w in enumerate(weights))

    doubled = [digit(i) * 2 for i in range(0, 10, 2)]
    luhn = pl.sum_horizontal(
        *(d // 10 + d % 10 for d in doubled), *(digit(i) for i in range(1, 10, 2))
    )
    country, text = pl.col("country"), pl.col("text")
    bare = text.str.replace("-", "", literal=True)
    filler = bare.str.head(-1).is_in(_FILLERS) | bare.is_in(_FILLERS) | bare.str.contains(_ROUND)
    frame = pl.DataFrame({"country": countries, "text": texts}).with_columns(
        digits=bare.cast(pl.Int64, strict=False)
    )
    finnish = weighted((7, 9, 10, 5, 8, 4, 2, 1), 8) % 11 == 0
    return frame.select(
        ~filler
        & (
            ((country == "NO") & text.str.contains(r"^\d{9}$"))
            & (weighted((3, 2, 7, 6, 5, 4, 3, 2, 1), 9) % 11 == 0)
            | ((country == "SE") & text.str.contains(r"^\d{10}$") & (luhn % 10 == 0))
            | ((country == "DK") & text.str.contains(r"^[1-9]\d{7}$"))
            & (weighted((2, 7, 6, 5, 4, 3, 2, 1), 8) % 11 == 0)
            | ((country == "FI") & text.str.contains(r"^\d{7}-\d$") & finnish)
        ).fill_null(value=False)
    ).to_series()


def country_of(texts: pl.Series) -> tuple[str | None, float]:
    """The country whose check most of the numbers pass, and their share; None below one half."""
    values = [text for text in texts.drop_nulls() if not is_placeholder(text)]
    # Most columns have nothing that is as long as a number.
    long = [text for text in values if 7 <= sum(map(str.isdigit, text)) <= 12]
    if not long:
        return None, 0.0
    shares = {
        c: sum(clean_number(c, text) is not None for text in long) / len(values)
        for c in _VALIDATE
        if c != "IS"
    }
    best = max(shares, key=lambda country: shares[country])
    return (best, shares[best]) if shares[best] > 0.5 else (None, shares[best])

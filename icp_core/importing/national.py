"""National numbers of companies in the Nordic countries, checked with python-stdnum."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import polars as pl
from stdnum.dk import cvr
from stdnum.exceptions import ValidationError
from stdnum.fi import ytunnus
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


def clean_number(country: str | None, text: str | None) -> str | None:
    """A company's national number as its register writes it, or None if it is not one.

    What python-stdnum refuses is removed first: `SE…01`, `NO…MVA`, the Swedish prefix `16`, dots,
    `.0` of spreadsheets; Finnish numbers get their leading zero and dash. Numbers of countries without
    a check are kept as they are.

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
    bare = re.sub(r"[\s.\u00ad]", "", re.sub(r"\.0+$", "", text.strip())).upper()
    validate = _VALIDATE.get(country or "")
    if validate is None:
        return bare or None
    bare = bare.replace("-", "").removeprefix(str(country)).removesuffix("MVA")
    if country == "SE" and len(bare) == 12:
        # A century is a legal person's 16 or a human's 19 or 20; a VAT number ends in 01.
        bare = bare[2:] if bare.startswith(("16", "19", "20")) else bare.removesuffix("01")
    if country == "FI" and bare.isdigit():
        bare = bare.zfill(8)
        bare = f"{bare[:7]}-{bare[7:]}"
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
        (at, *_clean_one(own, text, home=home, strict=strict))
        for at, own, text in frame.filter(~pl.col("sound")).select("at", "own", "text").iter_rows()
    ]
    schema = {"at": pl.UInt32, "org_number": pl.String, "number_country": pl.String}
    settled = pl.concat(
        [
            frame.filter("sound").select(schema.keys()),
            pl.DataFrame(rest, schema=schema, orient="row"),
        ]
    ).sort("at")
    third = pl.col("org_number").str.slice(2, 1)
    person = (
        ((pl.col("number_country") == "SE") & (third < "2"))
        | ((pl.col("number_country") == "IS") & (pl.col("org_number").str.slice(0, 1) < "4"))
    ).fill_null(value=False)
    return settled.select("org_number", "number_country", is_person=person)


def _clean_one(
    own: str | None, text: str | None, *, home: str | None, strict: bool
) -> tuple[str | None, str | None]:
    """A number and whose register it is in, both None where no country takes it."""
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
    frame = pl.DataFrame({"country": countries, "text": texts}).with_columns(
        digits=text.str.replace("-", "", literal=True).cast(pl.Int64, strict=False)
    )
    finnish = weighted((7, 9, 10, 5, 8, 4, 2, 1), 8) % 11 == 0
    return frame.select(
        (
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
    values = texts.drop_nulls().to_list()
    if not values:
        return None, 0.0
    shares = {c: sum(_passes(c, v) for v in values) / len(values) for c in _VALIDATE if c != "IS"}
    best = max(shares, key=lambda country: shares[country])
    return (best, shares[best]) if shares[best] > 0.5 else (None, shares[best])


def _passes(country: str, text: str) -> bool:
    if not 7 <= sum(c.isdigit() for c in text) <= 12:
        return False
    return clean_number(country, text) is not None

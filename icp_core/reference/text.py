"""Comparing names regardless of case and accents."""

import unicodedata
from typing import Final

import polars as pl

# Letters that do not decompose into a base letter and an accent.
_LETTERS: Final = {
    "ø": "o",
    "æ": "ae",
    "ð": "d",
    "þ": "th",
    "ß": "ss",
    "đ": "d",
    "ł": "l",
    "œ": "oe",
}
_TABLE: Final = str.maketrans(_LETTERS)

BLANKS: Final = (
    " \t\n\v\f\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""White space of any script, and what nobody sees: the inside of a class of characters.

Engines mean different ones by `\\s`, or trim the space alone.
"""


def fold(text: str) -> str:
    """Lower case without accents, with single spaces: `Malmö  Öst` and `malmo ost` fold alike."""
    bare = unicodedata.normalize("NFKD", text.casefold().translate(_TABLE))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def fold_expr(text: pl.Expr) -> pl.Expr:
    """`fold` as an expression over a text column."""
    return (
        text.str.to_lowercase()
        .str.replace_many(list(_LETTERS), list(_LETTERS.values()))
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )

"""What the headings of company lists mean, in five languages, Danish to English.

A heading is taken apart into its words, a year, a currency and a unit; the words are looked up
regardless of case, accents and punctuation.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import polars as pl
from rapidfuzz import fuzz, process

from icp_core.paths import DATA
from icp_core.reference.text import fold

CONTACT: Final = "contact"
"""Meaning of headings on telephone numbers and persons: left out, personal data."""

FILE: Final = DATA / "importing" / "headings.csv"
"""Headings by meaning.

Where two headings of a list have the same meaning, the one that stands first in the file wins: a
juridical name before a market name, all operating income before sales alone.
"""

_CURRENCIES: Final = {
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "eur": "EUR", "€": "EUR", "usd": "USD", "$": "USD",
    "gbp": "GBP", "£": "GBP", "isk": "ISK", "chf": "CHF", "euroa": "EUR", "euro": "EUR",
}  # fmt: skip
_MILLION: Final = "millioner|miljoner|miljoonaa|millions|million|mill|milj|mio|mln|m"
_THOUSAND: Final = "tusen|tuhatta|tuhansia|thousands|thousand|tusind|tus|1000|000|k|t"
_ISO: Final = "sek|nok|dkk|eur|usd|gbp|isk|chf|€"
# (pattern, unit); crowns alone do not tell whose they are.
_UNITS: Final = (
    (rf"\b(?:{_MILLION})[\s.]*(?:{_ISO}|kr)(?!\w)|(?:\b(?:{_ISO})|€)[\s.]*(?:{_MILLION})\b", 1e6),
    (rf"\b(?:{_THOUSAND})[\s.]*(?:{_ISO}|kr)(?!\w)|(?:\b(?:{_ISO})|€)[\s.]*(?:{_THOUSAND})\b", 1e3),
    (r"\b(?:mkr|mnok|msek|mdkk|meur|m€|musd)(?!\w)", 1e6),
    (r"\b(?:tkr|tnok|tsek|tdkk|teur|keur|ksek|knok|kdkk)(?!\w)", 1e3),
    (r"\(\s*(?:i\s+|in\s+)?(?:1[\s.]?000|000s?|tusen|thousands?|tuhatta|tusind)\s*\)", 1e3),
    (r"\(\s*(?:i\s+|in\s+)?(?:miljoner|millioner|millions?|miljoonaa|mill\.?|mio\.?)\s*\)", 1e6),
    (r"\b(?:i|in) (?:tusen|tusind|thousands)\b", 1e3),
    (r"\b(?:i|in) (?:miljoner|millioner|millions)\b", 1e6),
    (rf"\b(?:{_ISO}|kr)\b|€", 1.0),
    (r"%|\bprocent\b|\bprosent\b|\bpercent\b|\bprosenttia\b", 0.01),
)
_YEAR: Final = re.compile(
    r"(?:,|\(|\s|_|-|^)\s*((?:19|20)\d\d)(?:[-/.]\d{1,2})?\s*\)?\s*$|^((?:19|20)\d\d)\s"
)
_FUZZY: Final = 90


@dataclass(frozen=True)
class Heading:
    """A heading taken apart.

    Attributes
    ----------
    text
        As in the file.
    meaning
        A canonical column, or one of `industry_text`, `fte`, `currency`, `email`, `contact`,
        `not_revenue`; None where the words are not known.
    confidence
        0…1, how surely the words mean that.
    year
        The year that the values are of, if the heading names one.
    unit
        Factor to multiply the values with: 1000 for `tkr`, 0.01 for `%`; None where none is named.
    currency
        ISO 4217 code, if the heading names one.
    rank
        Place of the words among the synonyms of the meaning; of two headings with one meaning the
        lower one wins.
    """

    text: str
    meaning: str | None
    confidence: float
    year: int | None = None
    unit: float | None = None
    currency: str | None = None
    rank: int = 0


@cache
def parse(text: str) -> Heading:
    """Take a heading apart into what it means, and the year, unit and currency that it names.

    Examples
    --------
    >>> heading = parse("Sum driftsinnt. (NOK 1000), 2024")
    >>> heading.meaning, heading.year, heading.unit, heading.currency
    ('revenue', 2024, 1000.0, 'NOK')
    >>> parse("Favourite colour").meaning is None
    True
    """
    words = " ".join(text.split())
    if found := _table().get(_key(words)):
        return Heading(text, found[0], 1.0, unit=0.01 if "%" in words else None, rank=found[1])
    unit, currency, words = _unit(words.casefold())
    year = None
    if match := _YEAR.search(words):
        year = int(match[1] or match[2])
        words = words[: match.start()] + " " + words[match.end() :]
    meaning, confidence, rank = _lookup(words)
    return Heading(text, meaning, confidence, year, unit, currency, rank)


def recognised(cells: Iterable[str]) -> int:
    """How many cells of a row are headings that are known word for word."""
    return sum(parse(cell).confidence >= 0.9 for cell in cells if 0 < len(cell) <= 80)


@cache
def _table() -> Mapping[str, tuple[str, int]]:
    """Meaning and rank by the letters of a heading."""
    table: dict[str, tuple[str, int]] = {}
    ranks: Counter[str] = Counter()
    for meaning, heading in pl.read_csv(FILE, infer_schema=False).iter_rows():
        table[_key(heading)] = meaning, ranks[meaning]
        ranks[meaning] += 1
    return MappingProxyType(table)


def _unit(words: str) -> tuple[float | None, str | None, str]:
    """Factor and currency that a heading names, and the words without them."""
    for pattern, factor in _UNITS:
        if match := re.search(pattern, words):
            named = re.sub(r"[\d\s.()]", "", match[0])
            currency = next(
                (
                    code
                    for sign, code in _CURRENCIES.items()
                    if named.startswith(sign) or named.endswith(sign)
                ),
                None,
            )
            rest = words[: match.start()] + " " + words[match.end() :]
            return factor, currency, re.sub(r"[(\[]\s*[)\]]", " ", rest)
    return None, None, words


def _lookup(words: str) -> tuple[str | None, float, int]:
    bare = re.sub(r"[(\[].*?[)\]]", " ", words)
    for text, confidence in ((words, 0.98), (bare, 0.95)):
        if found := _table().get(_key(text)):
            return found[0], confidence, found[1]
    key = _key(bare)
    if len(key) >= 6:
        near = process.extractOne(key, list(_table()), scorer=fuzz.ratio, score_cutoff=_FUZZY)
        if near:
            meaning, rank = _table()[near[0]]
            return meaning, round(0.8 * near[1] / 100, 2), rank
    return None, 0.0, 0


def _key(words: str) -> str:
    return re.sub(r"[\W_]+", "", fold(words))

"""Countries of the whole world by code and by name, as people and programs write them.

Names come from Babel, which carries the Unicode CLDR: in English and the Nordic languages first, then in
those of the rest of Europe and of large trading partners. ISO's own long forms, and what
is said beside them (`Holland`, `UK`), stand in `data/geo/country_aliases.csv`.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.core import get_global

from icp_core.paths import DATA
from icp_core.reference.text import fold

_FIRST: Final = ("en", "sv", "nb", "nn", "da", "fi")
_FURTHER: Final = (
    "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "hu", "ro", "bg", "hr", "sl", "sr", "lt", "lv",
    "et", "el", "is", "fo", "ga", "mt", "tr", "uk", "ru", "ca", "eu", "gl", "cy", "lb", "sq", "mk", "bs",
    "ja", "zh", "ko", "ar", "he", "hi", "th", "vi", "id",
)  # fmt: skip
# In the CLDR, but no countries of ISO 3166: groups of countries, parts of them, test locales.
_NO_COUNTRIES: Final = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
# As a list of companies names them; the CLDR is longer.
_SHORT: Final = {"AX": "Åland", "HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar"}
# Letters of the longest code; words so short beside each other are no names.
_CODE: Final = 3
_FLAG: Final = range(0x1F1E6, 0x1F200)
_LONG: Final = re.compile(
    r"^(?:[a-z]+ ){0,3}(?:republic|kingdom|state|commonwealth|principality|duchy|sultanate|union|"
    r"federation|republikken|republiken|kongeriket|konungariket) (?:of )?"
)
# Names of two countries each, whatever one language calls them.
_TWO: Final = frozenset({"congo", "kongo", "virgin islands"})
_PARTS: Final = re.compile(
    r"\s*[/|,;()\[\]]\s*|\s+[-–—]\s+|^([A-Z]{2,3})[ :_-]+(?=\w{3})|(?<=\w{3}) ([A-Z]{2,3})$"
)


@cache
def names() -> Mapping[str, str]:
    """English name of every country by its code (ISO 3166-1 alpha-2)."""
    english = Locale("en").territories
    found = {c: n for c, n in english.items() if len(c) == 2 and c not in _NO_COUNTRIES}
    return MappingProxyType(found | _SHORT)


@cache
def country_code(text: str) -> str | None:
    """Find a country: `Sweden`, `Förenta staterna`, `DEU`, `UK`, `Holland`, `Korea, Republic of`.

    Parameters
    ----------
    text
        A code (ISO 3166-1, two or three letters or three digits), a flag, or a name in English, a Nordic
        language or the country's own; case, accents, dots and `the` do not count. Of several parts
        (`SE - Sverige`, `Belgium/Belgique`, `Suomi Finland`) all that are known must agree.

    Returns
    -------
    str or None
        ISO 3166-1 alpha-2; None for what is no country, or could be two.

    Examples
    --------
    >>> [country_code(text) for text in ("Storbritannia", "Yhdysvallat", "swe", "Atlantis")]
    ['GB', 'US', 'SE', None]
    """
    whole = _found(text)
    if whole:
        return whole
    parts = [part for part in _PARTS.split(text) if part and part != text]
    codes = {code for code in map(_found, parts) if code}
    return codes.pop() if len(codes) == 1 else _twice(text)


def _twice(text: str) -> str | None:
    """A country that is named in two languages, with nothing but a space between: `Suomi Finland`."""
    words = text.split()
    for place in range(1, len(words)):
        first, second = " ".join(words[:place]), " ".join(words[place:])
        code = _found(first) if min(len(first), len(second)) > _CODE else None
        if code is not None and code == _found(second):
            return code
    return None


def _found(text: str) -> str | None:
    flag = [chr(ord(c) - _FLAG[0] + ord("A")) for c in text if ord(c) in _FLAG]
    if flag:
        letters = "".join(c for c in text if ord(c) not in _FLAG).strip()
        code = "".join(flag)
        return code if code in names() and _found(letters) in (None, code) else None
    key = _key(text)
    bare = key.replace(" ", "").upper()
    if bare in names() and len(text.strip()) <= 4:
        return bare
    if re.fullmatch(r"[A-Z]{2,3}|\d{3}", bare) and len(text.strip()) <= 6:
        known = _by_alias().get(bare)
        if known:
            return known
    return _by_name().get(key) or _by_further_name().get(key) or _by_name().get(_plain(key))


def _plain(key: str) -> str:
    """The name inside a state's own long one: `Republic of the Union of Myanmar` gives `myanmar`."""
    bare = key
    while (shorter := _LONG.sub("", bare)) != bare:
        bare = shorter
    return bare.removeprefix("the ")


def _key(text: str) -> str:
    words = re.sub(r"[.'’`´]", "", fold(text).replace("&", " and "))
    words = " ".join(re.findall(r"[^\W_]+", words))
    return re.sub(r"\bst (?=\w)", "saint ", words).removeprefix("the ")


@cache
def _by_alias() -> Mapping[str, str]:
    """By three letters or digits, and the two letters that are no ISO code but meant (`UK`, `EL`)."""
    aliases = get_global("territory_aliases")
    found = {key: codes[0] for key, codes in aliases.items() if len(codes) == 1}
    return MappingProxyType(
        {key: code for key, code in found.items() if code in names() and key not in names()}
        | {"UK": "GB", "EL": "GR"}
    )


@cache
def _by_name() -> Mapping[str, str]:
    with (DATA / "geo" / "country_aliases.csv").open(encoding="utf-8", newline="") as file:
        also = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    known = {_key(name): code for code, name in (*names().items(), *also)}
    return MappingProxyType(_unambiguous(_FIRST) | known)


@cache
def _by_further_name() -> Mapping[str, str]:
    return MappingProxyType(_unambiguous(_FURTHER))


def _unambiguous(languages: Iterable[str]) -> dict[str, str]:
    """Names that mean one country in all of the languages that have them."""
    meant: dict[str, set[str]] = {}
    for language in languages:
        for code, name in Locale(language).territories.items():
            if code in names():
                meant.setdefault(_key(name), set()).add(code)
    return {
        key: codes.pop()
        for key, codes in meant.items()
        if len(codes) == 1 and key and key not in _TWO
    }

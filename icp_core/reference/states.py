"""States and provinces of the large countries that lists write them of: by code and by name.

Some Nordic regions have the same letters: `AB` is Alberta, and Stockholms län.
"""

import csv
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from icp_core.paths import DATA
from icp_core.reference.text import fold

_IN_ORDER: Final = ("US", "CA", "AU")
_TOGETHER: Final = ("US", "CA")
_LONGEST_CODE: Final = 3
# Share of a column's codes that have to be of a country, and how many tell it from another.
_NEARLY_ALL: Final = 0.9
_TELLING: Final = 2


def state_name(text: str, country: str) -> str | None:
    """English name of a state by its name or its code, with the country before it or not.

    Parameters
    ----------
    text
        As somebody wrote it.
    country
        ISO 3166-1 alpha-2.

    Examples
    --------
    >>> state_name("TX", "US"), state_name("us-me", "US"), state_name("Québec", "CA")
    ('Texas', 'Maine', 'Quebec')
    >>> state_name("Skåne", "SE") is None
    True
    """
    bare = fold(text).strip(" .").removeprefix(f"{country.lower()}-").removeprefix("state of ")
    return _states().get((country, bare.replace(".", "")))


def country_of_state(text: str, *, spelt_out: bool = True) -> str | None:
    """The country of a state, America first; None if it is none.

    Parameters
    ----------
    text
        As somebody wrote it.
    spelt_out
        Whether its name in full has to stand there: letters of a code are a place elsewhere too.
    """
    if spelt_out and len(text.strip()) <= _LONGEST_CODE:
        return None
    return next((country for country in _IN_ORDER if state_name(text, country)), None)


def countries_of_codes(codes: Collection[str]) -> dict[str, str]:
    """The country of each code of a column of states, where the codes together leave no doubt.

    Nine in ten have to be of America, Canada or Australia, or of the first two together, whose codes are
    never the same, and of any other country at least two of them, or a third of three or more, none:
    `CA`, `CO` and `PA` are provinces of Italy too.

    Parameters
    ----------
    codes
        All that stand in the column, once each or more often.

    Examples
    --------
    >>> countries_of_codes(["TX", "CA", "fl"])["CA"], countries_of_codes(["CA", "CO", "PA"])
    ('US', {})
    >>> countries_of_codes(["TX", "ON", "QC", "CA"])["ON"]
    'CA'
    """
    own = {code: key for code in set(codes) if (key := _key_of(code)) is not None}
    distinct = set(own.values())
    known = _codes_by_country()
    taken: list[str] = []
    for group in (*((country,) for country in _IN_ORDER), _TOGETHER):
        theirs = frozenset().union(*(known[country] for country in group))
        if distinct and len(distinct & theirs) >= _NEARLY_ALL * len(distinct):
            taken = [*group]
            break
    rivals = [known[country] for country in known if country not in taken]
    least = min(_TELLING, len(distinct) / 3) if len(distinct) > _TELLING else _TELLING
    if not taken or any(len(distinct - rival) < least for rival in rivals):
        return {}
    found = {c: next((o for o in taken if key in known[o]), None) for c, key in own.items()}
    return {code: country for code, country in found.items() if country is not None}


def _key_of(text: str) -> str | None:
    """A code of two or three letters, whatever its case and dots; None of other texts."""
    bare = text.replace(".", "").strip().upper()
    return bare if bare.isalpha() and len(bare) <= _LONGEST_CODE else None


@cache
def _codes_by_country() -> Mapping[str, frozenset[str]]:
    """Codes of states, provinces or counties by country, of those that people write with letters."""
    found: dict[str, set[str]] = {}
    for (country, key), _name in _states().items():
        if len(key) <= _LONGEST_CODE:
            found.setdefault(country, set()).add(key.upper())
    with (DATA / "geo" / "state_codes.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["country"]] = set(row["codes"].split())
    return MappingProxyType({country: frozenset(codes) for country, codes in found.items()})


@cache
def names() -> frozenset[str]:
    """Every state behind its country: `US Texas`."""
    return frozenset(f"{country} {name}" for (country, _), name in _states().items())


@cache
def _states() -> Mapping[tuple[str, str], str]:
    with (DATA / "geo" / "states.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = {(row["country"], fold(row["name"])): row["name"] for row in rows}
    return MappingProxyType(found | {(r["country"], fold(r["code"])): r["name"] for r in rows})

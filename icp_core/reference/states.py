"""States and provinces of the large countries that lists write them of: by code and by name.

Some Nordic regions have the same letters: `AB` is Alberta, and Stockholms län.
"""

import csv
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from icp_core.paths import DATA
from icp_core.reference.text import fold

_IN_ORDER: Final = ("US", "CA", "AU")
_LONGEST_CODE: Final = 3


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

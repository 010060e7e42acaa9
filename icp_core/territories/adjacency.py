"""Which municipalities touch, over land, bridges and ferries, and how many pieces a territory is in."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import polars as pl

from icp_core.paths import DATA
from icp_core.reference.place_tables import boundaries


@cache
def links() -> pl.DataFrame:
    """Bridges, tunnels and ferries: `municipality, neighbour, kind, name`, each pair once."""
    return pl.read_csv(DATA / "geo" / "links.csv")


@cache
def neighbours() -> Mapping[str, frozenset[str]]:
    """The municipalities that touch each one, by code: a common border, or a link across water.

    Examples
    --------
    >>> sorted(neighbours()["SE-0980"])  # Gotland: ferries to Nynäshamn, Oskarshamn and Västervik
    ['SE-0192', 'SE-0882', 'SE-0883']
    """
    at: dict[tuple[float, float], set[str]] = {}
    found: dict[str, set[str]] = {}
    for feature in boundaries("municipality")["features"]:
        code = feature["id"]
        found.setdefault(code, set())
        for point in _points(feature["geometry"]):
            at.setdefault(point, set()).add(code)
    for codes in at.values():
        for code in codes:
            found[code] |= codes - {code}
    for one, other in links().select("municipality", "neighbour").iter_rows():
        if one in found and other in found:
            found[one].add(other)
            found[other].add(one)
    return MappingProxyType({code: frozenset(touching) for code, touching in found.items()})


def _points(geometry: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    polygons = geometry["coordinates"]
    for polygon in [polygons] if geometry["type"] == "Polygon" else polygons:
        for ring in polygon:
            for longitude, latitude in ring:
                yield round(longitude, 3), round(latitude, 3)


def pieces(municipalities: Iterable[str], passable: Iterable[str] = ()) -> int:
    """How many pieces some municipalities make.

    Parameters
    ----------
    municipalities
        Codes of the territory; others than those of our boundaries are left out.
    passable
        Codes through which one may go too, because nobody has them.

    Examples
    --------
    >>> pieces(["SE-0180", "SE-0184", "NO-0301"])  # Stockholm and Solna, and Oslo
    2
    """
    touching = neighbours()
    inside = {code for code in municipalities if code in touching}
    way = inside | {code for code in passable if code in touching}
    count, seen = 0, set[str]()
    for first in sorted(inside):
        if first in seen:
            continue
        count += 1
        waiting = [first]
        seen.add(first)
        while waiting:
            for code in touching[waiting.pop()] & way:
                if code not in seen:
                    seen.add(code)
                    waiting.append(code)
    return count

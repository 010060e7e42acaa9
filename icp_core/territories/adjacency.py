"""Which areas touch, over land, bridges and ferries: pieces of territories, colours that part them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import polars as pl

from icp_core.paths import DATA
from icp_core.reference import geography
from icp_core.reference.geography import Level
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


@cache
def touching(level: Level) -> Mapping[str, frozenset[str]]:
    """The areas of a level that touch each one: regions do where municipalities of theirs do.

    Examples
    --------
    >>> sorted(touching("region")["SE-09"])  # Gotland
    ['SE-01', 'SE-08']
    """
    if level == "municipality":
        return neighbours()
    found: dict[str, set[str]] = {}
    for code, others in neighbours().items():
        region = geography.region_of(code)
        if region is not None:
            near = found.setdefault(region, set())
            near |= {one for one in map(geography.region_of, others) if one not in (None, region)}
    return MappingProxyType({code: frozenset(near) for code, near in found.items()})


def told_apart(
    names: Sequence[str], owners: Iterable[Mapping[str, str]], level: Level, colours: int
) -> dict[str, int]:
    """A colour for each rep, such that those whose territories touch have different ones if that can be.

    Parameters
    ----------
    names
        Of the reps; who shares a colour with no neighbour has the one of the place here.
    owners
        Whose each area is by its code, on every map that the colours are for.
    level
        Of the areas.
    colours
        How many there are.

    Examples
    --------
    >>> told_apart(["A", "B", "C"], [{"SE-01": "A", "SE-03": "C", "SE-12": "B"}], "region", 2)
    {'A': 0, 'B': 1, 'C': 1}
    """
    near: dict[str, set[str]] = {name: set() for name in names}
    areas = touching(level)
    for of_area in owners:
        for code, name in of_area.items():
            others = {of_area[one] for one in areas.get(code, ()) if one in of_area} - {name}
            near[name] |= others
    found: dict[str, int] = {}
    # Who has most neighbours chooses first; ties by place, so that colours stay from map to map.
    for name in sorted(names, key=lambda one: -len(near[one])):
        own = names.index(name)
        taken = Counter(found[one] for one in near[name] if one in found)
        found[name] = min(
            range(colours), key=lambda colour: (taken[colour], (colour - own) % colours)
        )
    return {name: found[name] for name in names}


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
    if len(inside) <= 1:
        return len(inside)
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

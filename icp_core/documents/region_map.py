"""A map of regions as SVG: how many companies match in each, darker for more."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from icp_core.analysis.shading import shading
from icp_core.reference import geography
from icp_core.reference.arrays import Floats
from icp_core.reference.colours import SEQUENTIAL, between

NOTHING: Final = "#E9EDF0"
"""Of a region without a match."""

_SIDE: Final = 1_000.0  # units of the picture's longer side
_CENTRE: Final = (16.0, 63.0)  # degrees, the middle of the Nordic countries
_FINEST: Final = 2.0  # units; what is nearer to the point before it cannot be seen
_SMALLEST: Final = 14.0  # square units; smaller islands are specks


def svg(counts: Mapping[str, int], countries: Sequence[str]) -> str | None:
    """Draw the regions of some countries, each by how many companies match in it.

    Parameters
    ----------
    counts
        By code of the region; those that are not named have none.
    countries
        Those in view.

    Returns
    -------
    str or None
        None where we have no boundaries of any of them.
    """
    shapes = {
        code: rings
        for country in countries
        for code, rings in _projected().items()
        if code.startswith(f"{country}-")
    }
    if not shapes:
        return None
    points = np.concatenate([ring for rings in shapes.values() for ring in rings])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _SIDE / float((high - low).max())
    width, height = ((high - low) * scale).round(1)
    codes = list(shapes)
    classes = shading(pl.Series([counts.get(code, 0) for code in codes], dtype=pl.Float64))
    most = max(len(classes.classes), 1)
    paths = []
    for code, place in zip(codes, classes.place.tolist(), strict=True):
        colour = between(SEQUENTIAL[1:], place / most) if place > 0 else NOTHING
        outline = "".join(_path((ring - low) * scale) for ring in shapes[code])
        if outline:
            paths.append(f'<path fill="{colour}" d="{outline}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}"><g stroke="#FFFFFF" stroke-width="1.6" '
        f'stroke-linejoin="round" fill-rule="evenodd">{"".join(paths)}</g></svg>'
    )


def _path(ring: Floats) -> str:
    x, y = ring[:, 0], ring[:, 1]
    area = abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))) / 2
    if area < _SMALLEST:
        return ""
    kept = [ring[0]]
    for point in ring[1:]:
        if np.abs(point - kept[-1]).max() >= _FINEST:
            kept.append(point)
    steps = "L".join(f"{a:.1f} {b:.1f}" for a, b in kept)
    return f"M{steps}Z" if len(kept) > 2 else ""


@cache
def _projected() -> Mapping[str, tuple[Floats, ...]]:
    """Rings of every region on Lambert's equal-area plane, y downward.

    Snyder, Map Projections: a Working Manual (USGS 1395), formulas 22-4 and 24-2, on a sphere.
    """
    longitude, latitude = np.radians(_CENTRE)
    found = {}
    for feature in geography.boundaries("region")["features"]:
        shape = feature["geometry"]
        polygons = shape["coordinates"]
        if shape["type"] == "Polygon":
            polygons = [polygons]
        rings = []
        for ring in (ring for polygon in polygons for ring in polygon):
            east, north = np.radians(np.asarray(ring, dtype=float)[:, :2]).T
            turned = east - longitude
            spread = np.sqrt(
                2
                / (
                    1
                    + np.sin(latitude) * np.sin(north)
                    + np.cos(latitude) * np.cos(north) * np.cos(turned)
                )
            )
            x = spread * np.cos(north) * np.sin(turned)
            y = spread * (
                np.cos(latitude) * np.sin(north) - np.sin(latitude) * np.cos(north) * np.cos(turned)
            )
            rings.append(np.column_stack([x, -y]))
        found[feature["id"]] = tuple(rings)
    return found

"""The map: areas shaded by a measure, accounts as points, a legend, and the ranking of areas.

No background map is loaded unless asked for: boundaries are our own, and the reader's browser asks
nobody else for anything.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import asinh, atan, degrees, log2, pi, radians, sinh, tan
from typing import Any, Final

import numpy as np
import polars as pl
import pydeck as pdk
import streamlit as st
from pydeck.bindings.json_tools import default_serialize

from icp_core.analysis.areas import Areas, Points
from icp_core.analysis.shading import Class, Shading
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED
from icp_core.reference import geography
from icp_core.reference.geography import Level
from ui import theme
from ui.areas import Measure, tier_label
from ui.format import (
    bounds,
    currency_sign,
    money,
    money_bounds,
    number,
    percent,
    percent_bounds,
    plain,
)
from ui.tables import Field, Looks
from ui.texts import _, ngettext

MOST_BYTES: Final = 2_000_000
"""What one map may send to the browser."""

AREA_LAYER: Final = "areas"
POINT_LAYER: Final = "accounts"

_NAME_LENGTH: Final = 48  # characters of a name in a tip, which is one line
_TILE: Final = 512  # pixels of the world's width at zoom 0, deck.gl's
_MARGIN: Final = 12  # pixels left free around the areas
_TIP_HEIGHT: Final = 60  # pixels left free above them
PHONE: Final = 324  # pixels of a map's width on a telephone
_WIDE: Final = 520  # the same where a ranking stands beside it
_SMALLER: Final = 0.75  # of the largest scale: what a wide screen gives up for narrow ones
_CLOSEST: Final = 9.0  # zoom at most: a municipality with what lies around it
_RADIUS: Final = 3.2  # pixels, of a dot that is one account
_MOST_SHOWN: Final = 16  # from here on a point does not grow
_OPAQUE: Final = 255  # alpha, 0…255
_OVER_TILES: Final = 170  # alpha, 0…255: lets the background map show through


def map_chart(
    areas: Areas,
    shading: Shading,
    points: Points | None,
    *,
    tiers: Sequence[str],
    currency: str,
    dark: bool,
    selected: str | None = None,
    tiles: bool = False,
    height: int = 620,
) -> pdk.Deck:
    """Draw shaded areas, and accounts on top of them.

    Parameters
    ----------
    areas, shading
        The shading is of a column of the areas' table.
    points
        None draws no accounts.
    tiers
        Names of the profile's tiers, best first.
    selected
        Code of the area to outline.
    tiles
        Load a background map from carto.com, which then learns what part of the world is looked at.
    height
        Pixels of the map; at first it shows the areas that have matches.
    """
    colours = shades(shading, behind_points=points is not None, dark=dark)
    tips = _area_tips(areas.table, tiers[0], currency)
    chosen = [shape for shape in features(areas.level, areas.countries) if shape["id"] == selected]
    # A layer of another name makes the browser forget which area was clicked last; it would take the
    # next click on that one, perhaps cleared elsewhere meanwhile, for taking it back.
    name = "-".join([AREA_LAYER, *(shape["id"] for shape in chosen)])
    layers = [_area_layer(name, areas, shading, tips, colours, tiles=tiles, dark=dark)]
    layers += [outline_layer(shape, dark=dark) for shape in chosen]
    if points is not None:
        layers.append(_point_layer(points, tiers, currency, dark=dark))
    background = {"map_provider": "carto", "map_style": "dark" if dark else "light"}
    return CompactDeck(
        layers=layers,
        initial_view_state=view_of(areas, height=height),
        # Plain text, so that nothing in the data can become a part of the page.
        tooltip={"text": "{tip}", "style": tooltip_style(dark=dark)},
        **(background if tiles else {"map_provider": None}),
    )


def area_clicked(event: Mapping[str, Any], before: str | None) -> str | None:
    """Code of the area that is chosen after a click on the map.

    A click on the chosen area clears it; one on a point or beside all areas leaves it as it was.
    """
    for layer, (clicked,) in event["selection"]["objects"].items():
        if layer.startswith(AREA_LAYER):
            code = str(clicked["properties"]["code"])
            return None if code == before else code
    return before


def title(measure: Measure, level: Level, *, best_tier: str, currency: str) -> str:
    """What the map shows, with its unit."""
    unit = {
        Measure.POTENTIAL: _("{currency} a year").format(currency=currency_sign(currency)),
        Measure.MATCH_RATE: _("share of the accounts listed"),
    }.get(measure, _("companies"))
    by = _("by region") if level == "region" else _("by municipality")
    return plain(f"{measure.label(best_tier)} {by}, {unit}")


def obstacle(areas: Areas, points: Points | None) -> str | None:
    """Why there is nothing to draw, and what to do about it; None if there is something."""
    if not areas.countries:
        return _(
            "There are no boundaries for what is chosen, only for Sweden, Norway, Denmark and "
            "Finland. Choose other countries above; the numbers and the list hold all the same."
        )
    if areas.is_placed or (points is not None and points.accounts):
        return None
    return _(
        "These accounts have no {what}, so there is no map. Load them with a country and a postcode, "
        "a city or a municipality; the rest is filled in."
    ).format(what=_what(areas.level))


def notes(areas: Areas, points: Points | None, measure: Measure) -> list[str]:
    """What the map does not show, and why."""
    found = []
    lost = areas.unplaced["accounts"]
    if lost:
        found.append(
            ngettext(
                "{count} match has no known {what}.", "{count} matches have no known {what}.", lost
            ).format(count=number(lost), what=_what(areas.level))
        )
    if measure in (Measure.CUSTOMERS, Measure.WHITE_SPACE) and areas.total["customers"] is None:
        found.append(_("These accounts do not say who is a customer: there is no such column."))
    if measure is Measure.POTENTIAL:
        unknown = areas.total["accounts"] - areas.total["potential_known"]
        if unknown:
            found.append(
                ngettext(
                    "The potential of {count} match is unknown and not counted.",
                    "The potential of {count} matches is unknown and not counted.",
                    unknown,
                ).format(count=number(unknown))
            )
    if points is None:
        return found
    if points.accounts:
        drawn, everything = points.accounts, areas.total["accounts"]
        which = (
            _("all {all} matches")
            if drawn == everything
            else _("the best {count} of {all} matches")
        )
        which = which.format(count=number(drawn), all=number(everything))
        found.append(_("Dots: {which}; a larger dot is several in one place.").format(which=which))
    if points.without_position:
        found.append(
            ngettext(
                "{count} match has no known position and cannot be drawn as a dot.",
                "{count} matches have no known position and cannot be drawn as dots.",
                points.without_position,
            ).format(count=number(points.without_position))
        )
    return found


def _what(level: Level) -> str:
    return _("region") if level == "region" else _("municipality")


def class_label(one: Class, measure: Measure, currency: str) -> str:
    """`3–8`, or one value where all in the class have the same."""
    if measure is Measure.POTENTIAL:
        return money_bounds(Bounds(one.low, one.high), currency)
    low, high = measure.text(one.low, currency), measure.text(one.high, currency)
    if low == high:
        return low
    return f"{number(100 * one.low, digits=1) if measure is Measure.MATCH_RATE else low}–{high}"


def shades(shading: Shading, *, behind_points: bool, dark: bool) -> tuple[str, ...]:
    """Colours of zero, of each class, and last of unknown; the largest class is always the strongest."""
    none, *ramp = theme.neutral(dark=dark) if behind_points else theme.sequential(dark=dark)
    count = len(shading.classes)
    steps = np.linspace(len(ramp) - 1, 0, count).round().astype(int)[::-1]
    return (none, *(ramp[step] for step in steps), theme.unknown_colour(dark=dark))


class CompactDeck(pdk.Deck):  # type: ignore[misc] # pydeck has no types
    """A deck whose JSON has no blanks: pydeck's indents every coordinate, five times the size."""

    def to_json(self) -> str:
        """The deck as JSON."""
        return json.dumps(
            self, default=default_serialize, ensure_ascii=False, separators=(",", ":")
        )


def _area_layer(
    name: str,
    areas: Areas,
    shading: Shading,
    tips: Iterable[str],
    colours: Sequence[str],
    *,
    tiles: bool,
    dark: bool,
) -> pdk.Layer:
    fills = [[*theme.rgb(colour), _OVER_TILES if tiles else _OPAQUE] for colour in colours]
    properties = {
        # Unknown is -1 and its colour the last.
        code: {"code": code, "fill": fills[place], "tip": tip}
        for code, place, tip in zip(areas.table["code"], shading.place, tips, strict=True)
    }
    return filled_layer(name, areas, properties, dark=dark)


def filled_layer(
    name: str, areas: Areas, properties: Mapping[str, Mapping[str, Any]], *, dark: bool
) -> pdk.Layer:
    """The areas as fields that answer to the pointer.

    Parameters
    ----------
    name
        Of the layer; begins with `AREA_LAYER`.
    properties
        Of each area by its code: `code`, `fill` (red, green, blue, alpha) and `tip`.
    """
    shapes = [
        {**feature, "properties": properties[feature["id"]]}
        for feature in features(areas.level, areas.countries)
    ]
    return pdk.Layer(
        "GeoJsonLayer",
        shapes,
        id=name,
        pickable=True,
        stroked=True,
        auto_highlight=True,
        highlight_color=[*theme.rgb(theme.text_colour(dark=dark)), 40],
        get_line_color=[*theme.rgb(theme.muted_colour(dark=dark)), 110],
        line_width_units="'pixels'",
        get_line_width=0.6,
        _sub_layer_props={
            # Set on the sub-layer: a fill set on the layer itself is faded wherever it isn't selected.
            "polygons-fill": {"getFillColor": "@@=properties.fill"},
            # The fill answers to the pointer. Asking the borders too takes twenty times as long, which
            # without a graphics card is longer than a press may last to count as a click.
            "polygons-stroke": {"pickable": False},
        },
    )


def outline_layer(shape: Mapping[str, Any], *, dark: bool) -> pdk.Layer:
    """A line around the area that is chosen."""
    return pdk.Layer(
        "GeoJsonLayer",
        [{"type": "Feature", "geometry": shape["geometry"], "properties": {}}],
        id="selected",
        filled=False,
        stroked=True,
        get_line_color=[*theme.rgb(theme.text_colour(dark=dark)), _OPAQUE],
        line_width_units="'pixels'",
        get_line_width=2.5,
    )


def _point_layer(points: Points, tiers: Sequence[str], currency: str, *, dark: bool) -> pdk.Layer:
    names = (*tiers, UNRANKED, TOO_LITTLE_KNOWN)
    labels = [tier_label(name) for name in names]
    colours = theme.tier_colours(tiers, dark=dark)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
            "properties": {
                "fill": theme.rgb(colours[names[row["best_tier"]]]),
                "radius": round(_RADIUS * min(row["accounts"], _MOST_SHOWN) ** 0.5, 1),
                "tip": _point_tip(row, labels, currency),
            },
        }
        # The best comes last, so that it lies on top.
        for row in points.places.reverse().iter_rows(named=True)
    ]
    ring = theme.on_colour(theme.text_colour(dark=dark))
    return pdk.Layer(
        "GeoJsonLayer",
        features,
        id=POINT_LAYER,
        pickable=True,
        stroked=True,
        get_line_color=[*theme.rgb(ring), _OPAQUE],
        line_width_units="'pixels'",
        get_line_width=1,
        point_radius_units="'pixels'",
        get_point_radius="properties.radius",
        _sub_layer_props={"points-circle": {"getFillColor": "@@=properties.fill"}},
    )


def measured(measure: Measure, row: Mapping[str, Any], currency: str) -> str:
    """A number of an area or of all, as `Areas` has them; a range where missing data leaves it open.

    Parameters
    ----------
    row
        Of `Areas.table`, or of all in view.
    """
    low, high = row["accounts"], row["accounts"] + row["possible"]
    if measure is Measure.MATCHES:
        return bounds(Bounds(low, high))
    if measure is Measure.MATCH_RATE and row["universe"]:
        of = row["universe"]
        return percent_bounds(Bounds(low / of, high / of), digits=1 if high else 0)
    return measure.text(row[measure.value], currency)


def _area_tips(table: pl.DataFrame, best_tier: str, currency: str) -> Iterator[str]:
    labels = {one: one.label(best_tier) for one in Measure}
    of_listed = _("{matches} of {listed} ({rate})")
    for row in table.iter_rows(named=True):

        def said(one: Measure, row: Mapping[str, Any] = row) -> str:
            return f"{labels[one]}: {measured(one, row, currency)}"

        matches = of_listed.format(
            matches=measured(Measure.MATCHES, row, currency),
            listed=number(row["universe"]),
            rate=measured(Measure.MATCH_RATE, row, currency),
        )
        yield "\n".join(
            [
                row["name"],
                f"{labels[Measure.MATCHES]}: {matches}",
                f"{said(Measure.POTENTIAL)} · {said(Measure.BEST_TIER)}",
                f"{said(Measure.WHITE_SPACE)} · {said(Measure.CUSTOMERS)}",
            ]
        )


def _point_tip(row: Mapping[str, Any], tiers: Sequence[str], currency: str) -> str:
    """The best accounts at a place; never begins with data, which deck.gl would read as code."""
    lines = [
        f"{tiers[tier]} · {name[:_NAME_LENGTH]} · {_known(score, coverage)} · "
        f"{money(potential, currency)}"
        for name, tier, score, coverage, potential in zip(
            *(row[key] for key in ("name", "tier", "score", "coverage", "potential")), strict=True
        )
    ]
    more = row["accounts"] - len(lines)
    if more:
        lines.append(ngettext("and {count} more", "and {count} more", more).format(count=more))
    return "\n".join(lines)


def _known(score: float | None, coverage: float) -> str:
    """A score, and how much of its weight is known where that is not all."""
    if score is None or coverage == 1:
        return number(score)
    return _("{score} ({share} known)").format(score=number(score), share=percent(coverage))


def tooltip_style(*, dark: bool) -> dict[str, str]:
    """How a tip looks."""
    background = theme.text_colour(dark=dark)
    where = {
        # Above the pointer: what hangs over the edge of the map is cut off.
        "translate": "-50% calc(-100% - 10px)",
    }
    if _is_phone():
        # There a finger hides what is beneath it, and an edge is never far.
        where = {"transform": "none", "top": "8px", "left": "8px", "maxWidth": "calc(100% - 16px)"}
    return where | {
        "backgroundColor": background,
        "color": theme.on_colour(background),
        "fontSize": "12px",
        "borderRadius": "6px",
        "padding": "8px 10px",
        "whiteSpace": "pre-line" if _is_phone() else "nowrap",
        "lineHeight": "1.45",
        "zIndex": "1",
    }


def view_of(areas: Areas, *, height: int) -> pdk.ViewState:
    """The closest view that shows the areas with matches whole (web Mercator), with room for a tip."""
    where = areas.table.filter(pl.col("accounts") > 0)["code"].to_list()
    shapes = _corners(areas.level, areas.countries)
    corners = np.array([shapes[code] for code in where if code in shapes] or [*shapes.values()])
    west, south = corners[:, :2].min(axis=0)
    east, north = corners[:, 2:].max(axis=0)
    bottom, top = (_mercator(latitude) for latitude in (south, north))

    def fitting(width: int) -> float:
        """Pixels of the world's width."""
        across, down = (east - west) / 360, top - bottom
        return float(min((width - 2 * _MARGIN) / across, (height - _TIP_HEIGHT - _MARGIN) / down))

    # How wide a browser is cannot be asked: a telephone says that it is one, and elsewhere a narrow
    # window sees all of what is tall.
    pixels = min(
        fitting(PHONE) if _is_phone() else max(fitting(PHONE), _SMALLER * fitting(_WIDE)),
        _TILE * 2**_CLOSEST,
    )
    zoom = log2(pixels / _TILE)
    middle = (bottom + top) / 2 + (_TIP_HEIGHT - _MARGIN) / 2 / pixels
    return pdk.ViewState(
        longitude=round(float(west + east) / 2, 4),
        latitude=round(degrees(atan(sinh(2 * pi * middle))), 4),
        zoom=round(zoom, 3),
    )


def pixels(view: pdk.ViewState, longitude: float, latitude: float) -> tuple[float, float]:
    """How many pixels right of the middle of a view a place lies, and how many below it."""
    world = _TILE * 2**view.zoom
    here, middle = (_mercator(degrees_north) for degrees_north in (latitude, view.latitude))
    return (longitude - view.longitude) / 360 * world, (middle - here) * world


def _mercator(latitude: float) -> float:
    """Of the world's height, north of the equator."""
    return asinh(tan(radians(latitude))) / (2 * pi)


def _is_phone() -> bool:
    return "Mobi" in _agent()


def _agent() -> str:
    """What the reader's browser calls itself."""
    return st.context.headers.get("User-Agent", "")


@cache
def _corners(
    level: Level, countries: tuple[str, ...]
) -> dict[str, tuple[float, float, float, float]]:
    """West, south, east and north of each area, degrees."""
    found = {}
    for feature in features(level, countries):
        rings = [np.array(ring) for shape in polygons(feature["geometry"]) for ring in shape[:1]]
        positions = np.concatenate(rings)
        found[feature["id"]] = (*positions.min(axis=0), *positions.max(axis=0))
    return found


def polygons(geometry: Mapping[str, Any]) -> list[Any]:
    """Polygons of a shape, each as its outer ring and its holes."""
    coordinates: list[Any] = geometry["coordinates"]
    return coordinates if geometry["type"] == "MultiPolygon" else [coordinates]


def features(level: Level, countries: Sequence[str]) -> list[dict[str, Any]]:
    """Shapes of the areas of some countries."""
    return [
        feature
        for country in countries
        for feature in geography.boundaries(level, country)["features"]
    ]


@dataclass(frozen=True)
class Swatch:
    """One line of a legend: a colour, what it stands for, and how many."""

    colour: str
    label: str
    count: int


def area_swatches(
    shading: Shading, measure: Measure, currency: str, *, behind_points: bool, dark: bool
) -> tuple[Swatch, ...]:
    """Classes of areas from little to much, then unknown; those that are empty are left out."""
    colours = shades(shading, behind_points=behind_points, dark=dark)
    labels = [
        measure.text(0, currency),
        *(class_label(one, measure, currency) for one in shading.classes),
        _("none listed") if measure is Measure.MATCH_RATE else _("unknown"),
    ]
    counts = [shading.zeros, *(one.areas for one in shading.classes), shading.unknown]
    return tuple(Swatch(*one) for one in zip(colours, labels, counts, strict=True) if one[2])


def tier_swatches(counts: Mapping[str, int], *, dark: bool) -> tuple[Swatch, ...]:
    """Tiers, best first, and those in none, with how many of their accounts are drawn."""
    colours = theme.tier_colours(list(counts), dark=dark)
    return tuple(
        Swatch(colours[name], tier_label(name), count) for name, count in counts.items() if count
    )


def legend(swatches: Sequence[Swatch], *, title: str, dots: bool = False) -> None:
    """Draw a legend in one row that wraps, with dots or with fields of colour."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption(title, width="content")
        for one in swatches:
            mark = (
                f':color[●]{{foreground="{one.colour}"}}'
                if dots
                else f':color[&emsp;]{{background="{one.colour}"}}'
            )
            st.markdown(
                f"{mark} :small[{plain(one.label)} :gray[({number(one.count)})]]", width="content"
            )


def ranking_fields(measure: Measure, *, best_tier: str, currency: str) -> list[Field]:
    """Columns of the ranking, the chosen measure first."""
    fields = [
        Field("code", "code", on_page=False),
        Field("name", _("Area"), width=140, pinned=True),
    ]
    for one in (measure, *(other for other in Measure if other is not measure)):
        unit = f", {currency_sign(currency)}" if one is Measure.POTENTIAL else ""
        kind: Looks = "share" if one is Measure.MATCH_RATE else "number"
        fields.append(Field(one.value, one.label(best_tier) + unit, kind))
    return [
        *fields,
        Field("possible", _("Missing data"), "number"),
        Field("universe", _("Accounts listed"), "number"),
        Field("within", _("In")),
    ]

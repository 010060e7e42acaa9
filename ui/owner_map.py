"""The map by owner: each area in the colour of the rep who has most there; hatched is nobody's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import pydeck as pdk
import streamlit as st

from icp_core.analysis.areas import Areas
from icp_core.analysis.team import Rep, Team
from icp_core.reference.arrays import Floats
from icp_core.reference.geography import Level
from icp_core.territories.adjacency import told_apart
from ui import maps, state, theme, widgets
from ui.format import number, percent
from ui.maps import Swatch
from ui.texts import _, ngettext

_HATCHES: Final = 44  # lines across the map from corner to corner
_LEAST_LINES: Final = 4  # in one area
_MOST_HALVINGS: Final = 6
_MOST_LINES: Final = 12_000  # of all hatches: what a browser draws without a pause
_NAME_LENGTH: Final = 24  # characters of a name beside its home
_LETTER: Final = 5.8  # pixels of a letter of a name in the mean
_NAME_HEIGHT: Final = 14  # pixels
_NAME_EDGE: Final = 6  # pixels around a name, and between it and the edge of the map
_HOME: Final = 4  # pixels from the middle of a home to its rim
_BESIDE: Final = ((0, -13), (1, 0), (0, 13), (-1, 0), (0, -27), (0, 27), (0, -41), (0, 41))
"""Where a name may stand: widths of it to the right of its home, and pixels below."""
_OPAQUE: Final = 255
_FULL: Final = 0.5  # share of an area from which on its owner's colour is at full strength
_FAINT: Final = 0.45  # strength of a colour where others have most


def part(
    owners: pl.DataFrame,
    team: Team,
    areas: Areas,
    *,
    others: Sequence[pl.DataFrame] = (),
    kept: str,
    height: int,
) -> None:
    """Draw the map with its legend; pressing an area chooses it.

    Parameters
    ----------
    owners
        Whose each area is, as `coverage.whose` gives it, of the level and countries of `areas`.
    team
        The reps.
    areas
        The market by area.
    others
        The same of maps that a rep is to have one colour on with this one.
    kept
        What holds the area that is chosen.
    height
        Pixels of the map.
    """
    key = "_".join(["owners", kept, state.view().list_name, areas.level, *areas.countries])
    colours = colours_of(team, [owners, *others], areas.level)
    st.pydeck_chart(
        owner_map(
            areas,
            owners,
            team,
            colours,
            dark=theme.is_dark(),
            selected=widgets.now(kept),
            height=height,
        ),
        height=height,
        on_select=lambda: widgets.set_kept(
            kept, maps.area_clicked(widgets.event(key), widgets.now(kept))
        ),
        key=key,
        alt=_("Map of who has most accounts by area"),
    )
    shown = swatches(owners, colours)
    if shown:
        maps.legend(shown, title=_("Areas"))
    bare = owners.filter(owners["owner"].is_null() & owners["code"].is_not_null()).height
    hatched = ngettext(
        ":orange[Hatched]: {count} area, where nobody covers any match.",
        ":orange[Hatched]: {count} areas, where nobody covers any match.",
        bare,
    ).format(count=number(bare))
    # A key to colours that nobody sees is none.
    faint = _("Faint: the rep with most has less than half.") if shown else ""
    st.caption((hatched if bare else "") + " " + faint)


def colours_of(team: Team, owners: Sequence[pl.DataFrame], level: Level) -> dict[str, str]:
    """A colour for each rep: reps whose areas touch on any of some maps have different ones."""
    whose = [dict(each.select("code", "owner").drop_nulls().iter_rows()) for each in owners]
    people = theme.people()
    places = told_apart(team.names, whose, level, len(people))
    return {name: people[place] for name, place in places.items()}


def owner_map(
    areas: Areas,
    owners: pl.DataFrame,
    team: Team,
    colours: Mapping[str, str],
    *,
    dark: bool,
    selected: str | None = None,
    height: int = 520,
) -> pdk.Deck:
    """Draw whose each area is.

    Parameters
    ----------
    areas
        The market by area.
    owners
        As `coverage.whose` gives it, of the same level and countries.
    team
        The reps, whose homes are named.
    colours
        Of each rep by name.
    selected
        Code of the area to outline.
    height
        Pixels of the map.
    """
    by_code = {row["code"]: row for row in owners.iter_rows(named=True)}
    none, *_rest = theme.sequential(dark=dark)
    ground = theme.rgb(none)
    properties: dict[str, dict[str, Any]] = {}
    for area in areas.table.iter_rows(named=True):
        row = by_code.get(area["code"])
        fill: tuple[int, ...] = ground
        if row is not None and row["owner"] is not None:
            strength = 1.0 if row["share"] >= _FULL else _FAINT
            fill = _mixed(theme.rgb(colours[row["owner"]]), ground, strength)
        properties[area["code"]] = {
            "code": area["code"],
            "fill": [*fill, _OPAQUE],
            "tip": _tip(area["name"], row),
        }
    uncovered = {code for code, row in by_code.items() if row["owner"] is None}
    shapes = maps.features(areas.level, areas.countries)
    chosen = [shape for shape in shapes if shape["id"] == selected]
    # Another name makes the browser forget which area was clicked last, as on the other map.
    name = "-".join([maps.AREA_LAYER, *(shape["id"] for shape in chosen)])
    layers = [maps.filled_layer(name, areas, properties, dark=dark)]
    if bare := [shape for shape in shapes if shape["id"] in uncovered]:
        layers.append(_hatch_layer(bare))
    layers += [maps.outline_layer(shape, dark=dark) for shape in chosen]
    view = maps.view_of(areas, height=height)
    if any(rep.place is not None for rep in team.reps):
        layers += _home_layers(team.reps, view, dark=dark, height=height)
    return maps.CompactDeck(
        layers=layers,
        initial_view_state=view,
        # Plain text, so that nothing in the data can become a part of the page.
        tooltip={"text": "{tip}", "style": maps.tooltip_style(dark=dark)},
        map_provider=None,
    )


def swatches(owners: pl.DataFrame, colours: Mapping[str, str]) -> tuple[Swatch, ...]:
    """Reps with how many areas are theirs; those with none are left out."""
    counts = dict(owners.group_by("owner").len().iter_rows())
    return tuple(
        Swatch(colour, name, counts[name]) for name, colour in colours.items() if counts.get(name)
    )


def _tip(name: str, row: Mapping[str, Any] | None) -> str:
    """What stands over an area; begins with a word of ours where data could be read as code."""
    if row is None:
        return f"{name}\n{_('No matches')}"
    lines = [
        name,
        _("Matches: {matches}, of which {covered} covered and {nobody} nobody's").format(
            matches=number(row["matches"]),
            covered=number(row["covered"]),
            nobody=number(row["nobody"]),
        ),
    ]
    if row["owner"] is None:
        lines.append(_("Covered by nobody"))
    else:
        lines.append(
            _("Most: {owner}, {share}").format(owner=row["owner"], share=percent(row["share"]))
        )
        others = row["reps"] - 1
        if others:
            lines.append(
                ngettext("and {count} other rep", "and {count} other reps", others).format(
                    count=number(others)
                )
            )
    return "\n".join(lines)


def _mixed(colour: Sequence[int], ground: Sequence[int], strength: float) -> tuple[int, ...]:
    return tuple(
        round(strength * one + (1 - strength) * other)
        for one, other in zip(colour, ground, strict=True)
    )


def names_of(reps: Sequence[Rep], view: pdk.ViewState, *, height: int) -> list[dict[str, Any]]:
    """Names of reps beside their homes: `position`, `name` and `offset`, pixels right and down.

    None lies on another or on a home, nor across the edge of a narrow map where its home is inside; a
    name that no place is left for is left out, as its rep has a colour in the legend.
    """
    edge = maps.PHONE / 2 - _NAME_EDGE
    at_home = [(rep, *rep.place) for rep in reps if rep.place is not None]
    homes = [maps.pixels(view, longitude, latitude) for _rep, latitude, longitude in at_home]
    # Boxes by their middle, half their width and half their height; those of homes are all there first.
    taken: list[tuple[float, ...]] = [(x, y, _HOME, _HOME) for x, y in dict.fromkeys(homes)]
    found: list[dict[str, Any]] = []
    for (rep, latitude, longitude), (x, y) in zip(at_home, homes, strict=True):
        name = rep.name[:_NAME_LENGTH]
        half = (_LETTER * len(name) + _NAME_EDGE) / 2
        for right, down in _BESIDE:
            aside = right * (half + _NAME_EDGE)
            if not right and abs(x) <= edge:
                # Towards the middle as far as it takes, yet never away from its home.
                aside = max(-edge + half - x, 0) - max(x + half - edge, 0)
                aside = min(max(aside, -half), half)
            elif right and abs(x + aside) + half > edge:
                continue
            if abs(y + down) + _NAME_HEIGHT / 2 > height / 2:
                continue
            box = (x + aside, y + down, half, _NAME_HEIGHT / 2)
            if not any(
                abs(box[0] - other[0]) < box[2] + other[2]
                and abs(box[1] - other[1]) < box[3] + other[3]
                for other in taken
            ):
                taken.append(box)
                found.append(
                    {
                        "position": [longitude, latitude],
                        # Never beginning with data, which deck.gl would read as code.
                        "name": f" {name}",
                        "offset": [round(aside), down],
                    }
                )
                break
    return found


def _home_layers(
    reps: Sequence[Rep], view: pdk.ViewState, *, dark: bool, height: int
) -> list[pdk.Layer]:
    """Where the reps live, by name: many colours cannot be read alone."""
    text = theme.text_colour(dark=dark)
    ring = theme.on_colour(text)
    homes = [{"position": [rep.place[1], rep.place[0]]} for rep in reps if rep.place is not None]
    return [
        pdk.Layer(
            "TextLayer",
            names_of(reps, view, height=height),
            id="names",
            get_position="position",
            get_text="name",
            get_size=12,
            get_color=[*theme.rgb(text), _OPAQUE],
            get_pixel_offset="offset",
            character_set="'auto'",
            font_family="'sans-serif'",
            background=True,
            get_background_color=[*theme.rgb(ring), 190],
            background_padding=[3, 1],
        ),
        pdk.Layer(
            "ScatterplotLayer",
            homes,
            id="homes",
            get_position="position",
            radius_units="'pixels'",
            get_radius=_HOME,
            stroked=True,
            get_fill_color=[*theme.rgb(text), _OPAQUE],
            get_line_color=[*theme.rgb(ring), _OPAQUE],
            line_width_units="'pixels'",
            get_line_width=1.5,
        ),
    ]


def _hatch_layer(shapes: Sequence[Mapping[str, Any]]) -> pdk.Layer:
    lines = [[[round(x, 4), round(y, 4)] for x, y in line] for line in hatch_lines(shapes)]
    geometry = {"type": "MultiLineString", "coordinates": lines[:_MOST_LINES]}
    return pdk.Layer(
        "GeoJsonLayer",
        [{"type": "Feature", "geometry": geometry, "properties": {}}],
        id="uncovered",
        filled=False,
        get_line_color=[*theme.rgb(theme.CUSTOMERS), _OPAQUE],
        line_width_units="'pixels'",
        get_line_width=1.2,
    )


def hatch_lines(shapes: Sequence[Mapping[str, Any]]) -> list[Floats]:
    """Slanting lines inside some shapes, all of one family, so that neighbours' meet.

    Parameters
    ----------
    shapes
        As GeoJSON features, degrees.

    Returns
    -------
    list of ndarray
        Of each line its two ends, shape (2, 2), longitude first.
    """
    found = [
        [
            [np.asarray(ring, dtype=np.float64)[:, :2] for ring in polygon]
            for polygon in maps.polygons(shape["geometry"])
        ]
        for shape in shapes
    ]
    if not found:
        return []
    corners = np.concatenate([ring for shape in found for polygon in shape for ring in polygon])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    # A degree of longitude is half as wide as one of latitude here: lines of 45° on the map.
    slope = 1 / np.cos(np.radians((south + north) / 2))
    step = max((east - west) + (north - south) * slope, 1e-6) / _HATCHES
    lines: list[Floats] = []
    for shape in found:
        across = [np.ptp(outer[:, 0] - slope * outer[:, 1]) for outer, *_holes in shape]
        # Halved until a small area has some too; halves keep in line with the others.
        halvings = max(0, int(np.ceil(np.log2(_LEAST_LINES * step / max(*across, 1e-6)))))
        fine = step / 2 ** min(halvings, _MOST_HALVINGS)
        lines += [line for polygon in shape for line in _hatched(polygon, slope, fine)]
    return lines


def _hatched(polygon: Sequence[Floats], slope: float, step: float) -> Iterator[Floats]:
    """Where the lines x − slope × y = k × step run inside a polygon, by the even-odd rule."""
    starts = np.concatenate([ring[:-1] for ring in polygon])
    ends = np.concatenate([ring[1:] for ring in polygon])
    first, second = (points[:, 0] - slope * points[:, 1] for points in (starts, ends))
    low, high = np.minimum(first, second), np.maximum(first, second)
    for k in range(int(np.ceil(low.min() / step)), int(np.floor(high.max() / step)) + 1):
        level = k * step
        # Half open, so that a corner on a line is crossed once.
        crossed = (low <= level) & (level < high)
        if not crossed.any():
            continue
        share = (level - first[crossed]) / (second[crossed] - first[crossed])
        points = starts[crossed] + share[:, None] * (ends[crossed] - starts[crossed])
        points = points[np.argsort(points[:, 1])]
        for at in range(0, len(points) - 1, 2):
            yield points[at : at + 2]

"""The one place for colours, and for what all charts look like."""

from collections.abc import Sequence
from math import ceil
from typing import Any, Final, Literal

import plotly.graph_objects as go
import streamlit as st

from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED
from icp_core.reference import colours
from icp_core.reference.colours import between, rgb

__all__ = ["rgb"]

CUSTOMERS: Final = "#E07A1F"
OPENS: Final = "opens_"
"""Beginning of the keys of buttons that are lines of text."""
PHONE_MENU: Final = "phone_menu"
"""Key of what stands in for the sidebar on a phone."""
HEADER_ACTIONS: Final = "header_actions"
"""Key of the buttons beside the profile's name."""
_PHONE: Final = "768px"  # from here down Streamlit lays the sidebar over the page
TEXT_SIZE: Final = 12  # pixels, of what is written in a chart
_TOP: Final = (
    4  # pixels above a chart and at its end, so that the highest mark and last label are whole
)

# Best tier first; the best stands out most from the page's background, light or dark.
_TIERS: Final = {
    False: colours.TIERS,
    True: ("#7FD1F0", "#3A9BC6", "#1E5F7E"),
}
_UNRANKED: Final = {False: colours.UNRANKED, True: "#4A5058"}
_TEXT: Final = {False: colours.TEXT, True: "#E6EDF1"}
_MUTED: Final = {False: colours.MUTED, True: "#9AA9B3"}
_GRID: Final = {False: "#E6EBEF", True: "#26323A"}
# From little to much, for shading areas; the last is that of the best tier.
_SEQUENTIAL: Final = {
    False: colours.SEQUENTIAL,
    True: ("#17242C", "#1C3C4B", "#1E5F7E", "#2F84A9", "#52ABD0", "#7FD1F0"),
}
# The same without hue, for shading areas behind coloured points.
_NEUTRAL: Final = {
    False: ("#F5F6F7", "#E6E9EB", "#D3D8DC", "#BAC2C8", "#9CA7AF", "#7A8791"),
    True: ("#161D22", "#27323A", "#374550", "#4B5B66", "#64757F", "#82929C"),
}
# Of people, who have no order: told apart by lightness as well as hue, and readable on both pages.
_PEOPLE: Final = (
    "#2F7F79", "#E0A030", "#5B7DB8", "#C4615C", "#8BAA4A", "#8E6BB0", "#5FB8D0", "#A9744F",
    "#D184B3", "#4E6E8E", "#B8B04A", "#7C9C94",
)  # fmt: skip
_UNKNOWN: Final = {False: "#EADBC2", True: "#6B5B3E"}


def is_dark() -> bool:
    """Whether the reader's page is dark."""
    return st.context.theme.type == "dark"


def emphasis() -> Literal["primary", "secondary"]:
    """The kind of the button that a page is for.

    Streamlit writes white on the primary colour. On a dark page no colour bears that and is itself read
    on the page, where what is chosen is written in it; so there the button is drawn as the others are.
    """
    return "secondary" if is_dark() else "primary"


def everywhere() -> None:
    """Rules for every page, where Streamlit's settings have none."""
    rules = [
        # Messages stand where they hide neither the header's buttons nor the Builder's numbers.
        "[data-testid=stToastContainer] { top: auto !important; bottom: 9rem }",
        # What has the keyboard is told from what is chosen.
        ":is(a, button[data-variant]):focus-visible"
        " { outline: 2px solid currentColor !important; outline-offset: -2px }",
        # What is chosen keeps its ground under the mouse: on Streamlit's darker one it is hard to read.
        "button[data-variant][data-selected]"
        " { background-color: color-mix(in srgb, currentColor 10%, transparent) !important }",
        # Undo and redo are known by their icons; a screen reader says their names.
        ":is(.st-key-undo, .st-key-redo) button [data-testid=stMarkdownContainer]"
        " { position: absolute; clip-path: inset(50%); width: 1px; overflow: hidden }",
        # The profile's name has what room is left in its row.
        ".st-key-shown_profile { flex: 1 1 350px !important; min-width: min(100%, 350px) }"
        f" :has(> * > * > .st-key-{HEADER_ACTIONS}) {{ flex: 0 1 max-content }}",
        # Links in several rows: Streamlit lets the rows overlap, and a finger needs 28 pixels.
        "[data-testid=stHorizontalBlock]:has(> * > [data-testid=stPageLink]) { row-gap: 1rem }",
        "[data-testid=stPageLink] a { margin-block: 0; min-height: 28px }",
        # Lines that open something read as text.
        f"[class*=st-key-{OPENS}] button * {{ justify-content: start; text-align: left;"
        " white-space: normal }",
        # A phone has a menu of ours, because the sidebar would stay open over the page that it led to.
        f"@media (max-width: {_PHONE}) {{"
        " [data-testid=stSidebar], [data-testid=stExpandSidebarButton] { display: none }"
        f" .st-key-{PHONE_MENU} {{ position: fixed; top: 0.5rem; left: 1rem; z-index: 999991 }} }}",
        f"@media not all and (max-width: {_PHONE}) {{ .st-key-{PHONE_MENU} {{ display: none }} }}",
        # Titles of cards are headings; the card has their room already.
        "[data-testid=stHeading] h2 { padding-top: 0 }",
        # In a dialog Streamlit makes them smaller than the text below them.
        "[role=dialog] [data-testid=stHeading] h2 { font-size: 1rem }",
    ]
    if is_dark():
        # Streamlit writes white on a chip, which can hardly be read there.
        chips = "[data-testid=stMultiSelect] [data-tag], [data-testid=stMultiSelect] [data-tag] *"
        rules.append(f"{chips} {{ color: {_TEXT[False]} !important }}")
    style(" ".join(rules))


def style(rules: str) -> None:
    """Add rules to the page that stay while a dialog is opened, and take no room.

    Streamlit keeps what is nothing but rules beside the page, where a dialog's opening clears them away.
    """
    taken = ":has(> [data-testid=stHtml] > i[hidden]) { display: none }"
    st.html(f"<i hidden></i><style>[data-testid=stElementContainer]{taken} {rules}</style>")


def tier_colours(names: Sequence[str], *, dark: bool) -> dict[str, str]:
    """A colour for every tier, best first, and for those in none; any number of tiers stays ordered.

    Parameters
    ----------
    names
        Of the tiers; the others of `tiers.groups` may be among them.
    """
    others = {UNRANKED: _UNRANKED[dark], TOO_LITTLE_KNOWN: _UNKNOWN[dark]}
    tiers = [name for name in names if name not in others]
    last = max(len(tiers) - 1, 1)
    return {name: between(_TIERS[dark], i / last) for i, name in enumerate(tiers)} | others


def people() -> tuple[str, ...]:
    """Colours of people, who have no order."""
    return _PEOPLE


def sequential(*, dark: bool) -> tuple[str, ...]:
    """Colours from little to much."""
    return _SEQUENTIAL[dark]


def neutral(*, dark: bool) -> tuple[str, ...]:
    """Greys from little to much, as many as `sequential`, on which coloured points stand out."""
    return _NEUTRAL[dark]


def unknown_colour(*, dark: bool) -> str:
    """Of what is unknown, an area's value or a match; in no ramp from little to much."""
    return _UNKNOWN[dark]


def text_colour(*, dark: bool) -> str:
    """Of body text."""
    return _TEXT[dark]


def muted_colour(*, dark: bool) -> str:
    """Of axis labels and secondary text."""
    return _MUTED[dark]


def on_colour(colour: str, *, opacity: float = 1.0) -> str:
    """Dark or white text, whichever reads better on that colour."""
    red, green, blue = (_linear(part) for part in rgb(colour))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _TEXT[False] if light * opacity > 0.18 else "#FFFFFF"


def plotly(
    traces: Sequence[dict[str, Any]], *, dark: bool, height: int, **layout: Any
) -> go.Figure:
    """A figure without background and with small margins, quiet axes and no title of its own.

    It is made in one step: plotly takes ten times as long to change a figure as to make it.

    Parameters
    ----------
    traces
        As plotly writes them: `{"type": "bar", "x": …}`.
    layout
        What differs; `xaxis` and `yaxis` add to the quiet ones, and so do their titles.
    """
    axis = {
        "gridcolor": _GRID[dark],
        "zerolinecolor": _GRID[dark],
        "linecolor": _GRID[dark],
        "tickfont": {"color": _MUTED[dark], "size": TEXT_SIZE},
        "fixedrange": True,
    }
    title = {"font": {"color": _MUTED[dark], "size": TEXT_SIZE}}
    whole = {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": _TOP, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": _TEXT[dark], "size": TEXT_SIZE},
        "separators": ".\u202f",
        "bargap": 0.25,
        "showlegend": False,
        "dragmode": False,
    }
    axes = {}
    for name in ("xaxis", "yaxis"):
        own = layout.pop(name, {})
        axes[name] = axis | own | {"title": title | own.get("title", {})}
    return go.Figure({"data": list(traces), "layout": whole | axes | layout})


def text_width(text: str) -> int:
    """Pixels that a text in a chart takes, rather too many than too few."""
    return ceil(len(text) * TEXT_SIZE * 0.58) + 8


def vega_lite(layers: Sequence[dict[str, Any]], *, dark: bool, height: int) -> dict[str, Any]:
    """A specification with the look of `plotly`: no frame or background, small margins, quiet axes.

    Parameters
    ----------
    layers
        As Vega-Lite writes them, without data.
    """
    axis = {
        "labelColor": _MUTED[dark],
        "labelFontSize": TEXT_SIZE,
        "gridColor": _GRID[dark],
        "tickColor": _GRID[dark],
    }
    return {
        "layer": list(layers),
        "height": height,
        "padding": {"left": 0, "right": _TOP, "top": _TOP, "bottom": 0},
        "background": "transparent",
        "config": {"axis": axis, "view": {"stroke": None}},
    }


def _linear(part: int) -> float:
    """One part of an sRGB colour as linear light (WCAG 2.2, relative luminance)."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

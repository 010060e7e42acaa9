"""Charts in Vega-Lite, for what is edited live: the Builder, the tiers, the start page.

An edit draws them anew, and two of them cost the browser about 12 ms where two Plotly figures cost 60 to
70. Their specification stays the same from edit to edit; only data change, so that nothing is built
twice. What is read and explored instead, and seldom redrawn, stands in `charts_explore`.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import streamlit as st

from icp_core.evaluation.market import BINS
from icp_core.evaluation.tiers import UNRANKED
from ui import theme
from ui.areas import short_tier_label
from ui.format import SPACE, money, number, percent, short
from ui.texts import _

POINTS: Final = 2  # points of score a bar: 50 bars, wide enough to point at
_GAP: Final = 0.14  # points of score left free at each side of a bar
_WIDEST: Final = 10  # letters of a label beside bars; the longest of ours without a space has eight


class Live(NamedTuple):
    """A chart: its data, and a Vega-Lite specification that names their columns."""

    data: pl.DataFrame
    spec: dict[str, Any]


def show(chart: Live, *, key: str, alt: str) -> None:
    """Draw a chart."""
    st.vega_lite_chart(chart.data, chart.spec, key=key, alt=alt)


_MANY: Final = 100_000  # accounts whose number in full is too long a label for a narrow chart


def tier_chart(
    tiers: pl.DataFrame,
    *,
    currency: str | None,
    dark: bool,
    height: int = 180,
    among: Sequence[str] = (),
) -> Live:
    """One bar a tier, as long as its accounts, with its value beside the number.

    Without `currency` the labels leave it to a title above, and give many accounts as `142 k`.
    `among` names all tiers, best first, where a chart that lacks some stands beside others, so that each
    tier has one colour in all of them.
    """
    colours = theme.tier_colours(among or tiers["tier"].to_list(), dark=dark)
    longest = max([1, *tiers["accounts"].to_list()])
    data = pl.DataFrame(
        {
            "tier": [short_tier_label(name) for name in tiers["tier"]],
            "row": [_in_two_lines(short_tier_label(name)) for name in tiers["tier"]],
            "length": [accounts / longest for accounts in tiers["accounts"]],
            "label": [
                (
                    short(row["accounts"])
                    if currency is None and longest >= _MANY
                    else number(row["accounts"])
                )
                + ("" if row["potential"] is None else f" · {_amount(row['potential'], currency)}")
                for row in tiers.iter_rows(named=True)
            ],
            "colour": [colours[name] for name in tiers["tier"]],
        }
    )
    tooltip = [
        {"field": "tier", "title": _("Tier"), "type": "nominal"},
        {"field": "label", "title": _("Accounts · potential"), "type": "nominal"},
    ]
    shared = {
        "y": {
            "field": "row",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {
                "domain": False,
                "ticks": False,
                "grid": False,
                "labelExpr": r"split(datum.label, '\n')",
            },
        },
        "x": {
            "field": "length",
            "type": "quantitative",
            "scale": {"domain": [0, 1], "nice": False},
            "axis": None,
        },
        "tooltip": tooltip,
    }
    bars = {
        "mark": {"type": "bar", "cornerRadius": 4, "height": {"band": 0.75}},
        "encoding": shared | {"color": {"field": "colour", "scale": None, "type": "nominal"}},
    }
    labels = {
        "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": theme.TEXT_SIZE},
        "encoding": shared
        | {
            "text": {"field": "label", "type": "nominal"},
            "color": {"value": theme.text_colour(dark=dark)},
        },
    }
    return Live(data, theme.vega_lite([bars, labels], height=height, dark=dark))


def _in_two_lines(label: str) -> str:
    """A label that takes no width from the bars, where two lines are enough for that."""
    lines = wrap(label, _WIDEST, break_long_words=False)
    return "\n".join(lines) if len(lines) == 2 else label


def _amount(amount: float, currency: str | None) -> str:
    return short(amount) if currency is None else money(amount, currency)


def score_chart(
    counts: Mapping[str, npt.NDArray[np.int64]],
    cuts: Mapping[str, float],
    *,
    dark: bool,
    height: int = 180,
) -> Live:
    """Bars of `POINTS` points stacked by tier over the score, with a line where each tier begins."""
    colours = theme.tier_colours(list(counts), dark=dark)
    stacked = np.array(list(counts.values()))
    top = stacked.cumsum(axis=0)
    tier, place = np.nonzero(stacked)
    names = list(counts)
    bars = pl.DataFrame(
        {
            "from": POINTS * place + _GAP,
            "to": POINTS * (place + 1) - _GAP,
            "bottom": (top - stacked)[tier, place],
            "top": top[tier, place],
            "colour": [colours[names[one]] for one in tier],
            "tier": [_(names[one]) for one in tier],
            "score": [f"{POINTS * low}–{POINTS * (low + 1)}" for low in place],
            "accounts": [number(count) for count in stacked[tier, place]],
        },
        schema_overrides={"colour": pl.String, "tier": pl.String, "score": pl.String}
        | {"accounts": pl.String},
    )
    lines = pl.DataFrame(
        {"cut": list(cuts.values()), "tier": [_(name) for name in cuts]},
        schema={"cut": pl.Float64, "tier": pl.String},
    )
    muted = theme.muted_colour(dark=dark)
    is_line, is_bar = {"filter": "isValid(datum.cut)"}, {"filter": "isValid(datum.top)"}
    score = {
        "type": "quantitative",
        "scale": {"domain": [0, BINS], "nice": False},
        "title": None,
        # Of every second label, which is what a narrow chart has room for, both ends are two.
        "axis": {"grid": False, "values": [0, 25, 50, 75, 100], "domain": False},
    }
    cut = {"x": score | {"field": "cut"}}
    layers = [
        {
            "transform": [is_bar],
            "mark": "bar",
            "encoding": {
                "x": score | {"field": "from"},
                "x2": {"field": "to"},
                "y": {
                    "field": "bottom",
                    "type": "quantitative",
                    "title": None,
                    "axis": {
                        "tickCount": 4,
                        "domain": False,
                        "ticks": False,
                        "format": "~s",
                        # `20 k`, as amounts are written everywhere.
                        "labelExpr": f"replace(datum.label, regexp('([kM])$'), '{SPACE}$1')",
                    },
                },
                "y2": {"field": "top"},
                "color": {"field": "colour", "scale": None, "type": "nominal"},
                "tooltip": [
                    {"field": "score", "title": _("Score"), "type": "nominal"},
                    {"field": "accounts", "title": _("Accounts"), "type": "nominal"},
                    {"field": "tier", "title": _("Tier"), "type": "nominal"},
                ],
            },
        },
        {
            "transform": [is_line],
            "mark": {"type": "rule", "strokeDash": [2, 2], "color": muted},
            "encoding": cut,
        },
        {
            "transform": [is_line],
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "top",
                "dx": 3,
                "y": 0,
                "fontSize": 11,
                "color": muted,
            },
            "encoding": cut | {"text": {"field": "tier", "type": "nominal"}},
        },
    ]
    data = pl.concat([bars, lines], how="diagonal")
    return Live(data, theme.vega_lite(layers, height=height, dark=dark))


def fit_chart(data: pl.DataFrame, spans: list[str], *, dark: bool, height: int = 110) -> Live:
    """Accounts by the values of a column, coloured by how well they fit.

    Parameters
    ----------
    data
        From `fit_curve`.
    spans
        From where to where each bar goes, as people read it.
    """
    colours = theme.tier_colours(["best"], dark=dark)
    bars = data.select(
        "fit",
        "accounts",
        span=pl.Series(spans, dtype=pl.String),
        count=pl.Series([number(count) for count in data["accounts"]], dtype=pl.String),
        percent=pl.Series([percent(fit) for fit in data["fit"]], dtype=pl.String),
    )
    layer = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "span",
                "type": "ordinal",
                "sort": None,
                "title": None,
                "scale": {"paddingInner": 0.1, "paddingOuter": 0},
                "axis": {
                    "labelAngle": 0,
                    "labelOverlap": "greedy",
                    "labelSeparation": 24,
                    "domain": False,
                    "ticks": False,
                    "grid": False,
                },
            },
            "y": {"field": "accounts", "type": "quantitative", "axis": None},
            "color": {
                "field": "fit",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [colours[UNRANKED], colours["best"]]},
                "legend": None,
            },
            "tooltip": [
                {"field": "span", "title": _("Between"), "type": "nominal"},
                {"field": "count", "title": _("Accounts"), "type": "nominal"},
                {"field": "percent", "title": _("Fit"), "type": "nominal"},
            ],
        },
    }
    return Live(bars, theme.vega_lite([layer], height=height, dark=dark))

"""Charts: for each a function that gives the numbers, and one that draws them."""

from html import escape
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import polars as pl
import streamlit as st

from icp_core.market import BINS
from icp_core.profile import Range
from icp_core.scoreboard import Evaluation
from icp_core.tiers import UNRANKED
from ui import theme
from ui.format import money, number
from ui.texts import _

_BIN: Final = 2


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a figure without the tools of an explorer."""
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


def tier_data(evaluation: Evaluation) -> pl.DataFrame:
    """Accounts and potential per tier, best first: tier, accounts, customers, white_space, potential.

    The potential is what is known of it, and null where it is unknown for all accounts of a tier.
    """
    known = np.bincount(
        evaluation.tier[~np.isnan(evaluation.worth.amount)], minlength=len(evaluation.tiers)
    )
    return pl.DataFrame(
        [
            {
                "tier": total.name,
                "accounts": total.accounts,
                "customers": total.customers,
                "white_space": total.accounts - total.customers,
                "potential": total.potential if known[index] or not total.accounts else None,
            }
            for index, total in enumerate(evaluation.tiers)
        ],
        schema_overrides={"potential": pl.Float64},
    )


def tier_chart(
    tiers: pl.DataFrame, *, currency: str, dark: bool, height: int = 180, room: float = 1.35
) -> go.Figure:
    """One bar a tier, as long as its accounts, with its value beside the number.

    `room` is the width of the chart in lengths of the longest bar; labels of narrow charts need more.
    """
    colours = theme.tier_colours([name for name in tiers["tier"] if name != UNRANKED], dark=dark)
    labels = [
        number(row["accounts"])
        + ("" if row["potential"] is None else f" · {money(row['potential'], currency)}")
        for row in tiers.iter_rows(named=True)
    ]
    bars = {
        "type": "bar",
        "x": tiers["accounts"].to_list(),
        "y": [escape(_(name)) for name in tiers["tier"]],
        "orientation": "h",
        "marker": {"color": [colours[name] for name in tiers["tier"]], "cornerradius": 4},
        "text": labels,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    longest = max([1, *tiers["accounts"].to_list()])
    hidden: dict[str, Any] = {"visible": False, "range": [0, longest * room]}
    return theme.styled(
        [bars],
        dark=dark,
        height=height,
        xaxis=hidden,
        yaxis={
            "autorange": "reversed",
            "type": "category",
            "ticksuffix": "  ",
            "showgrid": False,
        },
    )


def score_data(evaluation: Evaluation) -> dict[str, npt.NDArray[np.int64]]:
    """Matches per two points of score and tier: best tier first, the unranked last; 50 counts each."""
    names = (*evaluation.profile.tiers.names, UNRANKED)
    known = ~np.isnan(evaluation.score)
    width = BINS // _BIN
    place = np.minimum(evaluation.score[known] // _BIN, width - 1).astype(np.int64)
    cells = np.bincount(evaluation.tier[known] * width + place, minlength=len(names) * width)
    return dict(zip(names, cells.reshape(len(names), width), strict=True))


def cut_offs(evaluation: Evaluation) -> dict[str, float]:
    """The least score of each tier that is ranked by score and takes anybody, best first."""
    policy = evaluation.profile.tiers
    if policy.kind == "cut_off":
        return {tier.name: tier.threshold for tier in policy.tiers}
    if policy.kind == "value":
        return {}
    least = {}
    for index, tier in enumerate(policy.tiers):
        scores = evaluation.score[evaluation.tier == index]
        if len(scores):
            least[tier.name] = float(scores.min())
    return least


def score_chart(
    counts: dict[str, npt.NDArray[np.int64]],
    cuts: dict[str, float],
    *,
    dark: bool,
    height: int = 180,
) -> go.Figure:
    """Bars stacked by tier over the score, with a line where each tier begins."""
    colours = theme.tier_colours([name for name in counts if name != UNRANKED], dark=dark)
    muted = theme.muted_colour(dark=dark)
    start = np.arange(0, BINS, _BIN)
    bars = [
        {
            "type": "bar",
            "x": (start + _BIN / 2).tolist(),
            "y": accounts.tolist(),
            "width": _BIN * 0.86,
            "marker": {"color": colours[name]},
            "customdata": [f"{low}–{low + _BIN}" for low in start],
            "name": escape(_(name)),
            "hovertemplate": "%{customdata}: %{y:,}<extra>%{fullData.name}</extra>",
        }
        for name, accounts in counts.items()
        if accounts.any()
    ]
    lines = [
        {
            "type": "line",
            "x0": least,
            "x1": least,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": {"color": muted, "width": 1, "dash": "dot"},
        }
        for least in cuts.values()
    ]
    names = [
        {
            "x": least,
            "y": 1,
            "yref": "paper",
            "text": escape(name),
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "top",
            "xshift": 2,
            "font": {"color": muted, "size": 11},
        }
        for name, least in cuts.items()
    ]
    return theme.styled(
        bars,
        dark=dark,
        height=height,
        barmode="stack",
        shapes=lines,
        annotations=names,
        xaxis={"range": [0, BINS], "dtick": 20, "showgrid": False},
        yaxis={"nticks": 4, "rangemode": "tozero", "tickformat": ",", "ticksuffix": " "},
    )


def fit_data(
    fit: Range, edges: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> pl.DataFrame:
    """The accounts between neighbouring values of a column, and the fit in their middle.

    Parameters
    ----------
    fit
        The trapezoid.
    edges, counts
        As `suggest.distribution` gives them.

    Returns
    -------
    pl.DataFrame
        low, high, accounts, fit (0…1).
    """
    middle = (edges[:-1] + edges[1:]) / 2
    return pl.DataFrame(
        {"low": edges[:-1], "high": edges[1:], "accounts": counts, "fit": _fits(fit, middle)}
    )


def _fits(fit: Range, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    def at(value: Any) -> Any:
        return np.log10(1 + np.maximum(value, 0)) if fit.scale == "log" else value

    graded = np.ones(len(values))
    for outer, inner, sign in ((fit.a, fit.b, 1), (fit.d, fit.c, -1)):
        if outer is None or inner is None:
            continue
        if outer == inner:
            graded *= sign * values >= sign * outer
        else:
            graded = np.minimum(
                graded, np.clip((at(values) - at(outer)) / (at(inner) - at(outer)), 0, 1)
            )
    return graded


def fit_chart(data: pl.DataFrame, labels: list[str], *, dark: bool, height: int = 110) -> go.Figure:
    """Accounts by the values of a column, coloured by how well they fit.

    Parameters
    ----------
    data
        From `fit_data`.
    labels
        Of the spans, as people read them.
    """
    colours = theme.tier_colours(["best"], dark=dark)
    bars = {
        "type": "bar",
        "x": labels,
        "y": data["accounts"].to_list(),
        "customdata": (100 * data["fit"]).round(0).to_list(),
        "marker": {
            "color": data["fit"].to_list(),
            "colorscale": [[0, colours[UNRANKED]], [1, colours["best"]]],
            "cmin": 0,
            "cmax": 1,
        },
        "hovertemplate": "%{x}: %{y:,}<extra>%{customdata} %</extra>",
    }
    return theme.styled(
        [bars],
        dark=dark,
        height=height,
        bargap=0.1,
        xaxis={"nticks": 4, "tickangle": 0, "showgrid": False, "type": "category"},
        yaxis={"visible": False},
    )

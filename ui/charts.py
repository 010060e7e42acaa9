"""Charts: for each a function that gives the numbers, and one that draws them."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import polars as pl
import streamlit as st

from icp_core.analysis.bubbles import Bubbles
from icp_core.analysis.concentration import Concentration
from icp_core.analysis.costs import CutOffs
from icp_core.evaluation.market import LARGEST
from icp_core.evaluation.tiers import UNRANKED
from icp_core.profiles.model import Range
from ui import theme
from ui.areas import tier_label
from ui.format import percent, plain, short
from ui.texts import _

_BAR: Final = 26  # pixels a bar is high with its gap: one line of its label
_AIR: Final = 8  # pixels above and below all bars
_LONGEST: Final = 28  # characters of a label before it takes the room of the bars
_BUBBLE: Final = 34  # pixels across, the largest potential
_SKEWED: Final = 6  # times the median: with a larger maximum, a linear axis squeezes most of them
_FEW_POWERS: Final = 4  # powers of ten; with more, ticks at 2 and 5 would overlap


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a figure without the tools of an explorer."""
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


def legend(parts: Mapping[str, str], *, rings: Mapping[str, str] | None = None) -> None:
    """Draw what colours stand for, in a line above a chart.

    Parameters
    ----------
    parts
        Colours by what they stand for.
    rings
        The same for what is drawn as a ring around another colour.
    """
    marks = [(name, colour, "■") for name, colour in parts.items()]
    marks += [(name, colour, "○") for name, colour in (rings or {}).items()]
    st.markdown(
        "\u2002".join(
            f':color[{mark}]{{foreground="{colour}"}} :small[:gray[{plain(name)}]]'
            for name, colour, mark in marks
        )
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
        As `first_draft.distribution` gives them.

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


def stack_chart(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    colours: Sequence[str],
    *,
    texts: Sequence[str],
    values: Callable[[float], str],
    dark: bool,
    room: float = 1.25,
    height: int | None = None,
) -> go.Figure:
    """Bars from top to bottom, each made of the same parts, with a text at its end.

    Parameters
    ----------
    labels
        Of the bars; they may be alike.
    series
        Values by the name of the part, one for each bar.
    colours
        One for each part.
    texts
        What stands at the end of each bar.
    values
        Writes a value as people read it.
    room
        Width of the chart in lengths of the longest bar.
    height
        In pixels; as many as the bars need unless given.
    """
    places = list(range(len(labels)))
    ends = [sum(parts) for parts in zip(*series.values(), strict=True)]
    muted = theme.muted_colour(dark=dark)
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "y": places,
            "x": list(part),
            "name": escape(name),
            "marker": {"color": colour},
            "customdata": [
                f"{escape(label)}: {values(value)}"
                for label, value in zip(labels, part, strict=True)
            ],
            "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
        }
        for (name, part), colour in zip(series.items(), colours, strict=True)
    ]
    notes = [
        {
            "x": end,
            "y": place,
            "text": escape(text),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 4,
            "font": {"size": 12, "color": muted},
        }
        for place, (end, text) in enumerate(zip(ends, texts, strict=True))
    ]
    return theme.styled(
        bars,
        dark=dark,
        height=height or _BAR * len(places) + _AIR,
        barmode="stack",
        annotations=notes,
        xaxis={"visible": False, "range": [0, max([*ends, 1e-9]) * room]},
        yaxis={
            "tickvals": places,
            "ticktext": [escape(_shortened(label)) + "  " for label in labels],
            "range": [len(places) - 0.4, -0.6],
            "showgrid": False,
            "zeroline": False,
        },
    )


def concentration_chart(curve: Concentration, *, dark: bool, height: int = 300) -> go.Figure:
    """The share of the potential that the largest so many companies hold, against an even spread."""
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    muted = theme.muted_colour(dark=dark)
    held = (100 * curve.share_of_potential).round(2).tolist()
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, 100],
            "y": [0, 100],
            "line": {"color": muted, "width": 1, "dash": "dot"},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": (100 * curve.share_of_accounts).round(2).tolist(),
            "y": held,
            "line": {"color": colours["A"], "width": 2.5},
            "hovertemplate": _("largest %{x:.0f} %: %{y:.1f} % of the potential")
            + "<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [100 * LARGEST],
            "y": [100 * curve.largest_share],
            "marker": {"color": colours["A"], "size": 10},
            "hoverinfo": "skip",
        },
    ]
    notes = [
        {
            "x": 100 * LARGEST,
            "y": 100 * curve.largest_share,
            "text": f"{percent(LARGEST)} → {percent(curve.largest_share)}",
            "showarrow": False,
            # The curve rises ever more slowly, so that it never passes below and to the right.
            "xanchor": "left",
            "yanchor": "top",
            "xshift": 8,
            "yshift": -4,
            "font": {"size": 13},
        },
        {
            "x": 70,
            "y": 70,
            "text": _("even"),
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "top",
            "xshift": 6,
            "font": {"color": muted, "size": 11},
        },
    ]
    share = {
        "range": [0, 102],
        "dtick": 20,
        "ticksuffix": " %",
        "ticklabeloverflow": "allow",
    }
    return theme.styled(
        lines,
        dark=dark,
        height=height,
        annotations=notes,
        margin={"l": 0, "r": 16, "t": 8, "b": 0},
        xaxis=share | {"title": {"text": _("Companies, largest potential first")}},
        yaxis=share | {"title": {"text": _("Potential")}},
    )


def cut_off_chart(
    curve: CutOffs, cuts: Mapping[str, float], *, dark: bool, height: int = 300
) -> go.Figure:
    """How many companies reach each cut-off of the score, with a line where each tier begins."""
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(len(curve.accounts))),
        "y": curve.accounts.tolist(),
        "line": {"color": colours["A"], "width": 2.5},
        "fill": "tozeroy",
        "fillcolor": "rgba({},{},{},0.12)".format(*theme.rgb(colours["B"])),
        "hovertemplate": _("score %{x} and above: %{y:,}") + "<extra></extra>",
    }
    lines, names = _cut_lines(cuts, dark=dark)
    return theme.styled(
        [line],
        dark=dark,
        height=height,
        shapes=lines,
        annotations=names,
        margin={"l": 0, "r": 12, "t": 4, "b": 0},
        xaxis={
            "range": [0, 101],
            "dtick": 10,
            "ticklabeloverflow": "allow",
            "title": {"text": _("Least score")},
        },
        yaxis={
            "rangemode": "tozero",
            "nticks": 6,
            "tickformat": ",",
            "title": {"text": _("Companies")},
        },
    )


def bubble_chart(
    bubbles: Bubbles, tiers: Sequence[str], *, currency: str, dark: bool, height: int = 460
) -> go.Figure:
    """Score against potential: a bubble a company, as large as its potential, coloured by its tier."""
    colours = theme.tier_colours(tiers, dark=dark)
    most = float(bubbles.rows["potential"].to_numpy().max(initial=0.0)) or 1.0
    # The unranked are drawn first, so that the better tiers lie above them; customers over the rest.
    traces = [
        _bubbles_of(rows, tier, colours[tier], is_customer=is_customer, most=most)
        for tier in (UNRANKED, *reversed(tiers))
        for is_customer in (False, True)
        if (rows := bubbles.rows.filter(tier=tier, is_customer=is_customer)).height
    ]
    axis: dict[str, Any] = {"title": {"text": _("Potential, {code} a year").format(code=currency)}}
    if _is_skewed(bubbles.rows["potential"]):
        ticks = _log_ticks(bubbles.rows["potential"])
        axis |= {"type": "log", "tickvals": ticks, "ticktext": [short(tick) for tick in ticks]}
    else:
        axis |= {"rangemode": "tozero", "nticks": 6, "tickformat": "~s"}
    return theme.styled(
        traces,
        dark=dark,
        height=height,
        hovermode="closest",
        xaxis={"title": {"text": _("Score")}, "nticks": 11},
        yaxis=axis,
    )


def _bubbles_of(
    rows: pl.DataFrame, tier: str, colour: str, *, is_customer: bool, most: float
) -> dict[str, Any]:
    potential = rows["potential"].round(0).cast(pl.Int64).to_list()
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rows["score"].round(1).to_list(),
        "y": potential,
        "name": escape(f"{tier_label(tier)}, {_('customer')}" if is_customer else tier_label(tier)),
        "text": [escape(name or "") for name in rows["name"]],
        "hovertemplate": "%{text}: %{x}, %{y:,.0f}<extra>%{fullData.name}</extra>",
        "marker": {
            "color": colour,
            "opacity": 0.75,
            "size": potential,
            "sizemode": "area",
            "sizeref": 2 * most / _BUBBLE**2,
            "sizemin": 3,
            "line": {"color": theme.CUSTOMERS, "width": 2 if is_customer else 0},
        },
    }


def _is_skewed(amounts: pl.Series) -> bool:
    """Whether a few amounts dwarf the rest, so that only a logarithmic axis shows both."""
    if amounts.is_empty() or float(amounts.min()) <= 0:  # type: ignore[arg-type]
        return False
    return float(amounts.max()) > _SKEWED * float(amounts.median())  # type: ignore[arg-type]


def _log_ticks(amounts: pl.Series) -> list[float]:
    """1, 2 and 5 of every power of ten among the amounts; only the powers where those are many."""
    low, high = float(amounts.min()), float(amounts.max())  # type: ignore[arg-type]
    powers = [10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1)]
    steps = (1, 2, 5) if len(powers) <= _FEW_POWERS else (1,)
    return [step * power for power in powers for step in steps if low <= step * power <= high]


def _cut_lines(
    cuts: Mapping[str, float], *, dark: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A dotted line where each tier begins, and its name beside it."""
    muted = theme.muted_colour(dark=dark)
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
    return lines, names


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"

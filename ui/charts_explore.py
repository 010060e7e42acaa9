"""Charts in Plotly, for what one reads and explores: shares and curves, bubbles, points, learning.

They tell what is under the pointer, and are seldom redrawn while somebody waits: two of them cost the
browser 60 to 70 ms. What an edit draws anew stands in `charts_live`, in Vega-Lite.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any, Final

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from icp_core.analysis.bubbles import Bubbles
from icp_core.analysis.concentration import Concentration
from icp_core.analysis.costs import CutOffs
from icp_core.evaluation.market import LARGEST
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED
from icp_core.learning.proof import Candidate
from ui import theme
from ui.areas import tier_label
from ui.format import SPACE, currency_sign, number, percent, plain, short, signed
from ui.texts import _

_BAR: Final = 26  # pixels a bar is high with its gap: one line of its label
_SLIM: Final = 24  # pixels of the longest bar at least, beside its label and its text
_AIR: Final = 8  # pixels above and below all bars
_FEW_MARKS: Final = 10  # whole numbers along an axis that otherwise gets marks between them
_LONGEST: Final = 28  # characters of a label before it takes the room of the bars
_BUBBLE: Final = 34  # pixels across, the largest potential
_SKEWED: Final = 6  # times the median: with a larger maximum, a linear axis squeezes most of them
_FEW_POWERS: Final = 4  # powers of ten; with more, ticks at 2 and 5 would overlap
_STEP: Final = 34  # pixels a bar of points is high with its gap: two lines of its label
_SCALE: Final = 36  # pixels above and below all bars of points, for the axis
_LINE: Final = 20  # pixels a dot with its interval is high
_AXIS: Final = 28  # pixels below charts of learning, for the axis
ORDER: Final[tuple[Candidate, ...]] = ("learned", "hand", "equal", "model")
_DASHES: Final = {"learned": "solid", "hand": "solid", "equal": "dot", "model": "dash"}


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
            f':color[{mark}]{{foreground="{colour}"}}{SPACE}:small[:gray[{_unparted(name)}]]'
            for name, colour, mark in marks
        )
    )


def _unparted(name: str) -> str:
    """A name that is not parted at the end of a line, unless it is long."""
    return plain(name.replace(" ", SPACE) if len(name) <= _LONGEST else name)


def stack_chart(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    colours: Sequence[str],
    *,
    texts: Sequence[str],
    values: Callable[[float], str],
    dark: bool,
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
    return theme.plotly(
        bars,
        dark=dark,
        height=height or _BAR * len(places) + _AIR,
        barmode="stack",
        annotations=notes,
        margin={"l": 0, "r": max(map(theme.text_width, texts), default=0), "t": 4, "b": 0},
        minreducedwidth=_SLIM,
        xaxis={"visible": False, "range": [0, max([*ends, 1e-9])]},
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
        _guide([0, 100], [0, 100], dark=dark),
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
            "text": percent(curve.largest_share),
            "showarrow": False,
            # Above the curve, which rises ever more slowly; below it the line of even shares passes.
            "xanchor": "right",
            "yanchor": "bottom",
            "xshift": 4,
            "yshift": 4,
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
    return theme.plotly(
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
    return theme.plotly(
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
        for tier in (TOO_LITTLE_KNOWN, UNRANKED, *reversed(tiers))
        for is_customer in (False, True)
        if (rows := bubbles.rows.filter(tier=tier, is_customer=is_customer)).height
    ]
    axis: dict[str, Any] = {
        "title": {"text": _("Potential, {code} a year").format(code=currency_sign(currency))}
    }
    if _is_skewed(bubbles.rows["potential"]):
        ticks = _log_ticks(bubbles.rows["potential"])
        axis |= {"type": "log"}
    else:
        ticks = _round_ticks(most)
        axis |= {"rangemode": "tozero"}
    axis |= {"tickvals": ticks, "ticktext": [short(tick) for tick in ticks]}
    return theme.plotly(
        traces,
        dark=dark,
        height=height,
        hovermode="closest",
        xaxis={"title": {"text": _("Score")}, "nticks": 11},
        yaxis=axis,
    )


def _round_ticks(most: float) -> list[float]:
    """Marks from nothing to that, at most six, a round step apart."""
    power = 10 ** floor(log10(most / 5))
    step = next(step for one in (1, 2, 5, 10) if (step := one * power) * 5 >= most)
    return [step * place for place in range(floor(most / step) + 1)]


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


def waterfall_chart(data: pl.DataFrame, *, dark: bool) -> go.Figure:
    """Bars from left to right, each starting where the one above it ends."""
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    last = data.height - 1
    rows = list(data.iter_rows(named=True))
    # A criterion may stand in a profile twice, so places rather than labels tell the bars apart.
    places = list(range(data.height))
    notes = [
        {
            "x": max(row["start"], row["end"], 0),
            "y": place,
            "text": _("unknown")
            if not row["known"]
            else number(row["points"], digits=1)
            if place == last
            else signed(row["points"], digits=1),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 4,
            "font": {"size": 12},
        }
        for place, row in enumerate(rows)
    ]
    bars = {
        "type": "bar",
        "y": places,
        "base": [min(row["start"], row["end"]) for row in rows],
        "x": [abs(row["end"] - row["start"]) for row in rows],
        "orientation": "h",
        "marker": {
            "color": [
                colours["A"]
                if place == last
                else colours["B"]
                if row["points"] >= 0
                else theme.CUSTOMERS
                for place, row in enumerate(rows)
            ],
            "cornerradius": 3,
        },
        "hoverinfo": "skip",
    }
    low = min(0.0, *data["end"].to_list())
    high = max(100.0, *data["end"].to_list())
    return theme.plotly(
        [bars],
        dark=dark,
        height=_STEP * data.height + _SCALE,
        annotations=notes,
        # Room for the texts at the bars' ends, however narrow the bars are.
        margin={"l": 0, "r": theme.text_width(_("unknown")), "t": 4, "b": 0},
        xaxis={"range": [low, high], "tickvals": [0, 50, 100], "tickangle": 0},
        yaxis={
            "tickvals": places,
            # Plotly reads tags and entities in texts. What an account has stands below what is asked.
            "ticktext": [escape(row["label"]).replace(": ", ":  <br>", 1) + "  " for row in rows],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
    )


def candidate_names() -> dict[Candidate, str]:
    """The ways of ranking accounts that are judged, as the page calls them."""
    return {
        "learned": _("Learned profile"),
        "hand": _("Current profile"),
        "equal": _("Equal weights"),
        "model": _("Fitted model"),
        "base": _("Base rate"),
    }


def candidate_colours(*, dark: bool) -> dict[Candidate, str]:
    """A colour for each of them."""
    tiers = theme.tier_colours(("A", "B", "C"), dark=dark)
    muted = theme.muted_colour(dark=dark)
    return {
        "learned": tiers["A"],
        "hand": theme.CUSTOMERS,
        "equal": muted,
        "model": tiers["B"],
        "base": muted,
    }


def lift_chart(data: pl.DataFrame, *, dark: bool) -> go.Figure:
    """A dot with its interval per attribute, on a logarithmic axis with a line at no effect."""
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    muted = theme.muted_colour(dark=dark)
    # Of what none of the others have only the low end is known: the bar goes on to the edge.
    rows = data.drop_nulls("low").filter(pl.col("lift").is_null() | (pl.col("lift") > 0))
    places = list(range(rows.height))
    lifts = rows["lift"].fill_null(rows["low"]).to_list()
    ends = [0.5, 2.0, *rows["low"].to_list(), *rows["high"].drop_nulls().to_list(), *lifts]
    edge = 1.3 * max(ends)
    shown = [colours["A"] if suggested else muted for suggested in rows["suggested"].to_list()]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": lifts,
        "y": places,
        "marker": {"color": shown, "size": 9},
        "customdata": [
            f"{escape(label)}: "
            + (
                _("at least {low:.1f}").format(low=low)
                if lift is None
                else f"{lift:.1f} ({low:.1f}–{high:.1f})"
            )
            for label, lift, low, high in rows.select("label", "lift", "low", "high").iter_rows()
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    bars = [
        {
            "type": "line",
            "x0": max(low, 0.05),
            "x1": high,
            "y0": place,
            "y1": place,
            "line": {"color": colour, "width": 2},
        }
        for place, colour, low, high in zip(
            places,
            shown,
            rows["low"].to_list(),
            rows["high"].fill_null(edge).to_list(),
            strict=True,
        )
    ]
    return theme.plotly(
        [dots],
        dark=dark,
        height=_LINE * max(len(places), 1) + _AXIS,
        shapes=[_upright(1, dark=dark), *bars],
        xaxis={
            "type": "log",
            "range": [log10(max(min(ends), 0.1)) - 0.05, log10(edge)],
            "tickvals": [0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100],
        },
        yaxis={
            "tickvals": places,
            "ticktext": [escape(label) + "  " for label in rows["label"]],
            "range": [len(places) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
        },
    )


def level_chart(levels: pl.DataFrame, *, worst: bool, dark: bool) -> go.Figure:
    """Per level of one column its share among the best, the worst and all accounts.

    Parameters
    ----------
    levels
        Rows of `LearningResult.levels` of one column.
    worst
        Whether there are worst customers to show.
    """
    groups = level_groups(dark=dark)
    labels = [escape(_shortened(level, most=26)) for level in levels["level"]]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "y": labels,
            "x": (100 * levels[f"{group}_share"]).round(1).to_list(),
            "name": escape(name),
            "marker": {"color": colour, "cornerradius": 2},
            "hovertemplate": "%{y}: %{x:.0f} %<extra>%{fullData.name}</extra>",
        }
        for group, (name, colour) in groups.items()
        if worst or group != "worst"
    ]
    return theme.plotly(
        bars,
        dark=dark,
        height=(9 * len(bars) + 10) * max(levels.height, 1) + _AXIS,
        barmode="group",
        bargap=0.3,
        xaxis={"ticksuffix": " %", "nticks": 4, "tickangle": 0, "rangemode": "tozero"},
        yaxis={
            "autorange": "reversed",
            "type": "category",
            "ticksuffix": "  ",
            "showgrid": False,
        },
    )


def level_groups(*, dark: bool) -> dict[str, tuple[str, str]]:
    """Name and colour of the groups of accounts that levels are counted in."""
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    return {
        "best": (_("Best"), colours["A"]),
        "worst": (_("Worst"), theme.CUSTOMERS),
        "market": (_("All accounts"), colours["C"]),
    }


def gains_chart(
    data: dict[Candidate, pl.DataFrame], *, as_lift: bool, dark: bool, height: int = 225
) -> go.Figure:
    """The curves, with the 95 % bands of the learned and the current profile."""
    colours, names = candidate_colours(dark=dark), candidate_names()
    factor = 1 if as_lift else 100
    chance = _guide([0, 100], [1, 1] if as_lift else [0, 100], dark=dark)
    traces: list[dict[str, Any]] = [chance]
    for name, curve in data.items():
        x = (100 * curve["accounts"]).to_list()
        if name in ("learned", "hand"):
            red, green, blue = theme.rgb(colours[name])
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": x + x[::-1],
                    "y": (factor * curve["high"]).to_list()
                    + (factor * curve["low"]).to_list()[::-1],
                    "fill": "toself",
                    "fillcolor": f"rgba({red},{green},{blue},0.14)",
                    "line": {"width": 0},
                    "hoverinfo": "skip",
                }
            )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x,
                "y": (factor * curve["value"]).round(2).to_list(),
                "name": escape(names[name]),
                "line": {
                    "color": colours[name],
                    "width": 2.5 if name in ("learned", "hand") else 1.5,
                    "dash": _DASHES[name],
                },
                "hovertemplate": (
                    _("top %{x:.0f} %: %{y:.1f} times chance")
                    if as_lift
                    else _("top %{x:.0f} %: %{y:.0f} % of the best customers")
                )
                + "<extra>%{fullData.name}</extra>",
            }
        )
    return theme.plotly(
        traces,
        dark=dark,
        height=height,
        margin={"l": 0, "r": 16, "t": 8, "b": 0},
        xaxis={
            "range": [0, 101],
            "dtick": 20,
            "ticksuffix": " %",
            "title": {"text": _("Accounts worked, best first")},
        },
        yaxis={
            "title": {"text": _("Lift over chance") if as_lift else _("Best customers found")},
            "rangemode": "tozero",
            "ticksuffix": " " if as_lift else " %",
        },
    )


def calibration_chart(
    data: pl.DataFrame, candidate: Candidate, *, dark: bool, height: int = 225
) -> go.Figure:
    """What was expected against what happened, with the line of perfect calibration."""
    colour = candidate_colours(dark=dark)[candidate]
    most = 100 * max(0.01, *data["expected"].to_list(), *data["high"].to_list())
    observed = 100 * data["observed"]
    traces = [
        _guide([0, most], [0, most], dark=dark),
        {
            "type": "scatter",
            "mode": "markers",
            "x": (100 * data["expected"]).round(2).to_list(),
            "y": observed.round(2).to_list(),
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": (100 * data["high"] - observed).round(2).to_list(),
                "arrayminus": (observed - 100 * data["low"]).round(2).to_list(),
                "color": colour,
                "thickness": 1.5,
                "width": 0,
            },
            "marker": {"color": colour, "size": 8},
            "hovertemplate": _("expected %{x:.1f} %, happened %{y:.1f} %") + "<extra></extra>",
        },
    ]
    return theme.plotly(
        traces,
        dark=dark,
        height=height,
        margin={"l": 0, "r": 16, "t": 8, "b": 0},
        xaxis={"ticksuffix": " %", "rangemode": "tozero", "title": {"text": _("Expected")}},
        yaxis={"ticksuffix": " %", "rangemode": "tozero", "title": {"text": _("Happened")}},
    )


def named(candidates: Sequence[Candidate], *, dark: bool) -> dict[str, str]:
    """Colours by name, for a legend."""
    colours, names = candidate_colours(dark=dark), candidate_names()
    return {names[one]: colours[one] for one in candidates}


def _cut_lines(
    cuts: Mapping[str, float], *, dark: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A dotted line where each tier begins, and its name beside it."""
    muted = theme.muted_colour(dark=dark)
    lines = [_upright(least, dark=dark) for least in cuts.values()]
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


def _upright(x: float, *, dark: bool) -> dict[str, Any]:
    """A dotted line from the bottom to the top."""
    dotted = {"color": theme.muted_colour(dark=dark), "width": 1, "dash": "dot"}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": dotted}


def _shortened(text: str, *, most: int = _LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _guide(x: Sequence[float], y: Sequence[float], *, dark: bool) -> dict[str, Any]:
    """A dotted line that only says what an even spread, chance or a kept promise would be."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": theme.muted_colour(dark=dark), "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }


def trade_off_chart(
    points: pl.DataFrame, *, changed: str, dark: bool, height: int = 300
) -> go.Figure:
    """Plans as points: hours on the way against what changes of rep cost.

    Parameters
    ----------
    points
        `name`, `travel`, `changed` and `what`: `plan`, `chosen` or `today`.
    changed
        What the changes are counted in.
    """
    strong, weak = theme.text_colour(dark=dark), theme.muted_colour(dark=dark)
    looks = {
        "plan": {"color": weak, "size": 8, "symbol": "circle"},
        "chosen": {"color": theme.sequential(dark=dark)[-1], "size": 14, "symbol": "circle"},
        "today": {"color": strong, "size": 12, "symbol": "x"},
    }
    names = {"plan": _("Other plans"), "chosen": _("This plan"), "today": _("Today")}
    frontier = points.filter(pl.col("what") != "today").sort("changed")
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": frontier["changed"].to_list(),
            "y": frontier["travel"].to_list(),
            "line": {"color": weak, "width": 1},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    for what, marker in looks.items():
        mine = points.filter(pl.col("what") == what)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": mine["changed"].to_list(),
                "y": mine["travel"].to_list(),
                "text": [escape(name) for name in mine["name"]],
                "marker": marker,
                # Today stands at zero, on the axis.
                "cliponaxis": False,
                "name": names[what],
                "hovertemplate": _("%{text}: %{y:,.0f} h on the way, %{x:,.0f}")
                + "<extra></extra>",
            }
        )
    return theme.plotly(
        traces,
        dark=dark,
        height=height,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 0, "r": 16, "t": 24, "b": 0},
        xaxis={
            "title": {"text": changed},
            "rangemode": "tozero",
            **_whole(points["changed"]),
        },
        yaxis={"title": {"text": _("Hours on the way")}, **_whole(points["travel"])},
    )


def _whole(values: pl.Series) -> dict[str, Any]:
    """An axis whose marks are whole numbers, as those in its hover texts are."""
    low, high = float(values.min() or 0), float(values.max() or 0)  # type: ignore[arg-type]
    if high - low >= _FEW_MARKS:
        return {"tickformat": ","}
    return {"tickformat": ",", "dtick": 1, "range": [max(floor(low) - 1, 0), ceil(high) + 1]}

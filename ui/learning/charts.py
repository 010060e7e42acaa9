"""Charts of the learn page: for each a function that gives the numbers, and one that draws them."""

from collections.abc import Sequence
from html import escape
from math import log10
from typing import Any, Final

import plotly.graph_objects as go
import polars as pl

from icp_core.learning import LearningResult
from icp_core.learning.intervals import wilson
from icp_core.learning.proof import Candidate, Judged, Proof
from ui import theme
from ui.texts import _

ORDER: Final[tuple[Candidate, ...]] = ("learned", "hand", "equal", "model")
_ROW: Final = 22
_AIR: Final = 28
_DASHES: Final = {"learned": "solid", "hand": "solid", "equal": "dot", "model": "dash"}


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


def lift_data(result: LearningResult) -> pl.DataFrame:
    """One row per attribute, the sharpest first.

    Columns: column, label, suggested, standing, share_best, share_others, lift, low, high, p_adjusted.
    """
    return pl.DataFrame(
        [
            {
                "column": one.column.name,
                "label": _(one.column.label),
                "suggested": one.place is not None,
                "standing": one.standing,
                "share_best": one.share_best,
                "share_others": one.share_others,
                "lift": one.lift.value if one.lift else None,
                "low": one.lift.low if one.lift else None,
                "high": one.lift.high if one.lift else None,
                "p_adjusted": one.p_adjusted,
            }
            for one in result.attributes
        ],
        schema_overrides=dict.fromkeys(("lift", "low", "high"), pl.Float64),
    )


def lift_chart(data: pl.DataFrame, *, dark: bool) -> go.Figure:
    """A dot with its interval per attribute, on a logarithmic axis with a line at no effect."""
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    muted = theme.muted_colour(dark=dark)
    rows = data.drop_nulls("lift").filter(pl.col("lift") > 0)
    places = list(range(rows.height))
    lifts = rows["lift"].to_list()
    shown = [colours["A"] if suggested else muted for suggested in rows["suggested"].to_list()]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": lifts,
        "y": places,
        "marker": {"color": shown, "size": 9},
        "customdata": [
            f"{escape(label)}: {lift:.1f} ({low:.1f}–{high:.1f})"
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
            places, shown, rows["low"].to_list(), rows["high"].to_list(), strict=True
        )
    ]
    none = {
        "type": "line",
        "x0": 1,
        "x1": 1,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": muted, "width": 1, "dash": "dot"},
    }
    ends = [0.5, 2.0, *rows["low"].to_list(), *rows["high"].to_list()]
    return theme.styled(
        [dots],
        dark=dark,
        height=_ROW * max(len(places), 1) + _AIR,
        shapes=[none, *bars],
        xaxis={
            "type": "log",
            "range": [log10(max(min(ends), 0.1)) - 0.05, log10(max(ends)) + 0.05],
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
    labels = [_short(level) for level in levels["level"]]
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
    return theme.styled(
        bars,
        dark=dark,
        height=(9 * len(bars) + 10) * max(levels.height, 1) + _AIR,
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


def gains_data(proof: Proof, *, as_lift: bool) -> dict[Candidate, pl.DataFrame]:
    """Per way of ranking: accounts (share taken), value, low, high.

    The value is the share of the best customers found or, as lift, that over chance.
    """
    found = {}
    for name in ORDER:
        if name not in proof.judged:
            continue
        gains = proof.judged[name].gains
        shares = gains.rename({"captured": "value"})
        if as_lift:
            shares = shares.filter(pl.col("accounts") >= 0.02).with_columns(
                pl.col("value", "low", "high") / pl.col("accounts")
            )
        found[name] = shares
    return found


def gains_chart(
    data: dict[Candidate, pl.DataFrame], *, as_lift: bool, dark: bool, height: int = 260
) -> go.Figure:
    """The curves, with the 95 % bands of the learned and the current profile."""
    colours, names = candidate_colours(dark=dark), candidate_names()
    factor = 1 if as_lift else 100
    chance = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 100],
        "y": [1, 1] if as_lift else [0, 100],
        "line": {"color": theme.muted_colour(dark=dark), "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
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
    return theme.styled(
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


def calibration_data(judged: Judged) -> pl.DataFrame:
    """Ten bins: expected, observed, low, high (95 %, Wilson), accounts; shares 0…1."""
    bins = judged.calibration.filter(pl.col("accounts") > 0)
    low, high = wilson(
        (bins["observed"] * bins["accounts"]).to_numpy(), bins["accounts"].to_numpy()
    )
    return bins.with_columns(low=pl.Series(low), high=pl.Series(high))


def calibration_chart(
    data: pl.DataFrame, candidate: Candidate, *, dark: bool, height: int = 260
) -> go.Figure:
    """What was expected against what happened, with the line of perfect calibration."""
    colour = candidate_colours(dark=dark)[candidate]
    most = 100 * max(0.01, *data["expected"].to_list(), *data["high"].to_list())
    observed = 100 * data["observed"]
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, most],
            "y": [0, most],
            "line": {"color": theme.muted_colour(dark=dark), "width": 1, "dash": "dot"},
            "hoverinfo": "skip",
        },
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
    return theme.styled(
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


def _short(text: str) -> str:
    return escape(text if len(text) <= 26 else text[:25].rstrip() + "…")

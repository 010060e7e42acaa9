"""The points of one account: a waterfall that adds up to its score."""

from typing import Final

import plotly.graph_objects as go
import polars as pl

from icp_core.accounts.columns import Column
from icp_core.evaluation.explain import Explanation
from ui import theme
from ui.builder import words
from ui.format import number, signed
from ui.texts import _

_ROW: Final = 30  # pixels a bar with its gap
_MARGIN: Final = 36  # pixels above and below all bars, for the axis


def points_data(explanation: Explanation, columns: dict[str, Column]) -> pl.DataFrame:
    """What adds up to the score, in the profile's order.

    Returns
    -------
    polars.DataFrame
        label, points (0 where unknown), known, start and end on the scale of the score; the last row is
        the score itself.
    """
    rows, at = [], 0.0
    steps = [
        (
            words.criterion_name(reason.criterion, columns),
            reason.points + 0.0,  # a drawback that is not met takes -0.0
            reason.fit is not None,
        )
        for reason in explanation.reasons
    ]
    if explanation.floor:
        steps.append((_("Never below 0"), explanation.floor, True))
    for label, points, known in steps:
        rows.append((label, points, known, at, at + points))
        at += points
    score = explanation.score or 0.0
    rows.append((_("Score"), score, explanation.score is not None, 0.0, score))
    return pl.DataFrame(rows, schema=["label", "points", "known", "start", "end"], orient="row")


def points_chart(data: pl.DataFrame, *, dark: bool) -> go.Figure:
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
    return theme.styled(
        [bars],
        dark=dark,
        height=_ROW * data.height + _MARGIN,
        annotations=notes,
        xaxis={"range": [low, high * 1.12], "tickvals": [0, 25, 50, 75, 100]},
        yaxis={
            "tickvals": places,
            # Plotly reads tags and entities in texts.
            "ticktext": [_escaped(row["label"]) + "  " for row in rows],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")

"""The points of one account: a waterfall that adds up to its score."""

import polars as pl

from icp_core.accounts.columns import Column
from icp_core.evaluation.explain import Explanation
from ui.builder import words
from ui.texts import _


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

"""Columns that know the outcome: they predict it perfectly, and help nobody to find the next one."""

from typing import Final

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from icp_core.accounts.columns import Kind
from icp_core.accounts.universe import Universe
from icp_core.learning import scorecard
from icp_core.learning.labelled import LabelledAccounts
from icp_core.learning.levels import LeftOut

NEAR_PERFECT: Final = 0.98
ONLY_FILLED: Final = 0.85
_LEAST: Final = 20
_MOSTLY: Final = 0.5


def leaks(
    labelled: LabelledAccounts, universe: Universe, rng: np.random.Generator
) -> tuple[LeftOut, ...]:
    """Columns to leave out, each with the reason.

    - *Filled only for customers*: whether the value is known tells the best apart by itself.
    - *Near-perfect*: the column alone, cross-fitted, has an area under the ROC curve of 0.98 or more.
    - *Dated after the deal*: a date column whose dates come after the deal for most of the best.

    Parameters
    ----------
    labelled
        Labelled accounts.
    universe
        What its columns are.
    rng
        Deals the folds.
    """
    positive = labelled.positive > 0
    found = []
    if min(positive.sum(), (~positive).sum()) >= _LEAST:
        for name, (values, _) in scorecard.strength(labelled, rng).items():
            coded = labelled.coded[name]
            known = coded.known
            filled = float(known[positive].mean()), float(known[~positive].mean())
            if roc_auc_score(positive, known) >= ONLY_FILLED:
                found.append(
                    LeftOut(
                        coded.levels.column,
                        f"is filled for {100 * filled[0]:.0f} % of the best customers "
                        f"and {100 * filled[1]:.0f} % of the others",
                        leaks=True,
                    )
                )
            elif (area := float(roc_auc_score(positive, values))) >= NEAR_PERFECT:
                found.append(
                    LeftOut(
                        coded.levels.column,
                        f"tells the best customers apart almost perfectly by itself (AUC {area:.3f})",
                        leaks=True,
                    )
                )
    return (*found, *_later(labelled, universe))


def _later(labelled: LabelledAccounts, universe: Universe) -> list[LeftOut]:
    best = labelled.positive > 0
    closed = pl.Series(labelled.day[best])
    found = []
    for name, column in universe.columns.items():
        if column.kind is not Kind.DATE or name == "as_of":
            continue
        dates = labelled.frame.filter(pl.Series(best))[name].cast(pl.Date)
        both = dates.is_not_null() & closed.is_not_null()
        later = (dates > closed).filter(both).to_numpy()
        if len(later) >= _LEAST and later.mean() > _MOSTLY:
            found.append(LeftOut(column, "is dated after the deal for most customers", leaks=True))
    return found


def dated_later(labelled: LabelledAccounts) -> str | None:
    """A warning where the facts are younger than the deals: growth may then follow from the deal."""
    best = labelled.positive > 0
    if "as_of" not in labelled.frame.columns:
        return None
    facts = labelled.frame["as_of"].filter(pl.Series(best))
    closed = pl.Series(labelled.day[best])
    both = facts.is_not_null() & closed.is_not_null()
    if both.sum() < _LEAST:
        return None
    share = (facts > closed).filter(both).mean()
    if not isinstance(share, float) or share <= _MOSTLY:
        return None
    part = "all" if share == 1 else f"{100 * share:.0f} % of"
    return (
        f"The facts are younger than {part} the deals: headcount, revenue and growth "
        "may have changed since, or because of them."
    )

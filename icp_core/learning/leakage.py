"""Columns that know the outcome: they predict it perfectly, and help nobody to find the next one."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from icp_core.accounts.columns import Column, Kind
from icp_core.accounts.universe import Universe
from icp_core.intervals import ratio_of
from icp_core.learning import scorecard
from icp_core.learning.labelled import LabelledAccounts
from icp_core.learning.levels import Coded, LeftOut
from icp_core.reference.arrays import Flags, Floats, Ints
from icp_core.reference.numbers import exact

NEAR_PERFECT: Final = 0.98
"""Area under the ROC curve from which a column alone tells too much."""

_LEAST: Final = 20
_MOSTLY: Final = 0.5

# A level "with next to no others": this share of them at most, or one of them, while a fifth of the best
# have it, and it is ten times as common among them for certain.
_NEXT_TO_NONE: Final = 0.005
_MANY: Final = 0.2
_TIMES: Final = 10.0
# Without it the model's area under the ROC curve falls by as much; alone it has this share of what the
# model's has above a coin's; so many are asked about, where the model says anything to speak of.
_MATTERS: Final = 0.05
_MOST_OF_IT: Final = 0.8
_ASKED: Final = 3
_SAYS_SOMETHING: Final = 0.6
# Facts of registers may well divide a market so sharply, and nobody fills them in because of a deal.
_OF_REGISTERS: Final = frozenset({"country", "region", "municipality", "industry", "legal_form"})
# Running numbers: almost every account has its own, and at least so densely given out or equally long.
_OWN: Final = 0.98
_DENSE: Final = 0.02
_IDENTIFIER: Final = re.compile(
    r"(?:^|[\W_])(?:id|ids|no|num|key|ref)(?:$|[\W_\d])|(?:nr|nummer|number|numero|tunnus)$|(?-i:[a-z]I[Dd])$",
    re.IGNORECASE,
)


def leaks(
    labelled: LabelledAccounts, universe: Universe, rng: np.random.Generator
) -> tuple[LeftOut, ...]:
    """Columns to leave out unless somebody knows better, each with the reason.

    - *Only customers have it*: a value, or any value at all, that many of the best and next to none of
      the others have. Facts of registers are exempt: they may divide a market sharply.
    - *Near-perfect*: the column alone, cross-fitted, has an area under the ROC curve of 0.98 or more.
    - *A running number*: it says when the account was created, which is when it became a customer.
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
            column = coded.levels.column
            reason = _only_the_best(labelled.frame[name], coded, positive)
            area = float(roc_auc_score(positive, values))
            if area >= NEAR_PERFECT and reason is None:
                reason = (
                    f"tells the best customers apart almost perfectly by itself (AUC {area:.3f})"
                )
            if reason is None and is_running_number(universe.frame[name], column):
                reason = "is a running number, and says when an account was created"
            if reason is not None:
                found.append(LeftOut(column, reason, leaks=True))
    return (*found, *_later(labelled, universe))


def _only_the_best(values: pl.Series, coded: Coded, best: Flags) -> str | None:
    """What many of the best customers and next to none of the others have, in words; None if nothing."""
    known = coded.known
    if told := _next_to_none(known, best):
        return f"is filled for {told}"
    column = coded.levels.column
    if column.name in _OF_REGISTERS:
        return None
    for name, held in _held(values, coded):
        if told := _next_to_none(held & known, best):
            return f"{name} for {told}"
    return None


def _held(values: pl.Series, coded: Coded) -> list[tuple[str, Flags]]:
    """Which accounts are at each level that could belong to customers alone, with the level's name."""
    levels = coded.levels
    if coded.tags is not None:
        return [(f"has “{tag}”", coded.tags[:, place]) for place, tag in enumerate(levels.names)]
    if levels.column.kind is not Kind.NUMBER:
        return [(f"is “{level}”", coded.codes == place) for place, level in enumerate(levels.names)]
    # Of a number the usual value, mostly 0, may be all that others have.
    usual = values.cast(pl.Float64).drop_nulls().mode().min()
    return (
        [(f"is not {exact(usual)}", (values != usual).fill_null(False).to_numpy())]
        if isinstance(usual, float)
        else []
    )


def _next_to_none(held: Flags, best: Flags) -> str | None:
    """Both shares in words, where many of the best and next to none of the others are held."""
    hits, others = int((held & best).sum()), int((held & ~best).sum())
    total, other_total = int(best.sum()), int((~best).sum())
    if hits < _MANY * total or others > max(1, _NEXT_TO_NONE * other_total):
        return None
    ratio = ratio_of(hits, total, others, other_total)
    if ratio is None or ratio.low < _TIMES:
        return None
    share = f"{100 * others / other_total:.1f} %" if others else "none"
    return f"{100 * hits / total:.0f} % of the best customers and {share} of the others"


def is_running_number(values: pl.Series, column: Column) -> bool:
    """Whether a column of numbers counts accounts instead of measuring them.

    Whole numbers of which almost every account has its own, and which are named like a number of an
    account, equally long, or given out without large gaps.

    Parameters
    ----------
    values
        Of all accounts.
    column
        What they are.
    """
    known = values.drop_nulls()
    if column.kind is not Kind.NUMBER or column.is_canonical or len(known) < _LEAST:
        return False
    numbers = known.cast(pl.Float64)
    low, high = float(numbers.min() or 0), float(numbers.max() or 0)  # type: ignore[arg-type]
    if numbers.n_unique() < _OWN * len(numbers) or low < 0 or (numbers != numbers.floor()).any():
        return False
    equally_long = low >= 10_000 and len(f"{low:.0f}") == len(f"{high:.0f}")
    dense = len(numbers) / (high - low + 1) >= _DENSE
    return bool(_IDENTIFIER.search(column.name)) or equally_long or dense


@dataclass(frozen=True)
class Question:
    """A column to ask about: whether it was known before the deal, or filled in while selling.

    Attributes
    ----------
    column
        The column.
    alone
        Area under the ROC curve of the column alone, out of sample.
    with_it, without_it
        The same of the fitted model, with and without the column.
    """

    column: Column
    alone: float
    with_it: float
    without_it: float

    @property
    def reason(self) -> str:
        """Why it is asked about (ends the sentence “The column …”)."""
        return (
            f"alone has an AUC of {self.alone:.2f}; the fitted model has {self.with_it:.2f} with it "
            f"and {self.without_it:.2f} without it"
        )


def questions(labelled: LabelledAccounts, rng: np.random.Generator) -> tuple[Question, ...]:
    """Columns that carry the model, so that it matters whether they were known before the deal.

    Columns that alone say most of what the model says, and those without which its area under the ROC
    curve falls by more than 0.05, judged by cross-validation; at most three, those that matter most
    first. Facts of registers are exempt: no seller fills them in.

    Parameters
    ----------
    labelled
        Labelled accounts, without the columns that `leaks` names.
    rng
        Deals the folds.
    """
    folds = scorecard.folds_of(labelled, rng)
    whole, parts = _out_of_fold(labelled, folds, rng)
    area = float(roc_auc_score(labelled.positive, whole))
    if area < _SAYS_SOMETHING:
        return ()
    likely = []
    for name, says in parts.items():
        column = labelled.coded[name].levels.column
        if column.name in _OF_REGISTERS:
            continue
        alone = float(roc_auc_score(labelled.positive, says))
        # Without a refit the others do not take over what they share with it: this is the most.
        most = area - float(roc_auc_score(labelled.positive, whole - says))
        if most > _MATTERS or alone - 0.5 >= _MOST_OF_IT * (area - 0.5):
            likely.append((most, column, alone))
    asked = []
    for _most, column, alone in sorted(likely, key=lambda one: -one[0])[:_ASKED]:
        rest, _ = _out_of_fold(labelled.without([column.name]), folds, rng)
        without = float(roc_auc_score(labelled.positive, rest))
        if area - without > _MATTERS or alone - 0.5 >= _MOST_OF_IT * (area - 0.5):
            asked.append(Question(column, alone, area, without))
    return tuple(sorted(asked, key=lambda one: one.without_it))


def _out_of_fold(
    labelled: LabelledAccounts, folds: Ints, rng: np.random.Generator
) -> tuple[Floats, dict[str, Floats]]:
    """Log-odds of each account by a model that has not seen its fold, and what each column adds."""
    whole = np.zeros(len(labelled))
    parts: dict[str, Floats] = {}
    for fold in range(int(folds.max()) + 1):
        rows = np.flatnonzero(folds == fold)
        card = scorecard.fit(labelled.take(np.flatnonzero(folds != fold)), rng)
        unseen = labelled.take(rows)
        whole[rows] = card.log_odds(unseen)
        for pick in card.picks:
            says = pick.coefficient * pick.evidence.of(unseen.coded[pick.name])
            parts.setdefault(pick.name, np.zeros(len(labelled)))[rows] = says
    return whole, parts


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

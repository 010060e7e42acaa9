"""A transparent scorecard: weights of evidence, chosen step by step, in a ridge logistic regression.

`fit` adds the column that says most beyond those already chosen, until none does, and each time learns
those again beside the new one. Whether it says anything is tested on cross-fitted weights of evidence by
a score test (Rao 1948), one degree of freedom however many levels the column has, and corrected for the
number of columns tried.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression

from icp_core.errors import LearningError
from icp_core.learning import evidence
from icp_core.learning.evidence import FOLDS, Evidence
from icp_core.learning.labelled import LabelledAccounts
from icp_core.reference.arrays import Floats, Ints

SHARPEST: Final = 5
SIGNIFICANT: Final = 0.05
MOST_COLUMNS: Final = 10
# A column that is not yet proven may still help the model, as it would by Akaike's criterion.
_HELPS: Final = float(stats.chi2.sf(2, 1)) / 2
# Weak, because weights of evidence are already drawn towards zero.
RIDGE: Final = 1.0
_DEALS: Final = 3


@dataclass(frozen=True, eq=False)
class Pick:
    """A column of the scorecard.

    Attributes
    ----------
    name
        Of the column.
    evidence
        What each level adds, learned beside the other columns.
    z
        The test's standard score: how much the column says beyond those picked before.
    p_adjusted
        Chance of a score as high among as many columns that say nothing (Bonferroni).
    coefficient
        What the regression multiplies the weights of evidence by.
    """

    name: str
    evidence: Evidence
    z: float
    p_adjusted: float
    coefficient: float

    @property
    def proven(self) -> bool:
        """Whether chance is an unlikely explanation."""
        return self.p_adjusted <= SIGNIFICANT


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A fitted model.

    Attributes
    ----------
    intercept
        Log-odds where all weights of evidence are 0.
    picks
        In the order they were picked.
    """

    intercept: float
    picks: tuple[Pick, ...]

    @property
    def sharpest(self) -> tuple[Pick, ...]:
        """The proven picks, at most five."""
        proven = []
        for pick in self.picks[:SHARPEST]:
            if not pick.proven:
                break
            proven.append(pick)
        return tuple(proven)

    def log_odds(self, labelled: LabelledAccounts) -> Floats:
        """Log-odds of each account."""
        total = np.full(len(labelled), self.intercept)
        for pick in self.picks:
            total += pick.coefficient * pick.evidence.of(labelled.coded[pick.name])
        return total

    def probability(self, labelled: LabelledAccounts) -> Floats:
        """Probability of each account to be positive."""
        return sigmoid(self.log_odds(labelled))


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities from log-odds."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def folds_of(labelled: LabelledAccounts, rng: np.random.Generator, folds: int = FOLDS) -> Ints:
    """A fold for each case: companies whole, positives spread evenly."""
    sizes = labelled.company.max() + 1
    with_positive = np.bincount(labelled.company, labelled.positive, sizes) > 0
    fold = np.empty(sizes, dtype=np.int64)
    for chosen in (with_positive, ~with_positive):
        companies = rng.permutation(np.flatnonzero(chosen))
        fold[companies] = np.arange(len(companies)) % folds
    return fold[labelled.company]


def check(labelled: LabelledAccounts) -> None:
    """Raise unless there is something to tell apart.

    Raises
    ------
    LearningError
        If all labels are the same, or fewer than one positive per fold is there.
    """
    positives = int(labelled.positive.sum())
    if positives in (0, len(labelled)):
        raise LearningError(
            "All accounts have the same label, so there is nothing to tell apart. "
            "Add customers of the other kind, or compare with the whole market."
        )
    if min(positives, len(labelled) - positives) < FOLDS:
        raise LearningError(
            f"{positives} positives and {len(labelled) - positives} others are too few to learn from; "
            f"{FOLDS} of each are the least."
        )


def fit(
    labelled: LabelledAccounts,
    rng: np.random.Generator,
    *,
    beside: Floats | None = None,
    most: int = MOST_COLUMNS,
    proven_only: bool = False,
) -> Scorecard:
    """Pick columns and fit the regression.

    Parameters
    ----------
    labelled
        Labelled accounts of the training part only.
    rng
        Deals the folds.
    beside
        A number per case that is known already, such as another scorecard's log-odds; columns are
        picked for what they add to it.
    most
        How many columns at most.
    proven_only
        Stop where chance becomes a likely explanation, instead of where a column stops to help.

    Raises
    ------
    LearningError
        If `check` does.
    """
    check(labelled)
    positive = labelled.positive
    folds = folds_of(labelled, rng)
    known = [] if beside is None else [beside]
    design = _design(known, len(labelled))
    model = _Backfitting(labelled, folds, design)
    tested: dict[str, tuple[float, float]] = {}
    expected, coefficients = _regression(design, positive)
    while len(tested) < min(most, len(labelled.coded)):
        weight = expected * (1 - expected)
        unseen = model.expected()
        scores = {}
        for name, coded in labelled.coded.items():
            if name not in tested:
                values = evidence.cross_fitted(coded, positive, unseen, folds)
                scores[name] = _score_test(values, positive, expected, weight, design)
        best = max(scores, key=scores.__getitem__)
        p = float(stats.norm.sf(scores[best]))
        p_adjusted = min(1.0, p * len(scores))
        if p > _HELPS or (proven_only and p_adjusted > SIGNIFICANT):
            break
        for name in (best, *tested):
            model.learn(name)
        tested[best] = scores[best], p_adjusted
        design = _design([*known, *map(model.held_out, tested)], len(labelled))
        expected, coefficients = _regression(design, positive)
    skipped = 1 + len(known)
    return Scorecard(
        float(coefficients[0]),
        tuple(
            # A negative coefficient would turn the column's evidence around; it then says nothing.
            Pick(name, model.learned[name], z, p_adjusted, max(0.0, float(coefficient)))
            for (name, (z, p_adjusted)), coefficient in zip(
                tested.items(), coefficients[skipped:], strict=True
            )
        ),
    )


class _Backfitting:
    """Columns learned one after the other, each beside all the others (Hastie and Tibshirani 1986).

    Done on every training part at once: all accounts but those of a fold, and, last, all of them. What
    a column says of a fold is thus learned beside columns that have not seen the fold either; what
    they had taken from it would be missing elsewhere, and speak against the column.
    """

    def __init__(self, labelled: LabelledAccounts, folds: Ints, design: Floats) -> None:
        self._labelled, self._folds = labelled, folds
        parts = folds != np.arange(FOLDS + 1)[:, None]
        self._log_odds = np.stack(
            [design @ _regression(design[part], labelled.positive[part])[1] for part in parts]
        )
        self._values: dict[str, Floats] = {}
        self.learned: dict[str, Evidence] = {}

    def expected(self) -> Floats:
        """Probability of each account by what was learned without each fold."""
        return sigmoid(self._log_odds[:FOLDS])

    def learn(self, name: str) -> None:
        """Learn a column beside all others that were learned."""
        coded = self._labelled.coded[name]
        others = self._log_odds - self._values.get(name, 0.0)
        found = evidence.learn_parts(coded, self._labelled.positive, sigmoid(others), self._folds)
        self.learned[name] = found[-1]
        self._values[name] = np.stack([each.of(coded) for each in found])
        self._log_odds = others + self._values[name]

    def held_out(self, name: str) -> Floats:
        """What a column says of each account, as learned from the other folds."""
        return evidence.held_out(self._values[name], self._folds)


def strength(
    labelled: LabelledAccounts, rng: np.random.Generator
) -> dict[str, tuple[Floats, float]]:
    """Each column on its own: cross-fitted weights of evidence, and the test's standard score.

    The weights are the mean over a few deals of the folds, so that little hangs on one of them.
    """
    deals = [folds_of(labelled, rng) for _ in range(_DEALS)]
    expected = np.full(len(labelled), labelled.base_rate)
    weight = expected * (1 - expected)
    design = _design([], len(labelled))
    found = {}
    for name, coded in labelled.coded.items():
        values = np.mean(
            [evidence.cross_fitted(coded, labelled.positive, expected, folds) for folds in deals],
            axis=0,
        )
        found[name] = values, _score_test(values, labelled.positive, expected, weight, design)
    return found


def _design(columns: list[Floats], size: int) -> Floats:
    return np.column_stack([np.ones(size), *columns])


def _regression(design: Floats, positive: Floats) -> tuple[Floats, Floats]:
    """Fitted probabilities, and the coefficients with the intercept first."""
    if design.shape[1] == 1:
        rate = positive.mean()
        return np.full(len(positive), rate), np.array([np.log(rate / (1 - rate))])
    model = LogisticRegression(C=1 / RIDGE, solver="newton-cholesky")
    model.fit(design[:, 1:], positive)
    coefficients = np.append(model.intercept_, model.coef_[0])
    return sigmoid(design @ coefficients), coefficients


def _score_test(
    values: Floats,
    positive: Floats,
    expected: Floats,
    weight: Floats,
    design: Floats,
) -> float:
    """Standard score of adding a column to the regression; positive where it helps."""
    weighted = design * weight[:, None]
    shared = weighted.T @ values
    variance = float(
        values @ (weight * values)
        - shared @ np.linalg.solve(weighted.T @ design + 1e-9 * np.eye(design.shape[1]), shared)
    )
    if variance < 1e-9:
        return 0.0
    return float(values @ (positive - expected)) / float(np.sqrt(variance))

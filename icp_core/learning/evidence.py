"""What each level of a column says for or against an account: its weight of evidence.

The weight of evidence (Good 1950; Siddiqi 2006) of a level is the logarithm of how many positives it
has over how many were expected. Expected by the base rate, it is the classic one; expected by a model
of other columns, it is what this column adds to them. Three rules keep it honest with few customers:

- Every ratio is drawn towards that of the level above it (division → section → 1), as if `PRIOR`
  more customers had been expected there and come, so that rare levels say little.
- A number's narrow bins are pooled until the ratio rises, falls, or rises to one peak and falls
  (isotonic regression: Barlow et al. 1972); the shape that fits best is chosen, a peak only if it pays.
- `cross_fitted` gives every account the weight learned from the others (as scikit-learn's
  `TargetEncoder` does), so that later steps never see an account's own outcome in its own number.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from icp_core.columns import Kind
from icp_core.learning.levels import Coded, Flags, Levels

PRIOR: Final = 4.0
FOLDS: Final = 5
_PEAK_COST: Final = 2.0
_PEAKS: Final = 3

Floats = npt.NDArray[np.float64]
Shape = Literal["rising", "falling", "peaked", "any"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """The weights of evidence of one column.

    Attributes
    ----------
    levels
        The column's levels.
    weights
        Natural logarithm of observed over expected positives, per level, the unknown one last. For
        tags: of accounts with none of the chosen tags, any of them, and unknown.
    tags
        Indexes of the chosen tags.
    parents
        Weights of the divisions and of the sections of an industry.
    """

    levels: Levels
    weights: Floats
    tags: tuple[int, ...] = ()
    parents: tuple[Floats, ...] = ()

    def of(self, coded: Coded) -> Floats:
        """The weight of each account's level."""
        return self.weights[self._places(coded)]

    def _places(self, coded: Coded) -> npt.NDArray[np.int64]:
        if coded.tags is None:
            return coded.codes
        held = coded.tags[:, list(self.tags)].any(axis=1)
        return np.where(coded.known, held.astype(np.int64), 2)

    def favourable(self, coded: Coded) -> Flags:
        """Which accounts are known to be at a level that speaks for them."""
        return coded.known & (self.of(coded) > 0)


def learn(coded: Coded, positive: Floats, expected: Floats) -> Evidence:
    """Weights of evidence from all the accounts given.

    Parameters
    ----------
    coded
        The column.
    positive
        1 for positives and 0 for the others.
    expected
        Probability of each to be positive by what is known already.
    """
    return _learn(coded, positive, expected, np.ones((1, len(positive)), dtype=bool))[0]


def cross_fitted(
    coded: Coded, positive: Floats, expected: Floats, folds: npt.NDArray[np.int64]
) -> Floats:
    """The weight of each account's level, learned from the accounts of the other folds.

    Parameters
    ----------
    coded, positive, expected
        As for `learn`.
    folds
        Fold of each account, 0 … `FOLDS` - 1.
    """
    training = folds != np.arange(FOLDS)[:, None]
    result = np.empty(len(positive))
    for fold, evidence in enumerate(_learn(coded, positive, expected, training)):
        held_out = ~training[fold]
        rows = np.flatnonzero(held_out)
        result[rows] = evidence.of(coded.take(rows))
    return result


def _learn(
    coded: Coded, positive: Floats, expected: Floats, training: npt.NDArray[np.bool_]
) -> list[Evidence]:
    if coded.tags is not None:
        return [_of_tags(coded, positive * part, expected * part) for part in training]
    size = coded.levels.unknown + 1
    observed = [_sums(coded.codes, positive * part, size) for part in training]
    forecast = [_sums(coded.codes, expected * part, size) for part in training]
    make = _of_number if coded.levels.column.kind is Kind.NUMBER else _of_choice
    return [make(coded.levels, o, e) for o, e in zip(observed, forecast, strict=True)]


def _sums(groups: npt.NDArray[np.int64], values: Floats, size: int) -> Floats:
    return np.bincount(groups, values, size).astype(np.float64, copy=False)


def _log_ratio(observed: Floats, expected: Floats, prior: Floats | float = 1.0) -> Floats:
    return np.log((observed + PRIOR * prior) / (expected + PRIOR))


def _of_choice(levels: Levels, observed: Floats, expected: Floats) -> Evidence:
    prior: Floats | float = 1.0
    above: list[Floats] = []
    for parents, names in zip(reversed(levels.parents), reversed(levels.parent_names), strict=True):
        o = _sums(parents, observed[:-1], len(names))
        e = _sums(parents, expected[:-1], len(names))
        if above:
            # The level above a division is its section, found through any of its groups.
            section = np.empty(len(names), dtype=np.int64)
            section[parents] = levels.parents[-1]
            prior = np.exp(above[-1][section])
        above.append(_log_ratio(o, e, prior))
    if above:
        prior = np.append(np.exp(above[-1][levels.parents[0]]), 1.0)
    return Evidence(levels, _log_ratio(observed, expected, prior), parents=tuple(above[::-1]))


def _of_number(levels: Levels, observed: Floats, expected: Floats) -> Evidence:
    pooled = shaped(observed[:-1], expected[:-1])
    return Evidence(levels, np.append(pooled, _log_ratio(observed[-1:], expected[-1:])))


def _of_tags(coded: Coded, positive: Floats, expected: Floats) -> Evidence:
    """The set of tags, any of which tells positives best: the strongest tags, as many as help."""
    assert coded.tags is not None  # noqa: S101 - the only caller looked
    known = coded.known
    positive_known, expected_known = positive * known, expected * known
    surplus = (positive_known - expected_known) @ coded.tags
    strength = surplus / np.sqrt(expected_known @ coded.tags + PRIOR)
    ranked = np.argsort(-strength, kind="stable")
    ranked = ranked[strength[ranked] > 0][:10]
    chosen: npt.NDArray[np.intp] = ranked[:0]
    if len(ranked):
        any_of = np.logical_or.accumulate(coded.tags[:, ranked], axis=1)
        gained = (positive_known - expected_known) @ any_of
        chosen = ranked[: int(np.argmax(gained / np.sqrt(expected_known @ any_of + PRIOR))) + 1]
    held = np.where(known, coded.tags[:, chosen].any(axis=1).astype(np.int64), 2)
    weights = _log_ratio(_sums(held, positive, 3), _sums(held, expected, 3))
    return Evidence(coded.levels, weights, tags=tuple(map(int, chosen)))


def shaped(observed: Floats, expected: Floats, shape: Shape = "any") -> Floats:
    """Weights of evidence of a number's bins, pooled to the shape that fits best.

    Parameters
    ----------
    observed, expected
        Positives per bin, in the order of the number.
    shape
        The shape to give them; `any` chooses.
    """
    if len(observed) < 2:
        return _log_ratio(observed, expected)
    mass = expected + 1e-9
    ratio = observed / mass
    options: list[tuple[float, Floats]] = []
    if shape in ("any", "rising"):
        options.append((0.0, isotonic_regression(ratio, weights=mass).x))
    if shape in ("any", "falling"):
        options.append((0.0, isotonic_regression(ratio, weights=mass, increasing=False).x))
    if shape in ("any", "peaked"):
        smooth = np.convolve(np.pad(observed, 1), np.ones(3), "valid") / np.convolve(
            np.pad(mass, 1), np.ones(3), "valid"
        )
        for peak in np.argsort(-smooth, kind="stable")[:_PEAKS]:
            options.append((_PEAK_COST, _peaked(ratio, mass, int(peak))))

    def fit(option: tuple[float, Floats]) -> float:
        cost, level = option
        safe = np.maximum(level, 1e-9)
        return float(observed @ np.log(safe) - mass @ safe) - cost

    best = max(options, key=fit)[1]
    starts = np.flatnonzero(np.append(True, np.abs(np.diff(best)) > 1e-9 * (1 + best[1:])))
    pooled = _log_ratio(np.add.reduceat(observed, starts), np.add.reduceat(expected, starts))
    return np.repeat(pooled, np.diff(np.append(starts, len(observed))))


def _peaked(ratio: Floats, mass: Floats, peak: int) -> Floats:
    left = isotonic_regression(ratio[: peak + 1], weights=mass[: peak + 1]).x
    if peak + 1 == len(ratio):
        return np.asarray(left)
    right = isotonic_regression(ratio[peak + 1 :], weights=mass[peak + 1 :], increasing=False).x
    return np.concatenate([left, right])

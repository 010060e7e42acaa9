"""What each level of a column says for or against an account: its weight of evidence.

The weight of evidence (Good 1950; Siddiqi 2006) of a level is how far its log-odds lie above those of
the base rate, from how many positives it has over how many were expected. Expected by the base rate,
it is the classic one; expected by a model of other columns, it is what this column adds to them. Three
rules keep it honest with few customers:

- Every ratio is drawn towards that of the level above it (division → section → 1), as if `PRIOR`
  more customers had been expected there and come, so that rare levels say little.
- A number's narrow bins are drawn towards a smooth curve and pooled until their log-odds rise, fall, or
  rise to one peak and fall (isotonic regression: Barlow et al. 1972); the shape that fits best is
  chosen, a bend or a peak only if it pays.
- `cross_fitted` gives every account the weight learned from the others (as scikit-learn's
  `TargetEncoder` does), so that later steps never see an account's own outcome in its own number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from scipy.optimize import isotonic_regression

from icp_core.accounts.columns import Kind
from icp_core.learning.levels import Coded, Levels
from icp_core.reference.arrays import Flags, Floats, Ints, Places

PRIOR: Final = 4.0
FOLDS: Final = 5
_PEAKS: Final = 3
_STEPS: Final = 6
_FAR: Final = 4.0
_LEAST_DOUBT: Final = 0.01

Shape = Literal["rising", "falling", "peaked", "any"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """The weights of evidence of one column.

    Attributes
    ----------
    levels
        The column's levels.
    weights
        Log-odds beyond the base rate's, per level, the unknown one last. For
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

    def _places(self, coded: Coded) -> Ints:
        if coded.sets is None or coded.held is None:
            return coded.codes
        any_of = np.asarray(coded.sets[:, list(self.tags)].any(axis=1))
        return np.where(coded.known, any_of[coded.held].astype(np.int64), 2)

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
    nobody_left_out = np.ones(len(positive), dtype=np.int64)
    return learn_parts(coded, positive, expected[None], nobody_left_out)[0]


def cross_fitted(coded: Coded, positive: Floats, expected: Floats, folds: Ints) -> Floats:
    """The weight of each account's level, learned from the accounts of the other folds.

    Parameters
    ----------
    coded, positive, expected, folds
        As for `learn_parts`, without the part of all accounts.
    """
    each = learn_parts(coded, positive, np.broadcast_to(expected, (FOLDS, len(positive))), folds)
    return held_out(np.stack([one.of(coded) for one in each]), folds)


def held_out(values: Floats, folds: Ints) -> Floats:
    """Of values learned without each fold (a row each), each account's: what it had no part in."""
    return np.asarray(values[folds, np.arange(len(folds))])


def learn_parts(coded: Coded, positive: Floats, expected: Floats, folds: Ints) -> list[Evidence]:
    """Weights of evidence from all accounts but those of a fold, for one fold after the other.

    Parameters
    ----------
    coded, positive
        As for `learn`.
    expected
        As for `learn`, a row per part, because each may have an expectation of its own. The part of row
        k leaves fold k out: a row more than there are folds is of all accounts.
    folds
        Fold of each account, from 0.
    """
    sets = coded.sets
    if sets is None or coded.held is None:
        size, codes = coded.levels.unknown + 1, coded.codes
    else:
        size, codes = len(sets) + 1, np.where(coded.known, coded.held, len(sets))
    cells, shape = folds * size + codes, (int(folds.max()) + 1, size)

    def sums(values: Floats) -> Floats:
        return _sums(cells, values, shape[0] * size).reshape(shape)

    # One pass over the accounts serves every part that expects the same.
    alike = expected.strides[0] == 0
    usual_by_fold = [sums(row) for row in (expected[:1] if alike else expected)]
    observed_by_fold, accounts_by_fold = sums(positive), sums(np.ones(len(positive)))
    parts = range(len(expected))
    inside = [np.arange(shape[0]) != part for part in parts]
    usual = np.stack(
        [usual_by_fold[0 if alike else part][inside[part]].sum(axis=0) for part in parts]
    )
    observed, accounts = (
        np.stack([by_fold[rows].sum(axis=0) for rows in inside])
        for by_fold in (observed_by_fold, accounts_by_fold)
    )
    rates = usual.sum(axis=1) / accounts.sum(axis=1)
    if coded.levels.column.kind is Kind.NUMBER:
        return _of_number(coded.levels, observed, usual, accounts, rates)
    return [
        _beyond(
            _of_choice(coded.levels, came, due)
            if sets is None
            else _of_tags(coded.levels, sets, came, due),
            float(rate),
        )
        for came, due, rate in zip(observed, usual, rates, strict=True)
    ]


def _beyond(ratios: Evidence, rate: float) -> Evidence:
    return replace(
        ratios,
        weights=log_odds_beyond(ratios.weights, rate),
        parents=tuple(log_odds_beyond(above, rate) for above in ratios.parents),
    )


def log_odds_beyond(log_ratio: Floats, rate: Floats | float) -> Floats:
    """Log-odds beyond those of the base rate, from log observed over expected positives.

    The two are the same where positives are rare; where they are common, a ratio cannot grow far, but
    log-odds can.
    """
    chance = np.clip(rate * np.exp(log_ratio), 1e-9, 1 - _LEAST_DOUBT)
    return np.asarray(np.log(chance / (1 - chance)) - np.log(rate / (1 - rate)))


def _sums(groups: Ints, values: Floats, size: int) -> Floats:
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


def _of_number(
    levels: Levels, observed: Floats, expected: Floats, accounts: Floats, rates: Floats
) -> list[Evidence]:
    """Of each part, a row of the counts."""
    known = _shaped(observed[:, :-1], expected[:, :-1], accounts[:, :-1], "any", levels.centres)
    unknown = log_odds_beyond(_log_ratio(observed[:, -1:], expected[:, -1:]), rates[:, None])
    return [Evidence(levels, weights) for weights in np.hstack([known, unknown])]


def _of_tags(levels: Levels, sets: Flags, observed: Floats, expected: Floats) -> Evidence:
    """The set of tags, any of which tells positives best: the strongest tags, as many as help."""
    surplus = observed[:-1] - expected[:-1]
    strength = (surplus @ sets) / np.sqrt(expected[:-1] @ sets + PRIOR)
    ranked = np.argsort(-strength, kind="stable")
    ranked = ranked[strength[ranked] > 0][:10]
    chosen: Places = ranked[:0]
    if len(ranked):
        any_of = np.logical_or.accumulate(sets[:, ranked], axis=1)
        spread = np.sqrt(expected[:-1] @ any_of + PRIOR)
        chosen = ranked[: int(np.argmax((surplus @ any_of) / spread)) + 1]
    level = np.append(sets[:, chosen].any(axis=1).astype(np.int64), 2)
    weights = _log_ratio(_sums(level, observed, 3), _sums(level, expected, 3))
    return Evidence(levels, weights, tags=tuple(map(int, chosen)))


def shaped(
    observed: Floats,
    expected: Floats,
    accounts: Floats,
    shape: Shape = "any",
    *,
    centres: Floats | None = None,
) -> Floats:
    """Log-odds beyond the expected ones in a number's bins, smoothed, in the shape that fits best.

    Bins are drawn towards a smooth curve, the more so the better it fits (binomial counts whose rates
    stray from the curve, by how much estimated by moments), then made to rise, to fall, or to rise to
    one peak and fall.

    Parameters
    ----------
    observed, expected
        Positives per bin, in the order of the number.
    accounts
        All accounts per bin.
    shape
        The shape to give them; `any` chooses.
    centres
        The usual number in each bin, where a straight line in it may be the curve.
    """
    one = _shaped(observed[None], expected[None], accounts[None], shape, centres)
    return np.asarray(one[0])


def _shaped(
    observed: Floats, expected: Floats, accounts: Floats, shape: Shape, centres: Floats | None
) -> Floats:
    """As `shaped`, of many parts at once, a row each: small products cost more to begin than to do."""
    size = accounts + 1e-9
    rate = np.clip(expected / size, 1e-9, 1 - _LEAST_DOUBT)
    usual_rate = expected.sum(axis=1, keepdims=True) / accounts.sum(axis=1, keepdims=True)
    rate = np.where(accounts > 0, rate, usual_rate)
    before = np.log(rate / (1 - rate))
    curve = np.zeros_like(before)
    if before.shape[1] > 1:
        curve = _curve(observed, size, before, centres)
    chance = _sigmoid(before + curve)
    usual = size * chance
    # The curve is believed until the bins stray farther than chance would make them.
    square = (usual**2).sum(axis=1)
    strays = ((observed - usual) ** 2 - usual * (1 - chance)).sum(axis=1) - np.sqrt(2 * square)
    stiffness = np.maximum(square / np.maximum(strays, 1e-9), PRIOR)[:, None]
    chance = (observed + stiffness) / (size + stiffness / chance)
    chance = np.clip(chance, 1e-9, 1 - _LEAST_DOUBT)
    weight = np.log(chance / (1 - chance)) - before
    mass = size * rate * (1 - rate)
    cost = _cost(accounts)
    best = np.zeros(weight.shape)
    for part, base in enumerate(before):
        options = list(_options(weight[part], mass[part], shape, float(cost[part])))
        fits = [_fit(observed[part], size[part], base + one) - price for price, one in options]
        best[part] = options[int(np.argmax(fits))][1]
    return best


def _options(
    weight: Floats, mass: Floats, shape: Shape, turn: float
) -> Iterator[tuple[float, Floats]]:
    """Weights made to rise, to fall, and to rise to one peak and fall, each with its cost."""
    if shape in ("any", "rising"):
        yield 0.0, isotonic_regression(weight, weights=mass).x
    if shape in ("any", "falling"):
        yield 0.0, isotonic_regression(weight, weights=mass, increasing=False).x
    if shape in ("any", "peaked"):
        for peak in np.argsort(-weight, kind="stable")[:_PEAKS]:
            yield turn, _peaked(weight, mass, int(peak))


def _sigmoid(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _fit(observed: Floats, size: Floats, log_odds: Floats) -> float:
    """The logarithm of the likelihood."""
    return float(observed @ log_odds - size @ np.logaddexp(0, log_odds))


def _cost(accounts: Floats) -> Floats:
    """What a turn, or one more figure, must add to the likelihood of a part (Schwarz 1978)."""
    return np.asarray(np.log(accounts.sum(axis=1)) / 2)


def _curve(observed: Floats, size: Floats, before: Floats, centres: Floats | None) -> Floats:
    """The smooth curves that fit best: straight or bent along ranks, the number or its logarithm."""
    scales = [(np.cumsum(size, axis=1) - size / 2) / size.sum(axis=1, keepdims=True)]
    if centres is not None:
        scales += [centres, *([np.log(centres)] if centres[0] > 0 else [])]
    along = np.stack([_standard(scale, size) for scale in scales], axis=1)
    bent = np.stack([np.ones_like(along), along, along**2 - 1], axis=3)
    # All curves at once, shape (parts, curves, bins, figures); a straight one has nothing to bend.
    design = np.repeat(bent, 2, axis=1)
    design[:, ::2, :, 2] = 0.0
    figures = np.tile([2.0, 3.0], len(scales))
    slopes, ridge = np.zeros((*design.shape[:2], 3, 1)), np.eye(3)
    across = design.swapaxes(2, 3)
    came, base = observed[:, None, :, None], before[:, None, :, None]
    accounts = size[:, None, :, None]
    for _ in range(_STEPS):
        chance = _sigmoid(base + np.clip(design @ slopes, -_FAR, _FAR))
        gradient = across @ (came - accounts * chance) - slopes
        spread = accounts * chance * (1 - chance)
        slopes += np.linalg.solve(across @ (spread * design) + ridge, gradient)
    curves = np.clip(design @ slopes, -_FAR, _FAR)[..., 0]
    log_odds = before[:, None] + curves
    fitted = log_odds @ observed[..., None] - np.logaddexp(0, log_odds) @ size[..., None]
    best = np.argmax(fitted[..., 0] - _cost(size)[:, None] * figures, axis=1)
    return np.asarray(curves[np.arange(len(curves)), best])


def _standard(values: Floats, size: Floats) -> Floats:
    """Values with mean 0 and variance 1 in each part."""
    total = size.sum(axis=1, keepdims=True)
    away = values - (values * size).sum(axis=1, keepdims=True) / total
    spread = np.sqrt((away**2 * size).sum(axis=1, keepdims=True) / total)
    return np.asarray(away / np.maximum(spread, 1e-12))


def _peaked(weight: Floats, mass: Floats, peak: int) -> Floats:
    left = isotonic_regression(weight[: peak + 1], weights=mass[: peak + 1]).x
    if peak + 1 == len(weight):
        return np.asarray(left)
    right = isotonic_regression(weight[peak + 1 :], weights=mass[peak + 1 :], increasing=False).x
    return np.concatenate([left, right])

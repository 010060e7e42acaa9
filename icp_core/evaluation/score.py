"""Score and coverage, twice: as expressions for every engine, and over arrays for accounts in memory.

Both are the formula of `docs/method.md` and give the same number to the last digit: fits are 32-bit, so
that with whole-number weights their weighted sums are exact in 64 bits in whatever order they are added,
and scores are rounded to four decimals by `floor`. The property tests hold the two together.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import add

import narwhals as nw
import numpy as np

from icp_core.evaluation.arrays import BLOCK, Scored
from icp_core.evaluation.names import INNER, NAMES, indicator
from icp_core.profiles.model import Criterion, Profile, Role
from icp_core.reference.arrays import Floats


def score_expressions(profile: Profile, *, banded: Collection[int] = ()) -> dict[str, nw.Expr]:
    """Score, its low and high, and coverage, by name, from the fits that are there already.

    Parameters
    ----------
    profile
        The profile.
    banded
        Places of the criteria whose least and highest fit are there too.
    """
    nice = [(i, c) for i, c in enumerate(profile.criteria) if c.role is Role.NICE_TO_HAVE]
    drawbacks = [(i, c) for i, c in enumerate(profile.criteria) if c.role is Role.DRAWBACK]
    if not nice:
        whole = nw.lit(100.0)
        share = _share_known([*nice, *drawbacks])
        return {
            INNER.score: whole,
            INNER.score_low: whole,
            INNER.score_high: whole,
            INNER.coverage: share,
        }
    weight = float(sum(criterion.weight for _, criterion in nice))
    known = _total(_weight_if(criterion, ~_fit(i).is_null()) for i, criterion in nice)
    points = _total(
        [_points(i, criterion) for i, criterion in nice]
        + [_points(i, criterion) * -1.0 for i, criterion in drawbacks]
    )

    def at(favourable: bool) -> nw.Expr:
        """The points where what is unknown turns out for an account, or against it."""

        def end(i: int, criterion: Criterion) -> nw.Expr:
            is_high = criterion.role.favours == favourable
            if i in banded:
                fit = nw.col(NAMES.fit_high(i) if is_high else NAMES.fit_low(i)).cast(nw.Float64)
            else:
                fit = _fit(i).cast(nw.Float64).fill_null(1.0 if is_high else 0.0)
            return fit * float(criterion.signed_weight)

        return _total(end(i, criterion) for i, criterion in [*nice, *drawbacks])

    return {
        INNER.score: nw.when(known > 0)
        .then(_percent(points / known))
        .otherwise(nw.lit(None, dtype=nw.Float64)),
        INNER.score_low: _percent(at(favourable=False) / weight),
        INNER.score_high: _percent(at(favourable=True) / weight),
        INNER.coverage: _share_known([*nice, *drawbacks]),
    }


def _fit(index: int) -> nw.Expr:
    return nw.col(NAMES.fit(index))


def _points(index: int, criterion: Criterion) -> nw.Expr:
    return _fit(index).cast(nw.Float64).fill_null(0.0) * float(criterion.weight)


def _weight_if(criterion: Criterion, condition: nw.Expr) -> nw.Expr:
    return indicator(condition) * float(criterion.weight)


def _total(terms: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(add, terms, nw.lit(0.0))


def _share_known(scored: Sequence[tuple[int, Criterion]]) -> nw.Expr:
    if not scored:
        return nw.lit(1.0)
    weight = float(sum(criterion.weight for _, criterion in scored))
    known = _total(_weight_if(criterion, ~_fit(i).is_null()) for i, criterion in scored)
    return _millionths(known / weight) * 1e-6


def _percent(share: nw.Expr) -> nw.Expr:
    within = nw.when(share < 0).then(nw.lit(0.0)).when(share > 1).then(nw.lit(1.0)).otherwise(share)
    return _millionths(within) * 1e-4


def _millionths(share: nw.Expr) -> nw.Expr:
    """In whole millionths, so that engines that divide differently agree."""
    return (share * 1e6 + 0.5).floor()


def coverage(scored: Scored, criteria: tuple[Criterion, ...]) -> Floats:
    """Share of the weight that is known, for each pattern of gaps."""
    weights = np.array([c.weight for c in criteria], np.float64)
    if not len(weights):
        return np.ones(len(scored.known))
    share: Floats = np.floor(scored.known @ weights / weights.sum() * 1e6 + 0.5) * 1e-6
    return share


def score(scored: Scored, criteria: tuple[Criterion, ...]) -> Floats:
    """Scores 0…100 from fits and weights; NaN where no nice-to-have is known.

    Parameters
    ----------
    scored
        Fits on exactly these criteria.
    criteria
        Nice-to-haves and drawbacks.

    Examples
    --------
    Of two accounts the first fits the nice-to-have of weight 3 fully and that of weight 1 by half; of
    the second the lighter one is unknown, and is left out of its score.

    >>> from icp_core.profiles.model import Flag
    >>> heavy, light = (
    ...     Criterion(column=column, role=Role.NICE_TO_HAVE, fit=Flag(), weight=weight)
    ...     for column, weight in (("recruits_abroad", 3), ("is_listed", 1))
    ... )
    >>> fits = np.array([[1.0, 0.5], [0.5, 0.0]], dtype=np.float32)
    >>> known = np.array([[True, True], [True, False]])
    >>> score(Scored(fits, known, np.array([0, 1])), (heavy, light)).tolist()
    [87.5, 50.0]
    """
    nice = np.array([c.weight if c.role is Role.NICE_TO_HAVE else 0 for c in criteria], np.float64)
    signed = np.array([c.signed_weight for c in criteria], np.float64)
    if not nice.any():
        return np.full(len(scored.pattern), 100.0)
    known = scored.known @ nice
    known[known == 0] = np.nan
    scores = np.empty(len(scored.pattern))
    for start in range(0, len(scores), BLOCK):
        block = slice(start, start + BLOCK)
        share = signed @ scored.fits[:, block].astype(np.float64)
        share /= known[scored.pattern[block]]
        np.clip(share, 0.0, 1.0, out=share)
        share *= 1e6
        share += 0.5
        np.floor(share, out=share)
        np.multiply(share, 1e-4, out=scores[block])
    return scores

"""Verification by hand: how right the profile is, and how large the market is after all.

Accounts are drawn at random from the matches and, separately, from the possible accounts (two strata).
People say of each whether it fits. The share that fits is the stratum's precision:

- Each precision gets the Wilson score interval: E. B. Wilson (1927), Probable inference, the law of
  succession, and statistical inference, JASA 22:209–212; recommended for small samples by L. D. Brown,
  T. T. Cai and A. DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science
  16(2):101–133.
- The corrected TAM is the stratified estimate Σ N·p over both strata. Its interval combines the two
  Wilson intervals by the MOVER: G. Y. Zou, W. Huang and X. Zhang (2009), A note on confidence interval
  estimation for a linear function of binomial proportions, Computational Statistics & Data Analysis
  53(4):1080–1085. It is narrower than adding the ends, which would have both precisions at their worst
  at once.
- "Can't tell" counts as no answer, which assumes that those accounts are like the others. The worst
  and best case, with all of them misfits or all of them fits, stand beside the estimate.
- Accounts are drawn without replacement, so n answers of N say more than n of an endless population: the
  variance of their share is smaller by (N − n)/(N − 1) (W. G. Cochran (1977), Sampling Techniques, 3rd
  ed., §3.2). The Wilson interval gets the number of answers that would say as much with replacement,
  n* = n·(N − 1)/(N − n), as an effective sample size: E. L. Korn and B. I. Graubard (1998), Confidence
  intervals for proportions with small expected number of positive counts estimated from survey data,
  Survey Methodology 24:193–201. With all N answered nothing is left open.
- What has been seen is certain in any case, so a stratum never has fewer fits than were found, nor more
  than N less the misfits found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt

import numpy as np
import polars as pl

from icp_core import intervals
from icp_core.evaluation.market import Bounds


class Answer(StrEnum):
    """What a person says of a drawn account."""

    FITS = "fits"
    DOES_NOT = "doesnt"
    CANT_TELL = "cant_tell"


class Stratum(StrEnum):
    """Which part of the market an account was drawn from."""

    MATCH = "match"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Sample:
    """Accounts drawn at random, in the order drawn.

    Attributes
    ----------
    seed
        Draws the same accounts from the same market again.
    match, possible
        Ids of the accounts drawn from each stratum.
    match_size, possible_size
        Number of accounts in each stratum.
    """

    seed: int
    match: tuple[str, ...]
    possible: tuple[str, ...]
    match_size: int
    possible_size: int


def draw(
    match_ids: Iterable[str],
    possible_ids: Iterable[str],
    *,
    match: int,
    possible: int,
    seed: int,
) -> Sample:
    """Draw accounts at random, without replacement; the order of the ids does not matter.

    Parameters
    ----------
    match_ids, possible_ids
        All accounts of each stratum.
    match, possible
        How many to draw from each; all of them where there are fewer.
    seed
        Of the random numbers, 0 or above.
    """
    matches, possibles = sorted(match_ids), sorted(possible_ids)
    of_match, of_possible = np.random.default_rng(seed).spawn(2)
    return Sample(
        seed,
        _drawn(matches, match, of_match),
        _drawn(possibles, possible, of_possible),
        len(matches),
        len(possibles),
    )


def _drawn(ids: list[str], count: int, random: np.random.Generator) -> tuple[str, ...]:
    chosen = random.choice(len(ids), size=min(count, len(ids)), replace=False)
    return tuple(ids[index] for index in chosen)


@dataclass(frozen=True)
class Interval:
    """An estimate between its ends; the estimate is None where nothing was observed."""

    low: float
    estimate: float | None
    high: float


@dataclass(frozen=True)
class Wilson:
    """The Wilson score interval of a proportion, with the steps that lead to it.

    Attributes
    ----------
    fits, answered
        x successes in n trials.
    effective
        n*, the trials that would say as much with replacement: n·(N − 1)/(N − n) of N, n of an endless
        population, infinite once all are answered.
    z
        Quantile of the normal distribution: 1.96 for 95 %.
    centre
        (n*·x/n + z²/2) / (n* + z²); x/n once all are answered.
    half_width
        z / (n* + z²) · √(n*·x/n·(n − x)/n + z²/4); 0 once all are answered.
    """

    fits: int
    answered: int
    effective: float
    z: float
    centre: float
    half_width: float

    @property
    def interval(self) -> Interval:
        """The proportion x/n between centre ± half width; [0, 1] when nothing was answered."""
        share = self.fits / self.answered if self.answered else None
        if share is not None and self.is_complete:
            return Interval(share, share, share)
        # At 0 of n and n of n one end is exactly 0 or 1; rounding must not say otherwise.
        low = 0.0 if self.fits == 0 else max(0.0, self.centre - self.half_width)
        high = 1.0 if self.fits == self.answered else min(1.0, self.centre + self.half_width)
        return Interval(low, share, high)

    @property
    def is_complete(self) -> bool:
        """Whether all of the population was answered."""
        return self.effective == inf


def wilson(
    fits: int, answered: int, *, size: int | None = None, confidence: float = 0.95
) -> Wilson:
    """The Wilson score interval (Wilson 1927; Brown, Cai, DasGupta 2001).

    Parameters
    ----------
    fits, answered
        x successes in n trials, 0 ≤ x ≤ n.
    size
        N, of the population that they were drawn from without replacement; None for an endless one.
    confidence
        Above 0, below 1.

    Raises
    ------
    ValueError
        If the counts or the confidence are not possible.
    """
    if not 0 <= fits <= answered or not 0 < confidence < 1:
        raise ValueError(f"{fits} of {answered} at a confidence of {confidence} is not possible")
    if size is not None and answered > size:
        raise ValueError(f"{answered} answers of {size} accounts are not possible")
    z = intervals.quantile(confidence)
    if answered and answered == size:
        return Wilson(fits, answered, inf, z, fits / answered, 0.0)
    effective = answered * (size - 1) / (size - answered) if size and answered else float(answered)
    hits = effective * fits / answered if answered else 0.0
    centre, half_width = intervals.wilson_centre(hits, effective, confidence=confidence)
    return Wilson(fits, answered, effective, z, float(centre), float(half_width))


def at_worst(answers: int, *, size: int | None = None) -> float:
    """How far from the truth so many answers may be, 19 times out of 20: half the widest interval.

    Parameters
    ----------
    answers
        How many.
    size
        Of how many accounts; None for an endless number.
    """
    ends = wilson(answers // 2, answers, size=size).interval
    return (ends.high - ends.low) / 2


def next_open(answers: Sequence[str | None], place: int) -> int:
    """The next place, counted from 1, without an answer; `place` itself if there is none."""
    size = len(answers)
    for step in range(1, size + 1):
        at = (place - 1 + step) % size
        if answers[at] is None:
            return at + 1
    return place


@dataclass(frozen=True)
class Tally:
    """The answers of one stratum and what follows from them.

    Attributes
    ----------
    stratum
        Which one.
    size
        N, all accounts of the stratum.
    fits, misfits, cant_tell, open
        How many of the drawn accounts got that answer; `open` got none yet.
    wilson
        Interval of the precision, fits / (fits + misfits).
    """

    stratum: Stratum
    size: int
    fits: int
    misfits: int
    cant_tell: int
    open: int
    wilson: Wilson

    @property
    def drawn(self) -> int:
        """Accounts that were drawn."""
        return self.answered + self.cant_tell + self.open

    @property
    def answered(self) -> int:
        """Accounts that count: fits and misfits."""
        return self.fits + self.misfits

    @property
    def precision(self) -> Interval:
        """Share of the stratum that fits, within what has been seen for certain."""
        found = self.wilson.interval
        if not self.size:
            return found
        low, high = (accounts / self.size for accounts in self._certain)
        return Interval(max(low, found.low), found.estimate, min(high, found.high))

    @property
    def accounts(self) -> Interval:
        """Accounts of the stratum that fit: N · precision."""
        if not self.size:
            return Interval(0.0, 0.0, 0.0)
        low, high = self._certain
        share = self.precision
        return Interval(
            # Counted ones are whole, however N times their share is rounded.
            max(low, self.size * share.low),
            self.size * self.fits / self.answered if self.answered else None,
            min(high, self.size * share.high),
        )

    @property
    def worst(self) -> float | None:
        """Accounts that fit, were every "can't tell" a misfit; None without any answer."""
        return self._extreme(self.fits)

    @property
    def best(self) -> float | None:
        """Accounts that fit, were every "can't tell" a fit; None without any answer."""
        return self._extreme(self.fits + self.cant_tell)

    @property
    def _certain(self) -> tuple[int, int]:
        return self.fits, self.size - self.misfits

    def _extreme(self, fits: int) -> float | None:
        if not self.size:
            return 0.0
        seen = self.answered + self.cant_tell
        return self.size * fits / seen if seen else None


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic, as a person would write it.

    Attributes
    ----------
    what
        What is computed.
    arithmetic
        With its numbers filled in, rounded to six digits.
    result
        What comes out, not rounded.
    """

    what: str
    arithmetic: str
    result: float


@dataclass(frozen=True)
class Verification:
    """The market after verification.

    Attributes
    ----------
    match, possible
        Each stratum's answers and precision.
    confidence
        Of all intervals.
    """

    match: Tally
    possible: Tally
    confidence: float

    @property
    def counted(self) -> Bounds:
        """The TAM in accounts as it was counted."""
        return Bounds(self.match.size, self.match.size + self.possible.size)

    @property
    def corrected(self) -> Interval:
        """The TAM in accounts, corrected: matches × precision + possible × precision.

        A stratum without any answer leaves the estimate unknown and adds its whole size to the range.
        """
        return _sum(self.match.accounts, self.possible.accounts)

    def corrected_value(self, match_value: float, possible_value: float) -> Interval:
        """A total corrected by the same precisions, such as the potential.

        It assumes that accounts of high and low value fit equally often.

        Parameters
        ----------
        match_value, possible_value
            Total over each stratum before correction, in any unit.
        """
        return _sum(
            _times(match_value, self.match.precision),
            _times(possible_value, self.possible.precision),
        )

    def corrected_bounds(self, least: tuple[float, float], most: float) -> Bounds:
        """A total of which each account's part is only known to lie in a range, corrected likewise.

        Parameters
        ----------
        least
            Total over each stratum of the least that each account could have, in any unit.
        most
            Total over both of the most; at its high end it counts the higher precision throughout.
        """
        high = max((p.precision.high for p in (self.match, self.possible) if p.size), default=0.0)
        return Bounds(self.corrected_value(*least).low, most * high)

    @property
    def worst(self) -> float | None:
        """The corrected TAM, were every "can't tell" a misfit; None while a stratum has no answer."""
        return _total(self.match.worst, self.possible.worst)

    @property
    def best(self) -> float | None:
        """The corrected TAM, were every "can't tell" a fit; None while a stratum has no answer."""
        return _total(self.match.best, self.possible.best)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The arithmetic from the answers to the corrected TAM, line by line.

        Only strata with answers have steps; the ends of the total are there once both strata do.
        """
        counted = [part for part in (self.match, self.possible) if part.answered]
        steps = [step for part in counted for step in _stratum_steps(part)]
        total = self.corrected
        if total.estimate is None:
            return tuple(steps)
        parts = [part.accounts for part in counted]
        known = [(part.low, part.estimate or 0.0, part.high) for part in parts]
        estimate = " + ".join(_shown(middle) for _, middle, _ in known)
        below = " + ".join(f"({_shown(middle)} − {_shown(low)})²" for low, middle, _ in known)
        above = " + ".join(f"({_shown(high)} − {_shown(middle)})²" for _, middle, high in known)
        middle = _shown(total.estimate)
        steps += [
            Step("Corrected TAM", estimate or "0", total.estimate),
            Step("Corrected TAM, low end", f"{middle} − √({below or 0})", total.low),
            Step("Corrected TAM, high end", f"{middle} + √({above or 0})", total.high),
        ]
        return tuple(steps)


def verify(
    answers: pl.DataFrame, *, match_size: int, possible_size: int, confidence: float = 0.95
) -> Verification:
    """Precision per stratum and the corrected market, from the answers of one draw.

    Parameters
    ----------
    answers
        One row per drawn account: `stratum`, and `answer`, null while there is none.
    match_size, possible_size
        Number of accounts in each stratum when drawn.
    confidence
        Above 0, below 1.
    """
    counts = {
        (stratum, answer): count
        for stratum, answer, count in answers.group_by("stratum", "answer").len().iter_rows()
    }

    def tally(stratum: Stratum, size: int) -> Tally:
        fits = counts.get((stratum, Answer.FITS), 0)
        misfits = counts.get((stratum, Answer.DOES_NOT), 0)
        return Tally(
            stratum,
            size,
            fits,
            misfits,
            counts.get((stratum, Answer.CANT_TELL), 0),
            counts.get((stratum, None), 0),
            wilson(fits, fits + misfits, size=size, confidence=confidence),
        )

    return Verification(
        tally(Stratum.MATCH, match_size), tally(Stratum.POSSIBLE, possible_size), confidence
    )


def _stratum_steps(part: Tally) -> list[Step]:
    x, n, size = part.fits, part.answered, _shown(part.size)
    z, z2 = _shown(part.wilson.z), _shown(part.wilson.z**2)
    centre, half = _shown(part.wilson.centre), _shown(part.wilson.half_width)
    share, found = part.precision, part.accounts
    low, high = part._certain
    group = "Matches" if part.stratum is Stratum.MATCH else "Possible accounts"
    effective = _shown(part.wilson.effective)
    if part.wilson.is_complete:
        corrected, middle, width = [], f"{x} / {n}", "0"
    else:
        counted = f"{n} · ({size} − 1) / ({size} − {n})"
        corrected = [Step(f"{group}: effective answers", counted, part.wilson.effective)]
        middle = f"({effective} · {x} / {n} + {z2} / 2) / ({effective} + {z2})"
        spread = f"{effective} · {x} / {n} · {part.misfits} / {n}"
        width = f"{z} / ({effective} + {z2}) · √({spread} + {z2} / 4)"
    return [
        Step(f"{group}: precision", f"{x} / ({x} + {part.misfits})", share.estimate or 0.0),
        *corrected,
        Step(f"{group}: centre of the interval", middle, part.wilson.centre),
        Step(f"{group}: half its width", width, part.wilson.half_width),
        Step(
            f"{group}: low end of the precision",
            f"max({low} / {size}, {centre} − {half})",
            share.low,
        ),
        Step(
            f"{group}: high end of the precision",
            f"min({high} / {size}, {centre} + {half})",
            share.high,
        ),
        Step(f"{group}: accounts that fit", f"{size} · {x} / {n}", found.estimate or 0.0),
        Step(f"{group}: at least", f"{size} · {_shown(share.low)}", found.low),
        Step(f"{group}: at most", f"{size} · {_shown(share.high)}", found.high),
    ]


def _shown(number: float) -> str:
    return f"{number:.6g}" if abs(number) < 100_000 else f"{number:.1f}"


def _times(total: float, share: Interval) -> Interval:
    if not total:
        return Interval(0.0, 0.0, 0.0)
    estimate = None if share.estimate is None else total * share.estimate
    return Interval(total * share.low, estimate, total * share.high)


def _sum(*parts: Interval) -> Interval:
    """The MOVER for a sum of independent estimates; parts that are unknown add their whole range."""
    known = [(part.low, part.estimate, part.high) for part in parts if part.estimate is not None]
    unknown = [part for part in parts if part.estimate is None]
    total = sum(estimate for _, estimate, _ in known)
    below = sqrt(sum((estimate - low) ** 2 for low, estimate, _ in known))
    above = sqrt(sum((high - estimate) ** 2 for _, estimate, high in known))
    return Interval(
        total - below + sum(part.low for part in unknown),
        None if unknown else total,
        total + above + sum(part.high for part in unknown),
    )


def _total(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None

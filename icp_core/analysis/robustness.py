"""How firmly accounts hold their tiers when the weights are a little different.

Weights are judgement. Each draw multiplies every weight by a factor of its own, log-normal with median
1 and 95 % of the factors between a half and double (σ = ln 2 / 1.96), so a weight of 6 lies between 3
and 12. Weights stay positive and need not be whole. Every draw scores all matches again and ranks them
into tiers by the profile's own policy. A simulation in 32-bit floats: scores are rounded to four
decimals as in `expressions`, so that equal fits tie as they do there, but a score within about 0.0001
of a cut-off may fall on either side.

A profile without nice-to-haves scores every match 100, and tiers by value follow the potential alone,
unless the policy asks for a coverage, which is a share of the weights as well; otherwise weights move
nobody then, and nothing is drawn.

How it is quick: accounts stand grouped by which criteria are known, so that the divisor of a score is
one number per group and draw. Against a cut-off c, Σ w·f ≥ c·Σ w needs no division at all: one matrix
product and one comparison per tier, in tiles that stay in the processor's cache. Capacity needs the n-th
best of each draw: a partition of 32-bit whole numbers, one tier after the other within what is left
(asking numpy for several places at once is ten times slower). The work is shared between threads, since
numpy lets go of the interpreter.
"""

import os
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, pairwise
from math import inf, log, sqrt
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.tiers import groups, tiers_of
from icp_core.profiles.model import Role
from icp_core.reference.arrays import Counts, DrawCounts, Ranks, Singles

DRAWS: Final = 1_000  # of all weights; a share of them is then known to within about 3 points
SIGMA: Final = log(2) / 1.96  # of the logarithm: 95 % of the factors lie between a half and double
STEADY: Final = 0.9  # share of the draws in which an account keeps its tier and counts as firm
_MILLION: Final = 1_000_000  # steps of a score: 0…100 with four decimals
# OpenBLAS does products up to this size (draws × criteria × accounts) in the calling thread; its own
# threads on top of ours would only wait for each other.
_PRODUCT: Final = 2**18
_DRAWS_AT_ONCE: Final = 32  # draws a tile, so that its scores stay in the cache
_PIECES: Final = 64  # of the work, for the threads to share evenly and to report in between
_REPORT: Final = 0.1  # seconds between two reports of progress, as often as a bar can show


@dataclass(frozen=True)
class TierRobustness:
    """How firmly one tier holds.

    Attributes
    ----------
    tier
        Its name, or one of the others of `tiers.groups`.
    accounts
        Matches in it under the user's own weights.
    steady
        How many of them stay in at least `STEADY` of the draws.
    stays
        Mean share of the draws in which its accounts stay; None without accounts.
    """

    tier: str
    accounts: int
    steady: int
    stays: float | None

    @property
    def may_move(self) -> int:
        """How many of its accounts are not steady."""
        return self.accounts - self.steady

    @property
    def steady_share(self) -> float | None:
        """Share of its accounts that are steady; None without accounts."""
        return self.steady / self.accounts if self.accounts else None


@dataclass(frozen=True, eq=False)
class Robustness:
    """Where the matches ended up over all draws.

    Attributes
    ----------
    evaluation
        The market under the user's own weights.
    draws
        Number of draws.
    counts
        Draws in which each match was in each of `tiers.groups`, shape (groups, matches).
    depends_on_weights
        Whether weights can move anybody at all; if not, `counts` is what is, repeated.
    """

    evaluation: Evaluation
    draws: int
    counts: Counts
    depends_on_weights: bool

    @cached_property
    def stays(self) -> npt.NDArray[np.float64]:
        """Share of the draws in which each match was in the tier it is in."""
        own = self.evaluation.tier
        return self.counts[own, np.arange(len(own))] / self.draws

    @cached_property
    def alternative(self) -> npt.NDArray[np.int64]:
        """Index of the tier each match was in most often apart from its own; -1 if it never moved.

        The better tier where two are level.
        """
        others = self.counts.copy()
        others[self.evaluation.tier, np.arange(others.shape[1])] = 0
        best: npt.NDArray[np.int64] = others.argmax(axis=0)
        best[others.max(axis=0, initial=0) == 0] = -1
        return best

    @cached_property
    def tiers(self) -> tuple[TierRobustness, ...]:
        """One line per tier, the best first, then the others of `tiers.groups`."""
        own, totals = self.evaluation.tier, self.evaluation.tiers
        steady = np.bincount(own[self.stays >= STEADY - 1e-9], minlength=len(totals))
        stays = np.bincount(own, self.stays, len(totals))
        return tuple(
            TierRobustness(
                total.name,
                total.accounts,
                int(steady[index]),
                float(stays[index]) / total.accounts if total.accounts else None,
            )
            for index, total in enumerate(totals)
        )

    @property
    def margin(self) -> float:
        """Half the widest 95 % interval of a share: ± this much is chance of the draws."""
        return 1.96 * sqrt(0.25 / self.draws)


def draw_weights(evaluation: Evaluation, *, draws: int, seed: int) -> Singles:
    """Weights of the scored criteria, shape (draws, criteria), all above 0."""
    weights = np.array([c.weight for c in evaluation.profile.scored], dtype=np.float64)
    factors = np.random.default_rng(seed).lognormal(0.0, SIGMA, (draws, len(weights)))
    return (weights * factors).astype(np.float32)


def robustness(
    evaluation: Evaluation,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Robustness:
    """Draw weights around the user's and see where every match ends up.

    Parameters
    ----------
    evaluation
        The market under the user's weights.
    draws
        How often.
    seed
        Of the weights, so that the same market gives the same answer.
    progress
        Called from this thread with the share that is done; what it raises stops the work.
    """
    policy = evaluation.profile.tiers
    tiers, matches = len(policy.tiers), len(evaluation.matches)
    rated = any(criterion.role is Role.NICE_TO_HAVE for criterion in evaluation.profile.scored)
    counts = np.zeros((len(groups(policy)), matches), dtype=np.uint32)
    asks = policy.kind == "value" and policy.least_coverage > 0
    if not rated or not matches or (policy.kind == "value" and not asks):
        counts[evaluation.tier, np.arange(matches)] = draws
        return Robustness(evaluation, draws, counts, depends_on_weights=False)
    simulation = _Simulation(evaluation, draw_weights(evaluation, draws=draws, seed=seed))
    if policy.least_coverage:
        counts[-1] = simulation.too_little_known
    if policy.kind == "value":
        own = tiers_of(policy, evaluation.score, evaluation.tier_potential)
        counts[own, np.arange(matches)] = draws - counts[-1]
        return Robustness(evaluation, draws, counts, depends_on_weights=True)
    work = simulation.by_cut_off() if policy.kind == "cut_off" else simulation.by_capacity()
    _share_out(work, progress)
    # What reached a tier is still in with what reached a better one.
    reached = simulation.reached
    reached[1:] -= reached[:-1].copy()
    counts[:tiers, simulation.order] = reached
    counts[tiers] = draws - counts.sum(axis=0)
    return Robustness(evaluation, draws, counts, depends_on_weights=True)


def kept_robustness(
    evaluation: Evaluation, *, progress: Callable[[float], None] | None = None
) -> Robustness:
    """`robustness`, drawn once for all that decides it and kept with the accounts."""

    def draw() -> tuple[Counts, bool]:
        drawn = robustness(evaluation, progress=progress)
        return drawn.counts, drawn.depends_on_weights

    profile = evaluation.profile
    decides = profile.criteria, profile.tiers, profile.potential, profile.currency
    counts, depends = evaluation.keep(("robustness", *decides), draw)
    return Robustness(evaluation, DRAWS, counts, depends_on_weights=depends)


def least_firm(found: Robustness, *, tier: int, count: int | None = None) -> pl.DataFrame:
    """Accounts of a tier, the least firm first.

    Parameters
    ----------
    found
        The draws.
    tier
        Index of the tier.
    count
        How many at most; None for all.

    Returns
    -------
    polars.DataFrame
        account_id, name, score, coverage, stays (share of the draws), instead (index of the tier it
        was in most often apart from its own; null where it never moved).
    """
    evaluation = found.evaluation
    own = np.flatnonzero(evaluation.tier == tier)
    order = own[np.lexsort((-np.nan_to_num(evaluation.score[own]), found.stays[own]))][:count]
    instead = pl.Series("instead", found.alternative[order])
    return evaluation.named(order).with_columns(
        score=pl.Series(evaluation.score[order], nan_to_null=True),
        coverage=pl.Series(evaluation.coverage_of(order)),
        stays=pl.Series(found.stays[order], dtype=pl.Float64),
        instead=pl.when(instead >= 0).then(instead),
    )


def _share_out(work: list[Callable[[], None]], progress: Callable[[float], None] | None) -> None:
    """Do pieces of work on every processor, reporting from this thread."""
    pool = ThreadPoolExecutor(os.cpu_count() or 1)
    try:
        running = {pool.submit(piece) for piece in work}
        while running:
            ended, running = wait(running, timeout=_REPORT, return_when=FIRST_EXCEPTION)
            for future in ended:
                future.result()
            if progress is not None:
                progress(1 - sum(not future.done() for future in running) / len(work))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Simulation:
    """The matches laid out for scoring with many weights: by what is known, then as ties are broken."""

    def __init__(self, evaluation: Evaluation, weights: Singles) -> None:
        criteria = evaluation.profile.scored
        scored = evaluation.matches.scored(criteria)
        potential = np.nan_to_num(evaluation.potential.amount, nan=-1.0)
        by_potential = np.argsort(-potential, kind="stable")
        self.order = by_potential[np.argsort(scored.pattern[by_potential], kind="stable")]
        self.precedence = np.empty(len(potential), dtype=np.int64)
        self.precedence[by_potential] = np.arange(len(potential))
        self.precedence = self.precedence[self.order]
        signs = np.array([1 if c.role.favours else -1 for c in criteria], dtype=np.float32)
        favours: npt.NDArray[np.bool_] = scored.known & (signs > 0)
        self.fits = scored.fits.astype(np.float32)[:, self.order]
        self.signed = weights * signs
        self.known = weights @ favours.T.astype(np.float32)
        self.policy = evaluation.profile.tiers
        # Half a millionth, so that a share which equals the least is enough in 32 bits too.
        share = (weights @ scored.known.T.astype(np.float32)) / weights.sum(axis=1)[:, None]
        self.enough: npt.NDArray[np.bool_] = share >= self.policy.least_coverage - 0.5 / _MILLION
        self.too_little_known = (~self.enough).sum(axis=0)[scored.pattern]
        self.reached = np.zeros((len(self.policy.tiers), len(potential)), dtype=np.uint32)
        ends = np.cumsum(np.bincount(scored.pattern, minlength=len(scored.known)))
        width = max(_PRODUCT // (_DRAWS_AT_ONCE * len(criteria)), 1)
        self.tiles = [
            (pattern, slice(first, min(first + width, end)))
            for pattern, (start, end) in enumerate(pairwise([0, *ends.tolist()]))
            for first in range(start, end, width)
        ]
        self.draws = [
            slice(start, start + _DRAWS_AT_ONCE) for start in range(0, len(weights), _DRAWS_AT_ONCE)
        ]
        self.is_scored: npt.NDArray[np.bool_] = np.any(favours, axis=1)

    def by_cut_off(self) -> list[Callable[[], None]]:
        """Pieces of work: some tiles each, over all draws."""
        # Half a millionth is what rounding the score adds; a cut-off of 0 takes every score.
        least = [
            t.threshold / 100 - 0.5 / _MILLION if t.threshold else -inf for t in self.policy.tiers
        ]
        tiles = [tile for tile in self.tiles if self.is_scored[tile[0]]]

        def count(own: list[tuple[int, slice]]) -> None:
            for pattern, accounts in own:
                fits, reached = self.fits[:, accounts], self.reached[:, accounts]
                for draws in self.draws:
                    points = self.signed[draws] @ fits
                    known = self.known[draws, pattern]
                    enough = self.enough[draws, pattern]
                    for one, share in zip(reached, least, strict=True):
                        least_points = np.where(enough, known * np.float32(share), np.inf)
                        meets = points >= least_points[:, None]
                        np.add(one, np.add.reduce(meets.view(np.uint8), 0, np.uint8), out=one)

        return [partial(count, tiles[start::_PIECES]) for start in range(min(_PIECES, len(tiles)))]

    def by_capacity(self) -> list[Callable[[], None]]:
        """Pieces of work: some draws each, over all accounts."""
        rooms = list(accumulate(int(tier.threshold) for tier in self.policy.tiers))
        lock = Lock()

        def count(draws: slice) -> None:
            reached = np.zeros(self.reached.shape, dtype=np.uint16)
            for ranks in self._ranks(draws):
                self._best(ranks, rooms, reached)
            with lock:
                self.reached += reached

        return [partial(count, draws) for draws in self.draws]

    def _ranks(self, draws: slice) -> Ranks:
        """Scores in millionths, shape (draws, accounts); -1 without one or with too little known."""
        signed = self.signed[draws]
        ranks = np.full((len(signed), self.fits.shape[1]), -1, dtype=np.int32)
        for pattern, accounts in self.tiles:
            if self.is_scored[pattern]:
                share = signed @ self.fits[:, accounts]
                share *= (np.float32(_MILLION) / self.known[draws, pattern])[:, None]
                share += np.float32(0.5)
                np.clip(share, 0, _MILLION, out=share)
                share[~self.enough[draws, pattern]] = -1
                ranks[:, accounts] = share
        return ranks

    def _best(self, ranks: Ranks, rooms: list[int], reached: DrawCounts) -> None:
        """Count who is among the best so many, ties going to the larger potential, then by id."""
        pool = ranks
        for room, row in sorted(zip(rooms, reached, strict=True), key=lambda pair: -pair[0]):
            last = -1
            if room < len(ranks):
                pool = np.partition(pool, len(pool) - room)[len(pool) - room :]
                last = int(pool[0])
            above = ranks > max(last, -1)
            np.add(row, above, out=row)
            if last >= 0:
                ties = np.flatnonzero(ranks == last)
                left = room - int(np.count_nonzero(above))
                if left < len(ties):
                    ties = ties[np.argpartition(self.precedence[ties], left - 1)[:left]]
                row[ties] += 1

"""Whether what was learned holds on deals that were not used to learn it.

Everything, the choice of columns included, is learned anew on each training part and judged on the
part held out: forward in time where the deals have dates, else by repeated cross-validation; companies
are never split. Intervals are by bootstrap over companies (Efron 1979, with independent Poisson
weights), centred on the estimate; differences are taken within each resample, so that what both share
cancels out. Where something learned is judged, they are stretched for the chance of having drawn other
customers to learn from, which resampling what was held out does not see (Nadeau and Bengio, *Machine
Learning* 2003).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl

from icp_core.intervals import CONFIDENCE, Estimate, wilson
from icp_core.learning import evidence, scorecard, suggestion
from icp_core.learning.labelled import LabelledAccounts, Report, companies
from icp_core.learning.scorecard import folds_of, sigmoid
from icp_core.profiles.model import Profile
from icp_core.reference.arrays import Floats, Ints, Singles

Method = Literal["forward in time", "repeated cross-validation"]
Measure = Literal["auc", "lift_10", "lift_20", "log_loss", "ece"]

MEASURES: Final[Mapping[Measure, str]] = {
    "auc": "Area under the ROC curve",
    "lift_10": "Lift in the top 10 %",
    "lift_20": "Lift in the top 20 %",
    "log_loss": "Log-loss",
    "ece": "Calibration error",
}
COMPARED: Final[tuple[Measure, ...]] = ("auc", "lift_10", "lift_20", "log_loss")
"""Measures by which one candidate can beat another.

Calibration error has a floor of luck, higher for who dares more: without any signal many pairs would
have a winner by it.
"""
_OF_PROBABILITIES: Final = frozenset({"log_loss", "ece"})
_LIFTS: Final[Mapping[Measure, float]] = {"lift_10": 0.1, "lift_20": 0.2}
_LOWER_IS_BETTER: Final = frozenset({"log_loss", "ece"})

REPEATS: Final = 2
BLOCKS: Final = 4
RESAMPLES: Final = 500
_DATED: Final = 0.8
# Resamples at once, in draws: what the processor's own memory holds.
_AT_ONCE: Final = 500_000
# Draws are whole numbers; single precision adds them up exactly until 2²⁴.
_COUNTED_EXACTLY: Final = 2**23
_BINS: Final = 10
_GRID: Final = np.linspace(0, 1, 51)
_CALIBRATION_CELLS: Final = 20

Candidate = Literal["model", "learned", "hand", "equal", "base"]
_LEARNED: Final = frozenset({"model", "learned", "equal"})
CANDIDATES: Final[Mapping[Candidate, str]] = {
    "hand": "Hand-made profile",
    "learned": "Learned profile",
    "model": "Fitted model",
    "equal": "Equal weights",
    "base": "Base rate",
}


@dataclass(frozen=True, eq=False)
class Judged:
    """How one way of ranking accounts did out of sample.

    Attributes
    ----------
    candidate
        Key of `CANDIDATES`.
    measures
        Estimates with intervals.
    gains
        `accounts` (share taken, best first), `captured` (share of the positives among them), `low`
        and `high` (95 %).
    calibration
        Ten bins of rising probability: `expected`, `observed`, `accounts`.
    """

    candidate: Candidate
    measures: Mapping[Measure, Estimate]
    gains: pl.DataFrame
    calibration: pl.DataFrame

    def curve(self, *, as_lift: bool = False) -> pl.DataFrame:
        """The gains as accounts, value, low and high; as lift, over what chance finds.

        The lift of the very first accounts is left out: it says nothing yet.
        """
        found = self.gains.rename({"captured": "value"})
        if not as_lift:
            return found
        return found.filter(pl.col("accounts") >= _GRID[1]).with_columns(
            pl.col("value", "low", "high") / pl.col("accounts")
        )

    def calibration_with_intervals(self) -> pl.DataFrame:
        """The calibration with `low` and `high` of what was observed (95 %, Wilson)."""
        accounts = self.calibration["accounts"].to_numpy()
        low, high = wilson(self.calibration["observed"].to_numpy() * accounts, accounts)
        return self.calibration.with_columns(low=pl.Series(low), high=pl.Series(high))


@dataclass(frozen=True)
class Difference:
    """One measure of one candidate minus that of another, on the same resamples."""

    first: Candidate
    second: Candidate
    measure: Measure
    estimate: Estimate

    @property
    def winner(self) -> Candidate | None:
        """The better of the two; None where the interval includes no difference."""
        if self.estimate.includes(0):
            return None
        higher = self.estimate.value > 0
        return self.first if higher != (self.measure in _LOWER_IS_BETTER) else self.second

    def sentence(self) -> str:
        """The finding in plain words."""
        what = MEASURES[self.measure]
        what = what[0].lower() + what[1:]
        first, second = CANDIDATES[self.first], CANDIDATES[self.second]
        if self.winner is None:
            return f"{first} or {second.lower()}: can't tell yet by {what}."
        size = abs(self.estimate.value)
        low, high = sorted((abs(self.estimate.low), abs(self.estimate.high)))
        loser = second if self.winner == self.first else first
        return (
            f"{CANDIDATES[self.winner]} beats {loser.lower()} by {what}: "
            f"{size:.3g} (95 % interval {low:.3g} to {high:.3g})."
        )


@dataclass(frozen=True, eq=False)
class Proof:
    """The verdict on deals that learning did not see.

    Attributes
    ----------
    method
        How the parts were split.
    accounts, positives
        Accounts judged.
    judged
        By candidate.
    differences
        Of the pairs that matter, in each measure.
    """

    method: Method
    accounts: int
    positives: int
    judged: Mapping[Candidate, Judged]
    differences: tuple[Difference, ...]

    @property
    def how(self) -> str:
        """The method as it ends a sentence."""
        return self.method if self.method == "forward in time" else f"by {self.method}"

    def difference(self, first: Candidate, second: Candidate, measure: Measure) -> Difference:
        """One of the differences.

        Raises
        ------
        KeyError
            If the pair was not compared.
        """
        for found in self.differences:
            if (found.first, found.second, found.measure) == (first, second, measure):
                return found
        raise KeyError((first, second, measure))

    @property
    def holds(self) -> bool:
        """Whether the fitted model ranks better than chance, beyond what chance explains."""
        return self.judged["model"].measures["auc"].low > 0.5


def prove(
    labelled: LabelledAccounts,
    worst: LabelledAccounts | None,
    rng: np.random.Generator,
    *,
    hand: Profile | None = None,
    progress: Report | None = None,
    repeats: int = REPEATS,
) -> Proof:
    """Judge what can be learned from these accounts, and a hand-made profile, out of sample.

    Parameters
    ----------
    labelled
        Labelled accounts.
    worst
        The worst customers (positive) against the best, for drawbacks.
    rng
        Deals folds and resamples.
    hand
        A profile to compare with.
    progress
        Called with the share done; what it raises ends the work.
    repeats
        How often cross-validation is repeated; forward in time has one order only.

    Raises
    ------
    LearningError
        If the accounts are too few or all alike.
    """
    scorecard.check(labelled)
    method, splits = _splits(labelled, rng, repeats)
    hand_ranks = None if hand is None else suggestion.ranking(labelled.frame, hand)
    votes: dict[Candidate, list[tuple[Ints, Floats, Floats]]] = {}
    for done, part in enumerate(splits):
        if progress:
            progress(done / len(splits), "Learning on one part, judging on another")
        for name, vote in _judge_part(labelled, worst, part, hand_ranks, rng).items():
            votes.setdefault(name, []).append((part[1], *vote))
    judged_rows = np.unique(np.concatenate([test for _, test in splits]))
    answers = {name: _averaged(found, len(labelled), judged_rows) for name, found in votes.items()}
    unseen = labelled.take(judged_rows)
    judged, samples = {}, {}
    weights = _resamples(unseen.company, rng)
    stretch = _stretch(splits, repeats if method == "repeated cross-validation" else 1)
    for name, (order, log_odds) in answers.items():
        judged[name], samples[name] = _measured(
            name, unseen.positive, order, log_odds, weights, stretch=stretch
        )
    differences = []
    for first, second in _pairs(judged):
        for measure in COMPARED:
            differences.append(
                Difference(
                    first,
                    second,
                    measure,
                    _centred(
                        judged[first].measures[measure].value
                        - judged[second].measures[measure].value,
                        samples[first][measure] - samples[second][measure],
                        stretch=stretch if _is_learned(measure, first, second) else 1.0,
                        step=_step(measure, unseen.positive),
                    ),
                )
            )
    return Proof(method, len(unseen), int(unseen.positive.sum()), judged, tuple(differences))


def _pairs(judged: Mapping[Candidate, Judged]) -> Iterator[tuple[Candidate, Candidate]]:
    pairs: tuple[tuple[Candidate, Candidate], ...] = (
        ("learned", "hand"),
        ("model", "hand"),
        ("hand", "base"),
        ("learned", "equal"),
        ("model", "learned"),
        ("learned", "base"),
        ("model", "base"),
    )
    for first, second in pairs:
        if first in judged and second in judged:
            yield first, second


def _splits(
    labelled: LabelledAccounts, rng: np.random.Generator, repeats: int
) -> tuple[Method, list[tuple[Ints, Ints]]]:
    """Rows to train on and rows to judge."""
    forward = _forward(labelled, rng)
    if forward:
        return "forward in time", forward
    parts = []
    for _ in range(repeats):
        folds = folds_of(labelled, rng)
        parts += [
            (np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
            for fold in range(evidence.FOLDS)
        ]
    return "repeated cross-validation", parts


def _forward(labelled: LabelledAccounts, rng: np.random.Generator) -> list[tuple[Ints, Ints]]:
    """Each later quarter of the dated deals, to be judged by what came before; empty without dates.

    Accounts that nobody tried to win have no date: they are dealt to the quarters at random.
    """
    positive = labelled.positive > 0
    dated = ~np.isnat(labelled.day)
    distinct = len(np.unique(labelled.day[dated & positive]))
    if dated[positive].mean() < _DATED or distinct < BLOCKS * evidence.FOLDS:
        return []
    companies = int(labelled.company.max()) + 1
    first = np.full(companies, np.iinfo(np.int64).max)
    np.minimum.at(first, labelled.company[dated], labelled.day[dated].astype(np.int64))
    known = np.flatnonzero(first < np.iinfo(np.int64).max)
    block = rng.integers(0, BLOCKS, companies)
    # Quarters of the positives' dates, so that every part has its share of them.
    cuts = np.quantile(
        first[np.unique(labelled.company[dated & positive])], np.arange(1, BLOCKS) / BLOCKS
    )
    block[known] = np.searchsorted(cuts, first[known], side="left")
    of_account = block[labelled.company]
    parts = [
        (np.flatnonzero(of_account < later), np.flatnonzero(of_account == later))
        for later in range(1, BLOCKS)
    ]
    for train, test in parts:
        for rows in (train, test):
            hits = labelled.positive[rows].sum()
            if hits < evidence.FOLDS or len(rows) - hits < evidence.FOLDS:
                return []
    return parts


def _judge_part(
    labelled: LabelledAccounts,
    worst: LabelledAccounts | None,
    part: tuple[Ints, Ints],
    hand_ranks: Floats | None,
    rng: np.random.Generator,
) -> dict[Candidate, tuple[Floats, Floats]]:
    """For each candidate: where it ranks the held-out accounts (0…1), and their log-odds."""
    train, test = part
    known, unseen = labelled.take(train), labelled.take(test)
    held = worst
    if worst is not None:
        every = companies(pl.concat([worst.frame, unseen.frame]))
        mine, theirs = every[len(worst) :], every[: len(worst)]
        held = worst.take(np.flatnonzero(~np.isin(theirs, mine)))
        if min(held.positive.sum(), len(held) - held.positive.sum()) < suggestion.LEAST_WORST:
            held = None
    learned = suggestion.learn_from(known, held, rng)
    rate = known.base_rate
    base = np.full(len(test), np.log(rate / (1 - rate)))
    answers: dict[Candidate, tuple[Floats, Floats]] = {"base": (np.full(len(test), 0.5), base)}
    log_odds = learned.card.log_odds(unseen)
    answers["model"] = _places(log_odds), log_odds
    rankings: dict[Candidate, tuple[Floats, Floats] | None] = {"learned": None, "equal": None}
    if learned.profile is not None:
        profiles: dict[Candidate, Profile] = {
            "learned": learned.profile,
            "equal": suggestion.equal_weights(learned.profile),
        }
        for name, profile in profiles.items():
            ranking = suggestion.ranking(labelled.frame, profile)
            rankings[name] = ranking[train], ranking[test]
    if hand_ranks is not None:
        rankings["hand"] = hand_ranks[train], hand_ranks[test]
    for candidate, ranks in rankings.items():
        answers[candidate] = (
            answers["base"]
            if ranks is None
            else (_places(ranks[1]), calibrated(ranks[0], known.positive, ranks[1]))
        )
    return answers


def calibrated(known: Floats, positive: Floats, unseen: Floats) -> Floats:
    """Log-odds for a ranking, which by itself promises no probability.

    Rising with the rank by construction, so that calibration cannot turn a ranking around.

    Parameters
    ----------
    known, positive
        Ranking values and labels of the training part.
    unseen
        Ranking values of the part to judge.
    """
    cuts = np.unique(np.quantile(known, np.arange(1, _CALIBRATION_CELLS) / _CALIBRATION_CELLS))
    cell = np.searchsorted(cuts, known, side="left")
    rate = positive.mean()
    observed = np.bincount(cell, positive, len(cuts) + 1).astype(np.float64, copy=False)
    accounts = np.bincount(cell, minlength=len(cuts) + 1).astype(np.float64)
    weights = evidence.shaped(observed, accounts * rate, accounts, "rising")
    cells = np.searchsorted(cuts, unseen, side="left")
    return np.asarray(np.log(rate / (1 - rate)) + weights[cells])


def _places(values: Floats) -> Floats:
    """Percentile ranks, so that parts judged by different fits can be pooled."""
    ranks = pl.Series(values).rank("average").to_numpy()
    return np.asarray((ranks - 0.5) / len(values))


def _averaged(
    found: list[tuple[Ints, Floats, Floats]], size: int, rows: Ints
) -> tuple[Floats, Floats]:
    order, log_odds, count = np.zeros(size), np.zeros(size), np.zeros(size)
    for test, places, odds in found:
        order[test] += places
        log_odds[test] += odds
        count[test] += 1
    return order[rows] / count[rows], log_odds[rows] / count[rows]


def _resamples(company: Ints, rng: np.random.Generator) -> Singles:
    """How often each account is drawn in each resample; accounts of one company together."""
    _, place = np.unique(company, return_inverse=True)
    draws = rng.poisson(1.0, (RESAMPLES, int(place.max()) + 1)).astype(np.float32)
    return draws[:, place]


def _stretch(splits: list[tuple[Ints, Ints]], repeats: int) -> float:
    """How much wider intervals are because what was learned hangs on the customers drawn.

    The variance of a mean over J held-out parts is not σ²/J but σ²·(1/J + held out ÷ learned from):
    equation 8 of Nadeau and Bengio 2003. Repeating the split brings no new accounts.
    """
    parts = len(splits) / repeats
    return float(np.sqrt(1 + parts * np.mean([len(test) / len(train) for train, test in splits])))


def _is_learned(measure: Measure, *candidates: Candidate) -> bool:
    """Whether a measure hangs on the accounts that were learned from.

    Every probability does: a profile promises none, so the training part gives its score one, and even
    the base rate is that of the training part.
    """
    return measure in _OF_PROBABILITIES or not _LEARNED.isdisjoint(candidates)


def _step(measure: Measure, positive: Floats) -> float:
    """What one customer more changes: a lift counts customers, and has no value between two counts."""
    return 1 / (_LIFTS[measure] * float(positive.sum())) if measure in _LIFTS else 0.0


def _centred(value: float, sample: Floats, *, stretch: float = 1.0, step: float = 0.0) -> Estimate:
    """The interval that the resamples give around the estimate itself.

    What moves in steps is given half a step more on both sides (the correction for continuity: Yates
    1934).
    """
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return Estimate(value, -np.inf, np.inf)
    tail = (1 - CONFIDENCE) / 2
    low, high = stretch * np.quantile(sample - sample.mean(), [tail, 1 - tail])
    if low == high == 0:
        return Estimate(value, value, value)
    return Estimate(value, value + float(low) - step / 2, value + float(high) + step / 2)


def _measured(
    name: Candidate,
    positive: Floats,
    order: Floats,
    log_odds: Floats,
    weights: Singles,
    *,
    stretch: float = 1.0,
) -> tuple[Judged, dict[Measure, Floats]]:
    whole = _batch(positive, order, log_odds, np.ones((1, len(positive)), np.float32))
    samples, curves = _batch(positive, order, log_odds, weights)
    captured = whole[1][0]
    widened = stretch if name in _LEARNED else 1.0
    spread = widened * np.quantile(curves - curves.mean(axis=0), [0.025, 0.975], axis=0)
    gains = pl.DataFrame(
        {
            "accounts": _GRID,
            "captured": captured,
            "low": np.clip(captured + spread[0], 0, 1),
            "high": np.clip(captured + spread[1], 0, 1),
        }
    )
    measures = {}
    for measure in MEASURES:
        estimate = _centred(
            float(whole[0][measure][0]),
            samples[measure],
            stretch=stretch if _is_learned(measure, name) else 1.0,
            step=_step(measure, positive),
        )
        most = 1.0 if measure in ("auc", "ece") else np.inf
        measures[measure] = Estimate(
            estimate.value, max(estimate.low, 0.0), min(estimate.high, most)
        )
    return Judged(name, measures, gains, _calibration(positive, log_odds)), samples


def _calibration(positive: Floats, log_odds: Floats) -> pl.DataFrame:
    bins = _equal_bins(log_odds)
    size = np.bincount(bins, minlength=_BINS)
    return pl.DataFrame(
        {
            "expected": np.bincount(bins, sigmoid(log_odds), _BINS) / np.maximum(size, 1),
            "observed": np.bincount(bins, positive, _BINS) / np.maximum(size, 1),
            "accounts": size,
        }
    ).filter(pl.col("accounts") > 0)


def _equal_bins(values: Floats) -> Ints:
    """Ten bins of equally many accounts; equal values stay together."""
    return np.minimum((_places(values) * _BINS).astype(np.int64), _BINS - 1)


def _batch(
    positive: Floats, order: Floats, log_odds: Floats, weights: Singles | Floats
) -> tuple[dict[Measure, Floats], Floats]:
    """Every measure, and the gains curve, for each row of weights."""
    # Best first, equal ranks as one step.
    best_first = np.argsort(-order, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(order[best_first]) != 0, True))
    hit = positive[best_first] > 0
    probability = np.clip(sigmoid(log_odds), 1e-9, 1 - 1e-9)
    loss = -np.where(positive > 0, np.log(probability), np.log(1 - probability))
    missed = np.zeros((len(positive), _BINS))
    missed[np.arange(len(positive)), _equal_bins(log_odds)] = positive - probability
    found: dict[Measure, list[Floats]] = {measure: [] for measure in MEASURES}
    all_curves = []
    dtype = weights.dtype if len(positive) < _COUNTED_EXACTLY else np.float64
    at_once = max(1, _AT_ONCE // len(positive))
    for start in range(0, len(weights), at_once):
        some = weights[start : start + at_once]
        drawn = np.take(some, best_first, axis=1)
        taken = np.zeros((len(some), len(ends) + 1))
        won = np.zeros_like(taken)
        taken[:, 1:] = np.cumsum(drawn, axis=1, dtype=dtype)[:, ends]
        won[:, 1:] = np.cumsum(drawn * hit, axis=1, dtype=dtype)[:, ends]
        curves = np.array(
            [
                np.interp(_GRID * row[-1], row, hits) / max(hits[-1], 1.0)
                for row, hits in zip(taken, won, strict=True)
            ]
        )
        lost = taken - won
        n_hits, n_misses, mass = won[:, -1], lost[:, -1], taken[:, -1]
        below = n_misses[:, None] - (lost[:, 1:] + lost[:, :-1]) / 2
        wins = np.einsum("ij,ij->i", won[:, 1:] - won[:, :-1], below)
        exact = some.astype(np.float64)
        found["auc"].append(wins / np.maximum(n_hits * n_misses, 1))
        found["lift_10"].append(curves[:, 5] / _GRID[5])
        found["lift_20"].append(curves[:, 10] / _GRID[10])
        found["log_loss"].append(exact @ loss / mass)
        found["ece"].append(np.abs(exact @ missed).sum(axis=1) / mass)
        all_curves.append(curves)
    every = {measure: np.concatenate(parts) for measure, parts in found.items()}
    return every, np.concatenate(all_curves)

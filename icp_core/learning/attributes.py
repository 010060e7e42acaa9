"""What the best customers share, and what sets them apart from the market and from the worst."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite
from typing import Final, Literal

import numpy as np
import polars as pl
from scipy import stats

from icp_core.accounts.columns import Column, Kind
from icp_core.accounts.universe import Universe
from icp_core.intervals import Estimate, ratio_of, wilson
from icp_core.learning import evidence, scorecard
from icp_core.learning.evidence import Evidence
from icp_core.learning.labelled import LabelledAccounts
from icp_core.learning.levels import OTHER, UNKNOWN, Coded, Levels, edge_name
from icp_core.learning.scorecard import SHARPEST, SIGNIFICANT, Scorecard
from icp_core.reference import industry
from icp_core.reference.arrays import Floats, Rows
from icp_core.reference.numbers import exact, from_to

Finding = Literal["proven", "overlaps", "unproven"]

_POWER: Final = 0.8
_SHOWN_BINS: Final = 8
_NAMED: Final = 3


@dataclass(frozen=True, eq=False)
class Attribute:
    """How well one column tells the best customers from those they are compared with.

    Shares and lift are of accounts at levels that speak for them, as learned from the *other*
    accounts (cross-fitted), among those whose value is known.

    Attributes
    ----------
    column
        The column.
    finding
        `proven`: says something beyond the attributes picked before it; `overlaps`: does on its own,
        but what it adds is not proven; `unproven`: could be chance.
    z
        Standard score of the column on its own.
    p_adjusted
        Chance of that score, corrected over all columns (Benjamini and Yekutieli 2001).
    share_best, share_others
        Of the best, and of those compared with, at favourable levels.
    lift
        The ratio of the two, of which both are samples; infinite where none of the others are at a
        favourable level; None where nobody is.
    known_best, known_others
        Share whose value is known.
    evidence
        Weights of evidence per level: beyond the others where that is proven, else on its own.
    rank
        Rank among the suggested attributes, from 0; None where it is not suggested.
    """

    column: Column
    finding: Finding
    z: float
    p_adjusted: float
    share_best: float
    share_others: float
    lift: Estimate | None
    known_best: float
    known_others: float
    evidence: Evidence
    rank: int | None

    def sentence(self, others: str = "the market") -> str:
        """What the numbers say in plain words.

        Parameters
        ----------
        others
            What the best are compared with.
        """
        if self.finding == "unproven" or self.lift is None:
            return f"{self.column.label}: can't tell yet; chance alone could make this difference."
        text = (
            f"{self.column.label} ({favourable(self.evidence)}): {100 * self.share_best:.0f} % of the "
            "best customers, "
        )
        if isfinite(self.lift.value):
            text += (
                f"{100 * self.share_others:.0f} % of {others}; {self.lift.value:.1f} times as common "
                f"(95 % interval {self.lift.low:.1f} to {self.lift.high:.1f})."
            )
        else:
            text += f"none of {others}; at least {self.lift.low:.1f} times as common."
        if self.finding == "overlaps":
            text += " It overlaps with the others; what it adds to them is not proven."
        return text


def favourable(learned: Evidence) -> str:
    """The levels that speak for an account in a few words, the strongest first."""
    levels, weights = learned.levels, learned.weights
    match levels.column.kind:
        case Kind.NUMBER:
            good = np.flatnonzero(weights[:-1] > 0)
            if not len(good) or levels.edges is None or len(good) == len(levels.names):
                return "any value"
            first, last = int(good[0]), int(good[-1])
            low = edge_name(levels.edges[first - 1], levels.column) if first else ""
            high = edge_name(levels.edges[last], levels.column) if last < len(levels.edges) else ""
            if low and high:
                return from_to(low, high)
            return f"{low} or more" if low else f"below {high}"
        case Kind.TAGS:
            names = [levels.names[tag] for tag in learned.tags]
        case Kind.INDUSTRY:
            labels = [industry.label(code).split(",")[0] for code in levels.parent_names[0]]
            return _best_named(labels, learned.parents[0])
        case _:
            return _best_named(levels.names, weights[:-1])
    return _named(names) or "nothing"


def _best_named(names: Sequence[str], weights: Floats) -> str:
    """The names with a weight above 0; those below 0 where that is shorter."""
    order = np.argsort(-weights, kind="stable")
    good = [names[i] for i in order if weights[i] > 0]
    bad = [names[i] for i in order[::-1] if weights[i] <= 0]
    if len(good) > max(len(bad), _NAMED):
        return f"not {_named(bad)}" if bad else "any value"
    return _named(good) or "nothing"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return "; ".join(names[:_NAMED]) + more


def attributes(
    labelled: LabelledAccounts, card: Scorecard, rng: np.random.Generator
) -> tuple[Attribute, ...]:
    """Every column, the suggested ones first, then the sharpest on their own.

    Suggested are the columns of the scorecard that are proven to add something, then, up to five in
    all, those proven on their own that say most of what the suggested ones do not (in the spirit of
    minimum redundancy, maximum relevance: Ding and Peng 2005).

    Parameters
    ----------
    labelled
        Labelled accounts.
    card
        The scorecard fitted on them.
    rng
        Deals the folds.
    """
    alone = scorecard.strength(labelled, rng)
    names = list(alone)
    p = stats.false_discovery_control(
        [float(stats.norm.sf(alone[name][1])) for name in names], method="by"
    )
    p_adjusted = dict(zip(names, map(float, p), strict=True))
    beyond = {pick.name: pick for pick in card.sharpest}
    suggested = list(beyond)
    convincing = [n for n in names if p_adjusted[n] <= SIGNIFICANT and n not in beyond]
    while convincing and len(suggested) < SHARPEST:
        chosen = max(convincing, key=lambda n: _unshared(n, suggested, alone))
        convincing.remove(chosen)
        suggested.append(chosen)
    expected = np.full(len(labelled), labelled.base_rate)
    found = []
    for name in names:
        values, z = alone[name]
        coded = labelled.coded[name]
        finding: Finding = "unproven"
        if name in beyond:
            finding = "proven"
        elif p_adjusted[name] <= SIGNIFICANT:
            finding = "overlaps"
        learned = (
            beyond[name].evidence
            if name in beyond
            else evidence.learn(coded, labelled.positive, expected)
        )
        rank = suggested.index(name) if name in suggested else None
        shares = _shares(labelled, coded, values)
        found.append(
            Attribute(coded.levels.column, finding, z, p_adjusted[name], *shares, learned, rank)
        )
    return tuple(
        sorted(found, key=lambda a: (a.rank is None, a.rank if a.rank is not None else -a.z))
    )


def _unshared(name: str, suggested: list[str], alone: dict[str, tuple[Floats, float]]) -> float:
    """The column's score, reduced by what the suggested ones say already (a semipartial score)."""
    values, z = alone[name]
    others = np.column_stack([np.ones(len(values)), *(alone[other][0] for other in suggested)])
    fitted = others @ np.linalg.lstsq(others, values, rcond=None)[0]
    spread = float(values.var())
    return z * float(np.sqrt((values - fitted).var() / spread)) if spread > 0 else 0.0


def _shares(
    labelled: LabelledAccounts, coded: Coded, values: Floats
) -> tuple[float, float, Estimate | None, float, float]:
    best = labelled.positive > 0
    known = coded.known
    favourable = known & (values > 0)
    hits, total = int((favourable & best).sum()), int((known & best).sum())
    others, others_total = int((favourable & ~best).sum()), int((known & ~best).sum())
    base = others / others_total if others_total else 0.0
    return (
        hits / total if total else 0.0,
        base,
        ratio_of(hits, total, others, others_total),
        float(known[best].mean()),
        float(known[~best].mean()),
    )


def level_table(
    universe: Universe,
    levels: dict[str, Levels],
    best: Rows,
    worst: Rows,
) -> pl.DataFrame:
    """Every level of every column: how common among the best, the worst and the whole market.

    The bins are cut, and rare levels pooled, by the market alone, so no label chose them. A level
    stands on its own where at least one of the best would be expected in it.

    Parameters
    ----------
    universe
        The market.
    levels
        The grid.
    best, worst
        Rows of the universe.

    Returns
    -------
    pl.DataFrame
        `column`, `level`, counts and shares (`best`, `best_share` and so on; shares of the accounts
        whose value is known, of the unknown level of all), `lift` of the best over the market with
        `low` and `high` (95 %), `p` (exact binomial), `p_adjusted` (Benjamini and Yekutieli over the
        whole table) and `told_apart`.
    """
    tables = [_table("", (), [np.empty(0)] * 3, [np.empty(0)] * 3)]
    for name, grid in levels.items():
        coded = grid.code(universe.frame[name])
        shown, matrix = _shown(grid, coded, len(best))
        groups = [_counts(coded.take(rows), matrix) for rows in (best, worst)]
        market = _counts(coded, matrix)
        sizes = len(best), len(worst), len(universe)
        counts = [*groups, market]
        # Shares are of the known; the last level is the unknown itself, a share of all.
        totals = [
            np.append(np.full(len(shown) - 1, size - count[-1]), size)
            for size, count in zip(sizes, counts, strict=True)
        ]
        tables.append(_table(name, shown, counts, totals))
    table = pl.concat(tables)
    return table.with_columns(
        p_adjusted=pl.Series(
            stats.false_discovery_control(table["p"].to_numpy(), method="by")
            if len(table)
            else np.empty(0)
        )
    ).with_columns(told_apart=pl.col("p_adjusted") <= SIGNIFICANT)


def _table(
    name: str, shown: tuple[str, ...], counts: list[Floats], totals: list[Floats]
) -> pl.DataFrame:
    best, _, market = counts
    n_best, _, n_market = totals
    base = market / np.maximum(n_market, 1)
    low, high = wilson(best, n_best)
    # Two-sided exact test by doubling the smaller tail.
    below = stats.binom.cdf(best, n_best, base)
    above = stats.binom.sf(best - 1, n_best, base)
    shares = {
        f"{group}_share": np.divide(count, total, out=np.zeros(len(count)), where=total > 0)
        for group, count, total in zip(("best", "worst", "market"), counts, totals, strict=True)
    }
    lifts = {
        key: np.divide(value, base, out=np.full(len(base), np.nan), where=base > 0)
        for key, value in (("lift", shares["best_share"]), ("low", low), ("high", high))
    }
    return pl.DataFrame(
        {
            "column": pl.Series([name] * len(shown), dtype=pl.String),
            "level": pl.Series(shown, dtype=pl.String),
        }
        | {
            group: count.astype(np.int64)
            for group, count in zip(("best", "worst", "market"), counts, strict=True)
        }
        | shares
        | lifts
        | {"p": np.minimum(1.0, 2 * np.minimum(below, above))}
    ).with_columns(pl.col("lift", "low", "high").fill_nan(None))


def _counts(coded: Coded, matrix: Floats) -> Floats:
    if coded.tags is not None:
        held = coded.tags.sum(axis=0) @ matrix
        return np.append(held, float((~coded.known).sum()))
    raw = np.bincount(coded.codes, minlength=coded.levels.unknown + 1)
    return np.append(raw[:-1] @ matrix, raw[-1])


def _shown(levels: Levels, coded: Coded, n_best: int) -> tuple[tuple[str, ...], Floats]:
    """Names of the levels to show, and which level of the grid goes into which of them."""
    if coded.tags is not None:
        counts = coded.tags.sum(axis=0).astype(np.float64)
    else:
        counts = np.bincount(coded.codes, minlength=levels.unknown + 1)[:-1].astype(np.float64)
    names, group = levels.names, np.arange(len(levels.names))
    if levels.column.kind is Kind.NUMBER:
        position = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        group = np.minimum((position * _SHOWN_BINS).astype(np.int64), _SHOWN_BINS - 1)
        group = np.unique(group, return_inverse=True)[1]
        names = _bins(levels, group)
    elif levels.column.kind is Kind.INDUSTRY:
        group = levels.parents[0]
        names = tuple(f"{code} {industry.label(code)}" for code in levels.parent_names[0])
    merged = np.bincount(group, counts, len(names))
    if levels.column.kind is not Kind.NUMBER:
        known = float((coded.known).sum())
        rare = merged * n_best < max(known, 1)
        kept = np.flatnonzero(~rare)
        place = np.full(len(names), len(kept))
        place[kept] = np.arange(len(kept))
        if coded.tags is None:
            names = (*(names[i] for i in kept), *((OTHER,) if rare.any() else ()))
            group = place[group]
        else:
            # Rare tags are left out: an account has several, so they cannot be pooled by adding.
            names, group = tuple(names[i] for i in kept), place[group]
    matrix = np.zeros((len(levels.names), len(names)))
    inside = group < len(names)
    matrix[np.flatnonzero(inside), group[inside]] = 1
    return (*names, UNKNOWN), matrix


def _bins(levels: Levels, group: Rows) -> tuple[str, ...]:
    edges = levels.edges if levels.edges is not None else np.empty(0)
    cuts = edges[np.flatnonzero(np.diff(group))]
    texts = [exact(edge) for edge in cuts]
    if not texts:
        return ("any value",)
    inner = (from_to(low, high) for low, high in pairwise(texts))
    return (f"below {texts[0]}", *inner, f"{texts[-1]} or more")


def customers_needed(columns: int, *, share: float = 0.25, lift: float = 1.5) -> int:
    """How many best customers it takes to tell an attribute from chance, four times in five.

    Parameters
    ----------
    columns
        How many columns are tried; more columns take more customers.
    share
        Share of the market that has the attribute.
    lift
        How many times as common it is among the best.
    """
    others, best = share, min(share * lift, 0.99)
    threshold = float(stats.norm.isf(SIGNIFICANT / max(columns, 1)))
    reach = float(stats.norm.ppf(_POWER))
    spread = threshold * (others * (1 - others)) ** 0.5 + reach * (best * (1 - best)) ** 0.5
    needed: float = (spread / (best - others)) ** 2
    return ceil(needed)

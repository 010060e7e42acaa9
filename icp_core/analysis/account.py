"""One account: its facts, its score taken apart, what is unknown and what knowing it could change."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, inf, isnan
from typing import Any, Final

import numpy as np
import polars as pl

from icp_core.accounts.columns import Column, Kind
from icp_core.evaluation.arrays import Scored
from icp_core.evaluation.explain import Explanation, explain
from icp_core.evaluation.expressions import FAIL, MATCH, POSSIBLE
from icp_core.evaluation.in_memory import Evaluation, evaluated_rows
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.score import score
from icp_core.evaluation.tiers import UNRANKED
from icp_core.profiles.model import Criterion

_CODE_LENGTHS: Final = (2, 4, 5)  # characters of a division, a group (62.0) and a class (62.01)
_IS_CUSTOMER: Final = "is_customer"


@dataclass(frozen=True)
class Outlook:
    """Where an account stands, or would stand.

    Attributes
    ----------
    state
        `expressions.MATCH`, `POSSIBLE` or `FAIL`.
    score
        None where no nice-to-have is known.
    tier
        Its tier, `tiers.UNRANKED` for none; of a possible account the one it would have if it matched.
        None where it fails.
    """

    state: int
    score: float | None
    tier: str | None


@dataclass(frozen=True)
class Unknown:
    """One criterion whose value is unknown, and what knowing it could change, all else as it is.

    Attributes
    ----------
    criterion
        A gate or a scored criterion.
    worst, best
        With the value that speaks most against, and most for, the account.
    """

    criterion: Criterion
    worst: Outlook
    best: Outlook


@dataclass(frozen=True)
class AccountDetail:
    """Everything about one account under one profile.

    Attributes
    ----------
    facts
        Every column of the universe, unknown ones None; `source` and `as_of` among them where the
        universe has them.
    now, worst, best
        As it is, and with everything that is unknown at its worst and at its best.
    explanation
        Points per criterion, adding up to the score.
    gates
        Every must-have and knock-out with its answer: True, False, or None where unknown.
    unknown
        Criteria whose value is unknown, in the profile's order.
    potential
        In the profile's currency a year; None where unknown.
    coverage
        Share of the weight that is known.
    """

    facts: Mapping[str, Any]
    now: Outlook
    worst: Outlook
    best: Outlook
    explanation: Explanation
    gates: tuple[tuple[Criterion, bool | None], ...]
    unknown: tuple[Unknown, ...]
    potential: float | None
    coverage: float


def detail(evaluation: Evaluation, account_id: str) -> AccountDetail:
    """Look at one account.

    Raises
    ------
    AccountError
        If the universe does not hold it.
    """
    profile = evaluation.profile
    row = evaluation.row(account_id)
    rows = evaluated_rows(evaluation.universe.frame[row : row + 1], profile)
    values = rows.row(0, named=True)
    state, potential = values[NAMES.state], values[NAMES.potential]
    gates = tuple(
        (criterion, values[NAMES.passes(index)])
        for index, criterion in enumerate(profile.criteria)
        if criterion.role.is_gate
    )

    def outlook(state: int, points: float | None, *, worth: float | None = potential) -> Outlook:
        tier = None if state == FAIL else _tier(evaluation, row, points, worth)
        return Outlook(state, points, tier)

    def judged(criterion: Criterion) -> Unknown:
        if criterion.role.is_gate:
            alone = sum(passes is None for _, passes in gates) == 1
            met = MATCH if state == POSSIBLE and alone else state
            now = values[NAMES.score]
            return Unknown(criterion, outlook(FAIL, now), outlook(met, now))
        low, high = _ends(evaluation, row, criterion)
        return Unknown(criterion, outlook(state, low), outlook(state, high))

    worst_state = FAIL if state == POSSIBLE else state
    best_state = MATCH if state == POSSIBLE else state
    return AccountDetail(
        facts={name: values[name] for name in evaluation.universe.columns},
        now=outlook(state, values[NAMES.score]),
        worst=outlook(worst_state, values[NAMES.score_low]),
        best=outlook(
            best_state, values[NAMES.score_high], worth=inf if potential is None else potential
        ),
        explanation=explain(rows, profile)[0],
        gates=gates,
        unknown=tuple(
            judged(criterion)
            for index, criterion in enumerate(profile.criteria)
            if values[NAMES.fit(index)] is None
        ),
        potential=potential,
        coverage=values[NAMES.coverage],
    )


def _ends(
    evaluation: Evaluation, row: int, unknown: Criterion
) -> tuple[float | None, float | None]:
    """Score with one unknown criterion at its worst and at its best."""
    criteria = evaluation.profile.scored
    fits = np.array(
        [[evaluation.fits(c, np.array([row]))[0]] * 2 for c in criteria], dtype=np.float32
    )
    worst = 0.0 if unknown.role.favours else 1.0
    for fit, criterion in zip(fits, criteria, strict=True):
        if criterion is unknown:
            fit[:] = worst, 1 - worst
    low, high = score(Scored.of(fits), criteria).tolist()
    return (None if isnan(low) else low), (None if isnan(high) else high)


def _tier(evaluation: Evaluation, row: int, points: float | None, worth: float | None) -> str:
    """Tier that a score and a potential would give the account among the other matches."""
    policy = evaluation.profile.tiers
    ranked_by = worth if policy.kind == "value" else points
    if ranked_by is None:
        return UNRANKED
    if policy.kind != "capacity":
        return next((t.name for t in policy.tiers if ranked_by >= t.threshold), UNRANKED)
    place, room = _better(evaluation, row, ranked_by, -1.0 if worth is None else worth), 0
    for tier in policy.tiers:
        room += int(tier.threshold)
        if place < room:
            return tier.name
    return UNRANKED


def _better(evaluation: Evaluation, row: int, points: float, worth: float) -> int:
    """How many other matches rank before an account with that score and potential."""
    rows, scores = evaluation.matches.rows, evaluation.score
    tied = np.flatnonzero((scores == points) & (rows != row))
    others = np.nan_to_num(evaluation.potential.amount[tied], nan=-1.0)
    first = (others > worth) | ((others == worth) & (rows[tied] < row))
    return int(np.count_nonzero((scores > points) & (rows != row)) + np.count_nonzero(first))


@dataclass(frozen=True)
class Neighbour:
    """A customer that resembles an account.

    Attributes
    ----------
    account_id, name
        Of the customer.
    distance
        0 where all that was compared is alike, 1 where nothing is: the mean of `differences`.
    differences
        By column, for the columns that both know.
    """

    account_id: str
    name: str
    distance: float
    differences: Mapping[str, float]


def nearest_customers(
    evaluation: Evaluation, account_id: str, *, count: int = 5
) -> tuple[Neighbour, ...]:
    """The customers most like an account on the columns that the profile reads.

    Gower's distance (1971): the mean difference over the columns that both know, each between 0 and 1.
    Numbers: the distance over the column's range from its 1 % to its 99 % quantile, on a log axis where
    a few values dwarf the rest. Industries: 0 for the same class, ⅓ within a group, ⅔ within a
    division, else 1. Tags: 1 − shared over all (Jaccard). Others: 0 if equal, else 1. A customer counts
    only if at least half of the columns can be compared. It says what is alike, not what matters:
    weights play no part.

    Parameters
    ----------
    evaluation
        Of the profile.
    account_id
        The account; itself it is never among the answers.
    count
        How many customers at most, the nearest first; between equals the one with more in common to
        compare, then by account_id.

    Raises
    ------
    AccountError
        If the universe does not hold it.
    """
    values = evaluation.universe.frame.row(evaluation.row(account_id), named=True)
    compared = sorted(
        (evaluation.profile.columns & evaluation.universe.columns.keys()) - {_IS_CUSTOMER}
    )
    known = [name for name in compared if values[name] is not None]
    least = max(ceil(len(compared) / 2), 1)
    if len(known) < least:
        return ()
    customers = evaluation.keep(
        ("customer facts", *compared), lambda: _customers(evaluation, compared)
    )
    differences = customers.select(
        pl.when(pl.col(name).is_not_null())
        .then(_difference(evaluation, evaluation.universe.columns[name], values[name]))
        .alias(name)
        for name in known
    )
    distances = differences.select(
        distance=pl.mean_horizontal(pl.all(), ignore_nulls=True),
        compared=pl.sum_horizontal(pl.all().is_not_null()),
    )
    nearest = (
        pl.concat([customers.select("account_id", "name"), distances], how="horizontal")
        .with_row_index("place")
        .filter((pl.col("compared") >= least) & (pl.col("account_id") != account_id))
        .sort(["distance", "compared", "account_id"], descending=[False, True, False])
        .head(count)
    )
    return tuple(
        Neighbour(
            found["account_id"],
            found["name"],
            found["distance"],
            {
                name: value
                for name, value in differences.row(found["place"], named=True).items()
                if value is not None
            },
        )
        for found in nearest.iter_rows(named=True)
    )


def _customers(evaluation: Evaluation, compared: list[str]) -> pl.DataFrame:
    needed = list(dict.fromkeys(("account_id", "name", *compared)))
    return evaluation.universe.frame.select(needed).filter(pl.Series(evaluation.customers()))


def _difference(evaluation: Evaluation, column: Column, value: Any) -> pl.Expr:
    """How far each known value of a column is from one value, 0…1."""
    other = pl.col(column.name)
    match column.kind:
        case Kind.NUMBER:
            return _apart(evaluation, column.name, value)
        case Kind.INDUSTRY:
            levels = [length for length in _CODE_LENGTHS if length <= len(value)]
            shared = pl.sum_horizontal(other.str.head(n) == value[:n] for n in levels)
            # A code that stops at its division is alike as far as it goes.
            known = pl.sum_horizontal(other.str.len_chars() >= n for n in levels)
            return 1 - shared / known
        case Kind.TAGS:
            tags = pl.lit(pl.Series([value], dtype=pl.List(pl.String)))
            shared = other.list.set_intersection(tags).list.len()
            either = other.list.set_union(tags).list.len()
            return pl.when(either > 0).then(1 - shared / either).otherwise(0.0)
        case _:
            return other.ne(value).cast(pl.Float64)


def _apart(evaluation: Evaluation, column: str, value: float) -> pl.Expr:
    spread = evaluation.spread(column)
    ends = np.array([spread.quantiles[0], spread.quantiles[-1], value], dtype=np.float64)
    other = pl.col(column).cast(pl.Float64)
    if spread.scale == "log":
        ends, other = np.log1p(np.maximum(ends, 0)), other.clip(0).log1p()
    low, high, at = ends.tolist()
    if high <= low:
        return other.ne(at).cast(pl.Float64)
    apart: pl.Expr = (other - at).abs() / (high - low)
    return apart.clip(0, 1)

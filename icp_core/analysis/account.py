"""One account: its facts, its score taken apart, what is unknown and what knowing it could change."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isnan
from typing import Any, Final

import numpy as np
import polars as pl

from icp_core.accounts.encoded import Encoded
from icp_core.accounts.neighbours import nearest
from icp_core.accounts.similarity import Gower
from icp_core.accounts.universe import Universe
from icp_core.evaluation.arrays import Scored
from icp_core.evaluation.explain import Explanation, explain
from icp_core.evaluation.expressions import FAIL, MATCH, POSSIBLE
from icp_core.evaluation.in_memory import Evaluation, evaluated_rows
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.score import score
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED, is_too_little, score_key
from icp_core.profiles.model import Criterion
from icp_core.reference.arrays import Flags

_APART: Final = 0.1  # of a column, 0…1; what is nearer is not worth a word
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
        One of `tiers.groups`; of a possible account the one it would have if it matched.
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
    least, most = potential, inf if potential is None else potential
    if profile.tiers.kind == "value":
        ends = evaluation.all_in_memory.value_ends(profile)
        least, high = (None if isnan(end[row]) else float(end[row]) for end in ends)
        most = inf if high is None else high
    gates = tuple(
        (criterion, values[NAMES.passes(index)])
        for index, criterion in enumerate(profile.criteria)
        if criterion.role.is_gate
    )

    share, weight = values[NAMES.coverage], sum(criterion.weight for criterion in profile.scored)

    def outlook(
        state: int,
        points: float | None,
        *,
        amount: float | None = least,
        known: float = share,
    ) -> Outlook:
        if state == FAIL:
            return Outlook(state, points, None)
        if is_too_little(profile, known):
            return Outlook(state, points, TOO_LITTLE_KNOWN)
        return Outlook(state, points, _tier(evaluation, row, points, amount))

    def judged(criterion: Criterion) -> Unknown:
        if criterion.role.is_gate:
            alone = sum(passes is None for _, passes in gates) == 1
            met = MATCH if state == POSSIBLE and alone else state
            now = values[NAMES.score]
            return Unknown(criterion, outlook(FAIL, now), outlook(met, now))
        low, high = _ends(evaluation, row, criterion)
        known = share + criterion.weight / weight
        return Unknown(
            criterion, outlook(state, low, known=known), outlook(state, high, known=known)
        )

    worst_state = FAIL if state == POSSIBLE else state
    best_state = MATCH if state == POSSIBLE else state
    return AccountDetail(
        facts={name: values[name] for name in evaluation.universe.columns},
        now=outlook(state, values[NAMES.score]),
        worst=outlook(worst_state, values[NAMES.score_low], known=1.0),
        best=outlook(
            best_state,
            values[NAMES.score_high],
            amount=most,
            known=1.0,
        ),
        explanation=explain(rows, profile)[0],
        gates=gates,
        unknown=tuple(
            judged(criterion)
            for index, criterion in enumerate(profile.criteria)
            if values[NAMES.fit(index)] is None
        ),
        potential=potential,
        coverage=share,
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


def _tier(evaluation: Evaluation, row: int, points: float | None, amount: float | None) -> str:
    """Tier that a score and a potential would give the account among the other matches."""
    policy = evaluation.profile.tiers
    ranked_by = amount if policy.kind == "value" else points
    if ranked_by is None:
        return UNRANKED
    if policy.kind != "capacity":
        return next((t.name for t in policy.tiers if ranked_by >= t.threshold), UNRANKED)
    place, room = _better(evaluation, row, ranked_by, -1.0 if amount is None else amount), 0
    for tier in policy.tiers:
        room += int(tier.threshold)
        if place < room:
            return tier.name
    return UNRANKED


def _better(evaluation: Evaluation, row: int, points: float, amount: float) -> int:
    """How many other matches rank before an account with that score and potential."""
    rows = evaluation.matches.rows
    scores = score_key(evaluation.score, evaluation.too_little_known)
    tied = np.flatnonzero((scores == points) & (rows != row))
    others = np.nan_to_num(evaluation.potential.amount[tied], nan=-1.0)
    first = (others > amount) | ((others == amount) & (rows[tied] < row))
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

    @property
    def most_different(self) -> tuple[str, ...]:
        """The one or two columns they differ most in; none where they hardly differ."""
        most = sorted(self.differences.items(), key=lambda column: -column[1])[:2]
        return tuple(name for name, apart in most if apart >= _APART)


def nearest_customers(
    evaluation: Evaluation, account_id: str, *, count: int = 5
) -> tuple[Neighbour, ...]:
    """The customers most like an account on the columns that the profile reads.

    By the distance of `accounts.similarity`, every column counting the same, whether a customer is one
    left out. It says what is alike, not what matters: weights play no part.

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
    universe = evaluation.universe
    row = evaluation.row(account_id)
    columns = [
        column
        for name, column in sorted(universe.columns.items())
        if name in evaluation.profile.columns and name != _IS_CUSTOMER and column.is_criterion
    ]
    if not columns:
        return ()
    everyone = evaluation.keep(("accounts encoded",), lambda: Encoded(universe.frame))
    names = tuple(column.name for column in columns)
    customers = evaluation.keep(
        ("customers encoded", *names),
        lambda: _encoded(universe, evaluation.customers(), names, everyone),
    )
    ids = customers.frame["account_id"]
    if ids.is_empty():
        return ()
    account = Gower.on(universe, columns, encoded=customers).to(universe.frame[row : row + 1])
    itself = np.flatnonzero(ids == account_id)
    found = nearest(account, count, without=itself)
    accounts = customers.frame[found["row"].to_numpy()]
    apart = account.by_column(accounts, np.zeros(len(accounts), dtype=np.int64))
    return tuple(
        Neighbour(
            customer["account_id"],
            customer["name"],
            distance,
            {name: float(value) for name, value in zip(names, values, strict=True) if value >= 0},
        )
        for customer, distance, values in zip(
            accounts.iter_rows(named=True), found["distance"], apart, strict=True
        )
    )


def _encoded(
    universe: Universe, customers: Flags, names: tuple[str, ...], everyone: Encoded
) -> Encoded:
    """The customers, numbers compared by their percentiles among all accounts."""
    needed = list(dict.fromkeys(("account_id", "name", *names)))
    return Encoded(universe.frame.select(needed).filter(pl.Series(customers)), everyone)

"""Why an account scores what it scores: points per criterion that add up to the score."""

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import polars as pl

from icp_core.evaluation.names import NAMES
from icp_core.profiles.model import Criterion, Profile, Role


@dataclass(frozen=True)
class Reason:
    """What one criterion adds to the score of one account.

    Attributes
    ----------
    criterion
        A nice-to-have or a drawback.
    fit
        Its fit after the missing rule; None where it is unknown and left out.
    points
        What it adds (drawbacks: takes away) on the scale 0…100; 0 where left out.
    """

    criterion: Criterion
    fit: float | None
    points: float


@dataclass(frozen=True)
class Explanation:
    """The score of one account, taken apart.

    `floor` is what keeps the score from falling below 0, so that the points of the reasons and the
    floor add up to the score (which is rounded to four decimals). `score` is None where no
    nice-to-have is known.
    """

    account_id: str
    name: str
    score: float | None
    reasons: tuple[Reason, ...]
    floor: float

    @property
    def strongest(self) -> tuple[Reason, ...]:
        """The reasons that move the score, the largest first, the profile's order between equals."""
        moving = [reason for reason in self.reasons if reason.points]
        return tuple(sorted(moving, key=lambda reason: -abs(reason.points)))

    @property
    def steps(self) -> tuple["Step", ...]:
        """From 0 to the score: a step a criterion in the profile's order, then the floor if it holds."""
        # A drawback that is not met takes -0.0.
        taken = [(reason, reason.points + 0.0) for reason in self.reasons]
        moves: list[tuple[Reason | None, float]] = [*taken]
        if self.floor:
            moves.append((None, self.floor))
        ends = accumulate((points for _reason, points in moves), initial=0.0)
        return tuple(
            Step(reason, points, start, end)
            for (reason, points), (start, end) in zip(moves, pairwise(ends), strict=True)
        )

    @property
    def unknown(self) -> tuple[Criterion, ...]:
        """Criteria left out of the score because the value is unknown."""
        return tuple(reason.criterion for reason in self.reasons if reason.fit is None)


@dataclass(frozen=True)
class Step:
    """One step of a waterfall, in points; `reason` is None for what keeps the score from below 0."""

    reason: Reason | None
    points: float
    start: float
    end: float


def explain(rows: pl.DataFrame, profile: Profile) -> tuple[Explanation, ...]:
    """Take the scores of a few accounts apart.

    Parameters
    ----------
    rows
        Accounts with everything that `expressions.evaluated` adds (`Evaluation.rows`).
    profile
        The profile that evaluated them.
    """
    return tuple(_explanation(row, profile) for row in rows.iter_rows(named=True))


def _explanation(row: dict[str, Any], profile: Profile) -> Explanation:
    scored = [
        (criterion, row[NAMES.fit(index)])
        for index, criterion in enumerate(profile.criteria)
        if not criterion.role.is_gate
    ]
    known = sum(
        criterion.weight
        for criterion, fit in scored
        if criterion.role is Role.NICE_TO_HAVE and fit is not None
    )
    unit = 100 / known if known else 0.0
    reasons = []
    for criterion, fit in scored:
        full = unit * criterion.weight if fit is not None else 0.0
        sign = 1 if criterion.role is Role.NICE_TO_HAVE else -1
        reasons.append(Reason(criterion, fit, sign * full * (fit or 0.0)))
    score = row[NAMES.score]
    # A profile without nice-to-haves scores every match 100, and there is nothing to take apart.
    floor = 0.0 if score is None else score - sum(reason.points for reason in reasons)
    if score is not None and abs(floor) < 1e-3:
        floor = 0.0
    return Explanation(row["account_id"], row["name"], score, tuple(reasons), floor)


def open_gates(rows: pl.DataFrame, profile: Profile) -> tuple[tuple[Criterion, ...], ...]:
    """The gates that are unknown of each account: what must be found out before it matches.

    Parameters
    ----------
    rows
        As `explain` takes them.
    profile
        The profile that evaluated them.
    """
    gates = [
        (NAMES.passes(index), criterion)
        for index, criterion in enumerate(profile.criteria)
        if criterion.role.is_gate
    ]
    return tuple(
        tuple(criterion for name, criterion in gates if row[name] is None)
        for row in rows.iter_rows(named=True)
    )

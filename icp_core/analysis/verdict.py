"""Whether the market is too narrow, about right or too broad for the team, and what changes that.

The market is SAM, the matches in the regions served; the measure is the hours that working all of it
takes (`plan.effort`) against those that the team has in the time box:

- too narrow: fewer, so that the team runs out of fitting accounts;
- too broad: more than `BROAD` times as many, so that most accounts would not be worked in as many time
  boxes, and the profile decides too little;
- about right: between the two.

SAM is a range while facts are unknown. Where its two ends give different answers, nobody can tell yet,
and finding out the facts that `Sizing.lacks` names comes first.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, floor
from typing import Final

import numpy as np

from icp_core.analysis.costs import GateStanding, bounds, loosened
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.sizing import efforts, served
from icp_core.evaluation.everyone import Everyone
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.profiles.model import Criterion, Profile, Role
from icp_core.reference.arrays import Flags

BROAD: Final = 5  # times the hours; a market beyond would take over five time boxes to work
_NEARLY: Final = 1e-9  # share of the hours: sums of decimals decide nothing by their last digit


class Breadth(StrEnum):
    """How a market compares with what the team can work."""

    TOO_NARROW = "too_narrow"
    ABOUT_RIGHT = "about_right"
    TOO_BROAD = "too_broad"


def breadth(needed: float, available: float) -> Breadth:
    """Compare the hours that a market takes with those there are, above 0."""
    if needed < available * (1 - _NEARLY):
        return Breadth.TOO_NARROW
    most = BROAD * available * (1 + _NEARLY)
    return Breadth.TOO_BROAD if needed > most else Breadth.ABOUT_RIGHT


class Action(StrEnum):
    """What to do with a criterion."""

    DROP = "drop"
    LOOSEN = "loosen"
    REQUIRE = "require"


@dataclass(frozen=True)
class Change:
    """One change to the profile, and the market it would make.

    Its companies are taken to need as many hours each, on average, as those of the market now.

    Attributes
    ----------
    action
        Drop a gate, loosen it by one step, or require a nice-to-have (or rule out a drawback).
    index
        Place of the criterion in the profile.
    profile
        The profile with the change made.
    sam
        Matches in the regions served, up to those that fail nothing.
    breadth
        The verdict then; None where the ends of `sam` give different answers.
    """

    action: Action
    index: int
    profile: Profile
    sam: Bounds
    breadth: Breadth | None


@dataclass(frozen=True)
class Verdict:
    """How the market compares with the team's hours.

    Attributes
    ----------
    available
        Hours of the team in the time box.
    needed
        Hours that working all of `sam` takes.
    capacity
        Accounts like the matches in SAM that the hours suffice for; 0 without hours, or where the plan
        says that no account takes any.
    sam
        Matches in the regions served, up to those that fail nothing.
    at_low, at_high
        The answers at the two ends of `sam`; None where there is no capacity to compare with.
    changes
        What would make a market that is too narrow or too broad about right, the best first; empty
        for a market that is about right or cannot be judged.
    """

    available: float
    needed: Bounds
    capacity: int
    sam: Bounds
    at_low: Breadth | None
    at_high: Breadth | None
    changes: tuple[Change, ...] = ()

    @property
    def breadth(self) -> Breadth | None:
        """The answer; None where it depends on what is unknown, or nothing is known to compare with."""
        return _agreed(self.at_low, self.at_high)


def verdict(evaluation: Evaluation, team: TeamPlan) -> Verdict:
    """Compare a market with what the team can work.

    Changes that are sure to make the market about right come first, the smallest change of SAM before
    larger ones. Then come those that may, by how much of SAM's range is about right; then the others, by
    how near the middle of SAM comes to the band of what is.

    Parameters
    ----------
    evaluation
        The market.
    team
        The plan: regions served and capacity.
    """
    profile = evaluation.profile
    everyone = evaluation.everyone.asked(profile.gates)
    now, sure = _served(everyone, profile, team)
    sam = bounds(now, sure)
    least, most = efforts(evaluation, team)
    needed = Bounds(*sorted((least.whole, most.whole)))
    if not team.hours or not least.average or not most.average:
        return Verdict(team.hours, needed, 0, sam, None, None)
    ends = breadth(least.whole, team.hours), breadth(most.whole, team.hours)
    # Accounts of which no fewer, and no more, are about right.
    at_least, at_most = (times * team.hours / least.average for times in (1, BROAD))
    answer = Verdict(team.hours, needed, floor(at_least * (1 + _NEARLY)), sam, *ends)
    wider: dict[Criterion, Criterion | None] = {}
    if answer.breadth is Breadth.TOO_NARROW:
        wider = {gate: loosened(evaluation, gate) for gate in profile.gates}
        everyone = everyone.asked(gate for gate in wider.values() if gate is not None)
        now, sure = _served(everyone, profile, team)
    elif answer.breadth is Breadth.TOO_BROAD and evaluation.contenders is not everyone:
        # What one more gate leaves is among those that fail none now.
        now, sure = _served(evaluation.contenders, profile, team)
    found: list[Change] = []

    def consider(action: Action, index: int, profile: Profile, then: GateStanding) -> None:
        reached = bounds(then, sure)
        if reached != sam:
            low = breadth(reached.low * least.average, team.hours)
            high = breadth(reached.high * most.average, team.hours)
            found.append(Change(action, index, profile, reached, _agreed(low, high)))

    for index, criterion in enumerate(profile.criteria):
        if answer.breadth is Breadth.TOO_NARROW and criterion.role.is_gate:
            without = now.without(criterion)
            consider(Action.DROP, index, profile.without(index), without)
            looser = wider[criterion]
            if looser is not None:
                changed = profile.changing(index, fit=looser.fit)
                consider(Action.LOOSEN, index, changed, without.adding(looser))
        if answer.breadth is Breadth.TOO_BROAD and not criterion.role.is_gate:
            role = Role.MUST_HAVE if criterion.role.favours else Role.KNOCK_OUT
            required = profile.changing(index, role=role)
            consider(Action.REQUIRE, index, required, now.adding(required.criteria[index]))

    def usefulness(change: Change) -> tuple[float, float, float]:
        low, high = ceil(at_least * (1 - _NEARLY)), floor(at_most * (1 + _NEARLY))
        middle = _middle(change.sam)
        return (
            -_share_within(change.sam, low, high),
            max(low - middle, middle - high, 0.0),
            abs(middle - _middle(sam)),
        )

    return replace(answer, changes=tuple(sorted(found, key=usefulness)))


def _served(everyone: Everyone, profile: Profile, team: TeamPlan) -> tuple[GateStanding, Flags]:
    """How those stand that are, or may be, in the regions served, and which surely are."""
    inside, unplaced = served(everyone, team.served_regions)
    rows = np.flatnonzero(inside | unplaced)
    return GateStanding.of(everyone, profile.gates, rows), inside[rows]


def _agreed(low: Breadth | None, high: Breadth | None) -> Breadth | None:
    return low if low == high else None


def _share_within(ends: Bounds, low: float, high: float) -> float:
    """Share of the whole numbers between the ends that lie between low and high, both inclusive."""
    inside = min(ends.high, high) - max(ends.low, low) + 1
    return max(inside, 0.0) / (ends.high - ends.low + 1)


def _middle(ends: Bounds) -> float:
    return (ends.low + ends.high) / 2

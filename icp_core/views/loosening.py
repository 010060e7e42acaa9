"""What would let more accounts match, each by one change of the profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from icp_core.evaluation.market import GateCost
from icp_core.profiles.model import Criterion, Missing, Profile
from icp_core.views.view import MarketView


class Means(StrEnum):
    """How a way lets more accounts match."""

    LOOSEN = "loosen"
    """A range one step wider, or of a knock-out narrower."""
    DROP = "drop"
    """A must-have or knock-out taken away."""
    ALLOW_UNKNOWN = "allow_unknown"
    """Accounts let through where it is unknown."""


@dataclass(frozen=True)
class Way:
    """One change of the profile, and what it brings.

    Attributes
    ----------
    means
        How.
    criteria
        The must-haves and knock-outs that are changed, as they were.
    profile
        The profile with the change made.
    gained
        Accounts that match then and do not now.
    """

    means: Means
    criteria: tuple[Criterion, ...]
    profile: Profile
    gained: int


def ways(market: MarketView) -> tuple[Way, ...]:
    """Every single change that lets more accounts match, the one that brings most first.

    A range is loosened where that gains anybody, else dropped like any other test.
    """
    return tuple(sorted(_ways(market), key=lambda way: -way.gained))


def _ways(market: MarketView) -> Iterator[Way]:
    profile, whole = market.profile, market.totals
    places = [place for place, one in enumerate(profile.criteria) if one.role.is_gate]
    # Of accounts in an engine each would be a question of its own.
    costs = market.costs() if "costs" in market.supports else [None] * len(places)
    for place, gate, cost in zip(places, whole.gates, costs, strict=True):
        changed = (profile.criteria[place],)
        if cost is not None and cost.gained_if_loosened and cost.loosened is not None:
            looser = profile.changing(place, fit=cost.loosened.fit)
            yield Way(Means.LOOSEN, changed, looser, cost.gained_if_loosened)
        elif gate.gained_if_dropped:
            yield Way(Means.DROP, changed, profile.without(place), gate.gained_if_dropped)
    if whole.possible:
        open_now = tuple(gate.criterion for gate in whole.gates if gate.unknown)
        letting = profile.replace(
            criteria=tuple(
                one.replace(missing=Missing.PASS) if one in open_now else one
                for one in profile.criteria
            )
        )
        yield Way(Means.ALLOW_UNKNOWN, open_now, letting, whole.possible)


def untold(market: MarketView) -> tuple[Criterion, ...]:
    """Must-haves and knock-outs that nobody passes because nothing is known that they ask for.

    They narrow nothing: the list has no answer to them, or none that was understood.
    """
    nobody = [gate for gate in market.totals.gates if not gate.passes]
    hidden = {gate.criterion for gate in nobody if gate.criterion.missing is Missing.FAIL}
    found = {gate.criterion for gate in nobody if not gate.is_told}
    if hidden:
        # What is unknown counts as failed: asked again, it is told apart.
        profile = market.profile
        asked = [
            one.replace(missing=Missing.UNKNOWN) if one in hidden else one
            for one in profile.criteria
        ]
        gates = market.under(profile.replace(criteria=tuple(asked))).totals.gates
        told = {gate.criterion for gate in gates if gate.is_told}
        found |= {one for one in hidden if one.replace(missing=Missing.UNKNOWN) not in told}
    return tuple(gate.criterion for gate in nobody if gate.criterion in found)


def strictest(market: MarketView) -> GateCost | None:
    """The must-have or knock-out that the fewest accounts pass, of those that the list tells."""
    silent = untold(market)
    told = [gate for gate in market.totals.gates if gate.criterion not in silent]
    return min(told, key=lambda gate: gate.passes, default=None)

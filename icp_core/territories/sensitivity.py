"""How a plan stands if its figures are off, and what it pays for balance.

A plan is proved against a model. Here the same plan is looked at again with hours or potential a fifth
less or more than they are taken to be: who then has too much, who has room, whose share is no longer
even. Nothing is solved again.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

from icp_core.reference.arrays import Flags, Floats
from icp_core.territories.coverage import ROOM_BELOW
from icp_core.territories.plan import TerritoryPlan, unbalanced

OFF: Final = 0.2
"""How far figures are taken to be off, to either side: hours a year vary by about as much."""

Assumption = Literal["hours", "journeys", "potential", "best_potential"]
"""What is off: all hours, those on the way alone, all potential, or that of the best tier alone."""

_HOURS: Final[tuple[Assumption, ...]] = ("hours", "journeys")
_POTENTIAL: Final[tuple[Assumption, ...]] = ("potential", "best_potential")


@dataclass(frozen=True)
class IfOff:
    """A plan where one figure is other than it is taken to be.

    Attributes
    ----------
    assumption
        Which figure.
    change
        By what share of it.
    over, with_room
        Reps who need more hours than they have, and those who need less than 80 % of them.
    above, below
        Reps whose share of the hours (where hours are off) or of the potential is outside the tolerance
        around an even one.
    at_risk
        What the changes of rep put at risk.
    """

    assumption: Assumption
    change: float
    over: tuple[str, ...]
    with_room: tuple[str, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]
    at_risk: float

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class BalancePrice:
    """What a plan costs more than the best one whose shares may be as uneven as they come.

    Attributes
    ----------
    hours, km
        On the way in the time box.
    at_risk
        That changes of rep put at risk.
    least_share, most_share
        What reps would have without balance, of an even share of the hours; None where that is none.
    """

    hours: float
    km: float
    at_risk: float
    least_share: float | None
    most_share: float | None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return asdict(self)


def if_off(
    plan: TerritoryPlan, best_tier: str, changes: Sequence[float] = (-OFF, 0.0, OFF)
) -> tuple[IfOff, ...]:
    """A plan under each assumption and change, in that order.

    Parameters
    ----------
    plan
        What is looked at.
    best_tier
        Name of the best tier.
    changes
        Shares by which figures are off.
    """
    return tuple(
        _off(plan, assumption, change, best_tier)
        for assumption in (*_HOURS, *_POTENTIAL)
        for change in changes
    )


def _off(plan: TerritoryPlan, assumption: Assumption, change: float, best_tier: str) -> IfOff:
    planning, wishes, factor = plan.planning, plan.planning.wishes, 1 + change
    hours, _ = planning.targets
    journeys = plan.by_rep(planning.journey_hours(plan.rep))
    work = plan.loads - journeys
    worth = planning.accounts["potential"].to_numpy().copy()
    at_risk = plan.value_moved
    if assumption in _HOURS:
        on_work = factor if assumption == "hours" else 1.0
        loads = work * on_work + journeys * factor
        even = planning.even_work * on_work + (hours - planning.even_work) * factor
        mine, tolerance = loads, wishes.hours_tolerance
    else:
        here = np.ones(len(worth), dtype=bool)
        if assumption == "best_potential":
            here = (planning.accounts["tier"] == best_tier).fill_null(False).to_numpy()
        worth[here] *= factor
        loads, mine = plan.loads, plan.by_rep(worth)
        even, tolerance = planning.even_potential(worth), wishes.potential_tolerance
        moved = plan.handed_over
        sold = (planning.at_risk_of(worth))[moved]
        at_risk = float(sold.sum())
    names = np.array(planning.team.names, dtype=object)

    def called(which: Flags) -> tuple[str, ...]:
        return tuple(names[which].tolist())

    slack = 1e-6 * (1 + even)
    available = planning.available
    return IfOff(
        assumption=assumption,
        change=change,
        over=called(loads > available * (1 + 1e-9)),
        with_room=called(loads < ROOM_BELOW * available),
        above=called(mine > even * (1 + tolerance) + slack),
        below=called(mine < even * (1 - tolerance) - slack),
        at_risk=at_risk,
    )


def price_of_balance(plan: TerritoryPlan) -> BalancePrice:
    """What balance costs a plan in travel and in value at risk, and how uneven it would be without."""
    planning = plan.planning
    free = unbalanced(planning, plan.disruption)
    target: Floats = planning.targets[0]
    shares = free.loads[target > 0] / target[target > 0]
    hours = plan.travel_hours - free.travel_hours
    return BalancePrice(
        hours=hours,
        km=hours * planning.wishes.speed,
        at_risk=plan.value_moved - free.value_moved,
        least_share=float(shares.min()) if len(shares) else None,
        most_share=float(shares.max()) if len(shares) else None,
    )

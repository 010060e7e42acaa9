"""The generalised assignment problem: units, each given to one agent, within what agents can take.

What it costs and what it uses depend on the agent. A limit that has a price may be overstepped for it;
one without is kept. `dual_bound` proves how cheap a plan could be at best, from nothing but prices for
the limits, which is why it holds whatever found those prices and however early that stopped.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from icp_core.errors import PlanError
from icp_core.reference.arrays import Flags, Floats, Ints

FREE: Final = -1
"""Stands for the agent of a unit that may go to any."""

_ROUNDING: Final = float(np.finfo(np.float64).eps)
_DUST: Final = 1e-9
_LARGEST_WHOLE: Final = 2.0**50
"""Beyond it a sum of whole numbers is no longer told exactly."""


@dataclass(frozen=True, eq=False)
class AssignmentProblem:
    """Units to give to agents at the least cost.

    Attributes
    ----------
    cost
        Of a unit with an agent, shape (agents, units).
    use
        What a unit takes of an agent, shape (resources, agents, units), never negative.
    lower, upper
        What each agent is to have at least and at most, shape (resources, agents); minus and plus
        infinity where there is no limit.
    price
        Of one unit of a resource below or above its limits, shape (resources, agents); infinity where
        the limits have to be kept.
    allowed
        Which agent may have which unit, shape (agents, units).
    fixed
        The agent of each unit, or `FREE`, shape (units,). It wins against `allowed`.

    Examples
    --------
    >>> cost = [[1, 2, 9], [3, 3, 1]]
    >>> two = AssignmentProblem.of(cost=cost, use=[[5, 5, 5], [5, 5, 5]], upper=[9, 10])
    >>> two.agents, two.units, two.resources
    (2, 3, 1)
    """

    cost: Floats
    use: Floats
    lower: Floats
    upper: Floats
    price: Floats
    allowed: Flags
    fixed: Ints

    @classmethod
    def of(
        cls,
        *,
        cost: npt.ArrayLike,
        use: npt.ArrayLike,
        upper: npt.ArrayLike = math.inf,
        lower: npt.ArrayLike = -math.inf,
        price: npt.ArrayLike = math.inf,
        allowed: npt.ArrayLike | None = None,
        fixed: Sequence[int] | Ints | None = None,
    ) -> "AssignmentProblem":
        """A validated problem.

        Parameters
        ----------
        cost
            Shape (agents, units).
        use
            Shape (resources, agents, units); (agents, units) where there is one resource.
        upper, lower, price
            One number, one a resource with shape (resources, 1), or shape (resources, agents); with one
            resource (agents,). Prices are infinite unless given: the limits are kept.
        allowed
            Shape (agents, units); everything unless given.
        fixed
            An agent a unit, `FREE` for those that are not decided.

        Raises
        ------
        PlanError
            If shapes do not fit, a number is missing, a use or price is negative, or no agent may have
            a unit.
        """
        costs = np.array(cost, dtype=np.float64)
        uses = np.array(use, dtype=np.float64)
        if uses.ndim == 2:
            uses = uses[None]
        if costs.ndim != 2 or uses.shape[1:] != costs.shape or not costs.shape[0]:
            raise PlanError(
                f"The costs have the shape {costs.shape} and the uses {uses.shape}; both need one row "
                "an agent, of at least one, and one column a unit."
            )
        resources, agents, units = uses.shape
        try:
            low, high, prices = (
                np.array(np.broadcast_to(np.asarray(limit, dtype=np.float64), (resources, agents)))
                for limit in (lower, upper, price)
            )
            may = np.ones(costs.shape, dtype=bool)
            if allowed is not None:
                may = np.array(np.broadcast_to(np.asarray(allowed, dtype=bool), costs.shape))
            held = np.full(units, FREE, dtype=np.int64)
            if fixed is not None:
                held = np.array(np.broadcast_to(np.asarray(fixed, dtype=np.int64), (units,)))
        except ValueError as error:
            raise PlanError(f"A limit, price or decision has the wrong shape: {error}.") from error
        if (held < FREE).any() or (held >= agents).any():
            raise PlanError(f"A unit is fixed to an agent that is none of the {agents}.")
        decided = np.flatnonzero(held >= 0)
        may[:, decided] = False
        may[held[decided], decided] = True
        if not np.isfinite(costs[may]).all() or not np.isfinite(uses).all() or (uses < 0).any():
            raise PlanError("Costs and uses have to be numbers, and no use may be below zero.")
        if np.isnan(low).any() or np.isnan(high).any() or not (prices >= 0).all():
            raise PlanError("Limits have to be numbers, and no price may be below zero.")
        if (low > high).any():
            raise PlanError("An agent's least is above its most.")
        if units and not may.any(axis=0).all():
            raise PlanError("No agent may have one of the units; allow one, or leave the unit out.")
        return cls(np.where(may, costs, 0.0), uses, low, high, prices, may, held)

    @property
    def agents(self) -> int:
        """How many there are."""
        return len(self.cost)

    @property
    def units(self) -> int:
        """How many there are."""
        return len(self.fixed)

    @property
    def resources(self) -> int:
        """How many there are."""
        return len(self.use)

    @property
    def whole(self) -> bool:
        """Whether the value of every plan that keeps the limits is a whole number."""
        return bool(
            np.isinf(self.price).all()
            and (self.cost == np.rint(self.cost)).all()
            and np.abs(self.cost).max(axis=0, initial=0).sum() < _LARGEST_WHOLE
        )

    def capped(self) -> "AssignmentProblem":
        """The same problem with a higher bound: what a unit takes beyond a limit is a cost of its own.

        A unit that takes more than an agent may have oversteps that limit in every plan, by the rest of
        it, whatever else the agent has; shared among many agents, as the relaxation may, it would not.
        Every plan costs what it did, up to rounding. Limits without a price stay as they are, and loads
        count no more than the limits.

        Examples
        --------
        >>> one = AssignmentProblem.of(cost=[[1], [1]], use=[[8], [8]], upper=3, price=10)
        >>> one.capped().cost.tolist(), one.capped().use.tolist()
        ([[51.0], [51.0]], [[[3.0], [3.0]]])
        """
        priced = np.isfinite(self.price)
        limit = np.where(priced, np.maximum(self.upper, 0), np.inf)[:, :, None]
        beyond = np.maximum(self.use - limit, 0)
        extra = (np.where(priced, self.price, 0)[:, :, None] * beyond).sum(axis=0)
        return replace(
            self, cost=np.where(self.allowed, self.cost + extra, 0.0), use=self.use - beyond
        )

    def loads(self, agent: Ints) -> Floats:
        """What each agent has with a plan, shape (resources, agents)."""
        units = np.arange(self.units)
        found = np.zeros(self.lower.shape)
        for resource, use in enumerate(self.use):
            found[resource] = np.bincount(agent, use[agent, units], self.agents)
        return found

    def value(self, agent: Ints) -> float:
        """What a plan costs, with the price of what it oversteps; infinite where that has none.

        A limit counts as kept within a billionth of it.
        """
        cost = math.fsum(self.cost[agent, np.arange(self.units)].tolist())
        excess = self.excess(self.loads(agent))
        priced = np.where(excess > 0, excess, 0)
        if np.isinf(self.price[priced > 0]).any():
            return math.inf
        finite = np.where(np.isinf(self.price), 0, self.price)
        return cost + math.fsum((finite * priced).ravel().tolist())

    def excess(self, loads: Floats) -> Floats:
        """How far loads lie outside their limits, shape (resources, agents)."""
        over, under = loads - self.upper, self.lower - loads
        return np.where(over > _dust(self.upper), over, 0) + np.where(
            under > _dust(self.lower), under, 0
        )

    def reduced_cost(self, dual: Floats) -> Floats:
        """Cost of every pair with its uses at a price; infinite if not allowed."""
        priced = self.cost + np.einsum("ra,rau->au", dual, self.use)
        return np.where(self.allowed, priced, np.inf)

    def clipped(self, dual: Floats) -> Floats:
        """The nearest prices of limits from which a bound follows: those without a limit have none."""
        dual = np.where(np.isfinite(dual), dual, 0.0)
        most = np.where(np.isfinite(self.upper), self.price, 0.0)
        least = np.where(np.isfinite(self.lower), -self.price, 0.0)
        return np.clip(dual, least, most)


def dual_bound(problem: AssignmentProblem, dual: Floats) -> float:
    """What no plan can cost less than, by a price for each limit (Lagrange, Geoffrion 1974).

    Every unit goes where it is cheapest at those prices, and the limits pay them back. Whatever the
    prices are this is a bound; the duals of the linear relaxation make it as high as that. What
    rounding can have added is taken off. Where all values are whole numbers, so is the bound.

    Parameters
    ----------
    problem
        The problem.
    dual
        Above zero for what an agent has too much, below for too little, shape (resources, agents).
        Prices beyond those of the problem are cut back to them.

    Examples
    --------
    >>> cost = [[1, 2, 9], [3, 3, 1]]
    >>> two = AssignmentProblem.of(cost=cost, use=[[5, 5, 5], [5, 5, 5]], upper=[9, 10])
    >>> dual_bound(two, np.zeros((1, 2)))
    4.0
    >>> dual_bound(two, np.array([[0.2, 0.0]]))
    5.0
    """
    dual = problem.clipped(np.asarray(dual, dtype=np.float64).reshape(problem.lower.shape))
    if not problem.units:
        cheapest, size = np.zeros(0), np.zeros(0)
    else:
        cheapest = problem.reduced_cost(dual).min(axis=0)
        whole = np.abs(problem.cost) + np.einsum("ra,rau->au", np.abs(dual), problem.use)
        size = np.where(problem.allowed, whole, 0).max(axis=0)
    limit = np.where(dual > 0, problem.upper, problem.lower)
    paid = np.where(dual == 0, 0.0, dual) * np.where(dual == 0, 0.0, limit)
    total = math.fsum([*cheapest.tolist(), *(-paid).ravel().tolist()])
    weight = math.fsum([*size.tolist(), *np.abs(paid).ravel().tolist()])
    # `value` lets plans overstep a limit by a little, which may be worth this much.
    grace = math.fsum((np.abs(dual) * _dust(np.where(dual == 0, 0, limit))).ravel().tolist())
    sound = total - 4 * (problem.resources + 2) * _ROUNDING * weight - grace
    return float(math.ceil(sound)) if problem.whole else sound


def _dust(limit: Floats) -> Floats:
    """By how much a limit may be overstepped and still count as kept."""
    return _DUST * (1 + np.abs(limit))

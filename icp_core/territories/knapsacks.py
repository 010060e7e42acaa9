"""A higher bound where every agent has one limit in whole numbers: his best load is a knapsack.

Instead of the limits, the rule that every unit has one agent is given a price (Fisher, Jaikumar and Van
Wassenhove 1986). Each agent then picks the best load at those prices, exactly, in whole numbers; the
sum is a bound, and what agents pick on average while the prices settle tells which pairs are good
(Barahona and Anbil 2000).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from icp_core.reference.arrays import Flags, Floats, Ints
from icp_core.territories.generalised import AssignmentProblem
from icp_core.territories.highs import Clock

_PARTS: Final = 1_000
"""Prices are whole numbers of this part of a cost, so that every sum is exact."""
_MOST_CELLS: Final = 4_000_000
"""Of one agent's knapsack: units × capacity."""
_LARGEST: Final = 2**52
_MEMORY: Final = 0.95
"""How much of the average of what agents pick stays from one round to the next."""


@dataclass(frozen=True, eq=False)
class Picked:
    """What the knapsacks tell.

    Attributes
    ----------
    bound
        No plan costs less.
    share
        How often each agent picked each unit of late, shape (agents, units).
    """

    bound: float
    share: Floats


def applies(problem: AssignmentProblem) -> bool:
    """Whether the limits of a problem are knapsacks that can be filled exactly."""
    if problem.resources != 1 or not problem.whole or not problem.units:
        return False
    use, upper = problem.use[0], problem.upper[0]
    return bool(
        np.isneginf(problem.lower).all()
        and np.isfinite(upper).all()
        and (upper >= 0).all()
        and (use == np.rint(use)).all()
        and problem.units * (upper.max() + 1) <= _MOST_CELLS
        and np.abs(problem.cost).max(axis=0).sum() * _PARTS < _LARGEST / 64
    )


def fill(price: Ints, weight: Ints, room: int) -> tuple[int, Flags]:
    """The cheapest load within some room, and which units it takes (all prices below zero help).

    Examples
    --------
    >>> fill(np.array([-6, -5, -5, 1]), np.array([3, 2, 2, 0]), 4)
    (-10, array([False,  True,  True, False]))
    """
    taken = np.zeros(len(price), dtype=bool)
    worth = np.flatnonzero((price < 0) & (weight <= room))
    if weight[worth].sum() <= room:
        taken[worth] = True
        return int(price[worth].sum()), taken
    best = np.zeros(room + 1, dtype=np.int64)
    took = np.zeros((len(worth), room + 1), dtype=bool)
    for row, (gain, size) in enumerate(
        zip(price[worth].tolist(), weight[worth].tolist(), strict=True)
    ):
        with_it = best[: room + 1 - size] + gain
        tail = best[size:]
        np.less(with_it, tail, out=took[row, size:])
        np.minimum(with_it, tail, out=tail)
    left = room
    for row in range(len(worth) - 1, -1, -1):
        if took[row, left]:
            taken[worth[row]] = True
            left -= int(weight[worth[row]])
    return int(best[room]), taken


def pick(problem: AssignmentProblem, dual: Floats, value: float, clock: Clock) -> Picked:
    """Let the prices of units settle, until the clock stops or nothing more comes of it.

    Parameters
    ----------
    problem
        One to which this applies.
    dual
        Prices of the limits in the relaxation, shape (1, agents).
    value
        Of a plan, or a guess of what the best costs.
    clock
        When to stop.
    """
    reduced = problem.reduced_cost(problem.clipped(dual))
    price = reduced.min(axis=0)
    weight = np.rint(problem.use[0]).astype(np.int64)
    # Half a unit of capacity is none.
    room = np.floor(problem.upper[0] + 1e-9 * (1 + problem.upper[0])).astype(np.int64)
    far = np.int64(_LARGEST // 8)
    cost = np.where(problem.allowed, np.rint(problem.cost * _PARTS), 0).astype(np.int64)
    share = np.zeros(problem.cost.shape)
    step, idle, best, best_price = 1.0, 0, -int(_LARGEST), price
    first = True
    while not clock.over and step > 0.005:
        clock.tick()
        whole = np.rint(price * _PARTS).astype(np.int64)
        gains = np.where(problem.allowed, cost - whole, far)
        chosen = np.zeros(problem.cost.shape, dtype=bool)
        total = int(whole.sum())
        for agent in range(problem.agents):
            gain, chosen[agent] = fill(gains[agent], weight[agent], int(room[agent]))
            total += gain
        share = chosen.astype(float) if first else _MEMORY * share + (1 - _MEMORY) * chosen
        first = False
        if total > best:
            best, best_price, idle = total, price, 0
        else:
            idle += 1
            if idle >= 20:
                step, idle, price = step / 2, 0, best_price
                continue
        if _next_whole(best) >= value:
            break
        # Towards what agents pick on average, which swings less than what they pick now.
        towards = 1.0 - (0.5 * share + 0.5 * chosen).sum(axis=0)
        norm = float(towards @ towards)
        if norm < 1e-12:
            break
        price = price + step * max(value - total / _PARTS, 1e-3) / norm * towards
    return Picked(-np.inf if first else float(_next_whole(best)), share)


def _next_whole(parts: int) -> int:
    """The least cost of a plan that costs no less than this: a whole number, as every cost is."""
    return -(-parts // _PARTS)

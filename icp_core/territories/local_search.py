"""Better plans by small changes: one unit moved, two swapped, one pushing another on (ejection)."""

from typing import Final

import numpy as np

from icp_core.reference.arrays import Floats, Ints
from icp_core.territories.generalised import AssignmentProblem
from icp_core.territories.highs import Clock

_ENOUGH: Final = 1e-9
"""What a change has to save of the plan's cost to be made."""
_MOST_CELLS: Final = 3_000_000
"""Of the table in which a chain is looked for; larger ones look at some of the units."""


class Search:
    """A plan that gets better in place, and what its agents have.

    Limits without a price weigh `penalty`, so that the search can pass through plans that break them.

    Parameters
    ----------
    problem
        The problem.
    agent
        The plan to begin with; it is copied.
    penalty
        Of one unit of a resource outside limits that have no price, shape (resources, agents).
    """

    def __init__(self, problem: AssignmentProblem, agent: Ints, penalty: Floats) -> None:
        self.problem = problem
        self.agent = agent.copy()
        self.price = np.where(np.isinf(problem.price), penalty, problem.price)
        self.cost = np.where(problem.allowed, problem.cost, np.inf)
        self.movable = np.flatnonzero((problem.allowed.sum(axis=0) > 1) & (problem.fixed < 0))
        self.loads = problem.loads(self.agent)
        self.version = np.zeros(problem.agents, dtype=np.int64)
        """How often each agent's units changed; what was looked at since needs no second look."""
        self.seen: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.random = np.random.default_rng(1)
        """Of which units chains are looked for where they are too many; the same every time."""

    @property
    def value(self) -> float:
        """Cost, and the price or penalty of what is outside the limits."""
        units = np.arange(self.problem.units)
        excess = self.problem.excess(self.loads)
        return float(
            self.problem.cost[self.agent, units].sum()
            + np.where(excess > 0, self.price, 0).ravel() @ excess.ravel()
        )

    def _outside(self, loads: Floats, agent: int) -> Floats:
        """What it costs that an agent has these loads, shape (resources, …) without the first axis."""
        shape = (-1, *[1] * (loads.ndim - 1))
        high = self.problem.upper[:, agent].reshape(shape)
        low = self.problem.lower[:, agent].reshape(shape)
        price = self.price[:, agent].reshape(shape)
        excess = np.maximum(loads - high, 0) + np.maximum(low - loads, 0)
        found: Floats = (price * excess).sum(axis=0)
        return found

    def _all_outside(self, loads: Floats) -> Floats:
        """As `_outside` of every agent, by shape (resources, agents, …)."""
        shape = (*self.price.shape, *[1] * (loads.ndim - 2))
        high, low = self.problem.upper.reshape(shape), self.problem.lower.reshape(shape)
        excess = np.maximum(loads - high, 0) + np.maximum(low - loads, 0)
        found: Floats = (self.price.reshape(shape) * excess).sum(axis=0)
        return found

    def _arrivals(self, units: Ints) -> Floats:
        """What it costs to add a unit to an agent, shape (agents, units)."""
        before = self._all_outside(self.loads)
        with_it = self.loads[:, :, None] + self.problem.use[:, :, units]
        found: Floats = self.cost[:, units] + self._all_outside(with_it) - before[:, None]
        return found

    def _departures(self, units: Ints) -> Floats:
        """What it costs to take a unit from its agent (below zero: what that saves)."""
        agents = self.agent[units]
        before = self._all_outside(self.loads)
        left = self.loads[:, agents] - self.problem.use[:, agents, units]
        high, low = self.problem.upper[:, agents], self.problem.lower[:, agents]
        excess = np.maximum(left - high, 0) + np.maximum(low - left, 0)
        after = (self.price[:, agents] * excess).sum(axis=0)
        found: Floats = after - before[agents] - self.cost[agents, units]
        return found

    def move(self, unit: int, to: int) -> None:
        """Give a unit to another agent."""
        use, old = self.problem.use, self.agent[unit]
        self.loads[:, old] -= use[:, old, unit]
        self.loads[:, to] += use[:, to, unit]
        self.agent[unit] = to
        self.version[old] += 1
        self.version[to] += 1

    def weigh(self, penalty: Floats) -> None:
        """Let limits without a price weigh something else from now on."""
        self.price = np.where(np.isinf(self.problem.price), penalty, self.problem.price)
        self.seen.clear()

    def _is_new(self, *agents: int) -> bool:
        """Whether one of these agents has changed since this was last asked of them together."""
        now = tuple(int(self.version[agent]) for agent in agents)
        if self.seen.get(agents) == now:
            return False
        self.seen[agents] = now
        return True

    def improve(self, clock: Clock) -> None:
        """Change the plan until none of the small changes saves anything, or the clock stops."""
        enough = _ENOUGH * (1 + abs(self.value))
        while not clock.over:
            self._moves(enough, clock)
            if self._chains(enough, clock):
                continue
            if not self._swaps(enough, clock):
                break
        # Adding and taking away many times leaves dust.
        self.loads = self.problem.loads(self.agent)

    def _moves(self, enough: float, clock: Clock) -> None:
        units = self.movable
        while len(units) and not clock.over:
            change = self._arrivals(units) + self._departures(units)
            change[self.agent[units], np.arange(len(units))] = np.inf
            to = change.argmin(axis=0)
            saved = change[to, np.arange(len(units))]
            touched: set[int] = set()
            done = False
            for place in np.argsort(saved, kind="stable"):
                if saved[place] > -enough:
                    break
                pair = {int(self.agent[units[place]]), int(to[place])}
                if pair & touched:
                    continue
                touched |= pair
                self.move(int(units[place]), int(to[place]))
                done = True
            if not done:
                return

    def _swaps(self, enough: float, clock: Clock) -> bool:
        """Exchange units of two agents; whether any was."""
        done = False
        use = self.problem.use
        for a in range(self.problem.agents):
            for b in range(a + 1, self.problem.agents):
                if clock.over:
                    return done
                while self._is_new(a, b):
                    mine = self.movable[self.agent[self.movable] == a]
                    theirs = self.movable[self.agent[self.movable] == b]
                    if not len(mine) or not len(theirs):
                        break
                    change = (self.cost[b, mine] - self.cost[a, mine])[:, None] + (
                        self.cost[a, theirs] - self.cost[b, theirs]
                    )
                    loads = self.loads[:, a, None, None]
                    loads = loads - use[:, a, mine][:, :, None] + use[:, a, theirs][:, None]
                    change += self._outside(loads, a)
                    loads = self.loads[:, b, None, None]
                    loads = loads + use[:, b, mine][:, :, None] - use[:, b, theirs][:, None]
                    change += self._outside(loads, b)
                    change -= self._outside(self.loads[:, a], a)
                    change -= self._outside(self.loads[:, b], b)
                    best = int(change.argmin())
                    if not change.flat[best] < -enough:
                        break
                    first, second = divmod(best, len(theirs))
                    self.move(int(mine[first]), b)
                    self.move(int(theirs[second]), a)
                    done = True
        return done

    def _chains(self, enough: float, clock: Clock) -> bool:
        """Give a unit to an agent who passes another one on to a third; whether any was."""
        done = False
        use = self.problem.use
        for b in self.random.permutation(self.problem.agents).tolist():
            if clock.over:
                return done
            pushed = self.movable[self.agent[self.movable] == b]
            pushing = self.movable[
                (self.agent[self.movable] != b) & self.problem.allowed[b, self.movable]
            ]
            most = max(1, _MOST_CELLS // max(1, len(pushed)))
            if len(pushing) > most:
                pushing = self.random.choice(pushing, most, replace=False)
            if not len(pushed) or not len(pushing):
                continue
            # A pushed unit goes where it is cheapest; to the second choice where the first is the
            # agent that gives a unit away, which swaps look at.
            arrivals = self._arrivals(pushed)
            arrivals[b] = np.inf
            first = arrivals.argmin(axis=0)
            columns = np.arange(len(pushed))
            to_first = arrivals[first, columns]
            arrivals[first, columns] = np.inf
            second = arrivals.argmin(axis=0)
            to_second = arrivals[second, columns]
            giver = self.agent[pushing]
            is_giver = giver[:, None] == first
            change = np.where(is_giver, to_second, to_first)
            change += (self._departures(pushing) + self.cost[b, pushing])[:, None]
            change -= self.cost[b, pushed] + self._outside(self.loads[:, b], b)
            loads = self.loads[:, b, None, None]
            loads = loads + use[:, b, pushing][:, :, None] - use[:, b, pushed][:, None]
            change += self._outside(loads, b)
            best = int(change.argmin())
            if change.flat[best] < -enough:
                row, column = divmod(best, len(pushed))
                to = second[column] if is_giver[row, column] else first[column]
                self.move(int(pushing[row]), b)
                self.move(int(pushed[column]), int(to))
                done = True
        return done

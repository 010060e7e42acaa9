"""Solve a generalised assignment: the bound first, then plans that come ever closer to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from icp_core.reference.arrays import Flags, Floats, Ints
from icp_core.territories import knapsacks
from icp_core.territories.generalised import AssignmentProblem
from icp_core.territories.highs import ENDED, Clock, Program
from icp_core.territories.local_search import Search
from icp_core.territories.relaxation import Relaxation, relax

SECONDS: Final = 10.0
Stage = Literal["bound", "first plan", "better plan", "done"]

_AT_ONCE: Final = 60
"""Units that an integer program decides anew at a time, with the others held."""
_NEAR: Final = 2.5
"""Pairs a unit that such a program chooses among."""
_SELDOM: Final = 0.003
"""Share below which a pair that agents picked counts no more than one they did not."""
_SMALL: Final = 2_500
"""Pairs up to which a whole problem may be decided in one integer program."""
_SHARE_OF_TIME: Final = 0.1
_HEAVIER: Final = 12
"""How often limits that are not kept weigh more, before the plan is taken as it is."""
_TURNS_WITHOUT: Final = 60
"""Neighbourhoods in a row that bring nothing, after which the plan is as good as we get it."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """A plan, and what is proved of it.

    Attributes
    ----------
    agent
        Of each unit.
    value
        What it costs, with the price of what it oversteps; infinite where limits without a price are
        broken because nothing was found that keeps them.
    bound
        What no plan can cost less than.
    loads, excess
        What each agent has, and how much of it lies outside the limits, shape (resources, agents).
    seconds
        Taken.
    stopped
        Whether it was cancelled or ran out of time before it had tried everything.
    dual
        The prices that prove the bound; a start for a problem that is much the same.
    """

    agent: Ints
    value: float
    bound: float
    loads: Floats
    excess: Floats
    seconds: float
    stopped: bool
    dual: Floats

    @property
    def gap(self) -> float | None:
        """By what share of the bound the plan may be above the best; None where that says nothing."""
        if self.value <= self.bound:
            return 0.0
        if self.bound <= 0 or not np.isfinite(self.value):
            return None
        return (self.value - self.bound) / self.bound


@dataclass(frozen=True)
class Progress:
    """How far a solution has come.

    Attributes
    ----------
    stage
        What was reached last.
    seconds
        Since the start.
    bound, value
        The best so far; None before there is one.
    """

    stage: Stage
    seconds: float
    bound: float | None = None
    value: float | None = None


def assign(
    problem: AssignmentProblem,
    *,
    seconds: float = SECONDS,
    enough: float = 0.0,
    start: Ints | None = None,
    dual: Floats | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    effort: Literal["relaxation", "local", "full"] = "full",
) -> Assignment:
    """The best plan that is found in a time, and a proof of how good it is.

    The linear relaxation gives the bound and decides most units. The few that it shares go by an integer
    program over the pairs that cost little more at its prices (their reduced costs); moves, swaps and
    chains follow, and integer programs over some of the agents until the time is over.

    Parameters
    ----------
    problem
        What is to be assigned.
    seconds
        That it may take; it ends within a second of it.
    enough
        Stop once the plan is within this share of the bound.
    start
        A plan to begin with beside the relaxation's own.
    dual
        Prices of a problem that is much the same (`Assignment.dual`).
    progress
        Called when the bound is there, with every better plan, and now and then.
    cancelled
        Asked now and then; True ends it with the best plan so far.
    effort
        Only the bound and a rounded plan, with the local search, or with everything.

    Examples
    --------
    >>> problem = AssignmentProblem.of(
    ...     cost=[[1, 2, 9], [3, 3, 1]], use=[[5, 5, 5], [5, 5, 5]], upper=[9, 10]
    ... )
    >>> plan = assign(problem)
    >>> plan.agent.tolist(), plan.value, plan.bound, plan.gap
    ([0, 1, 1], 5.0, 5.0, 0.0)
    """
    return _Solution(problem, seconds, enough, progress, cancelled).solve(start, dual, effort)


class _Solution:
    """One run of `assign`."""

    def __init__(
        self,
        problem: AssignmentProblem,
        seconds: float,
        enough: float,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.problem, self.enough = problem, enough
        self.begun = time.monotonic()
        self.report = progress or (lambda _: None)
        self.now = Progress("bound", 0.0)
        self.clock = Clock(self.begun + seconds, cancelled or (lambda: False), self._tick)
        self.random = np.random.default_rng(1)
        self.best: Ints = np.zeros(problem.units, dtype=np.int64)
        self.value = np.inf
        self.least_excess = np.inf
        self.relaxed: Relaxation

    def _tick(self) -> None:
        self.now = replace(self.now, seconds=time.monotonic() - self.begun)
        self.report(self.now)

    def _tell(self, stage: Stage) -> None:
        found = None if np.isinf(self.value) else self.value
        self.now = Progress(stage, time.monotonic() - self.begun, self.bound, found)
        self.report(self.now)

    def solve(self, start: Ints | None, dual: Floats | None, effort: str) -> Assignment:
        problem = self.problem
        self.relaxed = relax(problem, self.clock, start=dual)
        self.bound, self.rank = self.relaxed.bound, self.relaxed.reduced
        self._tell("bound")
        self.penalty = self._penalties()
        rounded = self._rounded()
        plans = [rounded] if start is None else [rounded, self._legal(start)]
        for plan in plans:
            self._keep(plan)
            if effort != "relaxation":
                self._polish(plan)
        self._tell("first plan")
        finished = True
        if effort == "full":
            self._knapsacks()
            finished = self._near_ties() and self._neighbourhoods()
        self._tell("done")
        loads = problem.loads(self.best)
        return Assignment(
            self.best,
            self.value,
            self.bound,
            loads,
            problem.excess(loads),
            time.monotonic() - self.begun,
            not finished and not self._good(),
            self.relaxed.dual,
        )

    def _good(self) -> bool:
        """Whether the plan is near enough to the bound to stop."""
        bound = self.bound
        return self.value <= bound + max(self.enough * abs(bound), 1e-9 * (1 + abs(bound)))

    def _penalties(self) -> Floats:
        """What breaking a limit without a price weighs: more than the prices that prove the bound."""
        problem = self.problem
        use = problem.use.mean(axis=2) if problem.units else np.ones(problem.lower.shape)
        span = float(np.abs(problem.cost).max(initial=0)) or 1.0
        mean = np.where(use > 0, span / np.where(use > 0, use, 1), span)
        found: Floats = np.maximum(3 * np.abs(self.relaxed.dual), mean / 3)
        return found

    def _legal(self, plan: Ints) -> Ints:
        """A plan with every unit where it may be."""
        units = np.arange(self.problem.units)
        plan = np.clip(np.asarray(plan, dtype=np.int64), 0, self.problem.agents - 1)
        cheapest = self.relaxed.reduced.argmin(axis=0)
        return np.where(self.problem.allowed[plan, units], plan, cheapest)

    def _rounded(self) -> Ints:
        """Every unit with who has most of it in the relaxation; the cheapest where nobody has any."""
        share, reduced = self.relaxed.share, self.relaxed.reduced
        if not self.problem.units:
            return np.zeros(0, dtype=np.int64)
        found: Ints = np.where(
            share.max(axis=0) > 0.4, share.argmax(axis=0), reduced.argmin(axis=0)
        )
        return found

    def _keep(self, plan: Ints) -> bool:
        """Remember a plan if it is the best: the cheapest, or while none is allowed the nearest."""
        value = self.problem.value(plan)
        if np.isinf(value) and np.isinf(self.value):
            hard = np.isinf(self.problem.price)
            excess = float((self.problem.excess(self.problem.loads(plan)) * hard).sum())
            if excess >= self.least_excess:
                return False
            self.least_excess = excess
        elif value >= self.value:
            return False
        self.best, self.value = plan.copy(), value
        return True

    def _polish(self, plan: Ints, seconds: float = np.inf) -> None:
        """Change a plan until nothing small is left to gain and it keeps its limits."""
        clock = self.clock.within(seconds)
        search = Search(self.problem, plan, self.penalty)
        for _ in range(_HEAVIER):
            search.improve(clock)
            if self._keep(search.agent):
                self._tell("better plan")
            broken = self._broken(search.loads)
            if clock.over or not broken.any():
                return
            self.penalty = np.where(broken, 1.5 * self.penalty, self.penalty)
            search.weigh(self.penalty)

    def _broken(self, loads: Floats) -> Flags:
        """Which limits without a price are not kept."""
        return (self.problem.excess(loads) > 0) & np.isinf(self.problem.price)

    def _knapsacks(self) -> None:
        """Raise the bound where every limit is a knapsack, and learn which pairs are good."""
        if not knapsacks.applies(self.problem) or self._good() or self.clock.over:
            return
        relaxed = self.relaxed
        value = self.value if np.isfinite(self.value) else 1.01 * relaxed.bound + 1
        clock = self.clock.within(_SHARE_OF_TIME * self.clock.left)
        picked = knapsacks.pick(self.problem, relaxed.dual, value, clock)
        self.bound = max(self.bound, picked.bound)
        far = relaxed.reduced[np.isfinite(relaxed.reduced)].mean()
        self.rank = np.where(
            picked.share > _SELDOM, 1e-3 * far * (1 - picked.share), far + relaxed.reduced
        )
        self._tell("bound")
        self._polish(picked.share.argmax(axis=0))

    def _near_ties(self) -> bool:
        """Integer programs over the pairs that cost least above the relaxation, ever more of them."""
        free = np.flatnonzero((self.problem.fixed < 0) & (self.problem.allowed.sum(axis=0) > 1))
        if not len(free):
            return True
        reduced = self.relaxed.reduced[:, free]
        candidates = np.sort(self.rank[:, free].ravel())
        candidates = candidates[np.isfinite(candidates)]
        for widening in (0.35, 1.0, 2.5):
            if self._good() or self.clock.over:
                return self._good()
            # Whatever uses another pair than these costs more than this plan.
            hopeful = reduced <= self.value - self.relaxed.bound
            extra = min(len(candidates) - 1, int((1 + widening) * len(free)))
            inside = hopeful & (self.rank[:, free] <= candidates[extra])
            seconds = _SHARE_OF_TIME * self.clock.left
            if hopeful.sum() <= _SMALL:
                inside, seconds = hopeful, 4 * seconds
            proved = self._program(free, inside, self.clock.within(seconds))
            self._polish(self.best)
            if proved and (inside == hopeful).all() and np.isfinite(self.value):
                return True
        return not self.clock.over

    def _neighbourhoods(self) -> bool:
        """Decide units of some agents anew, the others held, until nothing comes of it."""
        problem = self.problem
        free = (problem.fixed < 0) & (problem.allowed.sum(axis=0) > 1)
        if not free.any():
            return True
        each = max(1.0, float(free.sum()) / problem.agents)
        size = _AT_ONCE
        without = 0
        while without < _TURNS_WITHOUT:
            if self._good():
                return True
            if self.clock.over:
                return False
            count = int(np.clip(round(size / each), 2, problem.agents))
            agents = self._together(count)
            units = np.flatnonzero(free & np.isin(self.best, agents))
            if len(units) < 2:
                without += 1
                continue
            rank = self.rank[np.ix_(agents, units)]
            finite = np.sort(rank[np.isfinite(rank)])
            inside = np.zeros((problem.agents, len(units)), dtype=bool)
            inside[agents] = rank <= finite[min(len(finite) - 1, int(_NEAR * len(units)))]
            before, begun = self.value, time.monotonic()
            proved = self._program(units, inside, self.clock.within(2 + without // 15))
            if self.value < before:
                self._polish(self.best, 1)
                without = 0
            else:
                without += 1
            taken = time.monotonic() - begun
            if not proved:
                size = max(20, int(size * 0.85))
            elif taken < 0.5:
                size = min(problem.units, int(size * 1.1))
        units = np.flatnonzero(free)
        inside = self.relaxed.reduced[:, units] <= self.value - self.relaxed.bound
        return self._program(units, inside, self.clock) and bool(np.isfinite(self.value))

    def _together(self, count: int) -> Ints:
        """Some agents between whom units could go: one at random and those its units cost least with."""
        agents = self.problem.agents
        if count >= agents:
            return np.arange(agents)
        first = int(self.random.integers(agents))
        mine = np.flatnonzero(self.best == first)
        if not len(mine) or self.random.random() < 0.3:
            return np.sort(self.random.choice(agents, count, replace=False))
        reduced = self.relaxed.reduced[:, mine]
        near = np.sort(
            np.where(np.isfinite(reduced), reduced, np.nanmax(reduced[np.isfinite(reduced)])),
            axis=1,
        )
        score = near[:, : max(1, len(mine) // 8)].mean(axis=1)
        noise = self.random.gumbel(size=agents) * (np.std(score) + 1e-12)
        order = np.argsort(score - 0.5 * noise)
        return np.sort(np.concatenate([[first], order[order != first][: count - 1]]))

    def _program(self, units: Ints, inside: Flags, clock: Clock) -> bool:
        """Decide some units anew by an integer program over some pairs, shape (agents, units).

        Returns whether it was solved to its end.
        """
        problem = self.problem
        inside = inside & problem.allowed[:, units]
        inside[self.best[units], np.arange(len(units))] = True
        held = np.ones(problem.units, dtype=bool)
        held[units] = False
        loads = np.zeros(problem.lower.shape)
        where = np.flatnonzero(held)
        for resource in range(problem.resources):
            loads[resource] = np.bincount(
                self.best[where], problem.use[resource, self.best[where], where], problem.agents
            )
        feasible = bool(np.isfinite(self.value))
        program = Program(
            problem,
            units,
            loads,
            whole=True,
            elastic=not feasible,
            mip_rel_gap=0.0,
            mip_abs_gap=1e-9,
        )
        program.add(*np.nonzero(inside))
        program.begin_with(self.best[units])
        if not program.leashed.run(clock):
            return False
        shares = program.shares()
        if len(shares):
            chosen = np.zeros((problem.agents, len(units)))
            chosen[program.agent, program.place] = shares
            plan = self.best.copy()
            plan[units] = chosen.argmax(axis=0)
            if chosen.max(axis=0).min() > 0.5 and self._keep(plan):
                self._tell("better plan")
        return bool(program.solver.getModelStatus() == ENDED)

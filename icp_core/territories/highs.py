"""HiGHS on a leash: linear and integer programs over pairs of unit and agent, ended when told.

HiGHS looks at its own time limit between its steps, and some of them (presolve) take long. So it runs
beside us, is told to stop at the deadline or when somebody cancels, and is left to end by itself where
it does not listen.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import highspy
import numpy as np

from icp_core.reference.arrays import Floats, Ints
from icp_core.territories.generalised import AssignmentProblem

_POLL: Final = 0.05
"""Seconds between two looks at whether to go on."""
_GRACE: Final = 0.75
"""Seconds that HiGHS has to stop after it was told to."""

ENDED: Final = highspy.HighsModelStatus.kOptimal


@dataclass(frozen=True)
class Clock:
    """When to stop.

    Attributes
    ----------
    deadline
        On the clock of `time.monotonic`.
    cancelled
        Asked now and then; True stops.
    tick
        Called now and then, so that who waits sees the time pass.
    """

    deadline: float
    cancelled: Callable[[], bool] = field(default=lambda: False)
    tick: Callable[[], None] = field(default=lambda: None)

    @property
    def left(self) -> float:
        """Seconds."""
        return self.deadline - time.monotonic()

    @property
    def over(self) -> bool:
        """Whether to stop."""
        return self.left <= 0 or self.cancelled()

    def within(self, seconds: float) -> "Clock":
        """A clock that stops no later than in so many seconds."""
        return Clock(min(self.deadline, time.monotonic() + seconds), self.cancelled, self.tick)


class _Quiet(highspy.Highs):
    """A solver that prints nothing, not even who it is."""

    def enableCallbacks(self) -> None:  # noqa: N802 - as it is called there
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class Leashed:
    """A solver that uses one processor and stops when told.

    highspy's own way of stopping shares a lock among all solvers of a process; two users would wait for
    each other.

    Parameters
    ----------
    options
        Of HiGHS.
    """

    def __init__(self, **options: Any) -> None:
        self.highs: highspy.Highs = _Quiet()  # type: ignore[no-untyped-call]
        for name, value in {"threads": 1, "parallel": "off", **options}.items():
            self.highs.setOptionValue(name, value)
        self._stop = threading.Event()
        self.highs.cbMipInterrupt.subscribe(self._look)
        self.highs.cbSimplexInterrupt.subscribe(self._look)

    def _look(self, event: Any) -> None:
        if self._stop.is_set():
            event.interrupt()

    def run(self, clock: Clock) -> bool:
        """Solve until it ends or the clock stops; False where it did not come back: then let it go."""
        if clock.over:
            return False
        self.highs.setOptionValue("time_limit", float(self.highs.getRunTime() + clock.left))
        back = threading.Event()

        def solve() -> None:
            try:
                self.highs.run()
            finally:
                back.set()

        threading.Thread(target=solve, daemon=True, name="HiGHS").start()
        told: float | None = None
        while not back.wait(_POLL):
            clock.tick()
            if told is None and clock.over:
                told = time.monotonic()
                self._stop.set()
            if told is not None and time.monotonic() - told > _GRACE:
                return False
        return True


class Program:
    """A linear or integer program over some pairs of a problem: which unit goes to which agent.

    Units and limits are scaled, so that euros by the million beside ten hours do no harm.

    Parameters
    ----------
    problem
        The problem.
    units
        Those to be given; all others stay with what `loads` says.
    loads
        What the agents have of the other units, shape (resources, agents).
    whole
        Whether a unit goes to one agent, or may be shared.
    elastic
        Whether limits without a price may be overstepped for a high one.
    options
        Of HiGHS.
    """

    def __init__(
        self,
        problem: AssignmentProblem,
        units: Ints,
        loads: Floats,
        *,
        whole: bool,
        elastic: bool = False,
        **options: Any,
    ) -> None:
        self.problem, self.units, self.whole = problem, units, whole
        self.leashed = Leashed(**options)
        self.solver = self.leashed.highs
        self.agent = np.zeros(0, dtype=np.int64)
        self.place = np.zeros(0, dtype=np.int64)
        """Of each pair: its agent, and the place of its unit among `units`."""
        infinity = highspy.kHighsInf
        self.lower, self.upper = problem.lower - loads, problem.upper - loads
        rows = np.isfinite(problem.lower) | np.isfinite(problem.upper)
        self.limits = np.argwhere(rows)
        self.row_of = np.full(rows.shape, -1, dtype=np.int64)
        self.row_of[rows] = len(units) + np.arange(len(self.limits))
        free = problem.use[:, :, units]
        typical = free.max(axis=2, initial=0)
        self.scale = np.where(typical > 0, typical, 1.0)
        costs = np.abs(problem.cost[:, units][problem.allowed[:, units]])
        self.cost_scale = float(costs.mean()) if costs.size and costs.any() else 1.0
        if problem.whole and (problem.use == np.rint(problem.use)).all():
            # Among whole numbers HiGHS leaves out plans that are better by less than one.
            self.scale, self.cost_scale = np.ones_like(self.scale), 1.0
        n = len(units)
        low = np.concatenate([np.ones(n), (self.lower / self.scale)[rows]])
        high = np.concatenate([np.ones(n), (self.upper / self.scale)[rows]])
        self.solver.addRows(
            n + len(self.limits),
            np.where(np.isinf(low), -infinity, low),
            np.where(np.isinf(high), infinity, high),
            0,
            np.zeros(n + len(self.limits), dtype=np.int32),
            np.zeros(0, dtype=np.int32),
            np.zeros(0),
        )
        self._slack(elastic)

    def _slack(self, elastic: bool) -> None:
        """A column below and one above each limit that has a price."""
        prices = self.problem.price
        if elastic:
            span = float(np.abs(self.problem.cost).max(initial=1.0))
            hard = 10 * max(span, 1.0) / np.maximum(self.scale, 1e-12)
            prices = np.where(np.isinf(prices), hard, prices)
        r, a = self.limits.T if len(self.limits) else (np.zeros(0, int), np.zeros(0, int))
        priced = np.isfinite(prices[r, a])
        r, a = r[priced], a[priced]
        self.slacks = 2 * len(r)
        self.priced = list(zip(r.tolist(), a.tolist(), strict=True))
        if not len(r):
            return
        cost = np.repeat(prices[r, a] * self.scale[r, a] / self.cost_scale, 2)
        signs = np.tile([1.0, -1.0], len(r))
        self._columns(cost, np.repeat(self.row_of[r, a], 2), signs, 1, highspy.kHighsInf)

    def _columns(self, cost: Floats, rows: Ints, values: Floats, each: int, upper: float) -> None:
        count = len(cost)
        self.solver.addCols(
            count,
            cost,
            np.zeros(count),
            np.full(count, upper),
            len(rows),
            (np.arange(count) * each).astype(np.int32),
            rows.astype(np.int32),
            values,
        )

    def add(self, agent: Ints, place: Ints) -> None:
        """More pairs that a unit may go by.

        Parameters
        ----------
        agent, place
            Of each pair: its agent, and the place of its unit among `units`.
        """
        if not len(agent):
            return
        problem, unit = self.problem, self.units[place]
        resources = problem.resources
        rows = np.column_stack([place, self.row_of[:, agent].T]).ravel()
        values = np.column_stack(
            [np.ones(len(agent)), (problem.use[:, agent, unit] / self.scale[:, agent]).T]
        ).ravel()
        cost = problem.cost[agent, unit] / self.cost_scale
        if (rows < 0).any():  # where there is no limit there is no row
            keep = rows >= 0
            counts = keep.reshape(len(agent), resources + 1).sum(axis=1)
            starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
            self.solver.addCols(
                len(agent),
                cost,
                np.zeros(len(agent)),
                np.full(len(agent), highspy.kHighsInf),
                int(keep.sum()),
                starts,
                rows[keep].astype(np.int32),
                values[keep],
            )
        else:
            self._columns(cost, rows, values, resources + 1, highspy.kHighsInf)
        if self.whole:
            first = self.slacks + len(self.agent)
            self.solver.changeColsIntegrality(
                len(agent),
                np.arange(first, first + len(agent), dtype=np.int32),
                np.full(len(agent), highspy.HighsVarType.kInteger),
            )
        self.agent = np.concatenate([self.agent, agent])
        self.place = np.concatenate([self.place, place])

    def begin_with(self, agent_of_place: Ints) -> None:
        """A plan to start from: the agent of each of the units. The pairs must hold it."""
        taken = agent_of_place[self.place] == self.agent
        units, agents = self.units[self.place[taken]], self.agent[taken]
        values = np.concatenate([np.zeros(self.slacks), taken.astype(np.float64)])
        for index, (r, a) in enumerate(self.priced):
            load = self.problem.use[r, a, units[agents == a]].sum()
            values[2 * index] = max(self.lower[r, a] - load, 0) / self.scale[r, a]
            values[2 * index + 1] = max(load - self.upper[r, a], 0) / self.scale[r, a]
        solution = highspy.HighsSolution()
        solution.col_value = values.tolist()
        self.solver.setSolution(solution)

    def shares(self) -> Floats:
        """How much of its unit each pair takes in the solution, by pair; none where there is none."""
        found = np.asarray(self.solver.getSolution().col_value, dtype=np.float64)
        return found[self.slacks :] if len(found) == self.slacks + len(self.agent) else np.zeros(0)

    def dual(self) -> Floats:
        """Prices of the limits, as `dual_bound` reads them, shape (resources, agents)."""
        found = np.asarray(self.solver.getSolution().row_dual, dtype=np.float64)
        prices = np.zeros(self.row_of.shape)
        if len(found) == len(self.units) + len(self.limits):
            rows = self.row_of >= 0
            prices[rows] = -found[len(self.units) :] * self.cost_scale / self.scale[rows]
        return prices

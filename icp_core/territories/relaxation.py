"""The linear relaxation of an assignment: units may be shared. It gives the bound, and a first idea."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from icp_core.reference.arrays import Flags, Floats, Ints
from icp_core.territories.generalised import AssignmentProblem, dual_bound
from icp_core.territories.highs import ENDED, Clock, Program

_FIRST: Final = 6
"""Agents that a unit begins with: the cheapest, and those of which it takes least."""
_ROUNDS: Final = 60
_TOLERANCE: Final = 1e-7
_ALL_AT_ONCE: Final = 6_000
"""Pairs up to which nothing is won by beginning with some."""


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What the relaxation tells.

    Attributes
    ----------
    bound
        No plan costs less.
    dual
        The prices that prove it, shape (resources, agents).
    reduced
        What every pair costs at those prices above the cheapest of its unit, shape (agents, units).
    share
        How much of each unit each agent has, shape (agents, units).
    ended
        Whether it was solved to its end: then `bound` is as high as this way of proving gets.
    """

    bound: float
    dual: Floats
    reduced: Floats
    share: Floats
    ended: bool


def relax(problem: AssignmentProblem, clock: Clock, *, start: Floats | None = None) -> Relaxation:
    """Solve the relaxation by its most promising pairs, adding those that would make it cheaper.

    It ends early with a lower bound when the clock stops.

    Parameters
    ----------
    problem
        The problem.
    clock
        When to stop.
    start
        Prices of limits to begin with, of a problem that is much the same.
    """
    free = np.flatnonzero(problem.fixed < 0)
    held = np.flatnonzero(problem.fixed >= 0)
    loads = np.zeros(problem.lower.shape)
    for resource in range(problem.resources):
        loads[resource] = np.bincount(
            problem.fixed[held],
            problem.use[resource, problem.fixed[held], held],
            problem.agents,
        )
    zero = np.zeros(problem.lower.shape)
    best_dual = zero if start is None else problem.clipped(start)
    best = dual_bound(problem, best_dual)
    if start is not None and (from_zero := dual_bound(problem, zero)) > best:
        best, best_dual = from_zero, zero
    share = np.zeros(problem.cost.shape)
    share[problem.fixed[held], held] = 1
    ended = not len(free)
    if ended:
        # Nothing is to decide: what each limit is overstepped by costs its price, and proves itself.
        over, under = loads > problem.upper, loads < problem.lower
        forced = np.where(np.isfinite(problem.price), problem.price, 0) * (over * 1.0 - under)
        if (bound := dual_bound(problem, forced)) > best:
            best, best_dual = bound, problem.clipped(forced)
    else:
        elastic = False
        inside = _promising(problem, free, best_dual)
        program = Program(problem, free, loads, whole=False)
        program.add(*np.nonzero(inside))
        for _ in range(_ROUNDS):
            if not program.leashed.run(clock):
                break
            if program.solver.getModelStatus() != ENDED:
                if elastic or clock.over:
                    break
                # No shared plan keeps the limits, or not by these pairs: pay for what is overstepped.
                elastic = True
                program = Program(problem, free, loads, whole=False, elastic=True)
                program.add(*np.nonzero(inside))
                continue
            dual = program.dual()
            bound = dual_bound(problem, dual)
            if bound >= best:
                best, best_dual = bound, problem.clipped(dual)
            share[:, free] = 0
            share[program.agent, free[program.place]] = program.shares()
            new = _cheaper(problem, free, dual, inside)
            if not new.any():
                ended = True
                break
            inside |= new
            program.add(*np.nonzero(new))
    reduced = problem.reduced_cost(best_dual)
    if problem.units:
        reduced = reduced - reduced.min(axis=0)
    return Relaxation(best, best_dual, reduced, share, ended)


def _promising(problem: AssignmentProblem, free: Ints, dual: Floats) -> Flags:
    """Pairs to begin with, shape (agents, units of `free`)."""
    allowed = problem.allowed[:, free]
    if allowed.sum() <= _ALL_AT_ONCE or problem.agents <= 2 * _FIRST:
        return allowed.copy()
    cost = problem.reduced_cost(dual)[:, free]
    inside = np.zeros(allowed.shape, dtype=bool)
    columns = np.arange(len(free))
    keys = [cost]
    for use in problem.use[:, :, free]:
        keys.append(np.where(allowed, use, np.inf))
    for key in keys:
        for agent in np.argpartition(key, _FIRST, axis=0)[:_FIRST]:
            inside[agent, columns] = True
    return inside & allowed


def _cheaper(
    problem: AssignmentProblem,
    free: Ints,
    dual: Floats,
    inside: Flags,
) -> Flags:
    """Pairs outside that are cheaper at these prices than all inside of their unit."""
    reduced = problem.reduced_cost(dual)[:, free]
    cheapest = np.where(inside, reduced, np.inf).min(axis=0)
    span = np.abs(problem.cost).max(initial=1e-12)
    found: Flags = (reduced < cheapest - _TOLERANCE * span) & ~inside
    return found

"""What keeping relations costs in travel, and what one more rep would bring, and where."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from icp_core.analysis.team import Rep, Team
from icp_core.reference import geography
from icp_core.territories.highs import Clock
from icp_core.territories.plan import TerritoryPlan, solve
from icp_core.territories.planning import Planning
from icp_core.territories.relaxation import relax

WEIGHTS: Final = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 32.0)
"""Of changing reps against travel, from travel alone to keeping nearly everything."""

LEAST_SHARE: Final = 0.01
"""Share of all hours that a municipality has to have for somebody to be placed there."""

OnPart = Callable[[float], None]
"""Told the part that is done, 0 to 1."""


def frontier(
    planning: Planning,
    *,
    weights: Sequence[float] = WEIGHTS,
    seconds: float = 4.5,
    progress: OnPart | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[TerritoryPlan, ...]:
    """A plan for each weight of changing reps, from `travel less` to `keep relations`.

    None travels more than one that keeps more relations (`monotone`).

    Parameters
    ----------
    planning
        What to plan.
    weights
        Of changing reps, rising.
    seconds
        That all take together; each gets an equal part of what is left.
    progress
        Told the part that is done.
    cancelled
        Asked now and then; True ends it with the plans so far.
    """
    begun = time.monotonic()
    tell = progress or (lambda _: None)
    stop = cancelled or (lambda: False)
    plans: list[TerritoryPlan] = []
    for place, weight in enumerate(weights):
        if stop():
            break
        left = max(0.0, seconds - (time.monotonic() - begun))
        plan = solve(
            planning,
            disruption=weight,
            seconds=left / (len(weights) - place),
            start=plans[-1] if plans else None,
            effort="local",
            cancelled=stop,
        )
        plans.append(plan)
        tell((place + 1) / len(weights))
    return monotone(plans)


def changes(plans: Sequence[TerritoryPlan]) -> list[float]:
    """What the changes of rep of some plans are held against travel by.

    What they put at risk; where none of them risks anything, as where customers stay, how many accounts
    change.
    """
    at_risk = [plan.value_moved for plan in plans]
    return at_risk if any(at_risk) else [float(len(plan.handed_over)) for plan in plans]


def monotone(
    plans: Sequence[TerritoryPlan], *, keep: int | None = None
) -> tuple[TerritoryPlan, ...]:
    """The best plan at each weight, such that who changes less never travels less.

    Balance has its price too, and searches end before they are done: a plan that travels more and
    changes more than another can be the best found for its weight. It is no choice between the two
    then, and gives way to the best for that weight of those that are.

    Parameters
    ----------
    plans
        One for each weight of changing reps, rising, as `solve` finds them.
    keep
        The place of one that stays, and that others give way to.

    Returns
    -------
    tuple of TerritoryPlan
        One for each weight, each with the bound of its weight.
    """
    points = list(zip((plan.travel_hours for plan in plans), changes(plans), strict=True))

    def beats(one: int, other: int) -> bool:
        (travel, changed), (more_travel, more_changed) = points[one], points[other]
        return points[one] != points[other] and travel <= more_travel and changed <= more_changed

    every = range(len(plans))
    there = [at for at in every if keep is None or not (beats(at, keep) or beats(keep, at))]
    kept = [at for at in there if at == keep or not any(beats(one, at) for one in there)]
    found: dict[int, TerritoryPlan] = {}
    if keep is not None:
        found[keep] = plans[keep]
    most = math.inf
    for place in every:
        if place in found:
            most = points[place][1]
            continue
        # Whatever stays ahead is changed less, what lies behind more.
        least = points[keep][1] if keep is not None and place < keep else -math.inf
        may = [at for at in kept if least <= points[at][1] <= most]
        found[place], chosen = _best_at(plans, place, may)
        most = points[chosen][1]
    return tuple(found[place] for place in every)


def _best_at(
    plans: Sequence[TerritoryPlan], place: int, among: Sequence[int]
) -> tuple[TerritoryPlan, int]:
    """The best of some plans at the weight of one place, and its own place."""
    own = plans[place]
    values = {}
    for at in among:
        other = plans[at]
        if other.assignment is not None:
            # Plans of other weights cost what they did, but for their changes of rep.
            agent = other.assignment.agent
            moving = float(other.planning.moving[agent, other.planning.kept].sum())
            values[at] = other.assignment.value + (own.disruption - other.disruption) * moving
    chosen = min(values, key=lambda at: (values[at], at != place))
    theirs = plans[chosen].assignment
    if chosen == place or own.assignment is None or theirs is None:
        return own, chosen
    assignment = replace(
        own.assignment,
        agent=theirs.agent,
        value=max(values[chosen], own.assignment.bound),
        loads=theirs.loads,
        excess=theirs.excess,
    )
    return replace(own, rep=plans[chosen].rep, assignment=assignment), chosen


@dataclass(frozen=True)
class OneMore:
    """What a rep in one more place would bring.

    Attributes
    ----------
    municipality, name
        Of the place.
    saved
        What the relaxed plan costs less a year, in the model's currency.
    saved_share
        The same as a share of what it costs without.
    travel_saved
        Hours on the way in the time box.
    hours
        That the rep would have, journeys included.
    """

    municipality: str
    name: str
    saved: float
    saved_share: float
    travel_saved: float
    hours: float


def candidates(planning: Planning, *, least: float = LEAST_SHARE) -> list[str]:
    """Municipalities with more than a share of the hours, those with most first."""
    accounts = planning.accounts
    total = float(accounts["hours"].sum())
    found = (
        accounts.filter(pl.col("municipality").is_not_null())
        .group_by("municipality")
        .agg(pl.col("hours").sum())
        .filter((pl.col("hours") > least * total) & (pl.col("hours") > 0))
        .sort(["hours", "municipality"], descending=[True, False])
    )
    known = set(geography.municipality_table()["municipality"])
    return [code for code in found["municipality"] if code in known]


def one_more(
    planning: Planning,
    *,
    places: Sequence[str] | None = None,
    hours: float | None = None,
    seconds: float = 20.0,
    progress: OnPart | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[OneMore, ...]:
    """What one more rep would bring in each place, the best first.

    The team is planned again with the rep, by the relaxation: its prices alone say nothing of a whole
    rep.

    Parameters
    ----------
    planning
        What to plan.
    places
        Codes of municipalities; `candidates` unless given.
    hours
        Of the rep a year; those in the middle of the team unless given.
    seconds
        After which places that are left are not looked at.
    progress
        Told the part that is done.
    cancelled
        Asked now and then; True ends it with the places so far.
    """
    clock = Clock(time.monotonic() + seconds, cancelled or (lambda: False))
    tell = progress or (lambda _: None)
    places = candidates(planning) if places is None else places
    if hours is None:
        working = [rep.hours for rep in planning.team.reps if rep.hours > 0]
        hours = float(np.median(working)) if working else 1_000.0
    problem = planning.problem()
    now = relax(problem, clock, start=planning.first_dual)
    travel_now = float((now.share * planning.travel[:, planning.kept]).sum())
    taken = {name.casefold() for name in planning.team.names}
    name = next(
        each for number in range(1, 9_999) if (each := f"One more {number}").casefold() not in taken
    )
    found = []
    for place, code in enumerate(places):
        if clock.over:
            break
        country = code[:2]
        stated = any(rep.countries for rep in planning.team.reps)
        rep = Rep(name=name, home=code, hours=hours, countries=(country,) if stated else ())
        larger = planning.with_team(Team(reps=(*planning.team.reps, rep)))
        more = relax(larger.problem(), clock, start=larger.first_dual)
        if not more.ended:
            break
        travel = larger.travel[:, larger.kept]
        share = more.share[-1]
        saved = now.bound - more.bound
        found.append(
            OneMore(
                municipality=code,
                name=geography.name_of(code),
                saved=saved,
                saved_share=saved / now.bound if now.bound > 0 else 0.0,
                travel_saved=travel_now - float((more.share * travel).sum()),
                hours=float(share @ (larger.units.hours[larger.kept] + travel[-1])),
            )
        )
        tell((place + 1) / len(places))
    return tuple(sorted(found, key=lambda one: (-one.saved, one.municipality)))

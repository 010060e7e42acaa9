"""Matches that are not looked after, the best first, and the rep who is nearest to each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import polars as pl

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import MEAN_RADIUS_KM
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.tiers import groups
from icp_core.reference.arrays import Places
from icp_core.territories.coverage import UNTOUCHED_DAYS, reference_day
from icp_core.territories.matched import NOBODY, OUTSIDE, Matched


class Gap(StrEnum):
    """Matches that are not looked after."""

    NOBODY = "nobody"
    OUTSIDE = "outside"
    UNTOUCHED = "untouched"
    OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True, eq=False)
class GapList:
    """Matches that are not looked after, best first.

    Attributes
    ----------
    total, potential
        How many, and what they could be worth together.
    rows
        The best of them as `Evaluation.rows` gives them, with `nearest` (name of a rep; null where there
        is none), `nearest_km`, `nearest_load` and `nearest_reaches`, as `nearest` finds them.
    """

    total: int
    potential: Bounds
    rows: pl.DataFrame


def gap_places(
    seen: Matched, gap: Gap, *, tiers: Sequence[str] = (), on: date | None = None, days: int
) -> Places:
    """Places among the matches of those in a gap, of some tiers or of all."""
    names = groups(seen.evaluation.profile.tiers)
    inside = np.ones(len(seen.owner), dtype=bool)
    if tiers:
        inside = np.array([name in tiers for name in names])[seen.evaluation.tier]
    if gap is Gap.NOBODY:
        inside &= seen.owner == NOBODY
    elif gap is Gap.OUTSIDE:
        inside &= seen.owner == OUTSIDE
    elif gap is Gap.UNTOUCHED:
        inside &= seen.untouched(on or reference_day(seen.evaluation), days) & seen.tells_touches
    else:
        far = np.zeros_like(inside)
        for place, rep in enumerate(seen.team.reps):
            mine = np.flatnonzero(seen.owner == place)
            far[mine] = ~seen.served(rep, mine)
        inside &= far
    return np.flatnonzero(inside)


def gap_list(
    evaluation: Evaluation,
    plan: TeamPlan,
    gap: Gap,
    *,
    tiers: Sequence[str] = (),
    on: date | None = None,
    days: int = UNTOUCHED_DAYS,
    limit: int = 100,
) -> GapList:
    """Matches that are not looked after, the best first, each with the rep who is nearest.

    Parameters
    ----------
    evaluation, plan, on, days
        As for `coverage`.
    gap
        Which.
    tiers
        Names in `tiers.groups`; none means all.
    limit
        How many rows.
    """
    seen = Matched(evaluation, plan)
    places = gap_places(seen, gap, tiers=tiers, on=on, days=days)
    kept = np.zeros(len(seen.owner), dtype=bool)
    kept[places] = True
    best = evaluation.best_of(places, limit)
    rows = evaluation.rows(best)
    return GapList(
        len(places), seen.worth(kept), pl.concat([rows, nearest(seen, best)], how="horizontal")
    )


def gap_ids(
    evaluation: Evaluation,
    plan: TeamPlan,
    gap: Gap,
    *,
    tiers: Sequence[str] = (),
    on: date | None = None,
    days: int = UNTOUCHED_DAYS,
) -> pl.Series:
    """Ids of all matches in a gap, rising: what is given to somebody at once."""
    seen = Matched(evaluation, plan)
    places = gap_places(seen, gap, tiers=tiers, on=on, days=days)
    return evaluation.universe.frame["account_id"].gather(seen.rows[places])


_NEAREST: Final = {
    "nearest": pl.String,
    "nearest_km": pl.Float64,
    "nearest_load": pl.Float64,
    "nearest_reaches": pl.Boolean,
}


def nearest(seen: Matched, places: Places) -> pl.DataFrame:
    """The nearest rep of some matches, other than the owner: name, km, load, and whether they serve it.

    One who serves the account goes before one whose longest way is shorter; reps of other countries and
    those without hours are nobody's.
    """
    reps = seen.team.reps
    if not reps or not len(places):
        return pl.DataFrame({name: [None] * len(places) for name in _NEAREST}, schema=_NEAREST)
    km = np.full((len(reps), len(places)), np.inf)
    reaches = np.zeros_like(km, dtype=bool)
    for at, rep in enumerate(reps):
        if rep.hours:
            way = seen.km(rep, places)
            may = seen.in_countries(rep, places) & ~np.isnan(way) & (seen.owner[places] != at)
            km[at, may] = way[may]
            reaches[at] = may & seen.served(rep, places)
    ahead = np.where(reaches, km, km + 2 * MEAN_RADIUS_KM * np.pi)
    chosen = ahead.argmin(axis=0)
    column = np.arange(len(places))
    way, near = km[chosen, column], reaches[chosen, column]
    needed = seen.needed
    loads = [
        float(needed[at]) / hours if (hours := seen.available(rep)) else None
        for at, rep in enumerate(reps)
    ]
    return pl.DataFrame(
        [
            (reps[at].name, float(km_there), loads[at], bool(serves))
            if np.isfinite(km_there)
            else (None,) * len(_NEAREST)
            for at, km_there, serves in zip(chosen, way, near, strict=True)
        ],
        schema=_NEAREST,
        orient="row",
    )

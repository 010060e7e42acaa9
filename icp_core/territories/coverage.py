"""Who covers which matches today, and what is left uncovered.

An account is covered when its owner is in the team. A rep's hours are the work of the accounts by tier
and the journeys to them (`journeys`). Unknown potential makes a range, never zero. Everything here is
counted over the matches of one profile; possible accounts wait until they are verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import MEAN_RADIUS_KM, Rep, Team, key_of
from icp_core.evaluation.expressions import most_potential
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.tiers import groups
from icp_core.reference import geography
from icp_core.reference.arrays import Flags, Floats, Ints, Places
from icp_core.reference.geography import Level
from icp_core.reference.numbers import number
from icp_core.territories.journeys import Journeys, beginnings, crow_km, positions
from icp_core.territories.team import team_for

UNTOUCHED_DAYS: Final = 90
"""After so many days without a touch an account of the best tier is neglected: a quarter."""

ROOM_BELOW: Final = 0.8
"""Share of its hours below which a rep has room: what is left of a year after holidays and meetings
varies by about a fifth."""

NOBODY: Final = -1
OUTSIDE: Final = -2
"""Places in the team of accounts without an owner, and of those whose owner is not in it."""


class Gap(StrEnum):
    """Matches that are not looked after."""

    NOBODY = "nobody"
    OUTSIDE = "outside"
    UNTOUCHED = "untouched"
    OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True)
class TierCovered:
    """How one tier is covered.

    Attributes
    ----------
    tier
        Its name.
    accounts, covered, outside, nobody
        Matches in it; of those, how many a rep of the team owns, somebody else, and nobody.
    potential, covered_potential, nobody_potential
        What they could be worth a year, from the least to the most that is known.
    untouched
        Those that nobody dealt with for so many days, or ever; None where no touch is on record.
    """

    tier: str
    accounts: int
    covered: int
    outside: int
    nobody: int
    potential: Bounds
    covered_potential: Bounds
    nobody_potential: Bounds
    untouched: int | None

    @property
    def share(self) -> float | None:
        """Of the accounts that are covered; None where there are none."""
        return self.covered / self.accounts if self.accounts else None

    @property
    def potential_share(self) -> Bounds | None:
        """Of the potential that is covered; None where nothing is known of it.

        At the least the covered accounts are worth their least and the others their most.
        """
        others = Bounds(
            self.potential.low - self.covered_potential.low,
            self.potential.high - self.covered_potential.high,
        )
        if self.potential.high <= 0:
            return None
        least, most = self.covered_potential.low, self.covered_potential.high
        low = least / (least + others.high) if least + others.high > 0 else 0.0
        high = most / (most + others.low) if most + others.low > 0 else 0.0
        return Bounds(min(low, high), max(low, high))


@dataclass(frozen=True)
class RepCovered:
    """What one rep has.

    Attributes
    ----------
    rep
        Who.
    owners
        How the accounts spell the rep, the commonest first.
    accounts
        Matches by place in `tiers.groups`.
    work, journeys, available
        Hours in the time box: that those in a tier take at their desks and on the way to them, and that
        the rep has.
    potential, potential_unknown
        What the matches could be worth a year; of how many nothing is known.
    customers, white_space, customers_unknown
        Of the matches: those that buy, those that do not yet, and the others.
    km
        From home to an account in a tier, one way, in the mean and as the crow flies; None where home or
        every place is unknown.
    too_far
        Accounts outside the rep's countries or further than its longest way.
    last_touch
        The latest of all; None where none is on record.
    untouched
        As of `TierCovered`, of the best tier.
    """

    rep: Rep
    owners: tuple[str, ...]
    accounts: tuple[int, ...]
    work: float
    journeys: float
    available: float
    potential: Bounds
    potential_unknown: int
    customers: int
    white_space: int
    customers_unknown: int
    km: float | None
    too_far: int
    last_touch: date | None
    untouched: int | None

    @property
    def total(self) -> int:
        """All matches."""
        return sum(self.accounts)

    @property
    def needed(self) -> float:
        """Hours that those in a tier take, journeys included."""
        return self.work + self.journeys

    @property
    def load(self) -> float | None:
        """Share of the hours that is needed; None where there are none to take a share of."""
        return self.needed / self.available if self.available else None

    @property
    def is_over(self) -> bool:
        """Whether more hours are needed than there are."""
        # Hours are entered as decimals; 0.1 h × 30 must fit into 3 h.
        return self.needed > self.available * (1 + 1e-9)

    @property
    def has_room(self) -> bool:
        """Whether a good part of the hours is left."""
        return self.needed < ROOM_BELOW * self.available


@dataclass(frozen=True)
class OtherOwner:
    """An owner whom the team does not have.

    Attributes
    ----------
    name
        As the accounts spell it most often.
    accounts, best
        Matches, and those in the best tier.
    potential
        What they could be worth a year.
    """

    name: str
    accounts: int
    best: int
    potential: Bounds


@dataclass(frozen=True)
class Coverage:
    """Who covers what.

    Attributes
    ----------
    team
        The reps.
    on, days
        Day that touches are counted back from, and how far.
    groups
        What accounts are counted under, as `tiers.groups`.
    tiers
        The tiers, best first.
    reps
        In the team's order.
    others
        Owners that are not in the team, those with the most accounts first.
    matches
        Accounts of the profile.
    tells_owners, tells_touches
        Whether any account of the list has an owner, and a last touch.
    unplaced
        Matches without a place: to nobody are they near.
    """

    team: Team
    on: date
    days: int
    groups: tuple[str, ...]
    tiers: tuple[TierCovered, ...]
    reps: tuple[RepCovered, ...]
    others: tuple[OtherOwner, ...]
    matches: int
    tells_owners: bool
    tells_touches: bool
    unplaced: int

    @property
    def best(self) -> TierCovered:
        """The best tier."""
        return self.tiers[0]

    @property
    def over(self) -> tuple[str, ...]:
        """Reps who have more than they have hours for."""
        return tuple(one.rep.name for one in self.reps if one.is_over)

    @property
    def with_room(self) -> tuple[str, ...]:
        """Reps who have hours to spare."""
        return tuple(one.rep.name for one in self.reps if one.has_room)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the numbers rest on, and what is missing, a sentence each."""
        found = list(self.team.remarks)
        if not self.team:
            found.insert(
                0, "Nobody is in the team yet, so that no account is covered. Name the reps."
            )
        elif len(self.team) > self.matches:
            found.append(
                f"The team has {number(len(self.team))} reps for {number(self.matches)} "
                "matching accounts, so "
                "that some have none."
            )
        if not self.tells_owners:
            found.append(
                "No account of this list has an owner. Load a file with a column of owners, or give "
                "accounts to reps here."
            )
        if not self.tells_touches:
            found.append(
                "No account of this list says when it was last dealt with, so that nobody can tell "
                "which are neglected. Load a file with a column such as Last activity date."
            )
        if self.unplaced:
            found.append(
                f"{number(self.unplaced)} matching accounts have no place: no rep is nearest to them."
            )
        if self.matches and all(one.potential.high <= 0 for one in self.tiers if one.accounts):
            found.append("Nothing is known of the potential, so that accounts are only counted.")
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "on": self.on.isoformat(),
            "days": self.days,
            "matches": self.matches,
            "tiers": [
                {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}
                | {"share": one.share, "potential_share": _plain(one.potential_share)}
                for one in self.tiers
            ],
            "reps": [
                {
                    "name": one.rep.name,
                    "email": one.rep.email,
                    "home": one.rep.home,
                    "accounts": dict(zip(self.groups, one.accounts, strict=True)),
                    "hours": {
                        name: getattr(one, name)
                        for name in ("needed", "work", "journeys", "available")
                    },
                    **{
                        name: _plain(getattr(one, name))
                        for name in (
                            "load", "potential", "potential_unknown", "customers", "white_space",
                            "customers_unknown", "km", "too_far", "last_touch", "untouched",
                        )
                    },
                }
                for one in self.reps
            ],
            "owners_outside": [
                {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}
                for one in self.others
            ],
        }  # fmt: skip

    def table(self) -> pl.DataFrame:
        """The reps as rows: what a page or a file shows of them.

        Returns
        -------
        polars.DataFrame
            name, needed, journeys, available, load, a column per tier, others, potential_low,
            potential_high, potential_unknown, customers, white_space, km, too_far, untouched,
            last_touch.
        """
        tiers = [one.tier for one in self.tiers]
        rows = [
            {
                "name": one.rep.name,
                "needed": one.needed,
                "journeys": one.journeys,
                "available": one.available,
                "load": one.load,
                **{f"tier_{place}": one.accounts[place] for place in range(len(tiers))},
                "others": sum(one.accounts[len(tiers) :]),
                "potential_low": one.potential.low,
                "potential_high": one.potential.high,
                "potential_unknown": one.potential_unknown,
                "customers": one.customers,
                "white_space": one.white_space,
                "km": one.km,
                "too_far": one.too_far,
                "untouched": one.untouched,
                "last_touch": one.last_touch,
            }
            for one in self.reps
        ]
        schema = dict.fromkeys(
            ("needed", "journeys", "available", "load", "km"), pl.Float64
        ) | dict.fromkeys(("potential_low", "potential_high"), pl.Float64)
        counts = [f"tier_{place}" for place in range(len(tiers))]
        counts += [
            "others",
            "potential_unknown",
            "customers",
            "white_space",
            "too_far",
            "untouched",
        ]
        types = {
            "name": pl.String,
            **schema,
            **dict.fromkeys(counts, pl.Int64),
            "last_touch": pl.Date,
        }
        order = (
            "name", "needed", "journeys", "available", "load", *counts[: len(tiers)], "others",
            "potential_low", "potential_high", "potential_unknown", "customers", "white_space",
            "km", "too_far", "untouched", "last_touch",
        )  # fmt: skip
        return pl.DataFrame(rows, schema={name: types[name] for name in order})


def _plain(value: Any) -> Any:
    if isinstance(value, Bounds):
        return vars(value)
    return value.isoformat() if isinstance(value, date) else value


class Matched:
    """The matches of a profile as a team sees them: whose each is, where, and what it is worth.

    Parameters
    ----------
    evaluation
        The market.
    plan
        The team's plan, with its reps.
    """

    def __init__(self, evaluation: Evaluation, plan: TeamPlan) -> None:
        self.evaluation = evaluation
        self.plan = plan
        self.team = team_for(plan, evaluation.population)
        self.rows = evaluation.matches.rows

    @property
    def tiers(self) -> int:
        """How many tiers the profile has."""
        return len(self.evaluation.profile.tiers.names)

    @cached_property
    def _named(self) -> tuple[Ints, tuple[str | None, ...]]:
        codes, values = self.evaluation.codes("owner")
        return codes[self.rows].astype(np.int64), values

    @cached_property
    def owner(self) -> Ints:
        """Place in the team of the rep who owns each match; else `NOBODY` or `OUTSIDE`."""
        codes, values = self._named
        place = {name: at for at, name in enumerate(self.team.names)}

        def of(value: str | None) -> int:
            if value is None or not value.strip():
                return NOBODY
            name = self.team.owner_key(value)
            return OUTSIDE if name is None else place[name]

        return np.array([of(value) for value in values], dtype=np.int64)[codes]

    def spellings(self, kept: Flags) -> list[tuple[str, int]]:
        """Owners as some matches spell them, and how many each has, the commonest first."""
        codes, values = self._named
        counts = np.bincount(codes[kept], minlength=len(values))
        found = [
            (value, int(counts[at])) for at, value in enumerate(values) if value and counts[at]
        ]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    @cached_property
    def tells_owners(self) -> bool:
        """Whether any account of the list has an owner."""
        return any(value and value.strip() for value in self.evaluation.codes("owner")[1])

    @cached_property
    def ends(self) -> tuple[Floats, Floats]:
        """The least and the most that each match could be worth; the most NaN where nothing tells."""
        profile = self.evaluation.profile
        low, high = self.evaluation.matches.value_ends(profile)
        limit = most_potential(profile, columns=self.evaluation.universe.columns)
        return np.nan_to_num(low), np.where(np.isnan(high), limit or 0.0, high)

    @cached_property
    def touched(self) -> pl.Series:
        """When each match was last dealt with."""
        frame = self.evaluation.universe.frame
        if "last_touch" not in frame.columns:
            return pl.repeat(None, len(self.rows), dtype=pl.Date, eager=True)
        return frame["last_touch"].cast(pl.Date).gather(self.rows)

    @cached_property
    def tells_touches(self) -> bool:
        """Whether any account of the list has a last touch."""
        frame = self.evaluation.universe.frame
        return "last_touch" in frame.columns and frame["last_touch"].null_count() < frame.height

    def untouched(self, on: date, days: int) -> Flags:
        """Matches that nobody dealt with since so many days before, or ever."""
        before = on - timedelta(days=days)
        return (self.touched.is_null() | (self.touched < before)).fill_null(True).to_numpy()

    @cached_property
    def places(self) -> tuple[Floats, Floats]:
        """Degrees of latitude and longitude of each match; NaN where unknown."""
        frame = self.evaluation.universe.frame
        known = {"account_id", "municipality", "latitude", "longitude"} & set(frame.columns)
        return positions(frame.select(sorted(known))[self.rows])

    @cached_property
    def unplaced(self) -> Flags:
        """Matches without a place."""
        return np.isnan(self.places[0])

    def km(self, rep: Rep, places: Places) -> Floats:
        """Kilometres from a rep's home to some matches; NaN where either place is unknown."""
        if rep.place is None:
            return np.full(len(places), np.nan)
        (north, east), (latitude, longitude) = np.array(rep.place), self.places
        return crow_km(north, east, latitude[places], longitude[places])

    def in_countries(self, rep: Rep, places: Places) -> Flags:
        """Which of some matches lie in a rep's countries; unknown counts as yes."""
        codes, values = self.evaluation.codes("country")
        return np.array([rep.serves(value) for value in values])[codes[self.rows[places]]]

    def served(self, rep: Rep, places: Places) -> Flags:
        """Which of them are not too far away either."""
        here = self.in_countries(rep, places)
        return here if rep.max_km is None else here & ~(self.km(rep, places) > rep.max_km)

    @cached_property
    def work(self) -> Floats:
        """Hours of work in the time box that each match takes, by its tier; 0 for those in none."""
        each = [*self.plan.hours_of(self.evaluation.profile.tiers.names), 0.0, 0.0]
        return np.array(each)[self.evaluation.tier]

    def visits(self, journeys: Journeys) -> Floats:
        """Journeys in the time box to each match, by its tier; 0 to those in none."""
        each = [*journeys.visits_of(self.evaluation.profile.tiers.names), 0.0, 0.0]
        return np.array(each)[self.evaluation.tier] * self.plan.months / 12

    @cached_property
    def on_the_way(self) -> Floats:
        """Hours of journeys in the time box that each match takes of its rep; 0 where it has none."""
        journeys = Journeys()
        visits, mine = self.visits(journeys), self.owner >= 0
        hours = np.zeros(len(visits))
        if not mine.any():
            return hours
        latitude, longitude = self.places
        starts = beginnings(self.team, self.owner, latitude, longitude, visits)
        north, east = (one[self.owner[mine]] for one in starts)
        codes, values = self.evaluation.codes("country")
        factor = journeys.factor(pl.Series(values, dtype=pl.String))[codes[self.rows[mine]]]
        km = journeys.km(crow_km(north, east, latitude[mine], longitude[mine]), factor)
        hours[mine] = journeys.hours(visits[mine], km)
        return hours

    @cached_property
    def needed(self) -> Floats:
        """Hours in the time box that each rep's matches take, those in a tier: work and journeys."""
        # Added as `RepCovered.needed` adds them, so that both are one number to the last digit.
        return self.by_rep(self.work) + self.by_rep(self.on_the_way)

    def by_rep(self, each: Floats) -> Floats:
        """Sum over the matches of each rep."""
        mine = self.owner >= 0
        found = np.bincount(self.owner[mine], each[mine], minlength=len(self.team))
        return found.astype(np.float64)

    def available(self, rep: Rep) -> float:
        """Hours that a rep has in the time box."""
        return rep.hours * self.plan.months / 12

    def worth(self, kept: Flags) -> Bounds:
        """What some matches could be worth together."""
        low, high = self.ends
        return Bounds(float(low[kept].sum()), float(np.fmax(low, high)[kept].sum()))


def reference_day(evaluation: Evaluation) -> date:
    """The day that touches are counted back from: today, of invented companies that of their facts."""
    frame = evaluation.universe.frame
    if evaluation.population.fictional and "as_of" in frame.columns:
        latest = frame["as_of"].max()
        if isinstance(latest, date):
            return latest
    return date.today()


def coverage(
    evaluation: Evaluation,
    plan: TeamPlan,
    *,
    on: date | None = None,
    days: int = UNTOUCHED_DAYS,
) -> Coverage:
    """Who covers the matches of a profile, and what is left.

    Parameters
    ----------
    evaluation
        The market.
    plan
        The team's plan: its reps, its time box, and the hours of each tier.
    on
        Day that touches are counted back from; `reference_day` unless given.
    days
        After which an account is neglected.
    """
    seen, on = Matched(evaluation, plan), on or reference_day(evaluation)
    untouched = seen.untouched(on, days) if seen.tells_touches else None
    tier, owner = evaluation.tier, seen.owner
    return Coverage(
        team=seen.team,
        on=on,
        days=days,
        groups=groups(evaluation.profile.tiers),
        tiers=tuple(
            _tier(seen, name, tier == place, untouched)
            for place, name in enumerate(evaluation.profile.tiers.names)
        ),
        reps=tuple(_rep(seen, place, untouched) for place in range(len(seen.team))),
        others=_others(seen),
        matches=len(owner),
        tells_owners=seen.tells_owners,
        tells_touches=seen.tells_touches,
        unplaced=int(seen.unplaced.sum()),
    )


def _tier(seen: Matched, name: str, here: Flags, untouched: Flags | None) -> TierCovered:
    mine, nobody = here & (seen.owner >= 0), here & (seen.owner == NOBODY)
    accounts, covered, unowned = (int(one.sum()) for one in (here, mine, nobody))
    return TierCovered(
        tier=name,
        accounts=accounts,
        covered=covered,
        outside=accounts - covered - unowned,
        nobody=unowned,
        potential=seen.worth(here),
        covered_potential=seen.worth(mine),
        nobody_potential=seen.worth(nobody),
        untouched=None if untouched is None else int((here & untouched).sum()),
    )


def _rep(seen: Matched, place: int, untouched: Flags | None) -> RepCovered:
    evaluation, rep = seen.evaluation, seen.team.reps[place]
    mine = seen.owner == place
    places = np.flatnonzero(mine)
    tier = evaluation.tier[places]
    counts = np.bincount(tier, minlength=len(groups(evaluation.profile.tiers)))
    matches = evaluation.matches
    unknown = matches.customers_unknown[places]
    customers = matches.customers[places] & ~unknown
    km = seen.km(rep, places[tier < seen.tiers])
    return RepCovered(
        rep=rep,
        owners=tuple(name for name, _count in seen.spellings(mine)),
        accounts=tuple(counts.tolist()),
        work=float(seen.by_rep(seen.work)[place]),
        journeys=float(seen.by_rep(seen.on_the_way)[place]),
        available=seen.available(rep),
        potential=seen.worth(mine),
        potential_unknown=int(np.isnan(evaluation.potential.amount[places]).sum()),
        customers=int(customers.sum()),
        white_space=int((~customers & ~unknown).sum()),
        customers_unknown=int(unknown.sum()),
        km=None if np.isnan(km).all() else float(np.nanmean(km)),
        too_far=int((~seen.served(rep, places)).sum()),
        last_touch=seen.touched.gather(places).max(),  # type: ignore[arg-type]
        untouched=None
        if untouched is None
        else int((mine & untouched & (evaluation.tier == 0)).sum()),
    )


def _others(seen: Matched) -> tuple[OtherOwner, ...]:
    codes, values = seen._named
    together: dict[str, list[str]] = {}
    for name, _count in seen.spellings(seen.owner == OUTSIDE):
        together.setdefault(key_of(name), []).append(name)
    found = []
    for names in together.values():
        theirs = np.array([value in names for value in values])[codes]
        found.append(
            OtherOwner(
                names[0],
                int(theirs.sum()),
                int((theirs & (seen.evaluation.tier == 0)).sum()),
                seen.worth(theirs),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.accounts, one.name)))


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


def owners_by_area(
    evaluation: Evaluation, plan: TeamPlan, level: Level, countries: Sequence[str] = ()
) -> pl.DataFrame:
    """Whose each region or municipality is.

    Parameters
    ----------
    evaluation, plan
        As for `coverage`.
    level
        Regions or municipalities.
    countries
        Only accounts in these; none means all.

    Returns
    -------
    polars.DataFrame
        Of each area with matches: `code`, `matches`, `covered` (a rep of the team owns them),
        `nobody`, `outside`, `best_nobody` (of the best tier), `nobody_potential` (at least), `owner`
        (the rep with the most matches there, the first by name of two; null where nobody covers any),
        `share` of the matches that are that rep's, and `reps`, how many have some.
    """
    seen = Matched(evaluation, plan)
    codes, values = evaluation.codes(level)
    low, _high = seen.ends
    frame = pl.DataFrame(
        {
            "code": pl.Series(values, dtype=pl.String).gather(codes[seen.rows].astype(np.int64)),
            "rep": seen.owner,
            "best": evaluation.tier == 0,
            "low": low,
        }
    )
    if countries:
        places, names = evaluation.codes("country")
        inside = np.array([name in countries for name in names])[places[seen.rows]]
        frame = frame.filter(pl.Series(inside))
    nobody = pl.col("rep") == NOBODY
    return whose(
        frame,
        seen.team,
        best_nobody=(nobody & pl.col("best")).sum().cast(pl.Int64),
        nobody_potential=pl.col("low").filter(nobody).sum(),
    )


def whose(accounts: pl.DataFrame, team: Team, **more: pl.Expr) -> pl.DataFrame:
    """Whose each area is.

    Parameters
    ----------
    accounts
        `code` of the area, `rep`, the place in the team, `NOBODY` or `OUTSIDE`, and what `more` needs.
    team
        The reps.
    more
        Other numbers of each area by name.

    Returns
    -------
    polars.DataFrame
        `code`, `matches`, `covered`, `nobody`, `outside`, those of `more`, `owner` (the rep with the
        most there, the first by name of two; null where nobody covers any), `share` of the accounts
        that are that rep's, and `reps`, how many have some.
    """
    covered = pl.col("rep") >= 0
    counted = accounts.group_by("code").agg(
        matches=pl.len().cast(pl.Int64),
        covered=covered.sum().cast(pl.Int64),
        nobody=(pl.col("rep") == NOBODY).sum().cast(pl.Int64),
        outside=(pl.col("rep") == OUTSIDE).sum().cast(pl.Int64),
        **more,
        reps=pl.col("rep").filter(covered).n_unique().cast(pl.Int64),
    )
    reps = pl.DataFrame(
        {"rep": range(len(team)), "owner": team.names},
        schema={"rep": pl.Int64, "owner": pl.String},
    )
    leading = (
        accounts.filter(covered)
        .group_by("code", "rep")
        .agg(theirs=pl.len())
        .join(reps, on="rep", how="left")
        .sort("code", "theirs", "owner", descending=[False, True, False])
        .unique("code", keep="first", maintain_order=True)
        .select("code", "owner", "theirs")
    )
    return (
        counted.join(leading, on="code", how="left", nulls_equal=True)
        .select(
            "code", "matches", "covered", "nobody", "outside", *more, "owner",
            share=pl.col("theirs") / pl.col("matches"), reps="reps",
        )
        .sort("code", nulls_last=True)
    )  # fmt: skip


def owners_offered(evaluation: Evaluation, plan: TeamPlan) -> list[Rep]:
    """Owners of any account of the list whom the team does not have, as reps to be completed.

    The home is the municipality where most of their accounts are; the country likewise. A guess, shown
    as one.
    """
    frame, team = evaluation.universe.frame, plan.team
    if "owner" not in frame.columns:
        return []
    place = "municipality" if "municipality" in frame.columns else None
    owned = frame.lazy().filter(pl.col("owner").is_not_null())
    counted = (
        owned.group_by("owner", *([place] if place else []))
        .agg(accounts=pl.len())
        .sort("accounts", "owner", descending=[True, False])
        .collect()
    )
    found: dict[str, tuple[str, int, str | None]] = {}
    for row in counted.iter_rows(named=True):
        name = " ".join(row["owner"].split())[:200]
        key = key_of(name)
        if not name or team.owner_key(name):
            continue
        before = found.get(key)
        home = row[place] if place else None
        if before is None:
            found[key] = name, row["accounts"], home
        else:
            found[key] = before[0], before[1] + row["accounts"], before[2] or home
    ordered = sorted(found.values(), key=lambda one: (-one[1], one[0]))
    known = geography.names()
    return [Rep(name=name, home=home if home in known else None) for name, _count, home in ordered]

"""What plans are made from: what each unit costs with each rep, and the share each rep is to have.

Hours of a unit depend on the rep, because journeys do (`journeys`).
"""

from functools import cached_property

import numpy as np
import polars as pl
from scipy.sparse import block_array, coo_array
from scipy.sparse.csgraph import connected_components

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Team
from icp_core.errors import PlanError
from icp_core.evaluation.in_memory import Evaluation
from icp_core.reference.arrays import Flags, Floats, Ints
from icp_core.territories.generalised import AssignmentProblem
from icp_core.territories.highs import Clock
from icp_core.territories.journeys import beginnings, crow_km, positions
from icp_core.territories.matched import NOBODY, Matched
from icp_core.territories.relaxation import relax
from icp_core.territories.units import accounts_of, units_of
from icp_core.territories.wishes import Locks, Wishes


class Planning:
    """Everything that a plan is made from: accounts, units, journeys, shares.

    Parameters
    ----------
    accounts
        As `accounts_of` gives them.
    team
        The reps.
    plan
        Hours and time box.
    wishes, locks
        What is asked for, and what is decided.

    Raises
    ------
    PlanError
        If there are no reps or no accounts, or a lock names somebody who is not in the team.
    """

    def __init__(
        self,
        accounts: pl.DataFrame,
        team: Team,
        plan: TeamPlan,
        *,
        wishes: Wishes = Wishes(),  # noqa: B008 - frozen
        locks: Locks = Locks(),  # noqa: B008 - frozen
    ) -> None:
        if not len(team):
            raise PlanError("The team has no reps: name at least one, with home and hours.")
        if not accounts.height:
            raise PlanError(
                "No account matches the profile, so that there is nothing to give to the reps: "
                "loosen a must-have, or choose another list."
            )
        self.team, self.plan, self.wishes, self.locks = team, plan, wishes, locks
        named = {*locks.accounts.values(), *locks.areas.values(), *locks.reps}
        strangers = sorted(named - set(team.names))
        if strangers:
            raise PlanError(
                f"A lock names {strangers[0]}, who is not in the team: take it away or add the rep."
            )
        self.available = np.array([one.hours * plan.months / 12 for one in team.reps])
        self.accounts, self.units = units_of(
            accounts, team, shares=self.shares, idle=self.idle, wishes=wishes, locks=locks
        )
        self.unit: Ints = self.accounts["unit"].to_numpy().astype(np.int64)
        self.owner: Ints = self.accounts["owner"].to_numpy().astype(np.int64)

    @cached_property
    def idle(self) -> Flags:
        """Reps without hours, where others have some: they are given nothing."""
        found: Flags = (self.available <= 0) & (self.available.sum() > 0)
        return found

    def with_team(self, team: Team) -> "Planning":
        """The same accounts and wishes with other reps; who is in both keeps the accounts."""
        place = {name: at for at, name in enumerate(team.names)}
        to = np.array([*(place.get(name, NOBODY) for name in self.team.names), NOBODY])
        accounts = self.accounts.drop("place", "has_relation", "fixed", "unit")
        accounts = accounts.with_columns(owner=pl.Series(to[self.owner]))
        return Planning(accounts, team, self.plan, wishes=self.wishes, locks=self.locks)

    @property
    def locks_of_nothing(self) -> Locks:
        """Those locks that no account of the plan is, or lies in."""
        rows, locks = self.accounts, self.locks
        ids = set(rows["account_id"])
        codes = {code for level in ("country", "region", "municipality") for code in rows[level]}
        return Locks(
            accounts={one: rep for one, rep in locks.accounts.items() if one not in ids},
            areas={code: rep for code, rep in locks.areas.items() if code not in codes},
        )

    @cached_property
    def by_area(self) -> Flags:
        """Which accounts go with their area: not those that stay or were given one by one."""
        codes, rows = list(self.locks.areas), self.accounts
        locked = rows.select(
            pl.any_horizontal(
                pl.col(level).is_in(codes).fill_null(False)
                for level in ("country", "region", "municipality")
            )
            & ~pl.col("account_id").is_in(list(self.locks.accounts))
        )
        free = self.units.fixed[self.unit] < 0
        found: Flags = free | locked.to_series().to_numpy()
        return found

    @cached_property
    def shares(self) -> Floats:
        """What part of everything each rep is to have: that of the hours; even where nobody has any."""
        total = self.available.sum()
        if total <= 0:
            return np.full(len(self.team), 1 / len(self.team))
        found: Floats = self.available / total
        return found

    # What a unit costs with whom.

    @cached_property
    def homes(self) -> tuple[Floats, Floats]:
        """Where the journeys of each rep begin."""
        return beginnings(self.team, self.owner, *self._positions, self._visits)

    @cached_property
    def crow_km(self) -> Floats:
        """Kilometres from each rep to each unit as the crow flies, shape (reps, units); 0 if unknown."""
        north, east = (one[:, None] for one in self.homes)
        return np.nan_to_num(crow_km(north, east, self.units.latitude, self.units.longitude))

    @cached_property
    def _positions(self) -> tuple[Floats, Floats]:
        return positions(self.accounts)

    @cached_property
    def _visits(self) -> Floats:
        found: Floats = self.accounts["visits"].to_numpy()
        return found

    @cached_property
    def _factor(self) -> Floats:
        return self.wishes.journeys.factor(self.accounts["country"])

    def km(self, rep: Ints) -> Floats:
        """Kilometres by road to each account from a rep, one way; 0 where either place is unknown."""
        north, east = (one[rep] for one in self.homes)
        return self.wishes.journeys.km(crow_km(north, east, *self._positions), self._factor)

    def journey_hours(self, rep: Ints) -> Floats:
        """Hours on the way to each account with some rep, 0 where there is none."""
        hours = self.wishes.journeys.hours(self._visits, self.km(np.maximum(rep, 0)))
        return np.where(rep >= 0, hours, 0.0)

    @cached_property
    def travel(self) -> Floats:
        """Hours on the way, shape (reps, units): those to the accounts of each."""
        latitude, longitude = self._positions
        # Many accounts lie in the middle of one postcode; theirs is one distance.
        places = (
            pl.DataFrame(
                {
                    "unit": self.unit,
                    "latitude": latitude,
                    "longitude": longitude,
                    "factor": self._factor,
                    "visits": self._visits,
                }
            )
            .filter(pl.col("visits") > 0)
            .group_by("unit", "latitude", "longitude", "factor", maintain_order=True)
            .agg(pl.col("visits").sum())
        )
        unit, latitude, longitude, factor, visits = (
            places[name].to_numpy() for name in places.columns
        )
        journeys, found = self.wishes.journeys, np.empty((len(self.team), len(self.units)))
        for place, (north, east) in enumerate(zip(*self.homes, strict=True)):
            km = journeys.km(crow_km(north, east, latitude, longitude), factor)
            found[place] = np.bincount(unit, journeys.hours(visits, km), len(self.units))
        return found

    @cached_property
    def at_risk(self) -> Floats:
        """What changing the rep of each account costs in value at risk, in the profile's currency."""
        return self.at_risk_of(self.accounts["potential"].to_numpy())

    def at_risk_of(self, potential: Floats) -> Floats:
        """The same where the accounts are worth so much."""
        sold = np.where(self.accounts["is_customer"].fill_null(False), potential, 0)
        found: Floats = (
            self.wishes.at_risk * sold + self.wishes.deal * self.accounts["deals"].to_numpy()
        )
        return np.where(self.owner >= 0, found, 0.0)

    @cached_property
    def handed_over(self) -> Floats:
        """What handing over each account costs."""
        worked = (self.owner >= 0) & (self.accounts["hours"].to_numpy() > 0)
        return np.where(worked, self.wishes.handover * self.wishes.hour, 0.0)

    def _moving(self, each: Floats) -> Floats:
        """Sum over the accounts of a unit that change rep, shape (reps, units)."""
        shape = (len(self.team), len(self.units))
        owned = self.owner >= 0
        flat = self.owner[owned] * shape[1] + self.unit[owned]
        stays = np.bincount(flat, each[owned], shape[0] * shape[1]).reshape(shape)
        total = np.bincount(self.unit[owned], each[owned], shape[1])
        found: Floats = np.maximum(total - stays, 0)
        return found

    @cached_property
    def moving(self) -> Floats:
        """What changing reps costs at weight 1 if a unit goes to a rep, shape (reps, units)."""
        return self._moving(self.at_risk + self.handed_over)

    @cached_property
    def serves(self) -> Flags:
        """Which rep may have which unit: countries, distance, hours, and locked reps."""
        units, reps = self.units, self.team.reps
        found = np.zeros((len(reps), len(units)), dtype=bool)
        stated = {code for rep in reps for code in rep.countries}
        homes = {(rep.home or "")[:2] for rep in reps if not rep.countries}
        codes, country = np.unique(units.country, return_inverse=True)
        nobodys = set(codes) - stated - homes
        for place, rep in enumerate(reps):
            works_in = np.array([rep.serves(code or None) for code in codes])
            if not rep.countries and rep.home and not self.wishes.open_borders:
                home = rep.home[:2]
                works_in &= np.array([code in ("", home) or code in nobodys for code in codes])
            inside = works_in[country]
            if rep.max_km is not None:
                inside &= self.crow_km[place] <= rep.max_km
            if rep.name in self.locks.reps or self.idle[place]:
                inside[:] = False
            found[place] = inside
        return found

    @cached_property
    def given(self) -> Flags:
        """Units that somebody may have; the others stay with nobody."""
        return self.serves.any(axis=0) | (self.units.fixed >= 0)

    @cached_property
    def left_out(self) -> pl.DataFrame:
        """Accounts that no rep may have, in the columns of `accounts`."""
        return self.accounts.filter(~pl.Series(self.given[self.unit]))

    # The problem.

    @cached_property
    def kept(self) -> Ints:
        """The units that are given, by their place among all."""
        return np.flatnonzero(self.given)

    def problem(self, disruption: float | None = None) -> AssignmentProblem:
        """The assignment of the units that are given, at a weight of changing reps."""
        weight = self.wishes.disruption if disruption is None else disruption
        return self._problem(weight, *self.targets)

    def _problem(self, weight: float, hours: Floats, potential: Floats) -> AssignmentProblem:
        kept, wishes = self.kept, self.wishes
        travel = self.travel[:, kept]
        balanced = np.array([rep.name not in self.locks.reps for rep in self.team.reps])
        price = wishes.balance * wishes.hour
        worth = float(potential.sum())
        of_potential = price * float(hours.sum()) / worth if worth > 0 else 0.0
        spread = np.array([[wishes.hours_tolerance], [wishes.potential_tolerance]])
        targets = np.stack([hours, potential])
        units = self.units
        fixed = units.fixed[kept]
        idle = (fixed < 0) & (units.hours[kept] + units.visits[kept] <= 0)
        # What takes nobody's time goes to who lives nearest.
        distance = np.where(self.serves[:, kept], self.crow_km[:, kept], np.inf)
        fixed = np.where(idle, distance.argmin(axis=0) if len(kept) else fixed, fixed)
        return AssignmentProblem.of(
            cost=travel * wishes.hour + weight * self.moving[:, kept],
            use=np.stack(
                [
                    units.hours[kept] + travel,
                    np.broadcast_to(units.potential[kept], travel.shape),
                ]
            ),
            lower=np.maximum(targets * (1 - spread), 0),
            upper=targets * (1 + spread),
            price=np.array([[price], [of_potential]]) * balanced,
            allowed=self.serves[:, kept],
            fixed=fixed,
        ).capped()

    @property
    def targets(self) -> tuple[Floats, Floats]:
        """The even share of each rep of its circle, in hours and in potential, by the hours each has.

        Hours include journeys, which depend on the plan: those of the relaxation are taken, first
        without and then with balance.
        """
        return self._even[:2]

    @property
    def first_dual(self) -> Floats:
        """Prices of the limits at the weight of the wishes: a start for any other (`relax`)."""
        return self._even[2]

    def _shared(self, each: Floats) -> Floats:
        """Even share of each rep of something that the units that are given have, within its circle."""
        found: Floats = (
            self._part * np.bincount(self._of_circle, each, len(self.team))[self.circles]
        )
        return found

    @cached_property
    def _part(self) -> Floats:
        """Of what its circle has, by hours; evenly where none of a circle has any."""
        circle = self.circles
        hours = np.bincount(circle, self.available, len(self.team))
        size = np.bincount(circle, minlength=len(self.team))
        return np.where(
            hours[circle] > 0, self.available / np.maximum(hours[circle], 1e-9), 1 / size[circle]
        )

    @cached_property
    def _may(self) -> Flags:
        """Who may have each unit that is given, or keeps it."""
        own = np.arange(len(self.team))[:, None] == self.units.fixed[self.kept]
        found: Flags = self.serves[:, self.kept] | own
        return found

    @cached_property
    def _of_circle(self) -> Ints:
        """The circle of each unit that is given: that of somebody who may have it."""
        first = self._may.argmax(axis=0) if len(self.kept) else np.zeros(0, dtype=np.int64)
        found: Ints = self.circles[first]
        return found

    @cached_property
    def even_work(self) -> Floats:
        """That part of the even share of hours which is work; the rest is journeys."""
        return self._shared(self.units.hours[self.kept])

    def even_potential(self, potential: Floats) -> Floats:
        """Even share of the potential of each rep, where the accounts are worth so much."""
        of_unit = np.bincount(self.unit, potential, len(self.units)).astype(np.float64)
        return self._shared(of_unit[self.kept])

    @cached_property
    def _even(self) -> tuple[Floats, Floats, Floats]:
        kept = self.kept
        potential = self._shared(self.units.potential[kept])
        travel = self.travel[:, kept]
        nearest = np.where(self._may, travel, np.inf).min(axis=0, initial=np.inf)
        problem = self._problem(
            self.wishes.disruption, self.even_work + self._shared(nearest), potential
        )
        found = relax(problem, Clock(deadline=float("inf")))
        even = self.even_work + self._shared((found.share * travel).sum(axis=0))
        return even, potential, found.dual

    @cached_property
    def circles(self) -> Ints:
        """A number for each rep: the same for those who could have a unit of each other.

        So are those between whom others do that.

        Shares are even within a circle; no plan evens out countries whose reps stay inside.
        """
        may = coo_array(self.serves)
        # Reps and units as one graph: no table of all pairs of reps.
        _, found = connected_components(block_array([[None, may], [may.T, None]]), directed=False)
        return np.asarray(found[: len(self.team)], dtype=np.int64)


def planning(
    evaluation: Evaluation,
    plan: TeamPlan,
    *,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
    locks: Locks = Locks(),  # noqa: B008 - frozen
    team: Team | None = None,
) -> Planning:
    """What plans of the matches of a profile are made from.

    Parameters
    ----------
    evaluation
        The market.
    plan
        The team's plan: its reps, time box, and the hours of each tier.
    wishes, locks
        What is asked for, and what is decided.
    team
        Other reps than the plan's.

    Raises
    ------
    PlanError
        If there are no reps or no matches, or a lock names a stranger.
    """
    if team is not None:
        plan = plan.replace(team=team)
    matched = Matched(evaluation, plan)
    return Planning(accounts_of(matched, wishes), matched.team, plan, wishes=wishes, locks=locks)

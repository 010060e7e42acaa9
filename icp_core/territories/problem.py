"""From matching accounts to units that are given to reps, and what each costs with whom.

A unit is a municipality; where that takes too much of a rep, runs of its postcodes; and what keeps its
rep by itself: customers, named accounts and locks. Hours of a unit depend on the rep, because journeys
do (`journeys`).
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from scipy.sparse.csgraph import connected_components

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Team
from icp_core.errors import PlanError
from icp_core.evaluation.expressions import most_potential
from icp_core.evaluation.in_memory import Evaluation
from icp_core.reference import geography
from icp_core.reference.arrays import Array, Flags, Floats, Ints
from icp_core.reference.numbers import number
from icp_core.territories.coverage import NOBODY, Matched
from icp_core.territories.generalised import FREE, AssignmentProblem
from icp_core.territories.highs import Clock
from icp_core.territories.journeys import FACTORS, SPEED, Journeys, beginnings, crow_km, positions
from icp_core.territories.relaxation import relax

LARGEST_PIECE: Final = 0.03
"""Share of the smallest rep's hours above which a municipality is divided by postcodes."""

MOST_SINGLES: Final = 3_000
"""Accounts that may move by themselves; of more, those of one place and one rep move together."""

LIKELY: Final = (0.1, 0.5, 0.9)
"""Quantiles of the known potentials of a tier that an unknown one is taken to lie between, and about."""


class Policy(StrEnum):
    """What may change its rep."""

    AREA = "area"
    """Everything moves with its area."""
    RELATIONS = "relations"
    """Customers and named accounts stay with their rep, the rest moves with its area."""
    ACCOUNT = "account"
    """Customers and named accounts move one by one, where that is worth what it costs."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a plan is to respect, and what things cost.

    Attributes
    ----------
    policy
        What may change its rep.
    hours_tolerance, potential_tolerance
        How far a rep may lie from an even share, as a share of it; beyond, every hour has its price.
    disruption
        Weight of what changing reps costs against travel: 0 for travel alone.
    hour
        What an hour of a rep costs, in the profile's currency.
    speed
        Kilometres an hour on the way.
    visits
        Journeys to an account a year by its tier; a tier that is missing takes `ASSUMED_VISITS`.
    at_risk
        Share of what a customer buys in a year that a change of rep costs: 13 to 18 % (Shi, Sridhar,
        Grewal and Lilien 2017). What a customer buys is taken to be its potential.
    deal
        What changing the rep of an account with open deals is taken to cost, for each deal.
    handover
        Hours that handing over an account takes.
    balance
        What an hour outside the tolerance costs, in hours. A share of the potential costs as much as
        that share of the hours.
    factors
        Kilometres by road for one as the crow flies, by country.
    open_borders
        Whether reps without countries work everywhere; else in the country of their home.
    named
        Accounts that stay with, or move by, themselves as customers do.
    """

    policy: Policy = Policy.RELATIONS
    hours_tolerance: float = 0.05
    potential_tolerance: float = 0.10
    disruption: float = 1.0
    hour: float = 60.0
    speed: float = SPEED
    visits: Mapping[str, float] = field(default_factory=dict)
    at_risk: float = 0.15
    deal: float = 1_000.0
    handover: float = 0.5
    balance: float = 4.0
    factors: Mapping[str, float] = field(default_factory=lambda: FACTORS)
    open_borders: bool = False
    named: AbstractSet[str] = frozenset()

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "policy", Policy(self.policy))
        except ValueError as error:
            known = ", ".join(policy.value for policy in Policy)
            raise PlanError(f"There is no policy {self.policy}; there are {known}.") from error
        least = {
            "hours_tolerance": 0, "potential_tolerance": 0, "disruption": 0, "hour": 0, "speed": 1,
            "at_risk": 0, "deal": 0, "handover": 0, "balance": 0,
        }  # fmt: skip
        for name, limit in least.items():
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= limit):
                raise PlanError(f"The wish {name} is {value}; give a number of at least {limit}.")

    @property
    def journeys(self) -> Journeys:
        """How often and how fast reps travel."""
        return Journeys(speed=self.speed, visits=self.visits, factors=self.factors)


@dataclass(frozen=True, kw_only=True)
class Locks:
    """What is decided already.

    Attributes
    ----------
    accounts
        Name of the rep by account_id.
    areas
        Name of the rep by code of a municipality, region or country; the narrower wins.
    reps
        Names of reps who keep what they have, and get nothing.
    """

    accounts: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    reps: AbstractSet[str] = frozenset()

    def with_account(self, account_id: str, rep: str) -> "Locks":
        """These and one more: a move that was accepted (its new rep) or refused (its rep today)."""
        return Locks(accounts={**self.accounts, account_id: rep}, areas=self.areas, reps=self.reps)


def accounts_of(matched: Matched, wishes: Wishes) -> pl.DataFrame:
    """The matches as a plan needs them, one row each.

    Returns
    -------
    polars.DataFrame
        account_id, name, country, region, municipality, postcode, latitude, longitude, tier (its name,
        null where none), owner (place in the team, -1 for nobody of it), hours and visits in the time
        box, potential_low, potential, potential_high (the middle one is what balances), is_known,
        is_customer, deals.
    """
    evaluation = matched.evaluation
    tiers = evaluation.profile.tiers.names
    frame = evaluation.universe.frame
    wanted = ("account_id", "name", "country", "region", "municipality", "postcode")
    texts = [
        pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String).alias(name)
        for name in wanted
    ]
    numbers = [
        pl.col(name).cast(pl.Float64)
        if name in frame.columns
        else pl.lit(None, dtype=pl.Float64).alias(name)
        for name in ("latitude", "longitude")
    ]
    deals = [
        pl.col("open_deals").cast(pl.Float64, strict=False).fill_null(0).alias("deals")
        if "open_deals" in frame.columns and not isinstance(frame.schema["open_deals"], pl.List)
        else pl.lit(0.0).alias("deals")
    ]
    rows = frame.lazy().select(*texts, *numbers, *deals).collect()[matched.rows]
    tier = evaluation.tier
    names = pl.Series([*tiers, None, None], dtype=pl.String)
    low, middle, high, known = _potential(evaluation, tier)
    return rows.with_columns(
        tier=names.gather(tier),
        owner=pl.Series(np.maximum(matched.owner, NOBODY)),
        hours=pl.Series(matched.work),
        visits=pl.Series(matched.visits(wishes.journeys)),
        potential_low=pl.Series(low),
        potential=pl.Series(middle),
        potential_high=pl.Series(high),
        is_known=pl.Series(known),
        is_customer=pl.Series(np.asarray(evaluation.matches.customers, dtype=bool)),
    )


def _potential(evaluation: Evaluation, tier: Ints) -> tuple[Floats, Floats, Floats, Flags]:
    """The least, likely and most potential of each match, and whether it is known."""
    profile = evaluation.profile
    amount = evaluation.potential.amount.astype(np.float64)
    low, high = (np.array(end, dtype=np.float64) for end in evaluation.matches.value_ends(profile))
    limit = most_potential(profile, columns=evaluation.universe.columns)
    known = ~np.isnan(amount)
    least, middle, most = amount.copy(), amount.copy(), amount.copy()
    for place in np.unique(tier[~known]):
        here = ~known & (tier == place)
        like = amount[known & (tier == place)]
        like = like if len(like) else amount[known]
        ends = np.quantile(like, LIKELY) if len(like) else (0.0, 0.0, limit or 0.0)
        least[here], middle[here], most[here] = ends
    unknown = ~known
    # A band of headcount tells more than the others of the tier do.
    least = np.where(unknown & ~np.isnan(low), low, least)
    most = np.where(unknown & ~np.isnan(high), high, most)
    most = np.maximum(least, most)
    middle = np.clip(middle, least, most)
    return least, middle, most, known


@dataclass(frozen=True, eq=False)
class Units:
    """What is given to reps as a whole.

    Attributes
    ----------
    place
        Code of the municipality of each, "" where unknown.
    label
        For people: the municipality's name, with its postcodes or the account where it is one.
    latitude, longitude
        Degrees; NaN where unknown.
    country
        Code, "" where unknown.
    fixed
        Place in the team of who keeps it, or `FREE`.
    single
        Whether it is what moves by itself, and no area.
    accounts, hours, visits, potential
        Sums over its accounts.
    """

    place: Array
    label: Array
    latitude: Floats
    longitude: Floats
    country: Array
    fixed: Ints
    single: Flags
    accounts: Ints
    hours: Floats
    visits: Floats
    potential: Floats

    def __len__(self) -> int:
        return len(self.fixed)


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
        wishes: Wishes = Wishes(),
        locks: Locks = Locks(),
    ) -> None:
        if not len(team):
            raise PlanError("The team has no reps: name at least one, with home and hours.")
        if not accounts.height:
            raise PlanError(
                "No account matches the profile, so that there is nothing to give to the reps: "
                "loosen a must-have, or choose another list."
            )
        self.team, self.plan, self.wishes, self.locks = team, plan, wishes, locks
        self._place = {name: at for at, name in enumerate(team.names)}
        named = {*locks.accounts.values(), *locks.areas.values(), *locks.reps}
        strangers = sorted(named - self._place.keys())
        if strangers:
            raise PlanError(
                f"A lock names {strangers[0]}, who is not in the team: take it away or add the rep."
            )
        self.available = np.array([one.hours * plan.months / 12 for one in team.reps])
        self.accounts, self.units = self._made(accounts)
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

    # How accounts become units.

    @cached_property
    def shares(self) -> Floats:
        """What part of everything each rep is to have: that of the hours; even where nobody has any."""
        total = self.available.sum()
        if total <= 0:
            return np.full(len(self.team), 1 / len(self.team))
        found: Floats = self.available / total
        return found

    def _made(self, accounts: pl.DataFrame) -> tuple[pl.DataFrame, Units]:
        table = geography.municipality_table().select(
            "municipality", at_north="latitude", at_east="longitude", called="name"
        )
        named = list(self.wishes.named)
        rows = (
            accounts.with_columns(order=pl.int_range(pl.len()))
            .join(table, on="municipality", how="left", maintain_order="left")
            .with_columns(
                north=pl.coalesce("at_north", "latitude"),
                east=pl.coalesce("at_east", "longitude"),
            )
            .with_columns(
                place=pl.when(pl.col("at_north").is_not_null())
                .then(pl.col("municipality"))
                .when(pl.col("north").is_not_null() & pl.col("east").is_not_null())
                .then(pl.format("@{},{}", pl.col("north").round(1), pl.col("east").round(1)))
                .otherwise(pl.lit(""))
            )
            .with_columns(
                has_relation=pl.col("is_customer")
                | (pl.col("deals") > 0)
                | pl.col("account_id").is_in(named),
            )
        )
        rows = rows.with_columns(fixed=pl.Series(self._decided(rows)))
        rows = rows.with_columns(single=pl.Series(self._alone(rows)), piece=pl.lit(0))
        rows = self._divided(rows)
        keys = ["place", "country", "fixed", "single", "piece"]
        rows = rows.with_columns(pl.col("country").fill_null(""))
        grouped = (
            rows.group_by(keys)
            .agg(
                pl.col("hours", "visits", "potential").sum(),
                pl.len().alias("size"),
                pl.col("north", "east", "called").first(),
                pl.col("latitude", "longitude").mean(),
                first=pl.col("postcode").min(),
                last=pl.col("postcode").max(),
                one=pl.col("name").first(),
            )
            .sort(keys, nulls_last=True)
            .with_row_index("unit")
        )
        rows = rows.join(grouped.select(*keys, "unit"), on=keys, how="left", nulls_equal=True)
        rows = rows.sort("order")
        label = grouped.select(
            pl.when(pl.col("single") >= 0)
            .then(pl.col("one"))
            .when(pl.col("place") == "")
            .then(pl.lit("without a place"))
            .when((pl.col("piece") > 0) & (pl.col("first") != pl.col("last")))
            .then(pl.format("{} {}–{}", pl.col("called"), pl.col("first"), pl.col("last")))
            .when((pl.col("piece") > 0) & pl.col("first").is_not_null())
            .then(pl.format("{} {}", pl.col("called"), pl.col("first")))
            .otherwise(pl.coalesce("called", "place"))
        ).to_series()
        units = Units(
            place=grouped["place"].to_numpy(),
            label=label.to_numpy(),
            latitude=_degrees(grouped, "latitude", "north"),
            longitude=_degrees(grouped, "longitude", "east"),
            country=grouped["country"].to_numpy(),
            fixed=grouped["fixed"].to_numpy().astype(np.int64),
            single=(grouped["single"] >= 0).to_numpy(),
            accounts=grouped["size"].to_numpy().astype(np.int64),
            hours=grouped["hours"].to_numpy(),
            visits=grouped["visits"].to_numpy(),
            potential=grouped["potential"].to_numpy(),
        )
        return rows.select(*accounts.columns, "place", "has_relation", "fixed", "unit"), units

    def _decided(self, rows: pl.DataFrame) -> Ints:
        """The rep that each account stays with or goes to, or `FREE`."""
        owner = rows["owner"].to_numpy()
        fixed = np.full(rows.height, FREE, dtype=np.int64)
        for level in ("country", "region", "municipality"):
            codes = {code: self._place[rep] for code, rep in self.locks.areas.items()}
            found = rows[level].replace_strict(
                list(codes), list(codes.values()), default=FREE, return_dtype=pl.Int64
            )
            here = found.fill_null(FREE).to_numpy()
            fixed = np.where(here >= 0, here, fixed)
        kept = np.zeros(rows.height, dtype=bool)
        if self.wishes.policy is Policy.RELATIONS:
            kept |= rows["has_relation"].fill_null(False).to_numpy()
        # Nobody is near to an account without a place: it stays with whom it has.
        kept |= (rows["place"] == "").to_numpy()
        # Who has no hours has none for customers either; only what somebody locked stays there.
        kept &= ~self.idle[np.maximum(owner, 0)]
        kept |= np.isin(owner, [self._place[name] for name in self.locks.reps])
        fixed = np.where(kept & (owner >= 0) & (fixed < 0), owner, fixed)
        if self.locks.accounts:
            reps = [self._place[name] for name in self.locks.accounts.values()]
            told = rows["account_id"].replace_strict(
                list(self.locks.accounts), reps, default=FREE, return_dtype=pl.Int64
            )
            told_array = told.fill_null(FREE).to_numpy()
            fixed = np.where(told_array >= 0, told_array, fixed)
        return fixed

    def _alone(self, rows: pl.DataFrame) -> Ints:
        """A number for accounts that move by themselves, -1 for the others."""
        alone = np.full(rows.height, -1, dtype=np.int64)
        if self.wishes.policy is not Policy.ACCOUNT:
            return alone
        owner = rows["owner"].to_numpy()
        free = (rows["fixed"] < 0).to_numpy() & (owner >= 0)
        free &= rows["has_relation"].fill_null(False).to_numpy()
        if free.sum() <= MOST_SINGLES:
            alone[free] = len(self.team) + np.arange(int(free.sum()))
        else:
            alone[free] = owner[free]
        return alone

    def _divided(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Places that take too much of a rep in runs of postcodes, each small enough."""
        positive = self.shares[self.shares > 0]
        limit = LARGEST_PIECE * float(positive.min()) * float(rows["hours"].sum())
        if limit <= 0:
            return rows
        free = (pl.col("fixed") < 0) & (pl.col("single") < 0)
        heavy = (
            rows.filter(free)
            .group_by("place", "country")
            .agg(pl.col("hours").sum())
            .filter(pl.col("hours") > limit)
        )
        if heavy.is_empty():
            return rows
        inside = rows.filter(free).join(
            heavy.select("place", "country"), on=["place", "country"], how="semi", nulls_equal=True
        )
        codes = (
            inside.group_by("place", "country", "postcode")
            .agg(pl.col("hours").sum().alias("of_code"))
            .sort("place", "country", "postcode", nulls_last=True)
            .with_columns(
                before=pl.col("of_code").cum_sum().over("place", "country") - pl.col("of_code")
            )
        )
        inside = (
            inside.sort("order")
            .join(codes, on=["place", "country", "postcode"], how="left", nulls_equal=True)
            .with_columns(
                within=pl.col("hours").cum_sum().over("place", "country", "postcode")
                - pl.col("hours")
            )
            .with_columns(
                start=pl.col("before")
                + pl.when(pl.col("of_code") > limit).then(pl.col("within")).otherwise(0.0)
            )
            .select("order", run=1 + (pl.col("start") / limit).floor().cast(pl.Int64))
        )
        return (
            rows.join(inside, on="order", how="left", maintain_order="left")
            .with_columns(piece=pl.coalesce("run", "piece"))
            .drop("run")
        )

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
        nobodys = {code for code in set(units.country) if code not in stated | homes}
        for place, rep in enumerate(reps):
            inside = np.array([rep.serves(code or None) for code in units.country])
            if not rep.countries and rep.home and not self.wishes.open_borders:
                home = rep.home[:2]
                inside &= np.array(
                    [code in ("", home) or code in nobodys for code in units.country]
                )
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
        may = self.serves.astype(np.float64)
        _, found = connected_components(may @ may.T > 0, directed=False)
        return np.asarray(found, dtype=np.int64)

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What the plan had to assume, and what is left out, a sentence each."""
        found = []
        reps, accounts = self.team.reps, self.accounts
        homeless = [rep.name for rep in reps if rep.home is None]
        outside = [rep.name for rep in reps if rep.home and rep.place is None]
        idle = [rep.name for rep in reps if not rep.hours]
        middle = (
            "journeys are counted from the middle of the accounts today; give a home municipality"
        )
        if homeless:
            found.append(f"No home is known of {_listed(homeless)}: {middle}.")
        if outside:
            found.append(
                f"The home of {_listed(outside)} is outside our municipalities (Sweden, Norway, "
                f"Denmark, Finland): {middle}."
            )
        if idle and len(idle) == len(reps):
            found.append("Nobody has any hours: everybody gets an even share; give hours a year.")
        elif idle:
            locked = self.idle[np.maximum(self.units.fixed, 0)] & (self.units.fixed >= 0)
            kept = int(self.units.accounts[locked].sum())
            but = f" but the {number(kept)} that are locked" if kept else ""
            have, get = ("have", "get") if len(idle) > 1 else ("has", "gets")
            found.append(
                f"{_listed(idle)} {have} no hours and {get} no account{but}: others take over, "
                "customers too. Give hours a year, or take who has none out of the team."
            )
        if len(reps) == 1:
            what = "what is within reach" if self.left_out.height else "everything"
            found.append(f"There is one rep, so that {what} goes to {reps[0].name}.")
        worked = int((accounts["hours"] > 0).sum())
        counted = worked or accounts.height
        if len(reps) > counted:
            every = number(accounts.height)
            that = "" if counted == accounts.height else f" that take hours, of {every}"
            found.append(
                f"There are {number(len(reps))} reps for {number(counted)} accounts{that}: at least "
                f"{number(len(reps) - counted)} will have no work in any plan, so that shares "
                "cannot be even; take reps out of the team, or widen the tiers."
            )
        if (self.units.fixed[self.kept] >= 0).all() and len(self.kept):
            found.append("Everything is locked or stays with its rep: there is nothing to decide.")
        nowhere = int((accounts["place"] == "").sum())
        if nowhere:
            found.append(
                f"{number(nowhere)} accounts have no place: they stay with their rep, or go "
                "where there is "
                "room, and no journey is counted for them."
            )
        unknown = int((~accounts["is_known"]).sum())
        if unknown == accounts.height:
            found.append("Nothing is known of the potential: only hours are balanced.")
        elif unknown:
            found.append(
                f"The potential of {number(unknown)} accounts is unknown: they count as "
                "others of their tier, "
                "from one in ten to nine in ten of them."
            )
        if self.left_out.height:
            full = self.idle.any() or len(self.locks.reps) > 0
            or_only = ", or only reps without hours or locked ones reach them," if full else ""
            loses = int((self.left_out["owner"] >= 0).sum())
            with_rep = f"get nobody, {number(loses)} of them with a rep today"
            stay = with_rep if loses else "stay with nobody"
            found.append(
                f"{number(self.left_out.height)} accounts lie outside every rep's countries or longest "
                f"way{or_only} and {stay}: {'give hours, ' if full else ''}widen one, or open "
                "the borders."
            )
        if not (accounts["hours"] > 0).any():
            found.append("No account is in a tier, so that none takes hours: change the tiers.")
        return tuple(found)


def planning(
    evaluation: Evaluation,
    plan: TeamPlan,
    *,
    wishes: Wishes = Wishes(),
    locks: Locks = Locks(),
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


def _degrees(grouped: pl.DataFrame, of_accounts: str, of_place: str) -> Floats:
    """Where units lie: pieces of a municipality in the middle of their accounts, others as it does."""
    in_pieces = pl.when(pl.col("piece") > 0).then(pl.col(of_accounts))
    found = grouped.select(pl.coalesce(in_pieces, of_place).cast(pl.Float64)).to_series()
    return found.fill_null(float("nan")).to_numpy()


def _listed(names: Sequence[str], most: int = 5) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {number(len(names) - most)} more"

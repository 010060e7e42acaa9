"""Plans of territories: who gets what, what each rep has then, and why each account moves."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import polars as pl

from icp_core.analysis.team import Team
from icp_core.errors import PlanError
from icp_core.reference import geography
from icp_core.reference.arrays import Flags, Floats, Ints
from icp_core.reference.geography import Level
from icp_core.territories.adjacency import neighbours, pieces
from icp_core.territories.assignment import Assignment, Progress, assign
from icp_core.territories.matched import NOBODY
from icp_core.territories.owners import whose
from icp_core.territories.planning import Planning

SECONDS: Final = 10.0
ENOUGH: Final = 0.0005
"""Gap at which a plan is as good as the figures it rests on, and the search stops."""

Reason = Literal["nobody", "travel", "load", "area", "apart", "reach", "locked"]
"""Why an account changes rep: nobody of the team had it; it is a shorter way; its rep would have more
than the tolerance allows; it goes with its municipality, the whole of which its new rep has; others
of the municipality stay or go elsewhere, and only its own hours tell; no rep may have it; somebody said
so."""

_A_MINUTE: Final = 1 / 60


@dataclass(frozen=True, eq=False)
class TerritoryPlan:
    """Every account with its rep.

    Attributes
    ----------
    planning
        What it was made from.
    rep
        Place in the team of each account's rep, `NOBODY` for nobody, in the order of
        `planning.accounts`.
    disruption
        The weight of changing reps that it was made for.
    assignment
        How it was solved; None for a plan that nobody solved, such as today's.
    """

    planning: Planning
    rep: Ints
    disruption: float
    assignment: Assignment | None = None

    @property
    def value(self) -> float | None:
        """What the model says it costs: travel, changes of rep by their weight, and imbalance."""
        return None if self.assignment is None else self.assignment.value

    @property
    def bound(self) -> float | None:
        """What no plan can cost less than."""
        return None if self.assignment is None else self.assignment.bound

    @property
    def gap(self) -> float | None:
        """By what share it may lie above the best possible plan; None where nothing is proved."""
        return None if self.assignment is None else self.assignment.gap

    # By account.

    @cached_property
    def _travel(self) -> Floats:
        return self.planning.journey_hours(self.rep)

    @cached_property
    def _hours(self) -> Floats:
        """Work and journeys of each account that somebody has."""
        work = self.planning.accounts["hours"].to_numpy()
        return np.where(self.rep >= 0, work, 0.0) + self._travel

    @cached_property
    def moved(self) -> Ints:
        """Places of the accounts that another rep has than today; those of nobody of the team too."""
        return np.flatnonzero(self.rep != self.planning.owner)

    @cached_property
    def handed_over(self) -> Ints:
        """Places of the accounts that a rep of the team has today, and another in the plan."""
        return self.moved[self.planning.owner[self.moved] >= 0]

    @cached_property
    def _whole(self) -> Flags:
        """Whether one rep has all accounts of the municipality of each account."""
        places = self.planning.accounts.select("place", rep=pl.Series(self.rep))
        one = (pl.col("rep").n_unique().over("place") == 1) & (pl.col("place") != "")
        found: Flags = places.select(one).to_series().to_numpy()
        return found

    # By rep.

    def by_rep(self, each: Floats) -> Floats:
        """Sum over the accounts of each rep."""
        given = self.rep >= 0
        return np.bincount(self.rep[given], each[given], len(self.planning.team)).astype(np.float64)

    @cached_property
    def loads(self) -> Floats:
        """Hours of each rep, journeys included."""
        return self.by_rep(self._hours)

    @property
    def travel_hours(self) -> float:
        """Of all reps, in the time box."""
        return float(self._travel.sum())

    @property
    def value_moved(self) -> float:
        """What the changes of rep put at risk, in the profile's currency."""
        return float(self.planning.at_risk[self.handed_over].sum())

    @property
    def risk_is_known(self) -> bool:
        """Whether `value_moved` tells anything: not where nobody knows what moved customers buy."""
        accounts = self.planning.accounts[self.handed_over]
        sold = accounts["is_customer"].fill_null(False) & ~accounts["is_known"]
        nothing = accounts["potential_high"] <= 0
        return self.value_moved > 0 or not (sold & nothing).any()

    def reps(self) -> pl.DataFrame:
        """What each rep has.

        Returns
        -------
        polars.DataFrame
            name, accounts, customers, hours (journeys included), travel_hours, available (hours in the
            time box), load (hours as a share of them, null where there are none), target (the even
            share of the hours), outside (hours beyond its tolerance), km (by road, in the time box),
            potential_low, potential, potential_high, unknown (accounts of unknown potential),
            potential_target, gained, lost (accounts), pieces (of the territory on the map, across
            bridges, ferries and municipalities where no rep has an account; 0 for who has no area), and
            a column `tier_NAME` per tier with accounts.
        """
        planning, team = self.planning, self.planning.team
        accounts = planning.accounts
        ones = np.ones(accounts.height)
        target, potential_target = planning.targets
        tolerance = planning.wishes.hours_tolerance
        loads = self.loads
        outside = np.maximum(loads - target * (1 + tolerance), target * (1 - tolerance) - loads)
        gained, lost = np.zeros(len(team)), np.zeros(len(team))
        before, after = planning.owner[self.moved], self.rep[self.moved]
        np.add.at(gained, after[after >= 0], 1)
        np.add.at(lost, before[before >= 0], 1)
        available = planning.available
        load = np.divide(loads, available, out=np.full(len(team), np.nan), where=available > 0)
        tiers = sorted(filter(None, accounts["tier"].unique().to_list()))
        numbers = {
            name: self.by_rep(accounts[name].to_numpy())
            for name in ("potential_low", "potential", "potential_high")
        }
        counts = {
            f"tier_{tier}": self.by_rep(
                (accounts["tier"] == tier).fill_null(False).to_numpy() * 1.0
            )
            for tier in tiers
        }
        return pl.DataFrame(
            {
                "name": list(team.names),
                "accounts": self.by_rep(ones).astype(np.int64),
                "customers": self.by_rep(
                    accounts["is_customer"].fill_null(False).to_numpy() * 1.0
                ).astype(np.int64),
                "hours": loads,
                "travel_hours": self.by_rep(self._travel),
                "available": available,
                "load": pl.Series(load, nan_to_null=True),
                "target": target,
                "outside": np.where(outside > 1e-6 * (1 + target), outside, 0.0),
                "km": self.by_rep(self._travel) * planning.wishes.speed,
                **numbers,
                "unknown": self.by_rep(~accounts["is_known"].to_numpy() * 1.0).astype(np.int64),
                "potential_target": potential_target,
                "gained": gained.astype(np.int64),
                "lost": lost.astype(np.int64),
                "pieces": self._pieces[0],
                **{name: count.astype(np.int64) for name, count in counts.items()},
            }
        )

    @cached_property
    def _pieces(self) -> tuple[list[int], list[int]]:
        """In how many pieces each territory lies, with and without what nobody has between them.

        A territory is the municipalities that a rep has as areas: accounts that stay with a rep one by
        one, wherever they are, make no piece. Bridges and ferries join it, and so does a municipality
        where only the rep has any accounts; in the first count also those where no rep has any.
        """
        planning = self.planning
        places = planning.accounts["place"].to_numpy()
        had = pl.DataFrame({"place": places, "rep": self.rep}).filter(pl.col("rep") >= 0).unique()
        empty = neighbours().keys() - set(had["place"])
        # Each once, by rep: a team of thousands is not looked through rep by rep.
        alone, territory = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
        for place, rep in had.filter(pl.len().over("place") == 1).iter_rows():
            alone[rep].add(place)
        areas = planning.by_area & (self.rep >= 0)
        for place, rep in zip(places[areas], self.rep[areas], strict=True):
            territory[rep].add(place)
        joined, apart = [], []
        for rep in range(len(planning.team)):
            mine, own = territory[rep], alone[rep]
            joined.append(pieces(mine, own | empty))
            apart.append(pieces(mine, own))
        return joined, apart

    @property
    def joined_by_empty(self) -> tuple[str, ...]:
        """Reps whose territory has fewer pieces only because no rep has an account between some."""
        return tuple(
            name
            for name, joined, apart in zip(self.planning.team.names, *self._pieces, strict=True)
            if joined < apart
        )

    # For people.

    def moves(self) -> pl.DataFrame:
        """Accounts that change rep, with the reason; what is at risk first.

        Returns
        -------
        polars.DataFrame
            account_id, name, tier, municipality, before (null where nobody of the team had it), after
            (null where nobody may have it), at_risk, hours_before and hours_after (work and journeys of
            this account with either), extra_hours (what keeping it would cost: the first less the
            second), load_after (hours of the rep before, in this plan, as a share of the rep's),
            load_kept (the same had the rep kept it: `load_after` and `hours_before` over the rep's
            hours), reason (`Reason`).
        """
        planning, at = self.planning, self.moved
        before, after = planning.owner[at], self.rep[at]
        work = planning.accounts["hours"].to_numpy()[at]
        kept = np.full(self.rep.shape, NOBODY, dtype=np.int64)
        kept[at] = before
        hours_before = np.where(before >= 0, work + planning.journey_hours(kept)[at], np.nan)
        hours_after = np.where(after >= 0, self._hours[at], np.nan)
        own = np.maximum(before, 0)
        mine, available = self.loads[own], planning.available[own]
        load_after = np.where(
            (before >= 0) & (available > 0), mine / np.maximum(available, 1e-9), np.nan
        )
        load_kept = load_after + hours_before / np.maximum(available, 1e-9)
        most = planning.targets[0][own] * (1 + planning.wishes.hours_tolerance)
        extra = hours_before - hours_after
        # What changes its rep though it is fixed was given by somebody.
        decided = planning.accounts["fixed"].to_numpy()[at]
        locked = (decided >= 0) & (decided == after)
        reason = np.select(
            [
                before < 0,
                locked,
                after < 0,
                extra > _A_MINUTE,
                mine + hours_before > most,
                self._whole[at],
            ],
            ["nobody", "locked", "reach", "travel", "load", "area"],
            default="apart",
        )
        names = pl.Series([*planning.team.names, None], dtype=pl.String)
        nobody = len(planning.team)
        found = planning.accounts[at].select(
            "account_id",
            "name",
            "tier",
            "municipality",
            before=names.gather(np.where(before >= 0, before, nobody)),
            after=names.gather(np.where(after >= 0, after, nobody)),
            at_risk=pl.Series(planning.at_risk[at]),
            hours_before=pl.Series(hours_before, nan_to_null=True),
            hours_after=pl.Series(hours_after, nan_to_null=True),
            extra_hours=pl.Series(extra, nan_to_null=True),
            load_after=pl.Series(load_after, nan_to_null=True),
            load_kept=pl.Series(load_kept, nan_to_null=True),
            reason=pl.Series(reason.astype(str)),
        )
        return found.sort("at_risk", "account_id", descending=[True, False])

    def to_give(self, decided: Mapping[str, str | None]) -> tuple[dict[str, str], int]:
        """What adopting the plan gives, where others may have given accounts since it was made.

        Parameters
        ----------
        decided
            Owner by account_id of what somebody gave to anybody, as it is now; None for nobody.

        Returns
        -------
        tuple
            The planned rep by account_id of those that do not have theirs yet; and how many are left
            out because they have another owner than the plan was made from: they stay there. Who owns
            what no rep reaches keeps it.
        """
        team = self.planning.team
        given, stay = {}, 0
        moves = self.moves().filter(pl.col("after").is_not_null())
        for key, before, after in moves.select("account_id", "before", "after").iter_rows():
            now = team.owner_key(decided[key]) if key in decided else before
            if now == before:
                given[key] = after
            elif now != after:
                stay += 1
        return given, stay

    def table(self) -> pl.DataFrame:
        """Every account with its rep today and in the plan: what a file of the plan holds.

        Returns
        -------
        polars.DataFrame
            account_id, name, tier, country, region, municipality, postcode, area (the unit it goes
            with), before, after, moved, hours, travel_hours, km (one way), potential_low and
            potential_high.
        """
        planning = self.planning
        names = pl.Series([*planning.team.names, None], dtype=pl.String)
        nobody = len(planning.team)
        owner = planning.owner
        km = planning.km(np.maximum(self.rep, 0))
        has_way = (self.rep >= 0) & (planning.accounts["place"] != "").to_numpy()
        return planning.accounts.select(
            "account_id", "name", "tier", "country", "region", "municipality", "postcode",
            area=pl.Series(planning.units.label.tolist(), dtype=pl.String).gather(planning.unit),
            before=names.gather(np.where(owner >= 0, owner, nobody)),
            after=names.gather(np.where(self.rep >= 0, self.rep, nobody)),
            moved=pl.Series(self.rep != owner),
            hours=pl.Series(self._hours),
            travel_hours=pl.Series(self._travel),
            km=pl.Series(np.where(has_way, km, np.nan), nan_to_null=True),
            potential_low="potential_low",
            potential_high="potential_high",
        )  # fmt: skip

    def areas(self) -> pl.DataFrame:
        """The rep of every area: rules for systems that assign by place, of which no two contradict.

        Where postcodes do not tell the accounts of two reps apart, the area is one and split.

        Returns
        -------
        polars.DataFrame
            country, municipality, name, area, rep (who has most of its accounts), accounts, split
            (whether others have some of them), others (their names, most accounts first). Accounts
            that stay or move by themselves are left out.
        """
        planning, units = self.planning, self.planning.units
        here = np.flatnonzero(
            ((units.fixed < 0) & ~units.single & (units.place != ""))[planning.unit]
            & (self.rep >= 0)
        )
        unit = planning.unit[here]
        rows = planning.accounts[here].select(
            "postcode",
            unit=pl.Series(unit),
            country=pl.Series(
                # An account that does not say its country lies in that of its municipality.
                [
                    country if place.startswith("@") else place[:2]
                    for country, place in zip(units.country[unit], units.place[unit], strict=True)
                ],
                dtype=pl.String,
            ),
            municipality=pl.Series(units.place[unit].tolist(), dtype=pl.String),
            label=pl.Series(units.label[unit].tolist(), dtype=pl.String),
            rep=pl.Series(self.rep[here]),
        )
        place = ["country", "municipality"]
        runs = (
            rows.group_by(*place, "unit", "label")
            .agg(first=pl.col("postcode").min(), last=pl.col("postcode").max())
            .sort(*place, "first", "unit", nulls_last=True)
            .with_columns(
                # Runs that share a postcode are one area; so are all without any.
                begins=(pl.col("first") > pl.col("last").cum_max().shift().over(place)).fill_null(
                    pl.col("first").is_null() != pl.col("first").is_null().shift().over(place)
                )
            )
            .with_columns(run=pl.col("begins").fill_null(False).cum_sum().over(place))
        )
        called = [geography.name_of(code) for code in runs["municipality"]]
        runs = runs.with_columns(name=pl.Series(called, dtype=pl.String))
        first, last = (
            pl.col("first").min().over(*place, "run"),
            pl.col("last").max().over(*place, "run"),
        )
        several = pl.len().over(*place, "run") > 1
        runs = runs.with_columns(
            area=pl.when(several & (first != last))
            .then(pl.format("{} {}–{}", "name", first, last))
            .when(several & first.is_not_null())
            .then(pl.format("{} {}", "name", first))
            .otherwise(pl.col("label").first().over(*place, "run"))
        )
        counted = (
            rows.join(runs.select("unit", *place, "run", "name", "area"), on=["unit", *place])
            .group_by(*place, "run", "name", "area", "rep")
            .len()
            .sort(*place, "run", "len", "rep", descending=[False, False, False, True, False])
        )
        names = pl.Series(planning.team.names, dtype=pl.String)
        counted = counted.with_columns(who=names.gather(counted["rep"]))
        return (
            counted.group_by(*place, "run", "name", "area", maintain_order=True)
            .agg(
                rep=pl.col("who").first(),
                accounts=pl.col("len").sum().cast(pl.Int64),
                split=pl.len() > 1,
                others=pl.col("who").slice(1).str.join(", "),
            )
            .drop("run")
        )

    def owners_by_area(self, level: Level) -> pl.DataFrame:
        """Whose each region or municipality is in this plan, as `coverage.whose` gives it."""
        accounts = self.planning.accounts.select(
            pl.col(level).alias("code"), rep=pl.Series(self.rep)
        )
        return whose(accounts, self.planning.team)

    @property
    def figures(self) -> dict[str, float | int | None]:
        """What plans are held against each other by."""
        loads = self.reps()["load"].drop_nulls()
        return {
            "travel_hours": self.travel_hours,
            "km": self.travel_hours * self.planning.wishes.speed,
            "hours": float(self.loads.sum()),
            "moved": len(self.handed_over),
            "new": len(self.moved) - len(self.handed_over),
            "value_moved": self.value_moved,
            "nobody": int((self.rep < 0).sum()),
            "least_load": loads.min() if len(loads) else None,  # type: ignore[dict-item]
            "most_load": loads.max() if len(loads) else None,  # type: ignore[dict-item]
            "outside_hours": float(self.reps()["outside"].sum()),
            "value": self.value,
            "bound": self.bound,
            "gap": self.gap,
        }


def today(planning: Planning) -> TerritoryPlan:
    """The plan as it is: every account with its owner of today."""
    return TerritoryPlan(planning, planning.owner, planning.wishes.disruption)


def solve(
    planning: Planning,
    *,
    seconds: float = SECONDS,
    disruption: float | None = None,
    start: TerritoryPlan | None = None,
    enough: float = ENOUGH,
    effort: Literal["relaxation", "local", "full"] = "full",
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> TerritoryPlan:
    """The best plan that is found in a time, with a proof of how good it is.

    Parameters
    ----------
    planning
        What to plan.
    seconds
        That it may take; making the shares even comes on top, and takes well under a second.
    disruption
        Weight of changing reps; that of the wishes unless given.
    start
        A plan of the same planning to begin with.
    enough, effort, progress, cancelled
        As of `assign`.
    """
    weight = planning.wishes.disruption if disruption is None else disruption
    problem = planning.problem(weight)
    begin = None
    dual = planning.first_dual
    if start is not None:
        begin = _of_units(planning, start.rep)[planning.kept]
        if start.assignment is not None:
            dual = start.assignment.dual
    found = assign(
        problem,
        seconds=seconds,
        enough=enough,
        start=begin,
        dual=dual,
        progress=progress,
        cancelled=cancelled,
        effort=effort,
    )
    return TerritoryPlan(planning, _of_accounts(planning, found.agent), weight, found)


def unbalanced(planning: Planning, disruption: float) -> TerritoryPlan:
    """The best plan there is where hours and potential may be as uneven as they come.

    Without a price for balance every unit goes to whom it costs least with.
    """
    problem = planning.problem(disruption)
    cheapest = np.where(problem.allowed, problem.cost, np.inf).argmin(axis=0)
    agent = np.where(problem.fixed >= 0, problem.fixed, cheapest)
    return TerritoryPlan(planning, _of_accounts(planning, agent), disruption)


def _of_accounts(planning: Planning, agent: Ints) -> Ints:
    """Rep of each account by the rep of each unit that is given."""
    of_unit = np.full(len(planning.units), NOBODY, dtype=np.int64)
    of_unit[planning.kept] = agent
    return of_unit[planning.unit]


def _of_units(planning: Planning, rep: Ints) -> Ints:
    """Rep of each unit: whoever has the accounts, or the last of them where they are with several."""
    found = np.full(len(planning.units), 0, dtype=np.int64)
    given = rep >= 0
    found[planning.unit[given]] = rep[given]
    return found


def compare(plans: Mapping[str, TerritoryPlan]) -> pl.DataFrame:
    """Plans side by side: `figure`, then a column a plan with `TerritoryPlan.figures`."""
    figures = {name: plan.figures for name, plan in plans.items()}
    keys = next(iter(figures.values())).keys() if figures else []
    columns = {
        name: pl.Series([found[key] for key in keys], dtype=pl.Float64, strict=False)
        for name, found in figures.items()
    }
    return pl.DataFrame({"figure": list(keys), **columns})


def without(planning: Planning, name: str, *, seconds: float = SECONDS) -> TerritoryPlan:
    """Who takes over if a rep leaves: only the rep's own accounts change, so as few as can be.

    Parameters
    ----------
    planning
        The plan's accounts and team.
    name
        Of the rep who leaves.
    seconds
        That it may take.

    Returns
    -------
    TerritoryPlan
        Of the others, with the accounts of the one who leaves. What nobody of the team has today is left
        out.

    Raises
    ------
    PlanError
        If nobody of the team has that name, there is nobody else, or the rep has nothing.
    """
    gone = planning.team.names.index(planning.team.named(name).name)
    others = [rep for rep in planning.team.reps if rep.name != name]
    if not others:
        raise PlanError(f"{name} is the only rep: there is nobody to take over.")
    owner = planning.owner
    if not (owner == gone).any():
        raise PlanError(f"{name} has no account: nothing changes without the rep.")
    # Reps behind the one who leaves move up by one place.
    after = np.where(owner > gone, owner - 1, np.where(owner == gone, NOBODY, owner))
    team = Team(reps=tuple(others))
    rows = planning.accounts.with_columns(owner=pl.Series(after)).filter(pl.Series(owner >= 0))
    held = rows.filter(pl.col("owner") >= 0)
    locks = type(planning.locks)(
        accounts={
            **dict(
                zip(
                    held["account_id"].to_list(),
                    [team.names[place] for place in held["owner"]],
                    strict=True,
                )
            ),
        },
        areas={code: rep for code, rep in planning.locks.areas.items() if rep != name},
    )
    columns = [column for column in rows.columns if column not in _ADDED]
    left = Planning(rows.select(columns), team, planning.plan, wishes=planning.wishes, locks=locks)
    return solve(left, seconds=seconds)


_ADDED: Final = ("place", "has_relation", "fixed", "unit")
"""What `Planning` adds to the accounts it is given."""

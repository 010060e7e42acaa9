"""The matches of a profile as a team sees them: whose each is, where, and what it takes."""

from datetime import date, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep
from icp_core.evaluation.expressions import most_potential
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.reference.arrays import Flags, Floats, Ints, Places
from icp_core.territories.journeys import Journeys, beginnings, crow_km, positions
from icp_core.territories.team import team_for

NOBODY: Final = -1
OUTSIDE: Final = -2
"""Places in the team of accounts without an owner, and of those whose owner is not in it."""


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
    def named_owners(self) -> tuple[Ints, tuple[str | None, ...]]:
        """Of each match the place of its owner among the owners as accounts spell them, and these."""
        codes, values = self.evaluation.codes("owner")
        return codes[self.rows].astype(np.int64), values

    @cached_property
    def owner(self) -> Ints:
        """Place in the team of the rep who owns each match; else `NOBODY` or `OUTSIDE`."""
        codes, values = self.named_owners
        place = {name: at for at, name in enumerate(self.team.names)}

        def of(value: str | None) -> int:
            if value is None or not value.strip():
                return NOBODY
            name = self.team.owner_key(value)
            return OUTSIDE if name is None else place[name]

        return np.array([of(value) for value in values], dtype=np.int64)[codes]

    def spellings(self, kept: Flags) -> list[tuple[str, int]]:
        """Owners as some matches spell them, and how many each has, the commonest first."""
        codes, values = self.named_owners
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

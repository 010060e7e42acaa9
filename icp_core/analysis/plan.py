"""The team's plan: which regions it serves, how many hours it has, and how far they go.

There is one model of capacity. The hours go to the best companies first, each taking what one of its
tier takes; those in no tier come last and take what the lowest tier takes. What the team can work,
whether the market suits it and how much effort each tier is all follow from that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from icp_core.analysis.team import Team
from icp_core.errors import PlanError
from icp_core.evaluation.tiers import UNRANKED
from icp_core.reference import faults

ASSUMED_HOURS: Final = (4.0, 2.0, 1.0)
"""Hours that a company takes in the time box by the place of its tier, best first, where the plan states
none; tiers further down take the last. A guess to begin with: some 400 companies a person and year, at
1 000 hours."""

_BEFORE: Final = {"A": 40.0, "B": 8.0, "C": 1.0}
_BEFORE_EACH: Final = 400
"""What plans held unless somebody changed it when they counted accounts beside hours."""


class TeamPlan(BaseModel):
    """What the team serves and can work in one time box.

    Attributes
    ----------
    served_regions
        Region codes; none means everywhere.
    people
        How many work accounts.
    hours_each
        How many hours one of them has for accounts in a year, of which the time box takes its share.
    months
        Length of the time box.
    hours_per_tier
        Effort for one account of a tier in the time box, in hours, by the tier's name; a tier that is
        missing takes `ASSUMED_HOURS`.
    team
        Who they are. Where anybody is named, people and hours are theirs, whatever was stated.

    Examples
    --------
    >>> from icp_core.analysis.team import Rep
    >>> plan = TeamPlan(people=3, team=Team(reps=(Rep(name="Anna Berg", hours=800),)))
    >>> plan.people, plan.hours
    (1, 800.0)
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    served_regions: tuple[str, ...] = ()
    people: int = Field(default=3, ge=0, le=100_000)
    hours_each: float = Field(default=1_000, ge=0, le=8_784)
    months: int = Field(default=12, ge=1, le=60)
    hours_per_tier: Mapping[str, Annotated[float, Field(ge=0, le=10_000)]] = Field(
        default_factory=dict
    )
    team: Team = Team()

    @model_validator(mode="before")
    @classmethod
    def _from_accounts(cls, fields: Any) -> Any:
        """Read plans that also said how many accounts a person works in a year.

        Where their hours per tier were nobody's choice, the new ones work as many accounts.
        """
        if not isinstance(fields, Mapping) or "accounts_each" not in fields:
            return fields
        now = dict(fields)
        accounts = now.pop("accounts_each")
        hours = now.get("hours_each", cls.model_fields["hours_each"].default)
        if not accounts:
            now["hours_each"] = 0
        elif now.get("hours_per_tier", _BEFORE) == _BEFORE:
            times = (hours / accounts) / (1_000 / _BEFORE_EACH)
            scaled = zip(_BEFORE, ASSUMED_HOURS, strict=True)
            now["hours_per_tier"] = (
                {} if times == 1 else {tier: round(each * times, 1) for tier, each in scaled}
            )
        return now

    @model_validator(mode="before")
    @classmethod
    def _of_the_team(cls, fields: Any) -> Any:
        """Count people and hours of the reps where they are named, so that both say the same."""
        if not isinstance(fields, Mapping) or not fields.get("team"):
            return fields
        team = Team.model_validate(fields["team"])
        if not team:
            return fields
        return {**fields, "people": len(team), "hours_each": team.hours / len(team)}

    @property
    def hours(self) -> float:
        """Hours that the whole team has in the time box: people × hours each × years."""
        return self.people * self.hours_each * self.months / 12

    def hours_of(self, tiers: Sequence[str]) -> tuple[float, ...]:
        """Hours that a company of each tier takes, best tier first: as stated, else as assumed.

        Examples
        --------
        >>> TeamPlan(hours_per_tier={"B": 3}).hours_of(("A", "B", "C", "D"))
        (4.0, 3.0, 1.0, 1.0)
        """
        last = len(ASSUMED_HOURS) - 1
        return tuple(
            self.hours_per_tier.get(tier, ASSUMED_HOURS[min(place, last)])
            for place, tier in enumerate(tiers)
        )

    def replace(self, **changes: Any) -> "TeamPlan":
        """A validated copy with some fields changed.

        Raises
        ------
        PlanError
            If a value is out of its range.
        """
        fields = {name: getattr(self, name) for name in TeamPlan.model_fields}
        try:
            return TeamPlan.model_validate(fields | changes)
        except ValidationError as error:
            raise PlanError(_out_of_range(error)) from error

    @classmethod
    def from_json(cls, text: str | bytes) -> "TeamPlan":
        """Read a plan that `model_dump_json` wrote.

        Raises
        ------
        PlanError
            If it is not a valid plan.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise PlanError(_out_of_range(error)) from error


def _out_of_range(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"])
    return f"The team's plan is not valid at {where}: {faults.said(first)}."


@dataclass(frozen=True)
class TierEffort:
    """What working one tier takes.

    Attributes
    ----------
    tier
        Its name, or `UNRANKED` for all that are in none.
    accounts
        Matches in it.
    hours_each
        For one account in the time box.
    workable
        How many of them the hours allow, after the tiers above had theirs.
    """

    tier: str
    accounts: int
    hours_each: float
    workable: int

    @property
    def hours(self) -> float:
        """For the whole tier."""
        return self.hours_each * self.accounts


@dataclass(frozen=True)
class Effort:
    """Hours that companies ask for against hours that the team has in the time box.

    Attributes
    ----------
    tiers
        Best first.
    rest
        Those in no tier, which come last.
    available
        Hours of the team.
    """

    tiers: tuple[TierEffort, ...]
    rest: TierEffort
    available: float

    @property
    def needed(self) -> float:
        """For all that are in a tier."""
        return sum(tier.hours for tier in self.tiers)

    @property
    def whole(self) -> float:
        """For everybody, those in no tier too."""
        return self.needed + self.rest.hours

    @property
    def workable(self) -> int:
        """How many companies the hours allow, best first."""
        return sum(one.workable for one in (*self.tiers, self.rest))

    @property
    def average(self) -> float:
        """Hours of one company among these; of the lowest tier where there are none."""
        accounts = sum(one.accounts for one in (*self.tiers, self.rest))
        return self.whole / accounts if accounts else self.rest.hours_each

    @property
    def short(self) -> TierEffort | None:
        """The tier in which the hours run out; None where they suffice for all tiers."""
        return next((tier for tier in self.tiers if tier.workable < tier.accounts), None)


def effort(accounts: Sequence[int], tiers: Sequence[str], team: TeamPlan) -> Effort:
    """What working a market takes.

    Parameters
    ----------
    accounts
        Companies in each of `evaluation.tiers.groups`, best tier first; what comes behind the tiers is
        in none.
    tiers
        Names of the profile's tiers.
    team
        The plan.
    """
    left = team.hours
    each = team.hours_of(tiers)
    named = zip((*tiers, UNRANKED), (*each, each[-1]), strict=True)
    counts = (*accounts[: len(tiers)], sum(accounts[len(tiers) :]))
    found = []
    for (name, hours), count in zip(named, counts, strict=True):
        # Hours are entered as decimals; 0.1 h × 30 must fit into 3 h.
        workable = min(count, int(left / hours + 1e-9)) if hours else count
        left -= workable * hours
        # Once one company does not fit, none behind it gets what is left.
        left = left if workable == count else 0.0
        found.append(TierEffort(name, count, hours, workable))
    return Effort(tuple(found[:-1]), found[-1], team.hours)

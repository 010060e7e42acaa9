"""The team's plan: which regions it serves, and how many accounts and hours it has for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from icp_core.errors import PlanError
from icp_core.evaluation.market import TierTotal
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED


class TeamPlan(BaseModel):
    """What the team serves and can work in one time box.

    `accounts_each` and `hours_each` are per person and year; the time box takes its share of them, so
    three people with 400 accounts each a year work 300 accounts in a time box of three months.

    Attributes
    ----------
    served_regions
        Region codes; none means everywhere.
    people
        How many work accounts.
    accounts_each
        How many accounts one of them can work in a year.
    hours_each
        How many hours one of them has for accounts in a year.
    months
        Length of the time box.
    hours_per_tier
        Effort for one account of a tier in the time box, in hours, by the tier's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    served_regions: tuple[str, ...] = ()
    people: int = Field(default=3, ge=0, le=100_000)
    accounts_each: int = Field(default=400, ge=0, le=1_000_000)
    hours_each: float = Field(default=1_000, ge=0, le=8_784)
    months: int = Field(default=12, ge=1, le=60)
    hours_per_tier: Mapping[str, Annotated[float, Field(ge=0, le=10_000)]] = Field(
        default={"A": 40.0, "B": 8.0, "C": 1.0}
    )

    @property
    def capacity(self) -> int:
        """Accounts that the whole team can work in the time box: people × accounts each × years."""
        return self.people * self.accounts_each * self.months // 12

    @property
    def hours(self) -> float:
        """Hours that the whole team has in the time box: people × hours each × years."""
        return self.people * self.hours_each * self.months / 12

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
    return f"The team's plan is not valid at {where}: {first['msg']}."


@dataclass(frozen=True)
class TierEffort:
    """What working one tier takes.

    Attributes
    ----------
    tier
        Its name.
    accounts
        Matches in it.
    hours_each
        For one account in the time box; None where the plan does not say.
    workable
        How many of them the hours allow, after the tiers above had theirs; None where the plan does
        not say.
    """

    tier: str
    accounts: int
    hours_each: float | None
    workable: int | None

    @property
    def hours(self) -> float | None:
        """For the whole tier; None where the plan does not say."""
        return None if self.hours_each is None else self.hours_each * self.accounts


@dataclass(frozen=True)
class Effort:
    """Hours that the tiers ask for against hours that the team has in the time box."""

    tiers: tuple[TierEffort, ...]
    available: float

    @property
    def needed(self) -> float:
        """Sum over the tiers whose effort the plan states."""
        return sum(tier.hours or 0.0 for tier in self.tiers)

    @property
    def short(self) -> TierEffort | None:
        """The tier in which the hours run out; None where they suffice."""
        return next(
            (t for t in self.tiers if t.workable is not None and t.workable < t.accounts), None
        )

    @property
    def unstated(self) -> tuple[str, ...]:
        """Tiers whose effort the plan does not state."""
        return tuple(tier.tier for tier in self.tiers if tier.hours_each is None)


def effort(totals: Sequence[TierTotal], team: TeamPlan) -> Effort:
    """What working the tiers takes; those in no tier get no effort.

    Parameters
    ----------
    totals
        Best tier first (`Evaluation.tiers`).
    team
        The plan.
    """
    left = team.hours
    tiers = []
    for total in totals:
        if total.name in (UNRANKED, TOO_LITTLE_KNOWN):
            continue
        each = team.hours_per_tier.get(total.name)
        workable = None
        if each is not None:
            # Hours are entered as decimals; 0.1 h × 30 must fit into 3 h.
            room = total.accounts if each == 0 else int(left / each + 1e-9)
            workable = min(total.accounts, room)
            left -= workable * each
        tiers.append(TierEffort(total.name, total.accounts, each, workable))
    return Effort(tuple(tiers), team.hours)

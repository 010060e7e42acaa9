"""What a plan of territories is to respect, and what is decided already."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from icp_core.errors import PlanError
from icp_core.territories.journeys import FACTORS, SPEED, Journeys


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

"""A new profile from four questions: who, where, how large, and what is sold at what worth."""

from dataclasses import dataclass
from typing import Final

from icp_core.profiles.model import (
    NEW_TIERS,
    Band,
    Choice,
    Criterion,
    EmployeeBands,
    PerEmployee,
    Potential,
    Profile,
    Range,
    Role,
    Tier,
    TierPolicy,
)

QUESTIONS: Final = 4

TIERS: Final = TierPolicy(
    kind="capacity",
    least_coverage=NEW_TIERS.least_coverage,
    tiers=tuple(
        Tier(name=name, threshold=accounts) for name, accounts in (("A", 10), ("B", 50), ("C", 500))
    ),
)
"""Ten accounts one by one, fifty in groups, five hundred as a programme, as Nordic guides advise. Where
nothing is weighed yet, the accounts of most potential come first."""


@dataclass(frozen=True)
class Answers:
    """What was answered; what was not asks for nothing.

    Attributes
    ----------
    industries
        NACE codes of any level.
    countries, regions
        Codes; regions are part of countries, so that where there are any the countries say nothing.
    size
        The column that tells how large a company is: `employees` or `revenue`.
    least, most
        Of it, both included.
    offer
        What is sold.
    worth
        What a customer is worth a year, in euros.
    each_employee
        Whether that is for each of its employees, or for the company.
    name
        Of the profile.
    """

    industries: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    size: str = "employees"
    least: float | None = None
    most: float | None = None
    offer: str = ""
    worth: float | None = None
    each_employee: bool = True
    name: str = ""

    def criteria(self, questions: int = QUESTIONS) -> tuple[Criterion, ...]:
        """The must-haves that the first so many answers make."""
        asked = (
            ("industry", Choice.of(*self.industries) if self.industries else None),
            self._where(),
            (self.size, self._range()),
        )
        return tuple(
            Criterion(column=column, role=Role.MUST_HAVE, fit=fit)
            for column, fit in asked[:questions]
            if fit is not None
        )

    def profile(self) -> Profile:
        """The whole profile; it needs a name."""
        return Profile(
            name=self.name,
            offer=self.offer,
            criteria=self.criteria(),
            tiers=TIERS,
            potential=self._potential(),
        )

    def _where(self) -> tuple[str, Choice | None]:
        if self.regions:
            return "region", Choice.of(*self.regions)
        return "country", Choice.of(*self.countries) if self.countries else None

    def _range(self) -> Range | None:
        if self.least is None and self.most is None:
            return None
        if self.least is not None and self.most is not None:
            # Whoever names the larger one first means the same.
            return Range.between(min(self.least, self.most), max(self.least, self.most))
        return Range.between(self.least, self.most)

    def _potential(self) -> Potential:
        if self.worth is None:
            return PerEmployee()
        if self.each_employee:
            return PerEmployee(rate=self.worth)
        return EmployeeBands(bands=(Band(at_least=0, amount=self.worth),))

"""The targeting sheet: what to choose in LinkedIn's Campaign Manager for each persona of a buying group.

Two ad sets a persona, each on top of the company list: by functions and seniorities, and by job titles,
which exclude the former. No person is in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from icp_core.documents.one_page import buying_roles
from icp_core.documents.sheets import Sheet, workbook
from icp_core.documents.words import Translate
from icp_core.exporting.buying_roles import CRM_ROLES, HEADINGS, IMPERFECT
from icp_core.exporting.formats import FORMATS
from icp_core.profiles.brief import LANGUAGES, Persona
from icp_core.reference.numbers import number

FUNCTIONS: Final[Mapping[int, str]] = dict(
    enumerate(
        (
            "Accounting",
            "Administrative",
            "Arts and Design",
            "Business Development",
            "Community and Social Services",
            "Consulting",
            "Education",
            "Engineering",
            "Entrepreneurship",
            "Finance",
            "Healthcare Services",
            "Human Resources",
            "Information Technology",
            "Legal",
            "Marketing",
            "Media and Communication",
            "Military and Protective Services",
            "Operations",
            "Product Management",
            "Program and Project Management",
            "Purchasing",
            "Quality Assurance",
            "Real Estate",
            "Research",
            "Sales",
            "Customer Success and Support",
        ),
        start=1,
    )
)
"""LinkedIn's job functions by their numbers, as its Campaign Manager names them."""

SENIORITIES: Final[Mapping[int, str]] = dict(
    enumerate(
        (
            "Unpaid",
            "Training",
            "Entry",
            "Senior",
            "Manager",
            "Director",
            "VP",
            "CXO",
            "Partner",
            "Owner",
        ),
        start=1,
    )
)
"""LinkedIn's seniorities by their numbers."""

LEFT_OUT: Final = (1, 2, 3)
"""Seniorities that no ad set is for: unpaid, in training, entry."""


@dataclass(frozen=True)
class AdSet:
    """What to choose for one ad set.

    Attributes
    ----------
    name
        Of the ad set.
    include
        Facets and their values; all facets have to be met, any value of each.
    exclude
        Likewise, of whom is left out.
    warning
        What to mend first; empty where nothing is.
    """

    name: str
    include: tuple[tuple[str, tuple[str, ...]], ...]
    exclude: tuple[tuple[str, tuple[str, ...]], ...]
    warning: str = ""


def ad_sets(persona: Persona, _: Translate = str) -> tuple[AdSet, AdSet]:
    """The two ad sets of a persona."""
    companies = _("The company list of this profile")
    if not persona.at_ideal_customer:
        companies = _("A list of partners: this persona is not at ideal customers")
    audience = (_("Company list"), (companies,))
    exclude = (
        (_("Company list"), (_("Customers"),)),
        (_("Job seniority"), tuple(SENIORITIES[one] for one in LEFT_OUT)),
    )
    functions = tuple(FUNCTIONS[one] for one in persona.functions)
    seniorities = tuple(SENIORITIES[one] for one in persona.seniorities if one not in LEFT_OUT)
    languages = {
        "en": _("English"),
        "sv": _("Swedish"),
        "nb": _("Norwegian"),
        "da": _("Danish"),
        "fi": _("Finnish"),
    }
    titles = tuple(
        (_("Job titles, {language}").format(language=languages[one]), getattr(persona.titles, one))
        for one in LANGUAGES
        if getattr(persona.titles, one)
    )
    by_function = tuple(
        (facet, values)
        for facet, values in (
            (_("Job function"), functions),
            (_("Job seniority"), seniorities),
        )
        if values
    )
    return (
        AdSet(
            _("{persona} A: functions and seniorities").format(persona=persona.name),
            (audience, *by_function),
            exclude,
            "" if by_function else _("Choose a function or a seniority for this persona."),
        ),
        AdSet(
            _("{persona} B: job titles").format(persona=persona.name),
            (audience, *titles),
            # Titles exclude functions and seniorities, on LinkedIn's side too.
            exclude[:1],
            "" if titles else _("Give this persona a job title."),
        ),
    )


def rules(companies: int, _: Translate = str) -> tuple[str, ...]:
    """What holds for all ad sets.

    Parameters
    ----------
    companies
        How many the company list holds.
    """
    least = FORMATS["linkedin"].min_rows
    told = [
        _("The company list holds {count} companies.").format(count=number(companies)),
        _("A location is required in every ad set: choose the countries that you serve."),
        _("Values within a facet are joined by OR, facets by AND."),
        _("Job titles exclude functions and seniorities: that is why there are two ad sets."),
        _("A company list excludes the facets industry, company size and revenue."),
        _(
            "An audience needs 300 members: look at the forecast, and widen seniorities or titles "
            "below it."
        ),
        _("How many values a facet takes at most is not known here; LinkedIn says so when it is."),
    ]
    if companies < least:
        told.insert(
            1,
            _("LinkedIn takes company lists from {least} companies: widen the profile.").format(
                least=number(least)
            ),
        )
    return tuple(told)


@dataclass(frozen=True)
class TargetingSheet:
    """The ad sets of a buying group, as text and as a workbook.

    Attributes
    ----------
    title
        Of the profile.
    group
        The personas, in the team's order.
    companies
        How many the company list holds.
    on
        The day.
    fictional
        Whether the companies are invented.
    """

    title: str
    group: tuple[Persona, ...]
    companies: int
    on: date
    fictional: bool = False

    def text(self, _: Translate = str) -> str:
        """As lines to copy."""
        lines = [_("Targeting sheet: {title}, {day}").format(title=self.title, day=self.on), ""]
        if self.fictional:
            lines += [_("Fictional data: not for an advertisement."), ""]
        for persona in self.group:
            for one in ad_sets(persona, _):
                lines.append(one.name)
                if one.warning:
                    lines.append(f"  ! {one.warning}")
                lines += [f"  + {facet}: {', '.join(values)}" for facet, values in one.include]
                lines += [f"  − {facet}: {', '.join(values)}" for facet, values in one.exclude]
                lines.append("")
        lines += [f"* {rule}" for rule in rules(self.companies, _)]
        return "\n".join(lines) + "\n"

    def workbook(self, _: Translate = str) -> bytes:
        """As a workbook: ad sets, rules, and roles in CRMs; the same bytes for the same day."""
        return workbook(
            (
                Sheet(
                    _("Ad sets"),
                    (_("Ad set"), _("Persona"), _("Role"), "+/−", _("Facet"), _("Values")),
                    tuple(self._rows(_)),
                ),
                Sheet(_("Rules"), (_("What holds for all"),), tuple(self._rules(_))),
                Sheet(
                    _("Roles in CRMs"),
                    (
                        _("Persona"),
                        _("Role"),
                        f"HubSpot {HEADINGS['hubspot']}",
                        f"Salesforce {HEADINGS['salesforce']}",
                        _("Note"),
                    ),
                    tuple(self._crm(_)),
                ),
            ),
            on=self.on,
        )

    def _rows(self, _: Translate) -> Iterator[tuple[str, ...]]:
        roles = buying_roles(_)
        for persona in self.group:
            for one in ad_sets(persona, _):
                begin = (one.name, persona.name, roles[persona.role])
                for sign, facets in (("+", one.include), ("−", one.exclude)):
                    for facet, values in facets:
                        yield (*begin, sign, facet, "\n".join(values))
                if one.warning:
                    yield (*begin, "!", "", one.warning)

    def _rules(self, _: Translate) -> Iterator[tuple[str, ...]]:
        if self.fictional:
            yield (_("Fictional data: not for an advertisement."),)
        for rule in rules(self.companies, _):
            yield (rule,)

    def _crm(self, _: Translate) -> Iterator[tuple[str, ...]]:
        roles = buying_roles(_)
        for persona in self.group:
            note = _("Salesforce has nothing closer") if persona.role in IMPERFECT else ""
            yield persona.name, roles[persona.role], *CRM_ROLES[persona.role], note

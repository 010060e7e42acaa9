"""Roles in CRMs: one row a job title, never a person, in the words of the receiver."""

import io
from datetime import date

import polars as pl
import pytest

from icp_core.errors import ExportError
from icp_core.exporting.buying_roles import (
    CRM_ROLES,
    buying_roles,
    roles_file,
    roles_file_name,
    untitled,
)
from icp_core.profiles.brief import BuyingRole, Persona, Titles
from icp_core.profiles.suggested_personas import suggestions

NO_TITLE = "No job title: no contact can get this role by it"
DAY = date(2026, 11, 27)
GROUP = (
    Persona(
        key="cto",
        name="CTO",
        role=BuyingRole.DECISION_MAKER,
        titles=Titles(en=("CTO", '=HYPERLINK("x")'), fi=("Teknologiajohtaja",)),
    ),
    Persona(key="lead", name="Åsas fråga; ŋ", role=BuyingRole.AMBASSADOR),
    Persona(key="cfo", name="CFO", role=BuyingRole.INFLUENCER, titles=Titles(nb=("Økonomisjef",))),
    Persona(key="it", name="IT", role=BuyingRole.BLOCKER, titles=Titles(en=("a\nb",))),
)


def rows(format):
    written = roles_file(GROUP, format)
    assert written.startswith(b"\xef\xbb\xbf")
    return pl.read_csv(io.BytesIO(written), infer_schema=False).rows()


def test_hubspot_gets_its_own_values_a_row_a_title():
    assert rows("hubspot") == [
        ("CTO", "en", "DECISION_MAKER", "CTO", None),
        ('\'=HYPERLINK("x")', "en", "DECISION_MAKER", "CTO", None),
        ("Teknologiajohtaja", "fi", "DECISION_MAKER", "CTO", None),
        (None, None, "CHAMPION", "Åsas fråga; ŋ", NO_TITLE),
        ("Økonomisjef", "nb", "INFLUENCER", "CFO", None),
        ("a b", "en", "BLOCKER", "IT", None),
    ]


def test_salesforce_gets_its_own_values_and_is_told_what_fits_badly():
    nothing_closer = "Salesforce has nothing closer"
    assert [(row[2], row[4]) for row in rows("salesforce")] == [
        ("Decision Maker", None),
        ("Decision Maker", None),
        ("Decision Maker", None),
        ("Executive Sponsor", f"{NO_TITLE}; {nothing_closer}"),
        ("Influencer", None),
        ("Other", nothing_closer),
    ]
    assert buying_roles(GROUP, "salesforce").columns[2] == "OpportunityContactRole"
    assert buying_roles(GROUP, "hubspot").columns[2] == "hs_buying_role"


def test_every_part_in_a_purchase_has_a_role_in_both():
    assert set(CRM_ROLES) == set(BuyingRole)
    for format in ("hubspot", "salesforce"):
        found = [getattr(one, format) for one in CRM_ROLES.values()]
        assert all(found)
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("format", ["linkedin", "pipedrive", "csv", "xlsx"])
def test_others_know_no_roles(format):
    with pytest.raises(ExportError, match="HubSpot companies and Salesforce accounts"):
        roles_file(GROUP, format)


def test_nobody_has_no_roles():
    with pytest.raises(ExportError, match="no buying group"):
        roles_file((), "hubspot")


def test_invented_accounts_say_so_in_the_name():
    name = roles_file_name("hubspot", on=DAY, fictional=True)
    assert name == "FICTIONAL-buying-roles-hubspot-2026-11-27.csv"
    assert roles_file_name("salesforce", on=DAY, fictional=False).startswith("buying-roles-")


def test_every_suggestion_can_be_written():
    group = [one.persona for one in suggestions()]
    found = buying_roles(group, "hubspot")
    assert set(found["Persona"]) == {one.name for one in group}
    assert found.height > 5 * len(group)


def test_a_persona_without_a_job_title_is_told_of_in_the_file_and_beside_it():
    silent = Persona(key="x", name="Board", role=BuyingRole.BLOCKER)
    for format, more in (("hubspot", ""), ("salesforce", "; Salesforce has nothing closer")):
        (row,) = buying_roles([silent], format).rows(named=True)
        assert row["Note"] == NO_TITLE + more
    assert untitled([*GROUP, silent]).endswith("role: Åsas fråga; ŋ, Board.")
    assert untitled([one for one in GROUP if one.titles.together]) == ""

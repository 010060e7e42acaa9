"""The buying group: suggestions by industry, what it lacks, and the sheet to advertise by."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from icp_core.documents.targeting import (
    FUNCTIONS,
    SENIORITIES,
    TargetingSheet,
    ad_sets,
    rules,
)
from icp_core.profiles.brief import LANGUAGES, NO_BRIEF, Brief, BuyingRole, Persona, Titles
from icp_core.profiles.model import Choice, Criterion, Profile, Role
from icp_core.profiles.suggested_personas import (
    first_group,
    gaps,
    own_persona,
    points,
    suggested,
    suggestions,
)

ANY = Profile(name="Any")
CTO = Persona(
    key="cto",
    name="CTO",
    role=BuyingRole.DECISION_MAKER,
    functions=(8, 13),
    seniorities=(3, 6, 8),
    titles=Titles(en=("CTO",), fi=("Teknologiajohtaja",)),
    goals=("Fewer incidents",),
)


def of_industry(*codes):
    test = Choice.of(*codes)
    return Profile(
        name="P", criteria=(Criterion(column="industry", role=Role.MUST_HAVE, fit=test),)
    )


def test_every_suggestion_has_titles_in_five_languages_and_says_something():
    keys = [one.persona.key for one in suggestions()]
    assert len(set(keys)) == len(keys)
    for one in suggestions():
        assert all(getattr(one.persona.titles, language) for language in LANGUAGES)
        assert one.persona.goals and one.persona.objections and one.persona.channels


@pytest.mark.parametrize(
    ("codes", "first", "never"),
    [
        (["62", "63"], {"cto", "developer-lead"}, "plant-manager"),
        (["62.01"], {"cto"}, "store-manager"),
        (["J"], {"cto"}, "site-manager"),
        (["10.1", "25"], {"plant-manager", "quality-manager"}, "cto"),
        (["41.2"], {"site-manager"}, "cto"),
        (["86.21"], {"care-manager"}, "plant-manager"),
    ],
)
def test_suggestions_of_the_profiles_industries_come_first(codes, first, never):
    found = [one.key for one in suggested(of_industry(*codes), NO_BRIEF)]
    assert first <= set(found[:5])
    assert never not in found
    assert "managing-director" in found


def test_without_an_industry_only_those_of_any_are_suggested():
    found = {one.key for one in suggested(ANY, NO_BRIEF)}
    assert "managing-director" in found and "cto" not in found


def test_who_is_in_the_group_is_not_suggested_again():
    brief = Brief(buying_group=(own_persona("managing director", BuyingRole.BLOCKER, NO_BRIEF),))
    assert "managing-director" not in {one.key for one in suggested(ANY, brief)}


def test_the_first_group_has_one_of_each_role():
    found = first_group(of_industry("62"), NO_BRIEF).buying_group
    assert [one.role for one in found] == list(BuyingRole)
    assert gaps(Brief(buying_group=found)) == ()
    again = first_group(ANY, Brief(buying_group=(CTO,)))
    assert [one.role for one in again.buying_group] == list(BuyingRole)
    assert again.buying_group[0] == CTO


@pytest.mark.parametrize(
    ("group", "kinds"),
    [
        ((), []),
        ((CTO,), ["no_blocker", "too_few"]),
        (
            (CTO.replace(role=BuyingRole.BLOCKER, titles=Titles()),),
            ["no_decision_maker", "too_few", "no_titles"],
        ),
        (tuple(CTO.replace(key=f"p{n}") for n in range(6)), ["no_blocker", "too_many"]),
        (
            (CTO, CTO.replace(key="x", role=BuyingRole.BLOCKER, goals=())),
            ["no_claims"],
        ),
    ],
)
def test_what_a_group_lacks(group, kinds):
    assert [gap.kind for gap in gaps(Brief(buying_group=group))] == kinds


def test_linkedins_numbers_are_those_that_it_gives():
    # Three of each, as its list of facets has them.
    assert (FUNCTIONS[1], FUNCTIONS[13], FUNCTIONS[26]) == (
        "Accounting",
        "Information Technology",
        "Customer Success and Support",
    )
    assert (SENIORITIES[1], SENIORITIES[8], SENIORITIES[10]) == ("Unpaid", "CXO", "Owner")
    assert (len(FUNCTIONS), len(SENIORITIES)) == (26, 10)


def test_titles_never_stand_beside_functions_and_seniorities():
    by_function, by_title = ad_sets(CTO)
    assert by_function.include == (
        ("Company list", ("The company list of this profile",)),
        ("Job function", ("Engineering", "Information Technology")),
        # Entry is asked for, and left out of every ad set.
        ("Job seniority", ("Director", "CXO")),
    )
    assert by_function.exclude == (
        ("Company list", ("Customers",)),
        ("Job seniority", ("Unpaid", "Training", "Entry")),
    )
    assert by_title.include[1:] == (
        ("Job titles, English", ("CTO",)),
        ("Job titles, Finnish", ("Teknologiajohtaja",)),
    )
    assert by_title.exclude == (("Company list", ("Customers",)),)


def test_a_persona_without_title_or_function_says_what_to_give():
    bare = own_persona("Somebody", BuyingRole.BLOCKER, NO_BRIEF)
    by_function, by_title = ad_sets(bare)
    assert by_function.warning == "Choose a function or a seniority for this persona."
    assert by_title.warning == "Give this persona a job title."


def test_a_partner_gets_a_list_of_its_own():
    (_facet, values), *_rest = ad_sets(CTO.replace(at_ideal_customer=False))[0].include
    assert values == ("A list of partners: this persona is not at ideal customers",)


def test_a_short_company_list_is_warned_of():
    assert any("from 300 companies" in one for one in rules(299))
    assert not any("from 300 companies" in one for one in rules(300))


def sheet(**changes):
    blocker = CTO.replace(key="x", name="=HYPERLINK(1)", role=BuyingRole.BLOCKER)
    facts = {"title": "P", "group": (CTO, blocker), "companies": 1_234, "on": date(2026, 11, 27)}
    return TargetingSheet(**(facts | changes))


def test_the_workbook_has_every_ad_set_the_rules_and_the_roles_in_crms():
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet().workbook()))
    assert book.sheet_names == ["Ad sets", "Rules", "Roles in CRMs"]
    rows = book.get_sheet_by_name("Ad sets").to_python()
    assert rows[0] == ["Ad set", "Persona", "Role", "+/−", "Facet", "Values"]
    assert {row[0] for row in rows[1:]} == {
        "CTO A: functions and seniorities",
        "CTO B: job titles",
        "=HYPERLINK(1) A: functions and seniorities",
        "=HYPERLINK(1) B: job titles",
    }
    roles = book.get_sheet_by_name("Roles in CRMs").to_python()
    assert roles[0][2:4] == ["HubSpot hs_buying_role", "Salesforce OpportunityContactRole"]
    assert roles[1:] == [
        ["CTO", "Decision maker", "DECISION_MAKER", "Decision Maker", ""],
        ["=HYPERLINK(1)", "Blocker", "BLOCKER", "Other", "Salesforce has nothing closer"],
    ]
    assert sheet().workbook() == sheet().workbook()


def test_the_text_says_the_same_and_marks_what_is_invented():
    text = sheet(fictional=True).text()
    assert "CTO B: job titles\n  + Company list: The company list of this profile\n" in text
    assert "The company list holds 1\u202f234 companies." in text
    assert "Fictional data: not for an advertisement." in text
    assert "Fictional" not in sheet().text()


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=600), st.integers(1, 8), st.integers(1, 40))
def test_no_word_is_lost_between_lines_and_points(text, most, letters):
    kept, left = points(text, most=most, letters=letters)
    assert len(kept) <= most
    assert all(0 < len(one) <= letters for one in (*kept, *left))
    assert "".join("".join((*kept, *left)).split()) == "".join(text.split())

"""What a validator finds is told in our words, wherever a person reads it."""

import json

import pytest

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, rep
from icp_core.errors import IcpError, PlanError, ProfileError
from icp_core.importing.mapping import Mapping
from icp_core.importing.team_lists import read_team
from icp_core.profiles.brief import Brief
from icp_core.territories.saved import KeptPlan

CTO = {"key": "cto", "name": "CTO", "role": "decision_maker"}
PYDANTIC = ("String should", "Input should", "should have", "should be", "Field required", "Extra",
            "validation error", "unable to parse", "Value error")  # fmt: skip


def _plain(error):
    assert not [word for word in PYDANTIC if word in str(error)], str(error)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"buying_group": [CTO | {"name": ""}]}, "the name is missing"),
        ({"buying_group": [{"key": "cto"}]}, "the name is missing"),
        (
            {"buying_group": [CTO | {"name": "x" * 81}]},
            "the name may have at most 80 letters, not 81",
        ),
        ({"buying_group": [CTO | {"key": "C T O"}]}, "the key has letters or signs"),
        ({"buying_group": [CTO | {"role": "boss"}]}, "the role must be one of"),
        ({"buying_group": [CTO | {"importance": 9}]}, "the importance must be at most 3"),
        ({"buying_group": [CTO | {"functions": ["x"]}]}, "entry 1 of functions must be a whole"),
        (
            {"buying_group": [CTO | {"goals": ["x"] * 9}]},
            "the goals may have at most 8 entries, not 9",
        ),
        (
            {"buying_group": [CTO | {"goals": ["x", "y" * 201]}]},
            "entry 2 of goals may have at most",
        ),
        ({"buying_group": [CTO | {"titles": {"sv": ["z" * 90]}}]}, "entry 1 of titles in Swedish"),
        ({"buying_group": "CTO"}, "the buying group must be a list"),
        ({"urgency": 7}, "the urgency must be a text"),
        ({"colour": "red"}, "the colour is nothing that belongs there"),
        ({"focus": []}, "the focus must be an object"),
    ],
)
def test_a_brief_that_is_not_valid_is_told_in_our_words(content, says):
    with pytest.raises(ProfileError, match=says) as told:
        Brief.of(content)
    _plain(told.value)


@pytest.mark.parametrize(
    "made",
    [
        lambda: rep(name="Anna", email="@x"[:1]),
        lambda: rep(name="Anna", email="a" * 300),
        lambda: rep(name="A" * 201),
        lambda: rep(name="Anna", home="x" * 30),
        lambda: rep(name="Anna", home="x"),
        lambda: rep(name="Anna", countries=("SE",) * 61),
        lambda: rep(name="Anna", hours="many"),
        lambda: rep(name=7),
        lambda: rep(name="Anna", colour="red"),
        lambda: TeamPlan.from_json('{"months": "many"}'),
        lambda: TeamPlan.from_json("[]"),
        lambda: TeamPlan.from_json("{"),
        lambda: KeptPlan.from_json(json.dumps({"rep": 7})),
        lambda: Mapping.from_json(json.dumps({"columns": 7})),
    ],
)
def test_no_words_of_a_validator_reach_anybody(made):
    with pytest.raises(IcpError) as told:
        made()
    _plain(told.value)


@pytest.mark.parametrize(
    "email", ["@x", "@", "a@", "=1+1@x.se", "anna@x", "x" * 300 + "@x.se", "a@x.se, b@x.se"]
)
def test_a_rep_stays_without_an_address_that_is_none(email):
    text = f'Namn,E-post,Hemkommun\nAnna,"{email}",Stockholm\nBo,bo@example.com,Malmö\n'
    found = read_team(text.encode(), name="team.csv")
    assert [one.email for one in found.team.reps] == [None, "bo@example.com"]
    assert any(one.startswith(f"Row 2: {email[:60]} is no e-mail address") for one in found.remarks)


@pytest.mark.parametrize("cell", ["x" * 260, " \u00a0 ", "=1+1", "a" * 5_000])
@pytest.mark.parametrize("column", ["Name", "E-mail", "Home", "Hours", "Countries", "Max km"])
def test_no_cell_refuses_a_whole_team(column, cell):
    row = {"Name": "Anna", "E-mail": "anna@example.com", "Home": "Oslo", "Hours": "100",
           "Countries": "NO", "Max km": "50"} | {column: cell}  # fmt: skip
    text = f"{','.join(row)}\n{','.join(row.values())}\nBo,bo@example.com,Malmö,1,SE,9\n"
    found = read_team(text.encode(), name="team.csv")
    assert found.team.names[-1] == "Bo"
    assert len(found.team) == 2


def test_two_long_names_are_told_apart_or_left_out():
    text = "Name,E-mail\n" + "".join(f"{'A' * 300},{'b' * 180}{at}@x.se\n" for at in range(3))
    found = read_team(text.encode(), name="team.csv")
    assert 1 <= len(found.team) <= 3
    assert any("was cut to 200 letters" in one for one in found.remarks)


@pytest.mark.parametrize(
    ("home", "countries", "works"),
    [
        ("Stockholm", "XX", ("SE",)),
        ("Oslo", "Atlantis", ("NO",)),
        ("Helsinki", "Narnia; ZZ", ("FI",)),
        ("", "XX", ()),
        ("Aarhus", "", ()),
    ],
)
def test_a_rep_of_an_unknown_country_works_at_home(home, countries, works):
    text = f'Name,Home,Countries\nAnna,{home},"{countries}"\n'
    found = read_team(text.encode(), name="team.csv")
    assert found.team.reps[0].countries == works
    assert any("no country we know" in one for one in found.remarks) == bool(countries)
    if not (home or works):
        assert any("the rep works everywhere" in one for one in found.remarks)


@pytest.mark.parametrize(
    ("countries", "works", "unknown"),
    [
        ("XX, NO", ("NO",), "XX"),
        ("XXX/NO", ("NO",), "XXX"),
        ("Sverige; Atlantis", ("SE",), "Atlantis"),
        ("SE, Narnia, ZZ, NO", ("SE", "NO"), "Narnia, ZZ"),
        ("Sverige, Norge", ("SE", "NO"), None),
        ("Korea, Republic of", ("KR",), None),
        ("Belgium/Belgique", ("BE",), None),
        ("Bosnia & Herzegovina", ("BA",), None),
    ],
)
def test_of_several_countries_one_that_is_none_is_named_and_the_others_kept(
    countries, works, unknown
):
    text = f'Name,Home,Countries\nAnna,Stockholm,"{countries}"\n'
    found = read_team(text.encode(), name="team.csv")
    assert found.team.reps[0].countries == works
    said = [one for one in found.remarks if "no country we know" in one]
    assert said == ([f"Row 2: {unknown} is no country we know."] if unknown else [])


def test_a_rep_who_is_saved_with_any_address_is_read_again():
    assert Rep(name="Anna", email="=1+1@x.se").email == "=1+1@x.se"
    with pytest.raises(PlanError, match="Anna: @x is no e-mail"):
        rep(name="Anna", email="@x")

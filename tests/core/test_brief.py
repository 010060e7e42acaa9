"""What is said beside a profile: kept whole, in files and versions, and compared field by field."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from icp_core.errors import ProfileError, WorkspaceError
from icp_core.profiles import brief as brief_model
from icp_core.profiles.brief import (
    NO_BRIEF,
    Aspect,
    Brief,
    BuyingRole,
    Focus,
    Persona,
    Readiness,
    Titles,
    changes,
    key_for,
)
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Profile

PROFILE = Profile(name="Regnskapsbyrå, Østlandet")
CTO = Persona(
    key="cto",
    name="CTO / teknikchef",
    role=BuyingRole.DECISION_MAKER,
    titles=Titles(en=("CTO",), sv=("Teknikchef", "CTO")),
    goals=("Färre driftstörningar",),
)
BRIEF = Brief(
    segment="Bokföring, södra Sverige",
    urgency="Beslut inom ett kvartal – šaddan",
    buying_group=(CTO,),
    readiness=(Readiness(aspect=Aspect.ABLE, statement="Omsättning ≥ 10 M", column="revenue"),),
    focus=Focus(lead_channel="Webinars"),
)


def test_a_file_with_a_brief_is_version_2_and_comes_back_whole():
    content = Agreed(PROFILE, BRIEF).to_json()
    assert json.loads(content)["schema_version"] == 2
    assert Agreed.from_json(content) == Agreed(PROFILE, BRIEF)
    assert Profile.from_json(content) == PROFILE


def test_a_file_without_a_brief_is_the_one_that_older_programs_read():
    assert Agreed(PROFILE).to_json() == PROFILE.to_json()
    assert Agreed.from_json(PROFILE.to_json()) == Agreed(PROFILE, NO_BRIEF)


def test_the_profiles_checksum_does_not_change_with_what_is_said(workspace):
    plain = workspace.save_profile(PROFILE, author="Eva", why="", based_on=0)
    said = workspace.save_profile(PROFILE, brief=BRIEF, author="Eva", why="", based_on=1)
    assert plain.checksum == said.checksum
    assert (plain.brief, said.brief) == (NO_BRIEF, BRIEF)


def broken(**brief):
    return json.dumps(
        {"schema_version": 2, "profile": json.loads(PROFILE.to_json()), "brief": brief}
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            broken(urgency="x" * 800),
            "The brief is not valid at urgency: the urgency may have at most 400 letters, not 800",
        ),
        (broken(colour="red"), "at colour"),
        (broken(buying_group=[{"name": "CTO", "role": "boss", "key": "cto"}]), "buying_group[0]"),
        (
            broken(
                buying_group=[CTO.model_dump(mode="json") | {"key": f"p{n}"} for n in range(50)]
            ),
            "at most 8 personas, not 50; 2 to 5 work best",
        ),
        (broken(buying_group=[CTO.model_dump(mode="json")] * 2), "the same key"),
        (
            broken(buying_group=[CTO.model_dump(mode="json") | {"name": ""}]),
            "buying_group[0].name: the name is missing",
        ),
        (broken(readiness=[{"aspect": "able"}] * 2), "readiness says the same twice"),
        ('{"schema_version": 2}', "holds a profile and a brief"),
        ('{"schema_version": 2, "profile": {}, "brief": []}', "holds a profile and a brief"),
        ('{"schema_version": 3}', "this program reads 1 and 2"),
        (broken()[:-1] + ', "more": 1}', "neither profile nor brief"),
        ("{", "cannot be read as JSON"),
    ],
)
def test_a_bad_brief_gives_one_sentence_with_the_place(content, says):
    with pytest.raises(ProfileError) as caught:
        Agreed.from_json(content)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "nordic.json: This is not a profile file"),
        (b"\xff", "nordic.json: This is not a profile file"),
        (broken(urgency="x" * 800).encode(), "nordic.json: The brief is not valid at urgency"),
        (
            b" " * (4 * 2**20 + 1),
            "nordic.json: This is not a profile file: it is 5.5 MB long, and ",
        ),
    ],
)
def test_what_is_wrong_with_a_file_begins_with_its_name(content, says):
    with pytest.raises(ProfileError) as caught:
        Agreed.from_file("nordic.json", content, size=11 * 2**19)
    assert str(caught.value).startswith(says)


def test_an_edit_that_is_too_long_leaves_the_brief_as_it_was():
    with pytest.raises(ProfileError, match="at urgency"):
        BRIEF.replace(urgency="x" * 401)
    assert BRIEF.urgency.startswith("Beslut")


def test_what_cannot_be_seen_is_left_out_and_everything_else_is_kept():
    said = "#include <x> \U0001f680 שלום\x00\ud83d\nnext"
    assert Brief(urgency=said).urgency == "#include <x> \U0001f680 שלום\nnext"


def test_versions_keep_the_brief_and_restoring_brings_it_back(workspace):
    workspace.save_profile(PROFILE, brief=BRIEF, author="Eva", why="", based_on=0)
    other = BRIEF.replace(urgency="Later")
    workspace.save_profile(PROFILE, brief=other, author="Ola", why="", based_on=1)
    newest, first = workspace.history("regnskapsbyra-ostlandet")
    assert (newest.brief, first.agreed) == (other, Agreed(PROFILE, BRIEF))
    restored = workspace.restore("regnskapsbyra-ostlandet", 1, author="Eva")
    assert (restored.number, restored.brief) == (3, BRIEF)
    assert workspace.version("regnskapsbyra-ostlandet").brief == BRIEF


def test_a_brief_that_somebody_changed_in_the_database_is_noticed(workspace):
    workspace.save_profile(PROFILE, brief=BRIEF, author="Eva", why="", based_on=0)
    with workspace._writing() as connection:
        connection.execute(text("UPDATE icp_profile_versions SET brief = '{}'"))
    saved = workspace.version("regnskapsbyra-ostlandet")
    assert saved.profile == PROFILE
    with pytest.raises(WorkspaceError, match="not what was saved"):
        _ = saved.brief


def test_two_briefs_are_compared_field_by_field():
    boss = CTO.replace(goals=("Lower cost", "Fewer incidents"))
    after = BRIEF.replace(urgency="Now", buying_group=(boss,), readiness=())
    found = {one.field: (one.before, one.after) for one in changes(BRIEF, after)}
    assert found == {
        "urgency": ("Beslut inom ett kvartal – šaddan", "Now"),
        "buying_group.cto.goals": ("Färre driftstörningar", "Lower cost; Fewer incidents"),
        "readiness.able.aspect": ("able", ""),
        "readiness.able.statement": ("Omsättning ≥ 10 M", ""),
        "readiness.able.column": ("revenue", ""),
    }
    assert changes(BRIEF, BRIEF) == ()


def test_a_persona_is_replaced_by_its_key_or_added():
    named = CTO.replace(name="Chief technician")
    assert BRIEF.with_persona(named).buying_group == (named,)
    other = CTO.replace(key="cfo")
    assert BRIEF.with_persona(other).buying_group == (CTO, other)
    assert BRIEF.with_persona(other).without_persona("cto").buying_group == (other,)
    assert BRIEF.buying_group == (CTO,)


def test_readiness_keeps_one_row_an_aspect_in_their_order():
    said = BRIEF.saying(Readiness(aspect=Aspect.READY, statement="Has a budget"))
    assert [one.aspect for one in said.readiness] == [Aspect.READY, Aspect.ABLE]
    assert said.saying(Readiness(aspect=Aspect.ABLE)).readiness == (said.about(Aspect.READY),)


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("CTO / teknikchef", (), "cto-teknikchef"),
        ("Økonomisjef", (), "konomisjef"),
        ("Ødegård", ("degard",), "degard-2"),
        ("首席", (), "persona"),
        ("首席", ("persona", "persona-2"), "persona-3"),
    ],
)
def test_a_personas_key_is_its_own(name, taken, key):
    assert key_for(name, taken) == key


@settings(max_examples=30, deadline=None)
@given(st.fixed_dictionaries({name: st.text(max_size=400) for name in brief_model.ANSWERS}))
def test_any_answers_come_back_as_they_were_kept(answers):
    brief = Brief(**answers)
    content = Agreed(PROFILE, brief).to_json()
    assert Agreed.from_json(content).brief == brief

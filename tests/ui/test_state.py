"""The view in the address: there and back, and what a hostile address can do."""

import base64
import zlib

import pytest
from app_pages import Open, errors, metrics
from streamlit.elements.arrow import DataframeSelectionSerde

from icp_core.errors import ProfileError
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.profiles.starters import starter, starters
from ui import data, links, state, widgets
from ui.format import number


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


@pytest.mark.parametrize("entry", starters(), ids=lambda entry: entry.slug)
def test_a_profile_survives_the_address(entry) -> None:
    text = links.pack(entry.profile)
    assert links.unpack(text) == entry.profile
    assert len(text) < 2000
    assert not set(text) & set("+/=&?#% ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "not base 64!",
        "ø" * 8,
        base64.urlsafe_b64encode(b"not compressed").decode(),
        packed(b"{}")[:-4],
    ],
)
def test_a_damaged_profile_is_refused_in_words(text: str) -> None:
    with pytest.raises(ProfileError, match="damaged"):
        links.unpack(text)


def test_a_profile_that_unpacks_to_a_bomb_is_refused() -> None:
    bomb = packed(b"0" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(ProfileError, match="damaged"):
        links.unpack(bomb)


def test_a_profile_of_another_version_says_so() -> None:
    with pytest.raises(ProfileError, match="schema_version"):
        links.unpack(packed(b'{"schema_version": 99, "name": "x"}'))


def test_a_bare_address_begins_with_the_first_dataset_and_its_starter(open_page: Open) -> None:
    app = open_page()
    assert dict(app.query_params) == {"dataset": "demo", "profile": "nordic-software"}


def test_a_shared_link_brings_an_edited_profile_back(open_page: Open) -> None:
    wanted = starter("nordic-software").profile
    wanted = wanted.without(0).replace(name="Wider")
    app = open_page(profile="nordic-software", p=links.pack(wanted))
    assert not errors(app)
    assert app.query_params["p"] == links.pack(wanted)
    assert "Edited: Wider" in app.selectbox(key="shown_profile").options
    assert links.unpack(app.query_params["p"]) == wanted


def test_a_link_with_a_profile_of_its_own_needs_no_starter(open_page: Open) -> None:
    own = Profile(
        name="Mine",
        criteria=(
            Criterion(
                column="country", role=Role.MUST_HAVE, fit={"kind": "choice", "values": {"SE": 1}}
            ),
        ),
    )
    app = open_page(dataset="listed", p=links.pack(own))
    assert not errors(app)
    assert "profile" not in app.query_params
    swedish = data.universe("listed").frame["country"].eq("SE").sum()
    assert metrics(app)["Matching companies (TAM)"] == number(swedish)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"p": "x!"}, "damaged"),
        ({"p": "A" * 100_000}, "damaged"),
        ({"profile": "../../etc/passwd"}, "no starter profile"),
        ({"dataset": "/etc/passwd.csv"}, "no list"),
        ({"dataset": "demo:10000000"}, "no list"),
    ],
)
def test_a_hostile_address_gives_one_message_and_the_default(
    open_page: Open, parameters: dict[str, str], message: str
) -> None:
    app = open_page(**parameters)
    assert not app.exception
    assert len(errors(app)) == 1
    assert message in errors(app)[0]
    assert dict(app.query_params) == {"dataset": "demo", "profile": "nordic-software"}
    assert metrics(app)


def test_the_message_about_an_address_goes_away(open_page: Open) -> None:
    app = open_page(p="x!")
    assert not errors(app.run())


def test_an_invalid_range_in_an_address_says_where(open_page: Open) -> None:
    content = Profile(
        name="x",
        criteria=(Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(1, 2)),),
    ).model_dump_json()
    app = open_page(p=packed(content.replace('"a":1.0', '"a":9.0').encode()))
    assert "criteria[0].fit" in errors(app)[0]
    assert "above" in errors(app)[0]


def test_the_rows_a_table_shows_are_told_from_those_a_user_picks(monkeypatch) -> None:
    session: dict = {}
    monkeypatch.setattr(state.st, "session_state", session)
    written = session[widgets.shown_rows("table", [3])]
    reported = DataframeSelectionSerde().deserialize('{"selection":{"rows":[3]}}')
    assert written == reported, "else Streamlit takes it for a pick, at every choice on the page"

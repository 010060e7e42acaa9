"""The content plan on the Buying group page: gaps, and pieces that are kept as they are edited."""

import pytest
from app_pages import Open, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core.analysis.content_plan import Progress, Stage
from icp_core.errors import WorkspaceError
from icp_core.profiles.brief import Brief, BuyingRole, Persona
from icp_core.profiles.model import Profile
from icp_core.workspace import Workspace
from ui import links

PAGE = "pages/20_Buying_group.py"
MINE = Profile(name="Mine")
CTO = Persona(
    key="cto", name="[CTO](x)", role=BuyingRole.BLOCKER, objections=("Risk while [moving](x)",)
)


@pytest.fixture
def workspace() -> Workspace:
    opened = Workspace.open()
    opened.save_profile(MINE, brief=Brief(buying_group=(CTO,)), author="Eva", why="", based_on=0)
    return opened


def opened(open_page: Open) -> AppTest:
    return open_page(PAGE, dataset="norway", saved="mine", group_part="Content plan")


def test_an_objection_becomes_a_piece_and_the_gap_closes(
    open_page: Open, workspace: Workspace
) -> None:
    app = opened(open_page)
    assert printed(app).iloc[0, 1:].to_list() == ["gap"] * 4
    assert "Risk while [moving](x)" in texts(app)
    app.button(key="content_answer_0").click().run()
    (piece,) = workspace.pieces("mine")
    assert (piece.persona, piece.stage, piece.answers) == (
        "cto",
        Stage.DECIDING,
        "Risk while [moving](x)",
    )
    assert "Objections that nothing answers" not in texts(app)
    assert printed(app).iloc[0, 3] == "gap"
    assert "counts once it has a title" in texts(app)
    key = f"shown_content_{piece.key}"
    app.text_input(key=f"{key}_title").set_value("Moving in a week").run()
    assert printed(app).iloc[0, 3] == "1"
    app.selectbox(key=f"{key}_progress").select(Progress.PUBLISHED).run()
    app.text_input(key=f"{key}_owner").set_value("Åsa").run()
    (piece,) = workspace.pieces("mine")
    assert (piece.title, piece.progress, piece.owner) == (
        "Moving in a week",
        Progress.PUBLISHED,
        "Åsa",
    )
    app.button(key=f"content_remove_{piece.key}").click().run()
    assert workspace.pieces("mine") == []
    assert "Objections that nothing answers" in texts(app)


def test_a_text_that_cannot_be_kept_stays_in_its_box(
    open_page: Open, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(open_page)
    app.button(key="content_new").click().run()
    (piece,) = workspace.pieces("mine")
    key = f"shown_content_{piece.key}_title"
    for refusing in ("keep_piece", "pieces"):
        with monkeypatch.context() as patch:
            patch.setattr(Workspace, refusing, _busy)
            app.text_input(key=key).set_value(f"Moving – {refusing}").run()
            assert not app.exception
        assert app.run().text_input(key=key).value == f"Moving – {refusing}"
    app.text_input(key=key).set_value("Moving in a week").run()
    assert workspace.pieces("mine")[0].title == "Moving in a week"


def _busy(*_arguments: object, **_options: object) -> None:
    raise WorkspaceError("It is busy.")


def test_a_plan_is_kept_with_a_saved_profile_only(open_page: Open) -> None:
    app = open_page(PAGE, dataset="norway", p=links.pack(MINE))
    app.button(key="group_suggest").click().run()
    app.segmented_control(key="group_part").set_value("content").run()
    assert "kept with a saved profile" in texts(app)


def test_a_piece_of_a_persona_that_is_gone_stays_and_says_so(
    open_page: Open, workspace: Workspace
) -> None:
    app = opened(open_page)
    app.button(key="content_new").click().run()
    other = Brief(buying_group=(CTO.replace(key="cfo", name="CFO"),))
    workspace.save_profile(MINE, brief=other, author="Eva", why="", based_on=1)
    app = opened(open_page)
    assert "a persona that is gone" in texts(app)
    assert not app.exception

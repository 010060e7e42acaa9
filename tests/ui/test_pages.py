"""Every page there is opens from the start page, by link, by itself, and in every odd state."""

from pathlib import Path

import polars as pl
import pytest
from app_pages import PAGES, ROOT, TIMEOUT, Open, errors, metrics, opened, read_with_markup, texts
from streamlit.testing.v1 import AppTest

from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role
from ui import links, navigation

NOTHING = Profile(
    name="Nothing fits",
    criteria=(
        Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("XX"), missing="fail"),
    ),
)
EVERYTHING = Profile(name="Everything fits")
MISFIT = Profile(
    name="Misfit",
    criteria=(
        Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(10)),
        Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("SE")),
    ),
)


def test_the_navigation_finds_every_page() -> None:
    assert {page.path for page in navigation.pages()} == set(PAGES)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_from_the_start_page_and_keeps_the_view(open_page: Open, path: str) -> None:
    app = open_page(dataset="listed")
    app.switch_page(path).run()
    assert not app.exception
    assert not errors(app)
    assert app.selectbox(key="shown_dataset").value == "listed"
    assert app.query_params["profile"] == "listed-by-domain"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("dataset", ["demo", "listed", "norway"])
def test_a_page_opens_by_link(open_page: Open, path: str, dataset: str) -> None:
    app = open_page(path, dataset=dataset)
    assert not app.exception
    assert app.title
    assert app.selectbox(key="shown_dataset").value == dataset
    assert not read_with_markup(app)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_by_itself(path: str) -> None:
    app = AppTest.from_file(str(ROOT / path), default_timeout=TIMEOUT).run()
    assert not app.exception
    assert app.title


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("profile", [NOTHING, EVERYTHING], ids=lambda profile: profile.name)
def test_a_page_copes_with_no_match_and_with_all(
    open_page: Open, path: str, profile: Profile
) -> None:
    app = open_page(path, dataset="listed", p=links.pack(profile))
    assert not app.exception
    assert app.title
    if any("matches this profile" in one.value for one in (*app.info, *app.caption)):
        assert "Drop Country" in app.button(key="loosen_0").label


@pytest.mark.parametrize("path", PAGES)
def test_what_a_list_does_not_tell_is_unknown_on_every_page_and_can_be_removed(
    open_page: Open, path: str
) -> None:
    app = open_page(path, dataset="listed", p=links.pack(MISFIT))
    assert not app.exception
    assert app.title
    assert not [one for one in errors(app) if "employees" in one]
    assert "does not tell Employees" in texts(app)
    assert "Begin with Employees" not in texts(app)
    app.button(key="remove_lacking").click().run()
    assert "does not tell" not in texts(app)
    assert links.unpack(app.query_params["p"]) == MISFIT.without(0)


def test_nobody_is_known_to_pass_what_a_list_does_not_tell(open_page: Open) -> None:
    swedish = metrics(open_page(dataset="listed", p=links.pack(MISFIT.without(0))))
    lacking = metrics(open_page(dataset="listed", p=links.pack(MISFIT)))
    (label,) = [one for one in swedish if one.startswith("Matching")]
    assert lacking[label] == f"0–{swedish[label]}"


@pytest.mark.parametrize("path", PAGES)
def test_a_test_of_another_kind_than_the_column_can_be_mended_on_every_page(
    open_page: Open, path: str
) -> None:
    industry = Criterion(column="industry", role=Role.MUST_HAVE, fit=Range.between(1))
    profile = MISFIT.without(0).adding(industry)
    app = open_page(path, dataset="listed", p=links.pack(profile))
    assert not app.exception
    assert "A range fit cannot test" in errors(app)[0]
    mend = next(button for button in app.main.button if "does not fit" in button.label)
    mend.click().run()
    assert not [one for one in errors(app) if "cannot test" in one]
    assert links.unpack(app.query_params["p"]) == MISFIT.without(0)


@pytest.mark.parametrize("path", ["pages/7_Versions.py", "pages/9_Import.py"])
def test_what_mends_opens_although_nothing_fits(
    open_page: Open, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    industry = Criterion(column="industry", role=Role.MUST_HAVE, fit=Range.between(1))
    unfit = Profile(name="Unfit", criteria=(industry,))
    assert parts(open_page(path, dataset="listed", p=links.pack(unfit)))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    monkeypatch.setenv("ICP_DATASETS", str(broken))
    app = open_page(path, dataset=str(broken))
    assert errors(app)
    assert parts(app)


def parts(app: AppTest) -> list[str]:
    return [option for one in app.segmented_control for option in one.options]


@pytest.mark.parametrize("path", PAGES)
def test_accounts_without_places_break_no_page(
    open_page: Open, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "placeless.parquet"
    pl.DataFrame({"name": [f"Exempel {i}" for i in range(40)], "floors": range(40)}).write_parquet(
        file
    )
    monkeypatch.setenv("ICP_DATASETS", str(file))
    app = open_page(path, dataset=str(file), p=links.pack(EVERYTHING))
    assert not app.exception
    assert app.title


def test_a_dataset_that_cannot_be_read_leaves_the_sidebar_working(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"not parquet")
    monkeypatch.setenv("ICP_DATASETS", str(broken))
    app = opened(dataset=str(broken))
    assert not app.exception
    assert "cannot be read" in errors(app)[0]
    app.selectbox(key="shown_dataset").select("listed").run()
    assert not errors(app)
    assert app.metric


def test_fictional_data_is_labelled_and_real_data_is_not(open_page: Open) -> None:
    def labels(app: AppTest) -> str:
        return "".join(element.value for element in app.markdown)

    assert "Fictional data" in labels(open_page())
    assert "Fictional data" not in labels(open_page(dataset="norway"))


@pytest.mark.parametrize(("words", "whole"), [(5, False), (10, True)])
def test_a_name_that_is_too_long_for_its_box_stands_whole_below_it(
    open_page: Open, words: int, whole: bool
) -> None:
    name = " ".join(["company"] * words)
    app = open_page("pages/9_Import.py", dataset="listed", p=links.pack(Profile(name=name)))
    assert (name in [one.value for one in app.caption]) == whole


def test_a_part_of_a_page_whose_list_is_deleted_has_the_page_drawn_on_another() -> None:
    def page() -> None:
        import streamlit as st

        from icp_core.errors import SourceError
        from ui import shell, state, widgets

        state.leave_missing_dataset()
        st.caption(state.view().list_name)
        st.caption(" ".join(widgets.notices()))
        if "was" not in st.session_state:
            st.session_state.was = state.view().list_name
            state.set_dataset("loaded:gone")
            with shell.guard():
                raise SourceError("There is no such list.")

    app = AppTest.from_function(page).run()
    assert not app.error
    list_name, notices = (one.value for one in app.caption)
    assert list_name == app.session_state.was
    assert "were deleted" in notices

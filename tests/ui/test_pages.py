"""Every page there is opens from the start page, by link, by itself, and in every odd state."""

from pathlib import Path

import polars as pl
import pytest
from app_pages import PAGES, ROOT, TIMEOUT, Open, errors, opened
from streamlit.testing.v1 import AppTest

from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role
from ui import shell, state

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
    assert {page.path for page in shell.pages()} == set(PAGES)


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
    app = open_page(path, dataset="listed", p=state.pack(profile))
    assert not app.exception
    assert app.title


@pytest.mark.parametrize("path", PAGES)
def test_a_profile_on_a_missing_column_can_be_mended_on_any_page(
    open_page: Open, path: str
) -> None:
    app = open_page(path, dataset="listed", p=state.pack(MISFIT))
    assert not app.exception
    assert len(errors(app)) == 1
    assert "employees" in errors(app)[0]
    assert app.selectbox(key="shown_dataset").value == "listed"
    mend = next(button for button in app.main.button if "does not fit" in button.label)
    mend.click().run()
    assert not errors(app)
    assert state.unpack(app.query_params["p"]) == MISFIT.without(0)


@pytest.mark.parametrize("path", PAGES)
def test_accounts_without_places_break_no_page(
    open_page: Open, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "placeless.parquet"
    pl.DataFrame({"name": [f"Exempel {i}" for i in range(40)], "floors": range(40)}).write_parquet(
        file
    )
    monkeypatch.setenv("ICP_DATASETS", str(file))
    app = open_page(path, dataset=str(file), p=state.pack(EVERYTHING))
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

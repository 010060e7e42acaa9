"""What UI tests share: fresh caches, and a way to open a page as a user would."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from icp_core.workspace import DIRECTORY_VARIABLE, URL_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("app.py", *sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py")))
TIMEOUT = 60

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def own_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace of the test's own; nobody's real decisions are touched."""
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "workspace"))
    return tmp_path / "workspace"


@pytest.fixture(autouse=True)
def fresh_caches(own_workspace: Path) -> Iterator[None]:
    """No test sees what another one loaded."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def open_page() -> Open:
    """Open a page by its file name, with query parameters, as a link from outside does.

    `open_page("pages/8_Export.py", dataset="listed")` returns the page after its first run.
    """

    def open_at(path: str = "app.py", **parameters: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT)
        for name, value in parameters.items():
            app.query_params[name] = value
        if path != "app.py":
            app.switch_page(path)
        return app.run()

    return open_at


def metrics(app: AppTest) -> dict[str, str]:
    """Numbers on the page, by label."""
    return {metric.label: metric.value for metric in app.metric}


def errors(app: AppTest) -> list[str]:
    """Messages of what went wrong, without the escapes of Markdown."""
    return [message.value.replace("\\", "") for message in (*app.error, *app.warning)]

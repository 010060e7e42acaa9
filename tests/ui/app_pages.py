"""Opening pages as a user does, and reading what stands on them; imported by name in UI tests."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
from streamlit.components.v2 import manifest_scanner
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest, local_script_runner

from icp_core.accounts import demo
from ui.territories import session

# The caches of the app are emptied before each test; the same companies need not be made anew for it.
demo.generate = cache(demo.generate)
# How good a plan gets in ten seconds is said by `benchmarks.territories`; here any will do.
session.SECONDS = 1.0
# What a server does once, AppTest does for every run: look through all installed packages for
# components, compile the pages, and ask a thousand times a second whether the script has ended.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
local_script_runner.ScriptCache = cache(local_script_runner.ScriptCache)
_said = local_script_runner.require_widgets_deltas


def _ended(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    runner._script_thread.join(timeout)
    _said(runner, 0.1)


local_script_runner.require_widgets_deltas = _ended

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("app.py", *sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py")))
TIMEOUT = 120

_MARKS = re.compile(r"[\\`]|\*\*|:[a-z]+[\[:/]")

Open = Callable[..., AppTest]


def opened(path: str = "app.py", **parameters: str) -> AppTest:
    """A page by its file, with query parameters, as a link from outside opens it; run once.

    `opened("pages/8_Export.py", dataset="listed")`
    """
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT)
    for name, value in parameters.items():
        app.query_params[name] = value
    if path != "app.py":
        app.switch_page(path)
    return app.run()


def metrics(app: AppTest) -> dict[str, str]:
    """Numbers on the page, by label."""
    return {metric.label: metric.value for metric in app.metric}


def printed(app: AppTest, place: int = 0) -> pd.DataFrame:
    """A printed table as one reads it, its numbers written out."""
    data = app.table[place].proto.arrow_data
    return convert_arrow_bytes_to_pandas_df(data.styler.display_values or data.data)


def errors(app: AppTest) -> list[str]:
    """Messages of what went wrong, without the escapes of Markdown."""
    return [message.value.replace("\\", "") for message in (*app.error, *app.warning)]


def read_with_markup(app: AppTest) -> list[str]:
    """Labels of controls that a screen reader would read with marks of Markdown in them.

    Streamlit 1.67 hands these labels over as they were written; of buttons it reads what is drawn.
    """
    controls = (
        *(app.selectbox, app.multiselect, app.text_input, app.text_area, app.number_input),
        *(app.slider, app.select_slider, app.checkbox, app.toggle, app.date_input),
    )
    return [one.label for kind in controls for one in kind if _MARKS.search(one.label)]


def texts(app: AppTest) -> str:
    """All running text of the page, without the escapes of Markdown and what keeps ranges together."""
    lines = [element.value for element in (*app.header, *app.markdown, *app.caption)]
    lines += [one.label for one in app.button if (one.key or "").startswith("opens_")]
    return "\n".join(lines).replace("\\", "").replace("\u2060", "")

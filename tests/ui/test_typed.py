"""Fields for text: what is too long stays in its field, whole, in every place where one can type."""

import ast
from pathlib import Path

import pytest
from app_pages import Open, texts
from streamlit.testing.v1 import AppTest

from icp_core.profiles.model import Profile
from icp_core.workspace import Workspace
from ui import links

ROOT = Path(__file__).parents[2]


def test_no_field_drops_what_is_pasted():
    """`max_chars` makes a browser do so; cells of a table have no other way to be told."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (*ROOT.glob("ui/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and any(word.arg == "max_chars" for word in call.keywords)
        and not (isinstance(call.func, ast.Attribute) and call.func.attr == "TextColumn")
    ]
    assert found == []


def saving(open_page: Open) -> AppTest:
    app = open_page("pages/1_Builder.py", dataset="norway", p=links.pack(Profile(name="Mine")))
    return app.button(key="save").click().run()


@pytest.mark.parametrize(("field", "most"), [("name", 80), ("why", 1_000), ("author", 100)])
def test_the_save_dialog_waits_until_every_text_fits(open_page: Open, field: str, most: int):
    app = saving(open_page)
    app.text_input(key=f"save_{field}").set_value("ŋ" * (most + 3)).run()
    assert "3 characters more than the" in texts(app)
    assert not [one for one in app.button if one.key == "save_now"]
    assert app.text_input(key=f"save_{field}").value == "ŋ" * (most + 3)
    app.text_input(key=f"save_{field}").set_value("ŋ" * most).run()
    app.button(key="save_now").click().run()
    assert len(Workspace.open().profiles()) == 1

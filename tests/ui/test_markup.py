"""No text of a person or a file reaches Streamlit's Markdown unescaped, as far as the source tells."""

import ast
from pathlib import Path

import polars as pl
import pytest
from app_pages import ROOT
from markup import Source

from ui.tables import accounts_data

FILES = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]

FORGOTTEN = {
    "an attribute": "st.markdown(profile.name)",
    "in an f-string": "st.caption(f'of {row[\"name\"]}')",
    "by way of a name": "text = row['name']\nst.error(text)",
    "joined": "st.metric(_('Tiers {n}').format(n=' '.join(one.name for one in tiers)), '1')",
    "a metric's value": "st.metric(_('A'), author)",
    "by way of a function": "def draw(label):\n    st.button(label)\ndraw(profile.name)",
    "returned": "def text(x):\n    return _('y {x}').format(x=x)\nst.info(text(profile.name))",
    "options of pills": "st.pills(_('A'), [one.name for one in tiers])",
    "written by a function": "st.pills(_('A'), ids, format_func=lambda key: names[key].label)",
    "an expander": "with st.expander(name):\n    pass",
    "a popover": "with left.popover(_('Of {x}').format(x=name)):\n    pass",
    "headings of a table": "st.table({heading: [1] for heading in headings})",
    "cells of a table": "st.table({_('A'): [one.note for one in found]})",
    "a badge": "heading.badge(profile.offer)",
    "help": "st.text_input(_('A'), help=column.description)",
    "an error": "try:\n    pass\nexcept IcpError as error:\n    st.error(str(error))",
    "a toast": "st.toast(_('By ') + author)",
    "a heading": "st.subheader(name, anchor=False)",
    "a column's help": "st.column_config.NumberColumn('A', help=one.why)",
    "a title": "Table(rows, (), title=view.name)",
    "in a loop": "for one in names:\n    st.caption(one)",
    "appended": "parts = []\nparts.append(row['name'])\nst.markdown(' '.join(parts))",
    "while one waits": "with st.spinner(list_name):\n    pass",
    "progress": "st.progress(0.5, text=step)",
    "a dialog": "st.dialog(title)(draw)()",
    "under a condition": "st.caption(_('a') if row is None else row['name'])",
    "a link": "st.page_link('app.py', label=profile.name)",
    "translated": "st.caption(_(column.label))",
}


def test_every_text_that_is_drawn_as_markdown_is_ours_or_escaped() -> None:
    found = sorted(map(str, Source(ROOT, iter(FILES)).check()))
    assert not found, "escape with ui.format.plain:\n" + "\n".join(found)


def test_what_is_read_as_it_was_written_has_no_escapes_but_those_it_needs() -> None:
    read = {
        "selectbox",
        "multiselect",
        "text_input",
        "text_area",
        "text_field",
        "number_input",
        "text",
    }
    read |= {"slider", "select_slider", "checkbox", "toggle", "date_input"}
    found = [
        f"{file.name}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in read and node.args
        for text in [ast.unparse(node.args[0])]
        if "plain(" in text or "**" in text or ":material" in text
    ]
    assert not found, "escape with ui.format.labelled, or spoken where the label is not drawn"


@pytest.mark.parametrize("source", FORGOTTEN.values(), ids=FORGOTTEN)
def test_a_text_that_is_not_escaped_is_found(source: str, tmp_path: Path) -> None:
    file = tmp_path / "page.py"
    file.write_text("import streamlit as st\n" + source + "\n", encoding="utf-8")
    assert Source(tmp_path, iter([file])).check()


@pytest.mark.parametrize(
    "source",
    [
        "st.markdown(plain(profile.name))",
        "st.caption(f'**{plain(name)}** {number(count)}')",
        "text = _('a')\ntext += ' ' + plain(note)\nst.caption(text)",
        "labels = {'a': _('A')}\nst.pills(_('B'), list(labels), format_func=labels.__getitem__)",
        "def draw(label):\n    st.button(label)\ndraw(plain(profile.name))",
        "st.selectbox(_('A'), [one.name for one in lists])",
    ],
)
def test_a_text_that_is_escaped_is_not(source: str, tmp_path: Path) -> None:
    file = tmp_path / "page.py"
    file.write_text("import streamlit as st\n" + source + "\n", encoding="utf-8")
    assert not Source(tmp_path, iter([file])).check()


@pytest.mark.parametrize("column", ["website", "linkedin_url"])
def test_a_link_in_a_table_opens_web_addresses_only(column: str) -> None:
    given = ["https://a.se", "HTTP://a.se", "a.se/b", "javascript:alert(1)", "data:text/html,x"]
    given += ["file:///etc/passwd", " vbscript:x ", None]
    shown = accounts_data(pl.DataFrame({"name": given, column: given}), ["name", column])[column]
    assert shown.to_list() == [
        "https://a.se",
        "HTTP://a.se",
        "https://a.se/b",
        "https://javascript:alert(1)",
        "https://data:text/html,x",
        "https://file:///etc/passwd",
        "https://vbscript:x",
        None,
    ]

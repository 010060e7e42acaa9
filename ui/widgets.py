"""What widgets hold, and what a page has open.

What a session looks at (list, profile, plan) is in `state`; no other module than these two names keys of
the session.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_Own = TypeVar("_Own")

_PAGE: Final = "page"
_SCRIPT: Final = "page_script"
_NOTICES: Final = "view_notices"
_SAID: Final = "view_said"
_DONE: Final = "view_done"
_DIALOG: Final = "dialog"
_WAITING: Final = "texts_waiting"


def own(name: str, make: Callable[[], _Own]) -> _Own:
    """Something that this session keeps and changes in place, made at the first call."""
    key = f"own_{name}"
    if key not in st.session_state:
        st.session_state[key] = make()
    found: _Own = st.session_state[key]
    return found


def kept(name: str) -> dict[str, Any]:
    """Arguments for a widget whose value stays when the user moves on and is part of the address.

    Parameters
    ----------
    name
        Unique over all pages, and short: it is the name of the query parameter (`map_measure`).
    """
    return {"key": name, "bind": "query-params"}


def holds(name: str) -> bool:
    """Whether a widget that `kept` named holds something, or will as the address fills it."""
    return bool(now(name)) if is_there(name) else bool(st.query_params.get(name))


def set_kept(name: str, value: Any) -> None:
    """Change a widget that `kept` named; for the callback of another widget."""
    st.session_state[name] = value


def arrive(page: str) -> None:
    """Note which page is drawn: what was open on another one is closed."""
    if st.session_state.get(_PAGE) not in (None, page):
        close_dialog()
    st.session_state[_PAGE] = page
    st.session_state[_SCRIPT] = _script()
    st.session_state[_SAID] = set()


def is_leaving() -> bool:
    """Whether another page is about to be drawn; for callbacks of a part of a page.

    Where a link is pressed while such a part is at work, Streamlit 1.67 makes one run of the two: the
    browser has let go of the part's widgets by then, so that all of them seem to be changed, to what
    they begin with.
    """
    return bool(st.session_state.get(_SCRIPT) != _script())


def _script() -> str | None:
    context = get_script_run_ctx()
    return context.page_script_hash if context else None


def open_dialog(name: str) -> None:
    """Ask the page for one of its dialogs; it stays open until `close_dialog`."""
    st.session_state[_DIALOG] = name


def open_now() -> str | None:
    """Name of the dialog that is open."""
    name: str | None = st.session_state.get(_DIALOG)
    return name


def close_dialog() -> None:
    """Have no dialog open."""
    st.session_state[_DIALOG] = None


def begun(key: str, value: Any) -> str:
    """The key of a widget that shows `value` until the user or a callback changes it."""
    st.session_state.setdefault(key, value)
    return key


def is_there(key: str) -> bool:
    """Whether a widget with that key was drawn, or given a value."""
    return key in st.session_state


def now(key: str) -> Any:
    """What the widget with that key holds; None before it is first drawn."""
    return st.session_state.get(key)


def wait(key: str, label: str, text: str) -> None:
    """Keep a text that does not fit for the field with that key."""
    st.session_state.setdefault(_WAITING, {})[key] = (label, text)


def let_go(*keys: str) -> None:
    """Let the texts go that wait in fields with these keys."""
    for key in keys:
        st.session_state.get(_WAITING, {}).pop(key, None)


def waiting(prefix: str = "") -> dict[str, tuple[str, str]]:
    """Texts that do not fit, each with the label of its field, by keys that begin with `prefix`."""
    held: dict[str, tuple[str, str]] = st.session_state.get(_WAITING, {})
    return {key: one for key, one in held.items() if key.startswith(prefix)}


def _awaited(key: str, value: Any) -> Any:
    """What a widget is to show: the text that waits in it, if one does."""
    held: dict[str, tuple[str, str]] = st.session_state.get(_WAITING, {})
    return held[key][1] if key in held else value


def event(key: str) -> Any:
    """What a chart or table with that key reported last; for its callback."""
    return st.session_state[key]


def shown(name: str, value: Any) -> str:
    """Key of a widget that shows `value` on this run, whatever it showed before; call it first.

    Given anew at every drawing: what a browser holds of a choice is its label, which may have changed
    while the value has not, and on another page a widget of the same key begins with none.
    """
    key = f"shown_{name}"
    st.session_state[key] = _awaited(key, value)
    return key


def showing(key: str, value: Any) -> str:
    """Key of a widget that shows `value`, given only where it shows another.

    For what is drawn while somebody types or clicks: a value that is given anew takes back the click
    that crosses the drawing.
    """
    value = _awaited(key, value)
    if not is_there(key) or now(key) != value:
        st.session_state[key] = value
    return key


def shown_rows(name: str, rows: Iterable[int]) -> str:
    """Key of a table that shows these rows as chosen on this run; call it first."""
    # What the browser reports has all three parts. With one left out here the two always differ, and
    # the table's callback would run after every choice on the page, in no order, and could undo it.
    return shown(name, {"selection": {"rows": list(rows), "columns": [], "cells": []}})


def picked(name: str) -> Any:
    """What the user just picked in the widget that `shown` gave a key; for its callback."""
    return st.session_state[f"shown_{name}"]


def notify(message: str) -> None:
    """Leave a message for the next drawing of the page."""
    st.session_state.setdefault(_NOTICES, []).append(message)


def is_news(message: str) -> bool:
    """Whether this drawing of the page has not said that yet; from now on it has."""
    said: set[str] = st.session_state.setdefault(_SAID, set())
    if message in said:
        return False
    said.add(message)
    return True


def confirm(message: str) -> None:
    """Leave word of something that was done, for the next drawing of the page: it passes by itself."""
    st.session_state.setdefault(_DONE, []).append(message)


def confirmed() -> list[str]:
    """What was done since it was last asked for."""
    done: list[str] = st.session_state.pop(_DONE, [])
    return done


def notices() -> list[str]:
    """Messages left since they were last asked for."""
    left: list[str] = st.session_state.pop(_NOTICES, [])
    return left

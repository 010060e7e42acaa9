"""Fields for text, with one answer everywhere to a text that is too long: it stays, whole, and waits.

Streamlit's own limit (`max_chars`) has a browser drop a longer text that is pasted without a word, so no
field of the app has it.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui import widgets
from ui.format import number, plain
from ui.texts import _, ngettext


def text_field(
    label: str,
    value: str = "",
    *,
    key: str,
    most: int | None = None,
    excess: Callable[[str], str] | None = None,
    called: str | None = None,
    rows: int = 0,
    on_change: Callable[[], None] | None = None,
    **options: Any,
) -> str | None:
    """Draw a field for text; what it holds, or None while that is too long.

    Parameters
    ----------
    label, value, key, options
        As of Streamlit's fields.
    most
        Characters that fit.
    excess
        Says in a sentence what is too much of a text, or nothing where it fits; counts characters
        unless given.
    called
        What the field is called away from its page; its label unless given.
    rows
        Lines of an area; none for a single line.
    on_change
        Called with a text that fits. One that does not is shown by `widgets.shown` and `showing` until
        it does, whatever was there before.
    """
    over = excess or (lambda held: too_many_characters(held, most))

    def changed() -> None:
        held = widgets.now(key) or ""
        # Of a page that is left, the browser sends what no longer is the field's.
        if not widgets.is_leaving():
            widgets.let_go(key)
            if over(held):
                widgets.wait(key, called or label, held)
                return
        if on_change is not None:
            on_change()

    options |= {"key": key, "on_change": changed if on_change else None}
    if rows:
        held = st.text_area(label, value, height=34 + 22 * rows, **options)
    else:
        held = st.text_input(label, value, **options)
    said = over(held or "")
    if said:
        st.markdown(f":small[:red[{plain(said)}]]")
    return None if said else held


def too_many_characters(held: str, most: int | None) -> str:
    """Say how many characters are too many, or nothing where all fit."""
    if most is None or len(held) <= most:
        return ""
    return waits(
        ngettext(
            "{count} character more than the {most} that fit.",
            "{count} characters more than the {most} that fit.",
            len(held) - most,
        ).format(count=number(len(held) - most), most=number(most))
    )


def waits(too_much: str) -> str:
    """A sentence on what is too much, with what becomes of it."""
    return _("{too_much} All of it stays here, and is saved once it fits.").format(
        too_much=too_much
    )

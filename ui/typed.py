"""Fields for text, with one answer everywhere to a text that is too long: it stays, whole, and waits.

Streamlit's own limit (`max_chars`) has a browser drop a longer text that is pasted without a word, so no
field of the app has it. Some are saved as one types (docs/decisions/0014-saved-as-one-types.md).
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import streamlit as st

from ui import in_browser, widgets
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
    area: bool = False,
    live: bool = False,
    waits: bool = False,
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
    area
        Whether it is as tall as its text, rather than a single line.
    live
        Whether it is taken as one types, at every pause, and not only when it is left. What is saved
        then has to be the text as it stands: one that comes back trimmed is rewritten under the hand.
    waits
        Whether a text that fits waits too, until what uses it lets it go.
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
            is_over = bool(over(held))
            if is_over or (waits and held):
                widgets.wait(key, called or label, held)
            if is_over:
                return
        if on_change is not None:
            on_change()

    options |= {"key": key, "on_change": changed if on_change or waits else None}
    with st.container(key=in_browser.LIVE + key) if live else nullcontext():
        if area:
            held = st.text_area(label, value, height="content", **options)
        else:
            pause = f"{in_browser.PAUSE}ms" if live else False
            held = st.text_input(label, value, live=pause, **options)
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

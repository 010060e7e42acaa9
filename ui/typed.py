"""Fields for text, with one answer everywhere to a text that is too long: it stays, whole, and waits.

Streamlit's own limit (`max_chars`) has a browser drop a longer text that is pasted without a word, so no
field of the app has it. Some are saved as one types (docs/decisions/0014-saved-as-one-types.md).
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Final

import streamlit as st

from ui import widgets
from ui.format import number, plain
from ui.texts import _, ngettext

_PAUSE: Final = 500  # milliseconds without a letter: between two thoughts, not between two words
_HELD: Final = 100  # milliseconds that a link waits for what was typed just before
_LIVE: Final = "live_"  # how keys begin of what is around an area that is saved as one types

# The key that Streamlit's areas take a text at, pressed for whoever pauses. Not while letters are being
# composed, and not before an area that was switched off, its server away, is on again. It stays when the
# page is drawn anew, and stands still where no area is `_LIVE`. Nothing of a user's may get in here.
#
# A link that is pressed while a field holds something new leaves that field and leads away at once. At a
# quick press, or a touch, Streamlit 1.67 sends the new page first and then the field's text with the old
# page, which stays. So the press waits until the text has gone.
_PRESSES: Final = f"""<i hidden></i><script>
if (!window.icpSavesAsOneTypes) {{
  window.icpSavesAsOneTypes = true;
  const waiting = new WeakMap();
  const take = (area) => {{
    if (area.disabled && area.isConnected) wait(area);
    else area.dispatchEvent(
      new KeyboardEvent("keydown", {{key: "Enter", ctrlKey: true, bubbles: true, cancelable: true}}));
  }};
  const wait = (area) => waiting.set(area, setTimeout(take, {_PAUSE}, area));
  const typed = ({{type, target, isComposing}}) => {{
    if (!(target instanceof HTMLTextAreaElement && target.closest("[class*=st-key-{_LIVE}]"))) return;
    clearTimeout(waiting.get(target));
    if (type === "compositionend" || (type === "input" && !isComposing)) wait(target);
  }};
  for (const type of ["input", "compositionstart", "compositionend"])
    document.addEventListener(type, typed);
  let written = null, left = -Infinity;
  document.addEventListener("input", ({{target}}) => {{ written = target; }}, true);
  document.addEventListener("focusout", ({{target, timeStamp}}) => {{
    if (target === written) [written, left] = [null, timeStamp];
  }}, true);
  document.addEventListener("click", (event) => {{
    const link = event.target.closest("a[href]");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || !event.isTrusted || !isPlain || event.timeStamp - left > {_HELD}) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const again = () => link.isConnected ? link :
      [...document.links].find(({{pathname}}) => pathname === link.pathname);
    setTimeout(() => again()?.click(), {_HELD});
  }}, true);
}}
</script>"""


def saving_as_one_types() -> None:
    """Have the page save what is typed into `live` areas; once a page, in the same place."""
    st.html(_PRESSES, unsafe_allow_javascript=True)


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
    with st.container(key=_LIVE + key) if live else nullcontext():
        if area:
            held = st.text_area(label, value, height="content", **options)
        else:
            pause = f"{_PAUSE}ms" if live else False
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

"""From a widget to the profile: every edit of the Builder goes through here.

The profile in `ui.state` is the truth. A quick edit (a weight, a range) redraws the numbers and what
hangs on them, and leaves the profile's own widgets alone; any other edit redraws the page.
"""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from icp_core.errors import ProfileError
from icp_core.profiles.model import Profile
from ui import state
from ui.format import plain
from ui.texts import _

MARKET: Final = "builder_market"
_NOTHING: Final = object()
LISTS: Final = "builder_lists"
PROFILE: Final = "builder_profile"


def apply(profile: Profile, *, quick: bool = False) -> None:
    """Make it the profile, and redraw what it changes; for callbacks.

    Parameters
    ----------
    profile
        A changed copy of the profile of the view.
    quick
        Whether the widget that was used already shows all that changed on the left.
    """
    offered = state.offered()
    state.set_profile(profile)
    if quick and state.offered() == offered:
        st.rerun([MARKET, LISTS])
    st.rerun()


def attempt(change: Callable[[], Profile], *, quick: bool = False, tell: bool = False) -> None:
    """Apply a change unless it makes no valid profile; then the last valid one stays.

    Parameters
    ----------
    change
        Makes the changed profile from what the widgets hold.
    quick
        As in `apply`.
    tell
        Say on top of the page why it was refused; without it the editor does, by `show_refusal`.
    """
    reason = refusal(change)
    if reason is None:
        apply(change(), quick=quick)
    elif tell:
        state.notify(reason)
        st.rerun()


def refusal(change: Callable[[], Profile]) -> str | None:
    """Why a change makes no valid profile; None if it does."""
    try:
        change()
    except ProfileError as error:
        return str(error)
    return None


def show_refusal(change: Callable[[], Profile]) -> None:
    """Say why what the widgets hold is not applied, if it is not."""
    reason = refusal(change)
    if reason is not None:
        st.error(
            plain(reason) + " " + _("The last valid profile stays until then."),
            icon=":material/error:",
        )


def draft(name: str, value: Any, *, incomplete: tuple[Any, ...] = (), given: bool = False) -> str:
    """Key of a widget that edits `value`; it shows the profile's value unless it holds a draft.

    Parameters
    ----------
    name
        Unique on the page.
    value
        What the profile holds.
    incomplete
        Values that no profile can hold (an empty choice); they stay in the widget to be mended.
    given
        Whether the widget is also given the value as its default, which it then begins with.
    """
    key = key_of(name)
    shown = st.session_state.get(key, _NOTHING)
    is_first = shown is _NOTHING
    if not (is_first and given) and shown != value and shown not in incomplete:
        st.session_state[key] = value
    return key


def key_of(name: str) -> str:
    """Key of a widget of the Builder; new whenever the whole profile is replaced."""
    return f"builder_{state.epoch()}_{name}"


def held(name: str) -> Any:
    """What the widget of that name holds.

    Raises
    ------
    ProfileError
        If the widget edited a profile that has been replaced since; its late edit is dropped.
    """
    key = key_of(name)
    if key not in st.session_state:
        raise ProfileError("The profile was replaced while it was being edited. Edit this one.")
    return st.session_state[key]


def edited(name: str, kept: Any, *, shown: Any, read: Callable[[Any], Any]) -> Any:
    """The profile's own value where its widget still shows that, else what the widget holds.

    A widget may show less than a profile holds, a third as 33 %: what nobody touched must not be
    rounded because something beside it was.

    Parameters
    ----------
    name
        Of the widget.
    kept
        What the profile holds.
    shown
        What the widget shows of it.
    read
        From what the widget holds to what the profile would.
    """
    value = held(name)
    return kept if value == shown else read(value)


def open_editor() -> str | None:
    """Name of the criterion whose editor is open."""
    return st.session_state.get(key_of("open"))


def toggle_editor(name: str) -> None:
    """Open the editor of a criterion instead of any other, or close it; for callbacks."""
    st.session_state[key_of("open")] = None if open_editor() == name else name

"""Who sits at which window of the app, and what was drafted there: kept at every change, found again.

A person is the browser that they use, known by a cookie of ours. A seat is one open window of the app;
its name stands in the address, so that a reload, a link to another page and a restarted server lead
back to the same draft, while edits never change the address.
"""

import re
import secrets
from collections.abc import Sequence
from hashlib import blake2b
from threading import Lock
from typing import Final

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from icp_core.errors import WorkspaceError
from icp_core.workspace import Draft
from ui import data

COOKIE: Final = "icp_browser"
KEPT_SECONDS: Final = 365 * 24 * 3600
"""How long a browser is known by its cookie."""

_BYTES: Final = 16  # of chance: 128 bits, which nobody guesses
_NAME: Final = re.compile(r"[\w-]{22}", re.ASCII)
_TAKEN: Final[dict[str, str]] = {}  # which session drafts at which seat
_TAKING: Final = Lock()


def new_name() -> str:
    """A name for a seat or a browser that nobody can guess."""
    return secrets.token_urlsafe(_BYTES)


def is_name(text: object) -> bool:
    """Whether `new_name` may have made it."""
    # Where pages run without a server, what stands for one gives no text for a cookie.
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def person() -> str | None:
    """Who uses this browser, as the workspace keeps it; None for programs without cookies."""
    known = st.context.cookies.get(COOKIE, "")
    # Whoever reads the workspace must not be able to sit down as somebody else.
    return blake2b(known.encode(), digest_size=32).hexdigest() if is_name(known) else None


def can_keep() -> bool:
    """Whether drafts of this browser are kept."""
    return person() is not None and data.remembers()


def drafted(seat: str) -> Draft | None:
    """What was drafted last at a seat, whoever sat there; None if nothing is kept."""
    if not is_name(seat):
        return None
    try:
        return data.workspace().draft(seat)
    except WorkspaceError:
        # The page header says what is wrong with the workspace.
        return None


def last() -> Draft | None:
    """What this person looked at last, edited or not."""
    return next(iter(_drafts()), None)


def recent() -> Sequence[Draft]:
    """What this person drafted and nobody saved, the newest first.

    What is the same as a newer one, on whatever list, is left out, and so is what can be chosen anew.
    """
    same = {
        (one.name, one.starter, one.slug, one.content): one
        for one in reversed(_drafts())
        if one.content is not None
    }
    return sorted(same.values(), key=lambda one: one.touched_at, reverse=True)


def _drafts() -> Sequence[Draft]:
    who = person()
    try:
        return data.workspace().drafts(who) if who else []
    except WorkspaceError:
        return ()


def drop(draft: Draft) -> None:
    """Forget a draft: it is saved."""
    try:
        if person():
            data.workspace().drop_draft(draft)
    except WorkspaceError:
        return


def take(seat: str) -> str:
    """Sit down at a seat, or where another session of ours drafts there now, at a new one."""
    here = _session()
    with _TAKING:
        for name, session in list(_TAKEN.items()):
            if not runtime.get_instance().is_active_session(session):
                del _TAKEN[name]
        if _TAKEN.get(seat, here) != here:
            seat = new_name()
        _TAKEN[seat] = here
    return seat


def keep(draft: Draft) -> WorkspaceError | None:
    """Keep what stands at a seat; why that could not be done, if it could not."""
    try:
        data.workspace().keep_draft(draft)
    except WorkspaceError as error:
        return error
    return None


def name() -> str:
    """The name that this person gave last; blank if none is known."""
    who = person()
    try:
        return data.workspace().name_of(who) if who else ""
    except WorkspaceError:
        return ""


def keep_name(given: str) -> None:
    """Remember the name that this person gave."""
    who = person()
    try:
        if who:
            data.workspace().keep_name(given, person=who)
    except WorkspaceError:
        return


def _session() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""

"""Memory of sessions that ended: given back within a minute, without a pause for the others."""

import asyncio
import ctypes
import gc
import os
from typing import Any, Final

from streamlit import runtime

_EVERY: Final = 5.0
"""Seconds between two looks: with those that a session waits for its browser, well below a minute."""


def begin() -> None:
    """Leave what was made so far (packages, nearly all of it) out of every collection from now on."""
    gc.collect()
    gc.freeze()


async def tidy() -> None:
    """Drop what sessions left behind, for as long as the server runs.

    While anybody is there, only what was made since the last freeze is looked at; when nobody is,
    everything.
    """
    known: frozenset[str] = frozenset()
    while True:
        await asyncio.sleep(_EVERY)
        here = _sessions()
        if known - here:
            collect(everything=not here)
        known = here


def collect(*, everything: bool) -> None:
    """Drop what nobody can reach any more, and give its memory back to the system.

    Parameters
    ----------
    everything
        Whether that which was frozen is looked at too, which takes longer, and what is left is frozen.
    """
    if everything:
        gc.unfreeze()
    gc.collect()
    if everything:
        gc.freeze()
    _give_back()


def _sessions() -> frozenset[str]:
    """Those that are there, or may come back; the others are ended.

    Streamlit itself ends them when the next browser leaves, and lets go of the last one when the next
    one comes. It has no public place to ask.
    """
    manager = runtime.get_instance()._session_mgr
    storage = getattr(manager, "_session_storage", None)
    expired: Any = getattr(getattr(storage, "_cache", None), "expire", tuple)()
    for _id, found in expired:
        found.session.shutdown()
        found.session.session_state.clear()
    return frozenset(found.session.id for found in manager.list_sessions())


def _give_back() -> None:
    """Have the C library return what is free; by itself GNU's keeps blocks of up to 32 MB."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)

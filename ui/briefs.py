"""From a widget to what is said beside the profile: every edit of it goes through here."""

from collections.abc import Callable
from typing import Any

from icp_core.errors import IcpError
from icp_core.profiles.brief import Brief
from ui import state, typed, widgets
from ui.builder.editing import draft, held
from ui.controls import most_letters
from ui.texts import ngettext


def edits(
    name: str, shown: Any, change: Callable[[Brief, Any], Brief], *, typed: bool = False
) -> dict[str, Any]:
    """Key and callback of a widget that shows a part of the brief, and changes that part alone.

    Parameters
    ----------
    name, shown, change
        Of the part: what it is called, what it holds, and what the brief becomes with another.
    typed
        Whether it is a text that is kept as one types.
    """
    name = f"brief_{name}"
    key = draft(name, shown)
    return {
        "key": key,
        "on_change": lambda: put(lambda now: change(now, held(name)), typed=key if typed else None),
    }


def put(change: Callable[[Brief], Brief], *, typed: str | None = None) -> None:
    """Change what is said; for callbacks. Where it cannot be, the last stays, and the page says why.

    Parameters
    ----------
    change
        Gives what is said from what was.
    typed
        As for `state.set_brief`.
    """
    try:
        state.set_brief(change(state.view().brief), typed=typed)
    except IcpError as error:
        widgets.notify(str(error))


def text(brief: Brief, name: str, label: str, *, area: bool = False, **options: Any) -> None:
    """Draw one text of the brief to edit, kept as one types.

    Parameters
    ----------
    brief, name, label
        The brief, the name of its field, and what it is called.
    area
        As of `typed.text_field`.
    options
        For the widget.
    """
    typed.text_field(
        label,
        most=most_letters(Brief, name),
        area=area,
        live=True,
        **edits(
            name, getattr(brief, name), lambda now, to: now.replace(**{name: to or ""}), typed=True
        ),
        **options,
    )


def words(count: int) -> str:
    """`12 words`."""
    return ngettext("{count} word", "{count} words", count).format(count=count)

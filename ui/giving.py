"""Giving accounts to reps, and taking the last change back."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from icp_core.errors import WorkspaceError
from ui import data, state, widgets
from ui.format import number, plain
from ui.texts import ngettext


@dataclass
class _Given:
    """The last change that this session made on a page, to be taken back."""

    change: int = 0
    text: str = ""
    is_plan: bool = False


def give(page: str, owners: Mapping[str, str], text: str) -> bool:
    """Give accounts to their owners and say so; whether it was done. For callbacks.

    Parameters
    ----------
    page
        Whose last change it is.
    owners
        By account_id.
    text
        What was done.
    """
    try:
        change = data.workspace().assign(owners, author=state.author())
    except WorkspaceError as error:
        widgets.notify(str(error))
        return False
    remember(page, change, text)
    return True


def remember(page: str, change: int, text: str, *, is_plan: bool = False) -> None:
    """Say what was given, and keep the way back; for callbacks.

    Parameters
    ----------
    page
        Whose last change it is.
    change
        Its number.
    text
        What was done.
    is_plan
        Whether a saved plan was adopted, so that its record tells when it is taken back.
    """
    given = widgets.own(f"{page}_given", _Given)
    given.change, given.text, given.is_plan = change, text, is_plan
    widgets.confirm(text)


def take_back_button(page: str, label: str) -> None:
    """Draw the way back from the last change of a page, where there is one."""
    given = widgets.own(f"{page}_given", _Given)
    if given.change:
        st.button(
            label,
            icon=":material/undo:",
            type="tertiary",
            help=plain(given.text),
            on_click=_take_back,
            args=(given,),
            key=f"{page}_take_back",
        )


def _take_back(given: _Given) -> None:
    """Have the accounts of the last change stand as before."""
    try:
        workspace = data.workspace()
        back = workspace.take_plan_back if given.is_plan else workspace.take_back
        count = back(given.change, author=state.author())
    except WorkspaceError as error:
        widgets.notify(str(error))
        return
    given.change, given.text, given.is_plan = 0, "", False
    widgets.confirm(
        ngettext(
            "{count} account stands as before.", "{count} accounts stand as before.", count
        ).format(count=number(count))
    )

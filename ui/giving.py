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
    given = widgets.own(f"{page}_given", _Given)
    given.change, given.text = change, text
    widgets.confirm(text)
    return True


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
        count = data.workspace().take_back(given.change, author=state.author())
    except WorkspaceError as error:
        widgets.notify(str(error))
        return
    given.change, given.text = 0, ""
    widgets.confirm(
        ngettext(
            "{count} account stands as before.", "{count} accounts stand as before.", count
        ).format(count=number(count))
    )

"""Giving accounts to reps, and taking the last change back, in any session."""

from collections.abc import Mapping

import streamlit as st

from icp_core.analysis.listing import Wanted
from icp_core.errors import WorkspaceError
from icp_core.views import MarketView
from icp_core.workspace import GivenAs, SavedGiving
from ui import data, state, widgets
from ui.format import moment, number, plain
from ui.texts import _, ngettext


def give(owners: Mapping[str, str], text: str, *, given_as: GivenAs) -> bool:
    """Give accounts to their owners and say so; whether it was done. For callbacks.

    Parameters
    ----------
    owners
        By account_id.
    text
        What was done.
    given_as
        Under which it is offered to be taken back.
    """
    try:
        data.workspace().assign(owners, author=state.author(), given_as=given_as)
    except WorkspaceError as error:
        widgets.notify(str(error))
        return False
    widgets.confirm(text)
    return True


def take_back_button(market: MarketView, given_as: GivenAs, label: str, *, key: str) -> None:
    """Draw the way back from what was given last in a list, by whomever and whenever.

    Parameters
    ----------
    market
        Of the list; what was given of other lists only is not offered.
    given_as
        What is looked for.
    label, key
        Of the button.
    """
    last = _last(market, given_as)
    if last is None:
        return
    st.button(
        label,
        icon=":material/undo:",
        type="tertiary",
        help=_("The accounts stand as before, but for those that somebody changed since."),
        on_click=_take_back,
        args=(last,),
        key=key,
    )
    st.caption(plain(_told(last)), width="content")


def _last(market: MarketView, given_as: GivenAs) -> SavedGiving | None:
    """What was given last of a list's accounts and is not all changed since."""
    try:
        found = data.givings(given_as)
    except WorkspaceError:
        # The header says why.
        return None
    return next(
        (one for one in found if len(market.account_ids(Wanted(state="any", among=one.standing)))),
        None,
    )


def _told(one: SavedGiving) -> str:
    """When, by whom, and how many."""
    accounts = ngettext("{count} account", "{count} accounts", one.accounts).format(
        count=number(one.accounts)
    )
    parts = [moment(one.given_at), one.author, accounts]
    changed = one.accounts - len(one.standing)
    if changed:
        parts.append(
            ngettext("{count} changed since", "{count} changed since", changed).format(
                count=number(changed)
            )
        )
    return " · ".join(parts)


def _take_back(one: SavedGiving) -> None:
    """Have the accounts of a change stand as before."""
    try:
        workspace = data.workspace()
        back = workspace.take_plan_back if one.adopted else workspace.take_back
        count = back(one.change, author=state.author())
    except WorkspaceError as error:
        widgets.notify(str(error))
        return
    if not count:
        widgets.notify(_("Nothing is left of it to be taken back."))
        return
    text = ngettext(
        "{count} account stands as before.", "{count} accounts stand as before.", count
    ).format(count=number(count))
    kept = one.accounts - count
    if kept:
        text += " " + ngettext(
            "{count} was changed by somebody since and stays as it is.",
            "{count} were changed by somebody since and stay as they are.",
            kept,
        ).format(count=number(kept))
    widgets.confirm(text)

"""Deciding on accounts, one or many: verified, excluded, wrong data, a note, an owner, a territory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.errors import IcpError
from icp_core.views import MarketView
from icp_core.workspace import NOBODY, CustomerMark, Status
from icp_core.workspace.database import MAX_NOTE, MAX_REASON
from ui import data, state, theme, typed, widgets
from ui.controls import one_of
from ui.format import moment, number, plain
from ui.texts import _, ngettext

MOST: Final = 250_000
"""A decision on more accounts than this is a slip more often than a decision."""
SURE_FROM: Final = 1_000
"""A decision on more accounts than this asks again."""

_AS_LISTED: Final = "(as listed)"
_SPINNER_FROM: Final = 5_000  # accounts; fewer are saved before a spinner could be read


def status_name(status: str) -> str:
    """Where an account stands."""
    return {
        Status.OPEN: _("Undecided"),
        Status.VERIFIED: _("Verified"),
        Status.EXCLUDED: _("Excluded"),
        Status.WRONG_DATA: _("Wrong data"),
    }[Status(status)]


def mark_name(mark: str) -> str:
    """Whether an account is a customer, as somebody marked it."""
    return {
        CustomerMark.AS_LISTED: _("As the list says"),
        CustomerMark.YES: _("Customer"),
        CustomerMark.NO: _("Not a customer"),
    }[CustomerMark(mark)]


def usual_reasons() -> tuple[str, ...]:
    """Why accounts are left out most often."""
    return (
        _("Already a customer"),
        _("Competitor"),
        _("Belongs to a group we serve"),
        _("Closed down"),
        _("Bad payer"),
        _("Asked not to be contacted"),
    )


@dataclass(frozen=True)
class Decision:
    """What the fields hold; None leaves that part as it is."""

    status: Status | None = None
    detail: str = ""
    note: str | None = None
    owner: str | None = None
    territory: str | None = None
    customer: CustomerMark | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be decided."""
        parts = (self.status, self.note, self.owner, self.territory, self.customer)
        return all(one is None for one in parts)


@dataclass(frozen=True)
class Choices:
    """Names that are offered; others can be typed.

    Attributes
    ----------
    owners
        Who may get an account: the reps of the team, then whoever owns some.
    territories
        Those that some account lies in.
    """

    owners: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()


def fields(
    key: str,
    *,
    decided: Mapping[str, Any] | None = None,
    owner: str | None = None,
    territory: str | None = None,
    choices: Choices = Choices(),
    can_mark: bool,
) -> Decision:
    """Draw the fields of a decision.

    Parameters
    ----------
    key
        Begins the keys of the widgets.
    decided
        Where the one account stands, to begin with (a row of `Workspace.decisions`); then a blank
        note clears. None for many accounts; then blank leaves as it is.
    owner, territory
        Who has the one account now, and where it lies.
    choices
        Names to choose from.
    can_mark
        Whether customers can be marked: not where accounts stay in their engine.
    """
    before = decided or {}
    status = st.segmented_control(
        _("Decision"),
        list(Status),
        format_func=status_name,
        default=before.get("status", Status.OPEN) if decided is not None else None,
        required=decided is not None,
        key=f"{key}_status",
    )
    detail: str | None = ""
    if status == Status.EXCLUDED:
        earlier = before.get("detail", "") if before.get("status") == Status.EXCLUDED else ""
        options = list(dict.fromkeys((*usual_reasons(), *([earlier] if earlier else []))))
        detail = st.selectbox(
            _("Why is it left out?"),
            options,
            index=options.index(earlier) if earlier else None,
            accept_new_options=True,
            placeholder=_("Choose a reason or type one"),
            key=f"{key}_reason",
        )
    elif status == Status.WRONG_DATA:
        detail = typed.text_field(
            _("What is right?"),
            before.get("detail", "") if before.get("status") == Status.WRONG_DATA else "",
            most=MAX_REASON,
            placeholder=_("Such as: 120 employees since the merger"),
            key=f"{key}_right",
        )
    mark = None
    if can_mark:
        mark = st.segmented_control(
            _("Customer"),
            list(CustomerMark),
            format_func=mark_name,
            default=before.get("customer", "") if decided is not None else None,
            required=decided is not None,
            help=_("A mark holds in every list and goes before what the list says."),
            key=f"{key}_customer",
        )
    with st.container(horizontal=True):
        with st.container(gap="xxsmall"):
            note = typed.text_field(
                _("Note"), before.get("note", ""), most=MAX_NOTE, key=f"{key}_note"
            )
        given = _owner(key, before.get("owner", ""), owner, choices.owners, one=decided is not None)
        place = _territory(
            key,
            before.get("territory", ""),
            territory,
            choices.territories,
            one=decided is not None,
        )
    if note is None or (detail is None and status == Status.WRONG_DATA):
        # Too long: nothing is decided until it fits.
        return Decision()
    if decided is None:
        return Decision(status, detail or "", note or None, given, place, mark)
    return Decision(
        None
        if status == before.get("status", Status.OPEN) and detail == before.get("detail", "")
        else status,
        detail or "",
        None if note == before.get("note", "") else note,
        given,
        place,
        None if mark == before.get("customer", "") else mark,
    )


def _owner(
    key: str, decided: str, owner: str | None, owners: Sequence[str], *, one: bool
) -> str | None:
    """Draw who owns the accounts; None where that is to stay as it is."""
    names = [NOBODY, *dict.fromkeys(name for name in (owner, *owners) if name)]
    if decided or not one:
        names.insert(1, _AS_LISTED)
    now = names.index(owner) if owner else 0 if decided == NOBODY else None
    chosen = st.selectbox(
        _("Owner"),
        names,
        index=now,
        format_func=lambda name: {
            NOBODY: _("Nobody"),
            _AS_LISTED: _("As the list says"),
        }.get(name, name),
        accept_new_options=True,
        placeholder=_("Nobody") if one else _("As it is"),
        help=_("Who in the team has the account; it holds in every list."),
        width=220,
        key=f"{key}_owner",
    )
    if chosen is None or chosen == (owner or (NOBODY if one and decided == NOBODY else None)):
        return None
    if chosen == _AS_LISTED and one and not decided:
        # It does already, since the field was saved.
        return None
    return "" if chosen == _AS_LISTED else chosen.strip()


def _territory(
    key: str, decided: str, territory: str | None, territories: Sequence[str], *, one: bool
) -> str | None:
    """Draw where the accounts lie; None where that is to stay as it is."""
    names = list(dict.fromkeys(name for name in (territory, *territories) if name))
    now = names.index(territory) if territory else None
    if decided or not one:
        names.append(_AS_LISTED)
    chosen = st.selectbox(
        _("Territory"),
        names,
        index=now,
        format_func=lambda name: _("As the list says") if name == _AS_LISTED else name,
        accept_new_options=True,
        placeholder=_("None") if one else _("As it is"),
        help=_("The sales territory; choose one or type a new one. It holds in every list."),
        width=220,
        key=f"{key}_territory",
    )
    if chosen is None or chosen == territory or (chosen == _AS_LISTED and one and not decided):
        return None
    return "" if chosen == _AS_LISTED else chosen.strip()


def choices(market: MarketView) -> Choices:
    """The reps of the team and whoever owns accounts, and the territories that there are."""
    can_ask = "filters" in market.supports
    owners, territories = (
        sorted(market.values(column), key=str.casefold) if can_ask else ()
        for column in ("owner", "territory")
    )
    return Choices(
        tuple(dict.fromkeys((*state.team_plan().team.names, *owners))), tuple(territories)
    )


def save(ids: Sequence[str], decision: Decision) -> bool:
    """Decide on accounts and leave a message; an error is shown here, and then nothing is saved.

    Returns
    -------
    bool
        Whether it was saved.
    """
    try:
        if len(ids) >= _SPINNER_FROM:
            with st.spinner(_("Saving {count} decisions").format(count=number(len(ids)))):
                saved = _decide(ids, decision)
        else:
            saved = _decide(ids, decision)
    except IcpError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return False
    widgets.confirm(
        ngettext("Saved for {count} account.", "Saved for {count} accounts.", saved).format(
            count=number(saved)
        )
    )
    return True


def _decide(ids: Sequence[str], decision: Decision) -> int:
    detail = decision.detail if decision.status is not None else ""
    return data.workspace().decide(
        ids,
        author=state.author(),
        status=decision.status,
        detail=detail,
        note=decision.note,
        owner=decision.owner,
        territory=decision.territory,
        customer=decision.customer,
    )


def on_many(
    selected: Sequence[str],
    *,
    total: int,
    all_ids: Callable[[], pl.Series],
    can_mark: bool,
    offered: Choices = Choices(),
) -> None:
    """Open the dialog that decides on the selected accounts, or on all of the list.

    Parameters
    ----------
    selected
        Ids of the selected accounts; may be empty.
    total
        Accounts on the list.
    all_ids
        Gives the ids of them all.
    can_mark
        As for `fields`.
    offered
        Names to choose from.
    """
    st.dialog(
        _("Set status, owner, territory or customer"),
        width="medium",
        icon=":material/fact_check:",
        on_dismiss=widgets.close_dialog,
    )(_on_many)(selected, total, all_ids, can_mark, offered)


def _on_many(
    selected: Sequence[str],
    total: int,
    all_ids: Callable[[], pl.Series],
    can_mark: bool,
    offered: Choices,
) -> None:
    names = {}
    if selected:
        names["selected"] = _("The {count} selected").format(count=number(len(selected)))
    if total:
        names["all"] = _("All {count} on the list").format(count=number(total))
    scope = one_of(_("Accounts"), names, labelled=True, key="many_scope")
    count = len(selected) if scope == "selected" else total
    decision = fields("many", can_mark=can_mark, choices=offered)
    if count > MOST:
        st.error(
            _(
                "{count} accounts are more than the {most} that one decision can be on. Narrow the "
                "list with its filters, or change the profile instead."
            ).format(count=number(count), most=number(MOST)),
            icon=":material/block:",
        )
    sure = count <= SURE_FROM or st.checkbox(
        _("Yes, decide on all {count} of them").format(count=number(count)), key="many_sure"
    )
    if st.button(
        ngettext("Save for {count} account", "Save for {count} accounts", count).format(
            count=number(count)
        ),
        type=theme.emphasis(),
        disabled=decision.is_empty or not sure or count > MOST,
        key="many_save",
    ):
        ids = selected if scope == "selected" else all_ids().to_list()
        if save(ids, decision):
            widgets.close_dialog()
            st.rerun()
    st.caption(
        _(
            "Blank fields leave notes, owners and territories as they are. All are saved together, or "
            "none."
        )
    )


def history_table(history: pl.DataFrame) -> None:
    """Draw how an account came to stand where it stands, newest first."""
    if history.is_empty():
        st.caption(_("Nobody has decided anything on this account yet."))
        return
    st.table(
        {
            _("When"): [moment(when) for when in history["decided_at"]],
            _("Who"): [plain(who) for who in history["author"]],
            _("Decision"): [
                plain(status_name(row["status"]) + (f": {row['detail']}" if row["detail"] else ""))
                for row in history.iter_rows(named=True)
            ],
            _("Note"): [plain(note) for note in history["note"]],
            _("Owner"): [
                plain(_("Nobody") if owner == NOBODY else owner) for owner in history["owner"]
            ],
            _("Territory"): [plain(territory) for territory in history["territory"]],
            _("Customer"): [plain(mark_name(mark)) if mark else "" for mark in history["customer"]],
        },
        border="horizontal",
        hide_index=True,
    )

"""Plans that were saved: listed, side by side, opened again, adopted later, put away and taken out."""

from collections.abc import Mapping
from typing import Final, TypeVar

import polars as pl
import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.errors import IcpError, PlanError, WorkspaceError
from icp_core.territories.plan import TerritoryPlan, today
from icp_core.territories.saved import KeptPlan, reopened
from icp_core.territories.team import team_for
from icp_core.views import MarketView
from icp_core.workspace import SavedAdoption, SavedPlan
from ui import data, headline, widgets
from ui.controls import section
from ui.format import moment, percent, plain
from ui.tables import Field, Table
from ui.territories import adopting, beside, crm_files, keeping, parts
from ui.territories.beside import Side
from ui.territories.keeping import kept_here, label
from ui.texts import _

CHOSEN: Final = "territories_saved"
BESIDE: Final = "territories_beside"
_ARCHIVED: Final = "territories_archived"
_Key = TypeVar("_Key", int, str)
_PLAN: Final = "plan"
_TODAY: Final = "today"
_MOST_SHOWN: Final = 6  # plans in the table before it scrolls


# Opening one again.


def opened(market: MarketView, plan: TeamPlan) -> TerritoryPlan | None:
    """The saved plan that the page is to show, over the accounts and the team of today.

    Raises
    ------
    WorkspaceError, PlanError
        If it is no longer what was saved, a newer program saved it, or nobody is left to plan for.
    """
    session = kept_here()
    if session.opened is None:
        return None
    asked = (session.opened.id, market.population, market.profile, plan)
    if session.plan is None or session.made[1] is not asked[1] or session.made != asked:
        kept = session.opened.kept
        wishes, locks = kept.asked(team_for(plan, market.population))
        planning = market.planning(plan, wishes=wishes, locks=locks)
        accounts = data.workspace().planned_accounts(session.opened)
        session.plan, session.made = reopened(kept, accounts, planning), asked
    return session.plan


def is_open() -> bool:
    """Whether a saved plan is looked at."""
    return kept_here().opened is not None


def show(market: MarketView, plan: TeamPlan) -> None:
    """Draw the page of the saved plan that is looked at."""
    session = kept_here()
    saved = session.opened
    if saved is None:
        return
    found: TerritoryPlan | None = None
    try:
        found = opened(market, plan)
        kept = saved.kept
    except IcpError as error:
        st.warning(plain(str(error)), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(plain(label(saved)), width="content")
        if found is not None and kept.figures.get("gap") is not None:
            st.badge(
                _("At most {gap} above the best, when saved").format(
                    gap=percent(kept.figures["gap"] or 0.0, digits=2)
                ),
                icon=":material/verified:",
                color="gray",
            )
        st.button(
            _("Back to planning"),
            icon=":material/arrow_back:",
            on_click=_close,
            key="territories_back",
        )
        if found is not None:
            parts.files(found, market)
            crm_files.button()
            adopting.button(saved, key="territories_adopt_opened")
        parts.take_back(market)
    _told(saved)
    if found is None:
        return
    now = today(found.planning)
    headline.cards(parts.figures(found, now, market.profile.currency))
    with st.container(border=True, gap="xsmall"):
        parts.reps(found, now, market)
    with st.container(border=True, gap="small"):
        parts.moves(found, market, decides=False)


def _told(saved: SavedPlan) -> None:
    st.caption(
        plain(
            _("Saved by {author} on {moment}.").format(
                author=saved.author, moment=moment(saved.saved_at)
            )
            + (f" “{saved.why}”" if saved.why else "")
        )
    )
    st.caption(
        _(
            "Its reps over the accounts, hours and owners of today. Accounts that came since stay with "
            "whom they have."
        )
    )


def _open(saved: SavedPlan) -> None:
    session = kept_here()
    session.opened, session.based, session.plan = saved, saved, None


def _close() -> None:
    session = kept_here()
    session.opened = session.plan = None


# The list, and two of them side by side.


def part(found: TerritoryPlan | None, market: MarketView) -> None:
    """Draw the saved plans, and what can be done with them.

    Parameters
    ----------
    found
        The plan that the page shows; None where that is a saved one.
    market
        Its market.
    """
    try:
        every = data.saved_plans()
        adopted = {one.version_id: one for one in reversed(data.workspace().adoptions())}
    except WorkspaceError:
        # The header says why.
        return
    some_away = any(one.archived for one in every)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(_("Saved plans"), width="content")
        away = some_away and st.toggle(_("Archived plans too"), key=_ARCHIVED)
    versions = {one.id: one for one in every if away or not one.archived}
    if not versions:
        st.caption(
            _(
                "Nothing is saved yet. *Save the plan* keeps who gets what under a name, to be laid "
                "beside others and adopted later."
            )
        )
        return
    _list(list(versions.values()), adopted)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        session = kept_here()
        if session.chosen is not None:
            widgets.set_kept(CHOSEN, session.chosen)
            session.chosen = None
        chosen = versions[
            _choice(_("Plan"), CHOSEN, {key: label(one) for key, one in versions.items()})
        ]
        others = {_TODAY: _("Owners of today")}
        if found is not None:
            others = {_PLAN: _("The plan above, not saved"), **others}
        others |= {str(key): label(one) for key, one in versions.items() if one is not chosen}
        other_key = _choice(_("Beside"), BESIDE, others)
        if kept_here().opened is not chosen:
            st.button(
                _("Open"),
                icon=":material/folder_open:",
                help=_("Shows it on this page as it was saved; nothing is searched for."),
                on_click=_open,
                args=(chosen,),
                key="territories_open",
            )
        adopting.button(chosen, key="territories_adopt_chosen")
        st.button(
            _("Take out of the archive") if chosen.archived else _("Archive"),
            icon=":material/unarchive:" if chosen.archived else ":material/archive:",
            type="tertiary",
            help=_("With all its versions. Nothing is deleted."),
            on_click=_archive,
            args=(chosen,),
            key="territories_archive",
        )
    try:
        one = beside.side_of(chosen)
        other = _other(other_key, versions, found, market)
    except IcpError as error:
        st.warning(plain(str(error)), icon=":material/error:")
        return
    beside.draw(one, other)


def _choice(title: str, key: str, names: Mapping[_Key, str]) -> _Key:
    """Draw one of some versions to choose; a choice that is gone begins anew."""
    if widgets.now(key) not in names:
        widgets.set_kept(key, next(iter(names)))
    chosen: _Key = st.selectbox(
        title, list(names), format_func=names.__getitem__, width=240, key=key
    )
    return chosen


def list_data(versions: list[SavedPlan], adopted: Mapping[int, SavedAdoption]) -> pl.DataFrame:
    """Saved plans as rows; one that cannot be read has its name and who saved it."""
    rows = []
    for one in versions:
        try:
            kept: KeptPlan | None = one.kept
        except IcpError:
            kept = None
        figures = kept.figures if kept else {}
        low, high = kept.potential if kept else (None, None)
        record = adopted.get(one.id)
        rows.append(
            {
                "name": label(one) + (f" ({_('archived')})" if one.archived else ""),
                "why": one.why,
                "list": kept.list_label if kept else _("cannot be read"),
                "gap": figures.get("gap"),
                "travel_hours": figures.get("travel_hours"),
                "km": figures.get("km"),
                "moved": figures.get("moved"),
                "low": low,
                "high": high,
                "author": one.author,
                "saved_at": moment(one.saved_at),
                "adopted": _adopted(record) if record else "",
            }
        )
    texts = dict.fromkeys(("name", "why", "list", "author", "saved_at", "adopted"), pl.String)
    numbers = dict.fromkeys(("gap", "travel_hours", "km", "moved", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides={**texts, **numbers}, strict=False)


def _adopted(record: SavedAdoption) -> str:
    if record.taken_back_at is not None:
        return _("taken back {moment}").format(moment=moment(record.taken_back_at))
    return _("{moment}, {author}").format(moment=moment(record.adopted_at), author=record.author)


def _list(versions: list[SavedPlan], adopted: Mapping[int, SavedAdoption]) -> None:
    Table(
        list_data(versions, adopted),
        (
            Field("name", _("Plan"), pinned=True),
            Field("gap", _("Above the best, at most"), "share", digits=2),
            Field("travel_hours", _("Hours on the way"), "number", digits=0),
            Field("km", _("Km"), "number", digits=0),
            Field("moved", _("Accounts that change rep"), "number", digits=0),
            Field("low", _("Potential, least"), "number", digits=0),
            Field("high", _("Most"), "number", digits=0),
            Field("saved_at", _("Saved")),
            Field("author", _("By")),
            Field("why", _("Note"), width="medium"),
            Field("adopted", _("Adopted")),
            Field("list", _("Accounts of")),
        ),
    ).draw(height="content" if len(versions) <= _MOST_SHOWN else 260, key="territories_saved_table")


def _other(
    key: str, versions: Mapping[int, SavedPlan], found: TerritoryPlan | None, market: MarketView
) -> Side:
    if key == _PLAN and found is not None:
        return beside.side_of_plan(_("The plan above"), found, market)
    if key == _TODAY:
        base = found if found is not None else kept_here().plan
        if base is None:
            raise PlanError(
                _("The owners of today cannot be laid beside it: nobody is in the team.")
            )
        return beside.side_of_plan(_("Owners of today"), today(base.planning), market)
    return beside.side_of(versions[int(key)])


def _archive(saved: SavedPlan) -> None:
    try:
        data.workspace().archive_plan(saved.slug, archived=not saved.archived)
    except WorkspaceError as error:
        widgets.notify(str(error))
        return
    text = _("{name} is back in the list.") if saved.archived else _("{name} is archived.")
    widgets.confirm(text.format(name=saved.name))


def dialog(found: TerritoryPlan | None, market: MarketView, plan: TeamPlan) -> bool:
    """Draw the dialog that is open, if it is one of these; whether it is."""
    which = widgets.open_now()
    shown = found if found is not None else kept_here().plan
    if which == crm_files.DIALOG and shown is not None:
        crm_files.dialog(shown, market)
        return True
    if which == keeping.DIALOG and found is not None:
        st.dialog(_("Save the plan"), on_dismiss=widgets.close_dialog)(keeping.form)(
            found, today(found.planning), market
        )
        return True
    saved = adopting.chosen()
    if which == adopting.DIALOG and saved is not None:
        st.dialog(
            _("Adopt {plan}").format(plan=plain(label(saved))),
            width="large",
            on_dismiss=widgets.close_dialog,
        )(adopting.form)(saved, market, plan)
        return True
    return False

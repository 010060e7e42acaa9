"""Saving the plan under a name, and what to do when somebody else saved first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import polars as pl
import streamlit as st

from icp_core.errors import WorkspaceError
from icp_core.territories.plan import TerritoryPlan
from icp_core.territories.saved import KeptPlan, accounts_kept
from icp_core.views import MarketView
from icp_core.workspace import PlanConflictError, SavedPlan, slug_of
from icp_core.workspace.database import MAX_NAME, MAX_REASON
from ui import data, saving, state, theme, widgets
from ui.format import moment, plain
from ui.texts import _
from ui.typed import text_field

DIALOG: Final = "territories_save"


@dataclass
class SavedSession:
    """What this session does with saved plans.

    Attributes
    ----------
    opened
        The version that the page shows in place of a plan of today.
    based
        The version that was saved or opened last: the next one is made from it.
    chosen
        Key of the version that was saved a moment ago, to be chosen in the list.
    conflict
        What somebody else saved meanwhile.
    made
        The plan over the accounts of today, and what it was made for.
    """

    opened: SavedPlan | None = None
    based: SavedPlan | None = None
    chosen: int | None = None
    conflict: SavedPlan | None = None
    made: tuple[object, ...] = field(default=(), repr=False)
    plan: TerritoryPlan | None = field(default=None, repr=False)


def kept_here() -> SavedSession:
    """The saved plans of this session."""
    return widgets.own("saved_plans", SavedSession)


def label(saved: SavedPlan) -> str:
    """A version as a choice."""
    return saving.version_label(saved.name, saved.number)


def button() -> None:
    """Draw the button that opens the dialog to save the plan."""
    st.button(
        _("Save the plan"),
        icon=":material/save:",
        help=_("Under a name, as a version, for the whole team: to compare, and to adopt later."),
        disabled=not data.remembers(),
        on_click=_ask,
        key=DIALOG,
    )


def _ask() -> None:
    kept_here().conflict = None
    widgets.open_dialog(DIALOG)


def form(found: TerritoryPlan, now: TerritoryPlan, market: MarketView) -> None:
    """Draw what the dialog to save a plan asks."""
    session = kept_here()
    based = session.based
    name = text_field(
        _("Name"),
        based.name if based else "",
        most=MAX_NAME,
        placeholder=_("Spring, two more reps"),
        key="territories_save_name",
    )
    as_new = based is None or st.toggle(
        _("As a new plan"),
        key="territories_save_new",
        help=_("Otherwise it becomes the next version of {name}.").format(name=plain(based.name)),
    )
    why = text_field(
        _("Note"),
        placeholder=_("What is special about it"),
        most=MAX_REASON,
        key="territories_save_why",
    )
    author = text_field(
        _("Your name"), state.author(), most=MAX_NAME, key="territories_save_author"
    )
    if name is None or why is None or author is None:
        return
    slug = slug_of(name) if as_new or based is None else based.slug
    base = 0 if as_new or based is None else based.number
    save = partial(_save, found, now, market, name=name, why=why, author=author, slug=slug)
    lacks = not (name.strip() and author.strip())
    slot = st.empty()
    if not _is_overtaken(slug) and slot.button(
        _("Save"),
        type=theme.emphasis(),
        icon=":material/save:",
        disabled=lacks,
        key="territories_save_now",
    ):
        save(based_on=base)
    newest = session.conflict
    if newest is not None and _is_overtaken(slug):
        slot.empty()
        _overtaken(newest, save, is_new=not base)
    if lacks:
        st.caption(_("A plan needs a name, and who saves it."))


def _is_overtaken(slug: str) -> bool:
    newest = kept_here().conflict
    return newest is not None and newest.slug == slug


def _overtaken(newest: SavedPlan, save: Callable[..., None], *, is_new: bool) -> None:
    said = f" “{newest.why}”" if newest.why else ""
    text = (
        _("There is a plan {name} already: {author} saved version {number} on {moment}.{said}")
        if is_new
        else _("{author} saved version {number} of {name} on {moment}.{said}")
    ).format(
        author=newest.author,
        number=newest.number,
        name=newest.name,
        moment=moment(newest.saved_at),
        said=said,
    )
    st.warning(plain(f"{text} {_('Nothing of yours was saved or lost.')}"), icon=":material/group:")
    if st.button(
        _("Save mine as version {number}").format(number=newest.number + 1),
        type=theme.emphasis(),
        key="territories_save_next",
    ):
        save(based_on=newest.number)
    st.caption(_("Or give yours another name and save it as a new plan."))


def _save(
    found: TerritoryPlan,
    now: TerritoryPlan,
    market: MarketView,
    *,
    name: str,
    why: str,
    author: str,
    slug: str,
    based_on: int,
) -> None:
    session = kept_here()
    state.set_author(author)
    try:
        saved = data.workspace().save_plan(
            kept_of(found, now, market),
            accounts_kept(found, owners_of(market)),
            name=name,
            author=author,
            why=why,
            based_on=based_on,
            slug=slug,
        )
    except PlanConflictError as error:
        session.conflict = error.newest
        return
    except WorkspaceError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    session.based, session.conflict = saved, None
    session.chosen = saved.id
    widgets.close_dialog()
    widgets.confirm(
        _("Saved as version {number} of {name}.").format(number=saved.number, name=saved.name)
    )
    st.rerun()


def kept_of(found: TerritoryPlan, now: TerritoryPlan, market: MarketView) -> KeptPlan:
    """What is saved of a plan of a market."""
    return KeptPlan.of(
        found,
        now,
        list_name=market.population.name,
        list_label=market.population.label,
        profile=market.profile.name,
        currency=market.profile.currency,
        fictional=market.population.fictional,
    )


def owners_of(market: MarketView) -> pl.DataFrame:
    """account_id and owner of every account of the list, as it is and somebody decided."""
    frame = market.accounts().frame
    owner = pl.col("owner") if "owner" in frame.columns else pl.lit(None, dtype=pl.String)
    return frame.lazy().select("account_id", owner.cast(pl.String).alias("owner")).collect()

"""Adopting a saved plan later: what has changed since is told first, and nothing is lost."""

from dataclasses import dataclass
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.errors import IcpError, WorkspaceError
from icp_core.territories.saved import Adoption, adoption
from icp_core.territories.team import team_for
from icp_core.views import MarketView
from icp_core.workspace import SavedPlan
from icp_core.workspace.database import MAX_NAME
from ui import data, state, theme, widgets
from ui.format import number, plain
from ui.tables import Field, Table
from ui.territories.keeping import label, owners_of
from ui.texts import _, ngettext
from ui.typed import text_field

DIALOG: Final = "territories_adopt_saved"
_SHOWN: Final = 100  # accounts told one by one; the counts are of all


def button(saved: SavedPlan, *, key: str) -> None:
    """Draw the button that tells what adopting a saved plan would do, and does it."""
    st.button(
        _("Adopt …"),
        icon=":material/done_all:",
        help=_("First tells what has changed since it was saved; it can be taken back."),
        on_click=_ask,
        args=(saved,),
        key=key,
    )


@dataclass
class _Asked:
    """Which plan is about to be adopted."""

    saved: SavedPlan | None = None


def _asked() -> _Asked:
    return widgets.own("territories_adopting", _Asked)


def chosen() -> SavedPlan | None:
    """The plan that is about to be adopted."""
    return _asked().saved


def _ask(saved: SavedPlan) -> None:
    _asked().saved = saved
    widgets.open_dialog(DIALOG)


def form(saved: SavedPlan, market: MarketView, plan: TeamPlan) -> None:
    """Draw what the dialog tells before a plan is adopted."""
    try:
        accounts = data.workspace().planned_accounts(saved)
        found = adoption(
            accounts,
            owners_of(market),
            team_for(plan, market.population),
            market.planning(plan).accounts["account_id"],
        )
        kept = saved.kept
    except IcpError as error:
        st.warning(plain(str(error)), icon=":material/error:")
        return
    if kept.list_name != market.population.name:
        st.warning(
            plain(
                _("It was made of the accounts of {made}, and these are those of {here}.").format(
                    made=kept.list_label, here=market.population.label
                )
            ),
            icon=":material/list_alt:",
        )
    for line in told(found):
        st.markdown(f"- {plain(line)}")
    too = bool(found.changed.height) and st.checkbox(
        _("Give their planned reps also those that somebody gave to others since"),
        key="territories_adopt_changed",
    )
    owners = found.owners(changed_too=too)
    _listed(found, market)
    author = text_field(
        _("Your name"),
        state.author(),
        most=MAX_NAME,
        on_change=lambda: state.set_author(widgets.now("territories_adopt_author")),
        key="territories_adopt_author",
    )
    if st.button(
        ngettext(
            "Give {count} account its planned rep",
            "Give {count} accounts their planned reps",
            len(owners),
        ).format(count=number(len(owners))),
        type=theme.emphasis(),
        icon=":material/done_all:",
        disabled=not owners or author is None,
        key="territories_adopt_now",
    ):
        try:
            data.workspace().adopt_plan(saved, owners, author=state.author())
        except WorkspaceError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        text = ngettext(
            "{count} account has the rep of {plan} now.",
            "{count} accounts have the reps of {plan} now.",
            len(owners),
        ).format(count=number(len(owners)), plan=label(saved))
        widgets.confirm(text)
        widgets.close_dialog()
        st.rerun()


def told(found: Adoption) -> list[str]:
    """What adopting would do, a sentence each; every account of the plan is counted once."""
    lines = [
        ngettext(
            "{count} account gets its planned rep.",
            "{count} accounts get their planned reps.",
            found.given.height,
        ).format(count=number(found.given.height))
    ]
    for count, text in (
        (
            found.there,
            ngettext(
                "{count} account has its planned rep already.",
                "{count} accounts have their planned rep already.",
                found.there,
            ),
        ),
        (
            found.changed.height,
            ngettext(
                "{count} account was given to somebody else since it was saved: it stays there.",
                "{count} accounts were given to somebody else since it was saved: they stay there.",
                found.changed.height,
            ),
        ),
        (
            found.gone.height,
            ngettext(
                "{count} account is not in the list any more: nothing happens to it.",
                "{count} accounts are not in the list any more: nothing happens to them.",
                found.gone.height,
            ),
        ),
        (
            found.left.height,
            ngettext(
                "{count} account is planned for a rep who left the team: it stays with its owner.",
                "{count} accounts are planned for reps who left the team: they stay with their owners.",
                found.left.height,
            ),
        ),
        (
            found.nobody,
            ngettext(
                "{count} account has no rep in the plan: it stays with its owner.",
                "{count} accounts have no rep in the plan: they stay with their owners.",
                found.nobody,
            ),
        ),
        (
            found.fresh,
            ngettext(
                "{count} matching account came since: it stays with its owner.",
                "{count} matching accounts came since: they stay with their owners.",
                found.fresh,
            ),
        ),
    ):
        if count:
            lines.append(text.format(count=number(count)))
    return lines


def _listed(found: Adoption, market: MarketView) -> None:
    """Draw who is not simply given: given to others since, gone, or planned for who has left."""
    rows = pl.concat(
        [
            found.changed.select(
                "name", "owner", "after", what=pl.lit(_("given to somebody since"))
            ),
            found.left.select("name", "owner", "after", what=pl.lit(_("its rep left the team"))),
            found.gone.select(
                "name",
                pl.lit(None, dtype=pl.String).alias("owner"),
                "after",
                what=pl.lit(_("not in the list any more")),
            ),
        ]
    )
    if rows.is_empty():
        return
    Table(
        rows.head(_SHOWN),
        (
            Field("name", _("Account"), width="medium", pinned=True),
            Field("owner", _("Owner today")),
            Field("after", _("Planned")),
            Field("what", _("Since")),
        ),
        title=_("What stays as it is"),
        file="territories-not-adopted",
        population=market.population,
        whole=lambda: rows,
    ).draw(height=240, unknown="", key="territories_not_adopted")

"""Accounts that are not looked after: the best first, each with the nearest rep, to be given to one."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.tiers import groups
from icp_core.territories.coverage import Coverage
from icp_core.territories.gaps import Gap, GapList
from icp_core.views import MarketView
from icp_core.workspace import GivenAs
from ui import giving, navigation, tables, theme, widgets
from ui.areas import short_tier_label
from ui.controls import one_of
from ui.format import money_bounds, number, percent, plain
from ui.tables import Field
from ui.texts import _, ngettext

GAP: Final = "coverage_gap"
TIERS: Final = "coverage_tiers"
SHOWN: Final = 200
NEAREST: Final = "(nearest)"

_TABLE: Final = "coverage_gaps"
_TICKED: Final = "coverage_ticked"
_TO: Final = "coverage_to"


@dataclass(frozen=True)
class _Asked:
    """A list as it is drawn: which, of which tiers, and counted to which day."""

    gap: Gap
    tiers: tuple[str, ...]
    on: date


def nobody_owns() -> str:
    """What the list of accounts that nobody owns is called, in the address too."""
    return _("Nobody owns")


def leading_here(tier: str) -> dict[str, str]:
    """What widgets show for who is led to the accounts of a tier that nobody owns."""
    return {GAP: nobody_owns(), TIERS: short_tier_label(tier)}


def gap_names(found: Coverage) -> dict[Gap, str]:
    """The lists, as they are called."""
    return {
        Gap.NOBODY: nobody_owns(),
        Gap.OUTSIDE: _("Owner not in the team"),
        Gap.UNTOUCHED: _("Untouched {days} days").format(days=number(found.days)),
        Gap.OUT_OF_REACH: _("Out of the rep's reach"),
    }


def part(market: MarketView, plan: TeamPlan, found: Coverage) -> None:
    """Draw the lists of accounts that are not looked after."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        gap = one_of(_("Accounts"), gap_names(found), **widgets.kept(GAP))
        tiers = st.pills(
            _("Tiers"),
            groups(market.profile.tiers),
            format_func=lambda name: plain(short_tier_label(name)),
            selection_mode="multi",
            wrap=True,
            default=[found.best.tier],
            label_visibility="collapsed",
            **widgets.kept(TIERS),
        )
    listed = market.gap(plan, gap, tiers=tiers, on=found.on, limit=SHOWN)
    asked = _Asked(gap, tuple(tiers), found.on)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _head(market, plan, found, asked, listed)
    if not listed.total:
        st.caption(_("There are none."))
        return
    _table(market, listed, gap)
    if listed.total > listed.rows.height:
        st.caption(
            _("The best {count} of {total}.").format(
                count=number(listed.rows.height), total=number(listed.total)
            )
        )


def _head(
    market: MarketView, plan: TeamPlan, found: Coverage, asked: _Asked, listed: GapList
) -> None:
    """What the list holds, and whom to give it to."""
    text = ngettext("**{count} account**", "**{count} accounts**", listed.total).format(
        count=number(listed.total)
    )
    if listed.potential.high:
        amount = money_bounds(listed.potential, market.profile.currency)
        text += " · " + _("{amount} a year").format(amount=amount)
    st.markdown(text, width="content")
    if found.team and listed.total:
        names = {NEAREST: _("The nearest rep of each")} | {
            one.rep.name: f"{one.rep.name} · {percent(one.load)}" for one in found.reps
        }
        st.selectbox(
            _("Give to"),
            list(names),
            format_func=names.__getitem__,
            label_visibility="collapsed",
            width=240,
            key=_TO,
        )
        here = set(listed.rows["account_id"])
        ids = tuple(one for one in _ticked() if one in here)
        count = number(len(ids) or listed.total)
        st.button(
            (_("Give the {count} ticked") if ids else _("Give all {count}")).format(count=count),
            icon=":material/person_add:",
            type=theme.emphasis() if ids else "secondary",
            help=_("Makes the rep their owner in every list; it can be taken back."),
            on_click=_give,
            args=(market, plan, asked, ids),
            key="coverage_give",
        )
    take_back(market)
    if asked.gap is Gap.NOBODY:
        tiers = {"accounts_tiers": asked.tiers[0]} if len(asked.tiers) == 1 else {}
        navigation.link(
            "accounts",
            _("Open in Accounts"),
            ":material/table_rows:",
            widgets={"accounts_owners": _("Nobody")} | tiers,
        )


def take_back(market: MarketView) -> None:
    """Draw the way back from what was given last."""
    giving.take_back_button(market, GivenAs.ACCOUNTS, _("Take back"), key="coverage_take_back")


def _give(market: MarketView, plan: TeamPlan, asked: _Asked, ids: tuple[str, ...]) -> None:
    """Give accounts to a rep, or each to its nearest; for callbacks."""
    gap, tiers, on = asked.gap, asked.tiers, asked.on
    wanted = ids or tuple(market.gap_ids(plan, gap, tiers=tiers, on=on))
    to = widgets.now(_TO)
    owners = dict.fromkeys(wanted, to)
    if to == NEAREST:
        everybody = market.gap(plan, gap, tiers=tiers, on=on, limit=market.totals.matching)
        reached = everybody.rows.filter(pl.col("nearest_reaches"))
        near = dict(reached.select("account_id", "nearest").iter_rows())
        owners = {key: near[key] for key in wanted if near.get(key) is not None}
    if not owners:
        widgets.notify(
            _("All are out of every rep's reach: give homes and longer ways, or choose a rep.")
        )
        return
    text = ngettext(
        "{count} account has an owner now.", "{count} accounts have owners now.", len(owners)
    ).format(count=number(len(owners)))
    lost = len(wanted) - len(owners)
    if lost:
        text += " " + _("{count} are out of reach and stay as they are.").format(count=number(lost))
    if giving.give(owners, text, given_as=GivenAs.ACCOUNTS):
        widgets.set_kept(_TICKED, ())


def _ticked() -> tuple[str, ...]:
    ids: tuple[str, ...] = widgets.now(widgets.begun(_TICKED, ()))
    return ids


def _table(market: MarketView, listed: GapList, gap: Gap) -> None:
    rows = listed.rows
    ids = rows["account_id"].to_list()
    columns = ["name", "tier", NAMES.score, NAMES.potential, "region"]
    if gap is not Gap.NOBODY:
        columns += ["owner"]
    columns += ["last_touch", "country", "is_customer"]
    columns = [name for name in columns if name in rows.columns]
    shown = tables.accounts_data(rows, columns).with_columns(
        rows["nearest_km"],
        rows["nearest_load"],
        nearest=pl.Series(
            [
                name if name is None or reaches else _("{name} (too far)").format(name=name)
                for name, reaches in rows.select("nearest", "nearest_reaches").iter_rows()
            ],
            dtype=pl.String,
        ),
    )
    own = [
        Field("nearest", _("Nearest rep")),
        Field("nearest_km", _("Km"), "number", digits=0, width=60),
        Field("nearest_load", _("Their hours"), "share", digits=0, help=_("How full the rep is.")),
    ]
    if rows["nearest"].null_count() == rows.height:
        own = []  # there is nobody who could be near
    usual = tables.account_fields(columns, market.profile, dark=theme.is_dark())
    chosen = set(_ticked())
    tables.Table(shown, [*usual[:5], *own, *usual[5:]]).draw(
        height=420,
        unknown="",
        opens=ids,
        selection_mode="multi-row",
        key=widgets.shown_rows(_TABLE, [at for at, one in enumerate(ids) if one in chosen]),
        on_select=lambda: widgets.set_kept(
            _TICKED, tuple(ids[at] for at in widgets.picked(_TABLE)["selection"]["rows"])
        ),
        alt=_("Accounts that are not looked after"),
    )

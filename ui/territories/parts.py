"""What the Territories page shows of a plan."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.errors import PlanError, WorkspaceError
from icp_core.exporting.cells import guarded
from icp_core.exporting.rep_files import file_name
from icp_core.territories.frontier import WEIGHTS, OneMore, changes, one_more
from icp_core.territories.lines import why
from icp_core.territories.plan import TerritoryPlan, compare, without
from icp_core.territories.planning import Planning
from icp_core.territories.wishes import Policy, Wishes
from icp_core.views import MarketView
from icp_core.workspace import GivenAs
from ui import charts_explore, data, giving, theme, widgets
from ui.controls import one_of, section
from ui.downloads import download
from ui.format import currency_sign, money, number, percent, plain
from ui.headline import Figure
from ui.tables import Field, Table
from ui.territories import steady
from ui.territories.session import TerritorySession, planned
from ui.texts import _, ngettext

WEIGHT: Final = "territories_weight"
POLICY: Final = "territories_policy"
TOLERANCE: Final = "territories_tolerance"
_TICKED: Final = "territories_ticked"
_MOVES: Final = "territories_moves"
_LEAVES: Final = "territories_leaves"
_MOST: Final = 200  # moves on the page; the file has all of them
_TOLERANCES: Final = (0.02, 0.05, 0.10, 0.20)


def wishes() -> tuple[Wishes, int]:
    """Draw what is wished for; the wishes, and the place of the weight that is looked at."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        names = _weights()
        place = st.select_slider(
            _("Keep relations, or travel less"),
            list(range(len(WEIGHTS))),
            value=WEIGHTS.index(1.0),
            format_func=names.__getitem__,
            help=_(
                "How much a change of rep counts against hours on the way. All plans are worked out "
                "beforehand, so moving it costs no time."
            ),
            width=340,
            key=WEIGHT,
        )
        policies = {
            "relations": _("Customers stay"),
            "area": _("All go with their area"),
            "account": _("Customers may move"),
        }
        policy = st.selectbox(
            _("What may move"),
            list(policies),
            format_func=policies.__getitem__,
            width=200,
            key=POLICY,
        )
        tolerance = st.selectbox(
            _("Hours within"),
            _TOLERANCES,
            index=1,
            format_func=lambda share: f"±{percent(share)}",
            help=_(
                "How far a rep may lie from an even share. What cannot be kept is shown, not refused."
            ),
            width=110,
            key=TOLERANCE,
        )
    return (
        Wishes(
            policy=Policy(policy),
            hours_tolerance=tolerance,
            potential_tolerance=max(0.10, 2 * tolerance),
        ),
        place,
    )


def _weights() -> list[str]:
    last = len(WEIGHTS) - 1
    names = [_("{place} of {last}").format(place=at, last=last) for at in range(last + 1)]
    return [_("Travel less"), *names[1:-1], _("Keep relations")]


def proof(plan: TerritoryPlan) -> None:
    """Draw how near to the best possible plan this one is."""
    if plan.gap is None:
        st.badge(_("No bound yet"), color="gray")
        return
    st.badge(
        _("At most {gap} above the best possible plan").format(gap=percent(plan.gap, digits=2)),
        icon=":material/verified:",
        color="green" if plan.gap <= 0.01 else "orange",
        help=_(
            "Against the model: hours, kilometres and prices as given. No plan at all costs less than "
            "the bound."
        ),
    )


def figures(plan: TerritoryPlan, now: TerritoryPlan, currency: str) -> tuple[Figure, ...]:
    """The numbers of a plan beside today's."""
    one, before = plan.figures, now.figures
    return (
        Figure(
            _("Hours on the way"),
            number(one["travel_hours"], digits=0),
            _("{hours} today").format(hours=number(before["travel_hours"], digits=0)),
            _(
                "Of all reps in the time box, from their homes and back; today to those accounts that "
                "somebody of the team has."
            ),
        ),
        Figure(
            _("Accounts that change rep"),
            number(one["moved"]),
            _("{count} more get one").format(count=number(one["new"])),
            _("Accounts that a rep of the team has today and another has in the plan."),
        ),
        Figure(
            _("At risk by the changes"),
            money(one["value_moved"] if plan.risk_is_known else None, currency),
            _("a year, of customers and open deals"),
            _("A change of rep costs some 15 % of what a customer is worth in a year."),
        ),
        Figure(
            _("Hours out of balance"),
            number(one["outside_hours"], digits=0),
            _("{hours} today").format(hours=number(before["outside_hours"], digits=0)),
            _("Of all reps, beyond the tolerance around an even share of work and journeys."),
        ),
    )


def trade_off(chosen: int, now: TerritoryPlan, currency: str) -> None:
    """Draw travel against what changes of rep put at risk, with today and the plan looked at."""
    plans = planned().plans
    # Where customers stay with their reps, nothing is at risk: what keeps moving are the others.
    changed = changes(list(plans.values()))
    is_at_risk = any(plan.value_moved > 0 for plan in plans.values())
    points = pl.DataFrame(
        {
            "name": [*(_weights()[at] for at in plans), _("Today")],
            "travel": [*(plan.travel_hours for plan in plans.values()), now.travel_hours],
            "changed": [*changed, 0.0],
            "what": [*("chosen" if at == chosen else "plan" for at in plans), "today"],
        }
    )
    section(_("What keeping relations costs in travel"))
    charts_explore.show(
        charts_explore.trade_off_chart(
            points,
            changed=_("At risk by the changes, {currency}").format(currency=currency_sign(currency))
            if is_at_risk
            else _("Accounts that change rep"),
            dark=theme.is_dark(),
        ),
        key="territories_trade_off",
        alt=_("Hours on the way of each plan, and what its changes of rep put at risk"),
    )


def reps(plan: TerritoryPlan, now: TerritoryPlan, market: MarketView) -> None:
    """Draw what each rep has, before and after."""
    before = now.reps().select(
        "name", hours_before="hours", accounts_before="accounts", pieces_before="pieces"
    )
    rows = plan.reps().join(before, on="name", how="left", maintain_order="left")
    # What nobody knows is not zero.
    is_unknown = (pl.col("unknown") > 0) & (pl.col("potential_high") <= 0)
    rows = rows.with_columns(
        pl.when(~is_unknown).then(pl.col(name)).alias(name)
        for name in ("potential_low", "potential_high")
    )
    currency = market.profile.currency
    Table(
        rows,
        (
            Field("name", _("Rep"), pinned=True),
            Field("hours_before", _("Hours today"), "number", digits=0),
            Field("hours", _("Planned"), "number", digits=0, help=_("Work and journeys.")),
            Field(
                "target",
                _("Even share"),
                "number",
                digits=0,
                help=_(
                    "Of all the hours, by those that each rep has, among who can have the same areas."
                ),
            ),
            Field("accounts_before", _("Accounts"), "number"),
            Field("accounts", _("Planned"), "number"),
            Field("gained", _("Gained"), "number"),
            Field("lost", _("Given"), "number"),
            Field(
                "potential_low",
                _("Potential, least, {currency}").format(currency=currency_sign(currency)),
                "number",
                digits=0,
            ),
            Field("potential_high", _("Most"), "number", digits=0),
            Field("km", _("Km"), "number", digits=0),
            Field(
                "load",
                _("Of own hours"),
                "share",
                digits=0,
                help=_("Planned, as a share of the hours that the rep has for accounts."),
            ),
            Field(
                "outside", _("Hours outside"), "number", digits=0, help=_("Beyond the tolerance.")
            ),
            Field("pieces_before", _("Pieces today"), "number"),
            Field(
                "pieces",
                _("Planned"),
                "number",
                help=_(
                    "Of the territory on the map, across bridges, ferries and municipalities where no "
                    "rep has an account."
                ),
            ),
        ),
        title=_("Reps, before and after"),
        file="territories-reps",
        population=market.population,
    ).draw(height=300, key="territories_reps")


def moves(plan: TerritoryPlan, market: MarketView, *, decides: bool = True) -> None:
    """Draw the accounts that change rep, with the ways to accept or refuse it.

    Parameters
    ----------
    plan, market
        Whose moves they are.
    decides
        Whether they can be accepted and refused here.
    """
    session, found = planned(), plan.moves()
    changed = found.filter(pl.col("before").is_not_null())
    fresh = found.height - changed.height
    shown = changed.head(_MOST)
    ids = shown["account_id"].to_list()
    ticked = [one for one in widgets.now(widgets.begun(_TICKED, ())) if one in set(ids)]
    title = ngettext(
        "{count} account changes rep", "{count} accounts change rep", changed.height
    ).format(count=number(changed.height))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(title, width="content")
        if ticked and decides:
            mine = shown.filter(pl.col("account_id").is_in(ticked))
            for label, icon, rep, key in (
                (_("Accept"), ":material/lock:", "after", "territories_accept"),
                (_("Refuse"), ":material/undo:", "before", "territories_refuse"),
            ):
                st.button(
                    label,
                    icon=icon,
                    help=_("Holds in every plan from now on; the rest is planned anew."),
                    on_click=_decide,
                    args=(session, mine["account_id"].to_list(), mine[rep].to_list()),
                    key=key,
                )
        if session.locks.accounts and decides:
            st.button(
                _("Forget {count} decided").format(count=number(len(session.locks.accounts))),
                icon=":material/lock_open:",
                type="tertiary",
                on_click=session.unlock,
                key="territories_unlock",
            )
        if fresh:
            st.caption(
                _("{count} more have nobody today and get a rep.").format(count=number(fresh)),
                width="content",
            )
    if not changed.height:
        st.caption(_("No account has to change its rep in this plan."))
        return
    rows = shown.with_columns(
        why=pl.Series([why(row) for row in shown.iter_rows(named=True)], dtype=pl.String)
    )
    chosen = set(ticked)
    Table(
        rows,
        (
            Field("name", _("Account"), width="medium", pinned=True),
            Field("tier", _("Tier"), "tier", width="small", tiers=market.profile.tiers.names),
            Field("before", _("From")),
            Field("after", _("To")),
            Field(
                "at_risk",
                _("At risk, {currency}").format(currency=currency_sign(market.profile.currency)),
                "number",
                digits=0,
            ),
            Field("why", _("Why"), width="large"),
        ),
    ).draw(
        height=360,
        unknown="",
        opens=ids,
        alt=_("Accounts that change rep"),
        **(_ticking(ids, chosen) if decides else {"key": "territories_moves_saved"}),
    )
    if changed.height > _MOST:
        st.caption(
            _("{shown} of {count}, most at risk first; the file has all of them.").format(
                shown=number(_MOST), count=number(changed.height)
            )
        )


def _decide(session: TerritorySession, ids: list[str], reps: list[str | None]) -> None:
    session.lock(ids, reps)
    # What stayed ticked would be decided once more, and otherwise, with the next that is.
    widgets.set_kept(_TICKED, ())


def _ticking(ids: list[str], chosen: set[str]) -> dict[str, Any]:
    """What has the table of moves be ticked."""
    return {
        "selection_mode": "multi-row",
        "key": widgets.shown_rows(_MOVES, [at for at, one in enumerate(ids) if one in chosen]),
        "on_select": lambda: widgets.set_kept(
            _TICKED, tuple(ids[at] for at in widgets.picked(_MOVES)["selection"]["rows"])
        ),
    }


def adopt(plan: TerritoryPlan, market: MarketView) -> None:
    """Draw the button that makes the plan true, and the way back."""
    st.button(
        _("Adopt this plan"),
        icon=":material/done_all:",
        type=theme.emphasis(),
        disabled=not len(plan.moved),
        help=_(
            "Makes the planned reps the owners of their accounts in every list; it can be taken back."
        ),
        on_click=_adopt,
        args=(plan,),
        key="territories_adopt",
    )
    take_back(market)


def take_back(market: MarketView) -> None:
    """Draw the way back from the plan that was adopted last."""
    giving.take_back_button(
        market, GivenAs.PLAN, _("Take the plan back"), key="territories_take_back"
    )


def _adopt(plan: TerritoryPlan) -> None:
    try:
        # As it is now: another session may have given accounts while this one looked at its plan.
        owners, stay = plan.to_give(data.workspace().owners())
    except WorkspaceError as error:
        widgets.notify(str(error))
        return
    text = ngettext(
        "{count} account has its planned rep now.",
        "{count} accounts have their planned reps now.",
        len(owners),
    ).format(count=number(len(owners)))
    if not owners:
        text = _("Nothing was given: every account has its planned rep, or another since.")
    if stay:
        text += " " + ngettext(
            "{count} was given to somebody else meanwhile and stays there.",
            "{count} were given to somebody else meanwhile and stay there.",
            stay,
        ).format(count=number(stay))
    if not owners:
        widgets.notify(text)
    elif giving.give(owners, text, given_as=GivenAs.PLAN):
        widgets.set_kept(_TICKED, ())


def files(plan: TerritoryPlan, market: MarketView) -> None:
    """Draw the files of a plan: every account, the moves, and the rules by area."""
    with st.popover(_("Files"), icon=":material/download:"):
        for key, label, frame in (
            ("accounts", _("Every account with its rep"), plan.table),
            ("moves", _("The moves"), plan.moves),
            ("areas", _("Rules: area to rep"), plan.areas),
        ):
            download(
                label,
                partial(_csv, frame),
                name=file_name(
                    f"territories-{key}",
                    on=date.today(),
                    suffix=".csv",
                    fictional=market.population.fictional,
                ),
                mime="text/csv",
                again=True,
                key=f"territories_file_{key}",
            )
        st.caption(
            _(
                "Changing an owner in a CRM leaves its contacts and open deals with the rep before: "
                "move those there too."
            )
        )


def _csv(made: Callable[[], pl.DataFrame]) -> bytes:
    frame = made()
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    guards = (guarded(pl.col(name)).alias(name) for name in texts)
    return frame.with_columns(guards).write_csv(include_bom=True).encode()


def what_if(plan: TerritoryPlan, now: TerritoryPlan, market: MarketView) -> None:
    """Draw plans side by side, one more rep and where, who takes over, and what if figures are off."""
    planning = plan.planning
    parts = {
        "plans": _("Side by side"),
        "more": _("One more rep"),
        "leaves": _("If somebody leaves"),
        "off": _("If figures are off"),
    }
    match one_of(_("What if"), parts, **widgets.kept("territories_what_if")):
        case "plans":
            _side_by_side(plan, now)
        case "more":
            _one_more(planning)
        case "off":
            steady.table(plan, market)
        case _:
            _without(planning)


def _side_by_side(plan: TerritoryPlan, now: TerritoryPlan) -> None:
    plans = planned().plans
    found = compare(
        {"today": now, "travel": plans[0], "plan": plan, "relations": plans[len(WEIGHTS) - 1]}
    )
    words = {
        "travel_hours": _("Hours on the way"),
        "km": _("Km"),
        "moved": _("Accounts that change rep"),
        "new": _("Accounts that get one"),
        "value_moved": _("At risk by the changes"),
        "nobody": _("Accounts of nobody"),
        "outside_hours": _("Hours outside the tolerance"),
    }
    rows = found.filter(pl.col("figure").is_in(list(words))).with_columns(
        pl.col("figure").replace(words)
    )
    Table(
        rows,
        (
            Field("figure", ""),
            Field("today", _("Today"), "number", digits=0),
            Field("plan", _("This plan"), "number", digits=0),
            Field("travel", _("Travel less"), "number", digits=0),
            Field("relations", _("Keep relations"), "number", digits=0),
        ),
        file="territories-plans",
    ).draw_printed()


def _one_more(planning: Planning) -> None:
    session = widgets.own("territories_more", dict[str, Any])
    if session.get("of") is not planning:
        session.clear()
    if st.button(_("Look for the best home"), icon=":material/person_add:", key="territories_more"):
        bar = st.progress(0.0)

        def told(done: float) -> None:
            bar.progress(min(1.0, done))

        session["of"] = planning
        session["found"] = one_more(planning, progress=told)
        bar.empty()
    found: tuple[OneMore, ...] = session.get("found", ())
    if not found:
        st.caption(
            _(
                "Plans the team again with one more rep in each place that has over 1 % of the hours."
            )
        )
        return
    Table(
        pl.DataFrame(
            {
                "name": [one.name for one in found],
                "share": [one.saved_share for one in found],
                "travel": [one.travel_saved for one in found],
                "hours": [one.hours for one in found],
            }
        ),
        (
            Field("name", _("Home"), pinned=True),
            Field("share", _("The plan costs less by"), "share", digits=1),
            Field("travel", _("Fewer hours on the way"), "number", digits=0),
            Field("hours", _("Hours the rep would have"), "number", digits=0),
        ),
        title=_("One more rep, best home first"),
        file="territories-one-more",
    ).draw(height=260, key="territories_more_table")


def _without(planning: Planning) -> None:
    names = list(planning.team.names)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(_("Who leaves"), names, width=260, key=_LEAVES)
        asked = st.button(
            _("Who takes over?"), icon=":material/swap_horiz:", key="territories_over"
        )
    if not asked:
        st.caption(_("Only the accounts of whoever leaves change hands."))
        return
    try:
        with st.spinner(_("Planning without {name}").format(name=plain(name))):
            found = without(planning, name, seconds=3.0)
    except PlanError as error:
        st.info(plain(str(error)))
        return
    rows = found.reps().filter(pl.col("gained") > 0).sort("gained", descending=True)
    Table(
        rows,
        (
            Field("name", _("Rep"), pinned=True),
            Field("gained", _("Takes over"), "number"),
            Field("load", _("Hours then"), "share", digits=0),
            Field("km", _("Km"), "number", digits=0),
        ),
        title=_("Who takes over from {name}").format(name=plain(name)),
        file="territories-takes-over",
    ).draw(height=240, key="territories_over_table")

"""One account: why it scores what it scores, what is unknown, what is known, what was decided."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.analysis.account import AccountDetail, Outlook
from icp_core.errors import AccountError, IcpError
from icp_core.evaluation.explain import Explanation
from icp_core.evaluation.expressions import FAIL, MATCH
from icp_core.profiles.model import Criterion, Role
from icp_core.views import MarketView
from icp_core.workspace import BY_HAND, Status
from ui import charts_explore, data, shell, state, theme, widgets
from ui.accounts import deciding
from ui.accounts.facts import account_line, value_text
from ui.areas import tier_in_sentence, tier_label
from ui.builder import words
from ui.controls import section
from ui.format import in_badge, money, number, percent, plain
from ui.texts import _

_LONGEST_VALUE = 18  # letters of a value beside a bar
WIDTH = 1040  # pixels of the drawer: points and facts side by side


def opened(market: MarketView, *, list_name: str) -> None:
    """Open the account that the address names, if it does."""
    account = state.opened_account()
    if account is not None:
        drawer(market, account, list_name=list_name)


def drawer(market: MarketView, account_id: str, *, list_name: str) -> None:
    """Open an account beside the page; closing it takes it out of the address."""
    try:
        found = market.account(account_id)
    except AccountError as error:
        found, reason = None, str(error)
    title = account_id if found is None else found.facts["name"]

    @st.dialog(
        plain(title),
        width=WIDTH,
        position="right",
        on_dismiss=lambda: state.open_account(None),
    )
    def draw() -> None:
        with shell.guard():
            if found is None:
                _gone(account_id, reason)
            else:
                _account(market, account_id, found, list_name=list_name)

    draw()


def _gone(account_id: str, reason: str) -> None:
    """An account that these accounts do not hold: what was decided on it stays."""
    st.warning(plain(reason), icon=":material/search_off:")
    section(_("What was decided"))
    st.caption(_("Decisions belong to the company, so they are kept and hold in every list."))
    deciding.history_table(data.workspace().decision_history(account_id))


def _account(market: MarketView, account_id: str, found: AccountDetail, *, list_name: str) -> None:
    _badges(market, found)
    st.markdown(account_line(found.facts))
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _points(market, found)
        _unknown(market, found)
        _customers(market, account_id)
    with right:
        _decide(market, account_id, found.facts, list_name=list_name)
        _facts(market, found)


def state_name(value: int) -> str:
    """Whether an account matches."""
    if value == MATCH:
        return _("Match")
    return _("Doesn't match") if value == FAIL else _("Missing data")


def tier_name(tier: str | None) -> str:
    """`tier A`, or why it is in none; nothing where it doesn't match."""
    return "" if tier is None else tier_in_sentence(tier)


def _badges(market: MarketView, found: AccountDetail) -> None:
    now, currency = found.now, market.profile.currency
    with st.container(horizontal=True, gap="small"):
        st.badge(
            state_name(now.state),
            # In another colour than the tier beside it.
            color="gray" if now.state == FAIL else "green" if now.state == MATCH else "orange",
        )
        if now.state == MATCH and now.tier is not None:
            st.badge(in_badge(tier_label(now.tier)), color="blue")
        if now.score is not None:
            st.badge(_("Score {score}").format(score=number(now.score, digits=1)), color="gray")
            st.badge(_("{share} known").format(share=percent(found.coverage)), color="gray")
        if found.potential is not None:
            st.badge(
                _("{amount} a year").format(amount=in_badge(money(found.potential, currency))),
                color="gray",
            )
        if found.facts.get("is_customer"):
            st.badge(_("Customer"), color="orange")
        if market.population.fictional and found.facts.get("source") != BY_HAND:
            st.badge(_("Fictional"), icon=":material/science:", color="orange")


def _points(market: MarketView, found: AccountDetail) -> None:
    columns = market.population.columns
    section(_("Points per criterion, 0–100"))
    for criterion, passes in found.gates:
        if passes is False:
            name = plain(words.criterion_name(criterion, columns))
            column = words.column_of(criterion.column, columns)
            rule = plain(words.fit_summary(criterion.fit, column))
            text = (
                _("Kept out by {name}: {rule}; has {value}")
                if criterion.role is Role.KNOCK_OUT
                else _("Fails {name}: {rule}; has {value}")
            )
            value = plain(_short_value(found.facts, column))
            sentence = text.format(name=name, rule=rule, value=value)
            st.markdown(f":small[:material/block: {sentence}]")
    if not found.explanation.reasons:
        st.caption(_("The profile has no nice-to-haves, so every match scores 100."))
        return
    points = points_data(found.explanation, columns, found.facts)
    charts_explore.show(
        charts_explore.waterfall_chart(points, dark=theme.is_dark()),
        key="account_points",
        alt=_("Points per criterion, adding up to the score"),
    )
    if found.explanation.score is None:
        st.caption(_("No nice-to-have is known, so there is no score yet."))
    elif found.coverage < 1:
        st.caption(
            _("Rests on {share} of the weight; the rest is unknown and left out.").format(
                share=percent(found.coverage)
            )
        )


def _short_value(facts: Mapping[str, Any], column: Column | None) -> str:
    """What is known in a column, cut to what stands beside a bar; empty where nothing is."""
    value = None if column is None else facts.get(column.name)
    text = "" if value is None or column is None else value_text(value, column)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def points_data(
    explanation: Explanation, columns: dict[str, Column], facts: Mapping[str, Any]
) -> pl.DataFrame:
    """The steps of a score by name and what the account has, the score itself last.

    Returns
    -------
    polars.DataFrame
        label, points (0 where unknown), known, start and end on the scale of the score.
    """

    def label(criterion: Criterion) -> str:
        name = words.criterion_name(criterion, columns)
        value = _short_value(facts, columns.get(criterion.column))
        return f"{name}: {value}" if value else name

    rows = [
        (
            label(step.reason.criterion) if step.reason else _("Never below 0"),
            step.points,
            step.reason is None or step.reason.fit is not None,
            step.start,
            step.end,
        )
        for step in explanation.steps
    ]
    score = explanation.score or 0.0
    rows.append((_("Score"), score, explanation.score is not None, 0.0, score))
    return pl.DataFrame(rows, schema=["label", "points", "known", "start", "end"], orient="row")


def outlook_text(outlook: Outlook) -> str:
    """`score 78, tier B`, or that it does not match."""
    if outlook.state == FAIL:
        return _("doesn't match")
    score = (
        _("no score")
        if outlook.score is None
        else _("score {score}").format(score=number(outlook.score))
    )
    parts = [score, tier_name(outlook.tier)]
    if outlook.state != MATCH:
        parts.append(_("still possible"))
    return ", ".join(part for part in parts if part)


def _unknown(market: MarketView, found: AccountDetail) -> None:
    section(_("What is unknown, and what knowing it could change"))
    if not found.unknown:
        st.caption(_("Nothing: every fact that the profile reads is known."))
        return
    columns = market.population.columns
    st.table(
        {
            _("Unknown"): [
                plain(
                    f"{words.criterion_name(one.criterion, columns)} · "
                    f"{words.one_of(one.criterion.role).lower()}"
                )
                for one in found.unknown
            ],
            _("At worst"): [plain(outlook_text(one.worst)) for one in found.unknown],
            _("At best"): [plain(outlook_text(one.best)) for one in found.unknown],
        },
        border="horizontal",
        hide_index=True,
    )
    st.caption(
        _("All together: from {worst} to {best}.").format(
            worst=plain(outlook_text(found.worst)), best=plain(outlook_text(found.best))
        )
    )


def _customers(market: MarketView, account_id: str) -> None:
    st.markdown(
        _("**Nearest customers**"),
        help=_("The customers most alike on the columns that the profile reads, unweighted.")
        if "failing" in market.supports
        else _(
            "Of the customers that match or may match, those most alike on the columns that the "
            "profile reads, unweighted."
        ),
    )
    found = market.nearest_customers(account_id)
    if not found:
        st.caption(_("None: no customer is known, or too little of this account is."))
        return
    columns = market.population.columns
    for one in found:
        different = ", ".join(_(columns[name].label) for name in one.most_different)
        alike = _("{share} alike; differs most in {columns}") if different else _("{share} alike")
        with st.container(gap=None):
            if st.button(
                plain(one.name),
                type="tertiary",
                help=_("Open the account"),
                key=f"nearest_{account_id}_{one.account_id}",
            ):
                state.open_account(one.account_id)
                st.rerun()
            st.caption(alike.format(share=percent(1 - one.distance), columns=plain(different)))


def _decide(
    market: MarketView, account_id: str, facts: Mapping[str, Any], *, list_name: str
) -> None:
    workspace = data.workspace()
    decided = workspace.decisions([account_id])
    before = decided.row(0, named=True) if decided.height else {"status": Status.OPEN}
    with st.container(border=True, gap="small"):
        decision = deciding.fields(
            f"decide_{account_id}",
            decided=before,
            owner=facts.get("owner"),
            territory=facts.get("territory"),
            choices=deciding.choices(market),
            can_mark="adding" in market.supports,
        )
        with st.container(horizontal=True):
            if st.button(
                _("Save"), type=theme.emphasis(), disabled=decision.is_empty, key="decide_save"
            ) and deciding.save([account_id], decision):
                st.rerun()
            if facts.get("source") == BY_HAND:
                st.button(
                    _("Remove this account"),
                    icon=":material/delete:",
                    help=_("It was added by hand; its decisions stay on record."),
                    on_click=_remove,
                    args=(account_id, list_name),
                )
        history = workspace.decision_history(account_id)
        if history.height:
            with st.expander(_("History")):
                deciding.history_table(history)


def _remove(account_id: str, list_name: str) -> None:
    workspace, author = data.workspace(), state.author()
    here = workspace.added_accounts(list_name)["account_id"].to_list()
    everywhere = workspace.added_accounts()["account_id"].to_list()
    try:
        for scope, ids in ((None, everywhere), (list_name, here)):
            if account_id in ids:
                workspace.remove_account(account_id, author=author, list_name=scope)
                break
    except IcpError as error:
        widgets.notify(str(error))
        return
    state.open_account(None)


def _facts(market: MarketView, found: AccountDetail) -> None:
    facts, columns = found.facts, market.population.columns
    origin = [
        plain(str(facts[name])) for name in ("source", "as_of") if facts.get(name) is not None
    ]
    section(_("Facts"))
    st.caption(_("From {origin}.").format(origin=", ".join(origin)) if origin else "")
    read = market.profile.columns
    names = [name for name in columns if name not in ("name", "source", "as_of")]
    known = [name for name in names if facts[name] is not None or name in read]
    st.table(
        {
            _("Fact"): [plain(_(columns[name].label)) for name in known],
            _("Value"): [plain(value_text(facts[name], columns[name])) for name in known],
        },
        border="horizontal",
        hide_index=True,
        hide_header=True,
    )
    blank = len(names) - len(known)
    if blank:
        st.caption(
            _("{count} more columns are unknown, and the profile does not read them.").format(
                count=number(blank)
            )
        )

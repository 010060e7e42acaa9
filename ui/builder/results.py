"""What the profile does: numbers first, then figures, then one list at a time."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.evaluation import explain
from icp_core.evaluation.market import GateCost
from icp_core.evaluation.names import NAMES
from icp_core.profiles.model import Profile
from icp_core.views import MarketView
from ui import charts_live, loosening, shell, state, theme, widgets
from ui.accounts.one import opened
from ui.areas import tier_in_sentence
from ui.builder import words
from ui.builder.editing import RESULTS, STRIP, apply
from ui.controls import one_of, opens
from ui.format import bounds, currency_sign, listed, money, number, percent, plain, signed
from ui.headline import nothing_weighed, tam_value, too_little_known, unknown_potential, white_space
from ui.tables import Field, Table
from ui.texts import _, ngettext

ROWS: Final = 5  # accounts beside the criteria, within one screen
_MOST_TIERS: Final = 4  # tiers with a number of their own in a row
_MOST_REASONS: Final = 3  # reasons of a score that a line has room for
_AHEAD: Final = 0.03
"""Seconds that the numbers are ahead of the figures: a browser is busy with the beginning of a run for
about as long, then draws in one go all that has come, and the numbers would wait for the figures."""


def strip_style() -> None:
    """Have the strip hide nothing that has the keyboard, nor take more room than it needs.

    Once a page: in the strip it would cost the browser at every edit.
    """
    theme.style(
        "[data-testid=stMain] { scroll-padding-bottom: 10rem }"
        " [data-testid=stBottomBlockContainer] { padding-top: 0.5rem; padding-bottom: 0.5rem }"
        " @media (max-width: 1000px) { .st-key-builder_strip > :last-child { display: none }"
        " .st-key-builder_strip { gap: 0 1rem } }"
        # Where four times as large letters, or a keyboard, leave little of the window, one line stays.
        " @media (max-width: 500px) and (max-height: 400px) {"
        " .st-key-builder_strip > :nth-child(n + 3) { display: none } }"
    )


@st.fragment(key=STRIP)
def strip() -> None:
    """Draw the numbers, and what the last edit did to them, where they stay in sight."""
    try:
        with shell.guard():
            market = shell.market(state.view())
            _numbers(market)
    finally:
        state.write_address()
    time.sleep(_AHEAD)


def _numbers(market: MarketView) -> None:
    whole = market.totals
    shown = whole.ranked[:_MOST_TIERS]
    more = "…" if len(whole.ranked) > len(shown) else ""
    names = plain(" · ".join(tier.name for tier in shown))
    with st.container(horizontal=True, gap="medium", key="builder_strip"):
        st.metric(
            _("Matches"),
            bounds(whole.tam),
            plain(_last_change(market) or _("no change yet")),
            delta_color="off",
            delta_arrow="off",
            width="content",
            help=_("Accounts that pass every must-have and no knock-out; up to: if unknowns do."),
        )
        st.button(
            _("Undo"),
            icon=":material/undo:",
            disabled=not state.offered().undo,
            on_click=_undo,
            key="builder_undo",
        )
        st.metric(
            _("TAM value a year"),
            tam_value(whole),
            width="content",
            help=_("Potential of the matches, a range as far as it is known."),
        )
        st.metric(
            _("Tiers {names}").format(names=names + more),
            " · ".join(number(tier.accounts) for tier in shown) + more,
            width="content",
        )
        st.metric(
            _("Not yet customers"),
            white_space(market),
            width="content",
            help=_("Matches that are known not to be customers."),
        )


def _undo() -> None:
    state.undo()
    st.rerun()


def _last_change(market: MarketView) -> str:
    """`−2 310 by Employees`: what the last edit did to the matches."""
    last, now = widgets.own("builder_shown", dict[str, Any]), state.view()
    matches, before = market.totals.matching, last.get("view")
    tiers = [tier.accounts for tier in market.totals.tiers]
    if before is None or before.list_name != now.list_name:
        last["change"] = ""
    elif before.profile != now.profile:
        what = cause(before.profile, now.profile, market.population.columns)
        gained = matches - last["matches"]
        moved = _("tiers moved") if last["tiers"] != tiers else _("no change")
        size = signed(gained) if gained else moved
        last["change"] = f"{size} {what}" if what else ""
    last |= {"view": now, "matches": matches, "tiers": tiers}
    change: str = last["change"]
    return change


def cause(before: Profile, after: Profile, columns: Mapping[str, Column]) -> str:
    """What was changed, as `by Employees` or `without Employees`; empty where nothing is named."""
    names = words.changed_criteria(before, after, columns)
    if len(names) > 1:
        return _("by {count} criteria").format(count=len(names))
    if names:
        come = set(after.criteria) - set(before.criteria)
        said = _("by {criterion}") if come else _("without {criterion}")
        return said.format(criterion=names[0])
    if before.tiers != after.tiers:
        return _("by the tiers")
    return _("by the potential") if before.potential != after.potential else ""


def range_sentence(market: MarketView) -> str:
    """Why the numbers are a range, and what they leave out."""
    whole = market.totals
    columns = market.population.columns
    parts = []
    if not market.profile.criteria:
        parts.append(_("No criteria yet: every account matches. Add a must-have to begin."))
    if whole.possible:
        unknown = dict.fromkeys(
            words.criterion_name(gate.criterion, columns) for gate in whole.gates if gate.unknown
        )
        parts.append(
            ngettext(
                "{count} account may match: {columns} is not known everywhere.",
                "{count} accounts may match: {columns} is not known everywhere.",
                whole.possible,
            ).format(
                count=number(whole.possible),
                columns=plain(listed(list(unknown), _("{first} or {last}"))),
            )
        )
    parts.extend(unknown_potential(whole))
    parts.extend(too_little_known(whole))
    parts.extend(map(plain, nothing_weighed(whole)))
    return " ".join(parts) or _("Every account is certain: nothing that decides is unknown.")


def _figures(market: MarketView) -> None:
    whole, profile = market.totals, market.profile
    if not whole.matching:
        st.warning(_("No account matches."), icon=":material/filter_alt_off:")
        loosening.nothing_matches(market, put=_put, at_hand=True)
        return
    dark = theme.is_dark()
    left, right = st.columns(2, gap="small", border=True)
    with left:
        title = _("Accounts and {currency} by tier").format(
            currency=plain(currency_sign(profile.currency))
        )
        # No heading: two more of those are a tenth of what an edit costs the browser.
        st.markdown(f"**{title}**")
        charts_live.show(
            charts_live.tier_chart(
                market.totals.tier_table(),
                currency=None,
                dark=dark,
                height=170,
            ),
            key="builder_tiers",
            alt=_("Accounts and potential by tier"),
        )
    with right:
        st.markdown(f"**{_('Matches by score')}**")
        scores = market.totals.scores_by(charts_live.POINTS)
        if not any(counts.any() for counts in scores.values()):
            st.caption(_("No match has a score yet: what is weighed is unknown for all of them."))
            return
        charts_live.show(
            charts_live.score_chart(
                scores,
                market.cut_offs(),
                dark=dark,
                height=170,
            ),
            key="builder_scores",
            alt=_("Matches by score, with the cut-offs of the tiers"),
        )


def _put(profile: Profile) -> None:
    """Take another profile over; for callbacks."""
    apply(lambda: profile, whole=True)


@st.fragment(key=RESULTS)
def results() -> None:
    """Draw the figures, and the list that is chosen; the others cost nothing."""
    with shell.guard():
        market = shell.market(state.view(), quiet=True)
        st.caption(range_sentence(market))
        _figures(market)
    names = {
        "best": _("Best accounts"),
        "gates": _("What must-haves cost"),
        "verify": _("To verify"),
    }
    with st.container(border=True, gap="xsmall"):
        match one_of(_("Show"), names, **widgets.kept("builder_list")):
            case "gates":
                gate_table(market)
            case "verify":
                _to_verify(market)
            case _:
                _best(market)
    opened(market, list_name=state.view().list_name)


def _best(market: MarketView) -> None:
    if not market.totals.matching:
        st.caption(_("Nothing matches yet, so there is nobody to show."))
        return
    rows = market.best(ROWS)
    _accounts(rows, reasons(rows, market), market)


def reasons(rows: pl.DataFrame, market: MarketView) -> list[str]:
    """`+32 Industry · +28 Employees`, for each account."""
    columns = market.population.columns
    texts = []
    for one in explain.explain(rows, market.profile):
        parts = [
            f"{signed(reason.points)} {words.criterion_name(reason.criterion, columns)}"
            for reason in one.strongest[:_MOST_REASONS]
        ]
        rest = sum(reason.points for reason in one.strongest[_MOST_REASONS:])
        if rest:
            parts.append(_("{points} other").format(points=signed(rest)))
        if one.unknown:
            # A column that several criteria ask for is unknown once.
            unknown = dict.fromkeys(
                words.criterion_name(criterion, columns) for criterion in one.unknown
            )
            parts.append(_("unknown: {columns}").format(columns=", ".join(unknown)))
        texts.append(" · ".join(parts) or _("passes every must-have"))
    return texts


def gate_table(market: MarketView) -> None:
    """Draw what each must-have and knock-out costs."""
    columns = market.population.columns
    if not market.totals.gates:
        st.caption(_("There are no must-haves or knock-outs, so none costs anything."))
        return
    Table(
        gate_data(market.totals.by_gain, columns),
        (
            Field("criterion", _("Criterion")),
            Field("passes", _("Passes"), "number"),
            Field("fails", _("Fails"), "number"),
            Field("unknown", _("Unknown"), "number"),
            Field("if_dropped", _("If dropped"), "change"),
        ),
    ).draw_printed(alt=_("What each must-have and knock-out costs"))
    st.caption(_("If dropped: how many more accounts would match without that criterion alone."))


def gate_data(gates: Iterable[GateCost], columns: dict[str, Column]) -> pl.DataFrame:
    """Must-haves and knock-outs by name: criterion, passes, fails, unknown, if_dropped."""
    return pl.DataFrame(
        {
            "criterion": words.gate_name(gate.criterion, columns),
            "passes": gate.passes,
            "fails": gate.fails,
            "unknown": gate.unknown,
            "if_dropped": gate.gained_if_dropped,
        }
        for gate in gates
    )


def _to_verify(market: MarketView) -> None:
    whole = market.totals
    if not whole.possible and not whole.too_little_known:
        st.caption(_("No account is left open: every must-have is known for each that may match."))
        return
    rows = market.to_verify(ROWS)
    why = [_("Find out: {columns}").format(columns=names) for names in to_find_out(rows, market)]
    _accounts(rows, why, market)


def open_gates(rows: pl.DataFrame, market: MarketView) -> list[str]:
    """Labels of what must be found out before each account matches."""
    columns = market.population.columns
    return [
        ", ".join(dict.fromkeys(words.criterion_name(gate, columns) for gate in gates))
        for gates in explain.open_gates(rows, market.profile)
    ]


def to_find_out(rows: pl.DataFrame, market: MarketView) -> list[str]:
    """Labels of the gates that are open of each account, else of what its score lacks."""
    columns = market.population.columns
    lacking = [
        ", ".join(dict.fromkeys(words.criterion_name(one, columns) for one in reason.unknown))
        for reason in explain.explain(rows, market.profile)
    ]
    gates = open_gates(rows, market)
    return [gate or lack for gate, lack in zip(gates, lacking, strict=True)]


def _accounts(rows: pl.DataFrame, why: list[str], market: MarketView) -> None:
    """Score, name and worth of each account, which open it here, over a sentence."""
    currency = market.profile.currency
    for row, sentence in zip(rows.iter_rows(named=True), why, strict=True):
        facts = []
        if row[NAMES.score] is not None and row[NAMES.coverage] < 1:
            facts.append(_("{share} known").format(share=percent(row[NAMES.coverage])))
        if row.get("tier"):
            facts.append(tier_in_sentence(row["tier"]))
        if row[NAMES.potential] is not None:
            facts.append(money(row[NAMES.potential], currency))
        label = (
            f"**{number(row[NAMES.score])}**\u2003{plain(row['name'])}\u2002"
            f":small[:gray[{plain(' · '.join(facts))}]]  \n:small[:gray[{plain(sentence)}]]"
        )
        if "account" in market.supports:
            opens(
                label,
                on_click=state.open_account,
                args=(row["account_id"],),
                key=f"builder_{row['account_id']}",
            )
        else:
            st.markdown(label)

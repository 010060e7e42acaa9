"""How firmly accounts hold their tiers when the weights are a little different."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.robustness import STEADY, Robustness
from icp_core.views import MarketView
from ui import charts_explore, theme, widgets
from ui.areas import tier_in_sentence, tier_label
from ui.controls import one_of, section, side_by_side
from ui.format import number, percent, plain
from ui.tables import Field, Table
from ui.texts import _

ROWS: Final = 200  # accounts on the page; the download has all


def draw(market: MarketView) -> None:
    """Draw the sentence, the tiers and the accounts; the work is done when it is first shown."""
    found = computed(market)
    with st.container(border=True, gap="xsmall"):
        section(plain(sentence(market, found)))
        st.caption(method(market, found))
    if not found.depends_on_weights:
        return
    left, right = side_by_side("market_robustness_halves", shares=(2, 3), gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        _tiers(market, found)
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _accounts(market, found)


def computed(market: MarketView) -> Robustness:
    """The draws, with a progress bar while they are made."""
    place = st.empty()

    def progress(share: float) -> None:
        place.progress(min(share, 1.0), _("Drawing weights and ranking every match again"))

    found = market.robustness(progress=progress)
    place.empty()
    return found


def sentence(market: MarketView, found: Robustness) -> str:
    """How firm each tier is."""
    if not found.depends_on_weights:
        return (
            _("Tiers go by potential, so weights move nobody.")
            if market.profile.tiers.kind == "value"
            else _("Weights move nobody: nothing is weighed, or nothing matches.")
        )
    ranked = [
        tier for tier in found.tiers[: len(found.evaluation.profile.tiers.tiers)] if tier.accounts
    ]
    if not ranked:
        return _("No match is in a tier, so none can leave one.")
    firm = [
        _("{share} of {tier}").format(
            share=percent(tier.steady_share), tier=tier_in_sentence(tier.tier)
        )
        for tier in ranked
    ]
    listed = ", ".join(firm)
    return _("{listed} stay in their tier in at least {steady} of the draws.").format(
        listed=listed, steady=percent(STEADY)
    )


def method(market: MarketView, found: Robustness) -> str:
    """What was drawn, and how sure the shares are."""
    return _(
        "{draws} draws of weights around yours, 95 % of them between half and double (log-normal). "
        "Every draw scores and ranks all {count} matches again. Shares are sure to about "
        "±{margin} points."
    ).format(
        draws=number(found.draws),
        count=number(market.totals.matching),
        margin=number(100 * found.margin, digits=1),
    )


def tier_table(found: Robustness) -> pl.DataFrame:
    """One row per tier: tier, accounts, steady, steady_share, stays, moves."""
    return pl.DataFrame(
        [
            {
                "tier": tier_label(tier.tier),
                "accounts": tier.accounts,
                "steady": tier.steady,
                "moves": tier.may_move,
                "steady_share": tier.steady_share,
                "stays": tier.stays,
            }
            for tier in found.tiers
        ],
        schema_overrides={"steady_share": pl.Float64, "stays": pl.Float64},
    )


def _tiers(market: MarketView, found: Robustness) -> None:
    table = tier_table(found)
    headings = {
        "tier": _("Tier"),
        "accounts": _("Matches"),
        "steady": _("Firm"),
        "moves": _("May move"),
        "steady_share": _("Firm, share"),
        "stays": _("Stays, mean"),
    }
    Table(
        table,
        [Field(name, heading) for name, heading in headings.items()],
        title=_("Who holds their tier"),
        file="robustness-tiers",
        population=market.population,
    ).draw_title()
    dark = theme.is_dark()
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    parts = {"steady": colours["A"], "moves": colours["C"]}
    charts_explore.legend({headings[name]: colour for name, colour in parts.items()})
    charts_explore.show(
        charts_explore.stack_chart(
            table["tier"].to_list(),
            {headings[name]: table[name].to_list() for name in parts},
            list(parts.values()),
            texts=[percent(share) for share in table["steady_share"]],
            values=number,
            dark=dark,
        ),
        key="market_robustness",
        alt=_("Matches that hold their tier, by tier"),
    )
    st.caption(
        _("Firm: in its tier in at least {share} of the draws.").format(share=percent(STEADY))
    )


def account_data(
    market: MarketView, found: Robustness, *, tier: int, rows: int | None = ROWS
) -> pl.DataFrame:
    """Accounts of a tier, the least firm first: account_id, name, score, coverage, stays, instead.

    Parameters
    ----------
    market, found
        The market and its draws.
    tier
        Index of the tier.
    rows
        How many at most; None for all.
    """
    labels = pl.Series([one.tier for one in found.tiers], dtype=pl.String)
    least = market.least_firm(found, tier=tier, count=rows)
    return least.with_columns(instead=labels.gather(least["instead"]))


def _accounts(market: MarketView, found: Robustness) -> None:
    tiers = found.tiers
    labels = {index: plain(tier_label(one.tier)) for index, one in enumerate(tiers)}
    tier = one_of(_("Tier"), labels, **widgets.kept("market_tier"))
    rows = account_data(market, found, tier=tier)
    Table(
        rows,
        (
            Field("account_id", _("Account id"), on_page=False),
            Field("name", _("Company"), pinned=True),
            Field("score", _("Score"), "number", digits=0),
            Field("coverage", _("Known"), "share", digits=0),
            Field("stays", _("Stays"), "share_bar"),
            Field("instead", _("Otherwise"), "tier", tiers=market.profile.tiers.names),
        ),
        title=_("Least firm first"),
        file=f"robustness-tier-{tier + 1}",
        population=market.population,
        whole=lambda: account_data(market, found, tier=tier, rows=None),
    ).draw(
        height=320,
        key="market_least_firm",
        opens=rows["account_id"].to_list(),
    )
    if tiers[tier].accounts > rows.height:
        st.caption(
            _("{shown} of {count}; the download has all of them.").format(
                shown=number(rows.height), count=number(tiers[tier].accounts)
            )
        )

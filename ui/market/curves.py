"""How unevenly the potential is spread, and how many companies each cut-off of the score lets in."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.concentration import Concentration
from icp_core.analysis.costs import CutOffs
from icp_core.evaluation.market import LARGEST
from icp_core.evaluation.tiers import groups
from icp_core.views import MarketView
from ui import charts_explore, state, theme, widgets
from ui.areas import tier_label
from ui.controls import section, side_by_side
from ui.format import UNKNOWN, currency_sign, labelled, number, percent, plain, short
from ui.tables import Field, Table
from ui.texts import _, ngettext

_STEP: Final = 5  # points of score between two rows of the table
_WIDTH: Final = 98  # pixels of a number


def spread(market: MarketView) -> None:
    """Draw the concentration curve, and the same per tier."""
    curve = market.concentration()
    if curve is None:
        st.info(
            _(
                "No match has a known potential, so there is nothing to share out. Choose another "
                "model of potential in the Builder."
            )
        )
        return
    left, right = side_by_side("market_largest_halves", shares=(5, 4), gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        section(_("Concentration of potential, share held by the largest companies"))
        charts_explore.show(
            charts_explore.concentration_chart(curve, dark=theme.is_dark(), height=340),
            key="market_concentration",
            alt=_("Share of the potential that the largest companies hold"),
        )
        st.caption(spread_sentence(curve))
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        currency = market.profile.currency
        Table(
            spread_data(market, curve),
            (
                Field("of", _("Matches")),
                Field(
                    "largest_share", _("Largest {share}").format(share=percent(LARGEST)), "share"
                ),
                Field("accounts", _("Companies"), "number"),
                Field(
                    "potential",
                    _("Potential, {currency}").format(currency=currency_sign(currency)),
                    "number",
                ),
            ),
            title=_("By tier"),
            file="concentration",
            population=market.population,
        ).draw(height="content")
        st.caption(
            _(
                "What the largest {share} hold, of all matches and of each tier by itself. Companies "
                "whose potential is known."
            ).format(share=percent(LARGEST))
        )


def spread_sentence(curve: Concentration) -> str:
    """What the curve says, in one sentence."""
    text = _(
        "The largest {part} of the {count} companies whose potential is known hold {share} of it; "
        "spread evenly, they would hold {part}."
    ).format(
        part=percent(LARGEST), count=number(curve.accounts), share=percent(curve.largest_share)
    )
    if curve.unknown:
        text += " " + ngettext(
            "{count} match has an unknown potential and is left out.",
            "{count} matches have an unknown potential and are left out.",
            curve.unknown,
        ).format(count=number(curve.unknown))
    return text


def spread_data(market: MarketView, whole: Concentration) -> pl.DataFrame:
    """Companies, potential and the share of the largest: all matches, then each tier."""
    tiers = groups(market.profile.tiers)
    curves = {
        _("All"): whole,
        **{tier_label(name): market.concentration(tier=name) for name in tiers},
    }
    return pl.DataFrame(
        [
            {
                "of": label,
                "accounts": curve.accounts if curve else 0,
                "potential": curve.total if curve else None,
                "largest_share": curve.largest_share if curve else None,
            }
            for label, curve in curves.items()
        ],
        schema={
            "of": pl.String,
            "accounts": pl.Int64,
            "potential": pl.Float64,
            "largest_share": pl.Float64,
        },
    )


def by_cut_off(market: MarketView) -> None:
    """Draw companies against the cut-off, with the tiers' cut-offs to be edited by number."""
    curve = market.curve()
    left, right = side_by_side("market_cuts_halves", shares=(3, 2), gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        section(_("Companies that reach each cut-off of the score"))
        charts_explore.show(
            charts_explore.cut_off_chart(
                curve, market.cut_offs(), dark=theme.is_dark(), height=400
            ),
            key="market_cut_offs",
            alt=_("Companies by least score, with the cut-offs of the tiers"),
        )
        if curve.too_little_known:
            st.caption(
                ngettext(
                    "{count} match is too little known for a tier and reaches none.",
                    "{count} matches are too little known for a tier and reach none.",
                    curve.too_little_known,
                ).format(count=number(curve.too_little_known))
            )
        if curve.unscored:
            st.caption(
                ngettext(
                    "{count} match has no score and reaches none.",
                    "{count} matches have no score and reach none.",
                    curve.unscored,
                ).format(count=number(curve.unscored))
            )
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _edit(market)
        _curve_table(market, curve)


def _edit(market: MarketView) -> None:
    profile = market.profile
    section(_("Cut-offs of the tiers"))
    if profile.tiers.kind != "cut_off":
        st.caption(
            _("Tiers go by capacity now, and begin where the lines are.")
            if profile.tiers.kind == "capacity"
            else _("Tiers go by potential now, so no score begins one.")
        )
        policy = market.equivalent_policy("cut_off")
        if policy is not None:
            st.button(
                _("Rank by score: {tiers}").format(
                    tiers=plain(
                        " · ".join(f"{tier.name} {tier.threshold:.4g}" for tier in policy.tiers)
                    )
                ),
                icon=":material/swap_horiz:",
                help=_("Cut-offs that give about as many companies per tier as now."),
                on_click=lambda: state.set_profile(profile.replace(tiers=policy)),
                key="market_by_score",
            )
        return
    with st.container(horizontal=True, gap="xsmall"):
        for index, tier in enumerate(profile.tiers.tiers):
            st.number_input(
                _("{tier} from").format(tier=labelled(tier.name)),
                0.0,
                100.0,
                step=1.0,
                format="%g",
                key=widgets.shown(f"market_cut_{index}", float(tier.threshold)),
                on_change=_set_cut_off,
                args=(index,),
                width=_WIDTH,
            )
    st.caption(
        " · ".join(
            plain(f"{tier_label(total.name)} {number(total.accounts)}")
            for total in market.totals.tiers
        )
    )


def _set_cut_off(index: int) -> None:
    profile = state.view().profile
    policy = profile.tiers.with_threshold(index, widgets.picked(f"market_cut_{index}"))
    state.set_profile(profile.replace(tiers=policy))


def _curve_table(market: MarketView, curve: CutOffs) -> None:
    table, currency = curve.table(), market.profile.currency
    is_unknown = market.totals.potential_unknown == market.totals.matching
    Table(
        table[::-_STEP],
        (
            Field("score", _("Score from"), "number"),
            Field("accounts", _("Companies"), "number"),
            Field(
                "potential",
                _("Potential, {currency}").format(currency=currency_sign(currency)),
                write=lambda amount: UNKNOWN if is_unknown else short(amount),
            ),
        ),
        title=_("Every {step} points").format(step=_STEP),
        file="cut-offs",
        population=market.population,
        whole=lambda: table,
    ).draw_printed(height=250, alt=_("Companies and potential by least score"))

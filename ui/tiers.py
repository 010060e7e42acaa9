"""The parts of the Tiers page: policies side by side, effort against capacity, fit against potential."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.analysis.bubbles import MOST, Bubbles, TierBubbles
from icp_core.analysis.plan import Effort, TeamPlan
from icp_core.analysis.tier_policies import KINDS, Kind
from icp_core.evaluation.market import LARGEST
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, groups
from icp_core.profiles.model import Tier, TierPolicy
from icp_core.views import MarketView, PolicyMarket
from ui import charts_explore, charts_live, plan, state, theme
from ui.areas import tier_label
from ui.controls import apart, section
from ui.format import currency_sign, money, number, percent, plain
from ui.tables import Field, Table
from ui.texts import _, ngettext

_HEIGHT: Final = 150  # pixels of the histogram, so that cut-offs and counts stay in one screen


def policy_name(kind: Kind) -> str:
    """A policy as a heading."""
    return {
        "cut_off": _("By score"),
        "capacity": _("By capacity"),
        "value": _("By potential"),
    }[kind]


def policy_meaning(kind: Kind) -> str:
    """What a policy does, in one sentence."""
    return {
        "cut_off": _("A tier takes every match from its least score upward."),
        "capacity": _("The best scores fill the tiers, as many as each has room for."),
        "value": _("A tier takes every match from its least potential upward."),
    }[kind]


def takes(policy: TierPolicy, tier: Tier, currency: str) -> str:
    """What a tier takes: `score from 80`, `the best 50`, `from €400 k`."""
    match policy.kind:
        case "cut_off":
            return _("score from {least}").format(least=f"{tier.threshold:.4g}")
        case "capacity":
            return ngettext("{count} company", "{count} companies", int(tier.threshold)).format(
                count=number(tier.threshold)
            )
        case _:
            return _("from {amount}").format(amount=money(tier.threshold, currency))


def comparison_data(
    market: MarketView, policies: Mapping[Kind, PolicyMarket], team: TeamPlan
) -> pl.DataFrame:
    """One row per policy and tier, those in none last.

    Returns
    -------
    polars.DataFrame
        policy, tier, takes, accounts, same (share of the accounts that are in that tier now; null
        without accounts), potential, largest_share and customers (null where unknown), hours (null for
        those in no tier).
    """
    currency = market.profile.currency
    told = market.population.tells_customers
    rows: list[dict[str, Any]] = []
    for kind, other in policies.items():
        policy = other.market.profile.tiers
        spent = {one.tier: one.hours for one in other.market.effort(team).tiers}
        thresholds = {tier.name: tier for tier in policy.tiers}
        for held in other.tiers:
            total = held.total
            tier = thresholds.get(total.name)
            rows.append(
                {
                    "policy": policy_name(kind),
                    "tier": total.name,
                    "takes": takes(policy, tier, currency) if tier else _rest(policy, total.name),
                    "accounts": total.accounts,
                    "same": held.same,
                    "potential": held.potential,
                    "largest_share": held.largest_share,
                    "customers": total.customers if told else None,
                    "hours": spent.get(total.name),
                }
            )
    return pl.DataFrame(
        rows,
        schema={
            "policy": pl.String,
            "tier": pl.String,
            "takes": pl.String,
            "accounts": pl.Int64,
            "same": pl.Float64,
            "potential": pl.Float64,
            "largest_share": pl.Float64,
            "customers": pl.Int64,
            "hours": pl.Float64,
        },
    )


def _rest(policy: TierPolicy, name: str) -> str:
    if name == TOO_LITTLE_KNOWN:
        return _("less than {share} known").format(share=percent(policy.least_coverage))
    return _("the rest")


def policies(market: MarketView, team: TeamPlan) -> None:
    """Draw the three policies beside each other, each to be adopted by a click, and their numbers."""
    found = market.tier_policies()
    for kind, place in zip(KINDS, st.columns(3, gap="small"), strict=True):
        with place.container(border=True, gap="xsmall", height="stretch"):
            if kind in found:
                policy = market.profile.tiers
                _policy(
                    kind, found[kind].market, team, in_use=kind == policy.kind, among=policy.names
                )
            else:
                section(policy_name(kind))
                st.caption(
                    _("No match has a known potential to rank by.")
                    if kind == "value"
                    else _("No match has a score to rank by.")
                )
    st.caption(
        _(
            "The same market three times. A policy that is not in use has thresholds that give its "
            "tiers about as many companies as they hold now; adopt it and change them in the Builder."
        )
    )


def _policy(
    kind: Kind, found: MarketView, team: TeamPlan, *, in_use: bool, among: Sequence[str]
) -> None:
    profile, table = found.profile, found.totals.tier_table()
    with apart():
        section(policy_name(kind), help=policy_meaning(kind), width="content")
        if in_use:
            st.button(
                _("In use"), icon=":material/check:", disabled=True, key=f"tiers_in_use_{kind}"
            )
        else:
            st.button(
                _("Adopt"),
                icon=":material/swap_horiz:",
                help=_("Rank this way from now on; Undo takes it back."),
                on_click=state.set_profile,
                args=(profile,),
                key=f"tiers_adopt_{kind}",
            )
    charts_live.show(
        charts_live.tier_chart(
            # Three narrow charts: their amounts stand beneath.
            table.with_columns(potential=None),
            currency=None,
            dark=theme.is_dark(),
            height=_HEIGHT,
            among=among,
        ),
        key=f"tiers_{kind}",
        alt=_("Companies and potential by tier, {policy}").format(policy=policy_name(kind)),
    )
    st.caption(
        "  \n".join(
            plain(
                f"{tier.name} {takes(profile.tiers, tier, profile.currency)}"
                f"{'' if worth is None else ': ' + money(worth, profile.currency)}"
            )
            for tier, worth in zip(profile.tiers.tiers, table["potential"], strict=False)
        )
    )
    spent = found.effort(team)
    st.caption(
        _("Needs {needed} of {available} hours.").format(
            needed=number(spent.needed), available=number(spent.available)
        )
    )


def comparison(market: MarketView, team: TeamPlan) -> None:
    """Draw the numbers of each policy, tier by tier."""
    table = comparison_data(market, market.tier_policies(), team)
    currency, tiers = market.profile.currency, market.profile.tiers.names
    Table(
        table,
        (
            Field("policy", _("Policy")),
            Field("tier", _("Tier"), "tier", tiers=tiers),
            Field("takes", _("Takes")),
            Field("accounts", _("Companies"), "number"),
            Field("same", _("In it now"), "share", digits=0),
            Field(
                "potential",
                _("Potential, {currency}").format(currency=currency_sign(currency)),
                "number",
            ),
            Field(
                "largest_share",
                _("Largest {share} hold").format(share=percent(LARGEST)),
                "share",
                digits=0,
            ),
            Field("customers", _("Customers"), "number"),
            Field("hours", _("Hours"), "number"),
        ),
        title=_("Each policy, tier by tier"),
        file="tier-policies",
        population=market.population,
    ).draw(height="content")


def effort_part(market: MarketView, team: TeamPlan) -> None:
    """Draw the hours each tier asks for, to be edited, against what the team has."""
    found = market.effort(team)
    section(_("Effort against capacity, hours in the time box"))
    plan.inputs(team, market.profile.tiers.names, market.values("region"))
    st.markdown(effort_sentence(found))
    _effort_table(market, found)


def effort_sentence(found: Effort) -> str:
    """Whether the hours suffice, and where they run out."""
    if not found.available:
        return _("The plan has no hours: enter people and their hours.")
    if found.needed <= found.available:
        text = _("The hours suffice: {needed} of {available} are needed, {share}.")
    else:
        text = _("The hours do not suffice: {needed} of {available} are needed, {share}.")
    text = text.format(
        needed=number(found.needed),
        available=number(found.available),
        share=percent(found.needed / found.available),
    )
    short, rest = found.short, found.rest
    if short is not None:
        return f"{text} " + _("They run out in {tier}, after {count} of {all} companies.").format(
            tier=plain(tier_label(short.tier)),
            count=number(short.workable),
            all=number(short.accounts),
        )
    if rest.accounts:
        text += " " + _("What is left works {count} of the {all} companies in no tier.").format(
            count=number(rest.workable), all=number(rest.accounts)
        )
    if rest.workable == rest.accounts:
        text += " " + _("Then {hours} hours are left over.").format(
            hours=number(found.available - found.whole)
        )
    return text


def effort_data(found: Effort) -> pl.DataFrame:
    """One row per tier: tier, accounts, hours_each, hours, workable."""
    return pl.DataFrame(
        [
            {
                "tier": one.tier,
                "accounts": one.accounts,
                "hours_each": one.hours_each,
                "hours": one.hours,
                "workable": one.workable,
            }
            for one in (*found.tiers, found.rest)
        ],
        schema={
            "tier": pl.String,
            "accounts": pl.Int64,
            "hours_each": pl.Float64,
            "hours": pl.Float64,
            "workable": pl.Int64,
        },
    )


def _effort_table(market: MarketView, found: Effort) -> None:
    Table(
        effort_data(found),
        (
            Field("tier", _("Tier"), "tier", tiers=market.profile.tiers.names),
            Field("accounts", _("Companies"), "number"),
            Field("hours_each", _("Hours each"), "number"),
            Field("hours", _("Hours"), "number"),
            Field("workable", _("Can be worked"), "number"),
        ),
        title=_("Best tier first"),
        file="tier-effort",
        population=market.population,
    ).draw(height="content")


def bubble_part(market: MarketView) -> None:
    """Draw fit against potential, a bubble a company."""
    profile, chosen = market.profile, market.bubbles()
    title = _("Fit against potential, a bubble as large as the possible deal")
    if not chosen.rows.height:
        section(title)
        st.caption(
            _(
                "No match has both a score and a known potential, so there is nothing to draw. Choose "
                "another model of potential in the Builder."
            )
        )
        return
    Table(
        chosen.rows,
        (
            Field("account_id", _("Account id")),
            Field("name", _("Company")),
            Field("tier", _("Tier")),
            Field("score", _("Score"), "score"),
            Field("coverage", _("Known"), "share"),
            Field(
                "potential",
                _("Potential, {currency}").format(currency=currency_sign(profile.currency)),
            ),
            Field("is_customer", _("Customer"), "flag"),
        ),
        title=title,
        file="tier-bubbles",
        population=market.population,
    ).draw_title()
    dark = theme.is_dark()
    colours = theme.tier_colours(profile.tiers.names, dark=dark)
    charts_explore.legend(
        {tier_label(name): colours[name] for name in groups(profile.tiers)},
        rings={_("Customers"): theme.CUSTOMERS} if chosen.rows["is_customer"].any() else {},
    )
    charts_explore.show(
        charts_explore.bubble_chart(
            chosen, profile.tiers.names, currency=profile.currency, dark=dark
        ),
        key="tiers_bubbles",
        alt=_("Score against potential, a bubble a company"),
    )
    for note in bubble_notes(chosen):
        st.caption(note)


def bubble_notes(chosen: Bubbles) -> list[str]:
    """How the bubbles were chosen, and who cannot be drawn."""
    notes = []
    if all(one.is_complete for one in chosen.tiers):
        notes.append(_("Every match that can be drawn is drawn."))
    else:
        parts = "; ".join(_chosen(one) for one in chosen.tiers if one.accounts)
        notes.append(
            _(
                "At most {most} bubbles: the best of every tier, and a random sample of its others, "
                "always the same for the same market. {parts}."
            ).format(most=number(MOST), parts=plain(parts))
        )
    if chosen.without_place:
        notes.append(
            ngettext(
                "{count} match has no score or no known potential and is not drawn.",
                "{count} matches have no score or no known potential and are not drawn.",
                chosen.without_place,
            ).format(count=number(chosen.without_place))
        )
    return notes


def _chosen(one: TierBubbles) -> str:
    if one.is_complete:
        return _("{tier}: all {count}").format(
            tier=tier_label(one.tier), count=number(one.accounts)
        )
    return _("{tier}: the best {best} and {sampled} of the other {rest}").format(
        tier=tier_label(one.tier),
        best=number(one.best),
        sampled=number(one.sampled),
        rest=number(one.accounts - one.best),
    )

"""The row of headline numbers, and what they suggest to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
import streamlit as st

from icp_core.accounts.columns import describe
from icp_core.analysis import next_steps as steps
from icp_core.analysis.next_steps import NextStep
from icp_core.evaluation.market import Bounds, GateCost, Market
from icp_core.exporting import FORMATS
from icp_core.profiles.model import Role
from icp_core.reference import currency
from icp_core.views import MarketView
from ui import navigation
from ui.areas import tier_in_sentence
from ui.format import UNKNOWN, bounds, in_sentence, money, money_bounds, number, percent, plain
from ui.texts import _, ngettext


@dataclass(frozen=True)
class Figure:
    """One headline number: what it is, the number, and a line beneath it, all as Markdown."""

    label: str
    value: str
    beneath: str
    help: str


@dataclass(frozen=True)
class Step:
    """Something worth doing now.

    Attributes
    ----------
    text
        What the numbers say, and what to do about it.
    page
        Key of the page to do it on.
    label
        Of the link there.
    loosens
        Whether it is to let anybody match at all, so that each way to do so is worth a press.
    """

    text: str
    page: str
    label: str
    loosens: bool = False


def headline_data(market: MarketView) -> tuple[Figure, ...]:
    """Matches, their value, tiers, and who is not a customer yet."""
    whole = market.totals
    ranked = whole.ranked
    return (
        Figure(
            _("Matching companies (TAM)"),
            bounds(whole.tam),
            _("of {count} accounts").format(count=number(whole.universe)),
            _(
                "From those that pass every must-have to those that may once their unknown facts are "
                "known."
            ),
        ),
        _value(whole),
        Figure(
            _("Tiers {names}").format(names=plain(" · ".join(tier.name for tier in ranked))),
            " · ".join(number(tier.accounts) for tier in ranked),
            in_no_tier(whole),
            _("Matches per tier, best first."),
        ),
        Figure(
            _("Not yet customers"),
            white_space(market),
            customers_told(market),
            _("Matches that are not customers yet."),
        ),
    )


def in_no_tier(whole: Market) -> str:
    """How many matches are in no tier, and of how many of them too little is known."""
    parts = [_("{count} unranked").format(count=number(whole.unranked))]
    if whole.too_little_known:
        parts.append(_("{count} too little known").format(count=number(whole.too_little_known)))
    return " · ".join(parts)


def too_little_known(whole: Market) -> list[str]:
    """A sentence on the matches that are too little known for a tier; none where there are none."""
    if not whole.too_little_known:
        return []
    return [
        ngettext(
            "{count} match is in no tier because less than {share} of what its score weighs is known.",
            "{count} matches are in no tier because less than {share} of what their score weighs is "
            "known.",
            whole.too_little_known,
        ).format(
            count=number(whole.too_little_known),
            share=percent(whole.profile.tiers.least_coverage),
        )
    ]


def nothing_weighed(whole: Market) -> list[str]:
    """A sentence on scores that are all 100, and what to do; none where something is weighed."""
    if not whole.matching or whole.profile.having(Role.NICE_TO_HAVE):
        return []
    if whole.profile.tiers.kind == "cut_off":
        best = tier_in_sentence(whole.ranked[0].name)
        said = _("No criterion adds to the score, so every match scores 100 and is in {tier}.")
        return [f"{said.format(tier=best)} {_('Make one a nice-to-have, with a weight.')}"]
    said = _("No criterion adds to the score, so every match scores 100 and potential ranks them.")
    return [f"{said} {_('Make one a nice-to-have, with a weight.')}"]


def customers_told(market: MarketView) -> str:
    """How many matches are customers, and of how many that is unknown."""
    whole = market.totals
    if not market.population.tells_customers:
        return _("customers unknown")
    parts = [
        ngettext("{count} customer", "{count} customers", whole.customers).format(
            count=number(whole.customers)
        )
    ]
    if whole.customers_unknown:
        parts.append(_("unknown for {count}").format(count=number(whole.customers_unknown)))
    return " · ".join(parts)


def customers_unknown(count: int, then: str = "") -> None:
    """Say of how many it is unknown whether they are customers, and the ways to tell them apart.

    Parameters
    ----------
    count
        Accounts.
    then
        What follows from it here.
    """
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(
            ":small[:orange[:material/warning:] "
            + ngettext(
                "Of {count} company nobody knows whether it is a customer.",
                "Of {count} companies nobody knows whether they are customers.",
                count,
            ).format(count=number(count))
            + f" {then}]",
            width="content",
        )
        navigation.link(
            "import",
            _("Import your customers"),
            ":material/upload_file:",
            widgets={"import_part": _("Customers and deals")},
        )
        navigation.link(
            "accounts",
            _("Or mark them"),
            ":material/check_box:",
            widgets={"accounts_customers": _("Unknown")},
        )


def white_space(market: MarketView) -> str:
    """Matches that are known not to be customers; unknown where the accounts do not tell."""
    told = market.population.tells_customers
    return number(market.totals.white_space) if told else UNKNOWN


def unknown_potential(whole: Market) -> list[str]:
    """Sentences on whom the value leaves out, and on an old rate; none where there is nothing to say."""
    said = [_unknown_potential(whole)] if whole.value_unknown else []
    day = currency.old_rate(whole.profile.currency)
    if day is not None:
        said.append(
            _("The last rate of {currency} is of {day}.").format(
                currency=whole.profile.currency, day=plain(day.isoformat())
            )
        )
    return said


def _unknown_potential(whole: Market) -> str:
    text = _("The value leaves out {count} of unknown potential.")
    if not whole.unlimited:
        text = _("The potential of {count} is unknown, but has a limit.")
    return text.format(count=number(whole.value_unknown))


def tam_value(whole: Market) -> str:
    """What the market could be worth, as far as it is known; unknown, never zero, if nothing is."""
    return value_bounds(whole, whole.tam_value) if whole.tells_value else UNKNOWN


def value_bounds(whole: Market, value: Bounds) -> str:
    """A part of the market's value: a range, or the least where nothing limits what is unknown."""
    unit = whole.profile.currency
    if whole.is_value_open:
        return _("at least {amount}").format(amount=money(value.low, unit))
    return money_bounds(value, unit)


def _value(whole: Market) -> Figure:
    return Figure(
        _("Potential a year (TAM value)"),
        tam_value(whole),
        _("unknown for {count}").format(count=number(whole.value_unknown))
        if whole.value_unknown
        else _("known for all of them"),
        _(
            "What those companies could be worth. Where only a band of headcount or a cap is known, its "
            "ends make the range."
        ),
    )


def headline(market: MarketView) -> None:
    """Draw the headline numbers."""
    cards(headline_data(market))


def cards(figures: Sequence[Figure]) -> None:
    """Draw numbers as cards that wrap on a small screen."""
    with st.container(horizontal=True):
        for figure in figures:
            st.metric(
                figure.label,
                figure.value,
                figure.beneath,
                delta_color="off",
                delta_arrow="off",
                help=figure.help,
                border=True,
            )


def next_steps(market: MarketView, *, today: date) -> list[Step]:
    """What the state of the view asks for, most pressing first."""
    reachable, audience = market.reachable(), FORMATS["linkedin"].min_rows
    due = steps.next_steps(market.totals, reachable=reachable, audience=audience, today=today)
    return [_step(one, market.totals, reachable=reachable, audience=audience) for one in due]


def _step(due: NextStep, whole: Market, *, reachable: int, audience: int) -> Step:
    page, label = "builder", _("Loosen the profile")
    match due:
        case NextStep.ALLOW_UNKNOWN:
            text = _(
                "No company is known to match, but {count} fail nothing: let unknown values pass, or "
                "find out the facts."
            ).format(count=number(whole.possible))
        case NextStep.DROP_A_GATE:
            text = _("No company matches. Without the test on {column}, {count} would.").format(
                column=_name(whole.by_gain[0]), count=number(whole.by_gain[0].gained_if_dropped)
            )
        case NextStep.LOOSEN:
            text = _("No company matches, and no single test is to blame.")
        case NextStep.FIND_OUT:
            label = _("Decide what unknown means")
            told = whole.least_known is None or whole.least_known.is_told
            text = (
                _(
                    "{count} more companies may match: a fact is unknown, most often {column}. Verify "
                    "the best of them, or let unknown values pass."
                )
                if told
                else _(
                    "{count} more companies may match: the list does not tell {column}. Let unknown "
                    "values pass, or bring a list that tells it."
                )
            ).format(count=number(whole.possible), column=_name(whole.least_known))
        case NextStep.LOOK_UP:
            page, label = "verification", _("Find out more of them")
            text = " ".join(too_little_known(whole))
        case NextStep.WIDEN:
            label = _("Widen the profile")
            text = _(
                "LinkedIn needs at least {least} companies; {count} are in a tier and can be "
                "advertised to. {remedy}"
            ).format(
                least=number(audience),
                count=number(reachable),
                remedy=_("Lower a cut-off or loosen a must-have.")
                if whole.unranked
                else _("Loosen a must-have."),
            )
        case NextStep.BRING_MORE:
            page, label = "export", _("Download the list")
            text = _(
                "LinkedIn needs at least {least} companies and this list has {count}, so no profile "
                "makes an audience of it. Take it to your CRM, or bring more companies."
            ).format(least=number(audience), count=number(whole.universe))
        case NextStep.WEIGH_KNOWN:
            label = _("Change the weights")
            text = _(
                "Scores rest on {share} of the weight, because the rest is unknown. Weigh columns "
                "that are better known."
            ).format(share=percent(whole.coverage))
        case NextStep.REVIEW:
            label = _("Review the profile")
            text = _("The time box of this profile ended on {day}. Review it.").format(
                day=whole.profile.valid_until
            )
        case NextStep.EXPORT:
            page, label = "export", _("Download the list")
            text = _(
                "{count} companies in a tier can go into an audience on LinkedIn or into your CRM."
            ).format(count=number(reachable))
    loosens = due in (NextStep.ALLOW_UNKNOWN, NextStep.DROP_A_GATE, NextStep.LOOSEN)
    return Step(text, page, label, loosens)


def _name(gate: GateCost | None) -> str:
    return in_sentence(_(describe(gate.criterion.column, pl.String()).label)) if gate else ""

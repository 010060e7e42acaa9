"""How large the market is, why that is a range, and whether it suits the team."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.sizing import Lack, Sizing
from icp_core.analysis.verdict import BROAD, Action, Breadth, Change, Verdict
from icp_core.evaluation.market import Bounds
from icp_core.profiles.model import Role
from icp_core.views import MarketView
from ui import data, navigation, plan, shell, state
from ui.builder import words
from ui.format import (
    bounds,
    in_badge,
    in_sentence,
    listed,
    number,
    percent,
    percent_bounds,
    plain,
)
from ui.headline import (
    Figure,
    cards,
    customers_told,
    unknown_potential,
    value_bounds,
    white_space,
)
from ui.texts import _, ngettext

_MOST_CHANGES: Final = 3  # suggestions; more are no help in choosing one
_LOOKS: Final[dict[Breadth | None, tuple[Literal["orange", "green", "gray"], str]]] = {
    Breadth.TOO_NARROW: ("orange", ":material/compress:"),
    Breadth.ABOUT_RIGHT: ("green", ":material/check:"),
    Breadth.TOO_BROAD: ("orange", ":material/expand:"),
    None: ("gray", ":material/help:"),
}


def figures(market: MarketView, sizing: Sizing) -> tuple[Figure, ...]:
    """TAM, SAM, SOM and white space, each in accounts with what they could be worth beneath."""
    team, whole = sizing.team, market.totals

    def size(label: str, accounts: Bounds, value: Bounds, help: str) -> Figure:
        return Figure(label, bounds(accounts), _amount(market, accounts, value), help)

    regions = len(team.served_regions)
    return (
        size(
            _("TAM, companies that match"),
            sizing.tam,
            sizing.tam_value,
            _("Total addressable market: from those that match to those that may."),
        ),
        size(
            ngettext(
                "SAM, in {count} region served", "SAM, in {count} regions served", regions
            ).format(count=regions)
            if regions
            else _("SAM, everywhere served"),
            sizing.sam,
            sizing.sam_value,
            _("Serviceable market: the part of TAM in the regions that the team serves."),
        ),
        size(
            _("SOM, what the team can work"),
            sizing.som,
            sizing.som_value,
            _("Obtainable market: the best of SAM, tier by tier, until the team's hours run out."),
        ),
        Figure(
            _("Not yet customers"),
            white_space(market),
            # A share of the known would be told of all beside it.
            customers_told(market)
            if whole.customers_unknown or whole.penetration is None
            else _("{share} are customers").format(share=percent(whole.penetration)),
            _("Matches that are not customers yet."),
        ),
    )


def _amount(market: MarketView, accounts: Bounds, value: Bounds) -> str:
    if accounts.high and not market.totals.tells_value:
        return _("potential unknown")
    return _("{amount} a year").format(amount=value_bounds(market.totals, value))


def numbers(market: MarketView, sizing: Sizing) -> None:
    """Draw the sizes, and beneath them why they are ranges."""
    cards(figures(market, sizing))
    st.caption(plain(cause(market, sizing)))


def cause(market: MarketView, sizing: Sizing) -> str:
    """Why the sizes are ranges, in counts, and what the potential leaves out."""
    parts = []
    if sizing.open_accounts:
        columns = market.population.columns
        lacks = [_lack(lack, columns) for lack in sizing.lacks]
        lacking = listed(lacks, _("{first} and {last}"))
        parts.append(
            _("{count} with missing data: {lacking}.").format(
                count=number(sizing.open_accounts), lacking=lacking
            )
        )
        if sizing.some_lack_several:
            parts.append(_("Some lack more than one fact."))
    elif market.totals.matching:
        parts.append(_("Exact: nothing that decides is unknown here."))
    parts.extend(unknown_potential(market.totals))
    return " ".join(parts) or _("No company matches this profile, and none may.")


def _lack(lack: Lack, columns: dict[str, Column]) -> str:
    return ngettext("{count} lacks {column}", "{count} lack {column}", lack.accounts).format(
        count=number(lack.accounts), column=_in_sentence(columns, lack.column)
    )


def _in_sentence(columns: dict[str, Column], name: str) -> str:
    return in_sentence(_(columns[name].label)) if name in columns else name.replace("_", " ")


def verdict_line(found: Verdict, team: TeamPlan) -> None:
    """Draw how the market compares with the team."""
    colour, icon = _LOOKS[found.breadth]
    st.markdown(
        f":{colour}-badge[{icon} {in_badge(breadth_name(found))}] {plain(sentence(found, team))}"
    )


def verdict_part(market: MarketView, found: Verdict, team: TeamPlan) -> None:
    """Draw how the market compares with the team, and what would make it about right."""
    verdict_line(found, team)
    if not found.capacity:
        return
    if found.breadth is None:
        navigation.link("verification", _("Verify a sample of them"), ":material/fact_check:")
    with st.container(gap="xxsmall"):
        _changes(market, found)
    if found.breadth in (Breadth.TOO_NARROW, Breadth.TOO_BROAD) and not any(
        change.breadth is Breadth.ABOUT_RIGHT for change in found.changes
    ):
        st.caption(advice(found))


def _changes(market: MarketView, found: Verdict) -> None:
    for place, change in enumerate(_judged(found.changes[:_MOST_CHANGES])):
        shell.offer(change.profile, change_text(market, change), key=f"market_change_{place}")


def _judged(changes: Sequence[Change]) -> list[Change]:
    """The changes with the verdict on the market that each really makes, those about right first.

    Tiers change with the market, and hours with the tiers. An engine would have to be asked anew for
    each, so there the hours of today's companies stand for those of the others.
    """
    name = state.view().list_name
    if data.stays_in_engine(name):
        return [*changes]
    team = state.plan()
    made = [
        replace(one, breadth=data.market(name, one.profile).verdict(team).breadth)
        for one in changes
    ]
    return sorted(made, key=lambda one: one.breadth is not Breadth.ABOUT_RIGHT)


def breadth_name(found: Verdict) -> str:
    """The verdict in two words."""
    if not found.capacity:
        return _("No plan")
    return {
        Breadth.TOO_NARROW: _("Too narrow"),
        Breadth.ABOUT_RIGHT: _("About right"),
        Breadth.TOO_BROAD: _("Too broad"),
        None: _("Can't tell yet"),
    }[found.breadth]


def sentence(found: Verdict, team: TeamPlan) -> str:
    """The verdict with the numbers it rests on."""
    told = plan.described(team)
    if not found.capacity:
        return _("{plan} work no company. Enter who works, and the hours a company takes.").format(
            plan=told
        )
    market = _(
        "SAM holds {count} companies, which take {needed} hours to work; {plan} have {available}."
    ).format(
        count=bounds(found.sam),
        needed=bounds(found.needed),
        plan=told,
        available=number(found.available),
    )
    match found.breadth:
        case Breadth.TOO_NARROW:
            rest = _("That is {ratio} of them: the team would run out of companies.")
        case Breadth.TOO_BROAD:
            rest = _(
                "That is {ratio} as many; above {most} times, most companies are never worked."
            )
        case Breadth.ABOUT_RIGHT:
            rest = _("That is {ratio} as many, between 1 and {most} times.")
        case None:
            rest = _(
                "It depends on missing data: {low} if none of those who lack it matches, {high} if all "
                "do."
            ).format(low=_end(found.at_low), high=_end(found.at_high))
    return f"{market} {rest.format(ratio=_ratio(found), most=BROAD)}"


def _ratio(found: Verdict) -> str:
    shares = [end / found.available for end in (found.needed.low, found.needed.high)]
    if found.breadth is Breadth.TOO_NARROW:
        return percent_bounds(Bounds(*shares))
    ends = [number(share, digits=1 if share < 10 else 0) for share in shares]
    return _("{ratio} times").format(ratio="–".join(dict.fromkeys(ends)))


def _end(breadth: Breadth | None) -> str:
    return {
        Breadth.TOO_NARROW: _("too narrow"),
        Breadth.ABOUT_RIGHT: _("about right"),
        Breadth.TOO_BROAD: _("too broad"),
        None: _("can't tell yet"),
    }[breadth]


def change_text(market: MarketView, change: Change) -> str:
    """One change, and the market it would make."""
    columns = market.population.columns
    before = market.profile.criteria[change.index]
    column = columns[before.column]
    name = words.criterion_name(before, columns)
    match change.action:
        case Action.DROP:
            what = _("Drop {criterion}").format(criterion=words.gate_name(before, columns))
        case Action.LOOSEN:
            after = change.profile.criteria[change.index]
            what = _("Loosen {criterion}: {after} instead of {before}").format(
                criterion=name,
                before=words.fit_summary(before.fit, column),
                after=words.fit_summary(after.fit, column),
            )
        case Action.REQUIRE if before.role is Role.NICE_TO_HAVE:
            what = _("Require {criterion}").format(
                criterion=f"{name}: {words.fit_summary(before.fit, column)}"
            )
        case Action.REQUIRE:
            what = _("Rule out {criterion}").format(
                criterion=f"{name}: {words.fit_summary(before.fit, column)}"
            )
    then = _("{count} companies, {verdict}").format(
        count=bounds(change.sam), verdict=_end(change.breadth)
    )
    return f"{plain(what)} → **{plain(then)}**"


def advice(found: Verdict) -> str:
    """What to do where no single change makes the market about right."""
    if found.breadth is Breadth.TOO_NARROW:
        return _(
            "No single change is sure to make it about right. Loosen two, serve more regions, or "
            "plan for fewer people."
        )
    return _(
        "No single change is sure to make it about right. Add a must-have in the Builder, require two, "
        "serve fewer regions, or plan for more people."
    )

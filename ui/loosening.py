"""Ways to more matches, each one press, for wherever nothing matches."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from icp_core.profiles.model import Criterion, Profile
from icp_core.views import MarketView, Means, Way, strictest, untold, ways
from ui import navigation, state
from ui.builder import words
from ui.format import listed, number, plain, signed
from ui.texts import _, ngettext

_MOST: Final = 3  # ways that are offered: more is a list to read


def way_text(way: Way, market: MarketView) -> str:
    """What a way changes."""
    columns = market.population.columns
    (first, *_rest) = way.criteria
    match way.means:
        case Means.LOOSEN:
            pairs = zip(market.profile.criteria, way.profile.criteria, strict=True)
            (after,) = (after for before, after in pairs if after != before)
            return _("Loosen {criterion}: {range}").format(
                criterion=words.criterion_name(first, columns),
                range=words.fit_summary(after.fit, columns[first.column]),
            )
        case Means.DROP:
            return _("Drop {criterion}").format(criterion=words.gate_name(first, columns))
        case Means.ALLOW_UNKNOWN:
            names = dict.fromkeys(words.criterion_name(one, columns) for one in way.criteria)
            return _("Let pass where {columns} is unknown").format(
                columns=listed(list(names), _("{first} or {last}"))
            )


def nothing_matches(
    market: MarketView,
    *,
    put: Callable[[Profile], None] = state.set_profile,
    at_hand: bool = False,
) -> None:
    """Say what keeps every account out, with ways to change that, each one press.

    Parameters
    ----------
    market
        Nobody matches.
    put
        Changes the profile; for callbacks.
    at_hand
        Whether the criteria stand on this page, so that no link to them is needed.
    """
    found, profile = ways(market)[:_MOST], market.profile
    begin = () if found else _begin_with(market)
    if begin:
        st.markdown(_advice(market))
    with st.container(horizontal=True, gap="small"):
        for place, way in enumerate(found):
            label = f"{signed(way.gained)}: {plain(way_text(way, market))}"
            _press(label, place, put, way.profile)
        for place, gate in enumerate(begin):
            name = words.gate_name(gate, market.population.columns)
            label = plain(_("Drop {criterion}").format(criterion=name))
            rest = profile.without(profile.criteria.index(gate))
            _press(label, place, put, rest)
        if not at_hand:
            navigation.link("builder", _("Loosen the profile"), ":material/arrow_forward:")


def _press(label: str, place: int, put: Callable[[Profile], None], profile: Profile) -> None:
    help = _("Undo takes it back.")
    st.button(label, help=help, on_click=put, args=(profile,), key=f"loosen_{place}")


def _begin_with(market: MarketView) -> tuple[Criterion, ...]:
    """What to drop first where no single change lets anybody in."""
    first = strictest(market)
    return (first.criterion,) if first else untold(market)


def _advice(market: MarketView) -> str:
    """What to begin with where no single change lets anybody in."""
    columns = market.population.columns
    begin = strictest(market)
    if begin is not None:
        name = plain(words.criterion_name(begin.criterion, columns))
        if not begin.passes:
            return _(
                "No single criterion keeps everybody out. Begin with {criterion}, which no account "
                "passes."
            ).format(criterion=name)
        return ngettext(
            "No single criterion keeps everybody out. Begin with {criterion}, which only {count} "
            "account passes.",
            "No single criterion keeps everybody out. Begin with {criterion}, which only {count} "
            "accounts pass.",
            begin.passes,
        ).format(criterion=name, count=number(begin.passes))
    names = dict.fromkeys(words.criterion_name(one, columns) for one in untold(market))
    return _("This list does not tell {columns}, which every account has to pass.").format(
        columns=plain(listed(list(names), _("{first} and {last}")))
    )

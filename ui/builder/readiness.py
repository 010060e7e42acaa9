"""Who is ready to buy, and what to leave aside: in words, with what the accounts tell of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Final

import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.analysis.readiness import known_share, ones
from icp_core.errors import IcpError, WorkspaceError
from icp_core.profiles.brief import Aspect, Brief, Focus, Readiness
from icp_core.profiles.model import Profile
from icp_core.views import MarketView
from ui import briefs, data, state, typed, widgets
from ui.builder import words
from ui.builder.editing import draft, held
from ui.controls import most_letters
from ui.format import labelled, number, percent, plain
from ui.texts import _, ngettext

_YES: Final = ":green[:material/check:]"
_NO: Final = ":orange[:material/info:]"


def aspects() -> dict[Aspect, tuple[str, str]]:
    """What makes a customer ideal, after Lincoln Murphy: its name, and what it asks."""
    return {
        Aspect.READY: (_("Ready"), _("Has the problem now, and knows it.")),
        Aspect.WILLING: (_("Willing"), _("Wants to do something about it.")),
        Aspect.ABLE: (_("Able"), _("Has the money and the right to decide.")),
        Aspect.SUCCESS: (_("Success"), _("Can succeed with what we offer.")),
        Aspect.ACQUISITION: (_("Cheap to win"), _("Can be won for less than it brings.")),
        Aspect.EXPANSION: (_("Expansion"), _("Can buy more over time.")),
        Aspect.ADVOCACY: (_("Advocacy"), _("Would tell others.")),
    }


def focused() -> dict[str, str]:
    """What is typed of the Rule of Five Ones."""
    return {"pipeline": _("One pipeline"), "lead_channel": _("One lead channel")}


def readiness(
    brief: Brief, profile: Profile, columns: Mapping[str, Column], market: MarketView | None
) -> None:
    """Draw a statement for each aspect, what measures it, and of how many matches that is known."""
    st.caption(
        _("How to tell an ideal customer. What no column measures is no data yet, never a score.")
    )
    measuring = list(dict.fromkeys(one.column for one in profile.criteria))
    for aspect, (name, meaning) in aspects().items():
        row = brief.about(aspect)
        kept = [row.column] if row.column and row.column not in measuring else []
        left, right = st.columns([3, 2], gap="small", vertical_alignment="bottom")
        with left:
            typed.text_field(
                labelled(name),
                most=most_letters(Readiness, "statement"),
                placeholder=meaning,
                **_edits(f"{aspect}_says", row.statement, _changing(aspect, "statement")),
            )
        right.selectbox(
            _("Measured by"),
            [None, *measuring, *kept],
            format_func=lambda column: (
                _("nothing yet") if column is None else _(words.column_of(column, columns).label)
            ),
            placeholder=_("nothing yet"),
            **_edits(f"{aspect}_column", row.column, _changing(aspect, "column")),
        )
        if row.column:
            st.caption(_known(market, row.column))


def _changing(aspect: Aspect, field: str) -> Callable[[Brief, Any], Brief]:
    return lambda now, to: now.saying(now.about(aspect).replace(**{field: to}))


def _known(market: MarketView | None, column: str) -> str:
    share = None
    if market is not None and "accounts" in market.supports and "filters" in market.supports:
        share = known_share(market, column)
    if share is None:
        return _("No data yet.")
    return _("Known of {share} of the matches.").format(share=percent(share))


def focus(brief: Brief, profile: Profile) -> None:
    """Draw the Rule of Five Ones: three of them counted, two to type."""
    st.caption(_("One at a time, until it works: advice, and nothing is kept from you."))
    try:
        saved = [one.newest for one in data.saved_profiles() if one.slug != state.view().saved]
    except WorkspaceError:
        # The page header says what is wrong with the workspace.
        saved = []
    others = []
    for one in saved:
        # One that cannot be read is told of on Versions.
        with suppress(IcpError):
            others.append(one.profile)
    found = ones(profile, others, today=date.today())
    customers = ngettext(
        "{count} ideal customer in force", "{count} ideal customers in force", len(found.profiles)
    ).format(count=number(len(found.profiles)))
    products = ngettext("{count} product", "{count} products", len(found.offers)).format(
        count=number(len(found.offers))
    )
    year = (
        _("no time box yet")
        if found.days is None
        else _("a time box of {count} days").format(count=number(found.days))
    )
    lines = (
        (found.is_one_customer, customers, found.profiles),
        (found.is_one_product and bool(found.offers), products, found.offers),
        (found.is_one_year, year, ()),
    )
    for fine, said, names in lines:
        listed = f": {plain(', '.join(names))}" if names else ""
        st.markdown(f"{_YES if fine else _NO} {plain(said)}{listed}")
    for field, label in focused().items():
        typed.text_field(
            labelled(label),
            most=most_letters(Focus, field),
            **_edits(f"focus_{field}", getattr(brief.focus, field), _focusing(field)),
        )


def _focusing(field: str) -> Callable[[Brief, Any], Brief]:
    return lambda now, to: now.replace(focus=now.focus.replace(**{field: to}))


def _edits(name: str, shown: Any, change: Callable[[Brief, Any], Brief]) -> dict[str, Any]:
    """As `briefs.edits`, in a part of a page: the page's header has to follow."""
    name = f"brief_{name}"

    def changed() -> None:
        if not widgets.is_leaving():
            briefs.put(lambda now: change(now, held(name)))
        st.rerun()

    return {"key": draft(name, shown), "on_change": changed}

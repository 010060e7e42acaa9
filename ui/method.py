"""The steps of the method on the start page: each done, next, or counted, and where it is done."""

import streamlit as st

from icp_core.analysis.method_steps import MethodStep, Name, method_steps, next_step
from icp_core.views import MarketView
from ui import data, navigation
from ui.controls import section
from ui.format import number, plain
from ui.state import View
from ui.texts import _


def _names() -> dict[Name, tuple[str, str]]:
    """What each step is called, and the page it is done on."""
    return {
        "customers": (_("Best customers"), "learn"),
        "criteria": (_("Criteria"), "builder"),
        "verified": (_("Verified"), "verification"),
        "interviews": (_("Interviews"), "interviews"),
        "group": (_("Buying group"), "buying_group"),
        "words": (_("One page"), "one_page"),
        "saved": (_("Saved"), "versions"),
    }


def steps(view: View, market: MarketView) -> None:
    """Draw the steps in a row."""
    looked_up, interviews = None, 0
    if data.remembers():
        looked_up = data.workspace().looked_up(list_name=view.list_name, profile=view.profile)
        interviews = data.workspace().interviews_held(view.saved) if view.saved else 0
    found = method_steps(
        view.profile,
        view.brief,
        customers=market.totals.customers,
        looked_up=looked_up.answered if looked_up else 0,
        interviews=interviews,
        is_saved=view.saved is not None and not view.edited,
    )
    names, coming = _names(), next_step(found)
    with st.container(border=True, gap="xsmall"):
        section(_("The method, step by step"))
        with st.container(horizontal=True, gap="xxsmall"):
            for one in found:
                label, page = names[one.name]
                icon = ":material/check_circle:" if one.done else ":material/circle:"
                if one == coming:
                    icon = ":material/arrow_circle_right:"
                navigation.link(page, plain(label) + _counted(one), icon)


def _counted(one: MethodStep) -> str:
    if one.count is None:
        return ""
    if one.least is None or one.most is None:
        return f" {number(one.count)}"
    most = number(one.most) if one.least == one.most else f"{number(one.least)}–{number(one.most)}"
    return " " + _("{count} of {most}").format(count=number(one.count), most=most)

"""Accounts: the whole list by page, one account at a time, and what is decided about them."""

import streamlit as st

from icp_core.workspace import Status
from ui import data, engines, shell, state, theme, widgets
from ui.accounts import adding, deciding, lists, one
from ui.format import number
from ui.texts import _, ngettext

view = shell.page("accounts")
with shell.guard():
    market = shell.market(view)
if "filters" not in market.supports:
    with shell.guard():
        engines.accounts(market)
    st.stop()
with shell.guard():
    wanted, statuses = lists.filters(market)
    # The numbers beside the filters stay those of the market; the list alone has the excluded too.
    if Status.EXCLUDED in statuses:
        market = shell.market(view, everybody=True)
chosen = lists.selected()

with st.container(border=True, gap="small"):
    # From the left: the table's own tools hang over the right end of this row.
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = st.container(width="content")
        asked = lists.layout(market, wanted, statuses)
        with shell.guard():
            page = lists.one_page(market, asked)
        title.markdown(
            ngettext("**{count} account**", "**{count} accounts**", page.total).format(
                count=number(page.total)
            )
        )
        st.button(
            ngettext("Edit {count} account", "Edit {count} accounts", len(chosen)).format(
                count=number(len(chosen))
            )
            if chosen
            else _("Edit accounts"),
            icon=":material/fact_check:",
            type=theme.emphasis() if chosen else "secondary",
            help=_(
                "Set status, owner, territory or customer: of the ticked accounts, or of all on the "
                "list."
            ),
            disabled=not page.total and not chosen,
            on_click=widgets.open_dialog,
            args=("decide",),
            key="accounts_decide",
        )
        if chosen:
            lists.learn_from(chosen)
            st.button(
                _("Clear"),
                type="tertiary",
                help=_("Take the ticks away, on every page."),
                on_click=lists.select,
                args=((),),
            )
        lists.downloads(market, asked, total=page.total)
        if "adding" in market.supports:
            st.button(
                _("Add"),
                icon=":material/add:",
                help=_("Add an account by hand."),
                on_click=widgets.open_dialog,
                args=("add",),
                key="accounts_add",
            )
    if page.total:
        with shell.guard():
            lists.table(page, market, asked)
        lists.pager(page, asked)
    else:
        lists.empty(market, asked)

match widgets.open_now():
    case "add":
        adding.dialog(market, list_name=view.list_name)
    case "decide":
        deciding.on_many(
            chosen,
            total=page.total,
            all_ids=lambda: market.account_ids(asked.wanted),
            can_mark="adding" in market.supports,
            offered=deciding.choices(market),
        )
    case _:
        if account := state.opened_account():
            with shell.guard():
                if account in data.excluded(view.list_name):
                    market = shell.market(view, everybody=True)
            one.drawer(market, account, list_name=view.list_name)

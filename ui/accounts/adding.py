"""Adding an account by hand."""

from datetime import date

import streamlit as st

from icp_core.errors import IcpError
from icp_core.importing import by_hand
from icp_core.reference.geography import COUNTRIES
from icp_core.views import MarketView
from ui import data, state, theme, widgets
from ui.format import plain
from ui.texts import _


def dialog(market: MarketView, *, list_name: str) -> None:
    """Ask for the facts of one account, and add it to these accounts or to all lists."""
    st.dialog(
        _("Add an account"),
        width="medium",
        icon=":material/add_business:",
        on_dismiss=widgets.close_dialog,
    )(_form)(market, list_name)


def _form(market: MarketView, list_name: str) -> None:
    population = market.population
    has = population.columns.keys()
    with st.form("add_account", border=False):
        name = st.text_input(_("Name"), key="add_name")
        with st.container(horizontal=True):
            country = st.selectbox(
                _("Country"),
                list(COUNTRIES),
                format_func=lambda code: COUNTRIES[code],
                key="add_country",
            )
            org_number = st.text_input(
                _("National number"),
                help=_("Makes it the same company in every list."),
                key="add_org_number",
            )
            website = st.text_input(_("Website"), key="add_website")
        with st.container(horizontal=True):
            postcode = st.text_input(_("Postcode"), key="add_postcode")
            city = st.text_input(_("City"), key="add_city")
            industry = st.text_input(
                _("Industry"), placeholder="62.01", help=_("A NACE code."), key="add_industry"
            )
        with st.container(horizontal=True):
            employees = st.number_input(
                _("Employees"),
                min_value=0,
                max_value=10_000_000,
                value=None,
                disabled="employees" not in has,
                key="add_employees",
            )
            revenue = st.number_input(
                _("Revenue, € a year"),
                min_value=0.0,
                value=None,
                format="%.0f",
                disabled="revenue" not in has,
                key="add_revenue",
            )
            customer = st.segmented_control(
                _("Customer"),
                [True, False],
                format_func=lambda value: _("Yes") if value else _("No"),
                key="add_customer",
            )
        everywhere = st.radio(
            _("Where it appears"),
            [False, True],
            format_func=lambda all_of_them: (
                _("In every list")
                if all_of_them
                else _("Only among: {label}").format(label=plain(population.label))
            ),
            key="add_everywhere",
        )
        added = st.form_submit_button(_("Add the account"), type=theme.emphasis())
    st.caption(_("What is left blank is unknown. The source says “added by hand”."))
    if added:
        try:
            account = by_hand.account(
                name=name,
                country=country,
                org_number=org_number,
                website=website,
                postcode=postcode,
                city=city,
                industry_code=industry,
                employees=employees,
                revenue=revenue,
                is_customer=customer,
                as_of=date.today(),
            )
            key = account["account_id"]
            if market.names([key]).height:
                st.warning(
                    _("{name} ({key}) is among these accounts already.").format(
                        name=plain(name), key=plain(key)
                    ),
                    icon=":material/info:",
                )
                return
            data.workspace().add_account(
                account, author=state.author(), list_name=None if everywhere else list_name
            )
        except IcpError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        widgets.close_dialog()
        state.open_account(key)
        st.rerun()

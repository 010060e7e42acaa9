"""Accounts too many to leave their engine: their market and list, by what totals and pages tell."""

from math import ceil
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.segments import in_order
from icp_core.evaluation.market import Breakdown
from icp_core.evaluation.tiers import groups
from icp_core.views import MarketView
from ui import charts_explore, shell, theme, widgets
from ui.accounts.lists import heading
from ui.areas import tier_label
from ui.builder.results import gate_table, range_sentence
from ui.controls import one_of, section
from ui.format import currency_sign, number
from ui.headline import headline
from ui.market.breakdowns import segment_name
from ui.tables import Field, Table, accounts_table
from ui.texts import _

ROWS: Final = 50  # accounts a page: a screen or two
MOST_PAGES: Final = 200  # an engine sorts again for each; an export has the rest
BARS: Final = 15  # of a breakdown; so many fit one screen
_PAGE: Final = "engine_page"


def totals(market: MarketView) -> None:
    """Draw what the market is made of and what every gate costs."""
    headline(market)
    st.caption(range_sentence(market))
    shell.too_many(
        market,
        needing=_("SAM, SOM, concentration and robustness need the accounts in memory."),
    )
    if not market.totals.matching:
        st.info(_("No company matches this profile, so there is nothing to break down."))
    else:
        _breakdown(market)
    with st.container(border=True, gap="xsmall"):
        section(_("What each must-have and knock-out costs, companies"))
        gate_table(market)


def _breakdown(market: MarketView) -> None:
    names = {
        "region": _("Region"),
        "industry": _("Industry division"),
        "size": _("Size"),
        "municipality": _("Municipality"),
    }
    by = one_of(_("Break down by"), names, labelled=True, **widgets.kept("engine_by"))
    table = segments(market.totals.breakdowns[by])
    tiers = groups(market.profile.tiers)
    colours = theme.tier_colours(tiers, dark=theme.is_dark())
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        shown = table.head(BARS)
        st.markdown(
            f"**{_('Matches by {what} and tier, companies').format(what=names[by].lower())}**"
        )
        charts_explore.legend({tier_label(name): colours[name] for name in tiers})
        charts_explore.show(
            charts_explore.stack_chart(
                shown["name"].to_list(),
                {tier_label(name): shown[name].to_list() for name in tiers},
                [colours[name] for name in tiers],
                texts=[number(count) for count in shown["accounts"]],
                values=number,
                dark=theme.is_dark(),
            ),
            key=f"engine_{by}",
            alt=_("Matches by segment and tier"),
        )
    numbers = {
        "accounts": _("Matches"),
        "potential": _("Potential, {currency}").format(
            currency=currency_sign(market.profile.currency)
        ),
    } | {name: tier_label(name) for name in tiers}
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        Table(
            table,
            [
                Field("key", _("Code"), on_page=False),
                Field("name", names[by]),
                *(Field(name, heading, "number") for name, heading in numbers.items()),
            ],
            title=_("{count} segments").format(count=number(table.height)),
            file=f"market-{by}",
            population=market.population,
        ).draw(unknown="")


def segments(breakdown: Breakdown) -> pl.DataFrame:
    """Key, name, accounts, known potential, and accounts per tier; largest first, unknown last."""
    names = [segment_name(breakdown.by, key) for key in breakdown.keys]
    return in_order(breakdown.totals().with_columns(name=pl.Series(names, dtype=pl.String)))


def accounts(market: MarketView) -> None:
    """Draw one page of the matches, best first, and the way to others."""
    matching = market.totals.matching
    if not matching:
        st.info(_("No company matches this profile, so there is nobody to list."))
        return
    pages = min(MOST_PAGES, ceil(matching / ROWS))
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            place = st.number_input(
                _("Page, of {count}").format(count=number(pages)),
                min_value=1,
                max_value=pages,
                width=160,
                key=widgets.begun(_PAGE, 1),
            )
            st.caption(
                _(
                    "{count} companies match, best first. They are too many to leave their engine: "
                    "search, filters and decisions need fewer, and the Export page takes the rest."
                ).format(count=number(matching))
            )
        rows = market.page(offset=(place - 1) * ROWS, limit=ROWS).rows
        accounts_table(rows, market.profile, height=560, key="engine_accounts")
        _download(rows, market)


def _download(rows: pl.DataFrame, market: MarketView) -> None:
    columns = ("account_id", "name", "tier", "score", "potential", "country", "website")
    Table(
        rows,
        [Field(name, heading(name)) for name in columns if name in rows.columns],
        file="accounts-page",
        population=market.population,
    ).draw_download(_("Download this page"))

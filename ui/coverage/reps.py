"""The table of reps, and the one that is looked at."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.evaluation.market import Bounds
from icp_core.reference import geography
from icp_core.territories.coverage import Coverage, RepCovered
from icp_core.views import MarketView
from ui import navigation, theme, widgets
from ui.controls import section
from ui.coverage import files
from ui.format import UNKNOWN, currency_sign, money_bounds, number, percent, plain
from ui.tables import Field, Table
from ui.texts import _

CHOSEN: Final = "coverage_rep"
_TABLE: Final = "coverage_reps"
_FEW: Final = 16  # reps that stand beside the map without scrolling


def table(market: MarketView, found: Coverage) -> None:
    """Draw the reps, the busiest first; pressing one shows it below."""
    if not found.reps:
        section(_("Reps, the busiest first"))
        st.caption(
            _("Once the team is named, each rep stands here with hours, accounts and potential.")
        )
        return
    rows = files.reps_table(found)
    names = rows["name"].to_list()
    chosen = widgets.now(CHOSEN)
    currency = market.profile.currency
    Table(
        _shown(rows, currency),
        fields(found, currency),
        title=_("Reps, the busiest first"),
        file="reps",
        population=market.population,
    ).draw(
        # Few reps leave no empty lines; many scroll beside the map.
        height="content" if rows.height <= _FEW else "stretch",
        selection_mode="single-row",
        key=widgets.shown_rows(_TABLE, [names.index(chosen)] if chosen in names else []),
        on_select=lambda: widgets.set_kept(
            CHOSEN, next((names[at] for at in widgets.picked(_TABLE)["selection"]["rows"]), None)
        ),
    )


def _shown(rows: pl.DataFrame, currency: str) -> pl.DataFrame:
    amounts = [
        money_bounds(Bounds(low, high), currency) if high > 0 else UNKNOWN
        for low, high in rows.select("potential_low", "potential_high").iter_rows()
    ]
    return rows.with_columns(potential=pl.Series(amounts, dtype=pl.String))


def fields(found: Coverage, currency: str) -> list[Field]:
    """Columns of the table of reps."""
    unit = currency_sign(currency)
    colour = theme.sequential(dark=theme.is_dark())[3]
    return [
        Field("name", _("Rep"), width=120, pinned=True),
        Field(
            "load",
            _("Of the hours"),
            "share_bar",
            width=100,
            colour=colour,
            help=_(
                "Hours that the accounts in tiers need, journeys included, of those that the rep has. "
                "100 % is full."
            ),
        ),
        *(
            Field(f"tier_{place}", one.tier, "number", width=40)
            for place, one in enumerate(found.tiers)
        ),
        Field("potential", _("Potential a year"), in_file=False),
        Field(
            "needed",
            _("Hours needed"),
            "number",
            digits=0,
            help=_("Work by tier, and journeys from home to each account and back."),
        ),
        Field("journeys", _("On the way"), "number", digits=0),
        Field("available", _("Hours there"), "number", digits=0),
        Field("others", _("In no tier"), "number"),
        Field("potential_low", _("Potential at least, {unit}").format(unit=unit), on_page=False),
        Field("potential_high", _("Potential at most, {unit}").format(unit=unit), on_page=False),
        Field("potential_unknown", _("Potential unknown"), "number"),
        Field("customers", _("Customers"), "number"),
        Field("white_space", _("Not yet customers"), "number"),
        Field("km", _("Mean km"), "number", digits=0, help=_("From home to an account in a tier.")),
        Field(
            "too_far",
            _("Out of reach"),
            "number",
            help=_("Outside the rep's countries, or further than the longest way."),
        ),
        Field(
            "untouched",
            _("{tier} untouched").format(tier=found.best.tier),
            "number",
        ),
        Field("last_touch", _("Last touch")),
    ]


def one(market: MarketView, found: Coverage) -> None:
    """Draw what the chosen rep has, with the files; nothing where none is chosen."""
    chosen = widgets.now(CHOSEN)
    rep = next((one for one in found.reps if one.rep.name == chosen), None)
    if rep is None:
        return
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(rep.rep.name)}** · {_sentence(rep, market.profile.currency)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            files.of_one(market, rep.rep.name, rep.owners)
            navigation.link(
                "accounts",
                _("Open in Accounts"),
                ":material/table_rows:",
                widgets={"accounts_owners": rep.owners[0]} if rep.owners else {},
            )


def _sentence(rep: RepCovered, currency: str) -> str:
    home = geography.name_of(rep.rep.home) if rep.rep.home else _("home unknown")
    parts = [
        plain(home),
        _("{needed} of {available} hours ({share}), {journeys} on the way").format(
            needed=number(rep.needed),
            available=number(rep.available),
            share=percent(rep.load),
            journeys=number(rep.journeys),
        ),
        _("{count} accounts").format(count=number(rep.total)),
        _("{amount} a year").format(
            amount=money_bounds(rep.potential, currency) if rep.potential.high else UNKNOWN
        ),
        _("{customers} customers and {others} not yet").format(
            customers=number(rep.customers), others=number(rep.white_space)
        ),
    ]
    if rep.km is not None:
        parts.append(_("{km} km to an account in the mean").format(km=number(rep.km)))
    return " · ".join(parts)

"""Where the market is: by region, municipality, industry, size or age, and customers within it."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.analysis.segments import Split, in_order
from icp_core.evaluation.tiers import groups
from icp_core.reference import geography, industry
from icp_core.views import MarketView
from ui import charts_explore, theme, widgets
from ui.areas import tier_label
from ui.controls import one_of, section, side_by_side
from ui.format import SPACE, currency_sign, money, number, percent
from ui.tables import Field, Table
from ui.texts import _, ngettext

BARS: Final = 15  # of a breakdown; so many fit one screen
_NAME_WIDTH: Final = 140  # pixels: names of regions and sizes
_READS: Final = {"size": "employees", "age": "founded"}


def names() -> dict[str, str]:
    """What the market can be split by."""
    return {
        "region": _("Region"),
        "municipality": _("Municipality"),
        "industry": _("Industry"),
        "size": _("Employees"),
        "age": _("Age"),
    }


def choose(market: MarketView) -> Split:
    """Draw what to split by, as far as the accounts tell, and what to look inside of."""
    known = market.population.columns
    offered = {by: name for by, name in names().items() if _READS.get(by, by) in known}
    offered = offered or {"region": names()["region"]}
    by = one_of(_("Split by"), offered, labelled=True, **widgets.kept("market_by"))
    inside = None
    if by in ("region", "municipality"):
        inside = _inside(_("Inside"), _("All regions"), _regions(market), "market_region")
    elif by == "industry":
        inside = _inside(_("Inside"), _("All industries"), _industries(market), "market_industry")
    return Split(by, inside)


def _inside(label: str, everything: str, options: dict[str, str], name: str) -> str | None:
    return st.selectbox(
        label,
        list(options),
        index=None,
        format_func=options.__getitem__,
        placeholder=everything,
        help=_("Or click a row of the table."),
        width=320,
        **widgets.kept(name),
    )


def _regions(market: MarketView) -> dict[str, str]:
    codes = (key for key in market.breakdown("region").keys if key is not None)
    named = ((code, segment_name("region", code)) for code in codes)
    return dict(sorted(named, key=lambda pair: pair[1]))


def _industries(market: MarketView) -> dict[str, str]:
    """Sections with matches, each followed by its divisions and groups: what can be opened further."""
    found = {
        key
        for name in ("section", "industry", "group")
        for key in market.breakdown(name).keys
        if key is not None and Split("industry").opening(key)
    }
    return {code: segment_name("industry", code) for code in industry.in_order(found)}


def segment_name(by: str, key: str | None, *, inside: str | None = None) -> str:
    """A segment as people read it: names for codes, units for bands."""
    if key is None:
        return _("Unknown")
    if by in ("region", "municipality"):
        return geography.name_of(key)
    if by == "industry":
        name = industry.titled(key)
        return _("{name}, not coded finer").format(name=name) if key == inside else name
    if by == "age":
        return _("{band} years").format(band=key)
    return key


def split_data(market: MarketView, split: Split) -> pl.DataFrame:
    """The segments with their names, in the order of their bands or the largest first, unknown last."""
    table = market.segments(split.dimension, within=split.within).with_columns(
        name=pl.col("key").map_elements(
            lambda key: segment_name(split.by, key, inside=split.inside),
            return_dtype=pl.String,
            skip_nulls=False,
        )
    )
    return in_order(table, by=split.by)


def by_tier(market: MarketView, split: Split) -> None:
    """Draw the split by tier: chart and table."""
    tiers = groups(market.profile.tiers)
    table = split_data(market, split)
    colours = theme.tier_colours(tiers, dark=theme.is_dark())
    _drawn(
        market,
        split,
        table,
        title=_("Matches by {what} and tier, companies"),
        parts={
            tier_label(name): (f"tier_{index}", colours[name]) for index, name in enumerate(tiers)
        },
        text=lambda row: _with_potential(row["accounts"], row["potential"], market),
        columns=[
            "name",
            "accounts",
            "share",
            "potential",
            *(f"tier_{index}" for index in range(len(tiers))),
            "potential_unknown",
        ],
    )


def by_customer(market: MarketView, split: Split) -> None:
    """Draw customers against white space: chart and table."""
    table = split_data(market, split)
    dark = theme.is_dark()
    colours = theme.tier_colours(market.profile.tiers.names, dark=dark)
    _drawn(
        market,
        split,
        table,
        title=_("Customers and not yet customers by {what}, companies"),
        parts={
            _("Customers"): ("customers", theme.CUSTOMERS),
            _("Not yet customers"): ("white_space", colours[market.profile.tiers.names[0]]),
        },
        text=lambda row: _("{share} of {count}").format(
            share=percent(row["penetration"], digits=1), count=number(row["accounts"])
        ),
        columns=[
            "name",
            "accounts",
            "customers",
            "white_space",
            *(("customers_unknown",) if table["customers_unknown"].sum() else ()),
            "penetration",
            "potential_customers",
            "potential_white_space",
        ],
    )
    outside = market.customers_outside()
    st.caption(
        _(
            "Penetration is the share of the matches that are customers. {count} customers do not "
            "match the profile and are not counted here."
        ).format(count=number(outside))
    )


def _drawn(
    market: MarketView,
    split: Split,
    table: pl.DataFrame,
    *,
    title: str,
    parts: dict[str, tuple[str, str]],
    text: Any,
    columns: Sequence[str],
) -> None:
    what = names()[split.by].lower()
    title = title.format(what=what)
    left, right = side_by_side("market_segments_halves", gap="small")
    shown = table.head(BARS)
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        section(title)
        charts_explore.legend({name: colour for name, (_column, colour) in parts.items()})
        charts_explore.show(
            charts_explore.stack_chart(
                shown["name"].to_list(),
                {name: shown[column].to_list() for name, (column, _colour) in parts.items()},
                [colour for _column, colour in parts.values()],
                texts=[text(row) for row in shown.iter_rows(named=True)],
                values=number,
                dark=theme.is_dark(),
            ),
            key=f"market_split_{split.by}_{split.inside}",
            alt=title,
        )
        if table.height > BARS:
            st.caption(
                _("The largest {count} of {all}; the table has all of them.").format(
                    count=BARS, all=number(table.height)
                )
            )
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _table(market, split, table, columns)


def _table(market: MarketView, split: Split, table: pl.DataFrame, columns: Sequence[str]) -> None:
    keys = table["key"].to_list()
    can_open = any(split.opening(key) for key in keys)

    def clicked(row: int) -> None:
        opened = split.opening(keys[row])
        if opened is not None:
            widgets.set_kept(f"market_{opened.by}", opened.inside)

    fields = _fields(market, split)
    Table(
        table,
        [Field("key", _("Code"), on_page=False), *(fields[name] for name in columns)],
        title=ngettext("{count} segment", "{count} segments", table.height).format(
            count=number(table.height)
        ),
        file=f"market-{split.dimension}",
        population=market.population,
    ).draw(
        height="stretch" if table.height > BARS else "content",
        # A table of its own for each level, because a browser remembers what was clicked in a table.
        key=f"market_table_{split.by}_{split.inside}" if can_open else None,
        on_row=clicked if can_open else None,
    )
    if can_open:
        st.caption(
            _("Click a row for its municipalities.")
            if split.dimension == "region"
            else _("Click a row for what is inside it, down to four digits.")
        )


def _fields(market: MarketView, split: Split) -> dict[str, Field]:
    currency = market.profile.currency
    tiers = groups(market.profile.tiers)
    width: Any = "medium" if split.by == "industry" else _NAME_WIDTH
    fields = [
        Field("name", names()[split.by], width=width, pinned=True),
        Field("share", _("Share"), "share"),
        Field("penetration", _("Penetration"), "share"),
    ]
    numbers = {
        "accounts": _("Matches"),
        "potential": _("Potential, {currency}").format(currency=currency_sign(currency)),
        "potential_unknown": _("Potential unknown"),
        "customers": _("Customers"),
        "white_space": _("Not yet customers"),
        "customers_unknown": _("Customer or not, unknown"),
        "potential_customers": _("Customers, {currency}").format(currency=currency_sign(currency)),
        "potential_white_space": _("Not yet customers, {currency}").format(
            currency=currency_sign(currency)
        ),
    } | {f"tier_{index}": tier_label(name) for index, name in enumerate(tiers)}
    fields += [Field(name, heading, "number") for name, heading in numbers.items()]
    return {field.name: field for field in fields}


def _with_potential(accounts: int, potential: float | None, market: MarketView) -> str:
    if potential is None:
        return number(accounts)
    return f"{number(accounts)}{SPACE}· {money(potential, market.profile.currency)}"

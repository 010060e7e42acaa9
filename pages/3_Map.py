"""Map: where the market is, by region and municipality, and the best accounts there."""

import streamlit as st

from icp_core.analysis.shading import shading
from icp_core.evaluation.tiers import groups
from icp_core.reference import geography
from icp_core.reference.geography import COUNTRIES
from icp_core.territories.team import team_for
from ui import loosening, maps, navigation, owner_map, shell, state, theme, widgets
from ui.accounts.one import opened
from ui.areas import Measure
from ui.controls import apart, one_of, section, side_by_side
from ui.format import number, plain
from ui.headline import customers_unknown, tam_value
from ui.navigation import NO_WIDGETS
from ui.tables import Table, accounts_table
from ui.texts import _, ngettext

LEVELS = {"region": _("Regions"), "municipality": _("Municipalities")}
POINTS = (100, 500, 2_000)
BEST = 100
HEIGHT = 620
OWNER = "owner"

view = shell.page("map")
profile = view.profile
tiers = profile.tiers.names
currency = profile.currency
dark = theme.is_dark()
with shell.guard():
    market = shell.market(view, needs=["areas"])
if not market.totals.matching:
    st.info(_("No company matches this profile, so there is nothing to show on a map."))
    loosening.nothing_matches(market)
    st.stop()

with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
    shade = st.segmented_control(
        _("Shade by"),
        [*(one.value for one in Measure), OWNER],
        format_func=lambda name: (
            _("Owner") if name == OWNER else plain(Measure(name).label(tiers[0]))
        ),
        default=Measure.MATCHES.value,
        required=True,
        wrap=True,
        **widgets.kept("map_measure"),
    )
    by_owner = shade == OWNER
    measure = Measure.MATCHES if by_owner else Measure(shade)
    level = one_of(_("Areas"), LEVELS, labelled=True, **widgets.kept("map_level"))
    countries = st.pills(
        _("Countries, all if none is chosen"),
        [code for code in COUNTRIES if code in market.countries()],
        format_func=COUNTRIES.__getitem__,
        selection_mode="multi",
        wrap=True,
        **widgets.kept("map_countries"),
    )
    areas = market.areas(level, countries)
    names = areas.names()
    area = st.selectbox(
        _("One area"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=_("All areas"),
        help=_("Or click the map, or a row of the ranking."),
        width=220,
        **widgets.kept("map_area"),
    )
    with st.popover(_("Layers"), icon=":material/layers:"):
        with_points = st.toggle(_("Accounts as dots"), value=True, **widgets.kept("map_dots"))
        limit = st.segmented_control(
            _("How many, best first"),
            POINTS,
            format_func=number,
            default=POINTS[1],
            required=True,
            disabled=not with_points,
            **widgets.kept("map_limit"),
        )
        tiles = st.toggle(
            _("Background map"),
            help=_(
                "Loads streets and towns from carto.com, which then learns what part of the world "
                "you look at. No company data is sent."
            ),
            **widgets.kept("map_background"),
        )

# Accounts are filtered by region; a municipality leads to the accounts of its region.
region = area if level == "region" or area is None else geography.region_of(area)
here = _("all areas") if area is None else names[area]
shown = areas.numbers(area)
shaded = shading(areas.table[measure.value])
with_points = with_points and not by_owner
points = market.points(limit=limit, countries=countries) if with_points else None
ranked = areas.ranked(measure.value)
left, right = side_by_side("map_halves", shares=(4, 3))
with left.container(border=True, height="stretch"):
    title = maps.title(measure, level, best_tier=tiers[0], currency=currency)
    section(_("Who has most matches, by area") if by_owner else title)
    obstacle = maps.obstacle(areas, points)
    if obstacle is not None:
        st.info(obstacle)
    elif by_owner:
        now = state.plan()
        owner_map.part(
            market.owners_by_area(now, level, countries),
            team_for(now, market.population),
            areas,
            kept="map_area",
            height=HEIGHT,
        )
    else:
        key = "_".join(["map", view.list_name, level, *areas.countries])
        st.pydeck_chart(
            maps.map_chart(
                areas,
                shaded,
                points,
                tiers=tiers,
                currency=currency,
                dark=dark,
                selected=area,
                tiles=tiles,
                height=HEIGHT,
            ),
            height=HEIGHT,
            on_select=lambda: widgets.set_kept(
                "map_area", maps.area_clicked(widgets.event(key), widgets.now("map_area"))
            ),
            key=key,
            alt=_("Map of {measure} by area").format(measure=measure.label(tiers[0])),
        )
        maps.legend(
            maps.area_swatches(
                shaded, measure, currency, behind_points=points is not None, dark=dark
            ),
            title=LEVELS[level],
        )
        if points is not None and points.accounts:
            drawn = dict(zip(groups(profile.tiers), points.tiers, strict=True))
            maps.legend(maps.tier_swatches(drawn, dark=dark), title=_("Accounts"), dots=True)
    for note in maps.notes(areas, points, measure):
        st.caption(note)
leaves_out = shown["possible"] or shown["potential_known"] < shown["accounts"]
with right.container(horizontal=True, gap="xsmall"):
    for one in Measure:
        text = maps.measured(one, shown, currency)
        if one is Measure.POTENTIAL and area is None and not countries:
            text = tam_value(market.totals)
        elif one is Measure.POTENTIAL and shown["potential"] is not None and leaves_out:
            text = _("at least {amount}").format(amount=text)
        st.metric(plain(one.label(tiers[0])), text, border=True)
with right.container(border=True, height="stretch"):
    codes = ranked["code"].to_list()
    Table(
        ranked,
        maps.ranking_fields(measure, best_tier=tiers[0], currency=currency),
        title=_("{areas}, most first").format(areas=LEVELS[level]),
        file=f"{level}-{measure}",
        population=market.population,
    ).draw(
        height="stretch",
        selection_mode="single-row",
        key=widgets.shown_rows("map_ranking", [codes.index(area)] if area in codes else []),
        on_select=lambda: widgets.set_kept(
            "map_area",
            next((codes[row] for row in widgets.picked("map_ranking")["selection"]["rows"]), None),
        ),
    )
if measure in (Measure.CUSTOMERS, Measure.WHITE_SPACE) and areas.total["customers"] is None:
    customers_unknown(areas.total["accounts"])
with st.container(border=True):
    rows = market.best_in(level, area=area, countries=countries, limit=BEST)
    with apart():
        st.markdown(f"**{_('Best accounts')} · {plain(here)}**", width="content")
        navigation.link(
            "accounts",
            _("All accounts")
            if region is None
            else _("All accounts of {area}").format(area=plain(geography.name_of(region))),
            ":material/table_rows:",
            widgets=NO_WIDGETS
            if region is None
            else {"accounts_regions": geography.name_of(region)},
        )
    accounts_table(rows, profile, key="map_best", can_open=True)
    more = shown["accounts"] - rows.height
    if more > 0:
        st.caption(
            ngettext(
                "The best {count}; {more} more account matches.",
                "The best {count}; {more} more accounts match.",
                more,
            ).format(count=rows.height, more=number(more))
        )
opened(market, list_name=view.list_name)

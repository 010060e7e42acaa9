"""The parts of the Export page: what goes into the file, ways to more companies, who it reaches."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import streamlit as st

from icp_core import views
from icp_core.evaluation.tiers import UNRANKED, groups
from icp_core.exporting import FORMATS, Customers, Preflight, Prepared
from icp_core.exporting.buying_roles import HEADINGS, roles_file, roles_file_name
from icp_core.exporting.formats import Format
from icp_core.exporting.members import MEMBERS, RECOGNISED
from icp_core.profiles.model import Profile
from icp_core.reference.geography import name_of
from icp_core.views import Means
from ui import data, loosening, navigation, shell, state, widgets
from ui.areas import short_tier_label
from ui.controls import one_of, section
from ui.downloads import download
from ui.format import bounds, number, percent_bounds, plain, signed
from ui.headline import customers_unknown
from ui.state import View
from ui.texts import _, ngettext

_TIERS: Final = "export_tiers"
_COUNTRIES: Final = "export_countries"
_CUSTOMERS: Final = "export_customers"
_POSSIBLE: Final = "export_possible"
_PROFILE: Final = "profile"
_MOST_LOOSENED: Final = 2  # criteria that are offered to be loosened: more is a list to read


@dataclass(frozen=True)
class Asked:
    """What the file is to hold.

    Attributes
    ----------
    target
        Its format.
    profile
        Whose matches.
    tiers
        Of `evaluation.tiers.groups`.
    countries
        Codes; none for all.
    customers
        With them, without them, or only them.
    with_possible
        Whether those with missing data come too.
    """

    target: Format
    profile: Profile
    tiers: tuple[str, ...]
    countries: tuple[str, ...]
    customers: Customers
    with_possible: bool

    def prepared(self, list_name: str) -> Prepared:
        """The file."""
        return data.export(
            list_name,
            self.profile,
            format=self.target.name,
            customers=self.customers,
            countries=self.countries,
            tiers=tuple(None if name == UNRANKED else name for name in self.tiers),
            with_possible=self.with_possible,
            on=date.today(),
            ignore_decisions=not data.remembers(),
        )


def choose(view: View) -> Asked:
    """Draw what goes into the file."""
    profile = view.profile
    names = {name: plain(one.label) for name, one in FORMATS.items()}
    with st.container(border=True):
        chosen = st.pills(
            _("Format"),
            list(names),
            format_func=names.__getitem__,
            default="linkedin",
            required=True,
            **widgets.kept("export_format"),
        )
        target = FORMATS[chosen]
        st.caption(plain(target.purpose))
        if target.is_ad_audience:
            _meta()
        _forget_other_tiers(view)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            tiers = st.pills(
                _("Tiers"),
                groups(profile.tiers),
                format_func=lambda name: plain(short_tier_label(name)),
                default=profile.tiers.names,
                selection_mode="multi",
                **widgets.kept(_TIERS),
            )
            countries = st.pills(
                _("Countries"),
                sorted(data.countries(view.list_name), key=name_of),
                format_func=lambda code: plain(name_of(code)),
                selection_mode="multi",
                wrap=True,
                help=_("All countries if none is chosen."),
                **widgets.kept(_COUNTRIES),
            )
            customers: Customers = one_of(
                _("Customers"),
                {"with": _("With"), "without": _("Without"), "only": _("Only")},
                labelled=True,
                **widgets.kept(_CUSTOMERS),
            )
            with_possible = st.toggle(
                _("With missing data too"),
                help=_("Those that fail nothing but lack a fact, behind the matches."),
                **widgets.kept(_POSSIBLE),
            )
    return Asked(target, profile, tuple(tiers), tuple(countries), customers, with_possible)


def _forget_other_tiers(view: View) -> None:
    """Begin with all ranked tiers again where those chosen were another list's or profile's."""
    about = (view.list_name, view.starter, view.saved, view.profile.tiers.names)
    last = widgets.own("export_tiers_of", list[Any])
    if last and last != [about]:
        widgets.set_kept(_TIERS, list(view.profile.tiers.names))
    last[:] = [about]


def _meta() -> None:
    with st.popover(_("And Facebook or Instagram?"), type="tertiary", icon=":material/help:"):
        st.markdown(
            _(
                "**Meta takes lists of people, not of companies**: their e-mail addresses and telephone "
                "numbers, which these accounts do not have and which need consent. Instead:\n"
                "- *Detailed targeting*: employer, job title, industry and interests, inside the "
                "regions of your profile (Market tells them).\n"
                "- *Website visitors*: bring these companies to your site by LinkedIn or search ads, "
                "and advertise on Meta to those who came (its pixel).\n"
                "- *Lookalikes* of contacts at your best customers who agreed to it, from your CRM."
            )
        )


def nobody(asked: Asked) -> None:
    """Say that no tier is chosen, and choose those that are ranked."""
    st.info(_("No tier is chosen, so nobody goes into the file."), icon=":material/info:")
    st.button(
        _("Choose all ranked tiers"),
        icon=":material/select_all:",
        on_click=widgets.set_kept,
        args=(_TIERS, list(asked.profile.tiers.names)),
        key="export_all_tiers",
    )


def problems(view: View, asked: Asked, report: Preflight) -> None:
    """Say what keeps the file from being taken, with ways out that are one press away."""
    rows, least = report.rows_written, asked.target.min_rows
    if rows >= least:
        for blocker in report.blockers:
            st.error(plain(blocker), icon=":material/block:")
    else:
        st.error(
            plain(
                _("{format} needs at least {least} companies, and this file has {count}.").format(
                    format=asked.target.label, least=number(least), count=number(rows)
                )
                if rows
                else _("There is no company to export.")
            ),
            icon=":material/block:",
        )
        with st.container(horizontal=True, gap="small"):
            found = False
            for place, (label, more, change) in enumerate(_ways(view, asked, report)):
                found = True
                st.button(
                    # On a phone a label ends where the button does: what it brings comes first.
                    f"{signed(more)}: {plain(label)}",
                    icon=":material/add:",
                    on_click=_apply,
                    args=(change,),
                    key=f"export_way_{place}",
                )
            if not found:
                navigation.link("builder", _("Loosen the profile"), ":material/arrow_forward:")
    if report.customers_unknown:
        customers_unknown(
            report.customers_unknown,
            _("They count as no customers: leaving customers out keeps them.")
            if asked.customers == "without"
            else _("They count as no customers, so none of them is in the file."),
        )


def _ways(view: View, asked: Asked, report: Preflight) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """What would bring more companies: what it is, how many more, and what it changes."""
    dropped = report.dropped
    ways: list[tuple[str, Asked, dict[str, Any]]] = []
    if dropped["other_tier"] or dropped["too_little_known"]:
        for name in groups(asked.profile.tiers):
            if name not in asked.tiers:
                more = (*asked.tiers, name)
                label = _("Add {tier}").format(tier=short_tier_label(name))
                ways.append((label, replace(asked, tiers=more), {_TIERS: list(more)}))
    if not asked.with_possible:
        ways.append(
            (
                _("Include missing data"),
                replace(asked, with_possible=True),
                {_POSSIBLE: True},
            )
        )
    if dropped["other_country"]:
        ways.append((_("All countries"), replace(asked, countries=()), {_COUNTRIES: []}))
    if asked.customers != "with":
        ways.append((_("Keep customers"), replace(asked, customers="with"), {_CUSTOMERS: "with"}))
    market = shell.market(view, quiet=True)
    if "costs" not in market.supports:
        # Each would be a question to an engine.
        return
    # Missing data come into the file without a change of the profile.
    looser = [way for way in views.ways(market) if way.means is not Means.ALLOW_UNKNOWN]
    ways += [
        (
            loosening.way_text(way, market),
            replace(asked, profile=way.profile),
            {_PROFILE: way.profile},
        )
        for way in looser[:_MOST_LOOSENED]
    ]
    for label, then, change in ways:
        more_rows = then.prepared(view.list_name).report.rows_written - report.rows_written
        if more_rows > 0:
            yield label, more_rows, change


def _apply(change: dict[str, Any]) -> None:
    for name, value in change.items():
        if name == _PROFILE:
            state.set_profile(value)
        else:
            widgets.set_kept(name, value)


def reach(report: Preflight) -> None:
    """Draw how many members an ad audience is likely to reach, and what that rests on."""
    found = report.reach
    if found is None or not report.rows_written:
        return
    basis = _(
        "Headcounts of {known} of {all} companies: {employees} people. Assumed: LinkedIn recognises "
        "{companies} of the companies, and {members} of their people are members. Campaign Manager "
        "tells the true number up to 48 hours after the upload."
    ).format(
        known=number(found.known),
        all=number(report.rows_written),
        employees=bounds(found.employees),
        companies=percent_bounds(RECOGNISED),
        members=percent_bounds(MEMBERS),
    )
    if not found.known:
        st.caption(_("No headcount is known, so the audience's size cannot be estimated."))
        return
    st.metric(
        _("Members reached, an estimate"),
        bounds(found.members),
        _("LinkedIn needs 300 to run an ad"),
        delta_color="off",
        delta_arrow="off",
        help=basis,
    )
    st.caption(
        ngettext(
            "From the headcounts of {known} of {all} company.",
            "From the headcounts of {known} of {all} companies.",
            report.rows_written,
        ).format(known=number(found.known), all=number(report.rows_written))
    )


def roles(view: View, asked: Asked, report: Preflight) -> None:
    """Offer which role contacts get by their job titles, where the receiver knows roles."""
    if asked.target.name not in HEADINGS:
        return
    group = view.brief.buying_group
    with st.container(border=True, gap="xsmall"):
        section(_("Roles of the buying group"))
        st.caption(
            plain(
                _(
                    "By job title, what {heading} is to be for your contacts there. No person is in "
                    "either file."
                ).format(heading=HEADINGS[asked.target.name])
            )
        )
        if not group:
            navigation.link("buying_group", _("Say who is in it"))
            return
        download(
            _("Job titles with roles"),
            roles_file(group, asked.target.name),
            name=roles_file_name(asked.target.name, on=date.today(), fictional=report.fictional),
            mime="text/csv",
            key="export_roles",
        )

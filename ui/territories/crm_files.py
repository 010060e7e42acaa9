"""Files that carry the plan into a CRM: its exports to match with, the report, and the archive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.errors import IcpError
from icp_core.exporting.crm import CRMS, CrmFiles, CrmReport, Where, crm_files
from icp_core.importing.crm_exports import Org, read_org
from icp_core.territories.plan import TerritoryPlan
from icp_core.views import MarketView
from ui import data, state, theme, widgets
from ui.controls import one_of, section
from ui.downloads import download
from ui.format import number, plain
from ui.tables import Field, Table
from ui.texts import _
from ui.typed import text_field

DIALOG: Final = "territories_crm_files"
MOST_BYTES: Final = 200_000_000
_MOST_ID: Final = 18


@dataclass
class _Session:
    """What this session made last.

    Attributes
    ----------
    read
        The org by the exports that were given.
    asked, files
        What files were made for, and they.
    of
        What the files were made of, held so that nothing else gets its identity.
    """

    read: tuple[tuple[str, ...], Org] = ((), Org())
    asked: tuple[Any, ...] = ()
    files: CrmFiles | None = field(default=None, repr=False)
    of: tuple[Any, ...] = field(default=(), repr=False)


def button() -> None:
    """Draw the button that opens the dialog."""
    st.button(
        _("For a CRM"),
        icon=":material/sync_alt:",
        help=_("Owners and territories as files for Salesforce or HubSpot, with what is lacking."),
        on_click=widgets.open_dialog,
        args=(DIALOG,),
        key="territories_crm_open",
    )


def dialog(plan: TerritoryPlan, market: MarketView) -> None:
    """Open the dialog."""
    st.dialog(_("The plan as files for a CRM"), width="large", on_dismiss=widgets.close_dialog)(
        _form
    )(plan, market)


def _form(plan: TerritoryPlan, market: MarketView) -> None:
    crm = one_of(_("System"), CRMS, key="territories_crm")
    org = _org(crm)
    if org is None:
        return
    where = _where() if crm == "salesforce" else Where()
    if where is None:
        return
    found = _made(crm, plan, market, org, where)
    download(
        _("Files for {crm}").format(crm=CRMS[crm]),
        found.to_bytes,
        name=found.file_name,
        mime="application/zip",
        type=theme.emphasis(),
        disabled=not found.files,
        on_made=_log(found, market),
        again=True,
        key="territories_crm_zip",
    )
    _report(found.report)


def _org(crm: str) -> Org | None:
    """Draw the way in for the CRM's exports; what they tell, None where one cannot be read."""
    wanted = {
        "salesforce": _(
            "Exports of your org, by Data Loader: User, Territory2, ObjectTerritory2Association, "
            "UserTerritory2Association, Account"
        ),
        "hubspot": _("Exports of your account: users, companies"),
    }
    given = st.file_uploader(
        wanted[crm],
        type=["csv", "xlsx", "tsv", "txt"],
        accept_multiple_files=True,
        help=_("Ids exist only there. The files are read on this machine and not kept."),
        key=f"territories_crm_exports_{crm}",
    )
    session = widgets.own("territories_crm_made", _Session)
    ids = tuple(one.file_id for one in given)
    if session.read[0] == ids:
        return session.read[1]
    if sum(one.size for one in given) > MOST_BYTES:
        st.error(_("The exports are too large together: at most 200 MB are read."))
        return None
    try:
        with st.spinner(_("Reading the exports")):
            org = read_org([(one.getvalue(), one.name) for one in given])
    except IcpError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    session.read = (ids, org)
    return org


def _where() -> Where | None:
    """Draw where new territories belong; None where that is no id."""
    with st.popover(_("Where new territories belong"), icon=":material/account_tree:"):
        st.caption(_("Ids of your org. Left blank, they are taken from the export of Territory2."))
        model, kind, parent = (
            text_field(label, most=_MOST_ID, key=f"territories_crm_{name}")
            for label, name in (
                (_("Territory model"), "model"),
                (_("Territory type"), "type"),
                (_("Territory above, if any"), "parent"),
            )
        )
    try:
        if model is None or kind is None or parent is None:
            return None
        return Where(
            model=model.strip() or None, type=kind.strip() or None, parent=parent.strip() or None
        )
    except IcpError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _made(crm: str, plan: TerritoryPlan, market: MarketView, org: Org, where: Where) -> CrmFiles:
    session = widgets.own("territories_crm_made", _Session)
    # Large things are the same where they are the same object.
    asked = (crm, where, date.today(), id(plan), id(market.population), id(org))
    if session.files is None or session.asked != asked:
        with st.spinner(_("Making the files")):
            session.files = crm_files(
                crm,
                plan.table(),
                market.accounts().frame,
                plan.planning.team,
                on=date.today(),
                fictional=market.population.fictional,
                org=org,
                where=where,
            )
        session.asked, session.of = asked, (plan, market.population, org)
    return session.files


def _log(found: CrmFiles, market: MarketView) -> Callable[[str, bytes], None]:
    """What puts the archive on record, from outside of the session."""
    view, author = state.view(), state.author()
    name_of_list = market.population.name

    def log(name: str, made: bytes) -> None:
        data.workspace().log_export(
            author=author,
            list_name=name_of_list,
            profile=view.profile,
            format=found.log_format,
            file_name=name,
            accounts=found.report.accounts,
            sha256=sha256(made).hexdigest(),
            **view.as_saved,
        )

    return log


def _report(report: CrmReport) -> None:
    st.caption(
        _(
            "{accounts} accounts with a rep in the plan, {moved} with another than today or none."
        ).format(accounts=number(report.accounts), moved=number(report.moved))
    )
    for text in report.warnings:
        st.markdown(f":material/warning: {plain(text)}")
    if report.lacking:
        _counted(report.lacking, _("Lacking, and so in none of the files"), "lacking")
    _counted(report.rows, _("Rows of each file"), "files")
    _listed(_("How to load"), report.steps)
    _listed(_("What stays as it is"), report.left_behind)
    if report.read:
        st.caption(plain(_("Matched with {files}").format(files=", ".join(report.read))))


def _counted(counts: Mapping[str, int], title: str, what: str) -> None:
    Table(
        pl.DataFrame(
            {"what": list(counts), "count": list(counts.values())},
            schema={"what": pl.String, "count": pl.Int64},
        ),
        (
            Field("what", title),
            Field("count", _("How many") if what == "lacking" else _("Rows"), "number"),
        ),
    ).draw_printed()


def _listed(title: str, texts: Sequence[str]) -> None:
    section(title)
    st.markdown("\n".join(f"- {plain(text)}" for text in texts))

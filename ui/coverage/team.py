"""The team: typed, read from a file, or taken from the owners of the accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import polars as pl
import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import MOST_HOURS, MOST_KM, Rep, Team, rep, team_of
from icp_core.errors import IcpError, PlanError, WorkspaceError
from icp_core.exporting.cells import guarded
from icp_core.importing.team_lists import HEADINGS, read_team
from icp_core.reference import geography
from icp_core.reference.countries import country_code
from icp_core.views import MarketView
from ui import data, plan, theme, widgets
from ui.downloads import download
from ui.format import moment, number, plain
from ui.tables import csv_name
from ui.texts import _, ngettext

DIALOG: Final = "team"
MOST_MB: Final = 5
"""Of a file with a team: some ten thousand rows."""

_EARLIER: Final = 20  # versions to go back to
_OFFERED: Final = 40  # owners of the accounts to choose from


@dataclass
class _Draft:
    """The rows as they were last put there, by somebody else than the editor.

    Attributes
    ----------
    reps
        To begin with.
    edition
        Part of the editor's key: another one begins anew.
    remarks
        On the file that was read last.
    file
        Which that was.
    """

    reps: tuple[Rep, ...] = ()
    edition: int = 0
    remarks: tuple[str, ...] = ()
    file: str = ""

    def put(self, reps: Iterable[Rep]) -> None:
        """Have the editor begin with these."""
        self.reps = tuple(reps)
        self.edition += 1


def button(team: Team) -> None:
    """Draw the button that opens the dialog."""
    st.button(
        _("Team of {count}").format(count=number(len(team))) if team else _("Name the team"),
        icon=":material/group:",
        type="secondary" if team else theme.emphasis(),
        help=_("Who sells: names, homes, hours, countries and how far they go."),
        on_click=_open,
        args=(team,),
        key="coverage_team",
    )


def _open(team: Team) -> None:
    draft = widgets.own("team_draft", _Draft)
    draft.put(team.reps)
    draft.remarks, draft.file = (), ""
    widgets.open_dialog(DIALOG)


def dialog(market: MarketView, now: TeamPlan) -> None:
    """Open the editor of the team."""
    st.dialog(
        _("The team"), width="large", icon=":material/group:", on_dismiss=widgets.close_dialog
    )(_edit)(market, now)


def _edit(market: MarketView, now: TeamPlan) -> None:
    draft = widgets.own("team_draft", _Draft)
    _offers(market, now, draft)
    _earlier(draft)
    _file(draft)
    edited = st.data_editor(
        rows_of(draft.reps).to_pandas(),
        num_rows="dynamic",
        hide_index=True,
        column_config=_config(),
        height=320,
        placeholder="",
        key=f"team_rows_{draft.edition}",
    )
    try:
        team = team_from(edited.astype(object).where(edited.notna(), None).to_dict("records"))
    except PlanError as error:
        st.error(plain(str(error)), icon=":material/error:")
        team = None
    for remark in dict.fromkeys((*draft.remarks, *(team.remarks if team else ()))):
        st.caption(plain(remark))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            _("Save for the team"),
            type=theme.emphasis(),
            icon=":material/save:",
            disabled=team is None,
            key="team_save",
        ):
            plan.save(team=team)
            widgets.close_dialog()
            st.rerun()
        if st.button(
            _("Try in this session"),
            help=_("A what-if: Undo in the header takes it back."),
            disabled=team is None,
            key="team_try",
        ):
            plan.change(team=team)
            widgets.close_dialog()
            st.rerun()
        name = csv_name("team", market.population)
        download(
            _("As a file"),
            _csv(team or Team(reps=())),
            name=name,
            mime="text/csv",
            key="team_file_out",
        )
    st.caption(
        _("Hours of the team are people times hours on every page. Nothing leaves this machine.")
    )


def _file(draft: _Draft) -> None:
    """Draw the way in from a file, and read one that is given."""
    given = st.file_uploader(
        _("From a file: {headings}").format(headings=", ".join(HEADINGS)),
        type=["csv", "xlsx", "tsv", "txt", "ods"],
        max_upload_size=MOST_MB,
        key=f"team_file_{draft.edition}",
    )
    if given is None or given.file_id == draft.file:
        return
    draft.file = given.file_id
    try:
        with st.spinner(_("Reading the file")):
            found = read_team(given.getvalue(), name=given.name)
    except IcpError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    draft.put(found.team.reps)
    draft.remarks = found.remarks
    st.rerun(scope="fragment")


def _offers(market: MarketView, now: TeamPlan, draft: _Draft) -> None:
    """Offer the owners of the accounts who are not in the team."""
    have = Team(reps=draft.reps)
    offered = [one for one in market.owners_offered(now) if not have.owner_key(one.name)]
    if not offered:
        return
    by_name = {one.name: one for one in offered[:_OFFERED]}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.multiselect(
            _("Owners of these accounts"),
            list(by_name),
            placeholder=_("Choose owners to add; the home is where most of theirs are"),
            key=f"team_owners_{draft.edition}",
        )
        if st.button(
            _("Add {count}").format(count=number(len(chosen) or len(by_name))), key="team_add"
        ):
            draft.put((*draft.reps, *(by_name[name] for name in chosen or by_name)))
            st.rerun(scope="fragment")


def _earlier(draft: _Draft) -> None:
    """Offer the teams that were saved before."""
    try:
        saved = [one for one in data.workspace().team_versions(limit=_EARLIER) if one.plan.team]
    except WorkspaceError:
        # The page header says what is wrong with the workspace.
        return
    if len(saved) < 2:
        return
    names = [
        _("{when}, {who}: {reps}").format(
            when=moment(one.saved_at),
            who=one.author,
            reps=ngettext("{count} rep", "{count} reps", len(one.plan.team)).format(
                count=number(len(one.plan.team))
            ),
        )
        for one in saved
    ]
    chosen = st.selectbox(
        _("Earlier teams"),
        range(len(saved)),
        index=None,
        format_func=names.__getitem__,
        placeholder=_("Go back to one that was saved"),
        key=f"team_earlier_{draft.edition}",
    )
    if chosen is not None:
        draft.put(saved[chosen].plan.team.reps)
        st.rerun(scope="fragment")


def rows_of(reps: Iterable[Rep]) -> pl.DataFrame:
    """Reps as the editor shows them."""
    return pl.DataFrame(
        [
            (
                one.name,
                one.email,
                home_label(one.home),
                one.hours,
                ", ".join(one.countries) or None,
                one.max_km,
            )
            for one in reps
        ],
        schema={
            "name": pl.String,
            "email": pl.String,
            "home": pl.String,
            "hours": pl.Float64,
            "countries": pl.String,
            "max_km": pl.Float64,
        },
        orient="row",
    )


def team_from(rows: Iterable[Mapping[str, Any]]) -> Team:
    """A team out of the editor's rows; those without any name are left out.

    Raises
    ------
    PlanError
        If a row is of no rep, or two have one name.
    """
    found = []
    for row in rows:
        if not any(row.get(name) for name in ("name", "email", "home")):
            continue
        fields = {name: row.get(name) for name in ("name", "email", "max_km")}
        fields["name"] = fields["name"] or fields["email"] or ""
        if row.get("hours") is not None:
            fields["hours"] = row["hours"]
        home = row.get("home")
        fields["home"] = str(home).rpartition(" · ")[2] if home else None
        names = [
            part.strip() for part in str(row.get("countries") or "").split(",") if part.strip()
        ]
        fields["countries"] = tuple(country_code(name) or name for name in names)
        found.append(rep(**fields))
    return team_of(found)


def home_label(code: str | None) -> str | None:
    """`Stockholm · SE-0180`; a code that is none of ours stands alone."""
    return None if code is None else _homes().get(code, code)


@cache
def _homes() -> dict[str, str]:
    return {one.code: f"{one.name} · {one.code}" for one in geography.municipalities()}


def _config() -> dict[str, Any]:
    columns = st.column_config
    return {
        "name": columns.TextColumn(_("Name"), max_chars=200, width="medium"),
        "email": columns.TextColumn(_("E-mail"), max_chars=254),
        "home": columns.SelectboxColumn(_("Home"), options=sorted(_homes().values())),
        "hours": columns.NumberColumn(
            _("Hours a year"), min_value=0, max_value=MOST_HOURS, default=1_000
        ),
        "countries": columns.TextColumn(_("Countries"), help=_("SE, NO …; blank for all.")),
        "max_km": columns.NumberColumn(
            _("Maximum km"),
            min_value=1,
            max_value=MOST_KM,
            help=_("From home, as the crow flies; blank for any."),
        ),
    }


def _csv(team: Team) -> bytes:
    """The team as a file that can be read here again."""
    rows = rows_of(team.reps).with_columns(
        home=pl.Series([one.home for one in team.reps], dtype=pl.String)
    )
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    written = rows.with_columns(guarded(pl.col(name)).alias(name) for name in texts)
    return (
        written.rename(dict(zip(rows.columns, HEADINGS, strict=True)))
        .write_csv(include_bom=True)
        .encode()
    )

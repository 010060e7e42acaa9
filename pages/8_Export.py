"""Export: the account list as a file that LinkedIn, a CRM or a person can use."""

from datetime import date

import streamlit as st

from icp_core.errors import WorkspaceError
from icp_core.evaluation.tiers import UNRANKED, groups
from icp_core.exporting import FORMATS
from icp_core.reference.geography import name_of
from ui import data, navigation, saving, shell, state
from ui.areas import short_tier_label
from ui.controls import apart, one_of
from ui.downloads import download
from ui.format import number, plain
from ui.texts import _, ngettext

CUSTOMERS = {"with": _("With"), "without": _("Without"), "only": _("Only")}

view = shell.page("export")
profile = view.profile

with st.container(border=True):
    target = FORMATS[
        st.pills(
            _("Format"),
            list(FORMATS),
            format_func=lambda name: plain(FORMATS[name].label),
            default="linkedin",
            required=True,
            **state.kept("export_format"),
        )
    ]
    st.caption(plain(target.purpose))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        tiers = st.pills(
            _("Tiers"),
            groups(profile.tiers),
            format_func=lambda name: plain(short_tier_label(name)),
            selection_mode="multi",
            help=_("All ranked tiers if none is chosen."),
            **state.kept("export_tiers"),
        )
        countries = st.pills(
            _("Countries"),
            sorted(data.countries(view.list_name), key=name_of),
            format_func=lambda code: plain(name_of(code)),
            selection_mode="multi",
            wrap=True,
            help=_("All countries if none is chosen."),
            **state.kept("export_countries"),
        )
        customers = one_of(
            _("Customers"), CUSTOMERS, labelled=True, **state.kept("export_customers")
        )
        with_possible = st.toggle(
            _("Possible companies too"),
            help=_(
                "Those that fail nothing but whose facts are not all known, behind the matches."
            ),
            **state.kept("export_possible"),
        )


def log_download(file_name: str) -> None:
    """Put the file that is being downloaded on record."""
    try:
        data.workspace().log_export(
            author=state.author(),
            list_name=view.list_name,
            profile=profile,
            format=target.name,
            file_name=file_name,
            accounts=report.rows_written,
            sha256=prepared.sha256,
            **view.as_saved,
        )
    except WorkspaceError as error:
        state.notify(_("The download was not logged: {reason}").format(reason=error))


accepted = remembers = data.remembers()
if not remembers:
    st.warning(
        _(
            "The workspace cannot be read: accounts that somebody excluded are not left out, and the "
            "download is not logged."
        ),
        icon=":material/cloud_off:",
    )
    accepted = st.checkbox(_("Download all the same"), key="export_unlogged")

with shell.guard():
    prepared = data.export(
        view.list_name,
        profile,
        format=target.name,
        customers=customers,
        countries=tuple(countries),
        tiers=tuple(None if name == UNRANKED else name for name in tiers or profile.tiers.names),
        with_possible=with_possible,
        on=date.today(),
        ignore_decisions=not remembers,
    )
report = prepared.report
facts = report.facts()

for blocker in report.blockers:
    st.error(plain(blocker), icon=":material/block:")

left, right = st.columns([2, 3])
with left.container(border=True, height="stretch"):
    st.markdown(_("**What becomes of every account**"))
    st.table(
        {
            _("Step"): [plain(_(heading)) for heading, rows in facts],
            _("Accounts"): [number(rows) for heading, rows in facts],
        },
        border="horizontal",
        hide_index=True,
        hide_header=True,
    )
    for warning in report.warnings:
        st.markdown(f":small[:orange[:material/warning: {plain(warning)}]]")
    for note in report.notes:
        st.caption(plain(note))
with right.container(border=True, height="stretch"):
    with apart():
        st.markdown(
            ngettext(
                "**The file, {count} company**",
                "**The file, {count} companies**",
                report.rows_written,
            ).format(count=number(report.rows_written)),
            width="content",
        )
        file_name = download(
            _("Download"),
            # Made when it is asked for: the report and the first rows need no file.
            prepared.to_bytes,
            name=prepared.file_name,
            mime=target.mime,
            type="primary",
            disabled=bool(report.blockers) or not accepted,
            on_click=log_download if remembers else None,
            key="export_download",
        )
    if report.rows_written:
        st.dataframe(prepared.preview, hide_index=True, placeholder="")
        st.caption(
            _("The first {count} rows as {name} will have them.").format(
                count=prepared.preview.height, name=plain(file_name)
            )
        )
    else:
        st.caption(_("There is nothing to preview. Choose more tiers or countries above."))
    if remembers:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            saving.author_popover(_("Downloads are logged for {author}"))
            navigation.link("versions", _("Export log"), ":material/history:")

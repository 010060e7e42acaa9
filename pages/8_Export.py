"""Export: the account list as a file that LinkedIn, a CRM or a person can use."""

import streamlit as st

from icp_core.errors import WorkspaceError
from icp_core.exporting.limits import customers_unknown_warning
from ui import data, exporting, navigation, saving, shell, state, theme, widgets
from ui.controls import apart, section, side_by_side
from ui.downloads import download
from ui.format import number, plain
from ui.tables import draw_figures
from ui.texts import _, ngettext

view = shell.page("export")
asked = exporting.choose(view)
if not asked.tiers:
    exporting.nobody(asked)
    st.stop()


def log_download(file_name: str) -> None:
    """Put the file that is being downloaded on record."""
    try:
        data.workspace().log_export(
            author=state.author(),
            list_name=view.list_name,
            profile=view.profile,
            format=asked.target.name,
            file_name=file_name,
            accounts=report.rows_written,
            sha256=prepared.sha256,
            **view.as_saved,
        )
    except WorkspaceError as error:
        widgets.notify(_("The download was not logged: {reason}").format(reason=error))


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
    prepared = asked.prepared(view.list_name)
report = prepared.report
facts = report.facts()

with shell.guard():
    exporting.problems(view, asked, report)

left, right = side_by_side("export_halves", shares=(2, 3), gap="small")
with left.container(border=True, height="stretch"):
    section(_("What becomes of every account"))
    draw_figures(
        {
            _("Step"): [plain(_(heading)) for heading, rows in facts],
            _("Accounts"): [rows for heading, rows in facts],
        },
        {_("Accounts"): number},
        hide_header=True,
    )
    exporting.reach(report)
    # Of whom nobody knows is told above, with what can be done about it.
    told = customers_unknown_warning(report.customers_unknown)
    for warning in (one for one in report.warnings if one != told):
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
            mime=asked.target.mime,
            type=theme.emphasis(),
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
    exporting.roles(view, asked, report)
    if remembers:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            saving.author_popover(_("Downloads are logged for {author}"))
            navigation.link("versions", _("Export log"), ":material/history:")

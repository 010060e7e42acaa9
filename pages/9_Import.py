"""Import: any company list, a register's files, the customers of a CRM."""

import streamlit as st

from icp_core.importing.library import Library
from ui import shell, state, widgets
from ui.controls import one_of
from ui.format import plain
from ui.importing import deals, lists, loading
from ui.importing.session import import_session
from ui.texts import _

PART = "import_part"

view = shell.page("import", always=True)
session = import_session()
loaded = session.settle()
if loaded is not None:
    session.notice = _("{name} is loaded and chosen.").format(name=loaded.label)
    widgets.set_kept(PART, "loaded")
    state.set_dataset(loaded.source)
    st.rerun()
imported_lists = Library().lists()
chosen = next((one for one in imported_lists if one.source == view.list_name), None)
PARTS = {
    "list": _("Company list"),
    "deals": _("Customers and deals"),
    "loaded": _("Loaded lists"),
}
part = one_of(_("Part"), PARTS, **widgets.kept(PART))
problem, notice = session.said()
if problem:
    st.error(plain(problem), icon=":material/error:")
if notice:
    st.success(plain(notice), icon=":material/check_circle:")

if part == "list":
    loading.draw(session)
elif part == "loaded":
    lists.draw(imported_lists, view)
elif chosen is not None:
    deals.draw(chosen, session)
else:
    st.info(
        _("Deals are kept with a list of yours. Load one, or choose it at the top of the page."),
        icon=":material/upload_file:",
    )
    st.button(
        _("Load a company list"),
        icon=":material/arrow_forward:",
        on_click=widgets.set_kept,
        args=(PART, "list"),
    )

"""Import: any company list, a register's files, the customers of a CRM."""

import streamlit as st

from icp_core.importing.library import Library
from ui import shell, state
from ui.format import plain
from ui.importing import deals, lists, loading
from ui.importing.desk import desk
from ui.texts import _

PART = "import_part"

view = shell.page("import")
on_desk = desk()
loaded = on_desk.settle()
if loaded is not None:
    on_desk.notice = _("{name} is loaded and chosen.").format(name=loaded.label)
    state.set_kept(PART, "loaded")
    state.set_dataset(loaded.source)
    st.rerun()
entries = Library().entries()
here = next((entry for entry in entries if entry.source == view.dataset), None)
PARTS = {
    "list": _("Company list"),
    "deals": _("Customers and deals"),
    "loaded": _("Loaded lists"),
}
part = st.segmented_control(
    _("Part"),
    list(PARTS),
    format_func=PARTS.__getitem__,
    default="list",
    required=True,
    label_visibility="collapsed",
    **state.kept(PART),
)
problem, notice = on_desk.said()
if problem:
    st.error(plain(problem), icon=":material/error:")
if notice:
    st.success(plain(notice), icon=":material/check_circle:")

if part == "list":
    loading.draw(on_desk)
elif part == "loaded":
    lists.draw(entries, view)
elif here is not None:
    deals.draw(here, on_desk)
else:
    st.info(
        _("Deals are kept with a list of yours. Load one, or choose it under Accounts."),
        icon=":material/upload_file:",
    )

"""Interviews: what customers say of the profile, asked by a guide and kept as they say it."""

import streamlit as st

from ui import data, interviews, shell, widgets
from ui.controls import one_of, side_by_side
from ui.texts import _

PARTS = {"talks": _("Interviews"), "said": _("What they say"), "guide": _("Guide to print")}

view = shell.page("interviews")
with shell.guard():
    market = shell.market(view)
part = one_of(_("Show"), PARTS, **widgets.kept("interviews_part"))
if part == "guide":
    interviews.printed(view)
    st.stop()
if not data.remembers() or view.saved is None:
    st.markdown(
        _(
            "Interviews are kept with a saved profile: press **Save** on top of the page. Five to ten "
            "customers, the best and the worst, tell what the profile is worth. This is what to ask."
        )
    )
    interviews.printed(view)
    st.stop()
with shell.guard():
    columns = {one.name: one for one in data.offers(view.list_name, view.profile).testable}
    kept = interviews.talks(view, view.saved, columns)
interviews.asked_for(kept)
if part == "said":
    interviews.counts(kept, columns)
    st.stop()
interviews.take_begun()
with shell.guard():
    one = interviews.choose(view, kept, market)
    if one is not None:
        interviews.about(one, market)
        left, right = side_by_side("interviews_halves", stays=True)
        with left:
            interviews.replies(one)
        with right:
            interviews.marking(one, kept)

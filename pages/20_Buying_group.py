"""Buying group: who decides, helps, has a say or can stop it, how to reach each, and with what."""

from ui import buying_group, content_plan, shell, widgets
from ui.controls import one_of, side_by_side
from ui.texts import _

PARTS = {"personas": _("Personas"), "content": _("Content plan")}

view = shell.page("buying_group")
with shell.guard():
    market = shell.market(view)
if not view.brief.buying_group:
    buying_group.begin(view)
    buying_group.adding(view)
elif one_of(_("Show"), PARTS, **widgets.kept("group_part")) == "content":
    with shell.guard():
        content_plan.draw(view)
else:
    left, right = side_by_side("buying_group_halves", stays=True)
    with left:
        buying_group.warnings(view.brief)
        buying_group.personas(view)
        buying_group.adding(view)
    with right:
        buying_group.sheet(view, market)

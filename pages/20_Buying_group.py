"""Buying group: who decides, helps, has a say or can stop it, and how to reach each."""

from ui import buying_group, shell
from ui.controls import side_by_side

view = shell.page("buying_group")
with shell.guard():
    market = shell.market(view)
if not view.brief.buying_group:
    buying_group.begin(view)
    buying_group.adding(view)
else:
    left, right = side_by_side("buying_group_halves", stays=True)
    with left:
        buying_group.warnings(view.brief)
        buying_group.personas(view)
        buying_group.adding(view)
    with right:
        buying_group.sheet(view, market)

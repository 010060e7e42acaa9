"""One page: what everybody is to know of a profile, answered, seen as it prints, and downloaded."""

from ui import data, one_page, shell
from ui.controls import side_by_side

view = shell.page("one_page")
with shell.guard():
    market = shell.market(view)
    how = one_page.known(view)
    shown = one_page.content(view, market, how)
    printed = data.printed(shown)
left, right = side_by_side("one_page_halves", stays=True)
with left:
    one_page.from_the_criteria(market)
    one_page.answers(view)
with right:
    one_page.meter(printed)
    one_page.files(view, shown, printed)
    one_page.preview(shown, printed)
    one_page.lacking(how)

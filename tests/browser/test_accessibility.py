"""What axe-core finds on every page, light and dark: nothing serious, and headings to go by."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from benchmarks.browser import save_data, settle
from ui.navigation import START, pages

WORST = ("serious", "critical")
PAGES = [
    ("" if one.key == START else Path(one.path).stem.split("_", 1)[1], one.label) for one in pages()
]


@pytest.fixture(scope="module", params=["light", "dark"])
def tab(request, chromium, address):
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=request.param
    )
    opened = context.new_page()
    save_data(opened)
    opened.goto(address)
    yield opened
    context.close()


@pytest.mark.parametrize(("path", "label"), PAGES)
def test_nothing_serious_is_found(tab, address, path, label):
    tab.goto(f"{address}/{path}")
    tab.get_by_role("heading", level=1, name=label, exact=True).wait_for()
    settle(tab)
    found = [
        f"{one['id']}: {node['html'][:200]}"
        for one in Axe().run(tab).response["violations"]
        if one["impact"] in WORST
        for node in one["nodes"]
    ]
    assert not found
    assert tab.get_by_role("main").count() or tab.locator("section[data-testid=stMain]").count()


def test_the_dialog_of_a_new_profile_is_no_worse(tab, address):
    tab.goto(address)
    tab.get_by_role("button", name="New profile").first.click()
    tab.get_by_role("button", name="Create the profile").wait_for()
    settle(tab)
    found = [one for one in Axe().run(tab).response["violations"] if one["impact"] in WORST]
    assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_a_link_that_has_the_keyboard_has_a_line_around_it(tab, address):
    tab.goto(f"{address}/Versions")
    tab.get_by_role("heading", level=1, name="Versions", exact=True).wait_for()
    settle(tab)
    for part in ("stSidebar", "stMain"):
        link = tab.get_by_test_id(part).get_by_role("link").last
        link.focus()
        # What was reached by the keyboard, and not by a script alone.
        tab.keyboard.press("Shift+Tab")
        tab.keyboard.press("Tab")
        line = "one => one === document.activeElement && getComputedStyle(one).outlineStyle"
        assert link.evaluate(line) == "solid"


def test_what_is_chosen_can_be_read_under_the_mouse_too(tab, address):
    tab.goto(f"{address}/Versions")
    chosen = tab.get_by_role("radio", name="History", exact=True)
    chosen.wait_for()
    settle(tab)
    ground = "one => getComputedStyle(one).backgroundColor"
    before = chosen.evaluate(ground)
    chosen.hover()
    tab.wait_for_timeout(400)  # a colour takes its time to change
    assert chosen.evaluate(ground) == before

"""What axe-core finds on every page, light and dark: nothing serious, and headings to go by."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from benchmarks.browser import settle
from ui.navigation import START, pages

WORST = ("serious", "critical")
PAGES = [
    ("" if one.key == START else Path(one.path).stem.split("_", 1)[1], one.label) for one in pages()
]
APP = "[data-testid=stApp]"
COLOUR = f"getComputedStyle(document.querySelector('{APP}')).backgroundColor"


@pytest.fixture(scope="module")
def tab(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    opened = context.new_page()
    opened.goto(address)
    yield opened
    context.close()


def found(tab):
    """What is serious in light and in dark colours; the page is opened once and changes them."""
    # Colours that fade from one to the other are neither.
    tab.add_style_tag(content="* { transition: none !important }")
    tab.emulate_media(color_scheme="light")
    # Nor are those of a page that is drawn anew while a plan is searched.
    enough = tab.get_by_role("button", name="Enough")
    enough.evaluate_all("buttons => buttons.forEach(button => button.click())")
    tab.wait_for_function("!document.querySelector('[data-testid=stProgress]')", timeout=60_000)
    settle(tab)
    everything = serious(tab)
    light = tab.evaluate(COLOUR)
    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function(f"{COLOUR} !== '{light}'")
    settle(tab)
    # What is not about colours is the same in the dark.
    return everything + serious(tab, {"runOnly": ["color-contrast", "link-in-text-block"]})


def serious(tab, options=None):
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in Axe().run(tab, options=options).response["violations"]
        if one["impact"] in WORST
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("path", "label"), PAGES)
def test_nothing_serious_is_found(tab, address, path, label):
    tab.goto(f"{address}/{path}")
    tab.get_by_role("heading", level=1, name=label, exact=True).wait_for()
    assert not found(tab)
    assert tab.get_by_role("main").count() or tab.locator("section[data-testid=stMain]").count()


def test_the_dialog_of_a_new_profile_is_no_worse(tab, address):
    tab.goto(address)
    tab.get_by_role("button", name="New profile").first.click()
    tab.get_by_role("button", name="Create the profile").wait_for()
    assert not found(tab)

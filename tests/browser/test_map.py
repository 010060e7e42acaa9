"""The map in a real browser: drawn without the internet, and answering to the pointer."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as NoAnswerError

from benchmarks.browser import settle

MAP = "[data-testid=stDeckGlJsonChart]"
# A pixel can be read only once everything is drawn.
DRAWN = """() => {
  const gl = document.querySelector("#deckgl-overlay").getContext("webgl2");
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
}"""


@pytest.fixture
def chromium(chromium_with_maps):
    return chromium_with_maps


def opened(page, address, parameters=""):
    page.goto(f"{address}/Map?{parameters}")
    page.wait_for_selector(f"{MAP} canvas", timeout=60_000)
    settle(page)
    page.wait_for_timeout(3_000)
    box = page.locator(MAP).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def matches(page):
    metric = page.get_by_test_id("stMetric").filter(has_text="Matches")
    text = metric.get_by_test_id("stMetricValue").inner_text()
    return int(text.partition("–")[0].replace("\u202f", ""))


def test_the_map_is_drawn_without_asking_anybody_else(page, address):
    opened(page, address)
    page.evaluate(DRAWN)
    picture = Image.open(BytesIO(page.locator(MAP).screenshot())).convert("RGB")
    colours = picture.getcolors(maxcolors=picture.width * picture.height)
    large = [colour for count, colour in colours if count > 500]
    assert len(large) >= 5, "the sea and at least four shades of areas"
    assert (11, 79, 108) in {colour for _, colour in colours}, "a dot of tier A"
    assert page.asked_elsewhere == []


def test_only_the_background_map_asks_somebody_else_and_only_for_tiles(page, address):
    opened(page, address, "map_background=true")
    assert page.asked_elsewhere
    assert all("cartocdn.com" in url for url in page.asked_elsewhere)
    assert not any("Exempel" in url or "account" in url for url in page.asked_elsewhere)


def pointed_at(page, address):
    """Point at the middle of the map; gives where that is, and the name of the area there."""
    x, y = opened(page, address, "map_dots=false")
    tip = page.locator(".deck-tooltip").filter(has_text="Matches:")
    for _ in range(20):
        # What moved before the first drawing was done told the map nothing.
        page.mouse.move(x - 5, y)
        page.mouse.move(x, y)
        page.wait_for_timeout(1_000)
        if tip.count():
            break
    return x, y, tip.inner_text().splitlines()[0]


def click(page, x, y, area, *, presses=3):
    """Press the map until the page is narrowed to the area; gives the matches there."""
    # A person looks before pressing. Drawn in software that counts: a press waits for the drawing under
    # way, and deck.gl takes one longer than a quarter second for no click.
    page.wait_for_timeout(500)
    page.evaluate(DRAWN)
    page.mouse.click(x, y)
    try:
        return is_narrowed_to(page, area)
    except NoAnswerError:
        if presses == 1:
            raise
        return click(page, x, y, area, presses=presses - 1)


def choose_in_the_box(page, area):
    box = page.get_by_role("combobox", name="One area")
    box.fill(area)
    page.get_by_role("option", name=area).click()


def is_narrowed_to(page, area):
    page.get_by_text(f"Best accounts · {area}").wait_for(timeout=10_000)
    settle(page)
    return matches(page)


def test_pointing_at_an_area_tells_its_numbers_and_a_click_narrows_the_page(page, address):
    x, y, area = pointed_at(page, address)
    everywhere = matches(page)
    assert click(page, x, y, area) < everywhere
    assert click(page, x, y, "all areas") == everywhere


def test_the_box_the_ranking_and_the_map_choose_the_area_in_turn(page, address):
    x, y, area = pointed_at(page, address)
    everywhere = matches(page)
    here = click(page, x, y, area)
    choose_in_the_box(page, "Uppsala")
    assert is_narrowed_to(page, "Uppsala län") < everywhere
    assert click(page, x, y, area) == here, "what the map was clicked for first, once more"
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    page.mouse.click(table["x"] + 15, table["y"] + 50)
    page.get_by_text(f"Best accounts · {area}").wait_for(state="detached")
    settle(page)
    assert page.get_by_text("Best accounts · all areas").count() == 0

"""The map in a real browser: drawn without the internet, and answering to the pointer."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as NoAnswerError

from benchmarks.browser import settle

MAP = "[data-testid=stDeckGlJsonChart]"
# deck.gl takes a press longer than a quarter second for no click, and drawing in software can take
# that long; the clock stands still while the button is down.
CLICK = """([x, y]) => {
  const options = {clientX: x, clientY: y, pointerType: "mouse", pointerId: 1, isPrimary: true,
                   button: 0, bubbles: true, cancelable: true, view: window};
  const target = document.elementFromPoint(x, y), clock = Date.now, now = clock();
  Date.now = () => now;
  target.dispatchEvent(new PointerEvent("pointerdown", {...options, buttons: 1}));
  target.dispatchEvent(new PointerEvent("pointerup", {...options, buttons: 0}));
  Date.now = clock;
}"""


def opened(page, address, parameters=""):
    page.goto(f"{address}/Map?{parameters}")
    page.wait_for_selector(f"{MAP} canvas", timeout=60_000)
    settle(page)
    page.wait_for_timeout(3_000)
    box = page.locator(MAP).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def matches(page):
    metric = page.get_by_test_id("stMetric").filter(has_text="Matches")
    return int(metric.get_by_test_id("stMetricValue").inner_text().replace("\u202f", ""))


def test_the_map_is_drawn_without_asking_anybody_else(page, address):
    opened(page, address)
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
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y)
    tip = page.locator(".deck-tooltip")
    tip.filter(has_text="Matches:").wait_for(timeout=20_000)
    return x, y, tip.inner_text().splitlines()[0]


def is_chosen_by_a_click(page, x, y):
    page.evaluate(CLICK, [x, y])
    try:
        page.wait_for_url("**map_area=**", timeout=5_000)
    except NoAnswerError:
        return False
    return True


def test_pointing_at_an_area_tells_its_numbers_and_a_click_narrows_the_page(page, address):
    # Drawn in software, more than every second map takes no press at all until it is opened anew.
    for _ in range(14):
        x, y, area = pointed_at(page, address)
        before = matches(page)
        if is_chosen_by_a_click(page, x, y):
            break
    else:
        pytest.fail("no click on an area chose it, on fourteen maps opened one after the other")
    settle(page)
    assert page.get_by_text(f"Best accounts · {area}").count()
    assert 0 <= matches(page) < before

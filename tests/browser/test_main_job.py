"""The main job as a marketer does it: tune, see, map, download; in a real browser."""

import csv

import pytest

from benchmarks.browser import settle

METRIC = "[data-testid=stMetricValue]"
HEADER = [
    *("companyname", "companywebsite", "companyemaildomain", "linkedincompanypageurl"),
    *("stocksymbol", "industry", "city", "state", "companycountry", "zipcode"),
]


@pytest.fixture
def chromium(chromium_with_maps):
    return chromium_with_maps


def numbers(page):
    return [text.strip() for text in page.locator(METRIC).all_inner_texts()]


def test_tune_see_map_and_download(page, address, tmp_path):
    page.goto(address)
    page.wait_for_selector(METRIC)
    settle(page)
    assert page.get_by_text("Fictional data").count()

    page.get_by_test_id("stSidebar").get_by_role("link", name="Profile").click()
    page.wait_for_selector("[data-testid=stSlider]")
    settle(page)
    before = numbers(page)
    weight = page.locator("[data-testid=stSlider] input[type=range][min='1'][max='10']").first
    weight.focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "before => [...document.querySelectorAll('[data-testid=stMetricValue]')]"
        ".map(e => e.innerText.trim()).join('|') !== before",
        arg="|".join(before),
    )
    settle(page)
    tuned = numbers(page)
    assert tuned[0] == before[0], "a weight must not change how many match"
    assert tuned != before

    page.get_by_test_id("stSidebar").get_by_role("link", name="Market", exact=True).click()
    page.get_by_role("heading", name="Market", exact=True).wait_for()
    page.get_by_test_id("stMain").get_by_role("link", name="Map", exact=True).click()
    page.wait_for_selector("[data-testid=stDeckGlJsonChart] canvas", timeout=60_000)
    settle(page)
    assert not page.locator("[data-testid=stException]").count()

    page.get_by_test_id("stSidebar").get_by_role("link", name="Data").click()
    page.get_by_role("heading", name="Import", exact=True).wait_for()
    page.get_by_test_id("stMain").get_by_role("link", name="Export").click()
    # The map has a Download of its own until this page is there.
    page.get_by_text("LinkedIn company list", exact=True).wait_for()
    settle(page)
    download_button = page.get_by_role("button", name="Download", exact=True)
    with page.expect_download() as caught:
        download_button.click()
    file = tmp_path / caught.value.suggested_filename
    caught.value.save_as(file)
    assert file.name.startswith("FICTIONAL-linkedin-")
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == HEADER
    assert len(rows) > 300
    assert all(len(row) == len(HEADER) and row[0] for row in rows)
    assert page.asked_elsewhere == []

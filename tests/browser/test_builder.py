"""The Builder under quick hands: every key press counts, none is lost to a late answer."""

import re

from benchmarks.browser import settle
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Criterion, Profile, Range, Role
from icp_core.profiles.starters import starter
from icp_core.sources import load
from ui.format import bounds, number

METRIC = "[data-testid=stMetricValue]"


def numbers(page):
    return [text.strip() for text in page.locator(METRIC).all_inner_texts()]


def test_keys_pressed_in_a_row_all_reach_the_profile_and_its_file(page, address, tmp_path):
    scoreboard, profile = Scoreboard(load("demo")), starter("nordic-software").profile
    index = next(i for i, one in enumerate(profile.criteria) if not one.role.is_gate)
    page.goto(f"{address}/Builder")
    page.wait_for_selector("[data-testid=stSlider]")
    settle(page)
    weight = page.locator("[data-testid=stSlider] input[type=range][min='1'][max='10']").first
    weight.focus()
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    light = profile.changing(index, weight=profile.criteria[index].weight - 7)
    market = scoreboard.evaluate(light).market
    page.wait_for_function(
        "wanted => [...document.querySelectorAll('[data-testid=stMetricValue]')]"
        ".some(e => e.innerText.trim() === wanted)",
        arg=" · ".join(number(tier.accounts) for tier in market.ranked),
    )
    settle(page)
    assert weight.input_value() == str(light.criteria[index].weight)
    page.get_by_role("button", name="Edit Employees, must-have").click()
    employees = page.locator("[class*=_range] input[type=range]").first
    employees.focus()
    before = numbers(page)[0]
    assert before == bounds(market.tam)
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('[data-testid=stMetricValue]').innerText.trim() !== before",
        arg=before,
    )
    settle(page)
    assert not page.locator("[data-testid=stException]").count()
    page.get_by_test_id("stPopover").get_by_role("button", name="More").click()
    page.get_by_role("button", name="Download the profile").wait_for()
    settle(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download the profile").click()
    file = tmp_path / "profile.json"
    caught.value.save_as(file)
    held = Profile.from_json(file.read_bytes())
    assert held.criteria[index].weight == light.criteria[index].weight
    assert held.criteria != light.criteria, "the file must hold the last edit, a range"


def shows(page, change):
    page.wait_for_function(
        "wanted => document.querySelector('[data-testid=stMetricDelta]').innerText.includes(wanted)",
        arg=change,
    )
    settle(page)


def test_a_criterion_is_found_chosen_typed_deleted_and_brought_back(page, address):
    scoreboard, profile = Scoreboard(load("demo")), starter("nordic-software").profile
    page.goto(f"{address}/Builder")
    page.wait_for_selector(METRIC)
    settle(page)
    begun = numbers(page)

    picker = page.get_by_role("combobox", name="Add a criterion")
    picker.click()
    page.keyboard.type("found")
    page.keyboard.press("Enter")
    page.get_by_text("until then it counts nothing").wait_for()
    settle(page)
    assert numbers(page) == begun
    most = page.get_by_label("Maximum (year)")
    most.fill("2010")
    most.press("Enter")
    shows(page, "by Founded")
    founded = Criterion(column="founded", role=Role.MUST_HAVE, fit=Range.between(None, 2010))
    old = scoreboard.evaluate(profile.adding(founded)).market
    assert numbers(page)[0] == bounds(old.tam)

    # The neighbour of an end moves along, and the numbers with it.
    least = page.get_by_label("Minimum (year)")
    least.fill("2015")
    least.press("Enter")
    page.get_by_text("exactly 2015").wait_for()

    page.get_by_role("button", name="Remove Founded, must-have").click()
    shows(page, "without Founded")
    assert numbers(page) == begun
    page.get_by_test_id("stBottom").get_by_role("button", name="Undo").click()
    shows(page, "by Founded")
    assert page.get_by_text("exactly 2015").count()


def test_the_numbers_stay_in_sight_and_no_word_breaks_on_a_narrow_screen(page, address):
    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{address}/Builder")
        page.wait_for_selector(METRIC)
        settle(page)
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
        assert page.locator(METRIC).first.is_visible()
        box = page.locator(METRIC).first.bounding_box()
        assert 0 < box["y"] < 800 - box["height"]
        # What has the keyboard is not behind them.
        cross = page.get_by_role("button", name=re.compile("^Remove")).last
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        cross.evaluate("one => one.focus()")
        strip = page.locator(".st-key-builder_strip").bounding_box()
        page.wait_for_function(
            "top => document.activeElement.getBoundingClientRect().bottom <= top", arg=strip["y"]
        )
        halves = page.locator(".st-key-builder_halves > *")
        left, right = (halves.nth(i).bounding_box() for i in range(2))
        assert (right["y"] > left["y"]) == (width < 1000)
        words = page.locator(".st-key-builder_halves [data-testid=stMarkdown] p").first
        assert words.bounding_box()["width"] > 100
    # Letters four times as large leave a window of this size, and the numbers leave most of it.
    page.set_viewport_size({"width": 320, "height": 256})
    page.wait_for_function(
        "() => document.querySelector('.st-key-builder_strip').clientHeight < innerHeight / 3"
    )
    assert page.locator(METRIC).first.is_visible()

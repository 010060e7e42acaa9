"""The Builder under quick hands: every key press counts, none is lost to a late answer."""

from benchmarks.browser import settle
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Profile
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
    employees = page.locator("[class*=_employees_range] input[type=range]").first
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
    page.get_by_test_id("stPopover").get_by_role("button", name="File").click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download the profile").click()
    file = tmp_path / "profile.json"
    caught.value.save_as(file)
    held = Profile.from_json(file.read_bytes())
    assert held.criteria[index].weight == light.criteria[index].weight
    assert held.criteria != light.criteria, "the file must hold the last edit, a range"

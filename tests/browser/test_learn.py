"""From picking the best customers to the profile in the Builder, in a real browser."""

import re

from benchmarks.browser import settle


def part(page, name):
    page.get_by_role("radio", name=name).click()
    settle(page)


def test_the_best_customers_become_the_profile_in_the_builder(page, address):
    page.goto(f"{address}/Learn?dataset=demo")
    page.get_by_text("Customers, best first").wait_for()
    settle(page)
    best = page.get_by_label("Best", exact=True)
    best.fill("150")
    best.press("Enter")
    page.get_by_role("radio", name="Best 150").wait_for()
    settle(page)
    part(page, "What they share")
    page.get_by_text("What sets the best apart").wait_for(timeout=60_000)
    page.get_by_text("of the best customers").first.wait_for()
    part(page, "Profile")
    opens = page.get_by_role("button", name="Open in the Builder")
    opens.wait_for(timeout=60_000)
    settle(page)
    opens.click()
    page.wait_for_url(re.compile("/Builder"))
    settle(page)
    profile = page.get_by_role("combobox", name="Profile", exact=True)
    assert profile.input_value() == "Learned from the best customers"
    assert not page.asked_elsewhere


def test_ticked_accounts_are_learned_from(page, address):
    page.goto(f"{address}/Accounts?dataset=demo")
    page.wait_for_selector("[data-testid=stDataFrame] canvas")
    settle(page)
    page.wait_for_timeout(1000)
    at = page.get_by_test_id("stDataFrame").first.bounding_box()
    # The boxes are left of the first column.
    for row in (0, 1):
        page.mouse.click(at["x"] + 16, at["y"] + 32 + 31 * (row + 0.5))
        page.get_by_role("button", name=re.compile(rf"Edit {row + 1} account")).wait_for()
        settle(page)
    page.get_by_role("button", name="Learn from these").click()
    page.wait_for_url(re.compile("/Learn"))
    page.get_by_text("Hand-picked: 2 accounts.").wait_for()
    page.get_by_role("radio", name="Twins").click()
    page.get_by_text("200 accounts like your customers").wait_for(timeout=60_000)


def test_the_proof_can_be_cancelled_and_begun_again(page, address):
    page.goto(f"{address}/Learn?dataset=demo&learn_part=Proof")
    page.get_by_role("button", name="Cancel").click(timeout=60_000)
    page.get_by_text("What you chose is still there").wait_for()
    page.get_by_role("button", name="Begin again").click()
    page.get_by_text("Best customers found, by accounts worked").wait_for(timeout=120_000)


# What each part begins with once its work is done.
STORY = {
    "Best customers": "Customers, best first",
    "What they share": "What sets the best apart",
    "Profile": "Suggested profile",
    "Proof": "Best customers found, by accounts worked",
    "Twins": "200 accounts like your customers",
    "Segments": "segments come out the same twice",
}


def test_each_part_of_the_demos_story_fits_in_one_screen(page, address):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{address}/Learn?dataset=demo")
    for name, beginning in STORY.items():
        page.get_by_role("radio", name=name, exact=True).click()
        page.get_by_text(beginning).wait_for(timeout=120_000)
        settle(page)
        # The first tab is open already.
        for tab in [None, *page.get_by_role("tab").all()[1:]]:
            if tab is not None:
                tab.click()
            page.wait_for_timeout(500)
            tall = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight")
            assert tall <= 800, (name, tab and tab.inner_text())

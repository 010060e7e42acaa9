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
    page.get_by_test_id("stMetricValue").filter(has_text=re.compile(r"^150$")).wait_for()
    settle(page)
    part(page, "What they share")
    page.get_by_text("The sharpest attributes").wait_for(timeout=60_000)
    page.get_by_text("of the best customers").first.wait_for()
    part(page, "Profile")
    opens = page.get_by_role("button", name="Open in the Builder")
    opens.wait_for(timeout=60_000)
    settle(page)
    opens.click()
    page.wait_for_url(re.compile("/Builder"))
    settle(page)
    profile = page.get_by_test_id("stSidebar").get_by_role("combobox").nth(1)
    assert profile.input_value() == "Learned from the best customers"
    assert not page.asked_elsewhere


def test_the_proof_can_be_cancelled_and_begun_again(page, address):
    page.goto(f"{address}/Learn?dataset=demo&learn_part=Proof")
    page.get_by_role("button", name="Cancel").click(timeout=60_000)
    page.get_by_text("What you chose is still there").wait_for()
    page.get_by_role("button", name="Begin again").click()
    page.get_by_text("Out of sample, with 95 % intervals").wait_for(timeout=120_000)

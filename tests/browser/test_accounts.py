"""Accounts and verification in a real browser: open, decide, sort, answer from the keyboard."""

import re

from benchmarks.browser import settle

TABLE = "[data-testid=stDataFrame] canvas"
ROW = 31
HEADER = 32


def table(page):
    page.wait_for_selector(TABLE)
    settle(page)
    # Cells for screen readers are made once the table is drawn.
    page.locator(f"{TABLE} [role=gridcell]").first.wait_for(state="attached")
    page.wait_for_timeout(1000)
    return page.get_by_test_id("stDataFrame").first.bounding_box()


def test_an_account_is_opened_from_the_list_excluded_and_stays_so(page, address):
    page.goto(f"{address}/Accounts")
    at = table(page)
    page.mouse.click(at["x"] + 50, at["y"] + HEADER + ROW / 2)
    page.wait_for_url(re.compile("[?&]account="))
    drawer = page.get_by_test_id("stDialog")
    drawer.get_by_text("Points per criterion").wait_for()
    drawer.get_by_role("radio", name="Excluded").click()
    drawer.get_by_role("combobox", name="Why is it left out?").click()
    page.get_by_role("option", name="Competitor").click()
    settle(page)
    drawer.get_by_role("button", name="Save").click()
    page.get_by_text("Saved for 1 account.").wait_for()
    where = page.url
    settle(page)
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"^(?!.*[?&]account=)"))
    page.goto(where)
    drawer.get_by_text("History").click()
    drawer.get_by_text("Excluded: Competitor").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"^(?!.*[?&]account=)"))
    # From the page itself, whose widgets hold something else, and from another one.
    for start in ("", "Tiers"):
        if start:
            page.get_by_test_id("stSidebar").get_by_role("link", name="Market", exact=True).click()
            page.get_by_test_id("stMain").get_by_role("link", name=start, exact=True).click()
            page.wait_for_url(re.compile(f"/{start}"))
            settle(page)
        page.get_by_text("1 excluded account is not counted in the market.").wait_for()
        page.get_by_text("Show excluded").click()
        page.wait_for_url(re.compile("accounts_decisions=Excluded"))
        page.get_by_role("radio", name="All").and_(page.locator("[aria-checked=true]")).wait_for()
        page.get_by_text(re.compile("^1 account$")).wait_for()
    # Taken back, it counts again.
    page.goto(where)
    drawer.get_by_role("radio", name="Undecided").click()
    settle(page)
    drawer.get_by_role("button", name="Save").click()
    page.get_by_text("Saved for 1 account.").wait_for()
    page.goto(f"{address}/Tiers")
    page.wait_for_selector("[data-testid=stHeading]")
    settle(page)
    assert not page.get_by_text("not counted in the market").count()


def test_a_click_on_a_heading_sorts_the_whole_list_and_a_second_turns_it_round(page, address):
    page.goto(f"{address}/Accounts")
    at = table(page)
    heading = at["x"] + 180, at["y"] + HEADER / 2
    page.mouse.click(*heading)
    page.wait_for_url(re.compile("accounts_sort=Name"))
    settle(page)
    page.wait_for_timeout(1000)
    page.mouse.click(*heading)
    page.wait_for_url(re.compile("accounts_order=Largest"))
    assert not page.locator("[data-testid=stException]").count()


def test_a_sample_is_answered_from_the_keyboard(page, address):
    page.goto(f"{address}/Verification")
    page.get_by_role("button", name="Draw the sample").click()
    page.get_by_text("0 of 60 answered").wait_for()
    settle(page)
    for key, answered in (("f", 1), ("d", 2), ("t", 3)):
        page.keyboard.press(key)
        page.get_by_text(f"{answered} of 60 answered").wait_for()
        settle(page)
    page.get_by_text("1 / (1 + 1)").wait_for()
    assert page.asked_elsewhere == []

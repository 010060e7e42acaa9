"""The sales leader's pages in a real browser: plan the team, read the verdict, adopt a policy."""

from benchmarks.browser import settle


def test_a_smaller_team_turns_a_narrow_market_into_one_that_is_about_right(page, address):
    page.goto(f"{address}/Market?dataset=demo&profile=nordic-software")
    page.get_by_text("Too narrow").first.wait_for()
    settle(page)
    people = page.get_by_label("People")
    people.fill("1")
    people.press("Enter")
    # The 405 companies that match take 1 013 hours.
    page.get_by_text("months have 1\u202f000").wait_for()
    page.get_by_text("About right").first.wait_for()
    assert not page.get_by_text("Too narrow").count()
    page.get_by_role("button", name="Save for the team").click()
    settle(page)
    page.reload()
    page.get_by_text("months have 1\u202f000").wait_for()
    page.get_by_label("People").fill("3")
    page.get_by_label("People").press("Enter")
    page.get_by_text("Too narrow").first.wait_for()
    page.get_by_role("button", name="Back to the team's plan").click()
    page.get_by_text("About right").first.wait_for()
    assert page.asked_elsewhere == []


def test_a_policy_that_is_adopted_is_the_profiles_policy_in_the_builder(page, address):
    page.goto(f"{address}/Tiers?dataset=demo&profile=nordic-software")
    page.get_by_role("button", name="Adopt").first.wait_for()
    settle(page)
    page.get_by_role("button", name="Adopt").first.click()
    page.wait_for_function(
        "() => document.querySelectorAll('[role=combobox]')[1].value.startsWith('Edited: ')"
    )
    settle(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="Profile").click()
    page.get_by_role("radio", name="Tiers").click()
    settle(page)
    page.get_by_text("The best matches fill the tiers, best tier first.").wait_for()
    assert not page.locator("[data-testid=stException]").count()

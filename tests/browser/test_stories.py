"""What three people come for: a marketer an audience, an analyst his own list, a sales leader a plan."""

import csv
import re

import pytest

from benchmarks.browser import free_port, save_data, served, settle

METRIC = "[data-testid=stMetricValue]"
WIDTHS = (1280, 820, 390)


def chosen(page, label):
    return page.get_by_role("combobox", name=label, exact=True).input_value()


def sidebar(page, group):
    """Go to a group of pages; on a narrow screen its menu has to be opened first."""
    menu = page.get_by_test_id("stMain").get_by_role("button", name="Menu", exact=True)
    if menu.is_visible():
        menu.click()
        page.get_by_test_id("stPopoverBody").get_by_role("link", name=group, exact=True).click()
    else:
        page.get_by_test_id("stSidebar").get_by_role("link", name=group, exact=True).click()
    settle(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_marketer_goes_from_four_answers_to_a_file_for_linkedin(page, address, tmp_path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    page.wait_for_selector(METRIC)
    settle(page)
    page.get_by_role("button", name="New profile").first.click()
    dialog = page.get_by_role("dialog")
    industries = dialog.get_by_role("combobox", name="Industries")
    industries.click()
    industries.press_sequentially("computer programming, cons")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    dialog.get_by_text("match so far").first.wait_for()
    dialog.get_by_role("button", name=re.compile("Sweden")).click()
    settle(page)
    dialog.get_by_label("Employees, at least").fill("5")
    page.keyboard.press("Tab")
    settle(page)
    dialog.get_by_label("What you sell").fill("Cloud platform")
    dialog.get_by_role("button", name="Create the profile").click()
    page.wait_for_url("**/Builder?*")
    page.wait_for_selector(METRIC)
    settle(page)
    assert "Sweden" in page.title()
    sidebar(page, "Data")
    page.get_by_test_id("stMain").get_by_role("link", name="Export").click()
    page.get_by_text("LinkedIn company list", exact=True).wait_for()
    settle(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download", exact=True).click()
    file = tmp_path / "list.csv"
    caught.value.save_as(file)
    rows = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 100
    assert {row[8] for row in rows[1:]} == {"SE"} or all("Sweden" in row[8] for row in rows[1:])
    assert not page.locator("[data-testid=stException]").count()
    assert page.asked_elsewhere == []


def test_an_own_list_and_its_profile_are_found_again_after_a_restart(chromium, tmp_path):
    lines = [f"Firma {i} AS;{5 + i % 90};Oslo" for i in range(80)]
    content = "\n".join(["Selskap;Ansatte;Poststed", *lines]).encode()
    environment = {"ICP_DATA_DIR": str(tmp_path)}
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    save_data(page)
    port = free_port()
    with served(environment=environment, port=port, kill=True) as address:
        page.goto(f"{address}/Import")
        page.get_by_text("Any list of companies").wait_for()
        settle(page)
        page.locator("[data-testid=stMain] input[type=file]").set_input_files(
            {"name": "kunder.csv", "mimeType": "text/csv", "buffer": content}
        )
        settle(page)
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("Load as").wait_for()
        settle(page)
        page.get_by_role("button", name="Load", exact=True).click()
        page.get_by_text("kunder is loaded and chosen").wait_for()
        settle(page)
        sidebar(page, "Profile")
        page.wait_for_selector(METRIC)
        before = page.locator(METRIC).first.inner_text()
        page.get_by_role("button", name=re.compile("^Remove Employees")).first.click()
        page.wait_for_function(
            "before => document.querySelector('[data-testid=stMetricValue]').innerText !== before",
            arg=before,
        )
        settle(page)
        edited = page.locator(METRIC).first.inner_text()
        entries = page.evaluate("history.length")
        page.get_by_role("button", name="Undo").first.click()
        page.wait_for_function(
            "before => document.querySelector('[data-testid=stMetricValue]').innerText === before",
            arg=before,
        )
        page.get_by_role("button", name="Redo").first.click()
        page.wait_for_function(
            "edited => document.querySelector('[data-testid=stMetricValue]').innerText === edited",
            arg=edited,
        )
        settle(page)
        assert page.evaluate("history.length") == entries, "an edit is no page of its own"
        page.go_back()
        page.get_by_role("heading", name="Import", exact=True).wait_for()
    with served(environment=environment, port=port) as address:
        # A page that stayed open works again by itself: no click falls without a word.
        page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
        settle(page)
        page.get_by_role("button", name="Share").click()
        page.get_by_role("dialog").get_by_text("Share this view").wait_for()
        # The same browser on another day.
        page.goto(address)
        page.wait_for_selector(METRIC)
        settle(page)
        assert chosen(page, "Accounts") == "kunder"
        assert chosen(page, "Profile").startswith("Edited: ")
        sidebar(page, "Profile")
        page.wait_for_selector(METRIC)
        settle(page)
        assert page.locator(METRIC).first.inner_text() == edited
    context.close()


def test_a_sales_leader_tries_a_plan_takes_it_back_and_saves_it_on_purpose(page, address):
    page.goto(f"{address}/Market")
    page.wait_for_selector(METRIC)
    settle(page)
    people = page.get_by_label("People", exact=True)
    before = people.input_value()
    people.fill("9")
    page.keyboard.press("Tab")
    page.get_by_role("button", name=re.compile("Save for the team")).wait_for()
    settle(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Tiers", exact=True).click()
    page.get_by_role("heading", name="Tiers", exact=True).wait_for()
    settle(page)
    assert page.get_by_label("People", exact=True).input_value() == "9"
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_function(
        "before => document.querySelector('input[aria-label=People]').value === before", arg=before
    )
    page.get_by_role("button", name=re.compile("Save for the team")).wait_for(state="detached")


def test_a_shared_link_shows_another_browser_the_edits(page, address, chromium):
    page.goto(f"{address}/Builder")
    page.wait_for_selector("[data-testid=stSlider]")
    settle(page)
    page.locator("[data-testid=stSlider] input[type=range][min='1'][max='10']").first.focus()
    before = page.locator(METRIC).all_inner_texts()
    page.keyboard.press("Home")
    page.wait_for_function(
        "before => [...document.querySelectorAll('[data-testid=stMetricValue]')]"
        ".map(e => e.innerText).join('|') !== before",
        arg="|".join(before),
    )
    settle(page)
    shown = page.locator(METRIC).all_inner_texts()
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("dialog").locator("code").inner_text()
    other = chromium.new_context()
    visitor = other.new_page()
    visitor.goto(link)
    visitor.wait_for_selector("[data-testid=stSlider]")
    settle(visitor)
    assert visitor.locator(METRIC).all_inner_texts() == shown
    other.close()

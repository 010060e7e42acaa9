"""A list from a vendor in a real browser: uploaded, one heading corrected, opened in the Builder."""

from pathlib import Path

from benchmarks.browser import settle

PROFF = Path(__file__).resolve().parents[1] / "fixtures" / "proff.csv"


def uploaded(page, address, file):
    page.goto(f"{address}/Import")
    page.get_by_text("Any list of companies").wait_for()
    settle(page)
    page.locator("[data-testid=stMain] input[type=file]").set_input_files(file)
    settle(page)
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Load as").wait_for()
    settle(page)


def test_a_list_is_uploaded_corrected_and_opened_in_the_builder(page, address):
    uploaded(page, address, PROFF)
    boxes = page.get_by_role("combobox", name="Becomes:")
    assert boxes.count() == 17
    boxes.nth(12).click()
    page.keyboard.type("Employees")
    page.get_by_role("option", name="Employees", exact=True).click()
    page.get_by_text("To check 0").wait_for()
    settle(page)
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_text("proff is loaded and chosen").wait_for()
    page.get_by_text("What the gaps mean").wait_for()
    page.get_by_test_id("stMain").get_by_role("link", name="Open the Builder").click()
    page.wait_for_url("**/Builder?draft=*")
    settle(page)
    # 40, 25 and 110 people: the corrected heading has a headcount for everybody.
    matches = page.get_by_test_id("stMetricValue").first
    assert matches.inner_text() == "3"
    assert page.get_by_test_id("stMain").get_by_text("Eksempel Programvare AS").count()
    assert not page.locator("[data-testid=stException]").count()
    assert page.asked_elsewhere == []


def test_a_load_shows_its_progress_and_is_cancelled(page, address):
    rows = "".join(f"Firma {i};{i % 97};Oslo\n" for i in range(600_000))
    content = ("Company;Employees;City\n" + rows).encode()
    uploaded(page, address, {"name": "large.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Load", exact=True).click()
    # Whatever it is at: a step may be over before the page asks again.
    page.get_by_test_id("stProgress").get_by_text(" · ").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Cancelled. Nothing was changed.").wait_for()
    page.get_by_text("Loaded lists").click()
    settle(page)
    assert not page.get_by_text("large ·").count()

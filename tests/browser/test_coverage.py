"""From the best accounts that nobody owns to a file for each rep, from today to a plan, and back."""

import csv
import io
import re
import zipfile
from pathlib import Path

from benchmarks.browser import settle


def card(page, label):
    return page.get_by_test_id("stMetric").filter(has_text=label)


def number(page, label):
    text = card(page, label).get_by_test_id("stMetricValue").inner_text()
    return int(re.sub(r"\D", "", text.split("of")[0]))


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def archive(page):
    page.get_by_role("button", name="Files").click()
    with page.expect_download() as told:
        page.get_by_role("button", name="A file per rep, CSV").click()
    with zipfile.ZipFile(io.BytesIO(Path(told.value.path()).read_bytes())) as packed:
        found = {name: rows(packed.read(name)) for name in packed.namelist()}
    settle(page)
    page.get_by_role("button", name="Files").click()
    page.get_by_role("button", name="A file per rep, CSV").wait_for(state="hidden")
    return found


def of(files, name):
    return next(rows for file, rows in files.items() if name in file)


def test_what_nobody_owns_is_given_to_reps_comes_in_their_files_and_is_taken_back(page, address):
    page.goto(address)
    said = page.get_by_text(re.compile(r"accounts in tier A are nobody's"))
    said.wait_for()
    before = int(said.inner_text().split()[0])
    assert before > 20
    page.get_by_role("link", name="Who could have them").click()
    card(page, "A nobody owns").wait_for()
    settle(page)
    assert number(page, "A nobody owns") == before
    files = archive(page)
    assert len(files) == 10
    nobodys = [row for row in of(files, "nobody") if row["Tier"] == "A"]
    assert len(nobodys) == before
    saga = len(of(files, "saga"))

    to = page.get_by_role("combobox", name="Give to")
    # A list of options closes where the page scrolls under it.
    to.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    to.click()
    page.get_by_role("option", name=re.compile("Saga")).click()
    settle(page)
    page.get_by_role("button", name=f"Give all {before}").click()
    page.get_by_text(f"{before} accounts have owners now.").first.wait_for()
    settle(page)
    assert number(page, "A nobody owns") == 0
    files = archive(page)
    assert len(of(files, "saga")) == saga + before
    assert not [row for row in of(files, "nobody") if row["Tier"] == "A"]
    page.get_by_role("button", name="Take back").click()
    page.get_by_text(f"{before} accounts stand as before.").first.wait_for()
    settle(page)
    assert number(page, "A nobody owns") == before
    assert page.asked_elsewhere == []


def test_a_team_comes_from_a_file_and_is_tried_in_this_session_only(page, address, tmp_path):
    page.goto(f"{address}/Coverage")
    page.get_by_role("button", name="Team of 8").click()
    team = tmp_path / "team.csv"
    team.write_text("Säljare;Hemkommun;Timmar\nAnna;Stockholm;1 200\nKari;Berlin;0\n", "utf-8")
    page.locator("input[type=file]").set_input_files(team)
    page.get_by_text("Berlin is no municipality").wait_for()
    page.get_by_text("No hours: Kari").wait_for()
    settle(page)
    page.get_by_role("button", name="Try in this session").click()
    page.get_by_role("button", name="Team of 2").wait_for()
    settle(page)
    assert "of 2 reps" in card(page, "Over capacity").inner_text()
    assert not page.locator("[data-testid=stException]").count()
    page.goto(f"{address}/Coverage")
    page.get_by_role("button", name="Team of 8").wait_for()


def go(page, name, shown):
    page.get_by_role("link", name=name, exact=True).last.click()
    page.get_by_text(shown).first.wait_for()
    settle(page)


def planned(page):
    """Wait until there is a plan; how much better it may get is another test's."""
    page.get_by_role("button", name="Adopt this plan").wait_for(timeout=60_000)
    enough = page.get_by_role("button", name="Enough")
    # Pressed at once or not at all: a search that ends meanwhile takes its button with it.
    enough.evaluate_all("buttons => buttons.forEach(button => button.click())")
    enough.wait_for(state="hidden")
    settle(page)


def test_a_plan_is_adopted_and_all_accounts_stand_as_before_again(page, address):
    page.goto(f"{address}/Territories")
    planned(page)
    assert page.get_by_text("above the best possible plan").first.is_visible()
    moved = number(page, "Accounts that change rep")
    fresh = int(
        re.search(r"(\d+) more get one", card(page, "Accounts that change rep").inner_text())[1]
    )
    assert moved and fresh

    page.get_by_role("button", name="Adopt this plan").click()
    page.get_by_text(f"{moved + fresh} accounts have their planned reps now.").first.wait_for()
    go(page, "Coverage", "A nobody owns")
    adopted = number(page, "A nobody owns")
    go(page, "Territories", "Keep relations, or travel less")
    planned(page)
    page.get_by_role("button", name="Take the plan back").click()
    page.get_by_text(f"{moved + fresh} accounts stand as before.").first.wait_for()
    go(page, "Coverage", "A nobody owns")
    assert number(page, "A nobody owns") > adopted
    assert not page.locator("[data-testid=stException]").count()
    assert page.asked_elsewhere == []

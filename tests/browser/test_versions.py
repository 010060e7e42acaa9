"""Saving and comparing in a real browser: two people, one profile, and a download on record."""

import hashlib
from pathlib import Path

from benchmarks.browser import settle


def profile_is(page, name):
    page.wait_for_function(
        "name => document.querySelectorAll('[role=combobox]')[1].value === name", arg=name
    )


def save(page, **fields):
    page.get_by_test_id("stMain").get_by_role("button", name="Save", exact=False).first.click()
    dialog = page.get_by_role("dialog")
    for label, text in fields.items():
        field = dialog.get_by_label(label.replace("_", " "), exact=True)
        field.fill(text)
        field.press("Tab")
        settle(page)
    dialog.get_by_role("button", name="Save", exact=False).first.click()
    return dialog


def test_two_people_who_save_the_same_profile_both_keep_their_version(page, address):
    page.goto(f"{address}/Versions?dataset=listed")
    page.get_by_text("not saved yet").wait_for()
    settle(page)
    save(page, Name="Northern twins", Your_name="Eva")
    profile_is(page, "Northern twins · v1")
    settle(page)

    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_text("History of Northern twins").wait_for()
    settle(other)
    save(other, Name="Northern twins, larger", Your_name="Olav")
    profile_is(other, "Northern twins, larger · v2")

    dialog = save(page, Name="Northern twins, smaller")
    dialog.get_by_text("Olav saved version 2").wait_for()
    settle(page)
    dialog.get_by_role("button", name="Save mine as version 3").click()
    profile_is(page, "Northern twins, smaller · v3")
    page.get_by_role("button", name="Restore as version 4").wait_for()
    page.get_by_role("radio", name="Compare").click()
    page.get_by_text("hold the same companies").wait_for()
    assert not page.asked_elsewhere


def test_the_log_holds_the_hash_of_the_file_that_was_downloaded(page, address):
    page.goto(f"{address}/Export?dataset=listed&export_format=Excel+workbook")
    download = page.get_by_role("button", name="Download").first
    download.wait_for()
    settle(page)
    with page.expect_download() as saved:
        download.click()
    digest = hashlib.sha256(Path(saved.value.path()).read_bytes()).hexdigest()
    settle(page)
    page.goto(f"{address}/Versions?dataset=listed&versions_part=Export+log")
    page.get_by_text("The hash tells").wait_for()
    settle(page)
    with page.expect_download() as log:
        page.get_by_role("button", name="Download").first.click()
    assert digest in Path(log.value.path()).read_text("utf-8")

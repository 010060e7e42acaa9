"""When an account was last dealt with, as other systems write it."""

from datetime import date

import pytest

from icp_core.importing import refresh
from icp_core.importing.load import run_import

AUGUST, MAY = date(2026, 8, 25), date(2026, 5, 13)

FILES = {
    "HubSpot": "Company name,Company Domain Name,Company owner,Last Activity Date,Country\n"
    "Alfa AB,alfa.example,Anna,2026-08-25 13:20,Sweden\nBeta AS,beta.example,,2026-05-13 08:00,Norway\n",
    "HubSpot's names": "name,domain,hubspot_owner_id,notes_last_contacted,country\n"
    "Alfa AB,alfa.example,1,2026-08-25T13:20:00Z,Sweden\n"
    "Beta AS,beta.example,1,2026-05-13T00:00:00Z,Norway\n",
    "Salesforce, Americans": "Account Name,Account Owner,Last Activity,Billing Country\n"
    "Alfa AB,Anna,8/25/2026,Sweden\nBeta AS,Anna,5/13/2026,Norway\n",
    "Swedish": "Företagsnamn;Kundansvarig;Senast kontaktad;Land\n"
    "Alfa AB;Anna;2026-08-25;Sverige\nBeta AS;Anna;2026-05-13;Norge\n",
    "Norwegian": "Navn;Kundeansvarlig;Siste aktivitet;Land\n"
    "Alfa AB;Anna;25.08.2026;Sverige\nBeta AS;Anna;13.05.2026;Norge\n",
    "Danish": "Navn;Sælger;Seneste kontakt;Land\n"
    "Alfa AB;Anna;25-08-2026;Sverige\nBeta AS;Anna;13-05-2026;Norge\n",
    "Finnish": "Yritys;Myyjä;Viimeisin yhteydenotto;Maa\n"
    "Alfa AB;Anna;25.8.2026;Ruotsi\nBeta AS;Anna;13.5.2026;Norja\n",
}


def imported(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path]).accounts.sort("name")


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_the_last_touch_is_read_from_the_systems_that_keep_it(tmp_path, text):
    assert imported(tmp_path, text)["last_touch"].to_list() == [AUGUST, MAY]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Siste aktivitet", ["Møte hos dem", "Sendt tilbud"]),
        ("Last activity", ["Call", "E-mail"]),
        ("Next activity date", ["2026-08-25", "2026-05-13"]),
        ("Last Modified Date", ["2026-08-25", "2026-05-13"]),
        ("Days since last contact", ["12", "90"]),
        ("Last activity type", ["Call", "Meeting"]),
    ],
)
def test_what_is_no_day_of_a_touch_is_none(tmp_path, heading, cells):
    text = f"Name,{heading},Country\nAlfa AB,{cells[0]},Sweden\nBeta AS,{cells[1]},Norway\n"
    accounts = imported(tmp_path, text)
    assert "last_touch" not in accounts.columns or accounts["last_touch"].null_count() == 2


def test_a_blank_is_never_touched_and_a_newer_list_without_the_column_keeps_it(tmp_path):
    old = imported(
        tmp_path,
        "Name,Org number,Last contacted,Country\nAlfa AB,556036-0793,2026-08-25,Sweden\n"
        "Beta AB,556012-5790,,Sweden\n",
    )
    assert old["last_touch"].to_list() == [AUGUST, None]
    newer = imported(
        tmp_path,
        "Name,Org number,Country\nAlfa AB,556036-0793,Sweden\nBeta AB,556012-5790,Sweden\n",
    )
    kept = refresh.carry_over(old, newer).sort("name")
    assert kept["last_touch"].to_list() == [AUGUST, None]

"""How many deals are open with an account, as other systems count them."""

import pytest

from icp_core.importing import refresh
from icp_core.importing.load import run_import

FILES = {
    "HubSpot": "Company name,Company Domain Name,Company owner,Number of open deals,Country\n"
    "Alfa AB,alfa.example,Anna,3,Sweden\nBeta AS,beta.example,,,Norway\n",
    "HubSpot's names": "name,domain,hubspot_owner_id,hs_num_open_deals,country\n"
    "Alfa AB,alfa.example,1,3,Sweden\nBeta AS,beta.example,1,,Norway\n",
    "HubSpot, Swedish": "Företagsnamn,Företagets domännamn,Företagsägare,Antal öppna affärer,Land\n"
    "Alfa AB,alfa.example,Anna,3,Sverige\nBeta AS,beta.example,Anna,,Norge\n",
    "Pipedrive": "Organization - Name,Organization - Owner,Organization - Open deals,"
    "Organization - Country\nAlfa AB,Anna,3,Sweden\nBeta AS,Anna,,Norway\n",
    "Salesforce, a report": "Account Name,Account Owner,Open Opportunities,Billing Country\n"
    "Alfa AB,Anna,3,Sweden\nBeta AS,Anna,,Norway\n",
    "pandas": "name,owner,open_deals,country\nAlfa AB,Anna,3.0,SE\nBeta AS,Anna,,NO\n",
    "Swedish": "Företag;Säljare;Pågående affärer;Land\nAlfa AB;Anna;3;Sverige\nBeta AS;Anna;;Norge\n",
    "Norwegian": "Navn;Kundeansvarlig;Åpne salgsmuligheter;Land\n"
    "Alfa AB;Anna;3;Sverige\nBeta AS;Anna;;Norge\n",
    "Danish": "Navn;Sælger;Antal åbne handler;Land\nAlfa AB;Anna;3;Sverige\nBeta AS;Anna;;Norge\n",
    "Finnish": "Yritys;Myyjä;Avoimet kaupat;Maa\nAlfa AB;Anna;3;Ruotsi\nBeta AS;Anna;;Norja\n",
}


def imported(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path]).accounts.sort("name")


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_open_deals_are_read_from_the_systems_that_count_them(tmp_path, text):
    accounts = imported(tmp_path, text)
    assert accounts["name"].to_list() == ["Alfa AB", "Beta AS"]
    assert accounts["open_deals"].to_list() == [3, None]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Open deals", ["Expansion 2027", "Renewal"]),
        ("Öppna affärer", ["120 000 kr", "45 000 kr"]),
        ("Open deals value", ["120000", "45000"]),
        ("Closed deals", ["3", "1"]),
        ("Won deals", ["3", "1"]),
        ("Antal förlorade affärer", ["3", "1"]),
        ("Åpne saker", ["3", "1"]),
    ],
)
def test_what_is_no_number_of_open_deals_is_none(tmp_path, heading, cells):
    text = f"Name;{heading};Country\nAlfa AB;{cells[0]};Sweden\nBeta AS;{cells[1]};Norway\n"
    accounts = imported(tmp_path, text)
    assert accounts.schema.get("open_deals") is None or (
        accounts["open_deals"].null_count() == 2 or accounts["open_deals"].dtype.is_nested()
    )
    assert accounts.height == 2


def test_a_newer_list_without_the_column_keeps_them(tmp_path):
    old = imported(
        tmp_path,
        "Name,Org number,Open deals,Country\nAlfa AB,556036-0793,2,Sweden\n"
        "Beta AB,556012-5790,0,Sweden\n",
    )
    newer = imported(tmp_path, "Name,Org number,Country\nAlfa AB,556036-0793,Sweden\n")
    kept = refresh.carry_over(old, newer)
    assert kept["open_deals"].to_list() == [2]

"""Files for a CRM on Territories: matched with its exports, downloaded, put on record."""

import csv
import io
import zipfile

import pytest
from app_pages import Open, texts
from streamlit.testing.v1 import AppTest
from test_territories_saved import waited

from icp_core.workspace import Workspace

USERS = (
    b"ID,NAME,EMAIL,ISACTIVE\n"
    b"0055800000XyZaBAAW,Alma Demoberg,alma@team.example,true\n"
    b"0055800000XyZaCAAW,Edvin Demolind,edvin@team.example,false\n"
)


@pytest.fixture
def page(open_page: Open) -> AppTest:
    app = waited(open_page("pages/12_Territories.py", dataset="demo:4000"))
    return app.button(key="territories_crm_open").click().run()


def unpacked(app: AppTest) -> dict[str, list[dict[str, str]]]:
    """The files of the archive that the button would give."""
    files = app.session_state["own_territories_crm_made"].files
    with zipfile.ZipFile(io.BytesIO(files.to_bytes())) as packed:
        return {
            name: list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"))))
            for name in packed.namelist()
            if name.endswith(".csv")
        }


def test_salesforces_files_tell_what_lacks_and_take_exports(page: AppTest) -> None:
    assert not page.exception
    said = texts(page)
    assert "contacts, open opportunities" in said, "what is left behind is told"
    assert "the column is blank" in said
    lacking = str([one.value for one in page.table])
    assert "Accounts without a Salesforce id" in lacking
    assert "Reps whose user id is unknown" in lacking
    page.file_uploader(key="territories_crm_exports_salesforce").upload("users.csv", USERS).run()
    page.text_input(key="territories_crm_model").set_value("0MA5800000BBBbB").run()
    page.text_input(key="territories_crm_type").set_value("0M55800000CCCcC").run()
    assert not page.exception
    assert "Reps whose user is inactive" in str([one.value for one in page.table])
    rows = unpacked(page)["FICTIONAL-1-Territory2-insert.csv"]
    assert {row["DeveloperName"] for row in rows} >= {"Alma_Demoberg", "Saga_Demosjo"}
    assert {row["Territory2ModelId"][:15] for row in rows} == {"0MA5800000BBBbB"}


def test_what_is_no_id_or_no_export_is_told_in_the_dialog(page: AppTest) -> None:
    page.text_input(key="territories_crm_model").set_value("Nordics").run()
    assert any("no Salesforce id" in one.value for one in page.error)
    page.text_input(key="territories_crm_model").set_value("").run()
    page.file_uploader(key="territories_crm_exports_salesforce").upload(
        "colours.csv", b"Colour,Size\nred,3\n"
    ).run()
    assert any("not understood" in one.value for one in page.error)


def test_hubspots_owners_are_the_reps_addresses_and_the_file_is_logged(page: AppTest) -> None:
    page.segmented_control(key="territories_crm").set_value("hubspot").run()
    assert not page.exception
    (name,) = (one for one in unpacked(page) if "by-domain" in one)
    assert name.startswith("FICTIONAL-")
    owners = {row["Company owner"] for row in unpacked(page)[name]}
    assert owners and all(one.endswith("@team.example") for one in owners)
    assert "update existing companies only" in texts(page)
    assert Workspace.open().exports().is_empty(), "looking is no download"

"""A plan of territories as files for Salesforce and HubSpot: what is in them, and what lacks."""

import csv
import io
import zipfile
from datetime import date

import polars as pl
import pytest

from icp_core.errors import ExportError, ImportRefused
from icp_core.exporting.crm import Where, crm_files, planned
from icp_core.exporting.crm.planned import id_column
from icp_core.exporting.crm.salesforce import developer_name
from icp_core.importing.crm_exports import Org, read_org
from icp_core.reference.crm_keys import hubspot_ids, salesforce_id, salesforce_ids
from icp_core.territories.team import Rep, team_of

NO_ORG = Org()
ON = date(2026, 11, 27)
ANNA = Rep(name="Anna Berg", email="anna@example.com", home="SE-0180")
BO = Rep(name="Bo Øst", email="bo@example.com", home="SE-1480")
KIM = Rep(name="Kim Dahl", home="SE-1280")
TEAM = team_of([ANNA, BO, KIM])
ACCOUNTS = ("0015800000AbCdE", "0015800000AbCdF", "0015800000AbCdG", "0015800000AbCdH")
FULL = tuple(salesforce_id(one) for one in ACCOUNTS)
U_ANNA, U_BO = salesforce_id("0055800000XyZaB"), salesforce_id("0055800000XyZaC")
T_ANNA, T_BO = salesforce_id("0MI5800000AAAaB"), salesforce_id("0MI5800000AAAaC")
MODEL, KIND = salesforce_id("0MA5800000BBBbB"), salesforce_id("0M55800000CCCcC")
BELONGS = {"Territory2TypeId": KIND, "Territory2ModelId": MODEL}
O_1, O_2 = salesforce_id("0OA5800000DDDdD"), salesforce_id("0OA5800000DDDdE")


def table(
    after=("Anna Berg", "Bo Øst", "Bo Øst", None), before=("Anna Berg", "Anna Berg", None, None)
):
    return pl.DataFrame(
        {
            "account_id": [f"a{at}" for at in range(len(after))],
            "name": [f"Exempel {at} AB" for at in range(len(after))],
            "before": list(before),
            "after": list(after),
        },
        schema_overrides={"before": pl.String, "after": pl.String},
    )


def listed(ids=ACCOUNTS, heading="Account ID", domains=("ett.se", "tva.se", "tre.se", "fyra.se")):
    rows = pl.DataFrame(
        {
            "account_id": [f"a{at}" for at in range(4)],
            "name": [f"Exempel {at} AB" for at in range(4)],
            "domain": list(domains),
        },
        schema_overrides={"domain": pl.String},
    )
    return rows if ids is None else rows.with_columns(pl.Series(heading, ids))


def file(rows: list[dict[str, object]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


USERS = file(
    [
        {"ID": U_ANNA, "NAME": "Anna Berg", "EMAIL": "ANNA@example.com", "ISACTIVE": "true"},
        {"ID": U_BO, "NAME": "Bo Öst", "EMAIL": "bo@example.com", "ISACTIVE": "true"},
    ]
)
TERRITORIES = file(
    [
        {"ID": T_ANNA, "NAME": "Anna Berg", "DEVELOPERNAME": "Anna_Berg", "TERRITORY2MODELID": MODEL,
         "TERRITORY2TYPEID": KIND},
        {"ID": T_BO, "NAME": "Väst", "DEVELOPERNAME": "Bo_Ost", "TERRITORY2MODELID": MODEL,
         "TERRITORY2TYPEID": KIND},
    ]
)  # fmt: skip
OBJECTS = file(
    [
        {"ID": O_1, "OBJECTID": FULL[0], "TERRITORY2ID": T_ANNA, "ASSOCIATIONCAUSE": "Territory2Manual"},
        {"ID": O_2, "OBJECTID": FULL[1], "TERRITORY2ID": T_ANNA, "ASSOCIATIONCAUSE": "Territory2Manual"},
    ]
)  # fmt: skip


def made(crm="salesforce", rows=None, accounts=None, team=TEAM, org=NO_ORG, **more):
    return crm_files(
        crm,
        table() if rows is None else rows,
        listed() if accounts is None else accounts,
        team,
        on=ON,
        fictional=more.pop("fictional", False),
        org=org,
        **more,
    )


def content(found) -> dict[str, list[dict[str, str]]]:
    """Rows of every file in the archive, as the receiver reads them."""
    with zipfile.ZipFile(io.BytesIO(found.to_bytes())) as packed:
        return {
            name: list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"))))
            for name in packed.namelist()
            if name.endswith(".csv")
        }


# Ids.


def test_an_id_of_fifteen_gets_the_suffix_that_salesforce_gives_it():
    # The example of Salesforce's own documentation.
    assert salesforce_id("001D000000IRFma") == "001D000000IRFmaIAH"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("001D000000IRFmaIAH", "001D000000IRFmaIAH"),
        (" 001D000000IRFmaIAH ", "001D000000IRFmaIAH"),
        ("001d000000irfmaiah", "001D000000IRFmaIAH"),
        ("001D000000IRFMAIAH", "001D000000IRFmaIAH"),
        ("001D000000IRFmaIA", None),
        ("001D000000IRFmaIA9", None),
        ("Exempel Bolag A", None),
        ("123456789012345", None),
        ("", None),
        (None, None),
    ],
)
def test_ids_are_read_however_a_spreadsheet_left_them(said, read):
    assert salesforce_id(said) == read


def test_ids_of_other_objects_are_no_accounts():
    assert salesforce_ids(pl.Series([ACCOUNTS[0], U_ANNA]), "001").to_list() == [FULL[0], None]


@pytest.mark.parametrize(
    "numbers",
    [
        pl.Series([8_123_456_789.0, None]),
        pl.Series([8_123_456_789, None]),
        pl.Series(["8123456789.0", "n/a"]),
        pl.Series([" 8123456789", ""]),
    ],
)
def test_record_ids_are_whole_numbers_again(numbers):
    assert hubspot_ids(numbers).to_list() == ["8123456789", None]


@pytest.mark.parametrize(
    ("heading", "ids", "crm"),
    [
        ("Account ID", ACCOUNTS, "salesforce"),
        ("Id", FULL, "salesforce"),
        ("18 siffror", FULL, "salesforce"),
        ("crm key", (*ACCOUNTS[:3], None), "salesforce"),
        ("Record ID", (81.0, 82.0, 83.0, 84.0), "hubspot"),
        ("Record ID - Company", ("81", "82", "83", "84"), "hubspot"),
        ("hs_object_id", (81, 82, 83, 84), "hubspot"),
    ],
)
def test_the_column_of_ids_is_found_by_what_it_holds(heading, ids, crm):
    assert id_column(listed(ids, heading), crm) == heading


def test_a_parents_or_an_owners_id_is_not_the_accounts_own():
    rows = listed().with_columns(
        pl.Series("Parent Account ID", [FULL[0], FULL[0], None, None]),
        pl.Series("Owner ID", [U_ANNA] * 4),
    )
    assert id_column(rows, "salesforce") == "Account ID"
    assert id_column(rows.drop("Account ID", "Parent Account ID"), "salesforce") is None


# Salesforce.


def test_with_everything_known_each_file_has_what_changes_and_nothing_else():
    accounts = file(
        [
            {"ID": FULL[0], "NAME": "Exempel 0 AB", "OWNERID": U_ANNA},
            {"ID": FULL[1], "NAME": "x", "OWNERID": U_ANNA},
        ]
    )
    org = read_org(
        [(USERS, "u.csv"), (TERRITORIES, "t.csv"), (OBJECTS, "o.csv"), (accounts, "a.csv")]
    )
    found = made(org=org)
    files = content(found)
    assert "1-Territory2-insert.csv" not in files, "both territories are there"
    assert files["2-UserTerritory2Association-insert.csv"] == [
        {"UserId": U_ANNA, "Territory2Id": T_ANNA, "RoleInTerritory2": "Owner"},
        {"UserId": U_BO, "Territory2Id": T_BO, "RoleInTerritory2": "Owner"},
    ]
    assert files["3-ObjectTerritory2Association-delete.csv"] == [{"Id": O_2}]
    assert files["4-ObjectTerritory2Association-insert.csv"] == [
        {"ObjectId": FULL[1], "Territory2Id": T_BO, "AssociationCause": "Territory2Manual"},
        {"ObjectId": FULL[2], "Territory2Id": T_BO, "AssociationCause": "Territory2Manual"},
    ]
    assert files["5-Account-update.csv"] == [
        {"Id": FULL[1], "OwnerId": U_BO},
        {"Id": FULL[2], "OwnerId": U_BO},
    ]
    assert found.report.lacking == {}
    assert (found.report.accounts, found.report.moved) == (3, 2)
    assert "contacts, open opportunities" in "\n".join(found.report.lines())
    assert found.report.read == (
        "u.csv: 2 users", "t.csv: 2 territories", "o.csv: 2 accounts in territories", "a.csv: 2 accounts"
    )  # fmt: skip


def test_without_exports_the_territories_are_made_and_the_rest_is_told():
    found = made(where=Where(model=MODEL, type=KIND[:15]))
    files = content(found)
    assert files["1-Territory2-insert.csv"] == [
        {"Name": "Anna Berg", "DeveloperName": "Anna_Berg", **BELONGS},
        {"Name": "Bo Øst", "DeveloperName": "Bo_Ost", **BELONGS},
    ]  # fmt: skip
    assert set(files) == {"1-Territory2-insert.csv", "lacking.csv"}
    told = found.report.lacking
    assert told["Reps whose user id is unknown: give an export of users"] == 2
    assert any("territory is new" in what and count == 2 for what, count in told.items())
    accounts = {f"Exempel {at} AB" for at in range(3)}
    assert {row["Name"] for row in files["lacking.csv"]} == {"Anna Berg", "Bo Øst", *accounts}
    assert not any("blank" in one for one in found.report.warnings)
    assert any("the column is blank" in one for one in made().report.warnings)


def test_accounts_without_an_id_are_matched_by_domain_then_name_and_never_guessed():
    accounts = file(
        [
            {
                "Account ID": FULL[0],
                "Account Name": "Something else",
                "Website": "https://www.ett.se/kontakt",
            },
            {"Account ID": FULL[1], "Account Name": "EXEMPEL 1", "Website": ""},
            {"Account ID": FULL[2], "Account Name": "Exempel 2 AB", "Website": ""},
            {"Account ID": FULL[3], "Account Name": "Exempel 2 AB", "Website": ""},
        ]
    )
    org = read_org([(accounts, "accounts.csv"), (USERS, "users.csv")])
    rows = planned(table(), listed(None), crm="salesforce", org=org)
    assert rows["id"].to_list() == [FULL[0], FULL[1], None, None], (
        "of two of one name none is taken"
    )
    report = made(accounts=listed(None), org=org).report
    assert any(
        "without a Salesforce id" in what and count == 1 for what, count in report.lacking.items()
    )
    assert report.rows["5-Account-update.csv"] == 2


def test_an_inactive_user_and_one_of_two_get_nothing_and_are_told():
    users = file(
        [
            {
                "User ID": U_ANNA[:15],
                "Full Name": "Anna Berg",
                "Email": "anna@example.com",
                "Active": "0",
            },
            {"User ID": U_BO[:15], "Full Name": "Bo Øst", "Email": "", "Active": "1"},
            {"User ID": "0055800000XyZaD", "Full Name": "Bo Øst", "Email": "", "Active": "1"},
        ]
    )
    found = made(org=read_org([(users, "users.csv")]))
    assert found.report.lacking["Reps whose user is inactive"] == 1
    assert any("one of several users" in what for what in found.report.lacking)
    assert found.report.rows["5-Account-update.csv"] == 0


def test_a_rule_is_not_deleted_but_told():
    ruled = OBJECTS.replace(b"Territory2Manual", b"Territory2AssignmentRule")
    org = read_org([(USERS, "u"), (TERRITORIES, "t"), (ruled, "o")])
    found = made(org=org)
    assert found.report.rows["3-ObjectTerritory2Association-delete.csv"] == 0
    assert any("assignment rule" in one for one in found.report.warnings)


def test_accounts_stay_in_territories_of_nobody_in_the_plan():
    overlay = salesforce_id("0MI5800000AAAaZ")
    rows = OBJECTS.replace(T_ANNA.encode(), overlay.encode())
    found = made(org=read_org([(USERS, "u"), (TERRITORIES, "t"), (rows, "o")]))
    assert found.report.rows["3-ObjectTerritory2Association-delete.csv"] == 0
    assert found.report.rows["4-ObjectTerritory2Association-insert.csv"] == 3


def test_of_two_territory_models_one_has_to_be_said():
    other = salesforce_id("0MA5800000BBBbZ")
    more = (
        TERRITORIES
        + f"{salesforce_id('0MI5800000AAAaQ')},Anna Berg,Anna_Berg1,{other},{KIND}\r\n".encode()
    )
    org = read_org([(more, "t.csv"), (USERS, "u.csv")])
    assert any("2 territory models" in one for one in made(org=org).report.warnings)
    chosen = made(org=org, where=Where(model=MODEL))
    assert chosen.report.rows["1-Territory2-insert.csv"] == 0
    assert not any("territory models" in one for one in chosen.report.warnings)


def test_one_account_of_the_crm_with_two_reps_is_in_no_file():
    same = (ACCOUNTS[0], FULL[0], ACCOUNTS[2], ACCOUNTS[3])
    found = made(accounts=listed(same), org=read_org([(USERS, "u.csv")]))
    assert (
        found.report.lacking["Accounts that are one in the CRM and have several reps in the plan"]
        == 2
    )
    assert found.report.rows["5-Account-update.csv"] == 1


@pytest.mark.parametrize(
    ("name", "is_called"),
    [
        ("Åsa Öberg", "Asa_Oberg"),
        ("Bjørn-Åge Sæther", "Bjorn_Age_Saether"),
        ("  2nd – West! ", "T_2nd_West"),
        ("__x__y__", "x_y"),
        ("王芳", "T"),
        ("ß" * 100, "s" * 80),
    ],
)
def test_developer_names_are_what_the_api_takes(name, is_called):
    assert developer_name(name, set()) == is_called.replace("Saether", "Sather")


def test_developer_names_are_unique_whatever_their_case():
    taken: set[str] = set()
    long = "x" * 90
    assert [developer_name(one, taken) for one in ("A b", "a B", "A-b", long, long)] == [
        "A_b", "a_B_2", "A_b_3", "x" * 80, "x" * 78 + "_2"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["model", "type", "parent"])
def test_what_is_no_id_of_a_model_is_told(name):
    with pytest.raises(ExportError, match="no Salesforce id"):
        Where(**{name: "Nordics 2027"})


# HubSpot.


def test_owners_go_to_hubspot_by_id_and_by_domain_in_files_of_their_own():
    accounts = listed((8_123_456_781.0, None, 8_123_456_783.0, None), "Record ID")
    files = content(made("hubspot", accounts=accounts))
    assert files["1-companies-by-record-id.csv"] == [
        {"Record ID": "8123456781", "Company name": "Exempel 0 AB", "Company owner": "anna@example.com"},
        {"Record ID": "8123456783", "Company name": "Exempel 2 AB", "Company owner": "bo@example.com"},
    ]  # fmt: skip
    assert files["2-companies-by-domain.csv"] == [
        {"Company Domain Name": "tva.se", "Company name": "Exempel 1 AB",
         "Company owner": "bo@example.com"},
    ]  # fmt: skip


def test_what_hubspot_cannot_know_is_lacking():
    accounts = listed(None, domains=("ett.se", "facebook.com", None, "ett.se"))
    rows = table(after=("Anna Berg", "Bo Øst", "Kim Dahl", "Bo Øst"), before=(None,) * 4)
    found = made("hubspot", rows=rows, accounts=accounts)
    assert found.report.rows == {"1-companies-by-record-id.csv": 0, "2-companies-by-domain.csv": 0}
    assert sorted(found.report.lacking.values()) == [1, 2, 2]
    assert found.report.lacking["Reps without an e-mail address: write it in the team"] == 1


def test_hubspots_users_decide_which_addresses_are_taken():
    users = file(
        [
            {"User ID": "1", "First name": "Kim", "Last name": "Dahl", "Email": "kim@example.com"},
            {
                "User ID": "2",
                "First name": "Anna",
                "Last name": "Berg",
                "Email": "anna@example.com",
            },
        ]
    )
    org = read_org([(users, "hubspot-users.csv")])
    rows = table(after=("Anna Berg", "Bo Øst", "Kim Dahl", None))
    found = made("hubspot", rows=rows, org=org)
    owners = {row["Company owner"] for row in content(found)["2-companies-by-domain.csv"]}
    assert owners == {"anna@example.com", "kim@example.com"}, "Kim is found by name"
    assert found.report.lacking == {
        "Reps who are no user of that e-mail address or name": 1,
        "Companies whose rep has no e-mail address of a user": 1,
    }


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
@pytest.mark.parametrize(
    "email",
    [None, "=1+1@x.se", "+47@x.se", "-a@x.se", "@x.se", "a b@x.se", "anna@x", "a@x.se;b@x.se"],
)
def test_accounts_of_a_rep_without_an_address_are_in_no_file_and_listed(crm, email):
    team = team_of([Rep(name="Anna Berg", email=email), BO])
    users = file([{"Id": U_BO, "Username": "bo@example.com", "Email": "bo@example.com",
                   "Name": "Bo Øst", "IsActive": "true"}])  # fmt: skip
    org = read_org([(users, "u.csv")]) if crm == "salesforce" else NO_ORG
    found = made(crm, org=org, team=team, rows=table(before=(None,) * 4))
    files = content(found)
    owned = files["5-Account-update.csv" if crm == "salesforce" else "2-companies-by-domain.csv"]
    lacking = [row["Name"] for row in files["lacking.csv"]]
    assert len(owned) + sum(name.startswith("Exempel") for name in lacking) == 3
    assert "Exempel 0 AB" in lacking
    assert "Anna Berg" in lacking
    assert all("x.se" not in value for row in owned for value in row.values())
    assert any(
        what.startswith(("Accounts that", "Companies whose")) and count == 1
        for what, count in found.report.lacking.items()
    )


# Both.


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_no_cell_is_a_formula(crm):
    team = team_of([Rep(name='=HYPERLINK("x")', email="anna@example.com", home="SE-0180")])
    rows = table(after=('=HYPERLINK("x")',) * 4, before=(None,) * 4).with_columns(
        name=pl.Series(["=1+1", "@x", "-2+3", "+4"])
    )
    found = made(
        crm, rows=rows, accounts=listed(None, domains=("ett.se", "=cmd.se", None, None)), team=team
    )
    cells = [value for rows in content(found).values() for row in rows for value in row.values()]
    assert cells
    assert not [value for value in cells if value and value[0] in "=+-@"]
    assert found.report.cells_cleaned > 0


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_invented_companies_are_told_in_every_name(crm, tmp_path):
    found = made(crm, fictional=True)
    assert found.file_name == f"FICTIONAL-territories-{crm}-2026-11-27.zip"
    assert all(name.startswith("FICTIONAL-") for name in content(found))
    written = found.write(tmp_path / "plan.zip")
    assert written.name == "FICTIONAL-plan.zip"
    with zipfile.ZipFile(written) as packed:
        assert "invented" in packed.read("report.txt").decode("utf-8-sig")
    with pytest.raises(ExportError, match="cannot be written"):
        found.write(tmp_path / "nowhere" / "x.zip")


def test_a_plan_that_gives_nothing_makes_a_report_alone():
    found = made(rows=table(after=(None,) * 4))
    with zipfile.ZipFile(io.BytesIO(found.to_bytes())) as packed:
        assert packed.namelist() == ["report.txt"]
    assert found.report.accounts == 0


def test_a_file_that_is_no_export_is_refused_by_name():
    with pytest.raises(ImportRefused, match=r"moves\.csv.*not understood"):
        read_org([(b"Colour,Size\nred,3\n", "moves.csv")])
    with pytest.raises(ExportError, match="choose salesforce, hubspot"):
        made("pipedrive")

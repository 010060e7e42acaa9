"""Which companies of a list are customers: understood by their values, or asked for and remembered."""

from pathlib import Path

import pytest

from icp_core.errors import ImportRefused
from icp_core.importing.customers import DealAnswers, match, read_deals, with_customers
from icp_core.importing.load import MappedFile, open_file, run_import
from icp_core.importing.mapping import Assignment, Mapping
from icp_core.importing.stages import of_company


def opened(heading: str, *values: str, more: str = "") -> MappedFile:
    """A list of companies with one column about what they are to us."""
    rows = [f"Alfa {n} AB;SE;{value}" for n, value in enumerate(values)]
    return open_file(
        "\n".join([f"Company;Country;{heading}", *rows, more]).encode(), name="list.csv"
    )


def told(file: MappedFile) -> Assignment:
    (found,) = file.mapping.of("is_customer")
    return found


def asked(file: MappedFile) -> list[str]:
    return [value for value, meaning in told(file).means.items() if meaning is None]


def flags(tmp_path: Path, text: str, mapping: Mapping | None = None) -> list[bool | None]:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path], mapping=mapping).accounts["is_customer"].to_list()


@pytest.mark.parametrize(
    ("meaning", "values"),
    [
        ("active", "Ja|Yes|Kyllä|x|Customer|CUSTOMER|Kund|Kunde|Asiakas|Aktiv kund|Customer - Direct|"
         "Customer - Channel|Customer (EMEA)|Storkund|Nyckelkund|Nøkkelkunde|Avainasiakas|"
         "A-kund|Customer; VIP"),
        ("churned", "Tidligere|Tidigare|Entinen|Former|Ex-kunde|Eks-kunde|Former Customer|"
         "Tidligere kunde|Customer - lost|Uppsagd|Churned"),
        ("open", "Nej|Nei|Ei|No|Prospect|Prospekti|Lead|Hot lead|Marketing Qualified Lead|"
         "salesqualifiedlead|Opportunity|Salgsmulighet|Affärsmöjlighet|Salgskvalificeret lead|"
         "Ikke kunde|Icke-kund|Potentiell kund|Liidi|Active Opportunity|Aktiv affär|Aktiv salgsmulighet|"
         "Aktiivinen mahdollisuus|Active lead|Aktiv prospekt|Aktiv dialog|Active sales opportunity"),
        (None, "var kunde til 2022|Customer since 2019|Var kund|Oli asiakas|"
         "Other|Evangelist|Partner|Inaktiv|Guld|Customer Success|Kundservice|New customer|"
         "Customer/Partner|Lead, Customer|Do Not Prospect|Not a prospect|Ikke prospekt|Ej lead|"
         "Closed opportunity|Installation Partner|Customer: inactive|?|Subscriber"),
    ],
)  # fmt: skip
def test_what_a_company_is_to_us_is_understood_by_its_words(
    meaning: str | None, values: str
) -> None:
    wrong = {v: of_company(v) for v in values.split("|") if of_company(v) != meaning}
    assert not wrong


def test_who_reads_a_newsletter_is_no_customer_in_a_crms_stages_only() -> None:
    assert of_company("Abonnent", heading="Livssyklusfase") == "open"
    assert of_company("Abonnent", heading="Type") is None


@pytest.mark.parametrize(
    ("heading", "values", "expected", "questions"),
    [
        ("Kunde", ["Ja", "Nej", "Tidligere"], [True, False, False], []),
        ("Kunde?", ["ja", "nei", "var kunde til 2022"], [True, False, None], ["var kunde til 2022"]),
        ("Customer", ["Yes", "No", "Former", "Prospect"], [True, False, False, False], []),
        ("Asiakas", ["Kyllä", "Ei", "Entinen", "Ehkä"], [True, False, False, None], ["Ehkä"]),
        ("Lifecycle Stage", ["customer", "lead", "evangelist", "subscriber", "opportunity"],
         [True, False, None, False, False], ["evangelist"]),
        ("Livscykelstadium", ["Kund", "Säljkvalificerad lead", "Prenumerant", "Övrigt"],
         [True, False, False, None], ["Övrigt"]),
        ("Type", ["Customer - Direct", "Prospect", "Installation Partner"], [True, False, None],
         ["Installation Partner"]),
        ("Organization - Labels", ["Customer", "Hot lead", "Cold lead"], [True, False, False], []),
        ("Relationship Type", ["Customer", "Reseller", "Customer"], [True, None, True], ["Reseller"]),
        ("Kategori", ["Nøkkelkunde", "Prospekt", "Tidligere kunde"], [True, False, False], []),
        ("Status", ["Kund", "Prospekt", "Kund", "Lead"], [True, False, True, False], []),
        ("Company type", ["Customer", "Prospect"], [True, False], []),
    ],
)  # fmt: skip
def test_a_crms_column_says_who_is_a_customer(
    tmp_path: Path,
    heading: str,
    values: list[str],
    expected: list[bool | None],
    questions: list[str],
) -> None:
    file = opened(heading, *values)
    assert asked(file) == questions
    assert [q.heading for q in file.mapping.questions()] == ([heading] if questions else [])
    text = "\n".join(
        [f"Company;Country;{heading}", *(f"Alfa {n} AB;SE;{v}" for n, v in enumerate(values))]
    )
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    found = run_import([path])
    assert found.accounts["is_customer"].to_list() == expected
    # What it is to us stays a column of its own.
    assert found.accounts[heading].to_list() == values


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Segment", ["Retail", "Public", "Retail"]),
        ("Kundtyp", ["Företagskund", "Privatkund", "Företagskund"]),
        ("Lead Status", ["Open", "Connected", "In progress"]),
        ("Newsletter", ["Ja", "Nej", "Ja"]),
        ("Focus", ["Customer service", "Customer success", "Sales"]),
        ("Active", ["Active", "Inactive", "Active"]),
    ],
)
def test_other_columns_say_nothing_of_customers(heading: str, values: list[str]) -> None:
    assert not opened(heading, *values).mapping.of("is_customer")


def test_plain_yes_and_no_need_no_meanings() -> None:
    assert told(opened("Customer", "Yes", "No", "no")).means == {}


def test_answers_are_remembered_for_values_and_new_ones_are_asked(tmp_path: Path) -> None:
    first = opened("Lifecycle Stage", "Customer", "Lead", "Evangelist", "Other")
    said = first.mapping.saying({"evangelist": "active"})
    assert [q.heading for q in said.questions()] == ["Lifecycle Stage"]
    said = said.saying({"Other": "open"})
    assert said.questions() == () and said.corrected
    later = opened("Lifecycle Stage", "Customer", "EVANGELIST", "Lead", "Test").with_mapping(
        Mapping.from_json(said.to_json())
    )
    assert asked(later) == ["Test"]
    text = "Company;Country;Lifecycle Stage\nA AB;SE;EVANGELIST\nB AB;SE;Other\nC AB;SE;Test\n"
    assert flags(tmp_path, text, later.mapping) == [True, False, None]


def test_agreeing_to_all_leaves_what_nobody_understands_unknown(tmp_path: Path) -> None:
    agreed = opened("Type", "Customer", "Partner").mapping.confirmed()
    assert agreed.questions() == ()
    text = "Company;Country;Type\nA AB;SE;Customer\nB AB;SE;Partner\n"
    assert flags(tmp_path, text, agreed) == [True, None]


def test_a_column_chosen_by_hand_asks_what_its_values_mean() -> None:
    file = opened("Klass", "Guld", "Silver", "Brons")
    chosen = file.with_mapping(file.mapping.setting("Klass", "is_customer"))
    assert asked(chosen) == ["Brons", "Guld", "Silver"]
    back = chosen.mapping.setting("Klass", "own column")
    assert not back.of("is_customer") and not any(a.means for a in back.assignments)
    with pytest.raises(ImportRefused, match="a value means one of"):
        chosen.mapping.saying({"Guld": "gold"})


def test_a_yes_of_its_own_goes_before_a_type() -> None:
    text = "Company;Country;Type;Customer\nA AB;SE;Customer;Yes\nB AB;SE;Prospect;No\n"
    found = open_file(text.encode(), name="list.csv").mapping
    assert [a.heading for a in found.of("is_customer")] == ["Customer"]


def test_persons_are_left_out_of_a_type_that_says_customers(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Name;Country;Customer type\nA AB;SE;Customer\nB AB;SE;Prospect\nPer;SE;Private person\n"
    )
    assert run_import([path]).accounts["name"].to_list() == ["A AB", "B AB"]


@pytest.mark.parametrize(
    ("text", "outcomes", "unknown"),
    [
        ("Company name,Company Domain Name,Lifecycle Stage,Close Date\nA,a.se,Customer,2025-01-02\n"
         "B,b.se,Lead,\nC,c.se,Evangelist,\n", {"A": "active"}, {"Evangelist": 1}),
        ("Account Name;Type;Billing Country\nA - Nordic;Customer - Direct;SE\nB;Prospect;SE\n",
         {"A - Nordic": "active"}, {}),
        ("Yritys;Asiakas\nA;Kyllä\nB;Ei\nC;Entinen\n", {"A": "active", "C": "churned"}, {}),
        ("Organization - Name;Organization - Labels\nA;Customer, VIP\nB;Hot lead\n",
         {"A": "active"}, {}),
        ("Kontonamn;Status;Relationstyp\nA;Aktiv;Kund\nB;Aktiv;Konkurrent\nC;Aktiv;Prospekt\nD;Aktiv;\n",
         {"A": "active"}, {"Konkurrent": 1}),
        ("Organisasjon;Kundestatus\nA;Gull\nB;Sølv\n", {}, {"Gull": 1, "Sølv": 1}),
        ("Navn;Kunde\nA;Ja\nB;Nej\nC;Tidligere\n", {"A": "active", "C": "churned"}, {}),
    ],
)  # fmt: skip
def test_an_export_of_companies_says_who_the_customers_are(
    text: str, outcomes: dict[str, str], unknown: dict[str, int]
) -> None:
    deals = read_deals(text.encode(), name="companies.csv")
    assert deals.system == "companies"
    assert dict(deals.rows.select("name", "outcome").iter_rows()) == outcomes
    assert deals.unknown == unknown
    assert deals.is_companies
    assert [one.split()[0] for one in deals.assuming(DealAnswers())] == ["Companies"] * bool(
        unknown
    )


def test_customers_of_a_company_export_are_marked_among_the_accounts(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company;Domain;Country\nA AB;a.se;SE\nB AB;b.se;SE\nC AB;c.se;SE\n")
    accounts = run_import([path]).accounts
    text = b"Name;Domain;Lifecycle Stage\nA;a.se;Customer\nB;b.se;Evangelist\nC;c.se;Lead\n"
    deals = read_deals(text, name="companies.csv", answers={"evangelist": "active"})
    marked = with_customers(accounts, match(deals, accounts).outcomes)
    assert marked["is_customer"].to_list() == [True, True, False]


def test_a_list_that_says_nothing_of_customers_is_refused_with_what_is_needed() -> None:
    with pytest.raises(ImportRefused, match="one with customers among its values"):
        read_deals(b"Company;Segment\nA;Retail\nB;Public\n", name="list.csv")


@pytest.mark.parametrize(
    ("heading", "cells", "expected"),
    [
        ("Lifecycle Stage", ("Customer", "Evangelist", "Lead"), [True, None, True]),
        ("Kundstatus", ("Aktiv kund", "Guld", "Ej kund"), [True, None, True]),
        ("Asiakas", ("Kyllä", "Ehkä 2026", "Ei"), [True, None, True]),
        ("Type", ("Customer - Direct", "Other", "Prospect"), [True, None, True]),
    ],
)
def test_what_nobody_understood_stays_unknown_also_beside_deals(
    tmp_path: Path, heading: str, cells: tuple[str, ...], expected: list[bool | None]
) -> None:
    path = tmp_path / "list.csv"
    rows = (f"{name} AB;{cell};SE\n" for name, cell in zip("ABC", cells, strict=True))
    path.write_text(f"Company;{heading};Country\n" + "".join(rows), encoding="utf-8")
    accounts = run_import([path]).accounts
    deals = read_deals(
        b"Opportunity Name,Account Name,Stage,Amount,Close Date\n"
        b"1,C AB,Closed Won,10,2025-01-01\n2,B AB,Closed Lost,10,2025-01-01\n",
        name="deals.csv",
    )
    marked = with_customers(accounts, match(deals, accounts).outcomes)
    assert marked.sort("name")["is_customer"].to_list() == expected


@pytest.mark.parametrize(
    ("heading", "cells", "expected", "open_ones"),
    [
        ("Type", "Customer - Direct|Other|Technology Partner|Other|Other",
         [True, None, None, None, None], ["Other", "Technology Partner"]),
        ("Kategori", "Kunde A|Potensiell kunde|Leverandør|Ikke kunde|Leverandør",
         [True, False, None, False, None], ["Leverandør"]),
        ("Category", "Customer B|Supplier|Supplier|Vendor|Supplier", [True, None, None, None, None],
         ["Supplier", "Vendor"]),
        ("Kunde i dag?", "x||x||", [True, None, True, None, None], []),
        ("Kund idag", "ja|nej|ja|nej|ja", [True, False, True, False, True], []),
    ],
)  # fmt: skip
def test_a_crms_column_of_customers_is_read_and_its_rest_asked(
    tmp_path: Path, heading: str, cells: str, expected: list[bool | None], open_ones: list[str]
) -> None:
    assert sorted(asked(opened(heading, *cells.split("|")))) == open_ones
    rows = "".join(f"Alfa {n} AB;SE;{cell}\n" for n, cell in enumerate(cells.split("|")))
    assert flags(tmp_path, f"Company;Country;{heading}\n{rows}") == expected

"""Persons stay out of lists of companies: as rows and as columns."""

from pathlib import Path

import polars as pl
import pytest

from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.importing.mapping import Mapping
from icp_core.importing.national import is_personal
from icp_core.importing.persons import (
    LEFT_OUT_REASON,
    left_out,
    note_on,
    without_addressee,
    without_care_of,
)

CASES = Path(__file__).parent.parent / "fixtures" / "import_cases"
PERSON = "left out: sole proprietor or person"


def loaded(tmp_path: Path, text: str) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path])


def case(name: str) -> ImportResult:
    (path,) = CASES.glob(f"{name}_*")
    return run_import([path])


# Rows ---------------------------------------------------------------------------------------------


def test_a_sole_proprietor_is_left_out_under_any_heading_of_the_legal_form() -> None:
    found = case("m04")
    assert found.accounts["name"].to_list() == ["Alfa Måleri AB", "Gamma Måleri HB"]
    assert found.report.reasons == {PERSON: 1}
    # Cells of persons are not kept.
    assert found.rejected["cells"].to_list() == [None]


@pytest.mark.parametrize(
    ("heading", "form"),
    [
        ("Bolagsform", "Enskild näringsidkare"),
        ("Bolagsform", "E"),
        ("Företagsform", "10 Fysiska personer"),
        ("OrganisasjonsformKode", "ENK"),
        ("Org.form", "ENK - Enkeltpersonforetak"),
        ("Selskapsform", "Enkeltpersonforetak"),
        ("Virksomhedsform", "Enkeltmandsvirksomhed"),
        ("Virksomhedsform", "PMV"),
        ("Yhtiömuoto", "Yksityinen elinkeinonharjoittaja"),
        ("Yhtiömuoto", "Toiminimi (T:mi)"),
        ("Legal form", "Sole proprietorship"),
        ("Legal form", "Sole trader"),
        ("Kategori X", "Enskild firma"),
    ],
)
def test_forms_of_persons_are_known_by_word_and_code(
    tmp_path: Path, heading: str, form: str
) -> None:
    found = loaded(
        tmp_path,
        f"Company;{heading};City\nAlfa;{form};Lund\nBeta AB;Aktiebolag;Lund\nGamma AB;Aktiebolag;Lund\n",
    )
    assert found.accounts["name"].to_list() == ["Beta AB", "Gamma AB"]


@pytest.mark.parametrize(
    "name",
    [
        "Tmi Anna Exempel", "T:mi Esimerkki", "Bygg Eksempel ENK", "Måleri Exempel Enskild firma",
        "VVS-Firma v/Hans Eksempel", "Dødsbo Kari Eksempel dødsbo", "Esimerkin kuolinpesä",
    ],
)  # fmt: skip
def test_names_that_say_that_a_person_trades_are_left_out(tmp_path: Path, name: str) -> None:
    found = loaded(tmp_path, f"Company;City\n{name};Lund\nBeta AB;Lund\n")
    assert found.accounts["name"].to_list() == ["Beta AB"]


@pytest.mark.parametrize(
    "name",
    ["Tminus AB", "Enkel Form AS", "Alfa ApS v/Beta Holding", "Enskild Vård AB", "Eftertryck AB"],
)
def test_names_that_only_look_like_it_stay(tmp_path: Path, name: str) -> None:
    found = loaded(tmp_path, f"Company;City\n{name};Lund\nBeta AB;Lund\n")
    assert found.report.kept == 2


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("SE", "19XXXXXX-1234"), ("SE", "800101-****"), ("SE", "800101-XXXX"), ("SE", "19800101-1234"),
        ("SE", "8001011234"), ("SE", "800161-1234"), ("SE", "20000101-****"), (None, "800101-1234"),
        ("NO", "01018012345"), ("NO", "010180 12345"), ("NO", "410180*****"), ("DK", "010180-1234"),
        ("DK", "010180-XXXX"), ("FI", "010180-123A"), ("FI", "131052A308T"), ("FI", "010180-XXXX"),
        # Masked in whatever way, also in the list of another country.
        ("SE", "010190 *****"), ("NO", "850101XXXX"), ("FI", "131052-***T"), ("DK", "01.01.90 ****"),
        ("SE", "850101–****"), ("SE", "850101-●●●●"), ("SE", "850101-____"), ("SE", "850101-????"),
        ("SE", "850101-…"), ("SE", "850101-NNNN"), (None, "XXXXXX-1234"), ("SE", "8501******"),
    ],
)  # fmt: skip
def test_personal_identity_numbers_are_a_persons_in_clear_and_masked(
    country: str | None, number: str
) -> None:
    assert is_personal(country, number)


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("SE", "556012-5790"), ("SE", "16556012-5790"), ("SE", "556012-XXXX"), ("SE", "XXXXXX-XXXX"),
        ("SE", "202100258501"), ("SE", "202100-5489"), ("NO", "974760673"), ("NO", "974 760 673 MVA"),
        ("DK", "25052943"), ("FI", "0112038-9"), ("FI", "FI01120389"), ("GB", "SC123456"), ("SE", None),
        ("SE", "5560******"), ("SE", "559XXX-1234"), ("NO", "974 *** 673"),
        (None, "Alfa 850101 XXXX AB"), (None, "A-850101-XXXX"),
        ("NO", "1234****"), ("SE", "????"), (None, "070-123 ** **"),
    ],
)  # fmt: skip
def test_numbers_of_companies_are_not(country: str, number: str | None) -> None:
    assert not is_personal(country, number)


def test_rows_with_a_persons_number_are_left_out(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Företag;Orgnr;Ort\nAlfa AB;556012-5790;Lund\nBeta;19XXXXXX-1234;Lund\n"
        "Gamma;800101-****;Lund\nDelta AB;556016-0680;Lund\nEpsilon AB;556036-0793;Lund\n",
    )
    assert found.accounts["name"].to_list() == ["Alfa AB", "Delta AB", "Epsilon AB"]
    assert found.report.reasons == {PERSON: 2}


@pytest.mark.parametrize("heading", ["Orgnr", "Organisasjonsnummer", "Ident", "Kundnr", "Y-tunnus"])
@pytest.mark.parametrize("masked", [1, 2, 3])
@pytest.mark.parametrize(
    "number", ["850101-****", "850101XXXX", "010190 *****", "010190-XXXX", "131052-***T"]
)
def test_masked_numbers_of_persons_are_left_out_however_many_there_are(
    tmp_path: Path, heading: str, masked: int, number: str
) -> None:
    companies = ["556012-5790", "556016-0680", "556036-0793"]
    rows = [f"P{place};{number};Lund" for place in range(masked)]
    rows += [f"Bolag {place} AB;{companies[place]};Malmö" for place in range(4 - masked)]
    found = loaded(tmp_path, "\n".join([f"Företag;{heading};Ort", *rows]) + "\n")
    assert found.report.reasons == {PERSON: masked}
    assert sorted(found.accounts["name"]) == [f"Bolag {place} AB" for place in range(4 - masked)]


def test_a_column_of_nothing_but_masked_numbers_is_about_persons_of_the_companies(
    tmp_path: Path,
) -> None:
    found = loaded(
        tmp_path,
        "Företag;Orgnr;Ident\nAlfa AB;556012-5790;850101-****\nBeta AB;556016-0680;\n"
        "Gamma AB;556036-0793;010190XXXX\n",
    )
    assert found.report.kept == 3
    assert "Ident" not in found.accounts.columns


def test_care_of_goes_with_the_person_behind_it(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Company,Where,City\n"
        '"Alfa AB c/o Anna Exempel","c/o Bo Exempel, Storgatan 1",Lund\n'
        '"Beta AB","Storgatan 2 (C/O Cia Exempel)",Lund\n',
    )
    assert found.accounts["name"].to_list() == ["Alfa AB", "Beta AB"]
    assert found.accounts["Where"].to_list() == ["Storgatan 1", "Storgatan 2"]


# Columns ------------------------------------------------------------------------------------------


def test_columns_about_persons_are_left_out_and_named() -> None:
    found = case("m34")
    assert {*found.accounts.columns} <= {"account_id", "name", "country", "source"}
    (remark,) = found.report.files[0].remarks
    assert remark.startswith("7 columns are about persons and left out: Tel, Main Phone")


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Direct Dial", ["+46 70 123 45 67", "+46 70 223 45 67", "+46 70 323 45 67"]),
        ("Puhelin", ["040 1234567", "050 2345678", "09 345 6789"]),
        ("Tlf.", ["22 00 00 01", "22 00 00 02", "22 00 00 03"]),
        ("Spalte 7", ["+47 900 00 001", "+47 900 00 002", "+47 900 00 003"]),
        ("Kontaktperson", ["Anna Exempel", "Bo Exempel", "Cia Exempel"]),
        ("Yhteyshenkilö", ["Matti Esimerkki", "Liisa Esimerkki", "Pekka Esimerkki"]),
        ("Adm. direktør", ["Hans Eksempel", "Jens Eksempel", "Lene Eksempel"]),
        ("dagligLeder", ["Kari Eksempel", "Ola Eksempel", "Nina Eksempel"]),
        ("First Name", ["Anna", "Bo", "Cia"]),
        ("Efternamn", ["Exempel", "Prov", "Test"]),
        ("Job Title", ["CEO", "Head of Sales", "Managing Director"]),
        ("Beslutar", ["Anna Exempel", "Lars Exempel", "Karin Exempel"]),
        (
            "Personal LinkedIn",
            ["linkedin.com/in/a-x", "linkedin.com/in/b-x", "linkedin.com/in/c-x"],
        ),
        ("Profil", ["linkedin.com/in/a-x", "linkedin.com/in/b-x", "linkedin.com/in/c-x"]),
        ("Födelsedatum", ["1980-01-01", "1981-01-01", "1982-01-01"]),
        ("ID2", ["800101-1234", "810101-1234", "820101-1234"]),
        ("Reel ejer", ["Hans Eksempel", "Jens Eksempel", "Lene Eksempel"]),
        ("Signatory", ["Xx Exempel", "Yy Exempel", "Zz Exempel"]),
        ("Titteli", ["Talousjohtaja", "Myyntijohtaja", "Hankintapäällikkö"]),
        ("Tittel", ["Innkjøpssjef", "Salgsleder", "Økonomisjef"]),
        ("Seniority", ["VP", "C suite", "Director"]),
        ("Verklig huvudman", ["Anna Exempel", "Bo Exempel", "Cia Exempel"]),
    ],
)
def test_columns_about_persons_are_known_by_heading_or_by_what_is_in_them(
    tmp_path: Path, heading: str, cells: list[str]
) -> None:
    rows = "".join(f"{name} AB;{cell}\n" for name, cell in zip("ABC", cells, strict=True))
    found = loaded(tmp_path, f"Company;{heading}\n{rows}")
    text = found.accounts.write_csv()
    assert not any(cell in text for cell in cells)
    assert any(heading in one for one in found.report.files[0].remarks)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Antal kontakter", ["1", "2", "3"]),
        ("Number of times contacted", ["4", "5", "6"]),
        ("CompanyDateRegistrered", ["01.09.2014", "02.09.2014", "05.01.2015"]),
        ("Kunde siden", ["01.09.14", "02/09/2014", "05-01-2015 08:00"]),
        ("Last Contacted", ["2025-01-01", "2025-02-01", "2025-03-01"]),
        ("Contact status", ["Planned", "Done", "None yet"]),
        ("Personalkostnader", ["100", "200", "300"]),
        ("Has mobile app", ["yes", "no", "yes"]),
        ("ERP", ["Visma Business", "Fortnox Bas", "Monitor Green"]),
        ("Region X", ["Stora Vall", "Lilla Ås", "Norra Berg"]),
        ("Kundnummer", ["1001", "1002", "1003"]),
        ("Kundansvarig", ["Anna Exempel", "Lars Exempel", "Karin Exempel"]),
    ],
)
def test_columns_about_records_and_things_stay(
    tmp_path: Path, heading: str, cells: list[str]
) -> None:
    rows = "".join(f"{name} AB;{cell}\n" for name, cell in zip("ABC", cells, strict=True))
    found = loaded(tmp_path, f"Company;{heading}\n{rows}")
    assert found.report.files[0].remarks == ()
    assert len(found.accounts.columns) > 3


def test_a_persons_page_is_no_company_page_and_the_report_does_not_show_it(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Company,LinkedIn URL\nAlfa AB,se.linkedin.com/company/alfa/?trk=1\n"
        "Beta AB,https://www.linkedin.com/in/anna-exempel\nGamma AB,gamma-test\n",
    )
    assert found.accounts["linkedin_url"].to_list() == [
        "https://www.linkedin.com/company/alfa", None, "https://www.linkedin.com/company/gamma-test",
    ]  # fmt: skip
    assert "anna" not in found.report.to_json()
    (page,) = (one for one in found.report.columns if one.name == "linkedin_url")
    assert (page.invalid, page.examples) == (1, ("(a person's page)",))


# Owners and notes -----------------------------------------------------------------------------------


def _opened(heading: str, *cells: str) -> Mapping:
    rows = "".join(f"Alfa {place} AB;{cell}\n" for place, cell in enumerate(cells))
    return open_file(f"Company;{heading}\n{rows}".encode(), name="list.csv").mapping


@pytest.mark.parametrize(
    ("heading", "cells", "column"),
    [
        ("Eier", ("Kari Nordmann", "Ola Hansen", "Nils Berg"), None),
        ("Ägare", ("Anna Svensson", "Erik Larsson", "Lars Ek"), None),
        ("Ejer", ("Alfa Holding ApS", "Jens Hansen", "Mette Holm"), None),
        ("Omistaja", ("Matti Virtanen", "Liisa Korhonen", "Pekka Mäki"), None),
        ("Owner name", ("Jane Doe", "John Smith", "Mary Major"), None),
        ("Owner name", ("Jane Doe", "John Smith", "Jane Doe", "Jane Doe"), "owner"),
        ("Eier", ("Kari Nordmann", "Ola Hansen", "Kari Nordmann", "Ola Hansen"), "owner"),
        ("Ejer", ("Alfa Holding ApS", "Beta Invest A/S", "Gamma Group"), "Ejer"),
        # Of our own people, however few companies each has.
        ("Owner", ("Jane Doe", "John Smith", "Mary Major"), "owner"),
        ("Account owner", ("Jane Doe", "John Smith", "Mary Major"), "owner"),
        ("Vår kontakt", ("Kari Nordmann", "Ola Hansen", "Nils Berg"), "owner"),
        ("Owner.Name", ("Jane Doe", "John Smith", "Mary Major"), "owner"),
    ],
)  # fmt: skip
def test_the_company_s_owner_is_left_out_and_our_own_sales_people_stay(
    heading: str, cells: tuple[str, ...], column: str | None
) -> None:
    mapping = _opened(heading, *cells)
    assert next(a.column for a in mapping.assignments if a.heading == heading) == column
    assert left_out(mapping) == (() if column else (heading,))


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("Kommentar", ("bra", "ring 070-123 45 67", "nej"), "notes with telephone numbers"),
        ("Notat", ("ok", "Tlf 22 33 44 55", "kanskje"), "notes with telephone numbers"),
        ("Anteckning", ("mejla info@x.example", "ok", "ok"), "notes with e-mail addresses"),
        ("Muistiinpanot", ("Soita Matille", "ok", "ei"), "notes with names of persons"),
        ("Notes", ("spoke with Mary", "later", "no"), "notes with names of persons"),
        ("Bemærkning", ("aftalt med Mette Holm", "ok", "nej"), "notes with names of persons"),
        ("Interna kommentarer", ("+46 70 123 45 67", "ok", "nej"), "notes with telephone numbers"),
        ("Notes", ("good fit", "call later", "budget 2026"), None),
        ("Kommentar", ("bra kund", "fakturerat 12 000 kr", "avtal 2024-01-02"), None),
        # Whatever the heading, where many cells have one.
        ("Övrigt", ("ring växeln 08-123 45 67", "mejla a@x.example igen", "ok"),
         "notes with telephone numbers or e-mail addresses"),
    ],
)  # fmt: skip
def test_notes_with_persons_are_left_out_and_said(
    heading: str, cells: tuple[str, ...], kind: str | None
) -> None:
    mapping = _opened(heading, *cells)
    (found,) = (a for a in mapping.assignments if a.heading == heading)
    assert (found.column is None) == (kind is not None)
    if kind is not None:
        assert found.reason == f"{LEFT_OUT_REASON}: {kind}"
        assert heading in note_on(mapping)[0]


def test_a_name_far_down_in_the_notes_leaves_them_out() -> None:
    found = _opened("Notat", *(["ok"] * 2_500), "ring Kari Nordmann")
    assert left_out(found) == ("Notat",)


# What people did with persons, and accounts of social media ---------------------------------------


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Nästa steg", ["Möte med Anna Berg", "Skicka offert", "Vänta", "Ring tillbaka", "Avslutat"]),
        ("Next step", ["Demo with Zbigniew Kowalski", "Send proposal", "Wait", "Wait", "Call back"]),
        ("Last activity", ["Call with J. Smith", "Email sent", "Email sent", "Call", "Call"]),
        ("Siste aktivitet", ["Møte hos Kari", "Sendt tilbud", "Ringt", "Ringt", "Epost"]),
        ("Seneste aktivitet", ["Snakket med Mette Hansen", "Tilbud sendt", "Ringet", "Mail", "Mail"]),
        ("Viimeisin tapaaminen", ["Wladyslaw Nowakin kanssa", "Tarjous", "Puhelu", "Puhelu", "Demo"]),
        ("Neste oppgave", ["Ring Ola", "Følg opp", "Følg opp", "Møte", "Møte"]),
        ("Uppföljning", ["Maila anna@x.se", "Ring 070-123 45 67", "Möte", "Möte", "Möte"]),
        ("Upcoming meeting", ["Lunch, Erik", "Demo", "Demo", "Demo", "Demo"]),
        # Whatever the heading, where one in five of its texts names somebody.
        ("Läget", ["Pratade med Anna Berg", "Bra dialog", "Vill vänta till hösten", "Kund", "Kund"]),
        ("Info", ["Avtale signeres av Kari Nordmann", "Venter", "Venter", "Nei", "Nei"]),
    ],
)  # fmt: skip
def test_what_was_done_with_persons_is_left_out(heading: str, cells: list[str]) -> None:
    rows = [f"Alfa {n} AB;SE;{cell}" for n, cell in enumerate(cells)]
    text = "\n".join([f"Company;Country;{heading}", *rows])
    assert left_out(open_file(text.encode(), name="list.csv").mapping) == (heading,)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Next activity date", ["2025-03-01", "2025-03-02", "2025-04-01"]),
        ("Last activity type", ["Call", "Email", "Meeting"]),
        ("Nästa steg", ["Skicka offert", "Ring tillbaka", "Demo"]),
        ("Antal möten", ["3", "0", "7"]),
        ("Verksamhet", ["Handel med bilar", "Bygg", "Konsult"]),
        ("Parent", ["Anders Hansen Holding AS", "Per Olsen AS", "Nordvik Group"]),
        ("Facebook fans", ["1200", "30", "4"]),
        ("Uses Twitter", ["Yes", "No", "Yes"]),
        ("Social media", ["Facebook; Instagram", "LinkedIn", "Facebook"]),
    ],
)
def test_what_names_nobody_stays(heading: str, cells: list[str]) -> None:
    rows = [f"Alfa {n} AB;SE;{cell}" for n, cell in enumerate(cells)]
    text = "\n".join([f"Company;Country;{heading}", *rows])
    assert not left_out(open_file(text.encode(), name="list.csv").mapping)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Twitter", ["https://twitter.com/annaberg", "@betadata"]),
        ("X", ["@alfa", "@beta_data"]),
        ("Twitter Handle", ["alfabygg", "betadata"]),
        ("Facebook", ["facebook.com/alfabygg", "https://www.facebook.com/beta.data/"]),
        ("Facebook Company Page", ["https://www.facebook.com/pages/alfa", "https://fb.com/beta"]),
        ("Instagram-konto", ["alfa_bygg", "beta.data"]),
        ("Some", ["https://www.instagram.com/alfa/", "https://x.com/beta"]),
        ("YouTube", ["https://youtube.com/@alfa", "https://youtu.be/beta"]),
    ],
)
def test_accounts_of_social_media_are_left_out(heading: str, cells: list[str]) -> None:
    rows = [f"Alfa {n} AB;SE;{cell}" for n, cell in enumerate([*cells, cells[0]])]
    text = "\n".join([f"Company;Country;{heading}", *rows])
    mapping = open_file(text.encode(), name="list.csv").mapping
    assert left_out(mapping) == (heading,) and not mapping.of("website")


@pytest.mark.parametrize(
    "heading",
    [
        "Owner Email", "Owner e-mail", "Ägarens e-post", "Eier e-post", "Ejers e-mail", "owner_email",
        "Created By Email", "Ansvarig säljare e-post", "Account Owner: Email", "Omistajan sähköposti",
    ],
)  # fmt: skip
def test_the_mail_of_our_own_people_is_no_address_of_the_company(
    tmp_path: Path, heading: str
) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"Alfa {n} AB;Sweden;rep{n % 2}@ourcompany.se\n" for n in range(6))
    path.write_text(f"Company;Country;{heading}\n{rows}", encoding="utf-8")
    found = run_import([path]).accounts
    assert found.height == 6
    assert "domain" not in found.columns or found["domain"].null_count() == 6
    assert "ourcompany" not in str(found.rows())


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("DMFirst name", "Anna|Ola|Bo|Eva|Lars"), ("DMLast name", "Alm|Lie|Berg|Ek|Dahl"),
        ("Födelsedag", "1970-01-02|1980-11-12|1981-01-01|1990-05-05|1975-03-03"),
        ("Styreleder født", "1960|1971|1955|1980|1966"),
        ("VD född år", "1960|1971|1955|1980|1966"),
        ("Toimitusjohtajan syntymävuosi", "1960|1971|1955|1980|1966"),
        ("Fødselsdag", "02.01.1970|12.11.1980|01.01.1981|05.05.1990|03.03.1975"),
        ("Syntymäpäivä", "2.1.1970|12.11.1980|1.1.1981|5.5.1990|3.3.1975"),
        ("Private address", "Hjemveien 1|Hjemveien 2|Storgata 3|Bakken 4|Lia 5"),
        ("Hemadress", "Lillgatan 1|Storgatan 2|Ågatan 3|Bygatan 4|Torget 5"),
        ("Direktnr", "22 11|22 12|22 13|22 14|22 15"),
    ],
)  # fmt: skip
def test_columns_about_persons_stay_out_as_vendors_call_them(
    tmp_path: Path, heading: str, cells: str
) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"Alfa {n} AB;Sweden;{cell}\n" for n, cell in enumerate(cells.split("|")))
    path.write_text(f"Company;Country;{heading}\n{rows}", encoding="utf-8")
    assert heading not in run_import([path]).accounts.columns


@pytest.mark.parametrize(
    ("heading", "form"), [("Form", "PMV"), ("Form", "ENK"), ("Art", "Enkeltmandsvirksomhed")]
)
def test_a_sole_proprietor_is_told_by_a_form_under_any_heading(
    tmp_path: Path, heading: str, form: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Navn;Land;{heading}\nA;DK;A/S\nB;DK;{form}\nC;DK;ApS\n", encoding="utf-8")
    assert run_import([path]).accounts["name"].to_list() == ["A", "C"]


@pytest.mark.parametrize(
    ("headings", "first"),
    [
        ("Name,Company,Job Title", "Lars Larsen"), ("Navn,Firma,Stilling", "Qvist Zimmer"),
        ("Namn,Företag,Titel", "Eva Ek"), ("Nimi,Yritys,Titteli", "Matti Meikäläinen"),
        ("Name,Account,City", "Anna Alm"),
    ],
)  # fmt: skip
def test_of_a_persons_name_and_its_company_the_company_is_the_account(
    tmp_path: Path, headings: str, first: str
) -> None:
    rows = f"{first},Aspen Glass AS,CEO\nEva Eide,Birch Print AS,Buyer\nLars Berg,Cedar AS,CEO\n"
    found = loaded(tmp_path, f"{headings}\n{rows}").accounts
    assert sorted(found["name"]) == ["Aspen Glass AS", "Birch Print AS", "Cedar AS"]
    assert first not in str(found.rows())


def test_a_companys_own_two_names_are_both_kept(tmp_path: Path) -> None:
    found = loaded(tmp_path, "Name,Company,City\nAspen,Aspen Glass AS,Oslo\nBirk,Birk AS,Moss\n")
    assert sorted(found.accounts["name"]) == ["Aspen", "Birk"]


# Whom a letter is for ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("v/Nils Moe, Storgata 1", "Storgata 1"), ("Attn: Kari Li, Vei 2", "Vei 2"),
        ("att. Ola Nord, Gate 3", "Gate 3"), ("Gate 3 (att: Per Li)", "Gate 3"),
        ("Pekka Puu / Cesi Oy, Katu 3", "Cesi Oy, Katu 3"),
        ("Cesi Oy / Pekka Puu, Katu 3", "Cesi Oy, Katu 3"),
        ("p/a Kari Li, Vei 2", "Vei 2"), ("Attention Bo Ek; Gatan 1", "Gatan 1"),
        ("Attn Anna Ek", None), ("Storgata 1, v/ Nils Moe", "Storgata 1"),
        ("Attundavägen 3", "Attundavägen 3"), ("Katu 3 / 4", "Katu 3 / 4"),
        ("Vej 1, 2. tv.", "Vej 1, 2. tv."),
    ],
)  # fmt: skip
def test_an_address_loses_the_person_it_is_for(address: str, kept: str | None) -> None:
    assert pl.select(without_addressee(pl.lit(address))).item() == kept


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("E AS v/Nils Moe", "E AS"), ("E A/S (v/ Nils Moe)", "E A/S"), ("E AB Attn: Bo Ek", "E AB"),
        ("E ApS, att. Bo Ek", "E ApS"), ("Att Vara AB", "Att Vara AB"),
        # Without a legal form it says whose it is, and leaves the row out.
        ("Salong v/Nils Moe", "Salong v/Nils Moe"),
    ],
)  # fmt: skip
def test_a_name_with_a_legal_form_loses_the_person_behind_it(name: str, kept: str) -> None:
    assert pl.select(without_care_of(pl.lit(name))).item() == kept


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Roll", ["VD", "VD", "Köpare"]), ("Rolle", ["Innkjøper", "Leder", "Leder"]),
        ("Rooli", ["Toimitusjohtaja", "Ostaja", "Ostaja"]), ("ErRef", ["Anna", "Eva", "Eva"]),
        ("Er ref", ["A. Ek", "B. Al", "B. Al"]), ("Deres ref.", ["Kari", "Per", "Per"]),
        ("Your ref", ["Ann", "Bob", "Bob"]), ("Er referens", ["Bo Ek", "Bo Ek", "Bo Al"]),
        ("Teidän viite", ["Pekka", "Pekka", "Aino"]), ("Kundens referens", ["Bo", "Bo", "Al"]),
    ],
)  # fmt: skip
def test_columns_of_references_and_roles_are_about_persons(heading: str, cells: list[str]) -> None:
    rows = "".join(f"{name} AB;{cell}\n" for name, cell in zip("ABC", cells, strict=True))
    mapping = open_file(f"Namn;{heading}\n{rows}".encode(), name="list.csv").mapping
    assert mapping.assignments[1].column is None


@pytest.mark.parametrize(
    "heading", ["VårRef", "Vår referens", "Vår ref.", "Vår referanse", "Vores ref"]
)
def test_our_own_reference_is_the_owner(heading: str) -> None:
    text = f"Namn;{heading}\nA AB;Cia Ek\nB AB;Cia Ek\nC AB;Cia Ek\n"
    mapping = open_file(text.encode(), name="list.csv").mapping
    assert mapping.assignments[1].column == "owner"


@pytest.mark.parametrize(
    ("heading", "cells", "kept"),
    [
        ("LinkedIn", ["linkedin.com/company/a", "linkedin.com/in/kari"], [True, False]),
        ("LinkedIn URL", ["linkedin.com/in/x", "linkedin.com/company/a"], [False, True]),
        ("Some page", ["linkedin.com/in/x", "https://no.linkedin.com/company/a"], [False, True]),
        ("Lenke", ["https://linkedin.com/in/x", "linkedin.com/company/a"], [False, True]),
        ("LinkedIn", ["linkedin.com/school/a", "linkedin.com/pub/kari"], [True, False]),
    ],
)
def test_a_persons_page_loses_its_cell_not_the_column(
    tmp_path: Path, heading: str, cells: list[str], kept: list[bool]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Name;{heading}\nA AB;{cells[0]}\nB AB;{cells[1]}\nC AB;\n", encoding="utf-8")
    found = run_import([path]).accounts
    column = found["linkedin_url"] if "linkedin_url" in found.columns else found[heading]
    assert column.is_not_null().to_list() == [*kept, False]

from pathlib import Path

import polars as pl
import pytest

from icp_core.accounts.columns import BY_NAME
from icp_core.importing.headings import CONTACT, FILE, PROPRIETOR, is_unit, named_unit, parse
from icp_core.importing.load import run_import
from icp_core.importing.mapping import BESIDE, INPUTS

HEADINGS = pl.read_csv(FILE, infer_schema=False)
FIXTURES = Path(__file__).parent.parent / "fixtures"
# What the importer says of headings that mean none of our columns.
NONE = {None, "not_revenue", "address"}


def test_every_meaning_is_a_column_or_a_word_of_the_importer() -> None:
    assert set(HEADINGS["meaning"]) - set(BY_NAME) == INPUTS - set(BESIDE.values()) | {
        CONTACT, PROPRIETOR, "fte", "not_revenue",
    }  # fmt: skip


def test_every_heading_of_the_table_is_known_word_for_word() -> None:
    for meaning, heading in HEADINGS.iter_rows():
        parsed = parse(heading)
        assert (parsed.meaning, parsed.confidence) == (meaning, 1.0), heading


def test_a_heading_stands_once_however_it_is_written() -> None:
    letters = HEADINGS["heading"].str.replace_all(r"[^\pL\d]", "").str.to_lowercase()
    assert letters.filter(letters.is_duplicated()).to_list() == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Juridisk selskapsnavn", "Markedsnavn"),
        ("Sum driftsinntekter", "Sum salgsinntekter"),
        ("Headcount", "Number of employees"),
    ],
)
def test_of_two_headings_with_one_meaning_the_first_in_the_table_ranks_first(
    better: str, worse: str
) -> None:
    first, second = parse(better), parse(worse)
    assert first.meaning == second.meaning
    assert first.rank < second.rank


@pytest.mark.parametrize(
    "file",
    [
        "headings_of_lists.csv",
        "headings_of_systems.csv",
        "headings_held_out.csv",
        "headings_of_public_docs.csv",
    ],
)
def test_headings_of_real_lists_and_systems_are_understood(file: str) -> None:
    wrong = []
    for row in pl.read_csv(FIXTURES / file, infer_schema=False).iter_rows(named=True):
        found = parse(row["heading"])
        meaning = found.meaning if found.confidence >= 0.9 else None
        same = meaning in NONE if row["meaning"] == "None" else meaning == row["meaning"]
        # Codes and names of industries are told apart by their cells.
        same |= {meaning, row["meaning"]} == {"industry", "industry_text"}
        unit = float(row["unit"]) if row["unit"] else None
        if not same or unit not in (None, found.unit) or row["currency"] != found.currency:
            wrong.append((row["heading"], row["meaning"], found))
    assert not wrong


@pytest.mark.parametrize(
    "heading",
    [
        "Postal code of Billing Address", "billing_postal_code", "BillingPostalCode", "Företag: Postnr",
        "Account.BillingPostalCode", "POSTNR (BESÖK)", "Kundens postnummer", "Organisasjon - postnummer",
    ],
)  # fmt: skip
def test_words_are_found_however_they_are_joined(heading: str) -> None:
    found = parse(heading)
    assert (found.meaning, found.confidence >= 0.9) == ("postcode", True)


@pytest.mark.parametrize(
    "heading",
    [
        "Country of origin", "Parent company name", "Customer status", "Lead Status",
        "Company Division Name",
        "Omsättning (föregående år)", "Number of funding rounds", "Organization - ID", "Revenue %",
        "Budgeted revenue", "Next contacted", "Mobile app", "Is company", "Next step",
    ],
)  # fmt: skip
def test_a_word_that_nobody_knows_is_never_passed_over(heading: str) -> None:
    assert parse(heading).meaning is None


@pytest.mark.parametrize("heading", ["Postadresse", "Postadress", "POSTADRESSE 1", "Postiosoite"])
def test_a_postal_address_is_no_email(heading: str) -> None:
    assert parse(heading).meaning == "address"


@pytest.mark.parametrize(
    ("heading", "unit", "currency"),
    [
        ("Revenue ($M)", 1e6, "USD"),
        ("Revenue, US$ thousands", 1e3, "USD"),
        ("Omsetning (i hele 1000)", 1e3, None),
        ("Omsetning (tusen)", 1e3, None),
        ("Omsetning 1000 kr", 1e3, None),
        ("MNOK omsetning 2024", 1e6, "NOK"),
        ("Nettoomsättning, TSEK", 1e3, "SEK"),
        ("Omsättning (mkr)", 1e6, None),
        ("Omsætning mio. kr.", 1e6, None),
        ("Liikevaihto milj. €", 1e6, "EUR"),
        ("Liikevaihto, t€", 1e3, "EUR"),
        ("Turnover in EUR thousands", 1e3, "EUR"),
        ("revenue_usd_m", 1e6, "USD"),
        ("Revenue (in 000s GBP)", 1e3, "GBP"),
        ("Omsättning mdr SEK", 1e9, "SEK"),
        ("Revenue [CHF bn]", 1e9, "CHF"),
    ],
)
def test_unit_and_currency_are_found_in_any_place(
    heading: str, unit: float, currency: str | None
) -> None:
    found = parse(heading)
    assert (found.meaning, found.unit, found.currency) == ("revenue", unit, currency)


def test_units_alone_are_told_from_names_and_numbers() -> None:
    assert all(map(is_unit, ["tkr", "(MSEK)", "NOK 1000", "%", "i tusen kroner", "€"]))
    assert not any(map(is_unit, ["1000", "Alfa AB", "antal", "M", "12 %5"]))
    assert named_unit("kEUR") == (1e3, "EUR")


def test_finnish_and_danish_exports_are_read_by_their_own_words(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Yritys;Y-tunnus;Henkilöstöluokka;Toimialaluokitus (TOL);Toimipaikan kunta;Perustamispvm;"
        "Verkkosivusto\n"
        "Alfa Oy;2646674-9;10-19;62010;Turku;1.3.1998;www.alfa-oy.fi\n"
        "Beta Oy;0112038-9;20-49;62010;Oulu;1.3.2005;www.beta-oy.fi\n",
        encoding="utf-8",
    )
    found = run_import([path]).accounts.row(0, named=True)
    assert (found["employees_low"], found["employees_high"]) == (10, 19)
    assert (found["industry"], found["municipality"]) == ("62.01", "FI-853")
    assert (found["founded"], found["domain"]) == (1998, "alfa-oy.fi")
    path.write_text("Virksomhed;DB07\nAlfa ApS;620100\nBeta ApS;011100\n", encoding="utf-8")
    assert run_import([path]).accounts["industry"].to_list() == ["62.01", "01.11"]


# Of a CRM in other languages, and by structure ------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        # HubSpot in Swedish, Danish, Norwegian and Finnish.
        ("Domännamn för företag", "domain"), ("Årlig intäkt", "revenue"),
        ("Antal anställda", "employees"),
        ("LinkedIn-företagssida", "linkedin_url"), ("Webbplats-URL", "website"),
        ("Grundat år", "founded"),
        ("Virksomhedens domænenavn", "domain"), ("LinkedIn-virksomhedsside", "linkedin_url"),
        ("Websted-URL", "website"), ("Websted", "website"), ("Medarbejdere", "employees"),
        ("Grundlagt år", "founded"), ("Virksomhedsejer", "owner"), ("Årlig inntekt", "revenue"),
        ("Bedriftens LinkedIn-side", "linkedin_url"), ("Nettsteds-URL", "website"),
        ("Grunnlagt år", "founded"), ("Bedriftseier", "owner"), ("Vuotuinen liikevaihto", "revenue"),
        ("LinkedIn-yrityssivu", "linkedin_url"), ("Työntekijöiden määrä", "employees"),
        ("Verkkosivuston URL", "website"), ("Osavaltio/alue", "region"), ("Yrityksen omistaja", "owner"),
        ("Virksomhedens LinkedIn-side", "linkedin_url"), ("Företagsdomän", "domain"),
        ("Selskabets adresse", "address"), ("Huvudkontor stad", "city"), ("Årets omsättning", "revenue"),
        ("Facebook-företagssida", None), ("Kontoägare", "owner"), ("Tildelt til", "owner"),
        # HubSpot's public pages in Norwegian, and a driver's names of its columns.
        ("Selskapsdomenenavn", "domain"), ("Selskapets eier", "owner"), ("Årlig omsetning", "revenue"),
        ("LinkedIn-selskapsside", "linkedin_url"), ("Avslutningsdato", None),
        ("LASTCONTACTED", "last_touch"),
        # Whose contact it is, and when.
        ("Vår kontakt", "owner"), ("Vores kontakt", "owner"), ("Meidän yhteyshenkilö", "owner"),
        ("Seneste kontakt", "last_touch"), ("Senaste kontakt", "last_touch"),
        ("Last contacted", "last_touch"), ("Last Contact Date", "last_touch"),
        ("Viimeisin yhteydenotto", "last_touch"), ("Neste kontakt", None),
        ("Last name", "contact"), ("Seneste kontaktperson", "contact"), ("Kontakt", "contact"),
        # Of accountants.
        ("Laskutussähköposti", "contact"), ("Faktura e-post", "contact"), ("Fakturamail", "contact"),
        ("Billing Email", "contact"), ("E-mail til faktura", "contact"), ("E-post", "email"),
        # Of the company's owner, and ours.
        ("Eier", "proprietor"), ("Ägare", "proprietor"), ("Ejer", "proprietor"),
        ("Omistaja", "proprietor"),
        ("Owner", "owner"), ("Account owner", "owner"), ("Kundansvarig", "owner"),
    ],
)  # fmt: skip
def test_headings_by_language_and_structure(heading: str, meaning: str | None) -> None:
    found = parse(heading)
    assert (found.meaning if found.confidence >= 0.7 else None) == meaning


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Oppdatert av", None), ("Uppdaterad av", None), ("Opdateret af", None), ("Oppdatert", "as_of"),
        ("Tilknyttet selskap", "name"), ("Tilknyttet bedrift", "name"),
        ("Företagets domännamn", "domain"),
        ("Tillväxt 3 år", None), ("Vekst 3 år", None), ("Growth 5 years", None),
        ("Liikevaihdon kasvu 3 vuotta", None), ("Omsättningstillväxt (%)", "revenue_growth"),
        ("(Do Not Modify) Account", None), ("(Må ikke redigeres) Firma", None),
        ("(Skal ikke endres) Firma", None), ("(Ändra inte) Konto", None),
        ("(Ikke endre) Forretningsforbindelse", None), ("Navn på forretningsforbindelse", "name"),
    ],
)  # fmt: skip
def test_keys_of_records_and_growth_of_several_years_are_not_taken(
    heading: str, meaning: str | None
) -> None:
    assert parse(heading).meaning == meaning


@pytest.mark.parametrize(
    ("heading", "meaning", "is_sure"),
    [
        ("Nettooms.", "revenue", True), ("Oms.", "revenue", True), ("Omsetn.", "revenue", True),
        ("Nettooms. (tkr)", "revenue", True), ("Ant. ans.", "employees", True),
        ("Ant. anst.", "employees", True), ("Henkilöst.", "employees", True),
        ("Driftsres.", "operating_profit", True), ("Årsres.", "net_profit", True),
        # Revenue and operating profit begin so: the first of them is a guess.
        ("Liikev.", "revenue", False), ("Komm.", "municipality", False),
        ("Xyz.", None, False), ("Ant. xyz.", None, False), ("Anm.", None, False),
    ],
)  # fmt: skip
def test_words_that_are_cut_short_are_the_beginnings_of_known_ones(
    heading: str, meaning: str | None, is_sure: bool
) -> None:
    found = parse(heading)
    assert (found.meaning, found.confidence >= 0.9) == (meaning, is_sure)


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("lastContactedAt", "last_touch"), ("Last contacted at", "last_touch"),
        ("last_contact_on", "last_touch"), ("Senaste kontakt", "last_touch"),
        ("Viimeisin yhteydenotto", "last_touch"), ("Siste kontakt dato", "last_touch"),
        ("Seneste aktivitet (dato)", "last_touch"), ("Siste samtale", "last_touch"),
        ("Next activity date", None), ("Last activity type", None), ("Last call notes", None),
        ("Nästa kontakt", None), ("First contacted at", None),
    ],
)  # fmt: skip
def test_when_somebody_was_last_spoken_to_is_the_last_touch(
    heading: str, meaning: str | None
) -> None:
    assert parse(heading).meaning == meaning

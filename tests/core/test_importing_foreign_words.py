"""Words that make a known heading something else, and cells that only look like what is asked for."""

import pytest

from icp_core.importing.deal_headings import signs_of_deals
from icp_core.importing.headings import parse
from icp_core.importing.load import open_file, run_import
from icp_core.importing.mapping import SURE


@pytest.mark.parametrize(
    "heading",
    [
        "Omsetning 2025 (forventet) (tkr)", "Omsättning (förväntad) (tkr)", "Omsättning (prognos) 2026",
        "Liikevaihto (budjetti) 2025", "Liikevaihto (arvio) 2026, t€", "Revenue 2026P",
        "Revenue 2025E (kEUR)",
        "Revenue (pipeline)", "Revenue (lost) kEUR", "Omsætning (heraf eksport)",
        "Anställda (varav säljare)", "Omsättning (hos oss) (tkr)", "Grundat (kund sedan)",
        "Omsetning (hos oss) 2024", "Revenue (with us)",
    ],
)  # fmt: skip
def test_what_is_hoped_for_or_a_part_is_not_the_figure(heading: str) -> None:
    assert parse(heading).meaning is None


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Omsättning (tkr)", "revenue"), ("Omsetning (i hele 1000)", "revenue"),
        ("Revenue ($M)", "revenue"), ("Revenue (EUR) 2023", "revenue"), ("Revenue 2024", "revenue"),
        ("Antal anställda (senaste)", "employees"), ("Operating P/L [=EBIT]", "operating_profit"),
    ],
)  # fmt: skip
def test_units_years_and_words_that_add_nothing_are_no_other_words(
    heading: str, meaning: str
) -> None:
    found = parse(heading)
    assert (found.meaning, found.confidence >= SURE) == (meaning, True)


@pytest.mark.parametrize("text", ["IT", "HR", "AI", "FM", "BI"])
def test_two_letters_are_no_section_of_industries(tmp_path, text: str) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"{name} Ltd;62.01\n" for name in "DEFGH")
    path.write_text(f"Name;Industry\nA Ltd;62.01\nB Ltd;{text}\nC Ltd;J\n{rows}", encoding="utf-8")
    accounts = run_import([path]).accounts.sort("name")
    assert accounts["industry"].to_list()[:3] == ["62.01", None, "J"]


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("c/o Ulla Provlund, Lillg 2", "Lillg 2"), ("C/O Provlund; Storg 1", "Storg 1"),
        ("Lillg 2, c/o Provlund", "Lillg 2"), ("c/o Ulla Provlund", None), ("Lillg 2", "Lillg 2"),
    ],
)  # fmt: skip
def test_nobody_is_kept_in_an_address(tmp_path, address: str, left: str | None) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"Företag|Adress|Ort\nBofink AB|{address}|Lund\nRest AB|Väg 1|Lund\n", encoding="utf-8"
    )
    accounts = run_import([path]).accounts
    kept = accounts.filter(name="Bofink AB")
    assert not any("Provlund" in str(cell) for row in accounts.rows() for cell in row)
    if "address" in accounts.columns:
        assert kept["address"].item() == left


@pytest.mark.parametrize(
    "line", ["Delsumma norr", "Mellansumma", "Mellomsum sør", "Subtotal West", "Välisumma"]
)
def test_subtotals_are_no_companies(tmp_path, line: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"Bolag;Ort;Anställda\nAlfa AB;Lund;12\n{line};;18\nBeta AB;Lund;6\n", encoding="utf-8"
    )
    result = run_import([path])
    assert sorted(result.accounts["name"]) == ["Alfa AB", "Beta AB"]
    assert result.report.rejected == 1


@pytest.mark.parametrize(
    "headings",
    [
        ["Deal ID", "Avtalefase", "Lukkedato", "Beløp", "Firma"],
        ["Avtalenavn", "Avtalefase", "Beløp", "Tilknyttet selskap"],
        ["Aftalenavn", "Aftalefase", "Lukkedato", "Tilknyttet virksomhed"],
        ["Kaupan nimi", "Kaupan vaihe", "Sulkemispäivä"],
        ["Affärsnamn", "Affärsfas", "Avslutsdatum"],
    ],
)
def test_deals_are_recognised_in_every_language(headings: list[str]) -> None:
    assert len(signs_of_deals(headings)) >= 2


@pytest.mark.parametrize("heading", ["NACE-bransje", "NACE bransch", "NACE branche", "SNI-bransch"])
def test_a_classification_with_the_word_for_industry_has_its_codes(tmp_path, heading: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"Navn;{heading}\nA AS;25.110 Produksjon av metall\nB AS;62.010 IT\n", encoding="utf-8"
    )
    assert open_file(path).mapping.of("industry")
    assert run_import([path]).accounts.sort("name")["industry"].to_list() == ["25.11", "62.01"]


@pytest.mark.parametrize(
    ("heading", "person", "company"),
    [
        ("Is a Company", "False", "True"), ("Company Type", "Individual", "Company"),
        ("Kundetype", "Privat", "Bedrift"), ("Kundetype", "Privatkunde", "Erhverv"),
        ("Customer group", "Consumer", "Business"),
        ("Asiakasryhmä", "Kuluttaja", "Yritys"), ("Kundtyp", "Privatperson", "Företag"),
    ],
)  # fmt: skip
def test_customers_who_are_persons_are_left_out(tmp_path, heading, person, company) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"Navn;{heading}\nVind AS;{company}\nLise Utprøvdal;{person}\nFjell AS;{company}\n",
        encoding="utf-8",
    )
    result = run_import([path])
    assert sorted(result.accounts["name"]) == ["Fjell AS", "Vind AS"]
    assert "person" in result.rejected["reason"].item()


def test_a_company_that_is_owned_privately_stays(tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Navn;Sektor\nVind AS;Privat\nKommunal AS;Offentlig\n", encoding="utf-8")
    assert run_import([path]).accounts.height == 2

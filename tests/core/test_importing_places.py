"""Places of lists: namesakes, reforms, and what stands beside them."""

from pathlib import Path

import pytest

from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.reference.geography import (
    former,
    municipalities,
    municipalities_called,
    name_of,
    region_of,
    regions_called,
)

NUMBERS = ("923609016", "974760673", "937884117", "971032081", "985399077")


def load(tmp_path: Path, text: str, country: str | None = None) -> ImportResult:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return run_import([path], country=country)


def norwegian(tmp_path: Path, headings: str, *rows: str) -> ImportResult:
    lines = [
        f"Firma {number} AS;{number};{row}" for number, row in zip(NUMBERS, rows, strict=False)
    ]
    return load(tmp_path, "\n".join([f"Navn;Orgnr;{headings}", *lines]))


def where(loaded: ImportResult) -> list[tuple[str | None, str | None]]:
    return loaded.accounts.select("municipality", "region").rows()


def said(loaded: ImportResult, column: str) -> dict[str, int]:
    return next(c.remarks for c in loaded.report.columns if c.name == column)


def test_namesakes_are_told_apart_by_the_county_of_the_file(tmp_path: Path) -> None:
    loaded = norwegian(
        tmp_path, "Kommune;Fylke", "Herøy;Nordland", "Herøy;Møre og Romsdal", "Våler;Innlandet",
        "Våler;Østfold",
    )  # fmt: skip
    assert where(loaded) == [
        ("NO-1818", "NO-18"), ("NO-1515", "NO-15"), ("NO-3419", "NO-34"), ("NO-3114", "NO-31"),
    ]  # fmt: skip


def test_namesakes_without_more_are_unknown_and_counted(tmp_path: Path) -> None:
    loaded = norwegian(tmp_path, "Kommune", "Herøy", "Våler", "Os", "Bø", "Nes")
    assert where(loaded) == [(None, None)] * 5
    remarks = said(loaded, "municipality")
    assert sum(remarks.values()) == 5
    assert any("“Os” can be Os NO-3430, Bjørnafjorden NO-4624" in text for text in remarks)
    sentences = next(c for c in loaded.report.columns if c.name == "municipality").sentences()
    assert "Municipality: not understood, so unknown: " in sentences[0]


@pytest.mark.parametrize(
    ("heading", "row", "code"),
    [
        ("Kommune;Postnr", "Herøy;8850", "NO-1818"),
        ("Kommune;Postnr", "Os;5200", "NO-4624"),
        ("Kommune;Fylke", "Os;Hordaland", "NO-4624"),
        ("Kommune;Fylke", "Nes;Viken", None),
        ("Kommune;Fylke", "Nes;Buskerud", "NO-3322"),
        ("Kommune;Fylke", "Bø;Telemark", "NO-4020"),
        ("Kommune;Fylke", "Sande;Vestfold og Telemark", "NO-3903"),
        ("Kommune;Fylke", "Våler;Hedmark", "NO-3419"),
        ("Poststed;Fylke", "Herøy;Nordland", "NO-1818"),
        ("Poststed;Fylke", "Os;Vestland", "NO-4624"),
        ("Kommune", "Våler i Østfold", "NO-3114"),
        ("Kommune", "Herøy (Nordland)", "NO-1818"),
    ],
)
def test_a_namesake_by_postcode_former_county_or_the_county_in_its_name(
    heading: str, row: str, code: str | None, tmp_path: Path
) -> None:
    assert norwegian(tmp_path, heading, row).accounts["municipality"].to_list() == [code]


def test_old_codes_are_todays_with_a_count(tmp_path: Path) -> None:
    loaded = norwegian(tmp_path, "Kommune", "0219", "3024", "1504", "3005", "5401")
    assert [code for code, _ in where(loaded)] == [
        "NO-3201", "NO-3201", "NO-1508", "NO-3301", "NO-5501",
    ]  # fmt: skip
    assert said(loaded, "municipality") == {
        f"“{old}”, an old code or name, is {today} today": 1
        for old, today in (
            ("0219", "Bærum (NO-3201)"), ("1504", "Ålesund (NO-1508)"), ("3005", "Drammen (NO-3301)"),
            ("3024", "Bærum (NO-3201)"), ("5401", "Tromsø (NO-5501)"),
        )
    }  # fmt: skip


def test_names_with_old_codes_and_counties_beside_them(tmp_path: Path) -> None:
    loaded = norwegian(
        tmp_path, "Kommunenummer;Kommune;Fylke", "0219;Bærum;Akershus", "3024;Bærum;Viken",
        "1504;Ålesund;Møre og Romsdal", "3005;Drammen;Viken", "5401;Tromsø;Troms og Finnmark",
    )  # fmt: skip
    assert [code for code, _ in where(loaded)] == [
        "NO-3201", "NO-3201", "NO-1508", "NO-3301", "NO-5501",
    ]  # fmt: skip
    assert said(loaded, "region")["“Viken”, an old code or name, is Akershus (NO-32) today"] == 1


@pytest.mark.parametrize(
    ("text", "country", "today"),
    [
        ("219", "NO", "NO-3201"),
        ("3024.0", "NO", "NO-3201"),
        ("3024 Bærum", "NO", "NO-3201"),
        ("Bærum (0219)", "NO", "NO-3201"),
        ("K-5001", "NO", "NO-5001"),
        ("1507 Ålesund", "NO", "NO-1508"),
        ("Skedsmo kommune", "NO", "NO-3205"),
        ("Oppegård", "NO", "NO-3207"),
        ("911", "FI", "FI-541"),
        ("Honkajoki", "FI", "FI-214"),
        ("Håbo", "SE", "SE-0305"),
        ("HABO", "SE", "SE-0643"),
        ("Göteborgs stad", "SE", "SE-1480"),
        ("Upplands Bro", "SE", "SE-0139"),
        ("Uusikaupunki/Nystad", "FI", "FI-895"),
        ("Nystad (Uusikaupunki)", "FI", "FI-895"),
        ("Helsingin kaupunki", "FI", "FI-091"),
        ("Esbo stad", "FI", "FI-049"),
        ("Københavns Kommune", "DK", "DK-0101"),
        ("Høje-Taastrup", "DK", "DK-0169"),
        ("Aarhus", "DK", "DK-0751"),
        ("Bornholms Regionskommune", "DK", "DK-0400"),
        ("Nordfyn", "DK", "DK-0480"),
        ("Nordfyns Kommune", "DK", "DK-0480"),
        ("Falu kommun", "SE", "SE-2080"),
        ("FALU", "SE", "SE-2080"),
        ("Hamarøy - Hábmer", "NO", "NO-1875"),
        ("Malmö kn", "SE", "SE-1280"),
        ("Lunds kn.", "SE", "SE-1281"),
        ("Kiruna kom.", "SE", "SE-2584"),
        ("Rælingen komm.", "NO", "NO-3224"),
        ("Hangon k:n", "FI", "FI-078"),
    ],
)
def test_one_municipality_by_code_name_or_language(text: str, country: str, today: str) -> None:
    assert municipalities_called(text, country) == (today,)


def test_what_was_divided_is_no_single_place() -> None:
    assert municipalities_called("1507", "NO") == ("NO-1508", "NO-1580")
    assert len(municipalities_called("Snillfjord", "NO")) == 3
    assert municipalities_called("Tysfjord", "NO") == ("NO-1806", "NO-1875")
    assert municipalities_called("Malmö, Göteborg", "SE") == ("SE-1280", "SE-1480")
    assert municipalities_called("9999", "NO") == municipalities_called("Atlantis", "SE") == ()


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("Vestland fylke", "NO", "NO-46"),
        ("Trøndelag fylkeskommune", "NO", "NO-50"),
        ("Trøndelag - Trööndelage", "NO", "NO-50"),
        ("Sør-Trøndelag", "NO", "NO-50"),
        ("Hordaland", "NO", "NO-46"),
        ("Oppland fylke", "NO", "NO-34"),
        ("12", "NO", "NO-46"),
        ("Møre & Romsdal", "NO", "NO-15"),
        ("Stockholms län", "SE", "SE-01"),
        ("Stockholm County", "SE", "SE-01"),
        ("AB", "SE", "SE-01"),
        ("01 Stockholms län", "SE", "SE-01"),
        ("Region Skåne", "SE", "SE-12"),
        ("Västra Götalandsregionen", "SE", "SE-14"),
        ("Region Hovedstaden", "DK", "DK-1084"),
        ("Capital Region of Denmark", "DK", "DK-1084"),
        ("Midtjylland", "DK", "DK-1082"),
        ("Uudenmaan maakunta", "FI", "FI-01"),
        ("Nyland", "FI", "FI-01"),
        ("Pohjois-Pohjanmaa", "FI", "FI-17"),
        ("Lapland", "FI", "FI-19"),
    ],
)
def test_one_region_under_its_many_names(text: str, country: str, code: str) -> None:
    assert regions_called(text, country) == (code,)


def test_a_divided_county_alone_is_unknown_and_said(tmp_path: Path) -> None:
    loaded = norwegian(tmp_path, "Fylke", "Viken", "Hordaland", "Troms og Finnmark", "Utlandet")
    assert [region for _, region in where(loaded)] == [None, "NO-46", None, None]
    remarks = said(loaded, "region")
    text = "“Viken” is divided today (Østfold, Akershus, Buskerud), so it is unknown without more"
    assert remarks[text] == 1
    assert remarks["“Hordaland”, an old code or name, is Vestland (NO-46) today"] == 1
    column = next(c for c in loaded.report.columns if c.name == "region")
    assert column.misread == {"Viken": 1, "Troms og Finnmark": 1, "Utlandet": 1}


def test_a_county_that_is_not_the_municipalitys_is_said(tmp_path: Path) -> None:
    loaded = norwegian(tmp_path, "Kommune;Fylke", "Bergen;Rogaland", "Bergen;Vestland")
    assert where(loaded) == [("NO-4601", "NO-46")] * 2
    assert [count for text, count in said(loaded, "region").items() if "is not that" in text] == [1]


def test_a_town_never_moves_a_company_out_of_the_county_of_the_file(tmp_path: Path) -> None:
    loaded = load(
        tmp_path, "Företag;Ort;Län\nAlfa AB;Lund;Stockholms län\nBeta AB;Lund;Skåne län\n", "SE"
    )
    assert where(loaded) == [(None, "SE-01"), ("SE-1281", "SE-12")]
    ((text, count),) = said(loaded, "city").items()
    assert (text[:50], count) == ("no place of this name is known in the county that ", 1)


def test_a_name_that_two_countries_have_needs_the_country(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        "Company,Country,Municipality\nAlfa,Norway,Lund\nBeta,SWE,Lund\nGamma,Narnia,Lund\n",
    )
    assert loaded.accounts["municipality"].to_list() == ["NO-1112", "SE-1281", None]
    country = next(c for c in loaded.report.columns if c.name == "country")
    assert country.sentences() == ("Country: not understood, so unknown: “Narnia” (1 ×).",)


def test_every_old_code_leads_to_municipalities_of_today() -> None:
    known = {place.code for place in municipalities()}
    old = former("municipality")
    assert not set(old) & known
    assert {code for place in old.values() for code in place.today} <= known
    # Of the numbers of 2020 to 2023 each of today's municipalities there has one, of the same name.
    renumbered = [old[code] for code in old if code[3:5] in ("30", "38", "54") and code[:2] == "NO"]
    assert len(renumbered) == 113
    for place in renumbered:
        assert place.name in name_of(place.today[0]).split(" - ")


def test_old_counties_hold_the_municipalities_they_held() -> None:
    counties, old = former("region"), former("municipality")
    moved = {
        (code[3:], place.name)
        for code, place in old.items()
        if (county := counties.get(f"NO-{code[3:5]}")) and code.startswith("NO")
        if not {region_of(today) for today in place.today} & set(county.today)
    }
    assert moved == {
        ("0121", "Rømskog"), ("0532", "Jevnaker"), ("0533", "Lunner"), ("0627", "Røyken"),
        ("0628", "Hurum"), ("0711", "Svelvik"), ("1444", "Hornindal"),
    }  # fmt: skip


# Postcode and town in one -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "cells", "expected"),
    [
        ("Postnr. og by", ["0150 Oslo", "5003 Bergen"], [("0150", "Oslo"), ("5003", "Bergen")]),
        ("Postnummer och ort", ["SE-111 22 Stockholm", "21122 Malmö"],
         [("11122", "Stockholm"), ("21122", "Malmö")]),
        ("Postitoimipaikka", ["00100 Helsinki", "FI-33100 Tampere"],
         [("00100", "Helsinki"), ("33100", "Tampere")]),
        ("Postadresse", ["DK-1050 København K", "8000 Aarhus C"],
         [("1050", "København K"), ("8000", "Aarhus C")]),
        ("By", ["5000 Odense C, Danmark", "2100 København Ø"],
         [("5000", "Odense C"), ("2100", "København Ø")]),
        ("Sted", ["Oslo 0150", "Bergen, 5003"], [("0150", "Oslo"), ("5003", "Bergen")]),
        ("Zip/City", ["111 22 Stockholm", "411 01 Göteborg"],
         [("11122", "Stockholm"), ("41101", "Göteborg")]),
        # No word of the heading says so, but its towns do.
        ("Adress 2", ["111 22 Stockholm", "211 22 Malmö"], [("11122", "Stockholm"), ("21122", "Malmö")]),
    ],
)  # fmt: skip
def test_postcode_and_town_of_one_column_are_told_apart(
    tmp_path: Path, heading: str, cells: list[str], expected: list[tuple[str, str]]
) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"Alfa {n};Gatan {n};{cell}\n" for n, cell in enumerate(cells))
    path.write_text(f"Company;Address;{heading}\n{rows}", encoding="utf-8")
    found = run_import([path]).accounts
    assert list(found.select("postcode", "city").iter_rows()) == expected
    assert found["municipality"].null_count() == 0


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Bransje", ["6201 Programmering", "4711 Dagligvare"]),
        ("Produkt", ["1000 Skruer", "2000 Bolter"]),
        ("Kostnadsställe", ["1001 Lager", "1002 Kontor"]),
    ],
)
def test_other_numbers_before_words_are_no_towns(heading: str, cells: list[str]) -> None:
    rows = "".join(f"Alfa {n};{cell}\n" for n, cell in enumerate(cells))
    opened = open_file(f"Company;{heading}\n{rows}".encode(), name="list.csv")
    assert not opened.mapping.of("post_town")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Orgnavn;Kommunenummer;Kommune\nA AS;1515;Herøy\nB AS;1818;Herøy\nC AS;3114;Våler\n",
         ["NO-1515", "NO-1818", "NO-3114"]),
        ("Firma;Kommune;Kommunenr\nA AS;Herøy;1515\nB AS;;1818\nC AS;Våler;3419\n",
         ["NO-1515", "NO-1818", "NO-3419"]),
        ("Företag;Kommun;Kommunkod\nA AB;Habo;0643\nB AB;;0180\nC AB;Lund;1281\n",
         ["SE-0643", "SE-0180", "SE-1281"]),
    ],
)  # fmt: skip
def test_a_municipalitys_code_beside_its_name_decides(
    tmp_path: Path, text: str, codes: list[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    found = run_import([path]).accounts.sort("name")
    assert found["municipality"].to_list() == codes

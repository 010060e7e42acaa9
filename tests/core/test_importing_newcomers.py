"""Whole lists as a newcomer brings them: titles, rows of units, totals, persons, odd encodings."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from icp_core.errors import ImportRefused
from icp_core.importing.dialects import is_turned
from icp_core.importing.footers import SECTION, no_companies
from icp_core.importing.load import ImportResult, run_import
from icp_core.importing.national import is_personal
from icp_core.importing.persons import says_person

# Name, encoding of the text (none: a workbook), what stands in it, each company that comes out.
LISTS: list[tuple[str, str, Any, dict[str, dict[str, Any]]]] = [
    (
        "sv_semikolon.csv",
        "cp1252",
        (
            "Kundlista Syd 2025\n"
            "Uttag 2025-03-01\n"
            "\n"
            "Företagsnamn;Org.nr;Postadress;Postnr;Ort;Kommun;Omsättning (tkr);Resultat (tkr);"
            "Antal anställda;SNI-kod;Bransch;Kontaktperson;Direkttelefon;Hemsida\n"
            ";;;;;;tkr;tkr;st;;;;;\n"
            "Alfa Måleri AB;556012-5790;Box 12;211 22;Malmö;Malmö;12 500;1 250;14;43341;Måleri;"
            "Anna Exempel;040-12 34 56;www.alfamaleri.se\n"
            "Beta Bygg & Co AB;5560160680;Storgatan 1;223 50;LUND;Lund;48 300;-820;52;41200;"
            "Byggnation;Bo Exempel;070-123 45 67;https://betabygg.se/\n"
            "Gamma Konsult;850101-****;Lillgatan 3;252 21;Helsingborg;Helsingborg;950;210;1;"
            "70220;Konsult;Cia Exempel;073-111 22 33;\n"
            "Summa;;;;;;61 750;640;67;;;;;\n"
            "Källa: egen bearbetning;;;;;;;;;;;;;\n"
        ),
        {
            "Alfa Måleri AB": {
                "org_number": "5560125790",
                "postcode": "21122",
                "city": "Malmö",
                "revenue_original": 12500000.0,
                "employees": 14,
                "industry": "43.34",
                "website": "www.alfamaleri.se",
                "country": "SE",
                "currency": "SEK",
                "municipality": "SE-1280",
            },
            "Beta Bygg & Co AB": {
                "org_number": "5560160680",
                "revenue_original": 48300000.0,
                "employees": 52,
                "city": "Lund",
            },
        },
    ),
    (
        "no_excel.xlsx",
        "",
        [
            ["Prospektliste Vestland"],
            [None],
            [
                "Selskap",
                "Organisasjonsnummer",
                "Kommune",
                "Fylke",
                "Sum driftsinntekter 2024",
                "Sum driftsinntekter 2023",
                "Driftsmargin",
                "Ansatte",
                "Daglig leder",
                "NACE",
                "Stiftet",
            ],
            [None, None, None, None, "NOK 1000", "NOK 1000", "%", None, None, None, None],
            [
                "Testfirma Nord AS",
                923609016,
                "Bergen",
                "Vestland",
                24500,
                20000,
                12.5,
                35,
                "Kari Eksempel",
                "62.010",
                "2009-05-12",
            ],
            [
                "Testfirma Sør AS",
                974760673,
                "Voss",
                "Vestland fylke",
                8900,
                9100,
                -3.1,
                8,
                "Ola Eksempel",
                "41.200",
                2015,
            ],
            ["Totalt", None, None, None, 33400, 29100, None, 43],
        ],
        {
            "Testfirma Nord AS": {
                "org_number": "923609016",
                "municipality": "NO-4601",
                "region": "NO-46",
                "revenue_original": 24500000.0,
                "currency": "NOK",
                "margin": 0.125,
                "employees": 35,
                "industry": "62.01",
                "founded": 2009,
                "revenue_growth": 0.225,
            },
            "Testfirma Sør AS": {
                "org_number": "974760673",
                "municipality": "NO-4621",
                "revenue_original": 8900000.0,
                "margin": -0.031,
                "founded": 2015,
            },
        },
    ),
    (
        "da.tsv",
        "utf-16",
        (
            "Virksomhedsnavn\tCVR-nr.\tAdresse\tPostnr. og by\tBranchekode\tOmsætning (mio. kr.)\t"
            "Ansatte\tDirektør\tMobil\tReklamebeskyttet\tStiftelsesdato\n"
            "Test Alfa ApS\t25052943\tNygade 1\t8000 Aarhus C\t620100\t12,5\t11-50\tHans Eksempel\t20 "
            "12 34 56\tNej\t01-02-2010\n"
            "Test Beta A/S\t10150817\tVestergade 2\t5000 Odense C\t433410\t104,2\t85\tJens Eksempel\t"
            "30 12 34 56\tJa\t15-11-1998\n"
        ),
        {
            "Test Alfa ApS": {
                "org_number": "25052943",
                "postcode": "8000",
                "city": "Aarhus C",
                "revenue_original": 12500000.0,
                "currency": "DKK",
                "country": "DK",
                "industry": "62.01",
                "marketing_opt_out": False,
                "founded": 2010,
                "employees_low": 11,
                "employees_high": 50,
            },
            "Test Beta A/S": {
                "org_number": "10150817",
                "revenue_original": 104200000.0,
                "employees": 85,
                "marketing_opt_out": True,
                "industry": "43.34",
                "founded": 1998,
            },
        },
    ),
    (
        "fi.csv",
        "iso-8859-15",
        (
            "Yritys;Y-tunnus;Postinumero;Postitoimipaikka;Kunta;Toimiala (TOL 2008);"
            "Liikevaihto (1000 €) 2024;Liikevoitto-%;Henkilöstö;Toimitusjohtaja;Puhelin;Tila\n"
            "Testi Alfa Oy;0112038-9;00100;HELSINKI;Helsinki;62010;2 450;8,5;23;Matti "
            "Esimerkki;09 123 4567;Aktiivinen\n"
            "Testi Beta Oyj;1927400-1;33100;Tampere;Tampere;41200;118 900;-1,2;410;Maija "
            "Esimerkki;03 123 4567;Aktiivinen\n"
            "Testi Gamma Oy;1093944-1;20100;Turku;Turku;56101;320;3,0;4;Pekka Esimerkki;02 123 "
            "456;Konkurssissa\n"
            "Lähde: oma;;;;;;;;;;;\n"
        ),
        {
            "Testi Alfa Oy": {
                "org_number": "0112038-9",
                "postcode": "00100",
                "municipality": "FI-091",
                "revenue": 2450000.0,
                "margin": 0.085,
                "employees": 23,
                "country": "FI",
                "industry": "62.01",
            },
            "Testi Beta Oyj": {
                "revenue": 118900000.0,
                "margin": -0.012,
                "employees": 410,
                "municipality": "FI-837",
            },
        },
    ),
    (
        "en_us.csv",
        "utf-8",
        (
            "Account Name,Website,Billing City,Billing State,Billing Zip,Annual Revenue ($M),# "
            "Employees,Industry,Account Owner,Primary Contact,Phone,Created Date,Type\n"
            "Alpha Inc,alpha-example.com,Austin,TX,73301,5.2,40,Software,Sales One,John "
            "Example,+1 512 555 0100,1/15/2024,Customer\n"
            "Beta LLC,https://beta-example.com,San Jose,CA,95101,12,120,Hardware,Sales One,"
            "Jane Example,+1 408 555 0101,2/1/2024,Prospect\n"
            "Gamma Corp,N/A,Miami,FL,33101,0.8,9,Retail,Sales Two,Jim Example,+1 305 555 0102,"
            "12/31/2023,Customer\n"
        ),
        {
            "Alpha Inc": {
                "country": "US",
                "region": "Texas",
                "city": "Austin",
                "revenue_original": 5200000.0,
                "currency": "USD",
                "employees": 40,
                "owner": "Sales One",
                "is_customer": True,
                "domain": "alpha-example.com",
            },
            "Beta LLC": {
                "is_customer": False,
                "region": "California",
                "revenue_original": 12000000.0,
            },
            "Gamma Corp": {"website": None, "region": "Florida", "owner": "Sales Two"},
        },
    ),
    (
        "sv_crm.xlsx",
        "",
        [
            [
                "Företag.Namn",
                "Företag.Org.nr",
                "Företag.Besöksadress ort",
                "Företag.Land",
                "Företag.Omsättning",
                "Kundstatus",
                "Ansvarig säljare",
                "Senaste aktivitet",
                "Kontakt.Namn",
                "Kontakt.E-post",
                "Kommentar",
            ],
            [
                "Delta Handel AB",
                "556036-0793",
                "Göteborg",
                "Sverige",
                "45 mkr",
                "Kund",
                "Säljare Ett",
                "2025-02-03",
                "Eva Exempel",
                "eva@delta-example.se",
                "Ringde Eva 070-1234567",
            ],
            [
                "Epsilon Transport AB",
                "556056-6258",
                "Stockholm",
                "Sverige",
                "8,2 MSEK",
                "Prospekt",
                "Säljare Ett",
                "2024-12-24",
                "Filip Exempel",
                "filip@gmail.com",
                "Återkom i mars",
            ],
            [
                "Zeta Data AB",
                "556021-4123",
                "Umeå",
                "Sverige",
                "950 tkr",
                "Tidigare kund",
                "Säljare Två",
                "2023-06-01",
                None,
                None,
                None,
            ],
        ],
        {
            "Delta Handel AB": {
                "org_number": "5560360793",
                "city": "Göteborg",
                "revenue_original": 45000000.0,
                "is_customer": True,
                "owner": "Säljare Ett",
            },
            "Epsilon Transport AB": {
                "revenue_original": 8200000.0,
                "is_customer": False,
                "city": "Stockholm",
            },
            "Zeta Data AB": {"revenue_original": 950000.0, "is_customer": False},
        },
    ),
    (
        "no_pipe.txt",
        "utf-8-sig",
        (
            "Navn|Orgnr|Forretningsadresse|Postnummer|Poststed|Antall ansatte|Omsetning i hele "
            "tusen|Nettside|Epost|Konkurs\n"
            "Øst Test AS|NO 937 884 117 MVA|Gate 1|0155|OSLO|12|6 200|www.osttest.no|"
            "post@osttest.no|Nei\n"
            "Vest Test AS|971 032 081|Gate 2|5003|BERGEN|3|1 100|Ingen hjemmeside|"
            "vest@online.no|Nei\n"
            "Nord Test AS|914 778 271|Gate 3|9008|TROMSØ|5|900|-|post@nordtest.no|Ja\n"
        ),
        {
            "Øst Test AS": {
                "org_number": "937884117",
                "postcode": "0155",
                "city": "Oslo",
                "employees": 12,
                "revenue_original": 6200000.0,
                "domain": "osttest.no",
            },
            "Vest Test AS": {
                "domain": None,
                "website": None,
                "revenue_original": 1100000.0,
                "municipality": "NO-4601",
            },
        },
    ),
    (
        "en_orbis.xlsx",
        "",
        [
            ["Search summary: 3 companies"],
            [
                None,
                "Company name Latin alphabet",
                "Country ISO code",
                "City Latin Alphabet",
                "NACE Rev. 2, core code (4 digits)",
                "Operating revenue (Turnover) th EUR Last avail. yr",
                "Number of employees Last avail. yr",
                "P/L for period [=Net income] th EUR Last avail. yr",
                "Status",
                "DM Full name",
            ],
            [
                1,
                "ALPHA NORDIC AB",
                "SE",
                "STOCKHOLM",
                "6201",
                18500,
                95,
                1200,
                "Active",
                "Mr John Example",
            ],
            [
                2,
                "BETA OY",
                "FI",
                "HELSINKI",
                "4120",
                "n.a.",
                12,
                "n.a.",
                "Active",
                "Ms Jane Example",
            ],
            [3, "GAMMA GMBH", "DE", "BERLIN", "0111", 900, "n.a.", -20, "Bankruptcy", "n.a."],
        ],
        {
            "ALPHA NORDIC AB": {
                "country": "SE",
                "industry": "62.01",
                "revenue": 18500000.0,
                "employees": 95,
                "net_profit": 1200000.0,
            },
            "BETA OY": {"country": "FI", "revenue": None, "employees": 12, "industry": "41.20"},
        },
    ),
    (
        "da_hubspot.csv",
        "utf-8",
        (
            "Record ID,Virksomhedsnavn,Virksomhedens domænenavn,Virksomhedsejer,By,Land/område,"
            "Antal medarbejdere,Årlig omsætning,Livscyklusfase,Telefonnummer,Seneste "
            "aktivitetsdato,Branche\n"
            "101,Hav Test ApS,havtest.dk,Sælger Et,København,Danmark,25,18000000,Kunde,+45 12 "
            "34 56 78,2025-01-10,COMPUTER_SOFTWARE\n"
            "102,Sø Test A/S,soetest.dk,Sælger Et,Aalborg,Danmark,140,95000000,Lead,+45 22 34 "
            "56 78,2024-11-02,CONSTRUCTION\n"
            "103,Bæk Test ApS,baektest.dk,Sælger To,Odense,Danmark,3,1200000,Kunde,+45 32 34 "
            "56 78,,RETAIL\n"
        ),
        {
            "Hav Test ApS": {
                "domain": "havtest.dk",
                "owner": "Sælger Et",
                "country": "DK",
                "employees": 25,
                "revenue_original": 18000000.0,
                "currency": "DKK",
                "is_customer": True,
                "city": "København",
            },
            "Sø Test A/S": {"is_customer": False, "revenue_original": 95000000.0, "employees": 140},
            "Bæk Test ApS": {"owner": "Sælger To", "employees": 3},
        },
    ),
    (
        "mojibake_mixed.csv",
        "utf-8",
        (
            "FÃ¶retag;Org.nr;Kommun;LÃ¤n;Antal anstÃ¤llda;OmsÃ¤ttning 2024;OmsÃ¤ttning 2023;"
            "SNI 2007;Registreringsdatum;Ã„gare\n"
            'Ã…keri Ett AB;="5564300142";UmeÃ¥;VÃ¤sterbottens lÃ¤n;ca 40;52 000 000 kr;47 000 '
            "000 kr;49410;1998-03-02;Nils Exempel\n"
            "Ã–st TvÃ¥ AB;'5567037485;Ã–rebro;Region Ã–rebro lÃ¤n;15 st;9 500 000 kr;10 000 "
            "000 kr;46730;2012-10-01;Ã…sa Exempel\n"
            "Ã„ng Tre AB;5590000000;Os;;#N/A;N/A;-;01110;12/31/2015;Bo Exempel\n"
        ),
        {
            "Åkeri Ett AB": {
                "municipality": "SE-2480",
                "region": "SE-24",
                "employees": 40,
                "revenue_original": 52000000.0,
                "industry": "49.41",
                "founded": 1998,
                "revenue_growth": 0.1063829787234043,
            },
            "Öst Två AB": {
                "org_number": "5567037485",
                "municipality": "SE-1880",
                "region": "SE-18",
                "employees": 15,
                "revenue_original": 9500000.0,
                "industry": "46.73",
                "founded": 2012,
            },
            "Äng Tre AB": {
                "org_number": None,
                "employees": None,
                "revenue_original": None,
                "industry": "01.11",
                "founded": 2015,
            },
        },
    ),
]


def written(folder: Path, name: str, encoding: str, content: Any) -> Path:
    path = folder / name
    if encoding:
        path.write_bytes(content.encode(encoding))
        return path
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(content):
            sheet.write_row(place, 0, row)
    return path


@pytest.mark.parametrize(
    ("name", "encoding", "content", "companies"), LISTS, ids=[name for name, *_ in LISTS]
)
def test_every_value_of_a_whole_list_comes_out_right(
    tmp_path: Path, name: str, encoding: str, content: Any, companies: dict[str, dict[str, Any]]
) -> None:
    accounts = run_import([written(tmp_path, name, encoding, content)]).accounts
    rows = {row["name"]: row for row in accounts.iter_rows(named=True)}
    assert set(rows) == set(companies)
    for company, expected in companies.items():
        found = {column: rows[company].get(column) for column in expected}
        assert found == {
            column: pytest.approx(value) if isinstance(value, float) else value
            for column, value in expected.items()
        }
    # Whoever is named in these lists is called so.
    cells = " ".join(str(cell) for row in accounts.rows() for cell in row)
    assert not [word for word in ("Exempel", "Eksempel", "Esimerkki", "Example") if word in cells]


def _loaded(folder: Path, text: str, name: str = "list.csv") -> ImportResult:
    return run_import([written(folder, name, "utf-8", text)])


@pytest.mark.parametrize(
    ("headings", "first", "turned"),
    [
        ("Navn;Alfa AS;Beta AS", "Orgnr;Ansatte;Sted", True),
        ("Firma;Alfa AB;Beta AB", "Omsättning (tkr);Anställda;Hemsida;Ort", True),
        ("Column 1;Alfa Oy", "Nimi;Y-tunnus;Liikevaihto (t€);Vapaa kuvaus;Toimiala", True),
        ("Navn;Orgnr;Sted", "Ansatte;Land;Nettside", False),
        ("Namn;Ort", "Alfa AB;Land;Stad;Bolag AB;Beta AB;Gamma AB", False),
        ("Namn", "Orgnr;Ort;Anställda", False),
    ],
)
def test_a_list_that_lies_on_its_side_is_told(headings: str, first: str, turned: bool) -> None:
    assert is_turned(headings.split(";"), first.split(";")) == turned


def test_a_list_that_lies_on_its_side_says_how_to_turn_it(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="lies on its side") as said:
        _loaded(
            tmp_path,
            "Navn;Alfa AS;Beta AS\nOrgnr;923609016;914778271\nAnsatte;1;4\nSted;Oslo;Moss\n",
        )
    assert "transposed" in str(said.value)


@pytest.mark.parametrize(
    ("rows", "sections"),
    [
        (
            "Jylland;;;|Alfa ApS;Vejle;100;2|Beta ApS;Aarhus;300;5|Jylland i alt;;400;7|"
            "Sjælland;;;|Gamma A/S;Køge;900;3|Sjælland i alt;;900;3",
            [0, 4],
        ),
        ("Region Øst;;;|Alfa AS;Hamar;1000;8|Sum Øst;;1000;8", [0]),
        # By how the list is built alone.
        (
            "Uusimaa;;;|Alfa Oy;Espoo;100;5|Beeta Oy;Vantaa;200;6|"
            "Varsinais-Suomi;;;|Gamma Oy;Turku;300;7|Delta Oy;Salo;100;2",
            [0, 3],
        ),
        # Companies of which nothing is known.
        (
            "Nordea;;;|Alfa Oy;Espoo;5;1|Beeta Oy;Vantaa;6;3|Equinor;;;|Gamma Oy;Turku;7;3|"
            "Delta AB;Lund;9;4|Statkraft;;;",
            [],
        ),
        ("Alfa Oy;Espoo;5;1|Nordea;;;|Beeta Oy;Vantaa;6;3|Equinor;;;|Gamma Oy;Turku;7;3", [],),
        ("Nordea;;;|Equinor;;;|Gamma Oy;Turku;7;3|Delta AB;Lund;9;4|Alfa Oy;Espoo;5;1", []),
        ("Alfa AB;;;|Beta AB;Lund;1;2|Gamma AB;;;|Delta AB;Lund;1;2|Summa;;2;4", []),
    ],
)  # fmt: skip
def test_headings_of_sections_are_no_companies(rows: str, sections: list[int]) -> None:
    cells = pl.DataFrame(
        [[cell or None for cell in row.split(";")] for row in rows.split("|")],
        schema=dict.fromkeys("nabc", pl.String),
        orient="row",
    )
    found = no_companies(
        cells["n"], cells, identified=pl.repeat(value=False, n=cells.height, eager=True)
    )
    assert (found == SECTION).fill_null(value=False).arg_true().to_list() == sections


@pytest.mark.parametrize(
    ("heading", "company", "other", "is_person"),
    [
        ("Type", "Bedrift", "Privat", True),
        ("Typ", "Företag", "Privatkund", True),
        ("Type", "Erhverv", "Privat", True),
        ("Tyyppi", "Yritys", "Yksityinen", True),
        ("Record type", "Business", "Individual", True),
        # Who owns a company, and whom it sells to.
        ("Ägarform", "Kommunal", "Privat", False),
        ("Segment", "Företag", "Privat", False),
        ("Type", "Public", "Private", False),
    ],
)
def test_private_customers_stay_out_by_a_type_of_two_kinds(
    heading: str, company: str, other: str, is_person: bool
) -> None:
    said = says_person(heading, pl.Series([company, other, None]))
    assert (said is not None and said.to_list() == [False, True, False]) == is_person


@pytest.mark.parametrize(
    ("number", "country", "is_person"),
    [
        ("620809-6320", "IS", False),
        ("6208096320", "IS", False),
        ("430304-3800", None, False),
        ("120174-3399", "IS", True),
        ("620809-6320", "SE", True),
        ("620809-6321", None, True),
    ],
)
def test_a_company_of_iceland_is_told_from_a_person(
    number: str, country: str | None, is_person: bool
) -> None:
    assert is_personal(country, number) == is_person


def test_a_list_in_icelandic_is_read(tmp_path: Path) -> None:
    text = (
        "Nafn;Kennitala;Heimilisfang;Póstnr;Staður;Velta (m.kr.);Starfsmenn;Vefsíða;Sími\n"
        "Alfa ehf.;620809-6320;Gata 2;600;Akureyri;1.450;45;www.alfa.is;5551234\n"
        "Beta hf.;530715-1320;Gata 3;101;Reykjavík;22.300;320;beta.is;5554321\n"
        "Gamma ehf.;430304-3800;Gata 4;800;Selfoss;310,5;8;;\n"
    )
    row = _loaded(tmp_path, text).accounts.row(0, named=True)
    found = [row[c] for c in ("name", "org_number", "country", "city", "employees", "domain")]
    assert found == ["Alfa ehf.", "6208096320", "IS", "Akureyri", 45, "alfa.is"]
    assert (row["revenue_original"], row["currency"]) == (1.45e9, "ISK")
    assert "Sími" not in row


@pytest.mark.parametrize(
    "text",
    [
        '"Name,Country,Employees"\n"Alfa AS,Norway,12"\n"Beta AB,Sweden,40"\n',
        '"Namn;Land;Anställda";;\n"Alfa AS;Norge;12";;\n"Beta AB;Sverige;40";;\n',
        'Name,Country,Employees\n"""Alfa AS"",Norway,12"\n"Beta AB,Sweden,40"\n',
    ],
)
def test_lines_that_stand_in_one_quoted_cell_each_are_taken_apart(
    tmp_path: Path, text: str
) -> None:
    found = _loaded(tmp_path, text).accounts.select("name", "country", "employees").rows()
    assert found == [("Alfa AS", "NO", 12), ("Beta AB", "SE", 40)]


@pytest.mark.parametrize(
    "text", ['"Namn"\n"Alfa, Beta AB"\n', '"Namn","Ort"\n"Alfa, Beta AB","Lund"\n']
)
def test_a_quoted_name_with_a_separator_stays_whole(tmp_path: Path, text: str) -> None:
    assert _loaded(tmp_path, text).accounts["name"].to_list() == ["Alfa, Beta AB"]


@pytest.mark.parametrize("heading", ["Omsetning år", "Accounts year", "Financial year"])
def test_years_beside_amounts_are_their_fiscal_years(tmp_path: Path, heading: str) -> None:
    text = f"Firma;Land;Omsetning (TNOK);{heading}\nAlfa AS;NO;45000;2022\nBeta AS;NO;90000;2023\n"
    found = _loaded(tmp_path, text).accounts.select("fiscal_year", "rate_date").rows()
    assert [(year, str(day)[:4]) for year, day in found] == [(2022, "2022"), (2023, "2023")]


def test_a_pivot_table_of_companies_is_read(tmp_path: Path) -> None:
    text = "Row Labels;Sum of Omsättning (tkr)\nAlfa AB;500\nBeta AB;400\nGrand Total;900\n"
    found = _loaded(tmp_path, text).accounts.select("name", "revenue_original").rows()
    assert found == [("Alfa AB", 500e3), ("Beta AB", 400e3)]


@pytest.mark.parametrize(
    ("heading", "cell", "column", "value"),
    [
        ("companyUrl", "https://www.linkedin.com/company/alfa", "linkedin_url",
         "https://www.linkedin.com/company/alfa"),
        ("Web page", "alfa.se", "domain", "alfa.se"),
        ("Medelantal anställda", "31", "employees", 31),
        ("Henkilöstö keskimäärin", "31", "employees", 31),
        ("Ansatte", "9999999999", "employees", None),
    ],
)  # fmt: skip
def test_one_column_beside_the_names(
    tmp_path: Path, heading: str, cell: str, column: str, value: object
) -> None:
    accounts = _loaded(tmp_path, f"Yhtiön nimi;{heading}\nAlfa AB;{cell}\n").accounts
    assert accounts.row(0, named=True).get(column) == value


def test_two_pairs_of_headings_that_changed_places_are_both_found(tmp_path: Path) -> None:
    text = (
        "Organisationsnummer;Företagsnamn;Postnummer;Ort\n"
        "Alfa AB;556012-5790;Sundsvall;852 30\nBeta AB;556016-0680;Timrå;861 32\n"
        "Gamma AB;556703-7485;Kramfors;872 30\n"
    )
    row = _loaded(tmp_path, text).accounts.row(0, named=True)
    found = [row[c] for c in ("name", "org_number", "postcode", "city")]
    assert found == ["Alfa AB", "5560125790", "85230", "Sundsvall"]

"""Whole lists as a newcomer brings them: titles, rows of units, totals, persons, odd encodings."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from icp_core.importing.load import run_import

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

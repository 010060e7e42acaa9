"""Whose a number, a web address or a row is: placeholders, shared hosts, branches and namesakes."""

from pathlib import Path

import polars as pl
import pytest

from icp_core.accounts.identity import registrable_domain, registrable_domains
from icp_core.accounts.web_hosts import host_of, is_shared_host, kind_of_host
from icp_core.importing.duplicates import undo
from icp_core.importing.load import ImportResult, run_import
from icp_core.importing.national import clean_number, is_placeholder, is_sound

CASES = Path(__file__).parent.parent / "fixtures" / "import_cases"


def loaded(tmp_path: Path, text: str, name: str = "list.csv") -> ImportResult:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return run_import([path])


def case(name: str) -> ImportResult:
    (path,) = CASES.glob(f"{name}_*")
    return run_import([path])


# Web addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Verkkosivuja ei löydy", "Ingen hjemmeside", "Hemsida saknas", "Hjemmeside mangler", "-", "n/a",
        "#N/A", "null", "Kommer snart", "www", "http://", "acme", "acme.local", "192.168.1.1",
        "10.0.0.1/intranet", "under konstruktion...", "se Facebook",
    ],
)  # fmt: skip
def test_a_text_that_is_no_host_is_no_website(text: str) -> None:
    assert host_of(text) is None
    assert registrable_domain(text) is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://alfa.squarespace.com", "site builder"),
        ("alfa.business.site", "site builder"),
        ("https://www.alfa.hemsida24.se/", "site builder"),
        ("alfa.wixsite.com/alfa", "site builder"),
        ("www.123hjemmeside.no/alfa", "site builder"),
        ("alfa.123kotisivu.fi", "site builder"),
        ("alfa.myshopify.com", "site builder"),
        ("alfa.github.io", "site builder"),
        ("https://sites.google.com/view/alfa", "site builder"),
        ("post@gmx.com", "mail"),
        ("post@chello.no", "mail"),
        ("post@lyse.net", "mail"),
        ("post@altibox.no", "mail"),
        ("post@telia.com", "mail"),
        ("post@swipnet.se", "mail"),
        ("alfa@pp.inet.fi", "mail"),
        ("alfa@outlook.dk", "mail"),
        ("alfa@hotmail.co.uk", "mail"),
        ("alfa@stofanet.dk", "mail"),
        ("alfa@simnet.is", "mail"),
        ("https://bit.ly/3abc", "shortener"),
        ("linktr.ee/alfa", "shortener"),
        ("https://fi-fi.facebook.com/alfa", "social"),
        ("www.instagram.com/alfa", "social"),
        ("se.linkedin.com/company/alfa", "social"),
        ("https://www.proff.no/selskap/alfa/1", "directory"),
        ("www.allabolag.se/5560125790", "directory"),
        ("https://www.finder.fi/alfa", "directory"),
        ("https://www.krak.dk/alfa", "directory"),
        ("https://www.google.se/maps/place/alfa", "directory"),
        ("www.yourdomain.com", "placeholder"),
    ],
)
def test_shared_hosts_are_nobodys_domain(address: str, kind: str) -> None:
    assert registrable_domain(address) is None
    host = host_of(address)
    assert host is not None
    assert kind_of_host(host.removeprefix("www.")) == kind


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("http//alfa.se", "alfa.se"),
        ("http:/www.alfa.no", "alfa.no"),
        ("https:// www.alfa.no", "alfa.no"),
        ("www.alfa.se; www.alfa.no", "alfa.se"),
        ("Se www.alfa.dk/om", "alfa.dk"),
        ("alfa.no:8080/x", "alfa.no"),
        ("mailto:post@alfa.fi", "alfa.fi"),
        ("www.alfa.se.", "alfa.se"),
        # Names that companies register below a private suffix are theirs.
        ("www.alfa.com.se", "alfa.com.se"),
        ("alfa.eu.com", "alfa.eu.com"),
        ("live.events", "live.events"),
        ("gmxbygg.se", "gmxbygg.se"),
        ("notfacebook.com", "notfacebook.com"),
    ],
)
def test_a_companys_own_domain_is_found_however_it_is_written(address: str, domain: str) -> None:
    assert registrable_domain(address) == domain


def test_a_shared_host_is_the_own_one_of_the_company_called_like_it() -> None:
    sites = pl.Series(["www.telia.com", "www.telia.com", "spotify.com", "facebook.com/alfa"])
    names = pl.Series(["Telia Company AB", "Alfa AB", "Spotify", "Alfa AB"])
    assert registrable_domains(sites, names=names).to_list() == [
        "telia.com", None, "spotify.com", None,
    ]  # fmt: skip


def test_shared_hosts_are_told_in_columns_of_any_case() -> None:
    hosts = pl.Series(["Alfa.WixSite.com", "www.GMAIL.com", "alfa.se", None, "a.b.c.blogspot.se"])
    assert pl.select(is_shared_host(pl.lit(hosts))).to_series().to_list() == [
        True, True, False, None, True,
    ]  # fmt: skip


def test_mail_of_providers_gives_no_domain() -> None:
    found = case("m30")
    assert found.accounts.height == 5
    assert found.accounts["domain"].null_count() == 5


def test_nobody_is_merged_by_a_website_that_is_none() -> None:
    found = case("m49")
    assert found.accounts.height == 8
    assert found.accounts["domain"].drop_nulls().to_list() == ["theta-test.no"]
    assert found.accounts["website"].drop_nulls().to_list() == ["theta-test.no"]
    (website,) = (one for one in found.report.columns if one.name == "website")
    # Cells such as `N/A` may already be blank when they are read.
    assert 3 <= website.invalid <= 7
    assert "Ingen hjemmeside" in website.examples


def test_companies_on_one_site_builder_stay_companies(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Yritys;Verkkosivut;Kotipaikka\n"
        "Alfa Rakennus Oy;alfa.kotisivukone.com;Oulu\n"
        "Beta Rakennus Oy;beta.kotisivukone.com;Oulu\n"
        "Gamma Oy;Verkkosivuja ei löydy;Oulu\n"
        "Delta Oy;Verkkosivuja ei löydy;Oulu\n",
    )
    assert (found.report.kept, found.report.merged, found.report.apart) == (4, 0, 0)


def test_one_name_with_two_real_domains_is_two_companies_also_over_a_third_row(
    tmp_path: Path,
) -> None:
    found = loaded(
        tmp_path,
        "Company,Website,City,Country\n"
        "Nordlys Bygg AS,nordlysbygg.no,Oslo,NO\n"
        "Nordlys Bygg AS,,Oslo,NO\n"
        "Nordlys Bygg AS,nordlys-entreprenor.no,Oslo,NO\n",
    )
    assert sorted(found.accounts["domain"]) == ["nordlys-entreprenor.no", "nordlysbygg.no"]
    assert found.report.merged_by == {"name": 1}


# National numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("NO", "000000000"), ("NO", "000 000 000"), ("NO", "123456789"), ("NO", "123456785"),
        ("NO", "999999999"), ("NO", "NO 111 111 111 MVA"), ("NO", "987654321"),
        ("SE", "556000-0000"), ("SE", "111111-1111"), ("SE", "121212-1212"), ("SE", "1234567897"),
        ("SE", "SE000000000001"), ("DK", "12345678"), ("DK", "00000000"), ("DK", "DK 11111111"),
        ("FI", "1234567-1"), ("FI", "1234567-8"), ("FI", "0000000-0"), ("IS", "000000-0000"),
        ("DE", "000000000"), (None, "999999999"), ("GB", "12345678"),
    ],
)  # fmt: skip
def test_placeholders_are_no_numbers_whatever_their_check_digit(
    country: str | None, number: str
) -> None:
    assert clean_number(country, number) is None


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("SE", "556012-5790"), ("NO", "923609016"), ("DK", "25052943"), ("FI", "0112038-9"),
        ("GB", "SC095237"), ("DE", "HRB 12345"), ("SE", "212000-0142"), ("SE", "559248-0003"),
    ],
)  # fmt: skip
def test_sound_numbers_with_zeros_and_runs_are_none_of_them(country: str, number: str) -> None:
    assert not is_placeholder(number)


def test_columns_of_numbers_know_placeholders_too() -> None:
    countries = pl.Series(["NO", "NO", "SE", "FI", "DK"])
    numbers = pl.Series(["999999999", "923609016", "5560000000", "1234567-1", "11111111"])
    assert is_sound(countries, numbers).to_list() == [False, True, False, False, False]


def test_rows_with_a_placeholder_are_companies_of_their_own_and_counted() -> None:
    found = case("m02")
    assert found.accounts["name"].to_list() == [
        "Alfa Regnskap AS", "Beta Bygg AS", "Gamma Fisk AS", "Delta Energi AS",
    ]  # fmt: skip
    assert found.accounts["org_number"].to_list() == [None, None, None, "923609016"]
    (number,) = (one for one in found.report.columns if one.name == "org_number")
    assert (number.invalid, number.examples) == (3, ("000000000",))


def test_numbers_in_scientific_notation_are_unknown_and_nobody_is_merged_by_them() -> None:
    found = case("m29")
    assert found.accounts.height == 3
    assert found.accounts["org_number"].drop_nulls().to_list() == ["5560160680"]


def test_a_renamed_company_is_one_and_the_report_shows_its_names(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Navn;Orgnr;Poststed\nStadolje ASA;923609016;Oslo\nNordkraft ASA;923609016;\n",
    )
    assert found.accounts["name"].to_list() == ["Nordkraft ASA"]
    (one,) = found.report.numbers
    assert (one.number, one.names, one.merged) == (
        "NO-923609016", ("Stadolje ASA", "Nordkraft ASA"), True,
    )  # fmt: skip


def test_a_typing_error_in_a_name_is_no_news(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "Navn;Orgnr\nNordlys Regnskap AS;923609016\nNORDLYS REGNSKAPP;923609016\n"
    )
    assert (found.report.kept, found.report.numbers) == (1, ())


def test_two_names_and_two_sites_at_one_number_are_kept_apart_and_said(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Virksomhed;CVR-nr;Hjemmeside\nAlfa ApS;25052943;alfa.dk\nBeta A/S;25052943;beta.dk\n",
    )
    assert found.accounts["name"].to_list() == ["Alfa ApS", "Beta A/S"]
    assert found.accounts["account_id"].is_unique().all()
    (one,) = found.report.numbers
    assert (one.names, one.merged) == (("Alfa ApS", "Beta A/S"), False)


def test_a_number_that_was_filled_down_is_nobodys(tmp_path: Path) -> None:
    rows = "".join(f"{name} AB;556012-5790;Lund\n" for name in ("Alfa", "Beta", "Gamma", "Delta"))
    found = loaded(tmp_path, f"Företag;Orgnr;Ort\n{rows}Epsilon AB;556016-0680;Lund\n")
    assert found.accounts["org_number"].to_list() == [None, None, None, None, "5560160680"]
    assert found.report.disowned == {"SE-5560125790": 4}
    (number,) = (one for one in found.report.columns if one.name == "org_number")
    assert number.invalid == 4


def test_a_number_of_no_known_country_is_taken_where_one_register_alone_has_such(
    tmp_path: Path,
) -> None:
    found = loaded(tmp_path, "Company,National ID\nAlfa,923609016\nBeta,974760673\nGamma,13\n")
    assert found.accounts["account_id"][0] == "NO-923609016"


# Branches and lists of deals ----------------------------------------------------------------------


def test_a_branch_does_not_replace_the_head_office() -> None:
    found = case("m54")
    assert found.accounts.select("name", "city", "employees").rows() == [
        ("Alfa Bygg AB", "Malmö", 120)
    ]
    apart, _ = undo(found.accounts, found.members, "SE-5560125790")
    assert sorted(apart["city"]) == ["Kiruna", "Malmö"]


@pytest.mark.parametrize(
    ("branch", "head"),
    [
        ("Alfa Regnskap AS avd Bergen", "Alfa Regnskap AS"),
        ("Alfa Regnskap AS Bergen", "Alfa Regnskap AS"),
        ("Alfa Regnskap, afdeling Aarhus", "Alfa Regnskap A/S"),
        ("Alfa Oy Oulun toimipiste", "Alfa Oy"),
        ("Alfa Ltd, branch Oslo", "Alfa Ltd"),
        ("Alfa AB – Kiruna", "Alfa AB (publ)"),
        # A part whose word nobody knows: the other row's name and a place or an office behind it.
        ("Tallmo AB (Göteborg)", "Tallmo AB"),
        ("TallmoA AB (Göteborg)", "Tallmo AB"),
        ("Kauppahuone Lehto Oy / Oulun konttori", "Kauppahuone Lehto Oy"),
        ("Nordbo Gruppen Aalborg", "Nordbo Gruppen A/S"),
        ("Nordbo Gruppen, Bergen", "Nordbo Gruppen AS"),
        ("Alfa Regnskap AS, Bergen kontor", "Alfa Regnskap AS"),
        ("Alfa Regnskap / Lager Kongsvinger", "Alfa Regnskap AS"),
        ("Alfa Regnskap [Tromsø]", "Alfa Regnskap AS"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_head_offices_win_in_any_order_and_language(
    tmp_path: Path, branch: str, head: str, first: bool
) -> None:
    rows = [f'"{head}",923609016,Oslo,120,', f'"{branch}",923609016,Bergen,4,alfa.no']
    found = loaded(
        tmp_path,
        "Company,Org.nr,City,Employees,Domain\n" + "\n".join(rows if first else rows[::-1]) + "\n",
    )
    # What the branch knows of the company is kept, what it says of itself is not.
    assert found.accounts.select("name", "city", "employees", "domain").rows() == [
        (head, "Oslo", 120, "alfa.no")
    ]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Nordbo Gruppen A/S", "Nordbo Gruppen Aalborg A/S"), ("Sten AB", "Sten Fastigheter AB"),
        ("Hotell AS", "Hotell Bergen AS"), ("Kontor AS", "Kontor & Kopi AS"),
        ("Alfa AS", "Alfa AS (tidl. Beta AS)"),
    ],
)  # fmt: skip
def test_a_new_name_of_its_own_is_no_branch(tmp_path: Path, older: str, newer: str) -> None:
    found = loaded(
        tmp_path,
        f'Company,Org.nr,City,Employees\n"{older}",923609016,Oslo,120\n"{newer}",923609016,Bergen,4\n',
    )
    assert found.accounts.select("name", "city").rows() == [(newer, "Bergen")]


@pytest.mark.parametrize(
    ("branch", "head"),
    [
        ("Tallmo AB (Göteborg)", "Tallmo AB"), ("Nordbo Gruppen Aalborg", "Nordbo Gruppen A/S"),
        ("Lehto Oy / Oulun konttori", "Lehto Oy"), ("Nordbo, Bergen", "Nordbo AS"),
        ("Tallmo AB, Malmökontoret", "Tallmo AB"),
    ],
)  # fmt: skip
def test_a_branch_with_the_head_offices_domain_is_its(
    tmp_path: Path, branch: str, head: str
) -> None:
    found = loaded(
        tmp_path,
        f'Company,City,Employees,Domain\n"{head}",,120,alfa.com\n"{branch}",,4,alfa.com\n',
    )
    assert found.accounts.select("name", "employees").rows() == [(head, 120)]


def test_a_list_of_deals_becomes_one_account_a_company_and_says_so() -> None:
    found = case("m32")
    assert found.accounts["name"].to_list() == ["Alfa AB", "Beta AB"]
    (remark,) = found.report.files[0].remarks
    assert "list of deals" in remark
    assert "Opportunity Name" in remark


@pytest.mark.parametrize(
    "text",
    [
        "Deal Name,Company name,Deal Stage,Amount\nA,Alfa AB,x,1\nB,Alfa AB,y,2\nC,Beta AB,z,3\n",
        "dealname,company,dealstage,closedate\nA,Alfa AB,x,2025-01-01\nB,Alfa AB,y,\nC,Beta AB,z,\n",
        "Salgsmulighet;Firma;Fase\nA;Alfa AS;x\nB;Alfa AS;y\nC;Beta AS;z\n",
        "Affär;Företag;Säljsteg\nA;Alfa AB;x\nB;Alfa AB;y\nC;Beta AB;z\n",
        "Deal - Title,Stage,Deal - Expected close date,Company\na,b,,Alfa\nc,d,,Alfa\ne,f,,Beta\n",
    ],
)
def test_lists_of_deals_are_recognised_in_other_systems_and_languages(
    tmp_path: Path, text: str
) -> None:
    found = loaded(tmp_path, text)
    assert found.report.kept == 2
    assert any("list of deals" in one for one in found.report.files[0].remarks)


def test_companies_with_deals_in_their_headings_are_no_list_of_deals(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "Company name,Lifecycle Stage,Number of Associated Deals,Recent Deal Close Date\n"
        "Alfa AB,lead,2,2025-01-01\nAlfa AB,lead,1,2025-01-01\n",
    )
    assert found.report.files[0].remarks == ()
    assert found.report.kept == 2

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from icp_core.errors import ImportRefused
from icp_core.importing.cleaning import Rules
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.reference import currency

FIXTURES = Path(__file__).parent.parent / "fixtures"
NORWAY = Path(__file__).parents[2] / "data" / "companies" / "norway_register_sample.csv"
HEADER_90 = FIXTURES / "brreg_enheter_header_2026.csv"


def account(loaded: ImportResult, account_id: str) -> dict[str, object]:
    return loaded.accounts.row(by_predicate=pl.col("account_id") == account_id, named=True)


def register_of(path: Path) -> str | None:
    register = open_file(path).register
    return register.name if register else None


def norway_file(tmp_path: Path, *companies: dict[str, str], quoted: bool = True) -> Path:
    """A file of the 90-column layout with some companies in it."""
    headings = HEADER_90.read_text(encoding="utf-8").strip().strip('"').split('","')
    assert len(headings) == 90
    lines = ['"' + '","'.join(headings) + '"']
    lines += ['"' + '","'.join(c.get(h, "") for h in headings) + '"' for c in companies]
    path = tmp_path / "enheter.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def company(number: str, name: str, **more: str) -> dict[str, str]:
    return {
        "organisasjonsnummer": number,
        "navn": name,
        "organisasjonsform.kode": "AS",
        "naeringskode1.kode": "62.010",
        "forretningsadresse.landkode": "NO",
        "forretningsadresse.kommunenummer": "0301",
        "forretningsadresse.postnummer": "0151",
        "forretningsadresse.poststed": "OSLO",
    } | {key.replace("__", "."): value for key, value in more.items()}


def test_the_norwegian_sample_loads_by_name() -> None:
    loaded = run_import([NORWAY])
    assert register_of(NORWAY) == "enhetsregisteret"
    raw = pl.read_csv(NORWAY, infer_schema=False)
    dead = raw.filter(
        pl.any_horizontal(
            pl.col("konkurs", "underAvvikling", "underTvangsavviklingEllerTvangsopplosning")
            == "true"
        )
    ).height
    assert (loaded.report.read, loaded.report.rejected) == (1151, dead)
    assert loaded.report.kept == 1151 - dead
    headcounts = raw.filter(pl.col("antallAnsatte") != "").height
    given = next(c for c in loaded.report.columns if c.name == "employees").given
    assert given == headcounts == 325
    row = account(loaded, "NO-832175692")
    assert (row["name"], row["employees"], row["founded"]) == ("WAYS AS", 5, 2023)
    assert (row["industry"], row["municipality"], row["city"]) == ("62.01", "NO-0301", "Oslo")
    few = account(loaded, "NO-993534676")
    assert (few["employees"], few["employees_low"], few["employees_high"]) == (None, 1, 4)
    assert few["founded"] is None


def test_every_status_is_kept_when_asked() -> None:
    loaded = run_import([NORWAY], rules=Rules(keep_inactive=True))
    assert loaded.report.kept == 1151
    assert set(loaded.accounts["status"]) == {"active", "bankrupt", "dissolving"}


def test_a_branch_with_a_foreign_address_keeps_its_norwegian_number() -> None:
    loaded = run_import([NORWAY], rules=Rules(keep_inactive=True))
    assert loaded.accounts["account_id"].str.starts_with("NO-").all()
    assert loaded.accounts.filter(pl.col("country") == "SE").height > 0


def test_the_layout_of_2026_loads_and_leaves_persons_out(tmp_path: Path) -> None:
    path = norway_file(
        tmp_path,
        company("923609016", "NORDLYS AS", antallAnsatte="12", hjemmeside="www.nordlys.no"),
        company("832175692", "KARI NORDMANN", organisasjonsform__kode="ENK"),
        company("993534676", "KONKURSBO", organisasjonsform__kode="KBO"),
        company("920024785", "UTEN NÆRING AS", naeringskode1__kode="00.000"),
        company("920024786", "FEIL NUMMER AS"),
    )
    loaded = run_import([path])
    assert register_of(path) == "enhetsregisteret"
    assert loaded.accounts["account_id"].to_list() == ["NO-923609016", "NO-920024785"]
    assert account(loaded, "NO-923609016")["domain"] == "nordlys.no"
    assert account(loaded, "NO-920024785")["industry"] is None
    assert loaded.rejected.select("row", "reason").rows() == [
        (3, "left out: sole proprietor or person"),
        (4, "left out: an estate or joint ownership, no company"),
        (6, "the national number is not valid"),
    ]
    assert loaded.rejected["cells"].is_null().to_list() == [True, True, False]
    kept = run_import([path], rules=Rules(keep_persons=True))
    assert kept.report.kept == 4


def test_unescaped_quotes_in_the_register_shift_no_cells(tmp_path: Path) -> None:
    path = norway_file(
        tmp_path,
        company("923609016", "NORDLYS AS"),
        company("832175692", 'THE "KOS", BUTIKK AS'),
        company("993534676", "SOLGLØTT AS"),
    )
    loaded = run_import([path])
    assert loaded.accounts["name"].to_list() == ["NORDLYS AS", "SOLGLØTT AS"]
    assert loaded.rejected["row"].to_list() == [3]
    assert 'THE "KOS", BUTIKK AS' in loaded.rejected["cells"][0]


def test_headings_alone_say_that_there_are_no_rows() -> None:
    with pytest.raises(ImportRefused, match="no rows"):
        run_import([HEADER_90])


def test_the_accounts_join_the_register_on_the_national_number(tmp_path: Path) -> None:
    path = norway_file(
        tmp_path,
        company("923609016", "NORDLYS ASA"),
        company("974760673", "HOLDING AS"),
        company("993534676", "SOLGLØTT AS"),
    )
    loaded = run_import([path, FIXTURES / "brreg_regnskap.json"])
    end = date(2024, 12, 31)
    dollar, krone = currency.rate("USD", on=end), currency.rate("NOK", on=end)
    row = account(loaded, "NO-923609016")
    assert row["revenue"] == pytest.approx(72_543_000_000 * dollar.value)
    assert row["operating_profit"] == pytest.approx(10_347_000_000 * dollar.value)
    assert row["net_profit"] == pytest.approx(8_141_000_000 * dollar.value)
    assert row["margin"] == pytest.approx(10_347 / 72_543)
    assert (row["currency"], row["revenue_original"]) == ("USD", 72_543_000_000)
    assert (row["fiscal_year"], row["rate_date"]) == (2024, dollar.date)
    holding = account(loaded, "NO-974760673")
    # An empty driftsinntekter is unknown, not zero.
    assert holding["revenue"] is None
    assert holding["operating_profit"] == pytest.approx(-80_000 * krone.value)
    assert account(loaded, "NO-993534676")["revenue"] is None
    assert (loaded.report.read, loaded.report.kept, loaded.report.merged) == (5, 3, 2)


def test_figures_without_a_company_are_rejected(tmp_path: Path) -> None:
    path = norway_file(tmp_path, company("923609016", "NORDLYS ASA"))
    loaded = run_import([path, FIXTURES / "brreg_regnskap.json"])
    assert loaded.rejected.select("file", "row", "reason").rows() == [
        ("brreg_regnskap.json", 2, "no company of that national number in the other files")
    ]


def test_figures_alone_have_no_names() -> None:
    with pytest.raises(ImportRefused, match="together with the register"):
        run_import([FIXTURES / "brreg_regnskap.json"])


def test_bolagsverket_loads_by_name() -> None:
    loaded = run_import([FIXTURES / "bolagsverket_bulk.txt"])
    assert register_of(FIXTURES / "bolagsverket_bulk.txt") == "bolagsverket"
    row = account(loaded, "SE-5566778899")
    assert (row["name"], row["legal_form"], row["founded"]) == ("Exempel Sverige AB", "AB", 2020)
    assert (row["postcode"], row["city"], row["municipality"]) == ("11122", "Stockholm", "SE-0180")
    assert (row["status"], row["country"]) == ("active", "SE")
    assert row["activity"] == "Konsultverksamhet inom IT"


def test_scb_loads_by_name_and_opted_out_companies_are_flagged(tmp_path: Path) -> None:
    path = FIXTURES / "scb_bulk_latin1.txt"
    assert register_of(path) == "scb"
    row = account(run_import([path]), "SE-5566778899")
    assert (row["name"], row["legal_form"], row["industry"]) == (
        "EXEMPEL SVERIGE AB",
        "AB",
        "62.01",
    )
    assert (row["marketing_opt_out"], row["founded"], row["status"]) == (False, 2020, "active")
    header, line = path.read_bytes().decode("latin-1").splitlines()
    headings, cells = header.split("\t"), line.split("\t")

    def changed(**values: str) -> str:
        return "\t".join(values.get(h, c) for h, c in zip(headings, cells, strict=True))

    more = tmp_path / "scb.txt"
    rows = [
        header,
        changed(PeOrgNr="165560125790", Reklamsparrtyp="2"),
        changed(PeOrgNr="196408233234", JurForm="10"),
        changed(FtgStat="9"),
    ]
    more.write_bytes("\r\n".join(rows).encode("latin-1"))
    loaded = run_import([more])
    assert loaded.accounts.select("account_id", "marketing_opt_out").rows() == [
        ("SE-5560125790", True)
    ]
    assert loaded.report.reasons == {
        "left out: sole proprietor or person": 1,
        "left out: deregistered, not active": 1,
    }


def test_prh_loads_by_name_with_the_name_in_force() -> None:
    loaded = run_import([FIXTURES / "prh_v3.json"])
    row = account(loaded, "FI-2646674-9")
    assert (row["name"], row["legal_form"], row["founded"]) == ("Wolt Oy", "OY", 2014)
    assert (row["city"], row["postcode"], row["municipality"]) == ("Helsinki", "00100", "FI-091")
    # 96.99 is a class of NACE Rev. 2.1 only.
    assert (row["industry"], row["industry_revision"]) == ("96.99", "2.1")
    assert row["as_of"] == date(2026, 1, 2)


def test_cvr_loads_by_name_with_bands_and_protection_from_advertising() -> None:
    loaded = run_import([FIXTURES / "cvr_elastic.json"])
    row, large = account(loaded, "DK-25052943"), account(loaded, "DK-10150817")
    assert (row["name"], row["legal_form"]) == ("EKSEMPEL DATA ApS", "APS")
    assert (row["employees"], row["employees_low"], row["employees_high"]) == (None, 20, 49)
    assert (large["employees_low"], large["employees_high"]) == (1000, None)
    assert (row["marketing_opt_out"], large["marketing_opt_out"]) == (True, False)
    assert (row["municipality"], row["postcode"], row["industry"]) == ("DK-0101", "2100", "62.02")
    assert (row["founded"], row["status"]) == (1999, "active")


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("UNDER KONKURS", "bankrupt"),
        ("UNDERFRIVILLIGLIKVIDATION", "dissolving"),
        ("OPLØSTEFTERFUSION", "deregistered"),
        ("TVANGSOPLØST", "deregistered"),
        ("FREMTID", None),
        ("A new word", None),
    ],
)
def test_a_status_of_cvr_that_is_not_known_stays_unknown(
    tmp_path: Path, written: str, status: str | None
) -> None:
    hit = json.loads((FIXTURES / "cvr_elastic.json").read_text(encoding="utf-8"))["hits"]["hits"][0]
    hit["_source"]["Vrvirksomhed"]["virksomhedMetadata"]["sammensatStatus"] = written
    path = tmp_path / "cvr.jsonl"
    path.write_text(json.dumps(hit) + "\n" + json.dumps(hit) + "\n", encoding="utf-8")
    loaded = run_import([path], rules=Rules(keep_inactive=True))
    assert loaded.accounts["status"].to_list() == [status]


@pytest.mark.parametrize(
    ("code", "ended", "situation", "status"),
    [
        ("1", None, None, "active"),
        ("1", None, "KONK", "bankrupt"),
        ("1", None, "SELTILA", "dissolving"),
        ("1", None, "SANE", "dissolving"),
        ("4", None, None, "deregistered"),
        ("1", "2024-01-31", None, "deregistered"),
        ("3", None, None, None),
    ],
)
def test_what_prh_says_of_a_company_becomes_its_status(
    tmp_path: Path, code: str, ended: str | None, situation: str | None, status: str | None
) -> None:
    record = json.loads((FIXTURES / "prh_v3.json").read_text(encoding="utf-8"))
    record = record["companies"][0] if "companies" in record else record
    record |= {"tradeRegisterStatus": code, "endDate": ended}
    record["companySituations"] = [{"type": situation}] if situation else []
    path = tmp_path / "prh.json"
    path.write_text(json.dumps([record]), encoding="utf-8")
    loaded = run_import([path], rules=Rules(keep_inactive=True))
    assert loaded.accounts["status"].to_list() == [status]


def test_cvr_as_one_record_a_line_reads_alike(tmp_path: Path) -> None:
    hits = json.loads((FIXTURES / "cvr_elastic.json").read_text(encoding="utf-8"))["hits"]["hits"]
    path = tmp_path / "cvr.jsonl"
    path.write_text("\n".join(json.dumps(hit) for hit in hits), encoding="utf-8")
    one = run_import([path]).accounts.drop("source")
    assert one.equals(run_import([FIXTURES / "cvr_elastic.json"]).accounts.drop("source"))

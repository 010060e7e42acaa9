import os
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from icp_core.errors import ImportRefused
from icp_core.importing import customers, library, refresh
from icp_core.importing.cleaning import Rules
from icp_core.importing.customers import match, read_deals, with_customers
from icp_core.importing.duplicates import INTO, undo
from icp_core.importing.library import Library
from icp_core.importing.load import ImportResult, load, open_file, run_import
from icp_core.importing.tables import Progress
from icp_core.paths import data_directory

FIXTURES = Path(__file__).parent.parent / "fixtures"


def loaded_from(tmp_path: Path, text: str, name: str = "list.csv") -> ImportResult:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return run_import([path])


def merged(loaded: ImportResult) -> list[tuple[object, ...]]:
    return loaded.accounts.select("account_id", "name").rows()


# Duplicates ---------------------------------------------------------------------------------------


def test_the_same_number_is_one_company_and_the_newest_value_that_is_not_blank_wins(
    tmp_path: Path,
) -> None:
    loaded = loaded_from(
        tmp_path,
        "Company,Org.nr,City,Employees,As of\n"
        "Old name AB,556677-8899,Malmö,10,2023-01-01\n"
        "New name AB,165566778899,,20,2025-01-01\n"
        "Middle AB,5566778899,Lund,,2024-01-01\n",
    )
    (row,) = loaded.accounts.to_dicts()
    assert (row["name"], row["employees"], row["city"]) == ("New name AB", 20, "Lund")
    assert (loaded.report.kept, loaded.report.merged) == (1, 2)
    assert loaded.report.merged_by == {"number": 1}


def test_different_numbers_are_never_one_company_even_with_one_domain_and_name(
    tmp_path: Path,
) -> None:
    loaded = loaded_from(
        tmp_path,
        "Company,Org.nr,Website,City\n"
        "Acme AB,5566778899,acme.se,Lund\n"
        "Acme AB,5560125790,acme.se,Lund\n"
        "Acme AB,,acme.se,Lund\n",
    )
    # The row without a number is the first one's; a chain over it does not tie the two together.
    assert loaded.accounts["org_number"].to_list() == ["5566778899", "5560125790"]
    assert loaded.report.merged == 1


def test_one_domain_is_one_company_unless_the_names_are_of_a_group(tmp_path: Path) -> None:
    loaded = loaded_from(
        tmp_path,
        "Company,Website,Country\n"
        "Acme AB,https://www.acme.se/om,SE\n"
        "Acme Sverige AB,acme.se,SE\n"
        "Hexagon Composites ASA,hexagongroup.com,NO\n"
        "Hexagon Purus ASA,hexagongroup.com,NO\n",
    )
    assert loaded.report.merged_by == {"domain": 1}
    assert len(loaded.accounts) == 3
    assert loaded.accounts["account_id"].is_unique().all()


def test_alike_names_in_one_place_are_one_company_in_two_places_they_are_not(
    tmp_path: Path,
) -> None:
    loaded = loaded_from(
        tmp_path,
        "Company,City,Country\n"
        "Nordlys Regnskap AS,Oslo,NO\n"
        "NORDLYS REGNSKAPP,Oslo,NO\n"
        "Nordlys Regnskap AS,Bergen,NO\n"
        "Nordlys Revisjon AS,Oslo,NO\n",
    )
    assert loaded.report.merged_by == {"name": 1}
    assert len(loaded.accounts) == 3
    assert loaded.accounts["account_id"].is_unique().all()


def test_names_that_differ_in_a_number_are_two_companies(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    names = [
        *(f"Bolag {n:02} AB" for n in range(30)),
        "Kvarteret Eken 4 AB",
        "Kvarteret Eken 14 AB",
    ]
    names += [
        f"{of} {which} AS"
        for of, those in (
            ("Fjord Eiendom", ("I", "II", "III")),
            ("Solvik Invest", ("IV", "VI")),
            ("Nordhavn Gruppen", ("Øst", "Vest", "Nord", "Sør")),
            ("Havnegata Næringsbygg", "AB"),
        )
        for which in those
    ]
    path.write_text("\n".join(["name,city,country", *(f"{name},Lund,SE" for name in names)]))
    assert run_import([path]).report.kept == len(names)


def test_a_merge_can_be_undone(tmp_path: Path) -> None:
    loaded = loaded_from(
        tmp_path, "Company,Org.nr,City\nA AB,5566778899,Malmö\nB AB,5566778899,Lund\nC,,Oslo\n"
    )
    apart, left = undo(loaded.accounts, loaded.members, "SE-5566778899")
    assert left.is_empty()
    assert sorted(apart["name"]) == ["A AB", "B AB", "C"]
    assert sorted(apart.filter(pl.col("name") != "C")["city"]) == ["Lund", "Malmö"]
    assert apart["account_id"].is_unique().all()
    assert set(loaded.members[INTO]) == {"SE-5566778899"}


_GROUP = (
    "Company,Org.nr,Website,Country,Employees,As of\n"
    "Hexagon Composites ASA,923609016,hexagongroup.com,NO,100,2024-01-01\n"
    "Hexagon Purus ASA,993534676,hexagongroup.com,NO,50,2025-01-01\n"
    "Hexagon Ragasco,,hexagongroup.com,NO,,2023-01-01\n"
    "Hexagon Sverige AB,,hexagongroup.com,SE,5,2025-01-01\n"
    "Alone AS,,alone.no,NO,7,2025-01-01\n"
)


def test_companies_of_one_domain_that_were_kept_apart_are_counted_and_listed(
    tmp_path: Path,
) -> None:
    report = loaded_from(tmp_path, _GROUP).report
    assert (report.kept, report.merged, report.apart) == (5, 0, 2)
    assert [(one.name, one.other_name, one.differ) for one in report.apart_listed] == [
        ("Hexagon Composites ASA", "Hexagon Purus ASA", "national number"),
        ("Hexagon Composites ASA", "Hexagon Ragasco", "name"),
    ]
    assert '"apart": 2' in report.to_json()


def test_they_are_one_company_if_that_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "group.csv"
    path.write_text(_GROUP, encoding="utf-8")
    loaded = run_import([path], rules=Rules(merge_shared=True))
    # Name and number of the first; the newest headcount that is not blank. Another country stays.
    assert loaded.accounts.select("org_number", "name", "employees").rows() == [
        ("923609016", "Hexagon Composites ASA", 50),
        (None, "Hexagon Sverige AB", 5),
        (None, "Alone AS", 7),
    ]
    report = loaded.report
    assert (report.read, report.kept, report.merged, report.apart) == (5, 3, 2, 0)
    assert report.merged_by == {"shared domain": 1}
    assert "because that was chosen" in report.merge_rule


def test_they_are_merged_later_with_their_deals_and_come_apart_as_they_were(
    tmp_path: Path,
) -> None:
    kept = Library(tmp_path / "data")
    twice = _GROUP + "Hexagon Composites,923609016,,NO,110,2025-01-01\n"
    entry = kept.save(loaded_from(tmp_path, twice), "Groups")
    before = kept.open(entry.key).frame.sort("account_id")
    deals = read_deals(b"org_number,country,outcome\n993534676,NO,won\n")
    kept.keep_outcomes(entry.key, match(deals, before).outcomes)
    before = kept.open(entry.key).frame.sort("account_id")
    kept.merge_shared(entry.key)
    one = kept.open(entry.key).frame.filter(pl.col("account_id") == "NO-923609016")
    assert one.select("employees", "is_customer").row(0) == (50, True)
    assert kept.outcomes(entry.key)["account_id"].to_list() == ["NO-923609016"]  # type: ignore[index]
    report = kept.report(entry.key)
    assert (report.read, report.kept, report.merged, report.apart) == (6, 3, 3, 0)
    with pytest.raises(ImportRefused, match="share a domain"):
        kept.merge_shared(entry.key)

    kept.take_apart(entry.key, "NO-923609016")
    assert kept.open(entry.key).frame.sort("account_id").equals(before)
    assert kept.outcomes(entry.key)["account_id"].to_list() == ["NO-993534676"]  # type: ignore[index]
    report = kept.report(entry.key)
    assert (report.kept, report.merged, report.apart) == (5, 1, 2)
    assert report.merged_by == {"number": 1}
    # What the national number had merged before comes apart as a second step.
    kept.take_apart(entry.key, "NO-923609016")
    assert kept.report(entry.key).kept == 6


def test_two_lists_become_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("Company,Org.nr,Employees\nA AB,5566778899,10\nB AB,5560125790,5\n")
    two.write_text("Bolagsnamn;Organisationsnummer;Anställda\nA AB;556677-8899;12\nC AB;;7\n")
    loaded = run_import([one, two])
    assert loaded.accounts.select("name", "employees").rows() == [
        ("A AB", 12),
        ("B AB", 5),
        ("C AB", 7),
    ]
    assert (loaded.report.read, loaded.report.merged) == (4, 1)


# Customers ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def accounts() -> pl.DataFrame:
    return run_import([FIXTURES / "bisnode.csv"]).accounts


def test_a_hubspot_export_loads_and_matches_by_the_name_in_the_deal(accounts: pl.DataFrame) -> None:
    outcomes = read_deals(FIXTURES / "hubspot_deals.csv")
    assert outcomes.system == "HubSpot"
    assert outcomes.rejected["row"].to_list() == [5]
    matches = match(outcomes, accounts)
    assert matches.matched.select("account_id", "outcome", "amount", "closed_on").rows() == [
        ("SE-5566778899", "won", 12_000.0, date(2025, 3, 31)),
        ("SE-5560125790", "lost", 8_000.0, date(2025, 2, 28)),
    ]
    assert matches.unmatched["name"].to_list() == ["Nobody Knows Ltd"]
    assert matches.rate == pytest.approx(2 / 3)


def test_a_salesforce_export_matches_without_legal_forms_and_a_loss_ends_no_customer(
    accounts: pl.DataFrame,
) -> None:
    outcomes = read_deals(FIXTURES / "salesforce_opportunities.csv")
    assert outcomes.system == "Salesforce"
    matches = match(outcomes, accounts)
    assert matches.rate == 1
    flagged = with_customers(accounts, matches.outcomes)
    assert dict(flagged.select("name", "is_customer").iter_rows()) == {
        "Exempel Sverige AB": True,
        "Volvo Provbolag AB": True,
        "Saknar Anställda AB": False,
    }


def test_a_pipedrive_export_brings_amounts_to_euros(accounts: pl.DataFrame) -> None:
    outcomes = read_deals(FIXTURES / "pipedrive_deals.csv")
    assert outcomes.system == "Pipedrive"
    rate = customers.currency.rate("SEK", on=date(2025, 3, 31)).value
    assert outcomes.rows["amount"].to_list() == [pytest.approx(110_000 * rate), 1000.0]


def test_our_template_loads_as_it_is_downloaded(accounts: pl.DataFrame) -> None:
    outcomes = read_deals(customers.template().encode(), name="template.csv")
    assert outcomes.system == "template"
    assert outcomes.rows["outcome"].to_list() == ["won", "churned"]
    assert outcomes.rows["products"].to_list() == [["Core"], ["Core", "Plus"]]
    assert match(outcomes, accounts).rate == 0


def test_the_latest_outcome_counts_and_a_churned_company_is_no_customer(
    accounts: pl.DataFrame,
) -> None:
    text = (
        "org_number,name,outcome,closed_on\n"
        "556677-8899,,won,2022-01-01\n556677-8899,,churned,2024-01-01\n"
        "5560125790,,churned,2022-01-01\n5560125790,,won,2024-01-01\n"
    )
    matches = match(read_deals(text.encode()), accounts)
    assert set(matches.matched["by"]) == {"number"}
    flagged = with_customers(accounts, matches.outcomes)
    assert flagged["is_customer"].to_list() == [False, True, False]


def test_namesakes_are_for_the_user_to_decide() -> None:
    accounts = pl.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "name": ["Acme AB", "ACME Aktiebolag", "Acme AS"],
            "country": ["SE", "SE", "NO"],
        }
    )
    outcomes = read_deals(b"name,country,outcome\nAcme,SE,won\nAcme,NO,won\n")
    matches = match(outcomes, accounts)
    assert matches.ambiguous.select("row", "candidates").rows() == [(2, ["a", "b"])]
    assert matches.matched.select("row", "account_id").rows() == [(3, "c")]
    decided = match(outcomes, accounts, decisions={2: "b"})
    assert decided.ambiguous.is_empty()
    assert decided.matched.select("row", "account_id", "by").rows() == [
        (2, "b", "user"),
        (3, "c", "name"),
    ]
    assert match(outcomes, accounts, decisions={2: None}).unmatched["row"].to_list() == [2]


def test_a_file_without_outcomes_is_refused() -> None:
    with pytest.raises(ImportRefused, match="no deal export"):
        read_deals(b"Company,City\nA,Oslo\n")


# Refresh ------------------------------------------------------------------------------------------


def test_a_newer_load_shows_what_changed_and_keeps_what_was_decided() -> None:
    old = pl.DataFrame(
        {
            "account_id": ["a", "b", "c"],
            "name": ["A", "B", "C"],
            "employees": [10, 100, None],
            "revenue": [1e6, 1e6, 1e6],
            "owner": ["Kim", None, "Lee"],
        }
    )
    new = pl.DataFrame(
        {
            "account_id": ["a", "b", "d"],
            "name": ["A", "B", "D"],
            "employees": [20, 105, 5],
            "revenue": [1e6, 5e5, 1e6],
        }
    )
    changes = refresh.compare(old, new)
    assert changes.new["account_id"].to_list() == ["d"]
    assert changes.gone["account_id"].to_list() == ["c"]
    assert changes.moved.select("account_id", "column", "before", "after", "change").rows() == [
        ("a", "employees", 10.0, 20.0, 1.0),
        ("b", "revenue", 1e6, 5e5, -0.5),
    ]
    assert refresh.carry_over(old, new)["owner"].to_list() == ["Kim", None, None]


# Library ------------------------------------------------------------------------------------------


def test_a_universe_is_kept_renamed_replaced_and_deleted(tmp_path: Path) -> None:
    kept = Library(tmp_path / "data")
    first = loaded_from(tmp_path, "Company,City\nA,Oslo\n,Bergen\n")
    entry = kept.save(first, "Våre kunder")
    assert (entry.label, entry.rows, entry.files) == ("Våre kunder", 1, ("list.csv",))
    assert kept.open(entry.key).frame["name"].to_list() == ["A"]
    assert kept.report(entry.key) == first.report
    assert kept.rejected(entry.key)["row"].to_list() == [3]
    assert kept.rename(entry.key, "Kunder 2026").key == entry.key
    second = loaded_from(tmp_path, "Company,City\nB,Oslo\nC,Oslo\n")
    again = kept.save(second, "Kunder 2026", replacing=entry.key)
    assert [e.key for e in kept.lists()] == [entry.key]
    assert sorted(kept.open(again.key).frame["name"]) == ["B", "C"]
    assert len(list((tmp_path / "data" / "universes" / entry.key).iterdir())) == 2
    kept.delete(entry.key)
    assert kept.lists() == ()
    with pytest.raises(ImportRefused, match="no imported list"):
        kept.open(entry.key)


def test_a_load_that_fails_half_way_leaves_the_old_one_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Library(tmp_path / "data")
    entry = kept.save(loaded_from(tmp_path, "Company,City\nA,Oslo\n"), "Customers")
    newer = loaded_from(tmp_path, "Company,City\nB,Oslo\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library, "_replace", full)
    with pytest.raises(ImportRefused, match="No space left"):
        kept.save(newer, "Customers", replacing=entry.key)
    monkeypatch.undo()
    assert kept.open(entry.key).frame["name"].to_list() == ["A"]
    assert len(list((tmp_path / "data" / "universes" / entry.key).iterdir())) == 2


def test_what_a_killed_program_left_half_written_goes_at_a_later_load(tmp_path: Path) -> None:
    kept = Library(tmp_path / "data")
    entry = kept.save(loaded_from(tmp_path, "Company,City\nA,Oslo\n"), "Customers")
    universes = tmp_path / "data" / "universes"
    old = universes / "killed-1" / "0123456789abcdef"
    recent = universes / "busy-1" / "0123456789abcdef"
    for folder in (old, recent):
        folder.mkdir(parents=True)
    long_ago = datetime.now(UTC).timestamp() - 90_000
    os.utime(old, (long_ago, long_ago))
    os.utime(universes / entry.key / entry.version, (long_ago, long_ago))
    kept.save(loaded_from(tmp_path, "Company,City\nB,Oslo\n"), "Others")
    assert (old.exists(), recent.exists()) == (False, True)
    assert kept.open(entry.key).frame["name"].to_list() == ["A"]


def test_a_cancelled_load_stops_between_batches(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company,City\n" + "".join(f"Firma {i},Oslo\n" for i in range(50)))

    class CancelledError(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.step.startswith("Merging"):
            raise CancelledError

    with pytest.raises(CancelledError):
        load([open_file(path)], on_progress=stop)


def test_only_mappings_that_a_person_corrected_are_remembered(tmp_path: Path) -> None:
    kept = Library(tmp_path / "data")
    path = tmp_path / "list.csv"
    path.write_text("Company,Weird\nA,5\n", encoding="utf-8")
    source = open_file(path)
    kept.save(load([source]), "As guessed")
    assert kept.remembered() == {}
    corrected = source.mapping.changing("Weird", column="employees", kind=None)
    kept.save(load([source.with_mapping(corrected)]), "As corrected")
    assert kept.remembered() == {corrected.fingerprint: corrected}
    assert open_file(path, remembered=kept.remembered()).mapping == corrected


def customers_of(kept: Library, key: str) -> dict[str, bool | None]:
    return dict(kept.open(key).frame.select("name", "is_customer").iter_rows())


def test_outcomes_stay_with_a_universe_through_a_newer_load_and_can_be_replaced(
    tmp_path: Path,
) -> None:
    kept = Library(tmp_path / "data")
    entry = kept.save(loaded_from(tmp_path, "Company,City\nA,Oslo\nB,Oslo\nC,Oslo\n"), "List")
    assert kept.outcomes(entry.key) is None
    accounts = kept.open(entry.key).frame

    def keep(text: str) -> None:
        matches = match(read_deals(text.encode()), accounts)
        kept.keep_outcomes(entry.key, matches.outcomes)

    keep("name,outcome,amount\nA,won,10\nB,lost,20\n")
    assert customers_of(kept, entry.key) == {"A": True, "B": False, "C": False}
    (first, second) = kept.outcomes(entry.key).select("outcome", "amount").rows()  # type: ignore[union-attr]
    assert (first, second) == (("won", 10.0), ("lost", 20.0))

    newer = loaded_from(tmp_path, "Company,City\nA,Oslo\nD,Oslo\n")
    kept.save(newer, "List", replacing=entry.key)
    assert customers_of(kept, entry.key) == {"A": True, "D": False}
    assert kept.find(entry.key).outcomes == 2

    keep("name,outcome\nD,won\n")
    accounts = kept.open(entry.key).frame
    keep("name,outcome\nD,won\n")
    assert customers_of(kept, entry.key) == {"A": False, "D": True}
    more = kept.outcomes(entry.key)
    kept.keep_outcomes(entry.key, more.with_columns(outcome=pl.lit("active")), adding=True)  # type: ignore[union-attr]
    kept.keep_outcomes(entry.key, more, adding=True)  # type: ignore[arg-type]
    assert kept.outcomes(entry.key)["outcome"].to_list() == ["active", "won"]  # type: ignore[index]
    kept.keep_outcomes(entry.key, kept.outcomes(entry.key).clear())  # type: ignore[union-attr]
    assert kept.outcomes(entry.key) is None
    assert customers_of(kept, entry.key) == {"A": False, "D": None}


def test_merged_rows_are_taken_apart_and_the_report_still_adds_up(tmp_path: Path) -> None:
    kept = Library(tmp_path / "data")
    loaded = loaded_from(
        tmp_path, "Company,Website,City\nAcme AB,acme.se,Lund\nAcme,acme.se,\nOther,,Lund\n"
    )
    entry = kept.save(loaded, "List")
    merged_into = kept.members(entry.key)[INTO][0]
    changed = kept.take_apart(entry.key, merged_into)
    assert changed.version != entry.version
    assert sorted(kept.open(entry.key).frame["name"]) == ["Acme", "Acme AB", "Other"]
    report = kept.report(entry.key)
    assert (report.read, report.kept, report.merged) == (3, 3, 0)
    assert kept.rejected(entry.key).is_empty()
    with pytest.raises(ImportRefused, match="No rows were merged"):
        kept.take_apart(entry.key, merged_into)


def test_keys_never_lead_out_of_the_directory(tmp_path: Path) -> None:
    kept = Library(tmp_path / "data")
    for key in ("../x", "/etc", "", "."):
        with pytest.raises(ImportRefused):
            kept.delete(key)
    entry = kept.save(loaded_from(tmp_path, "Company,City\nA,Oslo\n"), "../../etc/passwd")
    assert (tmp_path / "data" / "universes" / entry.key).is_dir()
    assert entry.loaded_at <= datetime.now(UTC)


def test_the_data_directory_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICP_DATA_DIR", str(tmp_path))
    assert data_directory() == tmp_path
    monkeypatch.delenv("ICP_DATA_DIR")
    assert data_directory().name == "target-account-planning"


@pytest.mark.parametrize(
    "names",
    [
        ("Sten AB", "Sten Fastigheter AB", "Sten Holding AB"),
        ("Nordvik AS", "Nordvik Eiendom AS"),
        ("Berg Gruppen ApS", "Berg ApS"),
        ("Virta Oy", "Virta Palvelut Oy", "Virta Kiinteistöt Oy"),
        ("Acme Ltd", "Acme Nordic Ltd"),
        ("Salmon Farm AS", "Salmon Farm Nord AS"),
        ("Alfa Norge AB", "Alfa AB"),
    ],
)
def test_a_word_more_is_another_company_of_the_group(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    rows = "".join(f"{name},acme.com,SE,\n" for name in names)
    found = loaded_from(tmp_path, f"Company,Website,Country,City\n{rows}")
    assert sorted(found.accounts["name"]) == sorted(names)
    assert found.report.apart == len(names) - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norrlands Åkeri AB", "Norrlands Akeri AB"),
        ("Åkeri AB", "Akeri AB"),
        ("Berg & Dal AB", "Berg och Dal AB"),
        ("Hav og Land AS", "Hav & Land AS"),
        ("Metsä ja Maa Oy", "Metsa & Maa Oy"),
        ("Smith and Sons Ltd", "Smith & Sons Limited"),
        ("Brødrene Østby AS", "Brodrene Ostby AS"),
        ("Acme AB", "Acme Sverige AB"),
        ("Alfa AB", "Alfa AB filial Kiruna"),
        ("Alfa Bygg AB", "ALFA BYGG AKTIEBOLAG"),
    ],
)
def test_spelling_and_makes_no_other_company(tmp_path: Path, one: str, other: str) -> None:
    text = f"Company,Website,Country,City\n{one},acme.com,SE,\n{other},acme.com,SE,\n"
    assert loaded_from(tmp_path, text).report.merged == 1


def test_spelling_makes_no_other_company_in_one_place_either(tmp_path: Path) -> None:
    text = "Company,Country,City\nÖrn & Son AB,SE,Lund\nOrn och Son AB,SE,Lund\nOrre AB,SE,Lund\n"
    assert loaded_from(tmp_path, text).report.kept == 2

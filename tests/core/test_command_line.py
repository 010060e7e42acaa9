"""The command line as a script would use it: a real process, its streams and its exit code."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import polars as pl
import pytest
from pypdf import PdfReader

from icp_core.__main__ import main
from icp_core.analysis.costs import costs
from icp_core.analysis.interviews import InterviewKind
from icp_core.analysis.proven import Proven
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.intervals import Estimate
from icp_core.profiles.brief import Brief
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Criterion, Profile, Range
from icp_core.profiles.starters import starter
from icp_core.reference.numbers import number
from icp_core.sources import load
from icp_core.workspace import Status, Workspace

ROOT = Path(__file__).resolve().parents[2]
PROFILES = ROOT / "data" / "profiles"
LINKEDIN = (
    b"companyname,companywebsite,companyemaildomain,linkedincompanypageurl,stocksymbol,"
    b"industry,city,state,companycountry,zipcode\r\n"
)


def process(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "icp_core", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def run(*arguments):
    """The same in this process, where nothing depends on its being another."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def test_the_linkedin_file_of_the_listed_companies_has_the_exact_header(tmp_path):
    out = tmp_path / "l.csv"
    profile = PROFILES / "listed-by-domain.json"
    done = process(
        *("export", "--accounts", "listed", "--profile", profile),
        *("--format", "linkedin", "--out", out),
    )
    assert (done.returncode, done.stderr) == (0, "")
    content = out.read_bytes()
    assert content.startswith(LINKEDIN)
    evaluation = Scoreboard(load("listed")).evaluate(starter("listed-by-domain").profile)
    ranked = evaluation.market.in_a_tier
    assert len(list(csv.reader(content.decode().splitlines()))) == ranked + 1


@pytest.mark.parametrize(("accounts", "count"), [("norway", 1133), ("demo", 24714)])
def test_score_prints_one_json_object_and_nothing_else(accounts, count):
    done = process("score", "--accounts", accounts, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["universe"] == count
    assert answer["matching"] + answer["possible"] + answer["failing"] == count
    assert answer["fictional"] is (accounts == "demo")
    assert len(answer["best"]) == 10
    for best in answer["best"]:
        assert sum(best["points"].values()) == pytest.approx(best["score"], abs=0.01)


def test_score_tells_a_reader_the_same_numbers(capsys):
    assert main(["score", "--accounts", "demo", "--rows", "1"]) == 0
    shown = capsys.readouterr().out
    evaluation = Scoreboard(load("demo")).evaluate(starter("nordic-software").profile)
    assert f"TAM: {number(len(evaluation.matches))}–" in shown
    assert "FICTIONAL" in shown


def test_the_costs_are_those_of_the_dashboard(capsys):
    assert main(["score", "--accounts", "demo:4000", "--costs", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    evaluation = Scoreboard(load("demo:4000")).evaluate(starter("nordic-software").profile)
    assert [(cost["column"], cost["gained_if_loosened"]) for cost in answer["costs"]] == [
        (cost.gate.criterion.column, cost.gained_if_loosened) for cost in costs(evaluation)
    ]
    first, *_rest, last = answer["attrition"]
    everybody = answer["universe"]
    assert first == {"criterion": None, "matching": everybody, "possible": 0, "lost": 0}
    assert (last["matching"], last["possible"]) == (answer["matching"], answer["possible"])
    assert main(["score", "--accounts", "demo:4000", "--costs"]) == 0
    shown = capsys.readouterr().out
    assert "What loosening each by one step brings" in shown
    assert f"{number(len(evaluation.matches))} match" in shown


def test_a_team_is_held_against_the_market(capsys):
    command = ["score", "--accounts", "demo:4000", "--team", "2x2000"]
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"]["hours"]["available"] == 4_000
    needed = found["verdict"]["hours"]["needed"]
    assert 0 < needed["low"] <= needed["high"] < 4_000
    assert found["verdict"]["sam"] == found["tam"]
    assert found["verdict"]["breadth"] == "too_narrow"
    columns = {gate["column"] for gate in found["gates"]}
    changes = found["verdict"]["changes"]
    assert changes and {change["column"] for change in changes} <= columns
    assert main(command) == 0
    assert "hours of the 4\u202f000 a year" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["score", "--accounts", "demo:4000", "--team", "three"])


def test_a_fictional_export_is_named_so_wherever_it_is_written(tmp_path, capsys):
    out = tmp_path / "list.csv"
    assert main(["export", "--accounts", "demo", "--format", "hubspot", "--out", str(out)]) == 0
    assert not out.exists()
    assert (tmp_path / "FICTIONAL-list.csv").exists()
    assert "FICTIONAL-list.csv" in capsys.readouterr().out


def test_an_export_under_the_minimum_says_how_many_and_what_would_raise_it(tmp_path, capsys):
    out = tmp_path / "n.csv"
    assert main(["export", "--accounts", "norway", "--format", "linkedin", "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert "300" in error and "282" in error and "add tiers" in error
    assert not out.exists()


def test_tiers_and_countries_narrow_the_file(tmp_path):
    arguments = [
        "export",
        "--accounts",
        "demo",
        "--format",
        "csv",
        "--json",
        "--out",
        str(tmp_path),
    ]
    assert main([*arguments, "--tiers", "A", "--countries", "FI"]) == 0
    (file,) = tmp_path.iterdir()
    rows = pl.read_csv(file, infer_schema=False)
    evaluation = Scoreboard(load("demo")).evaluate(starter("nordic-software").profile)
    page = evaluation.rows(evaluation.best(10_000))
    expected = page.filter(tier="A", country="FI")["name"].to_list()
    assert rows["Name"].to_list() == expected
    workings = [name for name in rows.columns if name.startswith(("Fit", "Passes", "State"))]
    assert workings == [], "how a score came about is not part of an account list"


BROKEN = {
    "not json": "{",
    "another version": '{"schema_version": 9, "name": "Later"}',
    "edges that fall": Profile(
        name="Falling",
        criteria=(Criterion(column="employees", role="must_have", fit=Range.between(5, 9)),),
    )
    .to_json()
    .replace('"b": 5.0', '"b": 50.0'),
    "a column that is not there": Profile(
        name="Elsewhere",
        criteria=(Criterion(column="azure_spend", role="must_have", fit=Range.between(5, 9)),),
    ).to_json(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_bad_profile_is_one_line_and_exit_code_2(tmp_path, capsys, content):
    path = tmp_path / "p.json"
    path.write_text(content)
    assert main(["score", "--accounts", "listed", "--profile", str(path)]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith("error: ") and streams.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "--accounts", "nowhere"],
        ["score", "--accounts", "demo:0"],
        ["score", "--accounts", "demo", "--profile", "missing.json"],
        ["export", "--accounts", "demo", "--format", "csv", "--out", "x.csv", "--tiers", "Q"],
        ["export", "--accounts", "demo", "--format", "csv", "--out", "/nowhere/x.csv"],
        ["demo", "--rows", "0", "--out", "x.parquet"],
        ["demo", "--rows", "5", "--out", "/nowhere/x.parquet"],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, capsys):
    assert main(arguments) == 2
    streams = capsys.readouterr()
    assert streams.err.startswith("error: ") and streams.err.count("\n") == 1


def test_an_empty_list_says_so(tmp_path, capsys):
    path = tmp_path / "empty.parquet"
    pl.DataFrame(schema={"account_id": pl.String, "name": pl.String}).write_parquet(path)
    assert main(["score", "--accounts", str(path)]) == 2
    assert "no accounts" in capsys.readouterr().err


def test_a_profile_that_nothing_matches_is_an_answer(tmp_path, capsys):
    path = tmp_path / "p.json"
    path.write_text(
        Profile(
            name="Giants",
            criteria=(
                Criterion(column="employees", role="must_have", fit=Range.between(10**8, None)),
            ),
        ).to_json()
    )
    assert main(["score", "--accounts", "demo", "--profile", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["matching"] == 0 and answer["best"] == []
    assert answer["gates"][0]["gained_if_dropped"] == 24714


def test_demo_writes_a_universe_that_score_reads(tmp_path, capsys):
    path = tmp_path / "u.parquet"
    assert main(["demo", "--rows", "500", "--out", str(path)]) == 0
    capsys.readouterr()
    assert main(["score", "--accounts", str(path), "--include-inactive", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["universe"] == 500 and answer["fictional"] is True


def test_an_export_leaves_out_what_was_excluded_and_is_logged(tmp_path):
    export = ("export", "--accounts", "listed", "--format", "csv", "--out")
    assert run(*export, tmp_path / "all.csv").returncode == 0
    everyone = pl.read_csv(tmp_path / "all.csv", infer_schema=False)
    workspace = Workspace.open()
    evaluation = Scoreboard(load("listed")).evaluate(starter("listed-by-domain").profile)
    (best,) = evaluation.rows(evaluation.best(1))["account_id"]
    workspace.decide([best], status=Status.EXCLUDED, detail="Partner", author="Eva")

    out = tmp_path / "some.csv"
    done = run(*export, out, "--author", "Olav")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Excluded from the market: Partner" in done.stdout
    assert pl.read_csv(out, infer_schema=False).height == everyone.height - 1
    last, first = workspace.exports().to_dicts()
    assert (last["author"], last["accounts"]) == ("Olav", everyone.height - 1)
    assert last["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (first["accounts"], first["list_name"]) == (everyone.height, "listed")

    done = run(*export, out, "--ignore-decisions")
    assert pl.read_csv(out, infer_schema=False).height == everyone.height
    assert workspace.exports().height == 2


def test_a_score_leaves_out_what_was_excluded_unless_told_otherwise(tmp_path, capsys):
    universe = load("listed")
    evaluation = Scoreboard(universe).evaluate(starter("listed-by-domain").profile)
    ids = evaluation.rows(evaluation.best(2))["account_id"].to_list()
    failing = universe.frame["account_id"][int(evaluation.failing.rows[0])]
    Workspace.open().decide(
        [*ids, failing, "elsewhere"], status=Status.EXCLUDED, detail="Partner", author="Eva"
    )
    score = ["score", "--accounts", "listed"]
    assert main([*score, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["left_out"] == 3
    assert found["universe"] == len(universe) - 3
    assert found["matching"] == len(evaluation.matches) - 2
    assert set(ids).isdisjoint(row["account_id"] for row in found["best"])
    assert main(score) == 0
    assert "excluded and not counted: 3" in capsys.readouterr().out
    assert main([*score, "--ignore-decisions", "--json"]) == 0
    everybody = json.loads(capsys.readouterr().out)
    assert (everybody["left_out"], everybody["universe"]) == (0, len(universe))
    assert main([*score, "--ignore-decisions"]) == 0
    assert "excluded" not in capsys.readouterr().out

    connection = duckdb.connect(tmp_path / "u.duckdb")
    connection.register("arrow", universe.frame.to_arrow())
    connection.table("arrow").create("accounts")
    connection.close()
    engine = f"duckdb://{tmp_path}/u.duckdb?table=accounts"
    profile = ROOT / "data/profiles/listed-by-domain.json"
    for more in ([], ["--by", "region"]):
        command = ["score", "--accounts", engine, "--profile", str(profile), "--json", *more]
        assert main(command) == 0
        there = json.loads(capsys.readouterr().out)
        assert there["left_out"] == 3
        assert there["matching"] == found["matching"]


def test_a_score_without_its_workspace_says_how_to_do_without(own_workspace, capsys):
    own_workspace.mkdir()
    (own_workspace / "workspace.sqlite").write_bytes(b"not a database at all" * 99)
    assert main(["score", "--accounts", "listed"]) == 2
    assert "--ignore-decisions" in capsys.readouterr().err
    assert main(["score", "--accounts", "listed", "--ignore-decisions"]) == 0


def test_an_export_without_its_workspace_is_refused_unless_told_to_do_without(
    tmp_path, own_workspace
):
    own_workspace.mkdir()
    (own_workspace / "workspace.sqlite").write_bytes(b"not a database at all" * 99)
    out = tmp_path / "l.csv"
    export = ("export", "--accounts", "listed", "--format", "csv", "--out", out)
    done = run(*export)
    assert done.returncode == 2
    assert "not a workspace" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()
    assert run(*export, "--ignore-decisions").returncode == 0
    assert out.exists()


def test_territories_are_planned_with_a_bound_moves_and_a_file_of_every_account(tmp_path):
    team, out = tmp_path / "team.csv", tmp_path / "plan.csv"
    team.write_text("Name,Home,Hours\nAnna Berg,Stockholm,1000\nBo Dahl,Malmö,500\n")
    options = ("--accounts", "demo:6000", "--ignore-decisions", "--seconds", 2)
    done = run(
        "territories", *options, "--team", team, "--out", out, "--lock", "SE=Bo Dahl", "--json"
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["bound"] <= answer["value"]
    assert {one["name"] for one in answer["reps"]} == {"Anna Berg", "Bo Dahl"}
    assert {"hours", "potential_low", "potential_high", "km"} <= answer["reps"][0].keys()
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    planned = [row for row in rows if row["after"]]
    assert len(rows) - len(planned) == answer["left_out"]
    assert sum(one["accounts"] for one in answer["reps"]) == len(planned)
    assert {row["after"] for row in rows if row["country"] == "SE"} == {"Bo Dahl"}
    assert [(one["assumption"], one["change"]) for one in answer["if_off"][:3]] == [
        ("hours", -0.2), ("hours", 0.0), ("hours", 0.2),
    ]  # fmt: skip
    over = [row["name"] for row in answer["reps"] if row["hours"] > row["available"]]
    assert answer["if_off"][1]["over"] == over
    assert answer["price_of_balance"].keys() >= {"hours", "km", "at_risk"}


@pytest.mark.parametrize(
    ("team", "options", "says"),
    [
        ("Name,Home\nAnna,Stockholm\n", ("--lock", "SE=Nils"), "Nils, who is not in the team"),
        ("Name,Home\nAnna,Stockholm\n", ("--lock", "Anna"), "WHAT=REP"),
        ("Name,Home\nAnna,Stockholm\n", ("--lock", "XX-1=Anna"), "The lock XX-1=Anna names no"),
        ("Name,Home\nAnna,Stockholm\n", ("--disruption", "-1"), "disruption"),
        ("Name,Home\nAnna,Stockholm\n", ("--crm", "hubspot"), "Say with --out"),
        (
            "Name,Home\nAnna,Stockholm\n",
            ("--crm", "salesforce", "--out", "x.zip", "--territory-model", "Nordics"),
            "no Salesforce id",
        ),
    ],
)
def test_territories_that_cannot_be_planned_are_refused_in_a_sentence(
    tmp_path, capsys, team, options, says
):
    file = tmp_path / "team.csv"
    file.write_text(team)
    code = main(
        [
            "territories",
            "--accounts",
            "demo:1000",
            "--ignore-decisions",
            "--team",
            str(file),
            *options,
        ]
    )
    assert code == 2
    assert says in capsys.readouterr().err


def test_a_plan_is_written_for_a_crm_under_its_own_name_and_logged(tmp_path, capsys):
    users = tmp_path / "users.csv"
    users.write_text("User ID,First name,Last name,Email\n1,Alma,Demoberg,alma@team.example\n")
    given = ("territories", "--accounts", "demo:4000", "--seconds", "1", "--out", str(tmp_path))
    code = main([*given, "--crm", "hubspot", "--crm-export", str(users), "--author", "Eva"])
    assert code == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    (file,) = tmp_path.glob("*.zip")
    assert f"Written: {file}" in said and file.name.startswith("FICTIONAL-territories-hubspot-")
    assert "Contacts, deals, tickets" in said, "what stays behind is told"
    with zipfile.ZipFile(file) as packed:
        (name,) = (one for one in packed.namelist() if "by-domain" in one)
        rows = list(csv.DictReader(packed.read(name).decode().splitlines()))
    assert {row["Company owner"] for row in rows} == {"alma@team.example"}, "the only user"
    log = Workspace.open().exports().row(0, named=True)
    assert (log["author"], log["format"], log["file_name"]) == (
        "Eva", "territories for HubSpot", file.name
    )  # fmt: skip


def test_roles_of_the_buying_group_are_written_beside_the_companies(tmp_path, capsys):
    given = ["export", "--accounts", "demo:500", "--ignore-decisions", "--out", str(tmp_path)]
    roles = tmp_path / "roles.csv"
    assert main([*given, "--format", "hubspot", "--roles", str(roles)]) == 0
    assert f"Written: {roles}" in capsys.readouterr().out
    found = pl.read_csv(roles)["hs_buying_role"].to_list()
    assert {"DECISION_MAKER", "CHAMPION", "INFLUENCER", "BLOCKER"} == set(found)
    files = len(list(tmp_path.iterdir()))
    assert main([*given, "--format", "csv", "--roles", str(roles)]) == 2
    assert "HubSpot companies and Salesforce accounts only" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == files, "refused before anything is written"


@pytest.mark.parametrize("ending", ["pdf", "docx", "png"])
def test_the_one_page_is_written_in_each_format(tmp_path, ending):
    out = tmp_path / f"one-page.{ending}"
    profile = PROFILES / "listed-by-domain.json"
    done = run("document", "--accounts", "listed", "--profile", profile, "--out", out)
    assert (done.returncode, done.stdout) == (0, f"Written: {out}\n")
    assert (
        out.read_bytes()[:4] == {"pdf": b"%PDF", "docx": b"PK\x03\x04", "png": b"\x89PNG"}[ending]
    )


def test_the_one_page_says_what_its_saved_profile_was_asked_and_proven(tmp_path, own_workspace):
    mine = Profile(name="Økonomi", currency="NOK")
    brief = Brief(urgency="Before Easter")
    with closing(Workspace.open()) as workspace:
        workspace.save_profile(mine, brief=brief, author="Eva", why="", based_on=0, slug="first")
        # A namesake of its first name, with a talk of its own.
        renamed = mine.replace(name="Renamed")
        workspace.save_profile(renamed, brief=brief, author="Eva", why="", based_on=1, slug="first")
        workspace.save_profile(mine, author="Eva", why="", based_on=0, slug="okonomi")
        facts = {"kind": InterviewKind.BEST, "on_day": date(2026, 11, 27), "author": "Eva"}
        one = workspace.begin_interview("first", **facts)
        workspace.add_evidence(
            one.id, "In March", about="brief.urgency", supports=True, author="Eva"
        )
        for _talk in range(3):
            workspace.begin_interview("okonomi", **facts)
        found = Proven(Estimate(2.4, 1.6, 3.3), 104, 63, fictional=False, on=date(2026, 11, 26))
        workspace.keep_proof(found, list_name="listed", profile=renamed, author="Eva")
    file = tmp_path / "any name.json"
    file.write_text(Agreed(renamed, brief).to_json(), encoding="utf-8")

    def said(*options):
        out = tmp_path / "page.pdf"
        done = run("document", "--accounts", "listed", *options, "--out", out)
        assert done.returncode == 0, done.stderr
        text = " ".join(PdfReader(out).pages[0].extract_text().split())
        return text, done.stderr

    for options in (("--profile", file), ("--saved", "first")):
        text, notes = said(*options)
        assert "Before Easter (1 of 1 interviews)" in text
        assert "Customers interviewed: 1" in text
        assert "Tested on 104 companies" in text
        assert "Version 2" in text
        assert "no sample looked up yet" in notes
        assert "not tested" not in notes
    # Edited since: still the profile of that name, but no saved version, and not what was tested.
    edited = Agreed(renamed.replace(currency="SEK"), brief)
    file.write_text(edited.to_json(), encoding="utf-8")
    text, notes = said("--profile", file)
    assert "Customers interviewed: 1" in text
    assert "Not saved yet" in text
    assert "not tested on own deals yet: learn --profile" in notes
    file.write_text(Agreed(renamed.replace(name="Stranger")).to_json(), encoding="utf-8")
    text, notes = said("--profile", file)
    assert "No interviews yet" in text
    assert "not in the workspace, so no interviews are counted" in notes
    done = run("document", "--accounts", "listed", "--saved", "nobody", "--out", tmp_path / "x.pdf")
    assert done.returncode == 2
    assert "no profile nobody" in done.stderr


def test_the_one_page_is_of_no_other_format(tmp_path):
    done = process("document", "--accounts", "listed", "--out", tmp_path / "one-page.doc")
    assert done.returncode == 2
    assert done.stderr.endswith("has to end in .pdf, .docx or .png.\n")
    assert not list(tmp_path.iterdir())

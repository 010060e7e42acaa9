import io
from pathlib import Path

import pytest
import xlsxwriter

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team, km_between, rep, team_of
from icp_core.errors import ImportRefused, PlanError
from icp_core.importing.team_lists import meanings, read_team

ANNA = Rep(name="Anna Berg", email="anna@example.com", home="SE-0180", hours=1_200)
NILS = Rep(name="Nils Dahl", home="NO-0301", hours=800, countries=("NO",), max_km=300)


def test_people_and_hours_of_a_plan_are_those_of_its_reps():
    plan = TeamPlan(people=7, hours_each=50, team=Team(reps=(ANNA, NILS)), months=6)
    assert (plan.people, plan.hours_each, plan.hours) == (2, 1_000, 1_000)
    assert plan.replace(people=9).people == 2
    assert TeamPlan.from_json(plan.model_dump_json()) == plan


def test_a_plan_without_reps_has_the_people_it_states():
    assert TeamPlan(people=7).people == 7
    assert TeamPlan.from_json('{"people": 7}').team == Team()


def test_an_owner_is_the_rep_of_that_name_or_address_however_it_is_written():
    team = team_of([ANNA, NILS])
    assert team.owner_key("anna  berg") == "Anna Berg"
    assert team.owner_key("Anna@Example.com") == "Anna Berg"
    assert team.owner_key("Kari") is None
    assert team.owner_key(None) is None


@pytest.mark.parametrize("second", ["Anna Berg", " anna  BERG", "ANNA@example.com"])
def test_two_reps_of_one_name_are_refused_with_it(second):
    with pytest.raises(PlanError, match="two reps are called"):
        team_of([ANNA, Rep(name=second)])


def test_a_rep_without_a_name_or_with_impossible_hours_is_refused_in_a_sentence():
    with pytest.raises(PlanError, match="has no name"):
        rep(name="   ")
    with pytest.raises(PlanError, match=r"Anna: hours a year are 0 to 8\u202f784; 9000 is not"):
        rep(name="Anna", hours=9_000)
    with pytest.raises(PlanError, match="XX is no country"):
        rep(name="Anna", countries=("XX",))
    with pytest.raises(PlanError, match="longest distance"):
        ANNA.replace(max_km=0)


def test_what_is_missing_of_reps_is_remarked_and_nobody_is_lost():
    team = team_of(
        [Rep(name="A"), Rep(name="B", home="DE-1"), Rep(name="C", home="SE-0180", hours=0)]
    )
    no_home, outside, idle = team.remarks
    assert no_home.startswith("No home: A.")
    assert "B (DE-1)" in outside
    assert idle.startswith("No hours: C.")
    assert len(team) == 3
    assert team_of([ANNA, NILS]).remarks == ()


def test_a_home_that_was_merged_is_the_municipality_of_today():
    assert Rep(name="A", home="NO-0219").home == "NO-3201"


def test_kilometres_are_as_the_crow_flies():
    # Stockholm to Göteborg, as maps have it: some 397 km.
    assert km_between(59.3293, 18.0686, 57.7089, 11.9746) == pytest.approx(397, abs=1)
    assert Rep(name="A").km_to(59, 18) is None
    assert ANNA.km_to(*ANNA.place) == 0


def test_a_rep_works_in_its_countries_and_where_nobody_knows_the_country():
    assert NILS.serves("NO") and NILS.serves(None) and not NILS.serves("SE")
    assert ANNA.serves("DK")


FILES = {
    "english": "Name,E-mail,Home,Hours a year,Countries,Maximum km\n"
    "Anna Berg,anna@example.com,Stockholm,1200,,\nNils Dahl,,Oslo,800,NO,300\n",
    "swedish": "Säljare;E-post;Hemkommun;Timmar/år;Länder;Max avstånd\n"
    "Anna Berg;anna@example.com;0180 Stockholm;1 200;;\nNils Dahl;;NO-0301;800,0;Norge;300 km\n",
    "norwegian": "Fornavn\tEtternavn\tE-post\tHjemsted\tTimer per år\tLand\tMaks km\n"
    "Anna\tBerg\tanna@example.com\tStockholm, Sverige\t1200\t\t\n"
    "Nils\tDahl\t\tOslo kommune\t800\tNorge\t300\n",
    "danish": "Sælger;Mail;By;Timer;Lande;Afstand\n"
    "Anna Berg;anna@example.com;SE-0180;1.200;;\nNils Dahl;;Oslo (NO);800;NO;300\n",
    "finnish": "Myyjä;Sähköposti;Kotikunta;Tunnit;Maat;Etäisyys\n"
    "Anna Berg;anna@example.com;Tukholma;1200 h;;\nNils Dahl;;Oslo;800 h;Norja;300\n",
    "postcodes": "Rep,Email,Postcode,Hours,Country,km\n"
    "Anna Berg,anna@example.com,SE-114 55,1200,,\nNils Dahl,,0150,800,NO,300\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_team_is_read_from_a_file_in_any_of_the_languages(text):
    found = read_team(text.encode(), name="team.csv")
    assert found.team.reps == (ANNA, NILS)
    assert found.remarks == ()


def test_a_team_is_read_from_a_workbook():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(
            [
                ("Name", "E-mail", "Home", "Hours", "Countries", "Max km"),
                ("Anna Berg", "anna@example.com", "Stockholm", 1_200, None, None),
                ("Nils Dahl", None, "Oslo", 800, "NO", 300),
            ]
        ):
            sheet.write_row(at, 0, row)
    assert read_team(out.getvalue(), name="team.xlsx").team.reps == (ANNA, NILS)


def test_what_a_row_does_not_tell_is_remarked_with_its_place():
    text = (
        "Name,E-mail,Home,Hours,Countries,Km\n"
        "Anna,anna@example.com,Berlin,1200,,\n"  # a home outside our municipalities
        "Anna,anna2@example.com,,1000,,\n"  # a second of the name, told apart
        "Anna,,Oslo,1000,,\n"  # a third that nothing tells apart
        "Nils,nils(at)example.com,Våler,many,Atlantis,-5\n"
        ",,,,,\n"
        "Kari,,Oslo,0,,\n"
    )
    found = read_team(text.encode(), name="team.csv")
    assert found.team.names == ("Anna", "Anna (anna2@example.com)", "Nils", "Kari")
    assert [one.hours for one in found.team.reps] == [1_200, 1_000, 1_000, 0]
    assert [one.home for one in found.team.reps] == [None, None, None, "NO-0301"]
    said = " ".join(found.remarks)
    for part in (
        "Row 2: Berlin is no municipality or postcode of Sweden, Norway, Denmark or Finland",
        "Row 3: a second Anna is called",
        "Row 4: there are two reps called Anna",
        "Row 5: nils(at)example.com is no e-mail address",
        "Row 5: Atlantis is no country",
        "Row 5: Våler can be",
        "Row 5: many is no number of hours",
        "Row 5: -5 is no number of kilometres",
        "No home: Anna, Anna (anna2@example.com), Nils.",
        "No hours: Kari.",
    ):
        assert part in said


def test_what_holds_of_many_rows_is_said_once_and_what_differs_not_without_end():
    def said(homes):
        rows = "".join(f"Rep {at},{home}\n" for at, home in enumerate(homes))
        found = read_team(f"Name,Home\n{rows}".encode(), name="team.csv")
        assert len(found.team) == len(homes), "whatever is said, nobody is lost"
        return [one for one in found.remarks if not one.startswith("No home")]

    for homes, rows in (
        (["Berlin", "Oslo"], "Row 2: Berlin is"),
        (["Berlin", "Oslo", "Berlin"], "Rows 2 and 4: Berlin is"),
        (["Berlin"] * 4, "Rows 2, 3, 4 and 5: Berlin is"),
        (["Berlin"] * 400, "Rows 2, 3, 4 and 397 more: Berlin is"),
    ):
        (line,) = said(homes)
        assert line.startswith(rows)
    lines = said([f"Nowhere{at:03}" for at in range(50)])
    assert len(lines) == 21
    assert lines[19].startswith("Row 21: Nowhere019 is")
    assert lines[20].startswith("Of 30 more rows something was not understood")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Bil,Farge\nVolvo,blue\n", "no column is understood as the names"),
        (b"Name,Hours\n,\n", "no row names a rep|no rows|nothing"),
        (b"", "empty|nothing|no rows|no company"),
        (b"PK\x03\x04 not a workbook", "xlsx|workbook|zip|read|Excel"),
    ],
    ids=["no names", "nobody", "empty", "broken"],
)
def test_a_file_that_is_no_team_is_refused_in_a_sentence(content, said):
    with pytest.raises(ImportRefused, match=f"(?i){said}"):
        read_team(content, name="team.csv" if not content.startswith(b"PK") else "team.xlsx")


def test_text_that_a_spreadsheet_would_run_stays_text():
    found = read_team(b'Name,Home\n"=HYPERLINK(""http://x"")",Oslo\n', name="team.csv")
    assert found.team.names == ('=HYPERLINK("http://x")',)


@pytest.mark.parametrize(
    "line",
    ["Summa;;2000;", "Yhteensä;;2 000;", "I alt;;2000;", "Totalt;;;", "Källa: lönelistan;;;",
     "Utskriven 2026-11-01;;;"],
)  # fmt: skip
def test_a_line_of_totals_or_a_note_is_no_rep_and_is_told(line):
    text = f"Namn;Hemort;Timmar;E-post\nAnna;Stockholm;1200;\nÅsa af Ek;;800;\n{line}\n"
    found = read_team(text.encode(), name="team.csv")
    assert found.team.names == ("Anna", "Åsa af Ek")
    name = line.split(";", maxsplit=1)[0]
    assert found.remarks[0].startswith(f"Row 4: {name} is a line of totals or a note, and was left")


@pytest.mark.parametrize("line", ["Carl von Essen;;;", "Summa;Lund SE;900;", "Total;;9;t@x.se"])
def test_who_has_a_name_a_home_or_an_address_is_a_rep(line):
    text = f"Namn;Hemort;Timmar;E-post\nAnna;Stockholm;1200;a@x.se\nBo;Oslo;800;b@x.se\n{line}\n"
    found = read_team(text.encode(), name="team.csv")
    assert found.team.names == ("Anna", "Bo", line.split(";", maxsplit=1)[0])


@pytest.mark.parametrize(
    ("cell", "countries", "said"),
    [("11122", "DK, FI", "11122 is no municipality or postcode of Denmark or Finland;"),
     ("Atlantis", "NO", "Atlantis is no municipality or postcode of Norway;")],
)  # fmt: skip
def test_a_home_that_is_none_says_where_it_was_looked_for(cell, countries, said):
    found = read_team(f'Name,Home,Countries\nAnna,{cell},"{countries}"\n'.encode(), name="t.csv")
    assert said in found.remarks[0]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Malmö, Göteborg", "two places: Malmö (SE-1280) and Göteborg (SE-1480)"),
        ("Oslo / Bergen", "two places: Oslo (NO-0301) and Bergen (NO-4601)"),
        ("Oslo - Bergen", "two places"),
        ("Malmö och Lund", "two places: Malmö (SE-1280) and Lund (NO-1112 or SE-1281)"),
        ("Malmö tai Helsinki", "two places"),
        ("Malmö & København", "two places"),
        ("Malmö (Göteborg)", "two places"),
        ("Uppsala, Knivsta", "two places"),
        ("SE-0180, SE-1280", "two places: Stockholm (SE-0180) and Malmö (SE-1280)"),
        ("SE-0180; Malmö", "two places"),
        ("Odense+Aarhus+Aalborg", "several places"),
    ],
)  # fmt: skip
def test_a_home_of_several_places_is_none_and_is_told(cell, said):
    found = read_team(f'Name,Home\nAnna,"{cell}"\n'.encode(), name="t.csv")
    assert found.team.reps[0].home is None
    assert found.remarks[0].startswith(f"Row 2: {cell} is {said}"), found.remarks
    assert "give one of them. No home was taken." in found.remarks[0]


@pytest.mark.parametrize(
    ("cell", "home"),
    [
        ("Malmö, Skåne", "SE-1280"), ("Malmö, Sweden", "SE-1280"), ("Malmö, Malmö", "SE-1280"),
        ("Helsinki (Helsingfors)", "FI-091"), ("Turku / Åbo", "FI-853"), ("Herøy, Nordland", "NO-1818"),
        ("Nore og Uvdal", "NO-3338"), ("Knivsta, Uppsala", "SE-0330"), ("0180 Stockholm", "SE-0180"),
        ("Solna, Stockholm, HQ", "SE-0184"), ("Malmö (kontor)", "SE-1280"),
        ("Kista, Stockholm", "SE-0180"), ("211 20 Malmö", "SE-1280"),
        ("Storgatan 1, 211 20 Malmö", "SE-1280"),
        ("00100 Helsinki", "FI-091"), ("000 00 Malmö", "SE-1280"),
    ],
)  # fmt: skip
def test_one_place_said_twice_or_with_where_it_lies_is_a_home(cell, home):
    found = read_team(f'Name,Home\nAnna,"{cell}"\n'.encode(), name="t.csv")
    assert (found.team.reps[0].home, found.remarks) == (home, ())


@pytest.mark.parametrize(
    ("headings", "meant"),
    [
        (["Säljare", "Längsta resa (km)", "Arbetstimmar"], ["name", "max_km", "hours"]),
        (["Myyjä", "Sposti", "Työtunnit", "Kilometriä enintään"],
         ["name", "email", "hours", "max_km"]),
        (["Selger", "Lengste reise, km", "Kapasitet (h)"], ["name", "max_km", "hours"]),
        (["Sælger", "Rækkevidde (km)", "Arbejdstimer"], ["name", "max_km", "hours"]),
        (["Name", "Maximum distance (km)", "Radius km"], ["name", "max_km"]),
    ],
)  # fmt: skip
def test_headings_are_understood_with_and_without_their_unit(headings, meant):
    assert list(meanings(headings)) == meant


def test_headings_are_understood_by_their_words():
    assert meanings(["FULL_NAME", "Home municipality", "zip"]) == {
        "name": "FULL_NAME",
        "home": "Home municipality",
        "postcode": "zip",
    }


def test_the_workspace_keeps_every_version_of_the_team(workspace):
    workspace.save_team(TeamPlan(team=Team(reps=(ANNA,))), author="Eva")
    workspace.save_team(TeamPlan(team=Team(reps=(ANNA, NILS))), author="Ola")
    assert workspace.team().team.names == ("Anna Berg", "Nils Dahl")
    assert [(one.author, len(one.plan.team)) for one in workspace.team_versions()] == [
        ("Ola", 2),
        ("Eva", 1),
    ]


HOSTILE = sorted(
    path
    for path in (Path(__file__).resolve().parents[1] / "fixtures" / "hostile").iterdir()
    if path.is_file() and not path.name.startswith("profile")
)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_a_hostile_file_is_refused_in_a_sentence_or_read_as_a_team_in_its_own_process(path):
    try:
        found = read_team(path)
    except ImportRefused as refused:
        assert path.name in str(refused)
        assert len(str(refused)) < 600
    else:
        assert found.team
        assert all(0 <= one.hours <= 8_784 for one in found.team.reps)

"""The import page: a file in, its mapping corrected, a list in the library, deals beside it."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from app_pages import Open, errors, metrics, read_with_markup, texts
from streamlit.testing.v1 import AppTest

from icp_core.importing.guessing import guess
from icp_core.importing.library import Library
from icp_core.importing.load import run_import
from icp_core.importing.reading import read
from icp_core.importing.tables import OnProgress, Progress
from ui.importing import mapping
from ui.importing.report import numbers_data
from ui.work import CancelledError, Work

PAGE = "pages/9_Import.py"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
PROFF = FIXTURES / "proff.csv"


def settled(app: AppTest) -> AppTest:
    """The page once no work goes on, as the browser's polling would bring it."""
    deadline = time.monotonic() + 120
    while any(button.key == "import_cancel" for button in app.button):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    assert not app.exception
    return app


def looked_at(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    app.main.file_uploader[0].set_value([(name, content, "") for name, content in files]).run()
    app.button(key="import_open").click().run()
    return settled(app)


def loaded(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    looked_at(app, *files).button(key="import_load").click().run()
    return settled(app)


def proff(app: AppTest) -> AppTest:
    return loaded(app, ("proff.csv", PROFF.read_bytes()))


def box(app: AppTest, heading: str, field: str) -> str:
    """Key of the box that says what a heading becomes, or of what unit it is."""
    headings = PROFF.read_text(encoding="utf-8").splitlines()[0].split(";")
    return f"shown_import_{field}_0_{headings.index(heading)}"


def test_a_list_is_looked_at_corrected_loaded_and_chosen(open_page: Open) -> None:
    app = looked_at(open_page(PAGE), ("proff.csv", PROFF.read_bytes()))
    assert "5 rows · encoding utf-8 · separator semicolon" in texts(app)
    assert app.selectbox(key=box(app, "Antall ansatte", "becomes")).value == "employees"
    revenue = "Sum driftsinntekter, 2024 (NOK 1000)"
    assert app.selectbox(key=box(app, revenue, "unit")).value == 1000
    assert app.selectbox(key=box(app, revenue, "currency")).value == "NOK"
    app.selectbox(key=box(app, "Konsernansatte", "becomes")).select("employees").run()
    assert app.selectbox(key=box(app, "Konsernansatte", "becomes")).value == "employees"
    assert app.selectbox(key=box(app, "Antall ansatte", "becomes")).value == "+"
    app.text_input(key="import_name_0").set_value("Våre prospekter").run()
    app.button(key="import_load").click().run()
    settled(app)
    assert not errors(app)
    (entry,) = Library().lists()
    assert entry.label == "Våre prospekter"
    frame = Library().open(entry.key).frame.sort("employees")
    assert frame["employees"].to_list() == [25, 40, 110]
    assert frame["Antall ansatte"].to_list() == [25.0, 12.0, None]
    assert app.selectbox(key="shown_dataset").value == entry.source
    shown = metrics(app)
    assert (shown["Rows read"], shown["Companies kept"]) == ("5", "3")
    assert (shown["Merged into another"], shown["Rejected"]) == ("1", "1")
    assert "lack employees" not in texts(app)
    assert Library().remembered()


def test_the_corrected_mapping_is_used_for_the_next_file_with_these_headings(
    open_page: Open,
) -> None:
    app = looked_at(open_page(PAGE), ("proff.csv", PROFF.read_bytes()))
    app.selectbox(key=box(app, "ERP", "becomes")).select("technologies").run()
    app.button(key="import_load").click().run()
    settled(app)
    again = looked_at(open_page(PAGE), ("proff-2.csv", PROFF.read_bytes()))
    assert again.selectbox(key=box(again, "ERP", "becomes")).value == "technologies"


def test_what_was_assumed_is_asked_before_the_load_and_remembered(open_page: Open) -> None:
    content = b"Company,Country,Revenue,Growth\nA,US,25000000,119\nB,DE,9000000,4\n"
    app = looked_at(open_page(PAGE), ("us.csv", content))
    assert "2 questions before the load" in texts(app)

    def question(heading: str) -> Any:
        return next(b for b in app.selectbox if b.label.startswith(f"“{heading}”"))

    assert not read_with_markup(app)
    assert app.button(key="import_load").disabled
    assert "2 questions are open: Revenue, Growth." in texts(app)
    assert "choose one" in question("Revenue").label
    assert question("Revenue").value is None
    question("Revenue").select("USD").run()
    assert "1 question before the load" in texts(app)
    assert app.button(key="import_load").disabled
    app.button(key="import_agree").click().run()
    assert "before the load" not in texts(app)
    assert not app.button(key="import_load").disabled
    app.button(key="import_load").click().run()
    settled(app)
    (entry,) = Library().lists()
    frame = Library().open(entry.key).frame.sort("name")
    assert frame["revenue_original"].to_list() == [25e6, 9e6]
    assert frame["revenue_growth"].to_list() == pytest.approx([1.19, 0.04])
    again = looked_at(open_page(PAGE), ("us-2.csv", content))
    assert "before the load" not in texts(again)
    assert not again.button(key="import_load").disabled


def test_which_values_mean_a_customer_is_asked_before_the_load(open_page: Open) -> None:
    content = (
        b"Name,Domain,Country,Lifecycle Stage\n"
        b"A,a.se,SE,Customer\nB,b.se,SE,Evangelist\nC,c.se,SE,Lead\n"
    )
    app = looked_at(open_page(PAGE), ("companies.csv", content))
    assert "Lifecycle Stage**: which of these mean a customer?" in texts(app)
    assert app.button(key="import_load").disabled
    (box,) = (b for b in app.selectbox if b.label.startswith("Evangelist"))
    box.select("active").run()
    assert "before the load" not in texts(app)
    (chosen,) = app.multiselect
    assert chosen.value == ["Customer", "Evangelist"]
    chosen.unselect("Evangelist").run()
    app.button(key="import_load").click().run()
    settled(app)
    (entry,) = Library().lists()
    frame = Library().open(entry.key).frame.sort("name")
    assert frame["is_customer"].to_list() == [True, False, False]
    again = looked_at(open_page(PAGE), ("companies-2.csv", content))
    assert "before the load" not in texts(again)


def test_one_click_takes_all_as_assumed_and_what_cannot_be_stays_unknown(open_page: Open) -> None:
    us = b"Company,Country,Revenue,as_of\nA,US,25000000,03/04/2025\nB,DE,9000000,05/06/2025\n"
    app = looked_at(open_page(PAGE), ("us.csv", us), ("no.csv", b"Navn;Omsetning\nC AS;116\n"))
    assert "4 questions before the load" in texts(app)
    assert "4 questions are open: Revenue, as_of, Omsetning." in texts(app)
    labels = [box.label for box in app.selectbox if box.label.startswith("“")]
    assert any(label.startswith("“Omsetning” (no.csv)") for label in labels)
    app.button(key="import_agree").click().run()
    app.button(key="import_load").click().run()
    settled(app)
    assert not errors(app)
    (entry,) = Library().lists()
    frame = Library().open(entry.key).frame.sort("name")
    assert frame["revenue"].to_list() == [None] * 3
    assert [str(day) for day in frame["as_of"]] == ["2025-04-03", "2025-06-05", "None"]


def test_a_correction_in_the_mapping_answers_the_question_above_it(open_page: Open) -> None:
    app = looked_at(open_page(PAGE), ("no.csv", b"Navn;Land;Omsetning\nC AS;Norge;116\n"))
    assert app.button(key="import_load").disabled
    assert "2 questions before the load" in texts(app)
    app.selectbox(key="shown_import_unit_0_2").select(1e6).run()
    assert "1 question before the load" in texts(app)
    app.selectbox(key="shown_import_currency_0_2").select("NOK").run()
    assert "question" not in texts(app)
    assert not app.button(key="import_load").disabled


def test_a_question_shows_the_answer_that_was_taken_and_one_press_agrees_to_it(
    open_page: Open,
) -> None:
    content = b"Navn;Land;Omsetning\nA AS;Norge;11600000\nB AS;Norge;52000000\n"
    app = looked_at(open_page(PAGE), ("no.csv", content))
    (box,) = (b for b in app.selectbox if b.label.startswith("“Omsetning”"))
    assert box.label.endswith("taken for NOK, that of the companies' country")
    assert box.value == ""
    (right,) = (button for button in app.button if button.label == "That is right")
    right.click().run()
    assert "before the load" not in texts(app)
    app.button(key="import_load").click().run()
    settled(app)
    (entry,) = Library().lists()
    frame = Library().open(entry.key).frame.sort("name")
    assert frame["revenue_original"].to_list() == [11.6e6, 52e6]
    assert frame["currency"].to_list() == ["NOK"] * 2
    again = looked_at(open_page(PAGE), ("no-2.csv", content))
    assert "before the load" not in texts(again)


@pytest.mark.parametrize("path", ["app.py", "pages/1_Builder.py", "pages/5_Accounts.py"])
def test_the_pages_open_with_a_new_list_instead_of_an_error(open_page: Open, path: str) -> None:
    app = proff(open_page(PAGE))
    app.switch_page(path).run()
    assert not app.exception
    assert not errors(app)
    assert app.query_params["profile"] == "suggested"
    assert app.selectbox(key="shown_profile").value == "suggested"


def test_a_list_with_nothing_but_names_opens_in_the_builder(open_page: Open) -> None:
    # A file may be called more than a list can be.
    app = loaded(open_page(PAGE), ("n" * 200 + ".csv", b"Company\nA\nB\nC\n"))
    app.switch_page("pages/1_Builder.py").run()
    assert not app.exception
    assert not errors(app)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty"),
        ("list.csv", b"%PDF-1.7 and so on", "PDF"),
        ("list.xlsx", b"\xd0\xcf\x11\xe0 old", "old Excel format"),
        ("list.zip", b"PK\x03\x04 broken", "archive is damaged"),
    ],
)
def test_a_bad_file_is_one_clear_message(
    open_page: Open, name: str, content: bytes, message: str
) -> None:
    app = looked_at(open_page(PAGE), (name, content))
    (said,) = errors(app)
    assert name in said
    assert message in said
    assert Library().lists() == ()
    assert app.main.file_uploader


def test_a_list_without_names_says_so_and_stays_on_the_page(open_page: Open) -> None:
    app = looked_at(open_page(PAGE), ("figures.csv", b"Employees,City\n5,Oslo\n6,Oslo\n"))
    assert not errors(app)
    assert "Which column has the companies' names?" in texts(app)
    assert app.button(key="import_load").disabled


def test_a_register_is_recognised_from_the_file(open_page: Open) -> None:
    app = looked_at(
        open_page(PAGE), ("anything.txt", (FIXTURES / "bolagsverket_bulk.txt").read_bytes())
    )
    assert "Bolagsverket" in texts(app)
    app.button(key="import_load").click().run()
    settled(app)
    assert not errors(app)
    assert len(Library().lists()) == 1


def test_a_newer_file_shows_what_changed_before_it_replaces(open_page: Open) -> None:
    older = b"name,country,employees,owner\nA,SE,10,Kim\nB,SE,10,\n"
    newer = b"name,country,employees\nA,SE,20\nC,SE,5\n"
    app = loaded(open_page(PAGE), ("list.csv", older))
    (entry,) = Library().lists()
    for button, names in (("import_keep", ["A", "B"]), ("import_replace", ["A", "C"])):
        app.button_group(key="import_part").set_value("list").run()
        looked_at(app, ("list.csv", newer))
        app.selectbox(key=f"import_as_{app.session_state['own_import_session'].round}").select(
            entry.key
        ).run()
        app.button(key="import_load").click().run()
        settled(app)
        shown = metrics(app)
        assert (shown["New"], shown["Gone"]) == ("1", "1")
        moved = app.dataframe[0].value
        assert moved[["name", "before", "after"]].to_numpy().tolist() == [["A", 10, 20]]
        app.button(key=button).click().run()
        settled(app)
        assert not errors(app)
        assert sorted(Library().open(entry.key).frame["name"]) == names
    assert len(Library().lists()) == 1
    owners = Library().open(entry.key).frame.sort("name")["owner"]
    assert owners.to_list() == ["Kim", None]
    app.switch_page("pages/5_Accounts.py").run()
    assert not errors(app)
    assert "2" in "".join(caption.value for caption in app.sidebar.caption)


def test_merged_rows_are_taken_apart_on_the_page(open_page: Open) -> None:
    app = proff(open_page(PAGE))
    (entry,) = Library().lists()
    app.selectbox(key=f"import_merged_{entry.version}").select("NO-923609016").run()
    assert "same national number" in texts(app)
    app.button(key="import_apart").click().run()
    assert Library().open(entry.key).frame.height == 4
    assert metrics(app)["Companies kept"] == "4"


def test_companies_of_one_domain_are_shown_merged_and_taken_apart(open_page: Open) -> None:
    content = (
        b"name,country,website\nHexagon Composites,NO,hexagon.no\nHexagon Purus,NO,hexagon.no\n"
    )
    app = loaded(open_page(PAGE), ("group.csv", content))
    assert metrics(app)["Companies kept"] == "2"
    assert "1 pair with one domain, kept apart" in texts(app)
    app.button(key="import_merge_shared").click().run()
    assert not app.exception
    assert metrics(app)["Companies kept"] == "1"
    assert "kept apart" not in texts(app)
    (entry,) = Library().lists()
    (merged,) = Library().open(entry.key).frame["account_id"]
    app.selectbox(key=f"import_merged_{entry.version}").select(merged).run()
    assert "you chose one company a domain" in texts(app)
    app.button(key="import_apart").click().run()
    assert metrics(app)["Companies kept"] == "2"
    app.button_group(key="import_part").set_value("list").run()
    looked_at(app, ("group.csv", content))
    app.toggle(key="import_merge_domains").set_value(True).run()
    app.button(key="import_load").click().run()
    assert metrics(settled(app))["Companies kept"] == "1"


def test_a_list_is_renamed_and_deleted_and_the_view_falls_back(open_page: Open) -> None:
    app = proff(open_page(PAGE))
    (entry,) = Library().lists()
    app.text_input(key=f"import_label_{entry.key}").set_value("Renamed").run()
    app.button(key="import_rename").click().run()
    assert Library().find(entry.key).label == "Renamed"
    app.button(key="import_delete").click().run()
    assert Library().lists() == ()
    assert not app.exception
    assert app.selectbox(key="shown_dataset").value == "demo"
    assert "deleted" in errors(app)[0]
    # Before that list, the view was what it is again: that is nothing to take back.
    assert app.run().button(key="undo").disabled


def test_deals_are_matched_decided_and_kept(open_page: Open) -> None:
    accounts = (
        b"name,country,city\nAcme AB,SE,Lund\nACME Aktiebolag,SE,Stockholm\nOther AB,SE,Lund\n"
    )
    deals = b"name,country,outcome,amount,currency\nAcme,SE,won,10,EUR\nOther,SE,churned,20,EUR\n"
    deals += b"Nobody,SE,lost,5,EUR\nOther,SE,,1,EUR\n"
    app = loaded(open_page(PAGE), ("list.csv", accounts))
    (entry,) = Library().lists()
    app.button_group(key="import_part").set_value("deals").run()
    app.main.file_uploader[0].set_value(("deals.csv", deals, "text/csv")).run()
    app.button(key="deals_match").click().run()
    assert not app.exception
    shown = metrics(app)
    assert (shown["Deals and customers"], shown["To decide"]) == ("3", "1")
    assert shown["Found in the list"].startswith("33")
    choice = app.selectbox(key=f"deals_row_{entry.key}_2")
    stockholm = next(one for one in choice.options if "Stockholm" in one)
    choice.select(stockholm).run()
    assert metrics(app)["To decide"] == "0"
    app.button(key="deals_keep").click().run()
    assert not app.exception
    assert not errors(app)
    kept = Library().outcomes(entry.key)
    assert kept is not None
    assert kept.sort("amount").select("outcome", "amount").rows() == [
        ("won", 10.0),
        ("churned", 20.0),
    ]
    frame = Library().open(entry.key).frame
    customers = frame.filter(pl.col("is_customer"))
    assert customers["city"].to_list() == ["Stockholm"]
    assert "2 deals stay with list" in texts(app)
    app.button(key="deals_forget").click().run()
    assert Library().outcomes(entry.key) is None


def test_stages_that_nobody_understands_are_asked_once(open_page: Open) -> None:
    app = loaded(open_page(PAGE), ("list.csv", b"name,country\nAlfa AB,SE\nBeta AB,SE\n"))
    (entry,) = Library().lists()
    deals = b"Company,Stage,Amount (EUR)\nAlfa AB,Guld,10\nBeta AB,Proposal,20\n"

    def matched() -> None:
        app.button_group(key="import_part").set_value("deals").run()
        app.main.file_uploader[0].set_value(("deals.csv", deals, "text/csv")).run()
        app.button(key="deals_match").click().run()

    matched()
    assert "Which of these stages mean a customer?" in texts(app)
    (stage,) = [box for box in app.selectbox if str(box.key).startswith("deals_stage_")]
    assert stage.label.startswith("Guld")
    assert app.button(key="deals_keep").disabled
    stage.select("active").run()
    app.button(key="deals_stages").click().run()
    assert not app.button(key="deals_keep").disabled
    assert "Which of these stages" not in texts(app)
    app.button(key="deals_keep").click().run()
    accounts = Library().open(entry.key).frame.sort("name")
    assert accounts["is_customer"].to_list() == [True, False]
    matched()
    assert "Which of these stages" not in texts(app)


def test_currency_and_dates_of_deals_are_asked_once(open_page: Open) -> None:
    app = loaded(open_page(PAGE), ("list.csv", b"name,country\nAlfa AB,SE\nBeta AB,SE\n"))
    (entry,) = Library().lists()
    deals = (
        b"Company,Stage,Amount,Close Date\nAlfa AB,Won,10,03/04/2025\nBeta AB,Guld,20,01/02/2025\n"
    )

    def matched() -> None:
        app.button_group(key="import_part").set_value("deals").run()
        app.main.file_uploader[0].set_value(("deals.csv", deals, "text/csv")).run()
        app.button(key="deals_match").click().run()

    def asked(kind: str) -> list[Any]:
        return [box for box in app.selectbox if str(box.key).startswith(f"deals_{kind}_")]

    matched()
    assert app.button(key="deals_keep").disabled
    assert "Answer the questions above first" in texts(app)
    asked("order")[0].select("mdy").run()
    asked("currency")[0].select("EUR").run()
    app.button(key="deals_stages").click().run()
    assert [len(asked(kind)) for kind in ("stage", "currency", "order")] == [1, 0, 0]
    assert app.button(key="deals_keep").disabled
    assert "Deals of these stages are open and left out: “Guld” (1)." in texts(app)
    app.button(key="deals_agree").click().run()
    assert "left out: “Guld” (1)." in app.success[0].value.replace("\\", "")
    assert "“Guld” means open, as answered (1\xa0×)" in texts(app)
    app.button(key="deals_keep").click().run()
    assert not errors(app)
    kept = Library().outcomes(entry.key)
    assert kept is not None
    assert kept.select("outcome", "amount", pl.col("closed_on").cast(pl.String)).rows() == [
        ("won", 10.0, "2025-03-04")
    ]
    matched()
    assert not app.button(key="deals_keep").disabled


def test_deals_are_asked_for_only_beside_a_list_of_ones_own(open_page: Open) -> None:
    app = open_page(PAGE, import_part="Customers and deals")
    assert "Deals are kept with a list" in app.info[0].value
    next(one for one in app.button if one.label == "Load a company list").click().run()
    assert not app.info
    assert app.get("file_uploader")


def test_a_server_path_is_offered_only_where_folders_are_allowed(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not [one for one in open_page(PAGE).text_input if one.key == "import_path_0"]
    (tmp_path / "list.csv").write_text("Company\nA\n")
    monkeypatch.setenv("ICP_IMPORT_DIRS", str(tmp_path))
    app = open_page(PAGE)
    app.text_input(key="import_path_0").set_value("/etc/passwd").run()
    app.button(key="import_open").click().run()
    assert "no such file in the allowed folders" in errors(app)[0]
    app.text_input(key="import_path_0").set_value(str(tmp_path / "list.csv")).run()
    app.button(key="import_open").click().run()
    assert not errors(settled(app))
    assert "list.csv" in texts(app)


def test_another_sheet_of_a_workbook_can_be_chosen(open_page: Open, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as workbook:
        for sheet, name in (("Companies", "A AB"), ("Prospects", "B AB")):
            page = workbook.add_worksheet(sheet)
            page.write_row(0, 0, ["Company", "City"] if sheet == "Companies" else ["Name", "Own"])
            page.write_row(1, 0, [name, "Lund"])
    app = looked_at(open_page(PAGE), ("list.xlsx", (tmp_path / "list.xlsx").read_bytes()))
    assert "A AB" in texts(app)
    app.selectbox(key="shown_import_sheet_0").select("Prospects").run()
    assert "B AB" in texts(settled(app))
    assert "A AB" not in texts(app)
    app.button(key="import_load").click().run()
    assert not errors(settled(app))
    (entry,) = Library().lists()
    assert Library().open(entry.key).frame["name"].to_list() == ["B AB"]


def test_another_encoding_can_be_chosen(open_page: Open) -> None:
    content = "Company,City\nLån & Spår,Åre\n".encode("mac_roman")
    app = looked_at(open_page(PAGE), ("list.csv", content))
    box = app.selectbox(key="shown_import_code_page_0")
    assert box.value == "mac_roman"
    assert "Lån & Spår" in texts(app)
    box.select("cp1252").run()
    settled(app)
    assert app.selectbox(key="shown_import_code_page_0").value == "cp1252"
    assert "Lån & Spår" not in texts(app)


def test_many_headings_come_by_page_and_keep_their_corrections(open_page: Open) -> None:
    headings = ["Company", *(f"Own {i}" for i in range(44))]
    content = ";".join(headings) + "\n" + ";".join(["A", *map(str, range(44))]) + "\n"
    app = looked_at(open_page(PAGE), ("wide.csv", content.encode()))
    boxes = [one for one in app.selectbox if one.label.startswith("Becomes: ")]
    assert len(boxes) == 20
    app.get("pagination")[0].set_value(3).run()
    boxes = [one for one in app.selectbox if one.label.startswith("Becomes: ")]
    assert len(boxes) == 5
    boxes[-1].select("employees").run()
    app.button(key="import_load").click().run()
    assert not errors(settled(app))
    (entry,) = Library().lists()
    assert Library().open(entry.key).frame["employees"].to_list() == [43]


# Work ---------------------------------------------------------------------------------------------


def steps(on_step: Callable[[], None], *, ended: Event) -> Callable[[OnProgress], str]:
    def task(tell: OnProgress) -> str:
        try:
            for step in range(2_000):
                tell(Progress("Counting", step / 2_000))
                on_step()
                time.sleep(0.005)
        finally:
            ended.set()
        return "done"

    return task


def test_work_is_cancelled_at_its_next_step() -> None:
    ended, moving = Event(), Event()
    work = Work(steps(moving.set, ended=ended))
    assert moving.wait(10)
    assert not work.wait(0.05)
    work.cancel()
    assert ended.wait(10)
    with pytest.raises(CancelledError):
        work.result()


def test_work_stops_when_the_session_that_began_it_is_gone() -> None:
    ended = Event()
    work = Work(steps(lambda: None, ended=ended))
    assert not ended.wait(0.1)
    del work
    gc.collect()
    assert ended.wait(10)


def test_a_cancelled_load_leaves_no_list_behind(open_page: Open) -> None:
    rows = "".join(f"Firma {i};{i % 97};Oslo\n" for i in range(250_000))
    app = open_page(PAGE)
    looked_at(app, ("large.csv", b"Company;Employees;City\n" + rows.encode()))
    app.button(key="import_load").click().run()
    app.button(key="import_cancel").click().run()
    settled(app)
    assert "Cancelled" in app.success[0].value
    assert Library().lists() == ()
    assert app.button(key="import_load")


# Mapping ------------------------------------------------------------------------------------------


def test_what_is_picked_for_a_heading_is_what_it_becomes() -> None:
    table = read(b"Company,Revenue (TEUR),Staff size\nA,5,12\n", name="list.csv")
    found = guess(table)
    rows = {row.heading: row for row in found.assignments}
    changed = mapping.decided(found, rows["Staff size"], "becomes", "employees")
    assert changed.of("employees")[0].heading == "Staff size"
    own = mapping.decided(changed, changed.of("employees")[0], "becomes", "+")
    assert next(a for a in own.assignments if a.heading == "Staff size").kind == "number"
    out = mapping.decided(found, rows["Staff size"], "becomes", "-")
    assert next(a for a in out.assignments if a.heading == "Staff size").column is None
    money = mapping.decided(found, rows["Revenue (TEUR)"], "currency", "SEK")
    assert money.of("revenue")[0].currency == "SEK"
    assert (
        mapping.decided(money, rows["Revenue (TEUR)"], "currency", "").of("revenue")[0].currency
        is None
    )
    assert mapping.decided(found, rows["Revenue (TEUR)"], "unit", 1e6).of("revenue")[0].unit == 1e6


def test_names_at_one_number_are_shown_with_what_became_of_them(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    filled_down = "".join(f"{name} AB;556016-0680;\n" for name in ("Ett", "Två", "Tre", "Fyra"))
    path.write_text(
        "Företag;Orgnr;Hemsida\nAlfa AB;556012-5790;alfa.se\nBeta AB;556012-5790;beta.se\n"
        f"Gamma AB;556036-0793;\nDelta AB;556036-0793;\n{filled_down}",
        encoding="utf-8",
    )
    found = numbers_data(run_import([path]).report)
    assert {number: became.partition(":")[0] for number, _, became in found.rows()} == {
        "SE-5560360793": "one company, as if it was renamed",
        "SE-5560125790": "kept apart",
        "SE-5560160680": "none's",
    }

"""The export page obeys what was decided about accounts, and logs every download."""

import hashlib
import re
from pathlib import Path
from typing import Any

from app_pages import Open, errors, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core import sources
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.starters import starter
from icp_core.workspace import CustomerMark, Status, Workspace
from ui import data, links
from ui.format import plain

PAGE = "pages/8_Export.py"
FORMAT = {"dataset": "listed", "export_format": "CSV for people"}


def download(app: AppTest) -> Any:
    return next(one for one in app.get("download_button") if one.label == "Download")


def written(app: AppTest) -> int:
    count = re.search(r"The file, ([\d\u202f]+) compan", texts(app))
    assert count, texts(app)
    return int(count[1].replace("\u202f", ""))


def best(count: int) -> list[str]:
    evaluation = Scoreboard(sources.load("listed")).evaluate(starter("listed-by-domain").profile)
    return evaluation.rows(evaluation.best(count))["account_id"].to_list()


def test_excluded_accounts_stay_out_and_are_counted_by_reason(open_page: Open) -> None:
    everyone = written(open_page(PAGE, **FORMAT))
    workspace = Workspace.open()
    workspace.decide(best(3), status=Status.EXCLUDED, detail="Partner", author="Eva")
    workspace.decide(best(1), status=Status.VERIFIED, author="Eva")
    app = open_page(PAGE, **FORMAT)
    assert written(app) == everyone - 2
    table = printed(app)
    lines = dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))
    assert lines[plain("Excluded from the market: Partner")] == "2"


def test_tiers_chosen_for_one_list_are_not_those_of_another(open_page: Open) -> None:
    app = open_page(PAGE, dataset="demo")
    app.button_group(key="export_tiers").set_value(["A"]).run()
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert app.button_group(key="export_tiers").value == ["A"]
    app.selectbox(key="shown_dataset").select("listed").run()
    assert app.button_group(key="export_tiers").value == ["A", "B", "C"]


def test_marked_customers_stay_out_of_a_file_without_customers(open_page: Open) -> None:
    everyone = written(open_page(PAGE, **FORMAT))
    customer, none = best(2)
    workspace = Workspace.open()
    workspace.decide([customer], customer=CustomerMark.YES, author="Eva")
    workspace.decide([none], customer=CustomerMark.NO, author="Eva")
    app = open_page(PAGE, **FORMAT, export_customers="Without")
    assert written(app) == everyone - 1
    assert "companies nobody knows whether they are customers" in texts(app)
    assert written(open_page(PAGE, **FORMAT, export_customers="Only")) == 1


def test_a_download_is_logged_with_the_hash_of_the_very_file(open_page: Open, monkeypatch) -> None:
    version = Workspace.open().save_profile(
        starter("listed-by-domain").profile, author="Eva", why="", based_on=0, slug="twins"
    )
    made = []
    prepare = data.export
    monkeypatch.setattr(data, "export", lambda *a, **k: made.append(prepare(*a, **k)) or made[-1])
    app = open_page(PAGE, **FORMAT, saved=version.slug)
    app.text_input(key="shown_author").input("Olav").run()
    download(app).click().run()
    assert not errors(app)
    (row,) = Workspace.open().exports().to_dicts()
    assert row["sha256"] == hashlib.sha256(made[-1].to_bytes()).hexdigest()
    assert (row["author"], row["slug"], row["number"]) == ("Olav", "twins", 1)
    assert (row["list_name"], row["format"]) == ("listed", "csv")
    assert row["accounts"] == written(app)
    # The name of the very file too, which has a mark before its ending.
    stem, _dot, suffix = made[-1].file_name.rpartition(".")
    assert re.fullmatch(rf"{re.escape(stem)}_[0-9a-f]{{8}}\.{suffix}", row["file_name"])


def test_an_edited_profile_is_not_logged_as_the_saved_version(open_page: Open) -> None:
    profile = starter("listed-by-domain").profile
    Workspace.open().save_profile(profile, author="Eva", why="", based_on=0, slug="twins")
    changed = links.pack(profile.replace(offer="Other"))
    download(open_page(PAGE, **FORMAT, saved="twins", p=changed)).click().run()
    (row,) = Workspace.open().exports().to_dicts()
    assert (row["slug"], row["number"]) == (None, None)


def test_without_the_workspace_a_download_needs_a_yes(open_page: Open, own_workspace: Path) -> None:
    own_workspace.mkdir()
    (own_workspace / "workspace.sqlite").write_bytes(b"not a database at all" * 99)
    app = open_page(PAGE, **FORMAT)
    assert not app.exception
    assert any("not left out" in one for one in errors(app))
    assert download(app).disabled
    app.checkbox(key="export_unlogged").check().run()
    assert not download(app).disabled
    assert written(app) > 0

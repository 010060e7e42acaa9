"""The export page: choices, the account of every row, the file."""

import re
from typing import Any

import pytest
from app_pages import Open, errors, printed, texts
from streamlit.testing.v1 import AppTest

from icp_core import sources
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.exporting import FORMATS
from icp_core.profiles.starters import starter
from ui import links

PAGE = "pages/8_Export.py"


def written(app: AppTest) -> int:
    """Companies in the file, as its heading says."""
    count = re.search(r"The file, ([\d\u202f]+) compan", texts(app))
    assert count, texts(app)
    return int(count[1].replace("\u202f", ""))


def facts(app: AppTest) -> dict[str, str]:
    table = printed(app)
    return dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))


def test_the_facts_add_up(open_page: Open) -> None:
    app = open_page(PAGE)
    shown = facts(app)
    assert int(shown["Accounts in"]) == 405
    assert int(shown["Companies written"]) == written(app)
    left_out = ("Outside the chosen tiers", "Opted out of advertising")
    assert written(app) + sum(int(shown[name]) for name in left_out) == 405


def test_one_tier_holds_the_companies_of_that_tier(open_page: Open) -> None:
    app = open_page(PAGE, export_format="CSV for people")
    evaluation = Scoreboard(sources.load("demo")).evaluate(starter("nordic-software").profile)
    sizes = {tier.name: tier.accounts for tier in evaluation.tiers}
    assert written(app) == sizes["A"] + sizes["B"] + sizes["C"]
    app.button_group(key="export_tiers").set_value(["A"]).run()
    assert written(app) == sizes["A"]
    app.button_group(key="export_tiers").set_value(["unranked"]).run()
    assert written(app) == sizes["unranked"]


def test_customers_can_be_left_out_or_be_the_only_ones(open_page: Open) -> None:
    app = open_page(PAGE, export_format="CSV for people")
    everyone = written(app)
    app.button_group(key="export_customers").set_value("only").run()
    customers = written(app)
    app.button_group(key="export_customers").set_value("without").run()
    assert 0 < customers < everyone
    assert written(app) == everyone - customers


def test_countries_add_up_to_the_whole(open_page: Open) -> None:
    app = open_page(PAGE, export_format="CSV for people")
    everyone = written(app)
    counts = []
    for code in ("DK", "FI", "NO", "SE"):
        app.button_group(key="export_countries").set_value([code]).run()
        counts.append(written(app))
    assert all(counts)
    assert sum(counts) == everyone


def test_possible_companies_come_on_request(open_page: Open) -> None:
    app = open_page(PAGE, export_format="CSV for people")
    everyone = written(app)
    app.toggle(key="export_possible").set_value(True).run()
    assert written(app) == everyone + 647


def test_too_few_for_linkedin_is_refused_with_ways_that_are_one_press_away(
    open_page: Open,
) -> None:
    def download(app: AppTest) -> Any:
        return next(one for one in app.get("download_button") if one.label == "Download")

    def ways(app: AppTest) -> dict[str, Any]:
        return {b.label: b for b in app.button if (b.key or "").startswith("export_way")}

    app = open_page(PAGE)
    assert not errors(app)
    assert not download(app).disabled
    app.button_group(key="export_tiers").set_value(["A"]).run()
    (message,) = errors(app)
    few = written(app)
    assert f"at least 300 companies, and this file has {few}" in message.replace("\\", "")
    assert download(app).disabled
    offered = ways(app)
    assert [label.partition(": ")[2] for label in offered][:4] == [
        "Add B",
        "Add C",
        "Add Unranked",
        "Include missing data",
    ]
    assert any(": Loosen " in label for label in offered)
    # Each brings what its button says.
    for place, label in enumerate(offered):
        again = open_page(PAGE, export_tiers="A")
        again.button(key=f"export_way_{place}").click().run()
        assert not again.exception
        gain = label.partition(": ")[0].lstrip("+").replace("\u202f", "")
        assert written(again) == few + int(gain), label


def test_tiers_are_chosen_and_add_up(open_page: Open) -> None:
    app = open_page(PAGE, export_format="CSV for people")
    tiers = app.button_group(key="export_tiers")
    assert tiers.value == ["A", "B", "C"]
    ranked = written(app)
    tiers.set_value(["A", "B", "C", "unranked"]).run()
    assert written(app) == ranked + 23
    app.button_group(key="export_tiers").set_value([]).run()
    assert "No tier is chosen" in app.info[0].value
    assert not app.dataframe
    app.button(key="export_all_tiers").click().run()
    assert written(app) == ranked


def test_tiers_of_another_profile_are_chosen_again(open_page: Open) -> None:
    profile = starter("nordic-software").profile
    renamed = profile.tiers.replace(
        tiers=tuple(one.replace(name=f"{i}") for i, one in enumerate(profile.tiers.tiers, 1))
    )
    app = open_page(PAGE, p=links.pack(profile.replace(tiers=renamed)), export_tiers="A")
    assert not app.exception
    assert app.button_group(key="export_tiers").value == ["1", "2", "3"]


def test_the_size_of_the_audience_is_an_estimate_with_its_basis(open_page: Open) -> None:
    app = open_page(PAGE)
    metric = next(one for one in app.metric if "estimate" in one.label)
    # 26 293 people in 371 companies: × 0.6 × 0.3 and × 0.9 × 0.9.
    assert metric.value == "4\u202f730–21\u202f300"
    assert "300" in metric.delta
    assert "371 of 371" in texts(app)
    assert not open_page(PAGE, export_format="HubSpot companies").metric


def test_unknown_customers_are_told_with_the_ways_to_tell_them(open_page: Open) -> None:
    app = open_page(PAGE, dataset="norway", export_customers="Without")
    assert "nobody knows whether they are customers" in texts(app)
    assert "leaving customers out keeps them" in texts(app)
    # Said once, where the ways to tell them are.
    assert "it is not known whether they are customers" not in texts(app)
    assert "nobody knows" not in texts(open_page(PAGE, dataset="norway"))


def test_a_list_of_nothing_says_what_to_do(open_page: Open) -> None:
    app = open_page(PAGE, dataset="listed", export_customers="Only")
    assert "no company to export" in errors(app)[0]
    assert "nothing to preview" in texts(app)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_previews_its_own_headings(open_page: Open, name: str) -> None:
    app = open_page(PAGE, export_format=FORMATS[name].label)
    preview = app.dataframe[-1].value
    assert len(preview) == 20
    assert FORMATS[name].purpose in texts(app)
    first = {"linkedin": "companyname", "hubspot": "Company name", "salesforce": "Name"}
    assert preview.columns[0] == first.get(name, preview.columns[0])


def test_choices_survive_a_visit_to_another_page(open_page: Open) -> None:
    app = open_page(PAGE)
    app.button_group(key="export_tiers").set_value(["A", "B"]).run()
    count = written(app)
    app.switch_page("app.py").run()
    app.switch_page(PAGE).run()
    assert written(app) == count


def test_a_crm_gets_the_roles_of_the_buying_group_or_asks_for_one(open_page: Open) -> None:
    app = open_page(PAGE, dataset="demo", export_format="HubSpot companies")
    assert "hs_buying_role" in texts(app)
    assert [one for one in app.get("download_button") if one.proto.label == "Job titles with roles"]
    app = open_page(PAGE, dataset="norway", export_format="Salesforce accounts")
    assert "OpportunityContactRole" in texts(app)
    assert "Say who is in it" in [one.label for one in app.get("page_link")]
    app = open_page(PAGE, dataset="norway", export_format="LinkedIn company list")
    assert "Roles of the buying group" not in texts(app)

"""Where tiers and scores stand, the pages say who is too little known, and how much is known of whom."""

import pytest
from app_pages import Open, errors, metrics, texts

from icp_core import sources
from icp_core.evaluation.market import Market
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN
from icp_core.profiles.starters import starter
from ui import links
from ui.format import number

LENIENT = starter("nordic-software").profile
STRICT = LENIENT.replace(tiers=LENIENT.tiers.replace(least_coverage=0.9))
LINK = {"profile": "nordic-software", "p": links.pack(STRICT)}


@pytest.fixture(scope="module")
def market() -> Market:
    return Scoreboard(sources.load("demo")).evaluate(STRICT).market


def test_the_builder_sets_what_must_be_known(open_page: Open, market: Market) -> None:
    app = open_page("pages/1_Builder.py", profile="nordic-software", builder_part="Tiers")
    slider = next(one for one in app.slider if one.label.startswith("Least that must be known"))
    assert slider.value == 50
    slider.set_value(90).run()
    assert not errors(app)
    assert links.unpack(app.query_params["p"]) == STRICT
    tiers = next(value for label, value in metrics(app).items() if label.startswith("Tiers"))
    assert tiers == " · ".join(number(tier.accounts) for tier in market.ranked)
    assert f"{number(market.too_little_known)} matches are in no tier" in texts(app)
    assert "less than 90" in texts(app)


def test_the_list_filters_them_and_shows_how_much_is_known(open_page: Open, market: Market) -> None:
    app = open_page("pages/5_Accounts.py", **LINK)
    app.button_group(key="accounts_tiers").set_value([TOO_LITTLE_KNOWN]).run()
    assert not errors(app)
    rows = app.dataframe[0].value
    assert {tier for (tier,) in rows["tier"]} == {TOO_LITTLE_KNOWN}
    assert (rows["coverage"] < 90).all()
    columns = list(rows.columns)
    assert columns.index("coverage") == columns.index("score") + 1
    assert f"of {number(market.too_little_known)}" in texts(app)


def test_verification_lists_first_what_to_look_up(open_page: Open, market: Market) -> None:
    app = open_page("pages/6_Verification.py", **LINK)
    assert not errors(app)
    assert "To look up first" in texts(app)
    rows = app.dataframe[0].value
    assert rows["find_out"].str.len().min() > 0
    assert (rows["coverage"] < 90).all()
    plain = open_page("pages/6_Verification.py", profile="nordic-software")
    assert "To look up first" not in texts(plain)


def test_an_export_leaves_them_out_and_can_take_them(open_page: Open, market: Market) -> None:
    app = open_page("pages/8_Export.py", export_format="CSV for people", **LINK)
    assert not errors(app)
    assert "Too little known for a tier" in app.table[0].value.iloc[:, 0].to_list()
    assert f"The file, {number(market.in_a_tier)} companies" in texts(app)
    app.button_group(key="export_tiers").set_value([TOO_LITTLE_KNOWN]).run()
    assert f"The file, {number(market.too_little_known)} companies" in texts(app)

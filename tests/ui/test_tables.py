"""The component that draws every table, and the file beside it."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pyarrow as pa
import pytest
from app_pages import printed
from streamlit.testing.v1 import AppTest

from icp_core.accounts.columns import Column
from ui.format import UNKNOWN
from ui.tables import Field, Table, csv_name, pages_of


@dataclass(frozen=True)
class Accounts:
    """As much of a population as a file asks for."""

    fictional: bool
    name: str = "accounts"
    label: str = "Accounts"
    tells_customers: bool = False
    columns: dict[str, Column] = field(default_factory=dict)


FIELDS = (
    Field("key", "Code", on_page=False),
    Field("name", "Region"),
    Field("accounts", "Matches", "number"),
    Field("share", "Share", "share"),
    Field("tags", "Uses", "tags"),
    Field("shown", "Shown", "flag", in_file=False),
)
ROWS = pl.DataFrame(
    {
        "name": ["=1+1", None],
        "key": ["SE-01", "SE-02"],
        "accounts": [1284, None],
        "share": [0.625, None],
        "tags": [["shopify", "klarna"], []],
        "shown": [True, False],
        "other": [1, 2],
    }
)


def test_the_file_has_headings_in_order_shares_as_shares_and_no_formula():
    lines = Table(ROWS, FIELDS).to_csv().decode("utf-8-sig").splitlines()
    assert lines[0] == '"Code","Region","Matches","Share","Uses"'
    assert lines[1] == '"SE-01","\'=1+1",1284,0.625,"shopify, klarna"'


def test_a_file_of_more_than_is_shown_is_made_of_the_whole():
    table = Table(ROWS.head(1), FIELDS, whole=lambda: ROWS)
    assert len(table.to_csv().splitlines()) == 3


@pytest.mark.parametrize(
    ("population", "name"),
    [
        (None, "costs.csv"),
        (Accounts(fictional=False), "costs.csv"),
        (Accounts(fictional=True), "FICTIONAL-costs.csv"),
    ],
)
def test_the_file_of_invented_companies_says_so(population, name):
    assert csv_name("costs", population) == name


def test_numbers_are_printed_as_people_read_them():
    assert Field("a", "A", "number").text(1284) == "1\u202f284"
    assert Field("a", "A", "change").text(-3) == "−3"
    assert Field("a", "A", "share").text(0.625) == "62.5\u00a0%"
    assert Field("a", "A").text("a*b") == r"a\*b"


def test_a_page_shows_percent_and_leaves_out_what_is_for_the_file():
    def page() -> None:
        from tests.ui.test_tables import FIELDS, ROWS
        from ui.tables import Table

        Table(ROWS, FIELDS, title="Regions", file="regions").draw()

    app = AppTest.from_function(page).run()
    assert not app.exception
    (shown,) = app.dataframe
    assert list(shown.value.columns) == ["name", "accounts", "share", "tags", "shown"]
    assert shown.value["share"][0] == 62.5
    assert app.header[0].value == "Regions"


def test_a_printed_table_keeps_numbers_as_numbers_which_stand_one_below_the_other():
    def page():
        import polars as pl

        from ui.tables import Field, Table

        rows = pl.DataFrame({"name": ["a_b", "c"], "share": [0.5, None], "count": [1284, 7]})
        fields = [
            Field("name", "Name"),
            Field("share", "Share", "share", digits=0),
            Field("count", "How many", "change"),
        ]
        Table(rows, fields).draw_printed(unknown="none")

    app = AppTest.from_function(page).run()
    assert app.table[0].value.dtypes.map(str).to_list()[1:] == ["float64", "int64"]
    assert printed(app).to_numpy().tolist() == [
        ["a\\_b", "50\N{NO-BREAK SPACE}%", "+1\u202f284"],
        ["c", "none", "+7"],
    ]


def test_a_day_is_shown_without_a_time_beside_numbers():
    def page() -> None:
        from datetime import date

        import polars as pl

        from ui.tables import Field, Table

        rows = pl.DataFrame({"day": [date(2026, 5, 7), None], "count": [1, 2]})
        Table(rows, (Field("day", "Last touch"), Field("count", "Matches", "number"))).draw()

    (shown,) = AppTest.from_function(page).run().dataframe
    assert shown.value["day"].to_list() == [date(2026, 5, 7), None]
    written = pa.ipc.open_stream(shown.proto.arrow_data.styler.display_values).read_all()
    assert written["day"].to_pylist() == ["2026-05-07", UNKNOWN]


def test_a_list_of_nothing_has_one_page():
    assert [pages_of(total, size=50) for total in (0, 1, 50, 51)] == [1, 1, 1, 2]

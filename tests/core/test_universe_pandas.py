"""Accounts from and to pandas, where unknown has many faces."""

import doctest
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from icp_core import sources
from icp_core.accounts.universe import Universe
from icp_core.errors import UniverseError

COLUMNS = Path(__file__).resolve().parents[2] / "docs" / "columns.md"


def of(**columns):
    return Universe.from_pandas(pd.DataFrame(columns))


@pytest.mark.parametrize(
    "employees",
    [
        [120.0, np.nan],
        pd.array([120, pd.NA], dtype="Int64"),
        pd.array([120, None], dtype="int64[pyarrow]"),
        pd.Series([120, None], dtype=object),
    ],
)
def test_a_missing_headcount_is_unknown_however_pandas_says_so(employees):
    universe = of(account_id=["a", "b"], name=["A", "B"], employees=employees)
    assert universe.frame["employees"].dtype == pl.Int64
    assert universe.frame["employees"].to_list() == [120, None]


def test_missing_texts_flags_days_and_tags_are_unknown():
    universe = of(
        account_id=["a", "b"],
        name=["A", "B"],
        city=["Lund", np.nan],
        is_customer=pd.Series([True, None], dtype=object),
        as_of=pd.to_datetime(["2026-03-31", None]),
        technologies=[["Azure", "SAP"], None],
        revenue=[1e6, np.nan],
    )
    assert universe.frame.row(0)[2:] == ("Lund", True, date(2026, 3, 31), ["Azure", "SAP"], 1e6)
    assert universe.frame.row(1)[2:] == (None, None, None, None, None)


def test_a_number_in_a_column_of_text_keeps_no_point_zero():
    universe = of(
        account_id=["a", "b"],
        name=["A", "B"],
        org_number=[923609016.0, np.nan],
        postcode=[4021, 223],
    )
    assert universe.frame["org_number"].to_list() == ["923609016", None]
    assert universe.frame["postcode"].to_list() == ["4021", "223"]


def test_accounts_without_ids_get_those_that_a_file_would_give_them():
    universe = of(
        name=["A", "B", "C"],
        country=["NO", "SE", "SE"],
        org_number=[923609016.0, np.nan, np.nan],
        domain=[None, "b.se", None],
    )
    assert universe.frame["account_id"].to_list()[:2] == ["NO-923609016", "domain:b.se"]


def test_an_index_of_account_ids_is_a_column_and_any_other_is_none():
    frame = pd.DataFrame({"account_id": ["b", "a"], "name": ["B", "A"]}, index=[7, 3])
    plain = Universe.from_pandas(frame)
    indexed = Universe.from_pandas(frame.set_index("account_id"))
    assert plain.frame.columns == indexed.frame.columns == ["account_id", "name"]
    assert plain.frame.rows() == indexed.frame.rows() == [("a", "A"), ("b", "B")]


def test_the_frame_that_was_given_stays_as_it_was():
    frame = pd.DataFrame({"account_id": ["b", "a"], "name": ["B", "A"], 2026: [1.0, np.nan]})
    before = frame.copy(deep=True)
    universe = Universe.from_pandas(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert universe.frame.columns == ["account_id", "name", "2026"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"name": ["A", 5]}, "cannot be read from pandas"),
        ({"account_id": ["a", "a"], "name": ["A", "B"]}, "stands more than once"),
        ({"account_id": ["a", "b"]}, "lack the column name"),
        (
            {"name": ["A", "B"], "employees": ["many", "few"]},
            "does not hold what its name promises",
        ),
    ],
)
def test_what_cannot_be_accounts_is_refused_by_name(columns, said):
    with pytest.raises(UniverseError, match=said):
        of(**columns)


def test_whole_numbers_and_flags_come_back_in_types_that_know_unknown():
    frame = of(
        account_id=["a", "b"],
        name=["A", "B"],
        employees=[120, np.nan],
        is_customer=pd.Series([True, None], dtype=object),
        revenue=[1e6, np.nan],
    ).to_pandas()
    assert frame.dtypes[["employees", "is_customer", "revenue"]].astype(str).to_list() == [
        "Int64",
        "boolean",
        "float64",
    ]
    assert frame.iloc[0].to_list() == ["a", "A", 120, True, 1e6]
    assert frame[["employees", "is_customer", "revenue"]].iloc[1].isna().all()
    # A count that pandas would make of blanks if they were zeros or False.
    assert frame["employees"].sum() == 120
    assert (frame["is_customer"] == False).sum() == 0  # noqa: E712 - pandas compares by element


@pytest.mark.parametrize("source", ["demo:500", "listed", "norway"])
def test_accounts_are_the_same_there_and_back(source):
    universe = sources.load(source)
    again = Universe.from_pandas(universe.to_pandas(), name=universe.name, label=universe.label)
    assert_frame_equal(again.frame, universe.frame)


def test_the_documented_example_does_what_it_says():
    failed, attempted = doctest.testfile(str(COLUMNS), module_relative=False)
    assert (failed, attempted) == (0, 6)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"account_id": ["a"], "name": ["x"]}).set_index("account_id", drop=False),
        pd.DataFrame({"account_id": ["a"], "name": ["x"], "big": pd.Series([2**70], dtype=object)}),
        pd.DataFrame({"account_id": ["a"], "name": ["x"], "wave": [1 + 2j]}),
    ],
    ids=["an index that is a column too", "a number beyond 64 bits", "a complex number"],
)
def test_what_pandas_holds_and_accounts_cannot_is_one_message(frame):
    with pytest.raises(UniverseError, match="cannot be read from pandas"):
        Universe.from_pandas(frame)

"""Accounts added by hand join a universe without changing what is in it."""

import polars as pl

from icp_core.accounts.universe import Universe


def _universe() -> Universe:
    frame = pl.DataFrame(
        {
            "account_id": ["SE-2", "SE-4"],
            "name": ["Two", "Four"],
            "employees": [20, None],
            "cloud": ["azure", None],
        }
    )
    return Universe.of(frame, name="test", label="Test", note="A note.")


def test_added_accounts_take_their_place_in_the_order() -> None:
    added = pl.DataFrame({"account_id": ["SE-3", "SE-1"], "name": ["Three", "One"]})
    before = _universe()
    after = before.joined(added)
    assert after.frame["account_id"].to_list() == ["SE-1", "SE-2", "SE-3", "SE-4"]
    assert after.frame["name"].to_list() == ["One", "Two", "Three", "Four"]
    assert after.frame["employees"].to_list() == [None, 20, None, None]
    assert after.note == "A note."
    assert len(before) == 2


def test_an_account_that_is_here_already_stays_as_it_is() -> None:
    added = pl.DataFrame({"account_id": ["SE-2"], "name": ["Another name"]})
    universe = _universe()
    assert universe.joined(added) is universe


def test_a_column_that_the_universe_lacks_is_left_out() -> None:
    added = pl.DataFrame({"account_id": ["SE-5"], "name": ["Five"], "revenue": [1e6]})
    after = _universe().joined(added)
    assert "revenue" not in after.columns
    assert after.frame.columns == _universe().frame.columns


def test_a_value_of_another_type_is_unknown_and_changes_no_column() -> None:
    added = pl.DataFrame({"account_id": ["SE-5"], "name": ["Five"], "cloud": [7]})
    after = _universe().joined(added)
    assert after.frame.schema == _universe().frame.schema

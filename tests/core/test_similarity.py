"""Gower's distance against a slow one, and twins of chosen customers."""

from functools import partial

import numpy as np
import polars as pl
import pytest
from gower_reference import differences, distance

from icp_core.accounts import demo, neighbours
from icp_core.accounts.columns import Kind
from icp_core.accounts.similarity import Gower
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.learning.levels import attributes_of
from icp_core.learning.twins import find_twins


@pytest.fixture(scope="module")
def universe():
    return Universe.of(demo.generate(3_000), name="demo", label="Demo", fictional=True)


@pytest.fixture(scope="module")
def columns(universe):
    return attributes_of(universe)[0]


def slow(gower, one, other):
    """One pair, column by column, as the definition reads."""
    weights = {c.name: w for c, w in zip(gower.columns, gower.weights, strict=True)}
    percentiles = {
        c.name: partial(np.interp, xp=grid[0], fp=grid[1])
        for c in gower.columns
        if c.kind is Kind.NUMBER
        for grid in [gower.encoded.grid(c.name)]
    }
    found = distance(differences(one, other, weights, percentiles), weights)
    return 1.0 if found is None else found


@pytest.mark.parametrize("weights", [None, {"industry": 4.0, "employees": 2.5, "region": 0.0}])
def test_the_distance_is_gowers(universe, columns, weights):
    gower = Gower.on(universe, columns, weights=weights)
    some, chosen = universe.frame[::97], universe.frame[5::311]
    found = gower.to(chosen).distances(some)
    expected = [
        [slow(gower, one, other) for other in chosen.iter_rows(named=True)]
        for one in some.iter_rows(named=True)
    ]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert (found == 1).any(), "pairs that know too little in common are among them"


def test_an_account_is_at_no_distance_from_itself_and_distances_are_mutual(universe, columns):
    some = universe.frame.filter(pl.col("revenue").is_not_null())[:60]
    apart = Gower.on(universe, columns).to(some).distances(some)
    assert np.diag(apart).max() == 0
    np.testing.assert_allclose(apart, apart.T, atol=1e-12)


@pytest.mark.parametrize("count", [1, 25])
@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param({*Kind}, id="columns of every kind"),
        pytest.param({Kind.NUMBER}, id="numbers alone, which part no groups"),
        pytest.param({Kind.INDUSTRY}, id="one choice, where most distances are equal"),
    ],
)
def test_passing_over_what_is_out_of_reach_changes_nothing(
    universe, columns, kinds, count, monkeypatch
):
    monkeypatch.setattr(neighbours, "_FIRST", 64)
    monkeypatch.setattr(neighbours, "_CHUNK", 100)
    monkeypatch.setattr(neighbours, "_PAIRS", 500)
    prototypes = np.arange(0, 3_000, 173)[:12]
    compared = [column for column in columns if column.kind in kinds]
    ready = Gower.on(universe, compared).to(universe.frame[prototypes])
    found = neighbours.nearest(ready, count, without=prototypes)
    apart = ready.distances(universe.frame)
    apart[prototypes] = 1
    known = universe.frame.select(pl.col(c.name).is_not_null() for c in compared).to_numpy()
    common = known.astype(int) @ known[prototypes].T
    for prototype in range(len(prototypes)):
        order = np.lexsort((np.arange(3_000), -common[:, prototype], apart[:, prototype]))
        order = order[apart[order, prototype] < 1][:count]
        # Of what is alike in nothing there may be more than of what cannot be compared.
        mine = found.filter(pl.col("prototype") == prototype, pl.col("distance") < 1)
        assert mine["row"].to_list() == order.tolist()
        np.testing.assert_allclose(mine["distance"], apart[order, prototype], atol=1e-12)


def test_a_number_is_compared_by_percentile_so_that_no_giant_stretches_it():
    frame = pl.DataFrame(
        {"account_id": [f"A{i:03}" for i in range(101)], "name": "N",
         "size": [float(i) for i in range(100)] + [1e9]}
    )  # fmt: skip
    universe = Universe.of(frame, name="x", label="X")
    ready = Gower.on(universe, attributes_of(universe)[0]).to(universe.frame[:1])
    assert ready.distances(universe.frame)[50, 0] == pytest.approx(50 / 101, abs=0.01)


def test_each_twin_names_its_customer_and_what_they_share(universe, columns):
    customers = np.flatnonzero(universe.frame["is_customer"].to_numpy())[:8]
    found = find_twins(universe, customers, columns, count=40)
    frame = found.frame
    assert frame.height == 40
    assert frame["account_id"].is_unique().all()
    own = universe.frame["account_id"].gather(customers)
    assert not frame["account_id"].is_in(own.implode()).any()
    assert frame["nearest_id"].is_in(own.implode()).all()
    gower = Gower.on(universe, columns)
    apart = gower.to(universe.frame[customers]).distances(
        frame.select("account_id").join(universe.frame, on="account_id", maintain_order="left")
    )
    np.testing.assert_allclose(1 - apart.min(axis=1), frame["similarity"], atol=1e-12)
    assert own.gather(apart.argmin(axis=1)).to_list() == frame["nearest_id"].to_list()
    first = frame.row(0, named=True)
    assert first["shared"]
    assert not set(first["shared"]) & set(first["different"])


def test_a_rare_customer_keeps_its_twins():
    rng = np.random.default_rng(0)
    size = 400
    rare = np.arange(size) >= 390
    frame = pl.DataFrame(
        {
            "account_id": [f"A{i:04}" for i in range(size)],
            "name": "N",
            "kind": np.where(rare, "rare", "common"),
            "size": np.where(rare, 500, 10) + rng.normal(0, 1, size),
            "age": np.where(rare, 100, 5) + rng.normal(0, 1, size),
        }
    )
    universe = Universe.of(frame, name="x", label="X")
    used = attributes_of(universe)[0]
    customers = np.array([*range(60), 399])
    found = find_twins(universe, customers, used, count=20, most=10)
    assert 399 in found.prototypes, "it stands on its own, not in an average"
    names = found.frame["account_id"].to_list()
    assert any(name >= "A0390" for name in names[:10])


def test_one_customer_is_enough_and_none_is_refused(universe, columns):
    found = find_twins(universe, np.array([7]), columns, count=5)
    assert found.frame["place"].to_list() == [1, 2, 3, 4, 5]
    assert found.frame["similarity"].is_sorted(descending=True)
    with pytest.raises(LearningError, match="at least one customer"):
        find_twins(universe, np.array([], dtype=int), columns)
    with pytest.raises(LearningError, match="at least one column"):
        find_twins(universe, np.array([7]), columns, weights={c.name: 0 for c in columns})


def test_looking_for_twins_can_be_cancelled(universe, columns):
    class CancelledError(Exception):
        pass

    def stop(share, what):
        raise CancelledError

    with pytest.raises(CancelledError):
        find_twins(universe, np.array([7]), columns, progress=stop)

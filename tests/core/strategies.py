"""Random universes and profiles, small enough to reason about and nasty enough to find mistakes."""

from datetime import date, datetime
from math import inf, nan

import polars as pl
from hypothesis import strategies as st

from icp_core.accounts.universe import Universe
from icp_core.profiles.model import (
    Band,
    Choice,
    ColumnPotential,
    Criterion,
    EmployeeBands,
    Flag,
    PerEmployee,
    Profile,
    Range,
    RevenueShare,
    Role,
    Tags,
    Tier,
    TierPolicy,
)

REGIONS = ["SE-01", "SE-14", "NO-03", "FI-01"]
CODES = [
    "C",
    "M",
    "62.01",
    "62.02",
    "62",
    "63.11",
    "01.11",
    "10.1",
    "26.20",
    "70.10",
    "64.19",
    "62.10",
    "62.20",
    "62.100",
    "62.010",
]
KEYS = ["62", "62.0", "62.01", "62.10", "63", "10.1", "C", "J", "K", "M"]
NO_NUMBERS = [nan, inf, -inf, 1e16]
TAGS = ["Azure", "AWS", "SAP", "HubSpot"]

SCHEMA = {
    "account_id": pl.String,
    "name": pl.String,
    "region": pl.String,
    "municipality": pl.String,
    "industry": pl.String,
    "industry_revision": pl.String,
    "employees": pl.Int64,
    "revenue": pl.Float64,
    "revenue_growth": pl.Float64,
    "technologies": pl.List(pl.String),
    "is_customer": pl.Boolean,
    "recruits_abroad": pl.Boolean,
    "ad_spend": pl.Float64,
    "Score": pl.Float64,
}

BANDS = {"employees_low": pl.Int64, "employees_high": pl.Int64}
LOWS_AND_HIGHS = {
    "employees_low": [0, 1, 5, 10, 50, 100, 250],
    "employees_high": [4, 9, 19, 49, 99, 249, 500],
}

OWN = {
    "State": (pl.String, ["match", "fail", "2"]),
    "Potential": (pl.String, ["high", "low"]),
    "Coverage": (pl.Float64, [0.1, 1.0]),
    "TIER": (pl.String, ["A", "T0", "unranked"]),
    "Fit_0": (pl.Float64, [0.0, inf, 1.0]),
    "Passes_0": (pl.Boolean, [True, False]),
    "_CUSTOMER": (pl.Int64, [7]),
    "_by_region": (pl.String, ["SE-01", "x"]),
    "_Tier": (pl.Int64, [0, 9]),
    "_bin": (pl.Float64, [1.0]),
    "_behind": (pl.Float64, [1.0, 0.0]),
    "_cell_accounts": (pl.Int64, [1_000]),
    "_cell_gate_0": (pl.Int64, [0, 1, 2]),
    "#row": (pl.Int64, [1, 2]),
    "size": (pl.String, ["small", "large"]),
    "age": (pl.String, ["old"]),
    "fit": (pl.Float64, [1.0]),
    "group": (pl.String, ["Nordic group"]),
    "accounts": (pl.Int64, [40]),
    "customers": (pl.List(pl.String), [["a", "b"], []]),
    "matching": (pl.Boolean, [True, False]),
    "value": (pl.Date, [date(2024, 2, 29)]),
    "universe": (pl.Datetime("us"), [datetime(2024, 2, 29, 12, 30)]),
}
"""A list's own columns, called as we call or once called what evaluating adds: type and values."""


def maybe(values):
    """One of the values, or unknown."""
    return st.sampled_from([None, *values])


# Made once: making a strategy takes longer than drawing from it.
CELLS = {
    "region": maybe(REGIONS),
    "municipality": maybe(["SE-0180", "SE-1480"]),
    "industry": maybe(CODES),
    "industry_revision": maybe(["2", "2.1"]),
    "employees": maybe([0, 5, 9, 10, 30, 49, 50, 200, 250, 1000]),
    "revenue": maybe([0.0, 1e5, 1e6, 2.5e6, 1e9, *NO_NUMBERS]),
    "revenue_growth": st.floats(-1, 3, width=32) | maybe(NO_NUMBERS),
    "technologies": st.none() | st.lists(st.sampled_from(TAGS), unique=True),
    "is_customer": maybe([True, False]),
    "recruits_abroad": maybe([True, False]),
    "ad_spend": maybe([0.0, 50.0, 99999.0, 1e5, *NO_NUMBERS]),
    "Score": maybe([0.0, 3.0, 99.0, *NO_NUMBERS]),
}
MORE = {name: maybe(values) for name, values in LOWS_AND_HIGHS.items()} | {
    name: maybe(values) for name, (_type, values) in OWN.items()
}
COUNT, SOME_OWN = (
    st.integers(1, 40),
    st.lists(st.sampled_from(sorted(OWN)), unique=True, max_size=6),
)
SOME_ENDS = st.sampled_from(
    [(), (), (), tuple(LOWS_AND_HIGHS), tuple(LOWS_AND_HIGHS), *((end,) for end in LOWS_AND_HIGHS)]
)


@st.composite
def accounts(draw, revisions=True):
    # Few in most lists, since drawing is what takes the time.
    bands = draw(SOME_ENDS)
    # A list may tell headcounts by bands alone.
    cells = {name: cell for name, cell in CELLS.items() if name != "employees"}
    if not bands or draw(st.booleans()):
        cells = CELLS
    more = [*draw(SOME_OWN), *bands]
    rows = []
    for i in range(draw(COUNT)):
        row = {"account_id": f"X-{i:03}", "name": f"Account {i}"}
        row |= {name: draw(cell) for name, cell in cells.items()}
        row |= {name: draw(MORE[name]) for name in more}
        # What a section is in the other revision is worked out by hand elsewhere.
        if not revisions or row["industry"] in ("C", "M"):
            row["industry_revision"] = None
        rows.append(row)
    return rows


def frame(rows):
    """The accounts as an engine may hold them: with NaN and infinities."""
    drawn = {name for row in rows for name in row}
    own = {name: dtype for name, (dtype, _values) in OWN.items() if name in drawn}
    bands = {name: dtype for name, dtype in BANDS.items() if name in drawn}
    canonical = {name: dtype for name, dtype in SCHEMA.items() if name in drawn}
    return pl.DataFrame(rows, schema=canonical | bands | own)


SPELLINGS = {
    "62.01": "6201",
    "62.02": "J62.02",
    "64.19": "k 6419",
    "01.11": "1.11",
    "62.100": "62100",
}
"""Codes as nobody has cleaned them."""


def raw(rows):
    """The accounts as a table holds them that nobody imported."""
    return frame(rows).with_columns(pl.col("industry").replace(SPELLINGS))


def universe(rows):
    return Universe.of(frame(rows), name="random", label="Random accounts")


@st.composite
def ranges(draw, low, high):
    edges = sorted(draw(st.lists(st.floats(low, high, width=32), min_size=4, max_size=4)))
    a, b, c, d = edges
    if draw(st.booleans()):
        a = b
    if draw(st.booleans()):
        c = d
    opened = draw(st.sampled_from(["neither", "lower", "upper", "both"]))
    if opened in ("lower", "both"):
        a = b = None
    if opened in ("upper", "both"):
        c = d = None
    scale = draw(st.sampled_from(["linear", "log"])) if low >= 0 else "linear"
    return Range(a=a, b=b, c=c, d=d, scale=scale)


def choices(keys):
    fits = st.sampled_from([0.0, 0.25, 0.7, 1.0])
    return st.builds(
        Choice,
        values=st.dictionaries(st.sampled_from(keys), fits, min_size=1),
        default=st.sampled_from([0.0, 0.1, 1.0]),
    )


TESTS = st.one_of(
    st.tuples(st.just("employees"), ranges(0, 300)),
    st.tuples(st.just("revenue"), ranges(0, 3e6)),
    st.tuples(st.just("revenue_growth"), ranges(-1, 3)),
    st.tuples(st.just("ad_spend"), ranges(0, 1e5)),
    st.tuples(st.just("Score"), ranges(0, 100)),
    st.tuples(st.just("industry"), choices(KEYS)),
    st.tuples(st.just("region"), choices(REGIONS)),
    st.tuples(
        st.just("technologies"),
        st.builds(
            Tags,
            tags=st.lists(st.sampled_from(TAGS), min_size=1, unique=True),
            match=st.sampled_from(["any", "all", "share"]),
        ),
    ),
    st.tuples(
        st.sampled_from(["recruits_abroad", "is_customer"]), st.builds(Flag, value=st.booleans())
    ),
)


@st.composite
def criteria(draw):
    column, test = draw(TESTS)
    return Criterion(
        column=column,
        fit=test,
        role=draw(st.sampled_from(Role)),
        weight=draw(st.integers(1, 10)),
        missing=draw(st.sampled_from(["unknown", "unknown", "fail", "pass"])),
    )


@st.composite
def policies(draw):
    kind = draw(st.sampled_from(["cut_off", "capacity", "value"]))
    thresholds = {
        "cut_off": st.sampled_from([100, 80, 70, 50, 33.3333, 25, 0]),
        "capacity": st.integers(1, 12),
        "value": st.sampled_from([1e6, 1e5, 5000, 2500, 1000, 0]),
    }[kind]
    count = draw(st.integers(1, 4))
    chosen = draw(st.lists(thresholds, min_size=count, max_size=count, unique=kind != "capacity"))
    if kind != "capacity":
        chosen = sorted(chosen, reverse=True)
    return TierPolicy(
        kind=kind,
        least_coverage=draw(st.sampled_from([0, 0, 0.07, 0.3, 0.5, 0.7, 1])),
        tiers=tuple(Tier(name=f"T{i}", threshold=value) for i, value in enumerate(chosen)),
    )


LIMITS = {
    "floor": st.sampled_from([0.0, 1000.0]),
    "cap": st.sampled_from([None, 5000.0, 1e6]),
}
POTENTIALS = st.one_of(
    st.builds(PerEmployee, rate=st.sampled_from([0.0, 100.0]), **LIMITS),
    st.builds(RevenueShare, share=st.sampled_from([0.001, 0.5]), **LIMITS),
    st.builds(ColumnPotential, column=st.just("ad_spend"), **LIMITS),
    st.builds(
        EmployeeBands,
        bands=st.sampled_from(
            [
                (Band(at_least=5, amount=1000), Band(at_least=50, amount=2500)),
                (Band(at_least=0, amount=800), Band(at_least=10, amount=2500)),
                (
                    Band(at_least=5, amount=4000),
                    Band(at_least=20, amount=500),
                    Band(at_least=100, amount=9000),
                    Band(at_least=300, amount=200),
                ),
            ]
        ),
        **LIMITS,
    ),
)


def profiles():
    return st.builds(
        Profile,
        name=st.just("Random"),
        criteria=st.lists(criteria(), max_size=7).map(tuple),
        tiers=policies(),
        potential=POTENTIALS,
    )

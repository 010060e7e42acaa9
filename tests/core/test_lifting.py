"""Accounts lifted from an engine answer every question as the whole list in memory does."""

import random
import resource
import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from test_engines import written
from test_market_against_reference import PHASES

from icp_core.accounts.universe import Universe
from icp_core.analysis.listing import Wanted
from icp_core.analysis.plan import TeamPlan
from icp_core.errors import AccountError, ProfileError, SourceError
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts, evaluation
from icp_core.evaluation.engines.lifted import LiftedEvaluation
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role
from icp_core.profiles.starters import starter
from icp_core.sources import load
from icp_core.territories.gaps import Gap
from icp_core.views import EVERYTHING, InMemory, view_of

IBIS = pytest.param("ibis+duckdb://{folder}/u.duckdb?table=accounts", id="ibis")
PLANS = (
    TeamPlan(people=1, hours_each=2),
    TeamPlan(people=1, hours_each=9, served_regions=("SE-01", "NO-03")),
)


def engine(folder, address="duckdb://{folder}/u.duckdb?table=accounts", **options):
    connected = engines.connect(address.format(folder=folder))
    return EngineAccounts(connected, **({"lift_up_to": 100_000} | options))


def rows(frame):
    """A frame as plain values, floats rounded: sums in another order differ in the last digits."""
    return [
        tuple(round(value, 6) if isinstance(value, float) else value for value in row)
        for row in frame.rows()
    ]


def rounded(numbers):
    return {name: value if value is None else round(value, 6) for name, value in numbers.items()}


def near_all(value):
    """The same, where floats may differ in the last digits."""
    if isinstance(value, dict):
        return {name: near_all(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(near_all(one) for one in value)
    return near(value) if isinstance(value, float) else value


def near(value):
    return pytest.approx(value, rel=1e-9, abs=1e-6)


def assert_same_answers(lifted, whole, profile):
    """Every question whose answer is not an array, asked of both."""
    assert lifted.totals.gates == whole.totals.gates
    for name in ("universe", "matching", "possible", "failing", "customers", "unscored"):
        assert getattr(lifted.totals, name) == getattr(whole.totals, name), name
    assert lifted.totals.potential == near(whole.totals.potential)
    assert lifted.totals.histogram.tolist() == whole.totals.histogram.tolist()
    shown = ["account_id", "tier", "score", "score_low", "score_high", "potential"]
    for wanted in (Wanted(), Wanted(state="possible"), Wanted(text="b"), Wanted(tiers=("A",))):
        one, other = lifted.page(wanted, limit=200), whole.page(wanted, limit=200)
        assert one.total == other.total
        assert rows(one.rows.select(shown)) == rows(other.rows.select(shown))
    for by in ("region", "industry", "size", "country"):
        assert rows(lifted.segments(by)) == rows(whole.segments(by))
    assert lifted.customers_outside() == whole.customers_outside()
    for level in ("region", "municipality"):
        for countries in ((), ("SE",), ("NO", "FI")):
            one, other = lifted.areas(level, countries), whole.areas(level, countries)
            assert one.countries == other.countries
            assert rows(one.table) == rows(other.table)
            assert rounded(one.total) == rounded(other.total)
            assert rounded(one.unplaced) == rounded(other.unplaced)
        for plan in PLANS:
            owners = lifted.owners_by_area(plan, level), whole.owners_by_area(plan, level)
            assert rows(owners[0]) == rows(owners[1])
    for plan in PLANS:
        assert lifted.coverage(plan).to_dict() == near_all(whole.coverage(plan).to_dict())
        assert (lifted.gap_ids(plan, Gap.NOBODY) == whole.gap_ids(plan, Gap.NOBODY)).all()
    assert lifted.countries() == whole.countries()
    assert lifted.attrition() == whole.attrition()
    assert lifted.costs() == whole.costs()
    for plan in PLANS:
        assert lifted.sizing(plan) == whole.sizing(plan)
        assert lifted.verdict(plan) == whole.verdict(plan)
    assert lifted.curve().accounts.tolist() == whole.curve().accounts.tolist()
    assert lifted.sample(match=3, possible=3, seed=1) == whole.sample(match=3, possible=3, seed=1)
    assert lifted.reachable() == whole.reachable()
    assert lifted.cut_offs() == whole.cut_offs()
    assert lifted.tier_policies().keys() == whole.tier_policies().keys()


@pytest.mark.parametrize(
    "address",
    [
        "duckdb://{folder}/u.duckdb?table=accounts&memory=500MB",
        IBIS,
    ],
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(accounts=strategies.accounts(), profile=strategies.profiles())
def test_lifted_accounts_answer_as_the_whole_list_does(
    address, tmp_path_factory, accounts, profile
):
    if address.startswith("ibis"):
        pytest.importorskip("ibis", reason="needs requirements-scale.txt")
    folder = tmp_path_factory.mktemp("example")
    universe = strategies.universe(accounts)
    written(universe.frame, folder)
    lifted = engine(folder, address).evaluate(profile)
    assert isinstance(lifted, LiftedEvaluation)
    assert_same_answers(view_of(lifted), view_of(Scoreboard(universe).evaluate(profile)), profile)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lifted")
    universe = load("demo:4000")
    written(universe.frame, folder)
    return universe, folder


PROFILE = starter("nordic-software").profile


def test_given_owners_hold_for_lifted_accounts_unless_a_gate_reads_them(demo):
    _universe, folder = demo
    plain = engine(folder)
    keys = view_of(plain.evaluate(PROFILE)).account_ids(Wanted()).to_list()
    given = plain.assigned({keys[0]: "Anna", keys[1]: None, "SE-elsewhere": "Anna"})
    view = view_of(given.evaluate(PROFILE))
    assert view.account_ids(Wanted(owners=("anna",))).to_list() == [keys[0]]
    assert keys[1] in view.account_ids(Wanted(owners=(None,))).to_list()
    # What somebody excluded stays out, and the other edition is as it was.
    without = view_of(given.without({keys[0]: "rival"}).evaluate(PROFILE))
    assert without.account_ids(Wanted(owners=("anna",))).is_empty()
    assert view_of(plain.evaluate(PROFILE)).account_ids(Wanted(owners=("anna",))).is_empty()
    gate = Criterion(column="owner", role=Role.MUST_HAVE, fit=Choice.of("Alma Demoberg"))
    asked = PROFILE.adding(gate)
    one, other = (view_of(accounts.evaluate(asked)) for accounts in (plain, given))
    assert one.account_ids(Wanted()).to_list() == other.account_ids(Wanted()).to_list()


def test_the_demo_answers_alike_lifted_and_whole(demo):
    universe, folder = demo
    whole = view_of(Scoreboard(universe).evaluate(PROFILE))
    lifted = view_of(engine(folder).evaluate(PROFILE))
    assert_same_answers(lifted, whole, PROFILE)
    best = whole.page(limit=1).rows["account_id"][0]
    assert lifted.account(best) == whole.account(best)
    assert lifted.supports == EVERYTHING - {"failing", "adding"}


def test_another_weight_asks_the_engine_nothing(demo):
    _universe, folder = demo
    accounts = engine(folder)
    accounts.evaluate(PROFILE)
    asked = []
    accounts.engine.accounts = lambda: asked.append(1)
    place = next(i for i, one in enumerate(PROFILE.criteria) if not one.role.is_gate)
    other = PROFILE.changing(place, weight=1 + PROFILE.criteria[place].weight % 10)
    found = accounts.evaluate(other)
    assert found.market.matching == accounts.evaluate(PROFILE).market.matching
    assert asked == []


def test_everybody_with_the_same_gates_shares_what_was_lifted(demo):
    _universe, folder = demo
    accounts = engine(folder)
    place = next(i for i, one in enumerate(PROFILE.criteria) if one.role.is_gate)
    other = PROFILE.without(place)
    assert accounts.lifted(PROFILE) is accounts.lifted(PROFILE.replace(name="Another"))
    assert accounts.lifted(PROFILE) is not accounts.lifted(other)


def test_what_nobody_asks_about_is_dropped(demo, monkeypatch):
    _universe, folder = demo
    monkeypatch.setattr(evaluation, "_IDLE", 0.2)
    accounts = engine(folder)
    first = accounts.lifted(PROFILE)
    deadline = time.monotonic() + 10
    while accounts.bytes_lifted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not accounts.bytes_lifted
    assert accounts.lifted(PROFILE) is not first


def test_two_profiles_are_compared_on_what_either_leaves(demo):
    universe, folder = demo
    place = next(i for i, one in enumerate(PROFILE.criteria) if isinstance(one.fit, Range))
    after = PROFILE.without(place)
    scoreboard = Scoreboard(universe)
    whole = InMemory(scoreboard.evaluate(PROFILE)).compare(after)
    lifted = InMemory(engine(folder).lifted(PROFILE, after).evaluate(PROFILE)).compare(after)
    assert rows(lifted.transitions) == rows(whole.transitions)
    assert rows(lifted.rows("entered")) == rows(whole.rows("entered"))
    assert lifted.why_entered == whole.why_entered


def test_above_the_limit_it_says_what_would_bring_it_under(demo):
    universe, folder = demo
    accounts = engine(folder, lift_up_to=10)
    found = view_of(accounts.evaluate(PROFILE))
    assert "areas" not in found.supports
    whole = Scoreboard(universe).evaluate(PROFILE).market
    assert found.totals.matching == whole.matching
    narrowing = found.narrowing()
    assert [one.left for one in narrowing] == sorted(one.left for one in narrowing)
    for one in narrowing:
        required = PROFILE.changing(one.index, role=one.criterion.role)
        market = Scoreboard(universe).evaluate(required).market
        assert one.left == market.matching + market.possible
    with pytest.raises(SourceError, match="narrow the must-haves"):
        found.areas("region")


def test_an_account_that_fails_is_said_to_have_stayed(demo):
    universe, folder = demo
    failing = Scoreboard(universe).evaluate(PROFILE)
    gone = universe.frame["account_id"][int(failing.failing.rows[0])]
    lifted = view_of(engine(folder).evaluate(PROFILE))
    with pytest.raises(AccountError, match="Loosen the must-haves"):
        lifted.account(gone)


def test_a_profile_that_nobody_may_match_leaves_nobody(demo):
    universe, folder = demo
    place = next(i for i, one in enumerate(PROFILE.criteria) if isinstance(one.fit, Range))
    nobody = PROFILE.changing(place, fit=Range.between(10**8, 10**9), missing="fail")
    found = view_of(engine(folder).evaluate(nobody))
    assert found.totals.matching == found.totals.possible == 0
    assert found.totals.failing == found.totals.universe == len(universe)
    assert found.page().total == 0
    assert found.attrition()[-1].matching == 0


def test_an_engine_without_a_limit_lifts_nothing(demo):
    _universe, folder = demo
    found = engine(folder, lift_up_to=0).evaluate(Profile(name="Everybody"))
    assert not isinstance(found, LiftedEvaluation)


def test_two_who_ask_for_the_same_gates_lift_once(demo):
    _universe, folder = demo
    accounts = engine(folder)
    batches, lifts = accounts.engine.batches, []

    def counted(frame, *, rows):
        lifts.append(1)
        time.sleep(0.2)
        yield from batches(frame, rows=rows)

    accounts.engine.batches = counted
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(accounts.lifted, (PROFILE, PROFILE.replace(name="Another")))
    assert one is other
    assert lifts == [1]


def test_weights_are_answered_while_others_are_lifted(demo):
    _universe, folder = demo
    accounts = engine(folder)
    expected = accounts.evaluate(PROFILE).market.matching
    batches, lifting, go_on = accounts.engine.batches, threading.Event(), threading.Event()

    def slow(frame, *, rows):
        lifting.set()
        assert go_on.wait(60)
        yield from batches(frame, rows=rows)

    accounts.engine.batches = slow
    place = next(i for i, one in enumerate(PROFILE.criteria) if one.role.is_gate)
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(accounts.evaluate, PROFILE.without(place))
        assert lifting.wait(60)
        mine = pool.submit(accounts.evaluate, PROFILE)
        try:
            assert mine.result(timeout=60).market.matching == expected
            assert not other.done()
        finally:
            go_on.set()
        assert other.result(timeout=60).market.matching > expected


def test_an_engine_that_fails_in_the_middle_is_one_error_and_can_be_asked_again(demo, tmp_path):
    universe, _folder = demo
    path = tmp_path / "accounts.parquet"
    universe.frame.write_parquet(path, row_group_size=500)
    accounts = engine(tmp_path, "parquet://{folder}")
    accounts.left(PROFILE)
    sound = path.read_bytes()
    half, length = len(sound) // 2, len(sound) // 4
    path.write_bytes(sound[:half] + b"\xff" * length + sound[half + length :])
    with pytest.raises(SourceError, match="failed"):
        accounts.lifted(PROFILE)
    path.write_bytes(sound)
    whole = Scoreboard(universe).evaluate(PROFILE).market
    assert accounts.evaluate(PROFILE).market.matching == whole.matching


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of a file")
def test_a_full_disk_is_one_error_and_leaves_nothing_behind(demo, own_workspace):
    universe, folder = demo
    accounts = engine(folder)
    everybody = Profile(name="Everybody")
    accounts.left(everybody)
    # The engine's own folder, which it holds as long as it is connected.
    before = sorted((own_workspace / "mapped").iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(SourceError, match="make room there"):
            accounts.lifted(everybody)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted((own_workspace / "mapped").iterdir()) == before
    assert accounts.evaluate(everybody).market.matching == len(universe)


@pytest.mark.parametrize("address", ["duckdb://{folder}/u.duckdb?table=accounts", IBIS])
def test_lifting_that_takes_too_long_is_stopped(demo, address, tmp_path):
    universe, _folder = demo
    written(universe.frame, tmp_path)
    accounts = engine(tmp_path, address, seconds=0.5)
    accounts.left(PROFILE)
    batches = accounts.engine.batches

    def endless(frame, *, rows):
        while True:
            yield from batches(frame, rows=rows)

    accounts.engine.batches = endless
    with pytest.raises(SourceError, match=r"took longer than 0.5 s"):
        accounts.lifted(PROFILE)
    accounts.engine.batches = batches
    accounts.seconds = None
    assert accounts.lifted(PROFILE)


def test_a_further_must_have_takes_its_accounts_from_those_lifted(demo):
    universe, folder = demo
    accounts = engine(folder)
    gates = [i for i, one in enumerate(PROFILE.criteria) if one.role.is_gate]
    wider, widest = PROFILE.without(gates[0]), PROFILE.without(gates[0]).without(gates[1] - 1)
    for profile in (widest, wider):
        accounts.lifted(profile)
    accounts.engine.batches = None
    assert_same_answers(
        view_of(accounts.evaluate(PROFILE)),
        view_of(Scoreboard(universe).evaluate(PROFILE)),
        PROFILE,
    )
    reference = Scoreboard(universe).evaluate(PROFILE)
    assert len(accounts.lifted(PROFILE)) == len(reference.matches) + len(reference.possible)


def test_sets_that_were_asked_about_the_longest_ago_make_room(demo, monkeypatch):
    _universe, folder = demo
    monkeypatch.setattr(evaluation, "_MOST_SETS", 1)
    accounts = engine(folder, lift_up_to=4_000)
    everybody = Profile(name="Everybody")
    first = accounts.lifted(PROFILE)
    assert accounts.lifted(PROFILE) is first
    whole = accounts.lifted(everybody)
    assert accounts.lifted(everybody) is whole
    assert accounts.lifted(PROFILE) is not first


def test_many_may_ask_one_engine_at_once(demo):
    universe, folder = demo
    accounts = engine(folder)
    place = next(i for i, one in enumerate(PROFILE.criteria) if isinstance(one.fit, Range))
    profiles = [PROFILE.changing(place, fit=Range.between(least, None)) for least in range(5, 25)]
    with ThreadPoolExecutor(4) as pool:
        found = [
            view.totals for view in pool.map(lambda one: view_of(accounts.evaluate(one)), profiles)
        ]
        pages = list(
            pool.map(
                lambda one: EngineAccounts(accounts.engine).evaluate(one).page(limit=5), profiles
            )
        )
    expected = [Scoreboard(universe).evaluate(one) for one in profiles]
    assert [one.matching for one in found] == [one.market.matching for one in expected]
    assert [page["account_id"].to_list() for page in pages] == [
        one.page(limit=5)["account_id"].to_list() for one in expected
    ]


def test_a_table_that_changes_is_lifted_again(tmp_path):
    (tmp_path / "parts").mkdir()
    file = tmp_path / "parts" / "a.parquet"
    load("demo:3000").frame.write_parquet(file)
    accounts = engine(tmp_path, "parquet://{folder}/parts")
    accounts.evaluate(PROFILE)
    fewer = load("demo:3000").frame.head(500)
    fewer.write_parquet(file)
    place = next(i for i, one in enumerate(PROFILE.criteria) if not one.role.is_gate)
    stricter = PROFILE.changing(place, role="must_have")
    found = accounts.evaluate(stricter).market
    assert found.universe == 500
    assert found.failing >= 0
    whole = Scoreboard(Universe.of(fewer, name="x", label="x")).evaluate(stricter).market
    assert found.matching == whole.matching


def test_a_table_that_disappears_is_one_message(tmp_path):
    (tmp_path / "parts").mkdir()
    load("demo:3000").frame.write_parquet(tmp_path / "parts" / "a.parquet")
    found = view_of(engine(tmp_path, "parquet://{folder}/parts").evaluate(PROFILE))
    shutil.rmtree(tmp_path / "parts")
    for ask in (found.costs, found.customers_outside, lambda: found.areas("region")):
        with pytest.raises(SourceError):
            ask()


def test_what_makes_no_list_is_counted_in_the_engine(tmp_path):
    (tmp_path / "parts").mkdir()
    accounts = load("demo:3000").frame
    texts = accounts.with_columns(as_of=pl.lit("yesterday"))
    for frame, reason in ((texts, "as_of"),):
        frame.write_parquet(tmp_path / "parts" / "a.parquet")
        whole = Profile(name="Everybody")
        found = view_of(engine(tmp_path, "parquet://{folder}/parts").evaluate(whole))
        assert "areas" not in found.supports
        assert reason in found.refusal
        assert found.totals.matching == frame.height


def test_other_gates_are_not_answered_from_what_was_lifted(demo):
    _universe, folder = demo
    place = next(i for i, one in enumerate(PROFILE.criteria) if isinstance(one.fit, Range))
    found = view_of(engine(folder).evaluate(PROFILE))
    with pytest.raises(ProfileError, match="not brought into memory"):
        found.under(PROFILE.without(place))


def test_everybody_is_learned_from_where_they_are_few_enough(demo):
    universe, folder = demo
    assert len(view_of(engine(folder).evaluate(PROFILE)).accounts()) == len(universe)
    few = engine(folder, lift_up_to=1000)
    assert len(view_of(few.evaluate(PROFILE)).accounts()) == few.left(PROFILE)


def test_an_account_that_stayed_can_still_be_named_and_verified(demo):
    universe, folder = demo
    evaluated = Scoreboard(universe).evaluate(PROFILE)
    failing = universe.frame["account_id"][int(evaluated.failing.rows[0])]
    lifted = view_of(engine(folder).evaluate(PROFILE))
    assert lifted.names([failing]).rows() == InMemory(evaluated).names([failing]).rows()
    assert lifted.row(failing)[NAMES.state].to_list() == [0]


def test_a_sample_has_every_country_whatever_its_numbers_look_like():
    accounts = load("demo:250000").frame.select("account_id", "name", "country", "region")
    letters = random.Random(1)
    own = pl.DataFrame(
        {
            "account_id": [
                f"domain:{i}{''.join(letters.choices('aeinorstlkmdg', k=6))}.se"
                for i in range(60_000)
            ],
            "name": "x",
            "country": "IS",
            "region": None,
        },
        schema=accounts.schema,
    )
    everybody = pl.concat([accounts, own])
    with tempfile.TemporaryDirectory() as folder:
        everybody.write_parquet(f"{folder}/a.parquet")
        sample = EngineAccounts(engines.connect(f"parquet://{folder}")).sample()
    shares = {
        country: len(sample.filter(country=country)) / len(everybody.filter(country=country))
        for country in ("SE", "NO", "DK", "FI", "IS")
    }
    assert 1_500 < len(sample) <= 20_000
    assert max(shares.values()) < 4 * min(shares.values())


def test_accounts_that_two_profiles_share_are_counted_once(demo):
    _universe, folder = demo
    accounts = engine(folder)
    place = next(i for i, one in enumerate(PROFILE.criteria) if not one.role.is_gate)
    heavier = PROFILE.changing(place, weight=1 + PROFILE.criteria[place].weight % 10)
    looser = PROFILE.without(next(i for i, one in enumerate(PROFILE.criteria) if one.role.is_gate))
    assert accounts.left(PROFILE, heavier) == accounts.left(PROFILE)
    assert accounts.left(PROFILE, looser) == accounts.left(looser) > accounts.left(PROFILE)


def test_one_timer_drops_whatever_nobody_asks_about(demo):
    _universe, folder = demo
    place = next(i for i, one in enumerate(PROFILE.criteria) if isinstance(one.fit, Range))
    before = sum(isinstance(thread, threading.Timer) for thread in threading.enumerate())
    accounts = engine(folder)
    for least in range(5, 15):
        accounts.lifted(PROFILE.changing(place, fit=Range.between(least, None)))
    timers = sum(isinstance(thread, threading.Timer) for thread in threading.enumerate())
    assert timers == before + 1

"""A real standalone cluster on loopback: a master and two workers, one of which is killed."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import slow_reference as slow
import strategies
from app_pages import PAGES, errors, metrics, opened
from hypothesis import HealthCheck, given, settings
from test_lifting import assert_same_answers
from test_market_against_reference import PHASES, assert_same

from icp_core.errors import SourceError
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.engines.lifted import LiftedEvaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starter
from icp_core.sources import load
from icp_core.views import view_of
from ui import data
from ui.format import bounds

pyspark = pytest.importorskip("pyspark", reason="needs requirements-scale.txt")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java 17", allow_module_level=True)

HOME = Path(pyspark.__file__).parent


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def started(log, *arguments):
    return subprocess.Popen(
        [HOME / "bin" / "spark-class", *arguments],
        env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(HOME)},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def wait_for(text, log, seconds=90):
    deadline = time.monotonic() + seconds
    while text not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.3)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Address of the master, and the worker processes."""
    folder = tmp_path_factory.mktemp("cluster")
    # Nothing runs long enough for the second compiler's work to come back.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    master_log = folder / "master.log"
    processes = [
        started(
            master_log,
            "org.apache.spark.deploy.master.Master",
            *("--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port())),
        )
    ]
    wait_for("I have been elected leader", master_log)
    for number in range(2):
        log = folder / f"worker{number}.log"
        processes.append(
            started(
                log,
                "org.apache.spark.deploy.worker.Worker",
                *("-c", "1", "-m", "1g", "--host", "127.0.0.1", "-d", str(folder / f"w{number}")),
                *("--webui-port", str(free_port()), address),
            )
        )
        wait_for("Successfully registered with master", log)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    # Two hundred tasks a question, as many machines want them, take longer than the rows in them.
    (folder / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 4\n")
    os.environ["SPARK_CONF_DIR"] = str(folder)
    yield address, processes[1:]
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(rows=strategies.accounts(), profile=strategies.profiles())
def test_the_cluster_finds_the_market_that_plain_python_finds(
    cluster, tmp_path_factory, rows, profile
):
    address, _ = cluster
    folder = tmp_path_factory.mktemp("accounts")
    strategies.raw(rows).write_parquet(folder / "a.parquet")
    engine = engines.connect(f"{address}?table=parquet.`{folder}`")
    evaluation = EngineAccounts(engine).evaluate(profile)
    assert_same(evaluation.market, evaluation.page(limit=100), slow.market(profile, rows))


@pytest.fixture(scope="module")
def demo(cluster, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    universe = load("demo:60000")
    for part in range(12):
        universe.frame[part::12].write_parquet(folder / f"{part}.parquet")
    return universe, f"{cluster[0]}?table=parquet.`{folder}`"


def test_an_export_streams_from_the_cluster_in_order(demo):
    universe, address = demo
    profile = starter("nordic-software").profile
    evaluation = EngineAccounts(engines.connect(address)).evaluate(profile)
    reference = Scoreboard(universe).evaluate(profile)
    expected = reference.rows(reference.best(len(reference.matches)))
    batches = list(evaluation.stream(rows=200))
    assert max(batch.height for batch in batches) <= 200
    assert [i for b in batches for i in b["account_id"]] == expected["account_id"].to_list()
    assert [t for b in batches for t in b["tier"]] == expected["tier"].to_list()


def test_excluded_accounts_stay_on_the_cluster(demo):
    universe, address = demo
    profile = starter("nordic-software").profile
    reference = Scoreboard(universe).evaluate(profile)
    best = reference.rows(reference.best(2_000))["account_id"].to_list()
    excluded = dict.fromkeys([*best[::2], "gone"], "partner")
    found = EngineAccounts(engines.connect(address)).without(excluded).evaluate(profile)
    assert found.market.universe == len(universe) - len(best[::2])
    assert found.page(limit=50)["account_id"].to_list() == best[1:100:2]
    assert found.left_out.height == len(best[::2])


def test_accounts_lifted_from_the_cluster_answer_as_the_whole_list_does(demo):
    universe, address = demo
    profile = starter("nordic-software").profile
    lifted = EngineAccounts(engines.connect(address), lift_up_to=60_000).evaluate(profile)
    assert isinstance(lifted, LiftedEvaluation)
    assert_same_answers(view_of(lifted), view_of(Scoreboard(universe).evaluate(profile)), profile)


def test_batches_have_the_tables_types_whatever_they_hold(cluster, tmp_path):
    accounts = pl.DataFrame(
        {
            "account_id": [f"X-{number:03}" for number in range(40)],
            "name": [f"Account {number}" for number in range(40)],
            "technologies": [None] * 10 + [[]] * 10 + [["SAP"]] * 20,
            "as_of": [None] * 20 + [date(2026, 9, 1)] * 20,
            "visits": [None] * 20 + [3] * 20,
            "seen": [None] * 20 + [datetime(2026, 9, 1, 12, 30)] * 20,
        },
        schema_overrides={"seen": pl.Datetime("us"), "visits": pl.Int32},
    )
    accounts.write_parquet(tmp_path / "a.parquet")
    engine = engines.connect(f"{cluster[0]}?table=parquet.`{tmp_path}`")
    with engine.asking(seconds=None):
        batches = list(engine.batches(engine.accounts(), rows=10))
    assert [len(batch) for batch in batches] == [10] * 4
    assert pl.concat(batches).sort("account_id").equals(accounts)
    lifted = EngineAccounts(engine, lift_up_to=100).lifted(Profile(name="Everybody"))
    assert lifted.universe.frame["visits"].to_list() == accounts["visits"].to_list()
    assert lifted.universe.frame["technologies"].to_list() == accounts["technologies"].to_list()


def test_every_page_opens_on_the_cluster(demo, monkeypatch):
    universe, address = demo
    monkeypatch.setenv("ICP_DATASETS", address)
    expected = Scoreboard(universe).evaluate(starter("nordic-software").profile).market
    for path in PAGES:
        app = opened(path, dataset=address, profile="nordic-software")
        assert not app.exception, path
        assert not errors(app), path
        if path == "app.py":
            assert metrics(app)["Matching companies (TAM)"] == bounds(expected.tam)
    found = data.market(address, starter("nordic-software").profile)
    assert "areas" in found.supports
    assert found.totals.matching == expected.matching


def test_a_question_that_takes_too_long_is_cancelled_on_the_cluster(demo):
    _, address = demo
    engine = engines.connect(address)
    profile = starter("nordic-software").profile
    with pytest.raises(SourceError, match="took longer than"):
        EngineAccounts(engine, seconds=0.2).evaluate(profile)
    assert EngineAccounts(engine).evaluate(profile).market.matching > 0


def test_a_worker_killed_in_the_middle_of_a_query_changes_nothing(cluster, demo):
    universe, address = demo
    _, workers = cluster
    profile = starter("manufacturers-erp").profile
    scoreboard = EngineAccounts(engines.connect(address))
    answers = []
    asking = threading.Thread(target=lambda: answers.append(scoreboard.evaluate(profile).market))
    asking.start()
    time.sleep(1.0)
    assert asking.is_alive(), "the answer came before the worker could be killed"
    os.killpg(workers[0].pid, signal.SIGKILL)
    asking.join(180)
    assert answers, "the cluster gave no answer"
    expected = Scoreboard(universe).evaluate(profile).market
    assert (answers[0].matching, answers[0].possible) == (expected.matching, expected.possible)
    assert [t.accounts for t in answers[0].tiers] == [t.accounts for t in expected.tiers]
    assert answers[0].histogram.tolist() == expected.histogram.tolist()


def test_a_cluster_that_is_not_there_is_one_message():
    with pytest.raises(SourceError, match="cannot read"):
        engines.connect("sc://127.0.0.1:9?table=accounts")

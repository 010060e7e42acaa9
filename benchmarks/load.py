"""Twenty marketers at once on one server process: real sessions, all moving weights in the Builder.

    python -m benchmarks.load --accounts 1000000

Every session is a web socket that speaks Streamlit's protocol as a browser does: it answers with the
values of all widgets it has been shown, asks for the fragment that the slider stands in, and follows the
further fragments that an edit redraws. What a browser needs to draw is left out: on one machine twenty
browsers would be measured rather than the server. The clock of a move runs from the message with the
moved slider to the tiers' new number, and to the end of the last script run that the move causes.

People look before they move on: between moves a session waits one to three seconds, evenly drawn. A
second run without any waiting asks for more than one process can do, and says how it then shares out.
About one account in six matches. Every number that a session was shown is held against what `icp_core`
computes for the weights of that session. `--check` fails on errors and where a ratio misses its target.

Then one more session loads a list on the Import page, by its path on the server, while the twenty go on:
what they wait then is held against what they waited before.
"""

import argparse
import asyncio
import itertools
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import polars as pl
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks import uploads
from benchmarks.browser import served
from benchmarks.engine import profile
from icp_core import sources
from icp_core.accounts import demo
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import MAX_WEIGHT, Profile
from ui import links
from ui.format import THIN, plain

TARGETS: Final = {"median": 3.0, "95th percentile": 6.0}
TARGET_MB: Final = 30
TARGET_BESIDE: Final = 2.0
"""How much longer others may wait, at the 95th percentile, while one session loads a list."""

_POLL: Final = 0.5
THINKING: Final = (1.0, 3.0)
"""Seconds between the answer to a move and the next move."""

PATIENCE: Final = 120
"""Seconds after which an answer is missing."""

_WEIGHT: Final = "Weight of "
_TIERS: Final = "Tiers "
_FINISHED: Final = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


@dataclass(frozen=True)
class Answer:
    """What a session was shown after a move.

    Attributes
    ----------
    number, complete
        Seconds until the tiers' number came, and until all of it had.
    weights
        As the session set them, by the name of their slider.
    tiers
        The number of accounts in each tier.
    """

    number: float
    complete: float
    weights: dict[str, int]
    tiers: tuple[int, ...]


@dataclass
class Session:
    """One user's connection and what a browser would remember of it."""

    socket: websockets.ClientConnection
    query: str
    chance: random.Random
    errors: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    tiers: tuple[int, ...] = ()
    _page: str = ""
    _widgets: dict[str, WidgetState] = field(default_factory=dict)
    _sliders: dict[str, tuple[str, str]] = field(default_factory=dict)
    _kept: dict[str, bytes] = field(default_factory=dict)

    async def open(self) -> None:
        """Open the page."""
        await self._ask("")
        if not self._sliders:
            self.errors.append("the Builder showed no weights")

    async def use(self, moves: int, *, thinking: tuple[float, float] | None) -> list[Answer]:
        """Move weights, one after another."""
        before = len(self.answers)
        for _ in range(moves):
            if thinking is not None:
                await asyncio.sleep(self.chance.uniform(*thinking))
            await self._move()
        return self.answers[before:]

    async def _move(self) -> None:
        """Move a weight to another value, which together with the others nobody is likely to hold."""
        name = self.chance.choice(sorted(self._sliders))
        widget, fragment = self._sliders[name]
        values = self._widgets[widget].double_array_value.data
        values[0] = self.chance.choice(
            [weight for weight in range(1, MAX_WEIGHT + 1) if weight != values[0]]
        )
        timing = await self._ask(fragment)
        if timing is not None:
            weights = {
                name: int(self._widgets[widget].double_array_value.data[0])
                for name, (widget, _) in self._sliders.items()
            }
            self.answers.append(Answer(*timing, weights, self.tiers))

    async def _ask(self, fragment: str) -> tuple[float, float] | None:
        """Have the page or a fragment run; the seconds to its number and to its end.

        A callback that asks for other fragments ends the first run early, and what it asks for comes in
        a run of its own. So the answer has come when a run ended of itself and the number was in it.
        """
        message = BackMsg()
        client = message.rerun_script
        client.query_string = self.query
        client.page_name = "" if self._page else "Builder"
        client.page_script_hash = self._page
        client.fragment_id = fragment
        client.widget_states.widgets.extend(self._widgets.values())
        client.cached_message_hashes.extend(self._kept)
        start = time.perf_counter()
        number = None
        await self.socket.send(message.SerializeToString())
        while True:
            try:
                content = await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE)
            except (TimeoutError, websockets.ConnectionClosed) as error:
                self.errors.append(f"no answer: {error!r}")
                return None
            at = time.perf_counter() - start
            forward = ForwardMsg()
            forward.ParseFromString(content)
            if forward.WhichOneof("type") == "ref_hash":
                forward.ParseFromString(self._kept[forward.ref_hash])
            elif forward.metadata.cacheable:
                self._kept[forward.hash] = content
            match forward.WhichOneof("type"):
                case "navigation":
                    # Not the one in `new_session`, which is the start page's whatever runs.
                    self._page = forward.navigation.page_script_hash
                case "page_info_changed":
                    self.query = forward.page_info_changed.query_string
                case "script_finished" if forward.script_finished in _FINISHED:
                    if number is not None:
                        return number, at
                case "script_finished":
                    if forward.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        self.errors.append("the page does not compile")
                        return None
                case "delta" if forward.delta.WhichOneof("type") == "new_element":
                    element = forward.delta.new_element
                    self._see(element, forward.delta.fragment_id)
                    if _is_number(element):
                        number = at

    def _see(self, element: Element, fragment: str) -> None:
        """Remember what an element shows, as a browser would."""
        kind = element.WhichOneof("type")
        shown = getattr(element, kind) if kind else None
        if kind == "exception":
            self.errors.append(shown.message)
        elif kind == "metric" and _is_number(element):
            self.tiers = tuple(map(int, re.findall(r"\d+", shown.body.replace(THIN, ""))))
        elif kind in _HELD:
            value = WidgetState(id=shown.id)
            if shown.set_value or shown.id not in self._widgets:
                _HELD[kind](shown, value)
                self._widgets[shown.id] = value
            if kind == "slider" and shown.label.startswith(_WEIGHT):
                self._sliders[shown.label] = shown.id, fragment


def _is_number(element: Element) -> bool:
    return element.WhichOneof("type") == "metric" and element.metric.label.startswith(_TIERS)


def _slide(shown: Any, held: WidgetState) -> None:
    if shown.type == shown.SELECT_SLIDER:
        chosen = shown.raw_value if shown.set_value else _options(shown, shown.default)
        held.string_array_value.data.extend(chosen)
    else:
        held.double_array_value.data.extend(shown.value if shown.set_value else shown.default)


def _choose_one(shown: Any, held: WidgetState) -> None:
    chosen = [shown.raw_value] if shown.set_value else _options(shown, [shown.default])
    held.string_value = chosen[0] if chosen else ""


def _choose_many(shown: Any, held: WidgetState) -> None:
    chosen = shown.raw_values if shown.set_value else _options(shown, shown.default)
    held.string_array_value.data.extend(chosen)


def _switch(shown: Any, held: WidgetState) -> None:
    held.bool_value = shown.value if shown.set_value else shown.default


def _write(shown: Any, held: WidgetState) -> None:
    held.string_value = shown.value if shown.set_value else shown.default


def _options(shown: Any, places: Sequence[float]) -> list[str]:
    options = [getattr(option, "content", option) for option in shown.options]
    return [options[int(place)] for place in places]


_HELD: Final[dict[str, Callable[[Any, WidgetState], None]]] = {
    "slider": _slide,
    "selectbox": _choose_one,
    "multiselect": _choose_many,
    "button_group": _choose_many,
    "checkbox": _switch,
    "text_input": _write,
    "text_area": _write,
}
"""What a browser sends of each widget that the Builder may have; buttons send nothing unless pressed."""


@dataclass
class Loader(Session):
    """One user who loads a list on the Import page and is shown what became of it."""

    said: list[str] = field(default_factory=list)
    _buttons: dict[str, str] = field(default_factory=dict)
    _fields: dict[str, str] = field(default_factory=dict)
    _polled: str = ""

    async def load(self, path: Path) -> None:
        """Name a file on the server, look at it, load it, and see its report."""
        await self._run()
        self._widgets[self._fields["Or a file on the server"]].string_value = str(path)
        await self._run(press="Look at it")
        await self._until(lambda: "Load" in self._buttons)
        await self._run(press="Load")
        await self._until(lambda: any("is loaded and chosen" in text for text in self.said))

    async def _until(self, is_there: Callable[[], bool]) -> None:
        """Ask how far it is as the page does, until it is done."""
        while not is_there() and not self.errors:
            await asyncio.sleep(_POLL)
            await self._run(fragment=self._polled)

    async def _run(self, *, press: str = "", fragment: str = "") -> None:
        message = BackMsg()
        client = message.rerun_script
        client.page_name = "" if self._page else "Import"
        client.page_script_hash, client.fragment_id = self._page, fragment
        client.widget_states.widgets.extend(self._widgets.values())
        if press:
            client.widget_states.widgets.add(id=self._buttons[press], trigger_value=True)
        await self.socket.send(message.SerializeToString())
        whole = not fragment
        while True:
            forward = ForwardMsg()
            content = await asyncio.wait_for(self.socket.recv(decode=False), PATIENCE)
            forward.ParseFromString(content)
            match forward.WhichOneof("type"):
                case "navigation":
                    self._page = forward.navigation.page_script_hash
                case "new_session" if whole:
                    self.said, self._buttons, self._polled = [], {}, ""
                case "auto_rerun":
                    self._polled = forward.auto_rerun.fragment_id
                case "script_finished" if forward.script_finished in _FINISHED:
                    return
                case "script_finished":
                    whole = True  # A part asked for the page.
                case "delta" if forward.delta.WhichOneof("type") == "new_element":
                    self._notice(forward.delta.new_element)

    def _notice(self, element: Element) -> None:
        self._see(element, "")
        match element.WhichOneof("type"):
            case "button":
                self._buttons[element.button.label] = element.button.id
            case "text_input":
                self._fields[element.text_input.label] = element.text_input.id
            case "alert" if element.alert.format == element.alert.ERROR:
                self.errors.append(element.alert.body)
            case "alert":
                self.said.append(element.alert.body)


async def beside_a_load(
    loader: Loader, others: Sequence[Session], path: Path
) -> tuple[list[Answer], float]:
    """What others are answered while one session loads a list, and the seconds that the load took."""
    done = asyncio.Event()

    async def go_on(one: Session) -> list[Answer]:
        found = []
        while not done.is_set():
            found += await one.use(1, thinking=THINKING)
        return found

    moving = [asyncio.create_task(go_on(one)) for one in others]
    start = time.perf_counter()
    await loader.load(path)
    took = time.perf_counter() - start
    done.set()
    return list(itertools.chain(*(await asyncio.gather(*moving)))), took


def write_list(path: Path, rows: int) -> None:
    """A list as people bring it: no canonical columns, and none that says what the demo's are."""
    with tempfile.TemporaryDirectory() as folder:
        demo.write(Path(folder) / "demo.parquet", rows)
        accounts = pl.scan_parquet(Path(folder) / "demo.parquet")
        accounts.select(
            pl.col("name").alias("Company"),
            pl.col("org_number").alias("Organisation number"),
            pl.col("country").alias("Country"),
            pl.col("website").alias("Website"),
            pl.col("postcode").alias("Postcode"),
            pl.col("city").alias("City"),
            pl.col("industry").alias("NACE code"),
            pl.col("employees").alias("Employees"),
            pl.col("revenue").alias("Revenue (EUR)"),
            pl.col("founded").alias("Founded"),
            pl.col("funding_stage").alias("Funding"),
        ).sink_csv(path)


@dataclass
class Report:
    """What was measured: answers of one session, of many that think, of many that don't; memory."""

    alone: list[Answer] = field(default_factory=list)
    together: list[Answer] = field(default_factory=list)
    saturated: list[Answer] = field(default_factory=list)
    beside: list[Answer] = field(default_factory=list)
    load_rows: int = 0
    load_seconds: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    opened_mb: float = 0.0
    used_mb: float = 0.0
    errors: list[str] = field(default_factory=list)


async def measure(address: str, query: str, *, sessions: int, moves: int, path: Path) -> Report:
    """Use the app alone and together."""
    report = Report()
    server = _only_child()

    async def connected() -> websockets.ClientConnection:
        return await websockets.connect(
            address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None,
            compression=None,
        )

    async def session(seed: int) -> Session:
        opened = Session(await connected(), query, random.Random(seed))
        await opened.open()
        return opened

    first = await session(0)
    await first.use(20, thinking=None)  # so that all caches are as full as they get
    report.alone = await first.use(2 * moves, thinking=THINKING)
    before = _resident_mb(server)
    others = [await session(seed) for seed in range(1, sessions + 1)]
    report.opened_mb = (_resident_mb(server) - before) / sessions
    # The first move of a session redraws the whole page, to say that the profile was edited.
    await asyncio.gather(*(one.use(1, thinking=THINKING) for one in others))
    for name, answers, thinking in (
        ("together", report.together, THINKING),
        ("saturated", report.saturated, None),
    ):
        start = time.perf_counter()
        found = await asyncio.gather(*(one.use(moves, thinking=thinking) for one in others))
        report.seconds[name] = time.perf_counter() - start
        answers.extend(itertools.chain(*found))
    report.used_mb = (_resident_mb(server) - before) / sessions
    loader = Loader(await connected(), "", random.Random(0))
    report.beside, report.load_seconds = await beside_a_load(loader, others, path)
    for one in (first, *others, loader):
        report.errors += one.errors
        await one.socket.close()
    return report


def check_numbers(report: Report, dataset: str, base: Profile) -> Iterator[str]:
    """What was shown to a session and is not what its weights make."""
    scoreboard = Scoreboard(sources.load(dataset))
    columns = scoreboard.universe.columns
    places = {
        _WEIGHT + plain(columns[criterion.column].label): index
        for index, criterion in enumerate(base.criteria)
        if not criterion.role.is_gate
    }
    for answer in (*report.alone, *report.together, *report.saturated, *report.beside):
        asked = base
        for name, weight in answer.weights.items():
            asked = asked.changing(places[name], weight=weight)
        expected = tuple(tier.accounts for tier in scoreboard.evaluate(asked).market.ranked)
        if answer.tiers != expected:
            yield f"shown {answer.tiers}, {expected} is right for {answer.weights}"


def _only_child() -> int:
    here = os.getpid()
    (child,) = Path(f"/proc/{here}/task/{here}/children").read_text().split()
    return int(child)


def _resident_mb(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _late(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=20, method="inclusive")[-1]


def show(report: Report, sessions: int) -> list[str]:
    """Print the tables in Markdown; gives the names of what misses its target."""
    missed = []
    base = {kind: statistics.median(getattr(one, kind) for one in report.alone) for kind in _KINDS}
    print("| | number, ms | × one | complete, ms | × one | target |")
    print("|---|---:|---:|---:|---:|---:|")
    print(f"| one session, median | {_ms(base['number'])} | 1 | {_ms(base['complete'])} | 1 | |")
    thinks, rushes = f"{sessions} sessions", f"{sessions} sessions that never pause"
    for who, answers, judged in (
        (thinks, report.together, True),
        (rushes, report.saturated, False),
    ):
        for name, of in (("median", statistics.median), ("95th percentile", _late)):
            took = {kind: of([getattr(one, kind) for one in answers]) for kind in _KINDS}
            ratios = {kind: took[kind] / base[kind] for kind in _KINDS}
            print(
                f"| {who}, {name} | {_ms(took['number'])} | {ratios['number']:.1f} | "
                f"{_ms(took['complete'])} | {ratios['complete']:.1f} | "
                f"{TARGETS[name] if judged else ''} |"
            )
            if judged and max(ratios.values()) > TARGETS[name]:
                missed.append(name)
    missed += _show_beside(report, sessions)
    print("\n| | | target |\n|---|---:|---:|")
    print(
        f"| moves a second, with pauses | {len(report.together) / report.seconds['together']:.1f} | |"
    )
    print(
        f"| moves a second, without | {len(report.saturated) / report.seconds['saturated']:.1f} | |"
    )
    print(f"| memory per further session, page open, MB | {report.opened_mb:.1f} | {TARGET_MB} |")
    print(
        f"| memory per further session, after all moves, MB | {report.used_mb:.1f} | {TARGET_MB} |"
    )
    answers = sum(map(len, (report.alone, report.together, report.saturated, report.beside)))
    print(f"| answers checked | {answers} | |")
    print(f"| errors and wrong numbers | {len(report.errors)} | 0 |")
    for error in dict.fromkeys(report.errors):
        print(f"\nError: {error}")
    if max(report.opened_mb, report.used_mb) > TARGET_MB:
        missed.append("memory")
    return missed + ["errors"] * bool(report.errors)


def _show_beside(report: Report, sessions: int) -> list[str]:
    """Print what others wait while one loads a list; names it if it misses its target."""
    print(
        f"\n| {sessions} sessions while another loads {report.load_rows:,} rows in "
        f"{report.load_seconds:.0f} s | number, ms | × without | complete, ms | × without | target |"
    )
    print("|---|---:|---:|---:|---:|---:|")
    ratios = []
    for name, of in (("median", statistics.median), ("95th percentile", _late), ("longest", max)):
        before, during = (
            {kind: of([getattr(one, kind) for one in answers]) for kind in _KINDS}
            for answers in (report.together, report.beside)
        )
        ratios.append(max(during[kind] / before[kind] for kind in _KINDS))
        print(
            f"| {name} | {_ms(during['number'])} | {during['number'] / before['number']:.1f} | "
            f"{_ms(during['complete'])} | {during['complete'] / before['complete']:.1f} | "
            f"{TARGET_BESIDE if name == '95th percentile' else ''} |"
        )
    return ["beside a load"] * (ratios[1] > TARGET_BESIDE)


_KINDS: Final = ("number", "complete")


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}"


def forgotten(sessions: int, megabytes: float) -> list[str]:
    """Print the memory that a server still has of sessions that left; the name of a missed target."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(environment={"ICP_DATA_DIR": folder}) as address,
    ):
        server = _only_child()
        held = asyncio.run(
            uploads.held(
                address, lambda: _resident_mb(server), sessions=sessions, megabytes=megabytes
            )
        )
    print(
        f"\n| memory of a server with {sessions} uploads, {megabytes:g} MB in all | MB | target |"
    )
    print("|---|---:|---:|")
    print(f"| before | {held.before:.0f} | |\n| while they are there | {held.uploaded:.0f} | |")
    print(f"| kept {uploads.AWAY} s after they left | {held.kept:.0f} | {uploads.TARGET_MB} |")
    return ["memory of sessions that left"] * (held.kept > uploads.TARGET_MB)


def main() -> None:
    """Serve the app on one dataset and use it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--moves", type=int, default=15)
    parser.add_argument("--rows", type=int, default=600_000, help="of the list that is loaded")
    parser.add_argument("--uploads", type=float, default=200, help="MB of all sessions together")
    parser.add_argument("--check", action="store_true", help="fail where a ratio misses its target")
    options = parser.parse_args()
    dataset = f"demo:{options.accounts}"
    query = urlencode({"dataset": dataset, "p": links.pack(profile())})
    with (
        tempfile.TemporaryDirectory() as folder,
        served(
            environment={
                "ICP_DATASETS": dataset,
                "ICP_DATA_DIR": folder,
                "ICP_IMPORT_DIRS": folder,
            }
        ) as address,
    ):
        path = Path(folder) / "companies.csv"
        write_list(path, options.rows)
        report = asyncio.run(
            measure(address, query, sessions=options.sessions, moves=options.moves, path=path)
        )
    report.load_rows = options.rows
    report.errors += check_numbers(report, dataset, profile())
    print(
        f"{options.accounts:,} accounts, {options.sessions} sessions, {options.moves} moves each, "
        f"{THINKING[0]:.0f}–{THINKING[1]:.0f} s between moves\n"
    )
    missed = show(report, options.sessions) + forgotten(options.sessions, options.uploads)
    if options.check and missed:
        sys.exit("Over target: " + ", ".join(missed))


if __name__ == "__main__":
    main()

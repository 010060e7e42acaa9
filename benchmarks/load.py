"""Twenty marketers at once: real sessions over web sockets, all moving weights on one server.

    python -m benchmarks.load

Each session opens the Builder, lowers its highest weight, waits for the answer, thinks for one to three
seconds, and goes on. The clock runs from the message that carries the moved slider to the end of the
last script run that it causes; the browser's drawing is not part of it. One session alone goes first.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import time
from pathlib import Path

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.browser import served

QUIET = 0.25
"""Seconds without a new run after which the answer is complete."""


class Session:
    """One user's connection, and what it has been shown."""

    def __init__(self, socket: websockets.ClientConnection, query: str) -> None:
        self.socket = socket
        self.query = query
        self.page = ""
        self.weights: dict[str, int] = {}
        self.fragments: dict[str, str] = {}
        self.errors: list[str] = []

    async def ask(self, **state: object) -> float:
        """Send one message and return the seconds until everything it caused has run."""
        message = BackMsg()
        client = message.rerun_script
        client.query_string = self.query
        client.page_name = "Builder"
        client.page_script_hash = self.page
        moved = state.get("moved")
        for name, weight in self.weights.items():
            widget = client.widget_states.widgets.add(id=name)
            widget.double_array_value.data.append(weight)
        if moved is not None:
            client.fragment_id = self.fragments.get(str(moved), "")
        start = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        running, finished = True, start
        while True:
            try:
                content = await asyncio.wait_for(self.socket.recv(), 120 if running else QUIET)
            except TimeoutError:
                return finished - start
            forward = ForwardMsg()
            forward.ParseFromString(content)
            kind = forward.WhichOneof("type")
            if kind == "new_session":
                running = True
                self.page = forward.new_session.page_script_hash
            elif kind == "script_finished":
                running, finished = False, time.perf_counter()
            elif kind == "delta":
                self._see(forward)

    def _see(self, forward: ForwardMsg) -> None:
        element = forward.delta.new_element
        if element.WhichOneof("type") == "exception":
            self.errors.append(element.exception.message)
        if element.WhichOneof("type") == "slider" and element.slider.max == 10:
            slider = element.slider
            if slider.min == 1:
                value = slider.value if slider.set_value else slider.default
                self.weights[slider.id] = int(value[0])
                self.fragments[slider.id] = forward.delta.fragment_id

    async def move(self) -> float:
        """Lower the highest weight by one, or start again from the top."""
        highest = max(self.weights, key=self.weights.__getitem__)
        self.weights[highest] = self.weights[highest] - 1 if self.weights[highest] > 1 else 10
        return await self.ask(moved=highest)


async def use(address: str, dataset: str, moves: int, seed: int) -> tuple[list[float], list[str]]:
    """One session's seconds per move, after one that warms up, and the errors it was shown."""
    chance = random.Random(seed)
    url = address.replace("http", "ws") + "/_stcore/stream"
    async with websockets.connect(url, subprotocols=["streamlit"], max_size=None) as socket:
        session = Session(socket, f"dataset={dataset}")
        await session.ask()
        if not session.weights:
            return [], ["the Builder showed no weights"]
        waits = []
        for _ in range(moves + 1):
            await asyncio.sleep(chance.uniform(1, 3))
            waits.append(await session.move())
    return waits[1:], session.errors


async def measure(address: str, dataset: str, sessions: int, moves: int) -> None:
    """Print the table in Markdown."""
    server = _server_of(address)
    alone, errors = await use(address, dataset, 2 * moves, 0)
    before = _resident(server)
    together = await asyncio.gather(
        *(use(address, dataset, moves, seed) for seed in range(1, sessions + 1))
    )
    after = _resident(server)
    waits = sorted(wait for some, _ in together for wait in some)
    errors += [error for _, some in together for error in some]
    base, median = statistics.median(alone), statistics.median(waits)
    late = waits[int(0.95 * (len(waits) - 1))]
    print("| | ms | × one session | target |\n|---|---:|---:|---:|")
    print(f"| one session, median | {base * 1e3:.0f} | 1 | |")
    print(f"| {sessions} sessions, median | {median * 1e3:.0f} | {median / base:.1f} | 3 |")
    print(f"| {sessions} sessions, 95th percentile | {late * 1e3:.0f} | {late / base:.1f} | 6 |")
    print(f"\nErrors: {len(errors)}{': ' + errors[0] if errors else ''}")
    print(f"Memory per further session: {(after - before) / sessions / 2**20:.1f} MB (target 30)")


def _server_of(address: str) -> int:
    port = address.rsplit(":", 1)[1]
    found = subprocess.run(
        ["pgrep", "-f", f"server.port={port}"], capture_output=True, text=True, check=True
    )
    return int(found.stdout.split()[0])


def _resident(process: int) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Serve the app on one dataset and use it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--moves", type=int, default=15)
    options = parser.parse_args()
    dataset = f"demo:{options.accounts}"
    with served(environment={"ICP_DATASETS": dataset}) as address:
        asyncio.run(measure(address, dataset, options.sessions, options.moves))


if __name__ == "__main__":
    main()

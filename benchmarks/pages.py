"""Each page's own work, warm: time of one script run and bytes sent, beside those of a trivial page.

    python -m benchmarks.pages --accounts 1000000

Streamlit's own test runner drives the real pages, so browser and network are left out. Timed is
`ScriptRunner._run_script`, which a server calls for every rerun too: compile, run, send; not the
reading back of elements that the test runner adds. Bytes are the forward messages of that run,
serialised. "Same" runs a page again as it is. "Edited" changes a weight before every run, to a value
nobody has asked for, so that no score, tier or total is remembered. About one account in six matches.
"""

import argparse
import dataclasses
import itertools
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest, app_test
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from benchmarks.browser import ROOT
from benchmarks.engine import memory, profile
from benchmarks.interaction import TRIVIAL
from icp_core.profiles.brief import Brief
from icp_core.profiles.model import MAX_WEIGHT, Profile, Range
from icp_core.workspace import SavedVersion, Workspace
from ui import links
from ui.data import lists
from ui.navigation import START, Page, pages

LIMIT_MS = 300
UNKNOWN_COMPANIES = "export, companies nobody asked for"
PREVIEW = "one_page, another answer"
UNLIMITED = frozenset({"market: robustness", UNKNOWN_COMPANIES})
LIMITS = {PREVIEW: 1_000}
"""Milliseconds, where they are others than `LIMIT_MS`: a page has to be set in type and drawn."""
TIMEOUT = 600
# Sections of a page that are drawn one at a time: the key of the control, and what it can hold.
SECTIONS = {
    "market": (
        "market_section",
        ("breakdown", "customers", "concentration", "choices", "cut_offs", "robustness"),
    ),
    "versions": ("versions_part", ("history", "compare")),
}

_ran: list[tuple[float, int]] = []


class _Timed(LocalScriptRunner):
    def _run_script(self, rerun_data: Any) -> None:
        start = time.perf_counter()
        super()._run_script(rerun_data)
        spent = 1000 * (time.perf_counter() - start)
        _ran.append((spent, sum(message.ByteSize() for message in self.forward_msgs())))


@dataclass(frozen=True)
class Cost:
    """Median milliseconds of a script run, and the bytes it sends: the more of the two."""

    same: float
    edited: float | None
    payload: int


def measured(app: AppTest, rounds: int, edit: Callable[[], None] | None = None) -> Cost:
    """Run a page that was opened; the first runs warm up.

    Raises
    ------
    SystemExit
        If the page shows an exception.
    """

    def times(prepare: Callable[[], None] | None) -> float:
        found = []
        for _ in range(rounds + 2):
            if prepare is not None:
                prepare()
            _ran.clear()
            app.run()
            if app.exception:
                raise SystemExit(app.exception[0].message)
            # A page that starts itself again has run more than once.
            found.append(sum(spent for spent, _ in _ran))
        return statistics.median(found[2:])

    same, payload = times(None), _ran[-1][1]
    if edit is None:
        return Cost(same, None, payload)
    return Cost(same, times(edit), max(payload, _ran[-1][1]))


def unseen_weights(base: Profile) -> Iterator[Profile]:
    """The profile with other weights, every time different ones."""
    scored = [i for i, one in enumerate(base.criteria) if not one.role.is_gate]
    for weights in itertools.product(range(1, MAX_WEIGHT + 1), repeat=len(scored)):
        changed = base
        for index, weight in zip(reversed(scored), reversed(weights), strict=True):
            changed = changed.changing(index, weight=weight)
        yield changed


def unseen_gates(base: Profile) -> Iterator[Profile]:
    """The profile with a must-have loosened step by step."""
    place = next(i for i, one in enumerate(base.criteria) if one.column == "employees")
    for most in itertools.count(250):
        yield base.changing(place, fit=Range.between(18, most))


def forgetting(dataset: str, changes: Iterator[Profile]) -> Iterator[Profile]:
    """The same profiles, each time when nothing is kept of what a file takes from the accounts."""
    kept = lists._scoreboard(dataset, lists.edition_of(dataset))._kept
    for change in changes:
        for key in [key for key in kept if key[0] == "export"]:
            del kept[key]
        yield change


def some_pages(dataset: str, rounds: int, keys: Collection[str]) -> Iterator[tuple[str, Cost]]:
    """The pages of those keys, and their sections."""
    base = saved(profile())
    changes = unseen_weights(base.profile)
    for one in pages():
        if one.key in keys:
            yield from timed(one, dataset, base, changes, rounds)


def all_pages(dataset: str, rounds: int) -> Iterator[tuple[str, Cost]]:
    """Every page, and every section of those that draw one at a time.

    What is compared on the Versions page is the profile as it was saved with what it is after an edit;
    once more with a profile that every account matches. Export is timed a second time with must-haves
    that nobody has asked for, and a third time when nothing is known of what a file takes from their
    matches, as if none of these companies had matched before.
    """
    base = saved(profile())
    # One run of changes for all: a page must not meet what another one has asked for.
    changes = unseen_weights(base.profile)
    for one in pages():
        yield from timed(one, dataset, base, changes, rounds)
    by_key = {one.key: one for one in pages()}
    gates = unseen_gates(base.profile)
    for _, cost in timed(by_key["export"], dataset, base, gates, rounds):
        yield "export, other must-have", cost
    for _, cost in timed(by_key["export"], dataset, base, forgetting(dataset, gates), rounds):
        yield UNKNOWN_COMPANIES, cost
    everybody = saved(base.profile.replace(name="Everybody", criteria=base.profile.scored))
    changes = unseen_weights(everybody.profile)
    for name, cost in timed(by_key["versions"], dataset, everybody, changes, rounds):
        if name == "versions: compare":
            yield f"{name}, all match", cost


def saved(one: Profile) -> SavedVersion:
    """The profile as its first version in the workspace."""
    return Workspace.open().save_profile(one, author="Benchmark", why="", based_on=0)


def timed(
    one: Page, dataset: str, base: SavedVersion, changes: Iterator[Profile], rounds: int
) -> Iterator[tuple[str, Cost]]:
    """One page, or each of its sections; an edit takes the next of the changes."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=TIMEOUT)
    app.query_params["dataset"] = dataset
    app.query_params["p"] = links.pack(base.profile)
    if one.key != START:
        app.switch_page(one.path)
    app.run()

    def edit() -> None:
        view = app.session_state["view"]
        app.session_state["view"] = dataclasses.replace(view, profile=next(changes))

    control, sections = SECTIONS.get(one.key, ("", (None,)))
    for section in sections:
        if section is not None:
            app.segmented_control(key=control).set_value(section)
        if section == "compare":
            app.run()
            app.selectbox(key="versions_before").set_value(f"{base.slug}@{base.number}")
            app.selectbox(key="versions_after").set_value("now")
        name = one.key if section is None else f"{one.key}: {section}"
        yield name, measured(app, rounds, edit)
    if one.key == "one_page":
        yield PREVIEW, measured(app, rounds, partial(_answer, app, itertools.count()))


def _answer(app: AppTest, numbers: Iterator[int]) -> None:
    """Say something on the one page that no page was drawn with yet."""
    view = app.session_state["view"]
    said = Brief(urgency=f"Within {next(numbers)} days")
    app.session_state["view"] = dataclasses.replace(view, brief=said)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pages", nargs="+", help="keys; all unless given")
    parser.add_argument(
        "--check", action="store_true", help=f"fail where a run takes {LIMIT_MS} ms"
    )
    options = parser.parse_args()
    dataset = f"demo:{options.accounts}"
    os.environ["ICP_DATASETS"] = dataset
    slow = []
    # The test runner has no server, which Streamlit remarks on again and again.
    logging.disable(logging.WARNING)
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, {"ICP_DATA_DIR": folder}),
        patch.object(app_test, "LocalScriptRunner", _Timed),
    ):
        trivial = measured(AppTest.from_string(TRIVIAL).run(), options.rounds)
        print(f"{options.accounts:,} accounts, medians of {options.rounds} runs\n")
        print("| page | same, ms | edited, ms | bytes | × trivial bytes |")
        print("|---|---:|---:|---:|---:|")
        print(f"| one slider, one number | {trivial.same:.0f} | | {trivial.payload:,} | 1 |")
        asked = (
            some_pages(dataset, options.rounds, options.pages)
            if options.pages
            else all_pages(dataset, options.rounds)
        )
        for name, cost in asked:
            print(
                f"| {name} | {cost.same:.0f} | {cost.edited:.0f} | {cost.payload:,} | "
                f"{cost.payload / trivial.payload:.0f} |",
                flush=True,
            )
            limit = LIMITS.get(name, LIMIT_MS)
            if name not in UNLIMITED and max(cost.same, cost.edited or 0) > limit:
                slow.append(name)
    if sys.platform == "linux":
        taken = memory()
        print(
            f"\nMemory of the process: {taken['RssAnon'] / 1e6:,.0f} MB, "
            f"and {taken['RssFile'] / 1e6:,.0f} MB of files that it looked at"
        )
    if options.check and slow:
        sys.exit("Over the limit: " + ", ".join(slow))


if __name__ == "__main__":
    main()

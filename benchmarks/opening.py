"""How long a page takes to open, in a browser: by a link within the app, first and again, and cold.

    python -m benchmarks.opening

Every page is opened by a link of the app, first in a server that has just begun, by somebody who has
read the start page, and then again; and by its address in a new window. The clock runs from the press,
or the request, until the script has run and nothing on the page is stale. Times say how fast this
machine is; what counts are the two ratios: a page against the median page, and its first visit against
the later ones.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, served, settle
from ui.navigation import START, pages

VIEWPORT = {"width": 1280, "height": 900}
SLOWEST = 2.0
"""Times the median page that the slowest may take."""

FIRST = 1.5
"""Times a later visit that the first one may take."""

RETRIES = 2

READ = 8
"""Seconds that somebody reads the first page; the app makes other pages ready meanwhile."""


@dataclass(frozen=True)
class Opened:
    """Seconds that a page took: its first visit, later ones (median), and by its address (median)."""

    first: float
    again: float
    cold: float


def _path(key: str, path: str) -> str:
    return "" if key == START else Path(path).stem.split("_", 1)[1]


def _go(tab: Page, path: str) -> float:
    """Open a page by a link of the app, as `st.page_link` makes it; seconds until it has settled."""
    begun = time.perf_counter()
    # The link of another group stands on no page: the app's own way there is the same for all.
    tab.evaluate(
        """path => { const link = document.querySelector('[data-testid=stPageLink-NavLink]');
             const to = new URL(link.href); to.pathname = '/' + path;
             history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }""",
        path,
    )
    tab.wait_for_function(
        "title => document.title.startsWith(title)", arg=_title(path), timeout=60_000
    )
    settle(tab)
    return time.perf_counter() - begun


def _title(path: str) -> str:
    return next(f"{one.label} · " for one in pages() if _path(one.key, one.path) == path)


def measured(browser: Browser, dataset: str, rounds: int) -> dict[str, Opened]:
    """Every page's times on one list, in a server of its own."""
    found: dict[str, Opened] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        served(environment={"ICP_DATA_DIR": folder, "ICP_DATASETS": dataset}) as address,
    ):
        tab = browser.new_context(viewport=VIEWPORT).new_page()
        # The list is loaded and the first market made: what every page needs, and none is charged for.
        tab.goto(f"{address}/?dataset={dataset}")
        tab.wait_for_selector("[data-testid=stMetricValue]", timeout=120_000)
        settle(tab)
        tab.wait_for_timeout(1000 * READ)
        for one in pages():
            path = _path(one.key, one.path)
            other = "" if path else "Builder"
            first = None
            later = []
            for _ in range(rounds + 1):
                _go(tab, other)
                seconds = _go(tab, path)
                if first is None:
                    first = seconds
                else:
                    later.append(seconds)
            cold = [_cold(browser, f"{address}/{path}?dataset={dataset}") for _ in range(rounds)]
            found[one.label] = Opened(
                first or 0.0, statistics.median(later), statistics.median(cold)
            )
    return found


def _cold(browser: Browser, address: str) -> float:
    context = browser.new_context(viewport=VIEWPORT)
    tab = context.new_page()
    begun = time.perf_counter()
    tab.goto(address)
    tab.wait_for_selector("h1", timeout=60_000)
    settle(tab)
    seconds = time.perf_counter() - begun
    context.close()
    return seconds


def misses(found: dict[str, Opened]) -> list[str]:
    """What is slower than the targets."""
    usual = statistics.median(one.again for one in found.values())
    slow = [
        f"{name} {one.again / usual:.1f} × the median"
        for name, one in found.items()
        if one.again > SLOWEST * usual
    ]
    late = [
        f"first {name} {one.first / one.again:.1f} × later"
        for name, one in found.items()
        if one.first > FIRST * one.again
    ]
    return slow + late


def _table(found: dict[str, Opened], write: Callable[[str], None]) -> None:
    usual = statistics.median(one.again for one in found.values())
    write(f"{'page':22}{'first':>8}{'again':>8}{'cold':>8}{'× median':>10}{'first ×':>9}")
    for name, one in found.items():
        write(
            f"{name:22}{one.first:8.2f}{one.again:8.2f}{one.cold:8.2f}"
            f"{one.again / usual:10.2f}{one.first / one.again:9.2f}"
        )


def main() -> int:
    """Print the table, and what misses its target; 1 with `--check` if something does thrice."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="demo")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    with chromium() as browser:
        for _ in range(1 + RETRIES):
            found = measured(browser, options.dataset, options.rounds)
            _table(found, print)
            missed = misses(found)
            print("; ".join(missed) or "every page within its targets")
            if not (options.check and missed):
                return 0
    return 1


if __name__ == "__main__":
    raise SystemExit(main())

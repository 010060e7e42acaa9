"""Take the pictures in docs/images: every page, light and dark, at two widths.

python docs/screenshots.py
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.browser import chromium, served, settle  # noqa: E402
from ui.navigation import START, pages  # noqa: E402

HEIGHT = 900
MOST = 120  # seconds


def main() -> None:
    """Write one PNG per page, theme and width."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--widths", type=int, nargs="+", default=[1280, 1920])
    parser.add_argument("--themes", nargs="+", default=["light", "dark"])
    parser.add_argument("--pages", nargs="+", help="keys; all unless given")
    parser.add_argument("--dataset", default="demo")
    parser.add_argument("--full", action="store_true", help="the whole page, not the first screen")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(environment={"ICP_DATA_DIR": folder}) as address,
        chromium() as browser,
    ):
        for theme in options.themes:
            for width in options.widths:
                context = browser.new_context(
                    viewport={"width": width, "height": HEIGHT}, color_scheme=theme
                )
                tab = context.new_page()
                for one in pages():
                    if options.pages and one.key not in options.pages:
                        continue
                    path = "" if one.key == START else Path(one.path).stem.split("_", 1)[1]
                    tab.goto(f"{address}/{path}?dataset={options.dataset}")
                    tab.wait_for_selector("[data-testid=stHeading]")
                    _finish(tab, 3000 if one.key == "map" else 1500)
                    if options.full:
                        tall = tab.evaluate(
                            "document.querySelector('[data-testid=stMain]').scrollHeight"
                        )
                        tab.set_viewport_size({"width": width, "height": max(HEIGHT, tall)})
                        tab.wait_for_timeout(1000)
                    tab.screenshot(path=options.out / f"{one.key}-{theme}-{width}.png")
                    tab.set_viewport_size({"width": width, "height": HEIGHT})
                context.close()


def _finish(tab: Page, still: int) -> None:
    """Wait until a page shows no progress for so many milliseconds, two minutes at most."""
    begun = time.monotonic()
    while True:
        settle(tab)
        tab.wait_for_timeout(still)
        is_busy = tab.locator("[data-testid=stProgress]").count()
        if not is_busy or time.monotonic() - begun > MOST:
            return


if __name__ == "__main__":
    main()

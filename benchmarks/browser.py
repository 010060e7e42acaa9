"""The app in a real server and a real browser, for browser tests, screenshots and timings."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WEBGL = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")


@contextmanager
def served(
    script: Path = ROOT / "app.py",
    *,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    kill: bool = False,
) -> Iterator[str]:
    """Run a Streamlit script with the settings of a folder, in a process of its own; its address.

    It listens on a free port unless one is given, and with `kill` ends as a computer does whose plug is
    pulled.
    """
    port = free_port() if port is None else port
    with socket.socket() as asked:
        if asked.connect_ex(("127.0.0.1", port)) == 0:
            raise RuntimeError(f"somebody else listens on port {port} already")
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    process = subprocess.Popen(
        [
            *command,
            "--server.headless=true",
            f"--server.port={port}",
            "--server.fileWatcherType=none",
            "--browser.gatherUsageStats=false",
        ],
        cwd=folder,
        env=os.environ | dict(environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(process, address)
        yield address
    finally:
        process.kill() if kill else process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _wait_until_healthy(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                if answer.read() == b"ok":
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the app did not start at {address}") from error
        time.sleep(0.2)


@contextmanager
def chromium(*, webgl: bool = True) -> Iterator[Browser]:
    """Start Debian's Chromium, headless, and what drives it."""
    with sync_playwright() as playwright, launched(playwright, webgl=webgl) as browser:
        yield browser


@contextmanager
def launched(playwright: Playwright, *, webgl: bool = True) -> Iterator[Browser]:
    """Start Debian's Chromium, headless.

    Drawing WebGL without a graphics card, which only the map needs, slows every other drawing; what
    times a page without a map does without.
    """
    arguments = [*ARGUMENTS, *(WEBGL if webgl else ["--disable-gpu"])]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    try:
        yield browser
    finally:
        browser.close()


def save_data(page: Page) -> None:
    """Have a page believe that its user saves data: it makes no other pages ready.

    Which takes a browser two seconds a window, and gains those nothing that look at one page.
    """
    page.context.new_cdp_session(page).send(
        "Emulation.setDataSaverOverride", {"dataSaverEnabled": True}
    )


def settle(page: Page, *, timeout: float = 60_000) -> None:
    """Wait until the script has run and nothing on the page is stale."""
    page.wait_for_selector(
        '[data-testid=stApp][data-test-script-state="notRunning"]', timeout=timeout
    )
    page.wait_for_function(
        "() => !document.querySelector('[data-stale=\"true\"]')"
        " && !document.querySelector('[data-testid=stSkeleton]')",
        timeout=timeout,
    )

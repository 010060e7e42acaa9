"""One server for all browser tests, and a Chromium for those with a map and one for those without."""

import pytest
from playwright.sync_api import sync_playwright

from benchmarks import browser


@pytest.fixture(scope="session")
def playwright():
    if browser.CHROMIUM is None:
        pytest.skip("no chromium here; install Debian's package of that name")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright):
    # A quarter of what a page costs is drawing without a graphics card what only a map needs.
    with browser.launched(playwright, webgl=False) as started:
        yield started


@pytest.fixture(scope="session")
def chromium_with_maps(playwright):
    with browser.launched(playwright) as started:
        yield started


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    data = tmp_path_factory.mktemp("workspace")
    with browser.served(environment={"ICP_DATA_DIR": str(data)}) as at:
        yield at


@pytest.fixture
def page(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    browser.save_data(opened)
    opened.asked_elsewhere = []
    opened.on(
        "request",
        lambda request: (
            opened.asked_elsewhere.append(request.url)
            if not request.url.startswith(
                (address, address.replace("http", "ws"), "data:", "blob:")
            )
            else None
        ),
    )
    yield opened
    context.close()

"""One server and one Chromium for all browser tests."""

import pytest

from benchmarks import browser


@pytest.fixture(scope="session")
def chromium():
    if browser.CHROMIUM is None:
        pytest.skip("no chromium here; install Debian's package of that name")
    with browser.chromium() as started:
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

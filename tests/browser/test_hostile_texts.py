"""Hostile texts in every field, in a real browser: nothing is fetched, drawn, or can be clicked."""

import re
from pathlib import Path
from urllib.parse import urlencode

import hostile_world
import pytest
from hostile_world import EVERY, LONG

from benchmarks import browser
from benchmarks.browser import settle
from ui import links
from ui.controls import PICTURES

ELEMENTS = Path(__file__).parent / "hostile_elements.py"

# Tables draw their cells on a canvas, which has no links but those of a column that is one.
DRAWN = r"""() => {
    const found = [], main = '[data-testid=stMarkdownContainer]';
    for (const link of document.querySelectorAll('a[href]'))
        if (new URL(link.href, location.origin).origin !== location.origin) found.push(link.href);
    for (const one of document.querySelectorAll(`${main} img, .katex, ${['code', 'del', 'em', 'h1', 'h2',
            'li', 'blockquote', 'hr', 'a[href^="mailto:"]'].map(tag => `${main} ${tag}`).join(', ')}`))
        if (!one.closest('[data-testid=stHeading]')) found.push(one.outerHTML.slice(0, 400));
    for (const one of document.querySelectorAll('img'))
        if (!/^(data:|blob:)/.test(one.src) && new URL(one.src).origin !== location.origin)
            found.push(one.src);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        // A backslash before what is escaped: shown twice escaped, or where no Markdown is read.
        const isCode = text.parentElement.closest('script, style');
        if (!isCode && /\\[!\[\](){}_*.:~$#<>|&=+-]/.test(text.data))
            found.push(text.data.slice(0, 200));
    }
    for (const one of document.querySelectorAll('[data-testid=stException]')) found.push(one.innerText);
    return found;
}"""

MARKET = ("What each choice costs", "Cut-offs", "Robustness")
LEARN = ("Best customers", "What they share", "Profile")
PAGES = [
    ("", {}),
    ("Builder", {"builder_part": "Tiers"}),
    ("Builder", {"builder_list": "What must-haves cost"}),
    ("Builder", {"builder_part": "About", "builder_about": "Who is ready"}),
    ("Builder", {"builder_part": "About", "builder_about": "One at a time"}),
    ("One_page", {}),
    ("Buying_group", {}),
    ("Buying_group", {"group_part": "Content plan"}),
    ("Interviews", {}),
    ("Interviews", {"interviews_part": "What they say"}),
    *(("Market", {"market_section": section}) for section in MARKET),
    ("Map", {}),
    ("Tiers", {}),
    ("Accounts", {}),
    ("Verification", {}),
    *(("Versions", {"versions_part": part}) for part in ("History", "Compare", "Export log")),
    ("Export", {"export_format": "CSV for people"}),
    ("Import", {"import_part": "Loaded lists"}),
    *(("Learn", {"learn_from": "Marked customers", "learn_part": part}) for part in LEARN),
]
ADDRESSES = [
    {"dataset": LONG[0]},
    {"saved": LONG[1]},
    {"saved": "", "profile": LONG[2]},
    {"saved": "", "p": LONG[0]},
]


@pytest.fixture(scope="module")
def world(tmp_path_factory, own_data):
    return hostile_world.build(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def own_data(tmp_path_factory):
    """Where this module's workspace is, for building it here and for the server."""
    folder = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ICP_DATABASE_URL", raising=False)
        patch.setenv("ICP_DATA_DIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def address(own_data, world):
    with browser.served(environment={"ICP_DATA_DIR": str(own_data)}) as at:
        yield at


def drawn(page, world, address, path="", **parameters):
    """Open a page of the hostile list and profile; what is drawn of its texts."""
    asked = {"dataset": world.source, "saved": world.slug} | parameters
    known = {name: value for name, value in asked.items() if value}
    page.goto(f"{address}/{path}?{urlencode(known)}")
    page.wait_for_selector("[data-testid=stHeading], [data-testid=stException]")
    settle(page)
    page.wait_for_timeout(300)
    settle(page)
    ours = tuple(f'<img src="{picture}"' for picture in PICTURES.values())
    return [one for one in page.evaluate(DRAWN) if not one.startswith(ours)]


def tools(page):
    """Labels of what hangs over tables and charts, and of the menus of charts."""
    buttons = "[data-testid=stElementToolbarButton] button, .vega-actions a, .modebar-btn"
    return [one.get_attribute("aria-label") or "" for one in page.locator(buttons).all()]


def test_no_page_draws_or_fetches_anything_from_a_text_or_has_a_download_of_streamlit_s(
    page, world, address
):
    found, offered = {}, set()
    for path, parameters in PAGES:
        links = re.compile(r"https://firma\d+\.se/")  # a company's own web site may be opened
        drawn_here = drawn(page, world, address, path, **parameters)
        left = [one for one in drawn_here if not links.fullmatch(one)]
        if left:
            found[path, *parameters.values()] = left
        assert not page.asked_elsewhere, (path, parameters)
        offered |= {name.partition(":")[0] for name in tools(page)}
    assert not found
    # What a chart gives stays here; a table's own file, or an editor elsewhere, would not be ours.
    charts = {"Fullscreen", "Show data", "Copy Vega-Lite spec", "Download as PNG"}
    # The targeting sheet is a text to copy.
    assert offered == {"Search", "Show/hide columns", "Copy to clipboard"} | charts


def test_the_data_of_a_chart_have_no_download_either(page, world, address):
    drawn(page, world, address)
    # Pressed without the mouse: what hangs over a chart can't be reached while the page still moves.
    page.get_by_role("button", name="Show data").dispatch_event("click")
    page.get_by_test_id("stDataFrame").wait_for()
    assert not [name for name in tools(page) if "CSV" in name]


def test_an_account_draws_nothing_from_its_texts(page, world, address):
    for account in (world.accounts[0], LONG[0]):
        found = drawn(page, world, address, "Accounts", account=account)
        page.get_by_role("dialog").wait_for()
        settle(page)
        if account in world.accounts:
            page.get_by_role("dialog").get_by_text("History").click()
        found = page.evaluate(DRAWN)
        assert not [one for one in found if not re.fullmatch(r"https://firma\d+\.se/", one)]
    assert not page.asked_elsewhere


@pytest.mark.parametrize("parameters", ADDRESSES, ids="-".join)
def test_a_link_that_somebody_shared_draws_nothing(page, world, address, parameters):
    assert not drawn(page, world, address, **parameters)
    assert not page.asked_elsewhere


def test_a_shared_profile_draws_nothing_for_who_opens_the_link(page, world, address):
    profile = world.profile.replace(name=LONG[1], offer=LONG[0])
    for path in ("", "Export"):
        assert not drawn(page, world, address, path, saved="", p=links.pack(profile))
    assert not page.asked_elsewhere


def test_a_file_that_is_looked_at_draws_nothing(page, world, address, tmp_path):
    file = tmp_path / "![f](evil.example) www.evil.example.csv"
    rows = [",".join(f'"{text}"' for text in LONG[:6])] * 2
    file.write_text(
        "\n".join(['name,"![h](//evil.example/h)",www.evil.example,"<i>","$x$",e', *rows])
    )
    drawn(page, world, address, "Import")
    page.get_by_test_id("stFileUploader").first.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look").or_(page.get_by_role("button", name="Preview")).click()
    page.get_by_text("Heading, how sure, with values").wait_for()
    settle(page)
    assert not page.evaluate(DRAWN)
    assert not page.asked_elsewhere


def test_every_element_shows_every_text_letter_by_letter(page):
    with browser.served(ELEMENTS) as at:
        page.goto(at)
        page.get_by_text("All drawn.").wait_for(timeout=60_000)
        settle(page)
        # One of them has backslashes of its own.
        assert not [one for one in page.evaluate(DRAWN) if not one.startswith("\\[x\\]")]
        shown = page.evaluate(
            "() => Object.fromEntries([...document.querySelectorAll('[class*=st-key-]')].map("
            "one => [one.className.match(/st-key-(\\w+)/)[1], one.innerText]))"
        )
        outside = [url for url in page.asked_elsewhere if not url.startswith((at, "ws" + at[4:]))]
    letters = {key: _letters(text) for key, text in shown.items()}
    assert not outside
    wrong = {
        key: text
        for key, text in letters.items()
        if (number := re.fullmatch(r"[a-z]+_(\d+)", key))
        and _letters(EVERY[int(number[1])]) not in text
    }
    assert not wrong
    assert len(letters) > 10 * len(EVERY)


def _letters(text):
    return re.sub(r"\s+", " ", text.replace("\u2060", "")).strip()


def test_cells_of_a_table_are_not_copied_unguarded(page, world, address):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drawn(page, world, address, "Versions", versions_part="Export log")
    page.evaluate("() => navigator.clipboard.writeText('before')")
    table = page.get_by_test_id("stDataFrame").first
    table.click(position={"x": 120, "y": 55})
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    page.wait_for_timeout(300)
    assert page.evaluate("() => navigator.clipboard.readText()") == "before"

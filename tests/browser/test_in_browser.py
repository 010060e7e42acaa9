from benchmarks.browser import save_data, settle

_FETCHED = (
    "() => performance.getEntriesByType('resource').some(({name}) => name.includes('PlotlyChart'))"
)


def test_what_other_pages_draw_with_is_fetched_while_somebody_reads(chromium, address):
    page = chromium.new_page()
    page.goto(address)
    settle(page)
    page.wait_for_function(_FETCHED, timeout=30_000)
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    page.get_by_role("link", name="Market", exact=True).first.click()
    page.get_by_role("heading", level=1, name="Market").wait_for()
    page.locator(".js-plotly-plot").first.wait_for()
    assert not [url for url in fetched if "PlotlyChart" in url]
    page.close()


def test_a_browser_that_saves_data_is_left_alone(chromium, address):
    page = chromium.new_page()
    save_data(page)
    page.goto(address)
    settle(page)
    page.wait_for_timeout(6_000)
    assert not page.evaluate(_FETCHED)
    page.close()

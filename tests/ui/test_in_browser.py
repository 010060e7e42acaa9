from ui import in_browser


def test_streamlit_has_one_file_for_every_element_that_is_made_ready():
    small, *large = in_browser.files()
    assert [name.split(".")[0] for name in small] == list(in_browser.SMALL)
    assert [[name.split(".")[0] for name in group] for group in large] == [
        [name] for name in in_browser.LARGE
    ]

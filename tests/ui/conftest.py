"""What UI tests share: fresh caches, and a way to open a page as a user would."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))

from app_pages import Open, opened


@pytest.fixture(autouse=True)
def fresh_caches(own_workspace: Path) -> Iterator[None]:
    """No test sees what another one loaded."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def open_page() -> Open:
    """Open a page by its file name; see `app_pages.opened`."""
    return opened

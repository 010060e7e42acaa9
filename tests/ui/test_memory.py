"""What sessions that ended leave behind, and what a collection looks at."""

import gc
import weakref

import pytest
from streamlit.runtime.memory_session_storage import MemorySessionStorage

from ui import memory


class Node:
    """Something that holds itself."""

    def __init__(self):
        self.itself = self


class Session:
    def __init__(self, name):
        self.id, self.ended, self.session_state = name, False, {"upload": b"x"}

    def shutdown(self):
        self.ended = True


class Found:
    def __init__(self, session):
        self.session = session


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()


def test_what_is_frozen_is_left_alone_until_nobody_is_there():
    frozen, fresh = Node(), Node()
    seen = weakref.ref(frozen)
    memory.begin()
    later = weakref.ref(fresh)
    after = Node()
    new = weakref.ref(after)
    del frozen, fresh, after
    memory.collect(everything=False)
    assert new() is None
    assert seen() is not None
    memory.collect(everything=True)
    assert seen() is None
    assert later() is None


def test_a_session_that_did_not_come_back_is_ended_and_forgotten(monkeypatch):
    storage = MemorySessionStorage(ttl_seconds=-1)
    gone, here = Session("gone"), Session("here")
    storage.save(Found(gone))

    class Manager:
        _session_storage = storage

        def list_sessions(self):
            return [Found(here), *storage.list()]

    class Runtime:
        _session_mgr = Manager()

    monkeypatch.setattr(memory.runtime, "get_instance", Runtime)
    assert memory._sessions() == {"here"}
    assert gone.ended
    assert gone.session_state == {}
    assert not here.ended


def test_streamlit_keeps_its_sessions_where_we_look():
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    storage = MemorySessionStorage()
    manager = WebsocketSessionManager(storage, None, None, None)
    assert manager._session_storage is storage
    assert storage._cache.expire() == []
    assert manager.list_sessions() == []

"""Whom the server answers: our own pages under our own names, and nobody else's."""

import asyncio
import tomllib
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from ui import seat, server

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["localhost", "127.0.0.1", "::1"]
OURS = ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "[::1]", "LOCALHOST:8501"]
NOT_OURS = [
    "evil.example",
    "evil.example:8501",
    "localhost.evil.example",
    "127.0.0.1.nip.example:8501",
    "0.0.0.0:8501",
    "[::2]:8501",
    "evil.example@localhost",
    "192.168.0.12:8501",
    "",
]
FOREIGN = [
    "http://evil.example",
    "https://evil.example:8501",
    "http://localhost:3000",
    "null",
    "file://",
    "http://localhost.evil.example:8501",
    "chrome-extension://abcdef",
]


@pytest.fixture
def ask(monkeypatch):
    """Ask the server's middleware, with an app behind it that answers everything: status and headers."""
    options = {"server.allowedHosts": NAMES, "server.corsAllowedOrigins": ["https://intra.example"]}
    monkeypatch.setattr(st, "get_option", options.__getitem__)

    async def ours(scope, receive, send):
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await PlainTextResponse("ours")(scope, receive, send)

    app = ours
    for one in reversed(server.middleware()):
        app = one.cls(app, *one.args, **one.kwargs)

    def ask(method, path, host="localhost:8501", **headers):
        given = {"host": host} | {key.replace("_", "-"): value for key, value in headers.items()}
        scope = {
            "type": "websocket" if method == "CONNECT" else "http",
            "method": method,
            "path": path,
            "scheme": "http",
            "query_string": b"",
            "extensions": {"websocket.http.response": {}},
            "headers": [(key.encode(), value.encode("latin-1")) for key, value in given.items()],
        }
        sent = []

        async def send(message):
            sent.append(message)

        async def receive():
            return {"type": "http.request"}

        # In a thread, since a browser that another test started leaves its loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, app(scope, receive, send)).result()
        told = {key.decode(): value.decode() for key, value in sent[0].get("headers", ())}
        return sent[0].get("status", 200), told

    return ask


EVERYWHERE = pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/media/a.csv"),
        ("PUT", "/_stcore/upload_file/a/b"),
        ("CONNECT", "/_stcore/stream"),
    ],
)


@EVERYWHERE
@pytest.mark.parametrize("host", OURS)
def test_our_own_names_are_answered(ask, method, path, host):
    assert ask(method, path, host)[0] == 200


@EVERYWHERE
@pytest.mark.parametrize("host", NOT_OURS)
def test_another_name_is_refused_pages_files_uploads_and_sessions(ask, method, path, host):
    assert ask(method, path, host)[0] == 400


@EVERYWHERE
@pytest.mark.parametrize("origin", FOREIGN)
def test_another_website_is_refused(ask, method, path, origin):
    assert ask(method, path, origin=origin)[0] == 403


@EVERYWHERE
@pytest.mark.parametrize("origin", ["http://localhost:8501", "https://intra.example"])
def test_our_own_pages_and_named_websites_are_answered(ask, method, path, origin):
    assert ask(method, path, origin=origin)[0] == 200


@pytest.mark.parametrize(
    ("mode", "destination", "status"),
    [
        ("navigate", "document", 200),
        ("navigate", "iframe", 403),
        ("navigate", "object", 403),
        ("no-cors", "image", 403),
        ("no-cors", "script", 403),
        ("cors", "empty", 403),
    ],
)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_from_elsewhere_opens_a_page_and_nothing_else(ask, site, mode, destination, status):
    found, _ = ask(
        "GET",
        "/media/a.csv",
        sec_fetch_site=site,
        sec_fetch_mode=mode,
        sec_fetch_dest=destination,
    )
    assert found == status


def test_our_own_frames_are_answered(ask):
    status, headers = ask(
        "GET",
        "/component/a",
        sec_fetch_site="same-origin",
        sec_fetch_mode="navigate",
        sec_fetch_dest="iframe",
    )
    assert status == 200
    assert headers["content-security-policy"] == "frame-ancestors 'self'"
    assert headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("host", [*OURS, *NOT_OURS])
def test_streamlit_asks_the_same_of_a_session(monkeypatch, host):
    monkeypatch.setattr("streamlit.config.get_option", lambda _name: NAMES)
    assert is_host_allowed(host) is (host in OURS)


def test_what_ships_is_this_computer_only():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["allowedHosts"] == NAMES
    assert settings["client"]["allowedOrigins"] == []
    # With it Streamlit has no reason to ask for it elsewhere.
    assert settings["browser"]["serverAddress"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False


def test_nobody_is_asked_for_our_address(monkeypatch):
    asked = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    server.ask_nobody()
    is_url_from_allowed_origins("http://evil.example")
    assert asked == []


def test_a_browser_that_opens_a_page_is_known_from_then_on(ask):
    _status, headers = ask("GET", "/Builder", accept="text/html,*/*")
    given = SimpleCookie(headers["set-cookie"])[seat.COOKIE]
    assert seat.is_name(given.value)
    assert (given["httponly"], given["samesite"], given["secure"]) == (True, "lax", "")
    assert int(given["max-age"]) == seat.KEPT_SECONDS
    for cookie in ("x", f"{seat.COOKIE}=short", f"{seat.COOKIE}={'å' * 22}"):
        assert "set-cookie" in ask("GET", "/", accept="text/html", cookie=cookie)[1]
    known = f"{seat.COOKIE}={given.value}"
    assert "set-cookie" not in ask("GET", "/", accept="text/html", cookie=known)[1]
    assert "set-cookie" not in ask("GET", "/static/index.js", accept="*/*")[1]

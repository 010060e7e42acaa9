"""The server under the pages: whom it answers, and what it does when it begins and when it is idle."""

import asyncio
import importlib
import os
import pkgutil
import webbrowser
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util

import ui
from icp_core import paths
from ui import memory, seat

_ANY_HOST: Final = "*"
_OURS_ONLY: Final = 0o077
_FRAMES: Final = frozenset({"embed", "fencedframe", "frame", "iframe", "object"})
_ELSEWHERE: Final = frozenset({"cross-site", "same-site"})

_HEADERS: Final = {
    # Our own pages frame our own components.
    "content-security-policy": "frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
    "cross-origin-resource-policy": "same-origin",
    # An address holds the profile, which a company's website need not see.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


def middleware() -> list[Middleware]:
    """What stands before every address of the server, also those that Streamlit answers itself.

    Streamlit compares `server.allowedHosts` with what asks for a session only; here it holds for the
    pages, files and uploads too.
    """
    named = st.get_option("server.allowedHosts") or [_ANY_HOST]
    hosts = [f"[{host}]" if ":" in host else host for host in named]
    origins = st.get_option("server.corsAllowedOrigins") or []
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
        Middleware(OwnPagesOnly, origins=origins),
        Middleware(KnownBrowser),
    ]


class OwnPagesOnly:
    """Answers our own pages, and refuses what other websites have a browser ask or frame.

    A link from elsewhere may open a page. Programs that are no browser say nothing of where they come
    from, and are answered.

    Parameters
    ----------
    app
        What answers.
    origins
        Other websites that may ask too: `https://intranet.example.com`.
    """

    def __init__(self, app: ASGIApp, *, origins: list[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.strip().rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if self._is_foreign(Headers(scope=scope)):
            refusal = PlainTextResponse("Another website asked for this.", status_code=403)
            await refusal(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, with_headers)

    def _is_foreign(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is not None:
            own = urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
            return not own and origin.lower() not in self._origins
        opens_a_page = (
            headers.get("sec-fetch-mode", "").lower() == "navigate"
            and headers.get("sec-fetch-dest", "").lower() not in _FRAMES
        )
        return headers.get("sec-fetch-site", "").lower() in _ELSEWHERE and not opens_a_page


class KnownBrowser:
    """Gives a browser that opens a page a cookie, by which its drafts are found again (`ui.seat`).

    Parameters
    ----------
    app
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        opens_a_page = scope["type"] == "http" and "text/html" in Headers(scope=scope).get(
            "accept", ""
        )
        if not opens_a_page or seat.is_name(HTTPConnection(scope).cookies.get(seat.COOKIE, "")):
            await self._app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = Response()
                answer.set_cookie(
                    seat.COOKIE,
                    seat.new_name(),
                    max_age=seat.KEPT_SECONDS,
                    secure=scope["scheme"] == "https",
                    httponly=True,
                    samesite="lax",
                )
                MutableHeaders(scope=message).append("set-cookie", answer.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, with_cookie)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncGenerator[None, None]:
    """Begin, and end, with the server."""
    os.umask(_OURS_ONLY)
    paths.tighten()
    paths.sweep()
    ask_nobody()
    await asyncio.to_thread(_import_all)
    memory.begin()
    tidying = asyncio.create_task(memory.tidy())
    if not st.get_option("server.headless"):
        # Streamlit opens the browser only for an app that has no middleware.
        asyncio.get_running_loop().call_soon(webbrowser.open, _address())
    try:
        yield
    finally:
        tidying.cancel()


def _import_all() -> None:
    """Have everything that a page imports before the first one asks, and before memory is frozen."""
    for module in pkgutil.walk_packages(ui.__path__, f"{ui.__name__}."):
        importlib.import_module(module.name)


def ask_nobody() -> None:
    """Keep Streamlit from asking a server elsewhere for this computer's address, to compare it."""
    net_util.get_external_ip = lambda: None


def _address() -> str:
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    host, port = st.get_option("browser.serverAddress"), st.get_option("server.port")
    return f"{scheme}://{host}:{port}/{st.get_option('server.baseUrlPath').strip('/')}"

"""Memory of sessions that uploaded files and left, for `benchmarks.load`.

Each session opens the Import page, uploads a list as a browser does (an address for the file, the file
itself, and the page again with it), waits until the page has read it, and leaves. One does so first, so
that what the page imports and keeps for everybody is there before the clock starts.
"""

import asyncio
import io
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import requests
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

TARGET_MB: Final = 50
AWAY: Final = 60
"""Seconds after the last session left."""

_PATIENCE: Final = 300
_MB: Final = 2**20
_WORDS: Final = ("Bygg", "Data", "Energi", "Fisk", "Gruva", "Hamn", "Import", "Kraft")


@dataclass(frozen=True)
class Held:
    """Megabytes of the server before the sessions came, while they were there, and after they left."""

    before: float
    uploaded: float
    after: float

    @property
    def kept(self) -> float:
        """What is held of sessions that are gone."""
        return self.after - self.before


async def held(
    address: str, resident_mb: Callable[[], float], *, sessions: int, megabytes: float
) -> Held:
    """Have sessions upload and leave.

    Parameters
    ----------
    address
        Of the server.
    resident_mb
        Gives the memory of its process now.
    sessions, megabytes
        How many, and what they upload together.
    """
    content = _list(round(megabytes * _MB / sessions))
    async with _uploaded(address, content):
        pass
    await asyncio.sleep(AWAY)
    before = resident_mb()
    async with AsyncExitStack() as stack:
        await asyncio.gather(
            *(stack.enter_async_context(_uploaded(address, content)) for _ in range(sessions))
        )
        uploaded = resident_mb()
    await asyncio.sleep(AWAY)
    return Held(before, uploaded, resident_mb())


@asynccontextmanager
async def _uploaded(address: str, content: bytes) -> AsyncIterator[None]:
    """A session whose Import page has read a file, for as long as the context lasts."""
    async with websockets.connect(
        address.replace("http", "ws") + "/_stcore/stream",
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=None,
        compression=None,
    ) as socket:
        opening = BackMsg()
        opening.rerun_script.page_name = "Import"
        await socket.send(opening.SerializeToString())
        session = page = uploader = ""
        async for message in _run(socket):
            if message.WhichOneof("type") == "new_session":
                session = message.new_session.initialize.session_id
                page = message.new_session.page_script_hash
            element = message.delta.new_element
            if (
                element.WhichOneof("type") == "file_uploader"
                and element.file_uploader.multiple_files
            ):
                uploader = element.file_uploader.id
        asking = BackMsg()
        asking.file_urls_request.request_id = asking.file_urls_request.session_id = session
        asking.file_urls_request.file_names.append("list.csv")
        await socket.send(asking.SerializeToString())
        (urls,) = (await _next(socket, "file_urls_response")).file_urls_response.file_urls
        await asyncio.to_thread(_put, address, urls.upload_url, content)
        showing = BackMsg()
        showing.rerun_script.page_script_hash = page
        value = showing.rerun_script.widget_states.widgets.add(id=uploader)
        value.file_uploader_state_value.uploaded_file_info.add(
            name="list.csv", size=len(content), file_id=urls.file_id, file_urls=urls
        )
        await socket.send(showing.SerializeToString())
        async for _message in _run(socket):
            pass
        yield


async def _run(socket: websockets.ClientConnection) -> AsyncIterator[ForwardMsg]:
    """Messages until the page has been drawn."""
    while True:
        message = await _received(socket)
        yield message
        # Unset in every other message, where it reads as success.
        ended = message.WhichOneof("type") == "script_finished"
        if ended and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return


async def _next(socket: websockets.ClientConnection, kind: str) -> ForwardMsg:
    while (message := await _received(socket)).WhichOneof("type") != kind:
        pass
    return message


async def _received(socket: websockets.ClientConnection) -> ForwardMsg:
    message = ForwardMsg()
    message.ParseFromString(await asyncio.wait_for(socket.recv(decode=False), _PATIENCE))
    return message


def _put(address: str, path: str, content: bytes) -> None:
    with requests.Session() as browser:
        browser.get(f"{address}/_stcore/health", timeout=_PATIENCE)
        browser.put(
            address + path,
            files={"file": ("list.csv", io.BytesIO(content), "text/csv")},
            headers={"X-Xsrftoken": browser.cookies.get("_streamlit_xsrf", "")},
            timeout=_PATIENCE,
        ).raise_for_status()


def _list(size: int) -> bytes:
    """A list of invented companies, about so many bytes long."""
    chance = random.Random(7)
    lines = ["Name;Org number;Country;Employees;Revenue"]
    while size > 0:
        words = " ".join(chance.choices(_WORDS, k=3))
        number = len(lines)
        lines.append(f"{words} {number} AB;{number:010};SE;{chance.randint(1, 900)};{number * 977}")
        size -= len(lines[-1]) + 1
    return "\n".join(lines).encode()

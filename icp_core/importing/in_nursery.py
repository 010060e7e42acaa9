"""What runs in the nursery: `python -m icp_core.importing.in_nursery PARENT SOCKET`, see `nursery`."""

import gc
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import babel.dates
import babel.numbers  # noqa: F401 - what a child would load

from icp_core.accounts import web_hosts
from icp_core.importing import in_child, sandbox  # noqa: F401
from icp_core.reference import countries, currency

_MESSAGE: Final = 65_536
_FILES: Final = 3
_LOOK: Final = 2.0
"""Seconds between two looks whether the parent lives, should somebody else hold its end."""
_ASLEEP: Final = "polars-ooc-clea"
"""A thread of Polars' that waits for files to delete, and holds nothing while it does."""


def main() -> None:
    """Have children as the parent asks, until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent is told too.
    parent, control = int(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    _prepare()
    if not _is_alone():
        return
    control.settimeout(_LOOK)
    gc.collect()
    gc.freeze()  # What all copies share is not written to.
    while True:
        try:
            question, files, _, _ = socket.recv_fds(control, _MESSAGE, _FILES)
        except TimeoutError:
            if os.getppid() != parent:
                return
            continue
        match json.loads(question) if question else None:
            case {"folder": str(folder), "own": dict(own)}:
                answer: dict[str, int | None] = {"pid": _fork(control, folder, own, files)}
            case {"ended": int(pid)}:
                answer = {"code": _code(pid)}
            case _:
                return
        with suppress(BrokenPipeError):
            control.send(json.dumps(answer).encode())


def _prepare() -> None:
    """Read what every child needs and plain Python reads, so without starting a thread."""
    currency.currencies()
    countries.country_code("Sverige")
    web_hosts.host_of("example.org")


def _is_alone() -> bool:
    """Whether no thread is alive that a copy would miss."""
    threads = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    return sum(name != _ASLEEP for name in threads) == 1


def _fork(control: socket.socket, folder: str, own: Mapping[str, str], files: list[int]) -> int:
    mother = os.getpid()
    pid = os.fork()
    if pid:
        for file in files:
            os.close(file)
        return pid
    try:
        control.close()
        for place, file in enumerate(files):
            os.dup2(file, place)
            os.close(file)
        os.chdir(folder)
        os.environ.update(own)
        tempfile.tempdir = None
        in_child.work(mother)
    except BaseException:  # noqa: BLE001 - nothing of the nursery's goes on in a child
        traceback.print_exc()
    finally:
        os._exit(1)


def _code(pid: int) -> int | None:
    """How a child ended, whose number is free from now on; None while it lives."""
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL
    return os.waitstatus_to_exitcode(status) if done else None


if __name__ == "__main__":
    main()

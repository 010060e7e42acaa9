"""Children that need no start of their own: a process that has loaded what they need, and forks them.

Loading the readers takes most of a second of the processor, and each file has two children. On Linux a
process of the product's own, the nursery, loads them once (`in_nursery` is what runs in it); each child
is a copy of it, made in milliseconds, that has seen no file before. The nursery itself opens nothing,
and asks no engine anything, so that no thread but a sleeping one of Polars' is alive in it: a copy would
lack the others. It has none of its parent's settings, and is gone when the parent is, and its children
with it.

Elsewhere, or where there are more threads than that, there is no nursery, and `child` starts each child
anew.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final

_MODULE: Final = "icp_core.importing.in_nursery"
_MESSAGE: Final = 65_536
_PATIENCE: Final = 120.0
"""Seconds within which it answers, the first time after it has loaded everything."""
_TICK: Final = 0.002
_QUIET: Final = {
    # Nothing that counts or allocates starts a thread of its own before a child asks for it.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "_RJEM_MALLOC_CONF": "background_thread:false",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


class NoNurseryError(Exception):
    """There is none here, or it is gone."""


class Born:
    """A child of the nursery, as `subprocess.Popen` shows one.

    Attributes
    ----------
    pid
        Its number, which nobody else gets before `wait` has returned.
    stdin, stdout
        Ends of its pipes.
    """

    def __init__(self, nursery: "Nursery", pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._nursery = nursery
        self._code: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has: less than zero for a signal.

        Raises
        ------
        subprocess.TimeoutExpired
            If it has not within so many seconds.
        """
        begun = time.monotonic()
        while self._code is None:
            try:
                self._code = self._nursery.ask({"ended": self.pid})["code"]
            except NoNurseryError:
                self._code = -signal.SIGKILL  # As the nursery's end is its own.
            if self._code is None:
                if timeout is not None and time.monotonic() - begun > timeout:
                    raise subprocess.TimeoutExpired(_MODULE, timeout)
                time.sleep(_TICK)
        return self._code


class Nursery:
    """The process that children are copies of, as its parent sees it.

    Parameters
    ----------
    settings
        Its environment, and its children's.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._lock = Lock()
        self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_PATIENCE)
        with there:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by its name
                [sys.executable, "-P", "-m", _MODULE, str(os.getpid()), str(there.fileno())],
                cwd="/",
                env={**settings, **_QUIET},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
            )

    def child(self, folder: Path, log: IO[bytes], own: Mapping[str, str]) -> Born:
        """Have a child (see `child`).

        Raises
        ------
        NoNurseryError
            If there is none.
        """
        with ExitStack() as unless_born:
            orders, stdin = os.pipe()
            with open(orders, "rb"):  # noqa: PTH123 - the end that is handed over
                into = unless_born.enter_context(open(stdin, "wb"))  # noqa: PTH123
                stdout, words = os.pipe()
                out = unless_born.enter_context(open(stdout, "rb"))  # noqa: PTH123
                with open(words, "wb"):  # noqa: PTH123
                    answer = self.ask(
                        {"folder": str(folder), "own": own}, orders, words, log.fileno()
                    )
            born = Born(self, answer["pid"], into, out)
            unless_born.pop_all()
        return born

    def ask(self, question: Mapping[str, Any], *files: int) -> Any:
        """What it answers.

        Raises
        ------
        NoNurseryError
            If it is gone.
        """
        with self._lock:
            try:
                socket.send_fds(self._socket, [json.dumps(question).encode()], files)
                answer = self._socket.recv(_MESSAGE)
            except OSError as error:
                self.end()
                raise NoNurseryError from error
        if not answer:
            self.end()
            raise NoNurseryError
        return json.loads(answer)

    def end(self) -> None:
        """End it, and with it whom it has."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


class _Only:
    """The nursery of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._nursery: Nursery | None = None
        self._of = 0
        self._possible = sys.platform == "linux"

    def child(
        self, folder: Path, log: IO[bytes], settings: Mapping[str, str], own: Mapping[str, str]
    ) -> Born:
        with self._lock:
            if not self._possible:
                raise NoNurseryError
            # A process that was forked has none: what it sees is its parent's.
            first = self._nursery is None or self._of != os.getpid()
            if self._nursery is None or first:
                self._nursery, self._of = Nursery(settings), os.getpid()
            try:
                return self._nursery.child(folder, log, own)
            except NoNurseryError:
                self._nursery = None
                # One that never had a child will not have one the next time either.
                self._possible = not first
        return self.child(folder, log, settings, own)

    def end(self) -> None:
        if self._nursery is not None and self._of == os.getpid():
            self._nursery.end()


_only: Final = _Only()
atexit.register(_only.end)


def child(
    folder: Path, log: IO[bytes], settings: Mapping[str, str], *, own: Mapping[str, str]
) -> Born:
    """Have a child of this process's nursery, which begins with the first.

    Parameters
    ----------
    folder
        That it works in.
    log
        What it complains to.
    settings
        Environment of a nursery that begins.
    own
        Settings of this child alone.

    Raises
    ------
    NoNurseryError
        If there cannot be one here.
    """
    return _only.child(folder, log, settings, own)

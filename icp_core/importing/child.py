"""A child process with limits of memory, time and processor, in which untrusted files are opened.

Readers of formats are large, and written by others: a small file can crash one, hold it for minutes or
have it fill the memory. In a process of its own that costs the one who brought the file a sentence, and
nobody else anything. The parent gives it a task, hears how far it is, and ends it when it is cancelled,
uses more than its `Allowance`, or stands still. `in_child` is what runs in it; which tasks there are,
and how their results are checked, is in `sandbox`.
"""

import json
import logging
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any, Final, Self

import psutil

from icp_core import errors
from icp_core.errors import IcpError, ImportRefused
from icp_core.importing import nursery
from icp_core.importing.nursery import Born
from icp_core.importing.tables import OnProgress, Progress, Scratch, no_progress
from icp_core.paths import DIRECTORY_VARIABLE
from icp_core.reference.numbers import number

PROCESSORS: Final = max(1, (os.cpu_count() or 1) // 2)
"""How many processors a child may use: half of them stay with those who load nothing."""

_ROOT: Final = Path(__file__).resolve().parents[2]
_MODULE: Final = "icp_core.importing.in_child"
_LOG: Final = "log.txt"
_KEPT_OF_LOG: Final = 16_384
_TICK: Final = 0.05
"""Seconds between two looks at what a child uses."""
_LINE: Final = 65_536
_WORDS: Final = 4_000
_MOST_OF_MEMORY: Final = 0.7
"""Share of the machine's memory that no child may exceed."""
_STANDING: Final = 15.0
"""Seconds without any work of the processor after which a child hangs."""
_WORK: Final = 0.005
_PATIENCE: Final = 8
_STEP: Final = 200
_INHERITED: Final = frozenset(
    ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT", "USERPROFILE")
)
"""Settings of the parent that a child needs; among the others are secrets."""
_OUT_OF_MEMORY: Final = ("memory allocation of", "MemoryError", "bad_alloc", "Out of memory")
_OUT_OF_TIME: Final = 24
"""Signal of a process that has used its seconds of the processor."""
_KILLED: Final = 9

_ERRORS: Final[Mapping[str, type[IcpError]]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, IcpError)
}
_logger: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Allowance:
    """What a task may use; it grows with what honest work of its size needs.

    Attributes
    ----------
    memory
        Bytes that belong to the child alone.
    seconds
        Of the processor, on as many threads as there are. On the clock it may take eight times as long:
        it yields to everybody else, and how much that leaves it is nothing the file can help.
    disk
        Bytes of the largest file that it writes.
    """

    memory: int = 768 << 20
    seconds: float = 11.0
    disk: int = 1 << 30

    @classmethod
    def to_read(cls, size: int, *, packed: bool) -> Self:
        """For a file of so many bytes; one that is packed holds more than it weighs."""
        least = cls()
        return cls(
            memory=_within_machine(least.memory + (64 if packed else 8) * size),
            seconds=least.seconds + size / (40_000 if packed else 100_000),
            disk=least.disk + (256 if packed else 8) * size,
        )

    @classmethod
    def to_load(cls, rows: int, columns: int) -> Self:
        """For cleaning and merging a table."""
        least = cls()
        return cls(
            memory=_within_machine(least.memory + rows * (1_200 + 60 * columns)),
            seconds=least.seconds + rows * columns / 10_000,
            disk=least.disk + rows * 1_000 * (1 + columns),
        )


def _within_machine(memory: int) -> int:
    return min(memory, int(_MOST_OF_MEMORY * psutil.virtual_memory().total))


class Child:
    """A child process; leaving the context ends it, whatever it is doing.

    Its files, and those of a child that was killed, go away with `scratch`.

    Attributes
    ----------
    process
        The process.
    scratch
        The folder that it works in, and the only one that it is meant to write to.
    peak
        Bytes that it had for itself at most, as far as was seen.
    """

    def __init__(self) -> None:
        self.scratch = Scratch()
        self.peak = 0
        with (self.scratch.path / _LOG).open("wb") as log:
            self._process = _started(self.scratch.path, log)
        self.process = psutil.Process(self._process.pid)
        self._lines: Queue[bytes] = Queue(maxsize=100)
        self._ear = Thread(target=_listen, args=(self._process.stdout, self._lines), daemon=True)
        self._ear.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        with suppress(psutil.NoSuchProcess):
            self.process.kill()
        self._process.wait()
        while self._ear.is_alive():
            # It may be stuck with words that nobody takes any more.
            with suppress(Empty):
                self._lines.get(timeout=_TICK)
        if self._process.stdin is not None:
            # What was not written yet is for a process that is gone.
            with suppress(OSError):
                self._process.stdin.close()

    def run(
        self,
        task: str,
        arguments: Mapping[str, Any],
        *,
        of: str,
        allowance: Allowance,
        on_progress: OnProgress = no_progress,
    ) -> None:
        """Have it do a task; what it makes lies in its folder.

        Parameters
        ----------
        task
            Name of one of `sandbox.TASKS`.
        arguments
            Of the task, as JSON.
        of
            What the task is about, for messages: the name of a file.
        allowance
            What it may use.
        on_progress
            Told how far it is, also while it says nothing; raising in it ends the child.

        Raises
        ------
        IcpError
            What the task raised, of the same class; the child can be given another one.
        ImportRefused
            If it failed unexpectedly, ended of itself, or had to be ended.
        """
        limits = {
            "processor": allowance.seconds,
            "memory": allowance.memory,
            "disk": allowance.disk,
        }
        with ExitStack() as unless_answered:
            unless_answered.callback(self.end)
            self._order({"task": task, "arguments": arguments, "limits": limits})
            answer = self._heard(_Watch(self, of, allowance), of, on_progress)
            unless_answered.pop_all()
        match answer:
            case {"error": str(kind), "text": str(text)}:
                raise _ERRORS.get(kind, ImportRefused)(text[:_WORDS])
            case {"failed": "memory"}:
                raise ImportRefused(_too_much(of, allowance.memory))
            case {"failed": _}:
                _logger.error("%s of %s failed:\n%s", task, of, self._log())
                raise ImportRefused(_unlike(of))

    def _order(self, order: Mapping[str, Any]) -> None:
        stdin = self._process.stdin
        # Where it is gone already, that is heard of next.
        if stdin is not None:
            with suppress(OSError):
                stdin.write(json.dumps(order).encode() + b"\n")
                stdin.flush()

    def _heard(self, watch: "_Watch", of: str, on_progress: OnProgress) -> Any:
        """What it says at last; what it says before that is told on."""
        told = Progress("", 0.0)
        while True:
            line = None
            with suppress(Empty):
                line = self._lines.get(timeout=_TICK)
            if line == b"":
                raise ImportRefused(self._gone(of))
            if line is not None:
                match _parsed(line):
                    case {"step": str(step), "at": int() | float() as at} if math.isfinite(at):
                        told = Progress(step[:_STEP], min(1.0, max(0.0, float(at))))
                    case ({"done": _} | {"error": _} | {"failed": _}) as answer:
                        return answer
                    case _:
                        _logger.error("The process that read %s said %r", of, line[:200])
                        raise ImportRefused(_unlike(of))
            on_progress(told)
            watch.look()

    def _gone(self, of: str) -> str:
        """What to say of a child that ended without having been asked to."""
        try:
            code = self._process.wait(_STANDING)
        except subprocess.TimeoutExpired:
            code = None  # It has nothing more to say, and is ended by whoever hears of this.
        log = self._log()
        _logger.error("The process that read %s ended with %s:\n%s", of, code, log)
        if any(word in log for word in _OUT_OF_MEMORY):
            return _too_much(of, None)
        if code == -_KILLED:
            return (
                f"{of}: the system ended the process that read it, most often for want of memory. Close "
                "other programs and load it again, or split it."
            )
        return _too_long(of, None) if code == -_OUT_OF_TIME else _unlike(of)

    def _log(self) -> str:
        try:
            with (self.scratch.path / _LOG).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _KEPT_OF_LOG))
                return file.read(_KEPT_OF_LOG).decode(errors="replace")
        except OSError:
            return ""


def _started(folder: Path, log: IO[bytes]) -> "subprocess.Popen[bytes] | Born":
    """A process that works in a folder; what it may know of this one's settings is `_INHERITED`."""
    settings = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _INHERITED or name.startswith("LC_")
    } | {"PYTHONPATH": str(_ROOT), "POLARS_MAX_THREADS": str(PROCESSORS)}
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP", DIRECTORY_VARIABLE), str(folder))
    try:
        return nursery.child(folder, log, settings, own=own)
    except nursery.NoNurseryError:
        return subprocess.Popen(  # noqa: S603 - our own module, by its name
            # -P: nothing is imported from the folder it works in.
            [sys.executable, "-P", "-m", _MODULE, str(os.getpid())],
            cwd=folder,
            env=settings | own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )


class _Watch:
    """Looks at what a child uses for one task."""

    def __init__(self, child: Child, of: str, allowance: Allowance) -> None:
        self._child = child
        self._of = of
        self._allowance = allowance
        self._begun = self._moved_at = time.monotonic()
        self._moved = self._used = self._processor()

    def look(self) -> None:
        """Raise if it is too much.

        Raises
        ------
        ImportRefused
            With what was too much.
        """
        now = time.monotonic()
        if self._memory() > self._allowance.memory:
            raise ImportRefused(_too_much(self._of, self._allowance.memory))
        processor = self._processor()
        if processor > self._moved + _WORK:
            self._moved, self._moved_at = processor, now
        clock, most = now - self._begun, self._allowance.seconds
        if (
            processor - self._used > most
            or clock > _PATIENCE * most
            or now - self._moved_at > _STANDING
        ):
            raise ImportRefused(_too_long(self._of, clock))

    def _memory(self) -> int:
        try:
            used = self._child.process.memory_info()
        except psutil.Error:
            return 0  # It is gone, which is heard of next.
        # Pages of files that are looked at are the system's to take back.
        private = int(used.rss - getattr(used, "shared", 0))
        self._child.peak = max(self._child.peak, private)
        return private

    def _processor(self) -> float:
        try:
            times = self._child.process.cpu_times()
        except psutil.Error:
            return math.inf
        return float(times.user + times.system)


def _listen(pipe: IO[bytes] | None, lines: "Queue[bytes]") -> None:
    """Put each line that a child writes into a queue, and an empty one when it is gone."""
    if pipe is not None:
        with pipe:
            for line in iter(lambda: pipe.readline(_LINE), b""):
                lines.put(line)
    lines.put(b"")


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _too_much(of: str, memory: int | None) -> str:
    limit = f"more than {number(memory >> 20)} MB of memory" if memory else "too much memory"
    return (
        f"{of}: it needs {limit}, more than a sound file of its size does. Look for repeated or very "
        "long cells, save it as CSV, or split it."
    )


def _too_long(of: str, seconds: float | None) -> str:
    limit = f" after {seconds:.0f} seconds" if seconds else ""
    return (
        f"{of}: it was not done{limit}, longer than a sound file of its size takes. Save it as CSV and "
        "load that, or split it."
    )


def _unlike(of: str) -> str:
    return (
        f"{of}: it cannot be read: it is damaged, or unlike other files of its kind. Open it in a "
        "spreadsheet, save it as CSV, and load that."
    )

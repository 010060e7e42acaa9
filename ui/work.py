"""Something that takes long, done in a thread of its own while its session goes on."""

import concurrent.futures
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Generic, TypeVar

from icp_core.importing.tables import OnProgress, Progress

_Made = TypeVar("_Made")


class CancelledError(Exception):
    """Raised in a piece of work at its next step, once it was cancelled."""


class Work(Generic[_Made]):
    """A piece of work that tells how far it is and can be cancelled.

    It is also cancelled when nobody holds it any more: a session that goes away takes it along.

    Parameters
    ----------
    task
        What to do. It reports each step to the function it is given, which raises when cancelled, and
        leaves nothing half done behind.
    """

    def __init__(self, task: Callable[[OnProgress], _Made]) -> None:
        # The thread holds these, never the work itself, so that it notices when that is gone.
        stop, told = Event(), deque([Progress("", 0.0)], maxlen=1)

        def on_progress(progress: Progress) -> None:
            if stop.is_set():
                raise CancelledError
            told.append(progress)

        self._stop, self._told = stop, told
        with_one_thread = ThreadPoolExecutor(1, thread_name_prefix="work")
        self._future: Future[_Made] = with_one_thread.submit(task, on_progress)
        with_one_thread.shutdown(wait=False)
        weakref.finalize(self, stop.set)

    @property
    def progress(self) -> Progress:
        """The step it reported last."""
        return self._told[-1]

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop; it may not have yet."""
        return self._stop.is_set()

    @property
    def is_done(self) -> bool:
        """Whether it ended, one way or another."""
        return self._future.done()

    def cancel(self) -> None:
        """Have it stop at its next step."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for it, at most so long; whether it is done."""
        return bool(concurrent.futures.wait([self._future], timeout=seconds).done)

    def result(self) -> _Made:
        """What it made.

        Raises
        ------
        CancelledError
            If it was cancelled.
        IcpError
            What stopped it.
        """
        return self._future.result()

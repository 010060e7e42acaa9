"""What runs in the child process, which `in_nursery` forks or `child` starts with `python -m`.

Orders come in as lines of JSON; how far each is, and how it ended, goes out in the same way. Where the
system has limits, they are set before anything large is imported, and again for every order.
"""

import ctypes
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from icp_core.importing.tables import Progress

_KINDER: Final = 10
_SILENCE: Final = 0.05
"""Seconds between two words about one step."""
_DIE_WITH_PARENT: Final = 1
_VIRTUAL: Final = 4 << 30
"""Bytes that engines reserve and never touch, above those that a task may use."""
_ORPHAN: Final = 3


def work(parent: int) -> None:
    """Do what is ordered until the one who orders closes the pipe, or the parent is gone."""
    _be_small(parent)
    # Readers may write to what they take for a terminal; only our own words go to the parent.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    orders: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_hear, args=(os.fdopen(0, "rb"), orders), daemon=True).start()
    from icp_core.importing import sandbox

    while True:
        order = json.loads(orders.get())
        _limit(**order["limits"])
        _say(out, _done(sandbox.TASKS[order["task"]], order["arguments"], out))


def _done(task: Any, arguments: Mapping[str, Any], out: IO[bytes]) -> dict[str, Any]:
    """Do a task; how it ended."""
    import polars as pl

    from icp_core.errors import IcpError

    last = ("", 0.0)

    def tell(progress: "Progress") -> None:
        nonlocal last
        now = time.monotonic()
        if progress.step != last[0] or now - last[1] > _SILENCE:
            last = progress.step, now
            _say(out, {"step": progress.step, "at": progress.done})

    try:
        task(arguments, Path.cwd(), tell)
    except IcpError as error:
        return {"error": type(error).__name__, "text": str(error)}
    except MemoryError:
        traceback.print_exc()
        return {"failed": "memory"}
    # Whatever a reader raises ends here: the parent logs it and refuses the file.
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001
        traceback.print_exc()
        return {"failed": type(error).__name__}
    return {"done": True}


def _say(out: IO[bytes], words: Mapping[str, Any]) -> None:
    out.write(json.dumps(words).encode() + b"\n")


def _hear(pipe: IO[bytes], orders: "SimpleQueue[bytes]") -> None:
    for line in pipe:
        orders.put(line)
    os._exit(_ORPHAN)


def _be_small(parent: int) -> None:
    """Yield to everybody else, be the first to go, and do not outlive the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent is told too, and ends this process.
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(_ORPHAN)
        Path("/proc/self/oom_score_adj").write_text("1000")
    if sys.platform != "win32":
        import resource

        os.nice(_KINDER)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit(*, processor: float, memory: int, disk: int) -> None:
    """Have the system itself end what goes too far, where it can, however busy the parent is."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + processor) + 2
    limits = {resource.RLIMIT_CPU: seconds, resource.RLIMIT_FSIZE: disk}
    if sys.platform == "linux":
        limits[resource.RLIMIT_DATA] = memory + _VIRTUAL
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(
            kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
        )


if __name__ == "__main__":
    work(int(sys.argv[1]))

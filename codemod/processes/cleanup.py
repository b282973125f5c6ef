"""What must go when this process ends, in whatever way it ends."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_JANITOR = Path(__file__).with_name("janitor.py")
_SIGNALS = ("SIGTERM", "SIGHUP")


class Janitor:
    """A process that deletes ``folders`` on `dismiss`, or when this process ends; see ``janitor.py``.

    Before that it ends the server that keeps its process id in ``pid_file``; after it, it deletes the folder
    ``if_empty`` if that is empty.
    """

    def __init__(self, folders: Sequence[Path], pid_file: Path | None = None, if_empty: Path | None = None) -> None:
        options = {"--quit": pid_file, "--if-empty": if_empty}
        words = [word for name, path in options.items() if path is not None for word in (name, str(path))]
        # A session of its own: Ctrl-C in the terminal is meant for us, and the janitor has to outlive it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_JANITOR), *words, "--", *map(str, folders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Have the folders deleted now, and wait until they are."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end the block as Ctrl-C does, with KeyboardInterrupt, so that it can clean up.

    A signal that this process was told to ignore (``nohup``) stays ignored. Only the main thread can do this; in any
    other, and for signals the system does not have, nothing changes.
    """
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        known = [signal.Signals[name] for name in _SIGNALS if hasattr(signal, name)]
        handlers = {number: signal.getsignal(number) for number in known}
        handlers = {number: old for number, old in handlers.items() if old not in (signal.SIG_IGN, None)}
    try:
        for number in handlers:
            signal.signal(number, _interrupt)
        yield
    finally:
        for number, old in handlers.items():
            signal.signal(number, old)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt

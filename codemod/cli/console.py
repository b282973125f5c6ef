"""Standard output for data, standard error for everything else; both survive a reader that went away."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, TextIO

from codemod.cli.options import Screen
from codemod.cli.progress import Progress
from codemod.report.escape import escape

if TYPE_CHECKING:
    from codemod.errors import LoopmendError


class Console:
    """What a verb prints with; plain until ``use`` has told it the options."""

    def __init__(self) -> None:
        self.screen = Screen()
        self.color = False

    def use(self, screen: Screen) -> None:
        """Follow the options in ``screen``; colour is for a terminal, unless told, and NO_COLOR counts as told."""
        self.screen = screen
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self.color = screen.color == "always" or (screen.color == "auto" and not plain and sys.stdout.isatty())

    @property
    def shows(self) -> bool:
        """Return whether standard output is looked at by a person, so that a patch is shown rather than passed on."""
        return self.screen.color == "always" or sys.stdout.isatty()

    def out(self, text: str) -> None:
        """Write data, escaping what the output's encoding cannot hold."""
        _write(sys.stdout, text)

    def out_bytes(self, data: bytes) -> None:
        """Write data exactly, with no newline translation."""
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except OSError as error:
            _closed(sys.stdout, error)

    def say(self, text: str) -> None:
        """Write a line or more to standard error, unless ``--quiet``."""
        if text and not self.screen.quiet:
            _write(sys.stderr, text.removesuffix("\n") + "\n")

    def warn(self, text: str) -> None:
        """Write a line to standard error in any case: what a person has to know before it happens."""
        _write(sys.stderr, f"{text}\n")

    def fail(self, error: LoopmendError) -> None:
        """Write an error as one line, then its next step."""
        _write(sys.stderr, f"error: {escape(str(error))}\n")
        if error.next_step:
            _write(sys.stderr, f"{error.next_step}\n")

    def progress(self) -> Progress:
        """Return a progress bar that shows only where a person waits: a terminal, no CI, not told otherwise."""
        wanted = not (self.screen.quiet or self.screen.no_progress or os.environ.get("CI"))
        return Progress(wanted and sys.stderr.isatty(), color=self.screen.color != "never")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except OSError as error:
        _closed(stream, error)


def _closed(stream: TextIO, error: OSError) -> None:
    """Point a stream whose reader is gone at the null device; raise every other error again.

    The run goes on to its true exit code, and neither later writes nor the interpreter's last flush fail. Windows
    reports a closed pipe as EINVAL.
    """
    if error.errno not in (errno.EPIPE, errno.EINVAL):
        raise error
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)

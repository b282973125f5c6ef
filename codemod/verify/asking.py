"""Ask another program something: bounded in time and in output, with no process left behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from codemod.processes.run import CommandError, Limits, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended, and what it said, on either stream."""

    status: int
    said: str

    @property
    def lines(self) -> list[str]:
        """Return the lines that are not empty, without the blanks around them."""
        return [line.strip() for line in self.said.splitlines() if line.strip()]

    def tail(self, lines: int = 1) -> str:
        """Return the last lines."""
        return "\n".join(self.lines[-lines:])


class NoAnswerError(Exception):
    """The program could not be started, took too long or said too much; ``str`` is one line."""


def ask(command: Sequence[str], folder: Path, variables: Mapping[str, str], seconds: float) -> Answer:
    """Run ``command`` in ``folder`` with exactly ``variables`` and no input; raises NoAnswerError."""
    with TemporaryDirectory(prefix="loopmend-ask-") as place:
        log = Path(place, "log")

        def watch() -> None:
            if log.exists() and log.stat().st_size > _MOST:
                raise NoAnswerError(f"said more than {_MOST // 1_000_000} MB")

        try:
            # The first half of what is kept is written at once.
            ended = run(command, folder, variables, log, Limits(seconds, 2 * _MOST + 2), watch)
        except CommandError as error:
            raise NoAnswerError(str(error)) from error
        if ended.timed_out:
            raise NoAnswerError(f"took more than {seconds:g} seconds")
        watch()
        said = log.read_text(encoding="utf-8", errors="replace")
    return Answer(-(ended.signal or 0) if ended.status is None else ended.status, said)

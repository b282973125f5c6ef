"""The options of the verbs that run a suite, and what is said while they do."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option
from typer.core import TyperCommand

from codemod.errors import UsageError

if TYPE_CHECKING:
    from typing import Any

    from codemod.verify.options import Options

Words = list[str] | None
_PASSED_ON = "--pytest-argument"
_MEGABYTE = 1_000_000


class PassingOn(TyperCommand):
    """A command that takes what stands behind ``--`` as arguments of pytest."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Turn each word behind the first ``--`` into a hidden option of its own."""
        at = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [*args[:at], *(f"{_PASSED_ON}={word}" for word in args[at + 1 :])])

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the pieces of the usage line."""
        return [*super().collect_usage_pieces(ctx), "[-- PYTEST-ARGUMENTS]"]


@dataclass(frozen=True, slots=True)
class Running:
    """How the suite is run; raises UsageError for a limit that is none and for a variable without a value."""

    with_: Annotated[
        Words,
        Option("--with", metavar="REQUIREMENT", help="Lay it over the environment for the run after; repeatable."),
    ] = None
    env: Annotated[Words, Option("--env", metavar="NAME=VALUE", help="Set a variable for the runs; repeatable.")] = None
    command: Annotated[str | None, Option(help="Run this instead of python -m pytest; it has to end in pytest.")] = None
    timeout: Annotated[float | None, Option(metavar="SECONDS", help="Limit of one run. [default: 900]")] = None
    output_limit: Annotated[int | None, Option(metavar="MB", help="Kept of a run's output. [default: 20]")] = None
    max_runs: Annotated[int | None, Option(metavar="N", help="Limit of runs of the suite. [default: 12]")] = None
    evidence: Annotated[
        Words, Option(metavar="FILE", help="Also write the evidence there, as .md, .json or .txt; repeatable.")
    ] = None
    arguments: Annotated[Words, Option(_PASSED_ON, hidden=True)] = None

    def __post_init__(self) -> None:
        for name in ("timeout", "output_limit", "max_runs"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(f"--{name.replace('_', '-')} {value:g} must be more than 0")
        if self.max_runs == 1:
            raise UsageError("--max-runs 1 is too few: the suite is run before and after the change")
        _words(self.command)
        for pair in self.env or ():
            if not pair.partition("=")[0] or "=" not in pair:
                raise UsageError(f"--env {pair}: write NAME=VALUE")
        for name in self.evidence or ():
            if not name.endswith((".md", ".json", ".txt")):
                raise UsageError(f"--evidence {name}: the name must end in .md, .json or .txt")
            _check_writable(Path(name))

    @property
    def given(self) -> tuple[str, ...]:
        """Return which of the options were given, as flags."""
        flags = {"with_": "--with", "arguments": "--"}
        names = (item.name for item in fields(self) if getattr(self, item.name) is not None)
        return tuple(flags.get(name, f"--{name.replace('_', '-')}") for name in names)

    def options(self, best: bool) -> Options:
        """Return them as the verification takes them; ``best`` asks for the strategy with the best evidence."""
        from codemod.verify.options import Options

        default = Options()
        return Options(
            requirements=tuple(self.with_ or ()),
            arguments=tuple(self.arguments or ()),
            command=_words(self.command),
            variables=tuple((name, value) for name, _, value in (pair.partition("=") for pair in self.env or ())),
            seconds=self.timeout or default.seconds,
            output=self.output_limit * _MEGABYTE if self.output_limit else default.output,
            runs=self.max_runs or default.runs,
            best=best,
        )


def _words(command: str | None) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command or ""))
    except ValueError as error:
        raise UsageError(f"--command {command}: {error}") from error


def _check_writable(path: Path) -> None:
    """Raise UsageError where the file cannot be written: before minutes of tests, not after them."""
    if not path.parent.is_dir():
        raise UsageError(f"--evidence {path}: there is no folder {path.parent}")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"--evidence {path} cannot be written")

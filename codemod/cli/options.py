"""The options that several verbs share, as groups: written once, so that a flag means the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from codemod.cli.choices import one_of
from codemod.errors import UsageError
from codemod.model import StrategyName

if TYPE_CHECKING:
    from collections.abc import Iterable

Words = list[str] | None
_BEST = "best"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which projects to read, and how; raises UsageError for a strategy that does not exist."""

    paths: Annotated[Words, Argument(metavar="PATH", help="Project folders, each its own project. [default: .]")] = None
    strategy: Annotated[str | None, Option(help="auto, isolate, share or preserve; verify also takes best.")] = None
    select: Annotated[Words, Option(help="Only these rules: codes or prefixes, comma-separated, repeatable.")] = None
    ignore: Annotated[Words, Option(help="Not these rules: codes or prefixes, comma-separated, repeatable.")] = None
    unsafe: Annotated[bool, Option("--unsafe", help="Also apply what may change a meaning.")] = False
    target: Annotated[str | None, Option(help="The pytest-asyncio to go to: latest, current, 1.4 or 1.4.0.")] = None
    source: Annotated[str | None, Option(help="The pytest-asyncio version the suite was written for.")] = None
    keep_compat: Annotated[str | None, Option(help="The oldest pytest-asyncio that must go on working: 0.24.")] = None
    remedy: Annotated[str | None, Option(help="Apply a named remedy; see loopmend rules --remedies.")] = None
    python: Annotated[str | None, Option(help="An environment: plugins are read there; only verify runs it.")] = None
    config: Annotated[Words, Option(help="Set a configuration key, as key=value; repeatable.")] = None
    isolated: Annotated[bool, Option("--isolated", help="Ignore loopmend's own configuration files.")] = False

    def __post_init__(self) -> None:
        if self.strategy is not None:
            one_of("--strategy", self.strategy, (*StrategyName, _BEST))

    @property
    def best(self) -> bool:
        """Return whether the strategy is to be found by running the suite."""
        return self.strategy == _BEST

    def overrides(self) -> dict[str, object]:
        """Return what was given, under the names of the settings; a flag of its own wins over ``--config``."""
        from codemod.project.settings import parse_pair

        flags = {
            "strategy": StrategyName(self.strategy) if self.strategy and not self.best else None,
            "select": codes(self.select),
            "ignore": codes(self.ignore),
            "unsafe": self.unsafe,
            "target": self.target,
            "source": self.source,
            "keep-compat": self.keep_compat,
            "remedy": self.remedy,
            "python": self.python,
        }
        return dict(map(parse_pair, self.config or ())) | {name: value for name, value in flags.items() if value}

    def repeat(self) -> tuple[str, ...]:
        """Return the options as words, for a command that is to give the same result; not ``--unsafe``."""
        words: list[str] = []
        for name in ("strategy", "select", "ignore", "target", "source", "keep_compat", "remedy", "python", "config"):
            given = getattr(self, name)
            for value in [given] if isinstance(given, str) else given or ():
                words += [f"--{name.replace('_', '-')}", value]
        return (*words, *(["--isolated"] if self.isolated else []))


@dataclass(frozen=True, slots=True)
class Screen:
    """How to show it; raises UsageError for an unknown word or for both ``-q`` and ``-v``."""

    output_format: Annotated[str, Option(help="text or json.")] = "text"
    quiet: Annotated[bool, Option("--quiet", "-q", help="Only the findings, one line each.")] = False
    verbose: Annotated[bool, Option("--verbose", "-v", help="Also versions, options and finding ids.")] = False
    color: Annotated[str, Option(help="auto, always or never.")] = "auto"
    no_progress: Annotated[bool, Option("--no-progress", help="Show no progress bar.")] = False

    def __post_init__(self) -> None:
        one_of("--output-format", self.output_format, ("text", "json"))
        one_of("--color", self.color, ("auto", "always", "never"))
        if self.quiet and self.verbose:
            raise UsageError("--quiet and --verbose exclude each other")

    @property
    def json(self) -> bool:
        """Return whether the answer is for a program."""
        return self.output_format == "json"


def codes(values: Iterable[str] | None) -> tuple[str, ...]:
    """Split comma-separated, repeated values into one tuple of capitals, without empty ones."""
    return tuple(word.strip().upper() for value in values or () for word in value.split(",") if word.strip())

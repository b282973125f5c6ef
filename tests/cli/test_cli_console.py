from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from typing import Any

import pytest

from codemod.cli import console as console_module
from codemod.cli import progress as progress_module
from codemod.cli.console import Console
from codemod.cli.options import Screen
from codemod.cli.progress import DELAY, Progress
from codemod.errors import ExitCode


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("screen", "variables", "terminal", "colored"),
    [
        (Screen(), {}, True, True),
        (Screen(), {}, False, False),
        (Screen(), {"NO_COLOR": "1"}, True, False),
        (Screen(), {"NO_COLOR": ""}, True, True),
        (Screen(), {"TERM": "dumb"}, True, False),
        (Screen(color="never"), {}, True, False),
        (Screen(color="always"), {"NO_COLOR": "1"}, False, True),
    ],
)
def test_when_to_color(
    monkeypatch: pytest.MonkeyPatch, screen: Screen, variables: dict[str, str], terminal: bool, colored: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal() if terminal else io.StringIO())
    console = Console()
    console.use(screen)
    assert console.color is colored


@pytest.mark.parametrize(
    ("screen", "variables", "terminal", "shown"),
    [
        (Screen(), {}, True, True),
        (Screen(), {}, False, False),
        (Screen(), {"CI": "true"}, True, False),
        (Screen(quiet=True), {}, True, False),
        (Screen(no_progress=True), {}, True, False),
    ],
)
def test_when_to_show_progress(
    monkeypatch: pytest.MonkeyPatch, screen: Screen, variables: dict[str, str], terminal: bool, shown: bool
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", Terminal() if terminal else io.StringIO())
    monkeypatch.setattr(console_module, "Progress", lambda enabled, color: enabled)
    console = Console()
    console.use(screen)
    assert bool(console.progress()) is shown


class Bar:
    def __init__(self) -> None:
        self.task_ids = [0]
        self.updates: list[Any] = []
        self.stopped = False

    def update(self, task: int, **values: Any) -> None:
        self.updates.append(values)

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> list[Bar]:
    made: list[Bar] = []
    monkeypatch.setattr(progress_module, "_open_bar", lambda color: made.append(Bar()) or made[-1])
    return made


def test_a_fast_run_shows_no_bar(bars: list[Bar]) -> None:
    times = iter([0.0, DELAY / 2, DELAY * 0.99])
    with Progress(True, clock=lambda: next(times)) as progress:
        progress("reading", 1, 2)
        progress("reading", 2, 2)
    assert bars == []


def test_a_slow_run_shows_one_bar_and_clears_it(bars: list[Bar]) -> None:
    times = iter([0.0, DELAY, DELAY + 1])
    with pytest.raises(ValueError, match="stop"), Progress(True, clock=lambda: next(times)) as progress:
        progress("reading", 1, 2)
        progress("solving", 0, 0)
        raise ValueError("stop")
    [bar] = bars
    assert bar.updates == [
        {"description": "reading", "completed": 1, "total": 2},
        {"description": "solving", "completed": 0, "total": None},
    ]
    assert bar.stopped


def test_a_bar_that_is_not_wanted_never_shows(bars: list[Bar]) -> None:
    times = iter([0.0, 100.0])
    with Progress(False, clock=lambda: next(times)) as progress:
        progress("reading", 1, 2)
    assert bars == []


def test_the_real_bar_goes_to_stderr_and_knows_no_markup(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # makes rich take the captured stream for a terminal
    monkeypatch.setenv("TERM", "xterm")
    times = iter([0.0, DELAY])
    with Progress(True, color=False, clock=lambda: next(times)) as progress:
        progress("[bold]reading[/nothing]", 1, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "[bold]reading[/nothing]" in err


def test_what_the_encoding_cannot_hold_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    Console().out("naïve …\n")
    assert raw.getvalue() == b"na\\xefve \\u2026\n"


def test_other_errors_of_the_output_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        encoding = "utf-8"

        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OSError, match="No space"):
        Console().out("text")


def python(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, *arguments], check=False, stderr=subprocess.PIPE, **options)


@pytest.mark.parametrize("verb", [("rules", "--remedies"), ("rules", "--remedies", "--output-format", "json")])
def test_a_closed_pipe_ends_quietly_with_the_true_code(verb: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as pipe:  # noqa: PTH123
        result = python("-m", "codemod", *verb, stdout=pipe)
    assert (result.returncode, result.stderr) == (ExitCode.DONE, b"")


def test_bytes_into_a_closed_pipe_end_quietly() -> None:
    writes = "c.out_bytes(b'x' * 9999); c.out('y'); c.out_bytes(b'z')"
    code = f"from codemod.cli.console import Console; c = Console(); {writes}"
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as pipe:  # noqa: PTH123
        result = python("-c", code, stdout=pipe)
    assert (result.returncode, result.stderr) == (0, b"")


HEAVY = (
    *("libcst", "tomlkit", "unidiff", "configupdater", "iniconfig", "pathspec", "packaging", "rich"),
    *("codemod.analysis", "codemod.rewrite", "codemod.rules", "codemod.strategies", "codemod.pipeline"),
    *("codemod.knowledge", "codemod.source", "codemod.demo"),
)


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], (*HEAVY, "pydantic")),
        (["--version"], HEAVY),
        # typer checks the values of the command line with pydantic as soon as there is a verb.
        (["check", "--help"], HEAVY),
    ],
)
def test_help_loads_nothing_heavy(arguments: list[str], heavy: tuple[str, ...]) -> None:
    code = (
        f"import sys; from codemod.__main__ import main; code = main({arguments!r});"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    result = python("-c", code, stdout=subprocess.DEVNULL)
    assert result.returncode == ExitCode.DONE
    loaded = {name for name in result.stderr.decode().split() if name.startswith(heavy)}
    assert loaded == set()
    assert "typer" in result.stderr.decode().split()

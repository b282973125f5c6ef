"""Which program a command runs in the end, behind interpreters, environment managers and other wrappers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemod.project.commands import basename
from codemod.project.shell_words import Word

if TYPE_CHECKING:
    from collections.abc import Sequence


_PYTHON = re.compile(r"(?:python|pypy)[\d.]*$|py$")
_PYTEST = ("pytest", "py.test")
_MANAGERS = frozenset(
    ("poetry", "pdm", "pipenv", "hatch", "rye", "uv", "conda", "mamba", "micromamba", "pixi", "pipx", "dotenv")
)
_WRAPPERS = frozenset(("xvfb-run", "timeout", "nice", "unbuffer", "uvx", "catchsegv", "doppler", "op", "wait-for-it"))
_CONTAINERS = frozenset(("docker", "docker-compose", "podman", "podman-compose"))
# Options with a value of their own, where a wrapper has them.
_WITH_VALUE = frozenset(
    [
        "--with",
        "--with-requirements",
        "--python",
        "--extra",
        "--group",
        "--project",
        "--directory",
        "--env-file",
        "--from",
        "--only-group",
        "--package",
        "--spec",
        "--source",
        "--rcfile",
        "--omit",
        "--include",
        "--context",
        "--concurrency",
        "--data-file",
        "-n",
        "-p",
        "-e",
        "-C",
        "-W",
        "-X",
        "--name",
        "--prefix",
        "--env",
        "-s",
    ]
)


def pytest_words(words: Sequence[Word]) -> Sequence[Word] | None:
    """Return the arguments of pytest in a command, None where it does not run pytest."""
    name = ""
    for _ in range(10):  # each round takes one wrapper off
        if not words:
            return None
        name = basename(words[0].text)
        if name in _PYTEST:
            return words[1:]
        inner = _inside(name, words)
        if inner is None:
            return None
        words = inner
    return None


def in_container(words: Sequence[Word]) -> bool:
    """Tell whether a command runs in a container, where paths are others."""
    return basename(words[0].text) in _CONTAINERS


def _inside(name: str, words: Sequence[Word]) -> Sequence[Word] | None:
    """Return the command that a wrapper runs, None where the first word is no wrapper."""
    if _PYTHON.match(name) or (not name and len(words) > 1 and words[1].text == "-m"):
        return _module(words[1:])
    if not name:
        return words[1:]  # a variable: $(RUN) pytest
    if name == "coverage" and len(words) > 1 and words[1].text == "run":
        rest = _behind_options(words[2:], stop=("-m",))
        return _module(rest) if rest and rest[0].text == "-m" else rest
    if name in _MANAGERS:
        at = next((i for i, word in enumerate(words) if word.text == "run"), None)
        return _managed(name, _behind_options(words[at + 1 :], stop=("-m",))) if at is not None else None
    if name in _WRAPPERS:
        rest = _behind_options(words[1:])
        return rest[1:] if name == "timeout" else rest
    if name in _CONTAINERS:
        return next((words[i:] for i, word in enumerate(words) if basename(word.text) in _PYTEST), None)
    at = next((i for i, word in enumerate(words) if word.text == "--"), None)
    follows = words[at + 1 :] if at is not None else ()
    return follows if follows and _runs_python(follows) else None


def _managed(manager: str, words: Sequence[Word]) -> Sequence[Word] | None:
    if words and words[0].text == "-m":  # uv run -m pytest
        return _module(words)
    return _without_environment(words) if words and manager == "hatch" else words


def _runs_python(words: Sequence[Word]) -> bool:
    name = basename(words[0].text)
    return name in (*_PYTEST, "coverage") or _PYTHON.match(name) is not None


def _module(words: Sequence[Word]) -> Sequence[Word] | None:
    """Return the words from the module behind ``-m`` on, None where Python runs something else."""
    rest = _behind_options(words, stop=("-m", "-c"))
    if len(rest) < 2 or rest[0].text != "-m":
        return None
    return rest[1:]


def _behind_options(words: Sequence[Word], stop: tuple[str, ...] = ()) -> Sequence[Word]:
    """Return ``words`` from the first on that is no option and no value of one, or that is in ``stop``."""
    at = 0
    while at < len(words) and words[at].text not in stop:
        text = words[at].text
        if text == "--":
            return words[at + 1 :]
        if not text.startswith(("-", "+")):
            break
        at += 2 if text in _WITH_VALUE else 1
    return words[at:]


def _without_environment(words: Sequence[Word]) -> Sequence[Word]:
    """Return ``hatch run``'s command without the environment before it (``test:pytest``)."""
    environment, colon, name = words[0].text.rpartition(":")
    return (Word(name, words[0].line), *words[1:]) if colon and environment else words

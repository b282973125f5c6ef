"""Where a made-up project has its pytest configuration, its package, its tests and its pins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

NATIVE = "pyproject.toml native"
CONFIGURATIONS = ("pytest.ini", "pyproject.toml", NATIVE, "tox.ini", "setup.cfg")
TEST_FOLDERS = ("tests", "inside", "beside")
PINS = ("requirements", "constraints", "group", "tox")
SHARED_VERSION = "1.1.0"
"""What the constraints at the top of the repository pin."""


@dataclass(frozen=True, slots=True)
class Layout:
    """``configuration``, ``tests`` and ``pins`` are words of the lists above; ``src`` tells of a src folder.

    ``tests`` may also be "top": the conftest.py then stands beside the configuration, above the folder of the tests.
    """

    configuration: str = "pytest.ini"
    src: bool = False
    tests: str = "tests"
    pins: str = "requirements"

    def package(self, name: str) -> str:
        """Return the folder of the package ``name``."""
        return f"src/{name}" if self.src else name

    def test_folder(self, name: str) -> str:
        """Return the folder of the tests of the package ``name``."""
        return {"inside": f"{self.package(name)}/tests", "beside": self.package(name)}.get(self.tests, "tests")

    def conftest(self, name: str) -> str:
        """Return the path of the outermost conftest.py."""
        return "conftest.py" if self.tests == "top" else f"{self.test_folder(name)}/conftest.py"


def settings(layout: Layout, name: str, options: Mapping[str, str], plugin: str, top: str) -> dict[str, str]:
    """Return the files of a project that are no Python, by their paths.

    ``plugin`` is the version of pytest-asyncio it asks for ("" for none), ``top`` the way up to the repository's top.
    """
    given = {**options, **({"pythonpath": "src"} if layout.src else {})}
    configuration, write = WRITERS[layout.configuration]
    place, lines = _pins(layout, plugin, top)
    made = {configuration: write(name, given)}
    start = _project(name) if place == "pyproject.toml" else ""
    return {**made, place: made.get(place, start) + lines}


def _pins(layout: Layout, plugin: str, top: str) -> tuple[str, str]:
    """Return the file that says what the tests need, and the lines that say so."""
    asked = ["pytest>=9" if layout.configuration == NATIVE else "pytest"]
    if layout.pins == "constraints" and plugin == SHARED_VERSION:
        return "requirements-test.txt", _lines([f"-c {top}constraints.txt", *asked, "pytest-asyncio"])
    if plugin:
        asked.append(f"pytest-asyncio=={plugin}")
    if layout.pins == "group":
        return "pyproject.toml", f"\n[dependency-groups]\ndev = [{', '.join(map(_quoted, asked))}]\n"
    if layout.pins == "tox":
        return "tox.ini", f"\n[testenv]\ndeps =\n{_lines(f'    {one}' for one in asked)}commands = pytest\n"
    return "requirements-test.txt", _lines(asked)


def _lines(texts: Iterable[str]) -> str:
    return "".join(f"{text}\n" for text in texts)


def _project(name: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "1.0.0"\n'


def _ini(section: str) -> Callable[[str, Mapping[str, str]], str]:
    def write(name: str, options: Mapping[str, str]) -> str:
        del name
        return f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())

    return write


def _toml(table: str) -> Callable[[str, Mapping[str, str]], str]:
    def write(name: str, options: Mapping[str, str]) -> str:
        lines = (f"{key} = {_value(table, key, value)}\n" for key, value in options.items())
        return f"{_project(name)}\n[tool.{table}]\n{''.join(lines)}"

    return write


def _value(table: str, key: str, value: str) -> str:
    # The native table wants lists where the ini_options let a string do.
    return f"[{_quoted(value)}]" if table == "pytest" and key in ("addopts", "pythonpath") else _quoted(value)


def _quoted(text: str) -> str:
    return f'"{text}"'


WRITERS: dict[str, tuple[str, Callable[[str, Mapping[str, str]], str]]] = {
    "pytest.ini": ("pytest.ini", _ini("pytest")),
    "pyproject.toml": ("pyproject.toml", _toml("pytest.ini_options")),
    NATIVE: ("pyproject.toml", _toml("pytest")),
    "tox.ini": ("tox.ini", _ini("pytest")),
    "setup.cfg": ("setup.cfg", _ini("tool:pytest")),
}

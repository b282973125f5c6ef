"""Whole configurations to ask about, the pytest of another interpreter to ask, and how two answers are compared."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from codemod.errors import ConfigError
from codemod.project.pytest_args import loads_asyncio, parse_args
from codemod.project.pytest_config import resolve
from codemod.project.pytest_options import OPTION_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

_SCRIPT = Path(__file__).with_name("pytest_config_probe.py")
_DEFAULTS = {"asyncio_mode": "strict", "asyncio_debug": "false", "asyncio_default_test_loop_scope": "function"}
MODULE = "pytest_asyncio.plugin"
_CHOSEN_ENVIRONMENT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTHONWARNINGS")


@dataclass(frozen=True, slots=True)
class Question:
    """Files below a root, the folder pytest is started in, its arguments, and PYTEST_ADDOPTS."""

    files: dict[str, str | None]
    folder: str = ""
    args: tuple[str, ...] = ()
    environment: str = ""


class Lane:
    """One pytest in a process of its own, asked line by line."""

    def __init__(self, python: Path, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in _CHOSEN_ENVIRONMENT}
        self._process = subprocess.Popen(
            [str(python), "-W", "ignore", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env=environment,
        )
        version = str(self._read()).split(".")
        self.version = (int(version[0]), int(version[1]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, root: Path, question: Question) -> object:
        """Return the answer about files that are on disk below ``root``, None for a refusal."""
        folder = root / question.folder
        asked = [str(folder), question.args, question.environment, list(OPTION_KINDS)]
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return _normal(self._read(), folder)

    def _read(self) -> object:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the probe has died"
        return json.loads(line)


def ours(root: Path, question: Question, version: tuple[int, int], like: object) -> object:
    """Return loopmend's answer in the same form, with the option names that ``like``, pytest's answer, knows."""
    folder = root / question.folder
    args = [*shlex.split(question.environment), *question.args]
    try:
        config = resolve(folder, version, args)
    except ConfigError:
        return None
    if config.shadowed is not None and version >= (9, 0):
        return None  # loopmend reads on, to correct it (LM105)
    values: dict[str, object] = {name: option.value for name, option in config.options.items()}
    values |= {name: list(items) for name, items in config.lists.items()}
    values |= {name: default for name, default in _DEFAULTS.items() if values[name] is None}
    values |= {"confcutdir": str(config.confcutdir), "loaded": config.asyncio_loaded}
    values["warnings"] = [each.text for each in config.filters if each.literal]
    known = like[2] if isinstance(like, list) else values
    values = {name: value for name, value in values.items() if name in known}
    return _normal([str(config.rootdir), str(config.inifile), values], folder)


def stops_at_plugin(root: Path, question: Question, version: tuple[int, int]) -> bool:
    """Tell whether pytest stops because of what the environment says about plugins, and loopmend reads on.

    Those are flags of pytest-asyncio while it is not loaded, and its module named beside its entry point: right
    where PYTEST_PLUGINS or PYTEST_DISABLE_PLUGIN_AUTOLOAD are set, which no file tells.
    """
    try:
        config = resolve(root / question.folder, version, args := [*shlex.split(question.environment), *question.args])
        given = (parse_args(config.lists["addopts"], overrides_count=False), parse_args(args))
    except ConfigError:
        return False
    plugins = [name for each in given for name in each.plugins]
    flags = any(each.asyncio_mode or each.asyncio_debug for each in given)
    others = [name for name in plugins if name != MODULE]
    twice = MODULE in plugins and ("asyncio" in others or loads_asyncio(others, autoload=True))
    return twice or (flags and not config.asyncio_loaded)


def _normal(answer: object, folder: Path) -> object:
    """Bring an answer into one form: paths are absolute, and a value that the plugin cannot take is a refusal."""
    if not isinstance(answer, list):
        return None
    rootdir, inifile, values = answer
    scopes = (values.get(name) for name in OPTION_KINDS if name.startswith("asyncio_default"))
    if any(scope is not None and not isinstance(scope, str) for scope in scopes):
        return None
    if not isinstance(values.get("asyncio_mode", ""), str):
        return None
    if "asyncio_debug" in values:
        values["asyncio_debug"] = str(values["asyncio_debug"]).lower() in ("true", "1", "yes", "on")
    base = folder if inifile == "None" else Path(inifile).parent
    # What is given before addopts are read is listed twice.
    values["warnings"] = list(dict.fromkeys(values["warnings"]))
    values["pythonpath"] = [str(base / path) for path in values["pythonpath"]]
    # Without an inifile pytest 7.2 and 7.3 cut nothing off; above the project loopmend reads nothing in any case.
    cut = values["confcutdir"] or (rootdir if inifile == "None" else base)
    values["confcutdir"] = os.path.normpath(folder / cut)
    return [rootdir, inifile, values]


# --- what is asked -------------------------------------------------------------------------------------------------

FOLDERS = ("", "a", "a/b")
_SCALARS = {
    "asyncio_mode": ("auto", "strict", "legacy"),
    "asyncio_default_fixture_loop_scope": ("session", "function", "fixture"),
    "asyncio_default_test_loop_scope": ("module", "session"),
    "asyncio_debug": ("true", "0"),
}
_LISTS = {
    "testpaths": (("tests",), ("a b", "c")),
    "python_files": (("check_*.py",), ("test_*.py", "t.py")),
    "python_functions": (("check",),),
    "norecursedirs": (("build", ".git"),),
    "usefixtures": (("x", "y"),),
    "pythonpath": ((".", "src"),),
    "filterwarnings": (("ignore::UserWarning",), ("ignore:a b", "default:x:DeprecationWarning")),
}
_ARGUMENTS = (
    "-q",
    "-ra",
    "-vv",
    "-m 'not slow'",
    "-k x",
    "--asyncio-mode=auto",
    "--asyncio-mode strict",
    "-p no:asyncio",
    "-p asyncio",
    "-pno:asyncio",
    "-p no:cacheprovider",
    "-p pytest_asyncio.plugin",
    "-p no:pytest_asyncio",
    "-o asyncio_mode=auto",
    "-oasyncio_mode=strict",
    "-qo asyncio_mode=auto",
    "-qp no:asyncio",
    "-xrA",
    "-o testpaths=x",
    "--override-ini=python_files=p.py",
    "--override-ini asyncio_default_fixture_loop_scope=class",
    "-c other.ini",
    "-c a/other.toml",
    "--rootdir=.",
    "--rootdir a",
    "--confcutdir=.",
    "-W ignore::UserWarning",
    "-Wdefault",
    "-o x",
    "-p",
)
# From 9.1 on getini("addopts") shows an addopts within addopts, which nothing obeys: so never within a file.
_LINES = st.lists(st.sampled_from(_ARGUMENTS), max_size=3).map(" ".join)
_COMMAND_LINES = st.lists(
    st.sampled_from([*_ARGUMENTS, "-o 'addopts=--asyncio-mode=auto -q'", "-o addopts="]), max_size=3
).map(" ".join)


@st.composite
def _option_values(draw: st.DrawFn) -> dict[str, str | tuple[str, ...]]:
    names = draw(st.lists(st.sampled_from([*_SCALARS, *_LISTS, "addopts", "addopts", "x"]), max_size=4, unique=True))
    found: dict[str, str | tuple[str, ...]] = {}
    for name in names:
        if name == "addopts":
            found[name] = tuple(shlex.split(draw(_LINES)))
        else:
            found[name] = draw(st.sampled_from(_LISTS.get(name) or _SCALARS.get(name, ("1",))))
    return found


@st.composite
def _ini(draw: st.DrawFn, section: str) -> str:
    if draw(st.integers(0, 9)) == 0:
        odd = ["", "[other]\nx = 1\n", "no section\n", f"[{section}]\nx = 1\nx = 2\n", "[pytest]\n"]
        return draw(st.sampled_from(odd))
    lines = [f"[{draw(st.sampled_from([section] * 6 + ['pytest', 'tool:pytest']))}]"]
    for name, value in draw(_option_values()).items():
        if isinstance(value, str):
            text = draw(st.sampled_from([value, f"\n    {value}", f"{value}  # why", f'"{value}"', f"{value} %(x)s"]))
            text = value if name == "asyncio_debug" else text
        else:
            broken = name == "filterwarnings" or draw(st.booleans())
            items = value if name == "filterwarnings" else [shlex.quote(item) for item in value]
            text = "".join(f"\n    {item}" for item in items) if broken else " ".join(items)
        lines.append(f"{name}{draw(st.sampled_from([' = ', '=', ': ']))}{text}")
    return draw(st.sampled_from(["\n", "\n", "\r\n"])).join([*lines, ""])


@st.composite
def _toml(draw: st.DrawFn, tables: tuple[str, ...]) -> str:
    if draw(st.integers(0, 9)) == 0:
        odd = ["", "a = 1\n", "tool = 1\n", "a = \n", "[tool.pytest]\n", "[project]\nname = 'x'\n"]
        return draw(st.sampled_from(odd))
    table = draw(st.sampled_from(tables))
    lines = [f"[{table}]"]
    for name, value in draw(_option_values()).items():
        typed = draw(st.integers(0, 5)) if table != "tool.pytest.ini_options" else 0
        if name == "asyncio_debug":
            shown: object = "true" if typed or draw(st.booleans()) else '"true"'
        elif isinstance(value, str):
            wrong = draw(st.integers(0, 9)) == 0
            shown = draw(st.sampled_from(["1", "[]", "true", '["x"]'])) if wrong else json.dumps(value)
        elif typed or draw(st.booleans()):
            shown = json.dumps(value)
        else:
            shown = json.dumps(shlex.join(value) if name != "filterwarnings" else "\n".join(value))
        lines.append(f"{name} = {shown}")
    tails = ["", "", "", "", "[tool.pytest.ini_options]\n", "[tool.pytest]\ny = '1'\n", "[tool.x]\n"]
    more = draw(st.sampled_from(tails))
    return "\n".join([*lines, more if more.strip() != lines[0] else ""])


_TABLES = ("tool.pytest.ini_options", "tool.pytest.ini_options", "tool.pytest", "pytest", "tool.x")
_OWN_TABLES = ("pytest", "pytest", "pytest", "tool.pytest")
_FILES = {
    "pytest.toml": _toml(_OWN_TABLES),
    ".pytest.toml": _toml(_OWN_TABLES),
    "pytest.ini": _ini("pytest"),
    ".pytest.ini": _ini("pytest"),
    "pyproject.toml": _toml(_TABLES),
    "tox.ini": _ini("pytest"),
    "setup.cfg": _ini("tool:pytest"),
    "setup.py": st.just(""),
    "other.ini": _ini("pytest"),
    "other.toml": _toml(_TABLES),
}


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a question; None stands for a folder of that name."""
    places = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(sorted(_FILES)))
    files: dict[str, str | None] = {}
    for folder, name in draw(st.lists(places, min_size=1, max_size=5, unique=True)):
        is_folder = draw(st.integers(0, 24)) == 0
        files[f"{folder}/{name}".lstrip("/")] = None if is_folder else draw(_FILES[name])
    args = tuple(shlex.split(draw(st.one_of(st.just(""), _COMMAND_LINES))))
    environment = draw(st.one_of(st.just(""), st.just(""), _COMMAND_LINES))
    return Question(files, draw(st.sampled_from(FOLDERS)), args, environment)


def build(root: Path, question: Question) -> None:
    """Write the files of a question below ``root``, which exists."""
    for folder in FOLDERS:
        (root / folder).mkdir(exist_ok=True)
    for name, content in _in_order(question.files):
        if content is None:
            (root / name).mkdir()
        else:
            (root / name).write_bytes(content.encode())


def _in_order(files: dict[str, str | None]) -> Iterator[tuple[str, str | None]]:
    yield from sorted(files.items())

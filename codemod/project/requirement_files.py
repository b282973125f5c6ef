"""Requirements in the files that declare them, as PEP 508 text with lines; no file is run, no version is compared."""

from __future__ import annotations

import ast
import configparser
import re
import warnings
from typing import TYPE_CHECKING, Any

from codemod.project.poetry_constraints import to_specifier
from codemod.project.requirement_lines import Entry, Include, parse_conda, parse_line, parse_lines
from codemod.project.toml_text import key_line, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Items = Iterator[Entry | Include]

_LINE_FILE = re.compile(r"(?:.*[/._-])?(?:requirements?|constraints?)[\w.-]*\.(?:txt|in|lock)$", re.IGNORECASE)
_LINE_FOLDER = re.compile(r"(?:.*/)?requirements?/[^/]+\.(?:txt|in)$", re.IGNORECASE)
_CONDA_FILE = re.compile(r"(?:.*/)?environment[\w.-]*\.ya?ml$")
_FACTOR = re.compile(r"^[\w.,!{}-]+\s*:\s+")
_SETUP_LISTS = ("install_requires", "tests_require", "setup_requires")


def is_requirement_file(path: str) -> bool:
    """Tell whether the file at the posix ``path`` declares requirements in a form read here."""
    return _reader(path) is not None


def read_entries(path: str, text: str) -> list[Entry | Include]:
    """Return what the requirement file at the posix ``path`` asks for; raise ValueError where ``text`` is broken."""
    reader = _reader(path)
    return list(reader(text)) if reader else []


def _reader(path: str) -> Callable[[str], Items] | None:
    named = _READERS.get(path.rpartition("/")[2])
    if named:
        return named
    if _CONDA_FILE.match(path):
        return parse_conda
    return parse_lines if _LINE_FILE.match(path) or _LINE_FOLDER.match(path) else None


# --- TOML ----------------------------------------------------------------------------------------------------------


def _pyproject(text: str) -> Items:
    document, lines = parse(text), _Lines(text)
    project, tool = _table(document, "project"), _table(document, "tool")
    if isinstance(python := project.get("requires-python"), str):
        yield Entry(key_line(text, ("project",), "requires-python") or 1, f"python{python}", python)
    uv = _table(tool, "uv")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    lists += [*_table(document, "dependency-groups").values(), *_table(tool, "pdm", "dev-dependencies").values()]
    lists += [uv.get(key) for key in ("dev-dependencies", "constraint-dependencies", "override-dependencies")]
    yield from lines.entries(lists)
    yield from _hatch_envs(_table(tool, "hatch", "envs"), lines)
    yield from _poetry(text, _table(tool, "poetry"))


def _hatch(text: str) -> Items:
    yield from _hatch_envs(_table(parse(text), "envs"), _Lines(text))


def _hatch_envs(envs: dict[str, Any], lines: _Lines) -> Items:
    tables = [env for env in envs.values() if isinstance(env, dict)]
    yield from lines.entries(env.get(key) for env in tables for key in ("dependencies", "extra-dependencies"))


def _poetry(text: str, poetry: dict[str, Any]) -> Items:
    groups = [("group", name, "dependencies") for name in _table(poetry, "group")]
    for path in [("dependencies",), ("dev-dependencies",), *groups]:
        for name, value in _table(poetry, *path).items():
            line = key_line(text, ("tool", "poetry", *path), name) or 1
            yield from (Entry(line, f"{name}{to_specifier(each)}", each) for each in _versions(value))


def _pipfile(text: str) -> Items:
    document = parse(text)
    python = _table(document, "requires").get("python_version")
    if isinstance(python, str):
        yield Entry(key_line(text, ("requires",), "python_version") or 1, f"python=={python}.*", python)
    for section in ("packages", "dev-packages"):
        for name, value in _table(document, section).items():
            line = key_line(text, (section,), name) or 1
            yield from (Entry(line, name if each == "*" else f"{name}{each}", each) for each in _versions(value))


def _versions(value: object) -> Iterator[str]:
    """Yield the constraints of a poetry or Pipfile value: text, a table with ``version``, or a list of either."""
    if isinstance(value, list):
        for each in value:
            yield from _versions(each)
    elif isinstance(value, dict):
        version = value.get("version", "*")
        yield version if isinstance(version, str) else "*"
    elif isinstance(value, str):
        yield value


def _table(document: object, *path: str) -> dict[str, Any]:
    """Return the table at ``path``; an empty one where there is none."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


# --- INI -----------------------------------------------------------------------------------------------------------


def _setup_cfg(text: str) -> Items:
    config, lines = _ini(text), _Lines(text)
    options = dict(config["options"]) if config.has_section("options") else {}
    if python := options.get("python_requires"):
        yield Entry(lines.find(python), f"python{python}", python)
    values = [options.get(key) or "" for key in _SETUP_LISTS]
    if config.has_section("options.extras_require"):
        values += [value or "" for value in config["options.extras_require"].values()]
    for value in values:
        for written in value.split("\n") if "\n" in value else value.split(";"):
            item = parse_line(lines.find(written.strip()), written)
            if isinstance(item, Entry):
                yield item


def _tox(text: str) -> Items:
    config, lines = _ini(text), _Lines(text)
    for section in config.sections():
        for line in (config[section].get("deps") or "").split("\n"):
            written = _FACTOR.sub("", line.strip()).replace("{toxinidir}/", "").replace("{tox_root}/", "")
            item = parse_line(lines.find(line.strip()), written)
            if item is not None:
                yield item


def _ini(text: str) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        config.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error).split("\n")[0]) from error
    return config


# --- setup.py ------------------------------------------------------------------------------------------------------


def _setup_py(text: str) -> Items:
    """Yield the literal requirements in calls of ``setup``; a name stands for a literal list assigned at the top."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the project's own escapes are not our business
            tree = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError("nested too deeply") from error
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name | ast.Attribute) and ast.unparse(call.func) in ("setup", "setuptools.setup"):
            for keyword in call.keywords:
                yield from _setup_keyword(keyword, names)


def _setup_keyword(keyword: ast.keyword, names: dict[str, ast.expr]) -> Items:
    value = names.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
    if keyword.arg == "python_requires" and isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield Entry(value.lineno, f"python{value.value}", value.value)
    elif keyword.arg in _SETUP_LISTS:
        yield from _literal_list(value)
    elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
        for each in value.values:
            yield from _literal_list(names.get(each.id) if isinstance(each, ast.Name) else each)


def _literal_list(value: ast.expr | None) -> Items:
    for item in value.elts if isinstance(value, ast.List | ast.Tuple) else ():
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield Entry(item.lineno, item.value)


# --- lines ---------------------------------------------------------------------------------------------------------


class _Lines:
    """Finds on which line a text is written; asked again for the same text, it goes on after the last place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.next: dict[str, int] = {}

    def find(self, *spellings: str) -> int:
        for spelling in spellings:
            at = self.text.find(spelling, self.next.get(spelling, 0))
            if at >= 0:
                self.next[spelling] = at + len(spelling)
                return self.text.count("\n", 0, at) + 1
        return 1

    def entries(self, lists: Iterable[object]) -> Items:
        """Yield the strings of those ``lists`` that are lists; a table, as of ``include-group``, says nothing new."""
        for items in lists:
            for item in items if isinstance(items, list) else ():
                if isinstance(item, str):
                    yield Entry(self.find(f'"{item}"', f"'{item}'"), item)


_READERS: dict[str, Callable[[str], Items]] = {
    "pyproject.toml": _pyproject,
    "hatch.toml": _hatch,
    "Pipfile": _pipfile,
    "setup.cfg": _setup_cfg,
    "tox.ini": _tox,
    "setup.py": _setup_py,
}

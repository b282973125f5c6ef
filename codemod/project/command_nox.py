"""Commands in noxfile.py: calls on the session with literal arguments. The file is parsed, never run."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from codemod.project.commands import ADDOPTS, Script, Variable, joined
from codemod.project.shell_words import UNKNOWN, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RUNS = ("run", "run_always", "run_install")
_INSTALLS = {"install": ("pip", "install"), "conda_install": ("conda", "install")}
_MOVES = ("chdir", "cd")


def parse_python(text: str) -> ast.Module:
    """Return the tree of ``text``; raise ValueError where this Python cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the project's own escapes are not our business
            return ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError("nested too deeply") from error


def nox_scripts(path: str, folder: str, text: str) -> Iterator[Script]:
    """Yield what the sessions of a noxfile run and install; raise ValueError where it is no Python."""
    for function in ast.walk(parse_python(text)):
        if isinstance(function, ast.FunctionDef):
            yield from _session(path, folder, function)


def session_pythons(text: str) -> Iterator[tuple[str, int]]:
    """Yield each literal in ``python=`` of a session's decorator with its line; a name stands for a literal list."""
    tree = parse_python(text)
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
                if keyword.arg == "python":
                    value = names.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
                    yield from _literals(value)


def _literals(value: ast.expr | None) -> Iterator[tuple[str, int]]:
    for item in value.elts if isinstance(value, ast.List | ast.Tuple) else (value,):
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value, item.lineno


def _session(path: str, folder: str, function: ast.FunctionDef) -> Iterator[Script]:
    """Yield the calls of one session in the order in which they are written."""
    folders: tuple[str, ...] = (folder,)
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
            continue
        name = call.func.attr
        words = tuple(_words(call.args))
        if name in _MOVES:
            folders = joined(folders, words[0].text) if len(words) == 1 and words[0].known else ()
        elif name in _RUNS and words:
            yield Script(path, (), words, folders, _addopts(path, call))
        elif name in _INSTALLS and words:
            before = tuple(Word(text, call.lineno) for text in _INSTALLS[name])
            yield Script(path, (), (*before, *words), folders)


def _words(arguments: Iterable[ast.expr]) -> Iterator[Word]:
    for each in arguments:
        if isinstance(each, ast.Starred) and isinstance(each.value, ast.List | ast.Tuple):
            yield from _words(each.value.elts)
        else:
            yield Word(_text(each), each.lineno)


def _text(node: ast.expr) -> str:
    """Return a literal's text, ``UNKNOWN`` for what a run would put there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("\0", "\ufffd")
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    return UNKNOWN


def _addopts(path: str, call: ast.Call) -> Variable | None:
    for keyword in call.keywords:
        if keyword.arg == "env" and isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == ADDOPTS:
                    return Variable(path, value.lineno, _text(value))
    return None

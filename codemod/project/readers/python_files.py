"""Literal requirements in setup.py and noxfile.py."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from codemod.project.readers.ini_files import SETUP_LISTS
from codemod.project.readers.yaml_files import conda_entry
from codemod.project.requirement_lines import Entry, Include, entry_of, is_plugin, name_of, parse_line, spelt_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Items = Iterator[Entry | Include]

_VERSIONED = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\]\s*)?(?:[<>=!~]=|[<>])\s*\d")
_RUNNERS = ("run", "run_always", "run_install")
_INCLUDES = ("-r", "-c", "--requirement", "--constraint")


def read_setup_py(text: str) -> Items:
    """Yield what calls of ``setup`` ask for, then what other literal lists hold; raise ValueError for no Python.

    For ``setup`` a name stands for what is assigned to it at the top of the file.
    """
    module = _parse(text)
    for call in module.calls:
        if ast.unparse(call.func) in ("setup", "setuptools.setup"):
            for keyword in call.keywords:
                yield from module.setup_keyword(keyword)
    yield from module.other_lists()


def read_noxfile(text: str) -> Items:
    """Yield what sessions install, and what literal lists of requirements hold; raise ValueError for no Python."""
    module = _parse(text)
    for call in module.calls:
        if isinstance(call.func, ast.Attribute):
            yield from module.session_call(call, call.func.attr)
    yield from module.other_lists()


def _parse(text: str) -> _Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the project's own escapes are not our business
            tree = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError("nested too deeply") from error
    return _Module(tree, text.split("\n"))


@dataclass(slots=True)
class _Module:
    """A parsed file; ``seen`` are the nodes already read, so that a list used twice is read once."""

    tree: ast.Module
    lines: Sequence[str]
    names: dict[str, ast.expr] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    seen: set[ast.expr] = field(default_factory=set)

    def __post_init__(self) -> None:
        for node in self.tree.body:
            if isinstance(node, ast.Assign):
                self.names.update({each.id: node.value for each in node.targets if isinstance(each, ast.Name)})
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                self.names[node.target.id] = node.value
        named = (ast.Name, ast.Attribute)
        self.calls += [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and isinstance(n.func, named)]

    def setup_keyword(self, keyword: ast.keyword) -> Items:
        value = self.names.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
        if keyword.arg == "python_requires" and isinstance(value, ast.Constant) and isinstance(value.value, str):
            written = value.value
            yield self.placed(value, Entry(value.lineno, f"python{written}", written, source=written))
        elif keyword.arg in SETUP_LISTS:
            yield from (replace(each, public=keyword.arg == "install_requires") for each in self.listed(value))
        elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
            for each in value.values:
                yield from self.listed(each)

    def session_call(self, call: ast.Call, method: str) -> Items:
        """Yield what a call of nox's session installs: ``install``, ``conda_install``, ``run("pip", "install", …)``."""
        words = [each.value for each in call.args if isinstance(each, ast.Constant)]
        if method not in ("install", "conda_install") and not (method in _RUNNERS and "install" in words):
            return
        read = conda_entry if method == "conda_install" else entry_of
        before: object = None
        for each in self.elements(ast.List(call.args)):
            value = each.value if isinstance(each, ast.Constant) else None
            if isinstance(value, str) and (before in _INCLUDES or value.startswith(("-r", "-c", "--"))):
                item = parse_line(each.lineno, f"-r {value}" if before in _INCLUDES else value)
                if isinstance(item, Include):
                    yield replace(item, decides=False)
            elif each not in self.seen:
                yield from self.element(each, read, decides=False)
            before = value

    def other_lists(self) -> Iterator[Entry]:
        """Yield what lists nobody has followed hold, of those that hold a versioned requirement or the plugin."""
        matrix = {
            each
            for call in self.calls
            if ast.unparse(call.func).endswith("parametrize")
            for argument in call.args
            for each in ast.walk(argument)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.List | ast.Tuple | ast.Set) and any(map(_is_requirement, node.elts)):
                for each in node.elts:
                    for entry in self.element(each, entry_of, decides=False):
                        yield replace(entry, held="matrix") if node in matrix else entry

    def listed(self, value: ast.expr | None) -> Iterator[Entry]:
        for each in self.elements(value):
            yield from self.element(each, entry_of)

    def elements(self, value: ast.expr | None, within: tuple[str, ...] = ()) -> Iterator[ast.expr]:
        """Yield the elements of a literal list, of a name for one, and of sums of them."""
        if isinstance(value, ast.List | ast.Tuple | ast.Set):
            for each in value.elts:
                yield from self.elements(each.value, within) if isinstance(each, ast.Starred) else (each,)
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            yield from self.elements(value.left, within)
            yield from self.elements(value.right, within)
        elif isinstance(value, ast.Name) and value.id not in within:
            yield from self.elements(self.names.get(value.id), (*within, value.id))

    def element(self, node: ast.expr, read: Callable[[int, str], Entry], *, decides: bool = True) -> Iterator[Entry]:
        """Yield the requirement that is one element of a list, once; one that is put together has but a name."""
        if node in self.seen:
            return
        self.seen.add(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            entry = self.placed(node, read(node.lineno, node.value.strip()))
            yield entry if decides else replace(entry, decides=False)
        elif isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call):
            texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
            name = next((name_of(each) for each in texts if isinstance(each, str) and name_of(each)), "")
            yield Entry(node.lineno, name, "", held="computed", decides=False)

    def placed(self, node: ast.expr, entry: Entry) -> Entry:
        """Return ``entry`` on its line within the literal ``node``; held where it is not spelt there."""
        end = node.end_lineno or node.lineno
        rows = self.lines[node.lineno - 1 : end]
        # ast counts columns in UTF-8 bytes.
        rows = [*rows[:-1], rows[-1].encode()[: node.end_col_offset].decode()]
        raw = "\n".join([rows[0].encode()[node.col_offset :].decode(), *rows[1:]])
        found = spelt_in(raw, entry)
        return replace(found, line=node.lineno + raw.count("\n", 0, max(0, raw.find(found.source))))


def _is_requirement(node: ast.expr) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
        value = node.values[0].value
        return isinstance(value, str) and is_plugin(re.split(r"[<>=!~ \[]", value, maxsplit=1)[0])
    return isinstance(value, str) and (is_plugin(value) or _VERSIONED.match(value) is not None)

"""One Python file to its facts: a pure function of path and bytes, with stdlib ``ast``."""

from __future__ import annotations

import ast
import sys
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemod.analysis.evaluate import root_name
from codemod.analysis.facts import DYNAMIC, ClassFacts, FixtureDecl, FunctionFacts, MarkFacts, ModuleFacts
from codemod.analysis.flow import Function, function_flow, module_flow
from codemod.analysis.hooks import marking_hook
from codemod.analysis.legacy_facts import EVENT_LOOP, legacy_facts
from codemod.analysis.names import Names
from codemod.errors import FileError
from codemod.source.text import decode_python

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.legacy_facts import LegacyFacts

_FACTORIES = {
    "pytest.fixture": "pytest",
    "pytest.yield_fixture": "pytest",
    "pytest_asyncio.fixture": "pytest_asyncio",
    "pytest_asyncio.plugin.fixture": "pytest_asyncio",
}
_MARK = "pytest.mark."


def index(path: str, data: bytes) -> ModuleFacts:
    """Return the facts of one file.

    Raises FileError where the file cannot be decoded or parsed.
    """
    text, _ = decode_python(data, path)
    tree = parse(path, text)
    names = Names.of(tree, text)
    return _Indexer(names, path).module(tree)


def parse(path: str, text: str) -> ast.Module:
    """Parse ``text``; raise FileError with line and reason where that fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise FileError(path, f"line {error.lineno or 1}, syntax error for Python {python}: {error.msg}") from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise FileError(path, f"cannot be parsed: {error or 'too deeply nested'}") from None


@dataclass(slots=True)
class _Indexer:
    names: Names
    path: str

    def module(self, tree: ast.Module) -> ModuleFacts:
        functions: list[FunctionFacts] = []
        classes: list[ClassFacts] = []
        # Before the bodies are read: an import inside a function binds nothing in the module.
        imports, stars = dict(self.names.imports), tuple(self.names.stars)
        self._collect(tree.body, "", functions, classes)
        return ModuleFacts(
            path=self.path,
            imports=imports,
            stars=stars,
            constants={
                name: value.value
                for name, value in self.names.tops.items()
                if isinstance(value, ast.Constant) and isinstance(value.value, str)
            },
            functions=tuple(functions),
            classes=tuple(classes),
            marks=self._pytestmark(tree.body),
            plugins=self._plugins(tree.body),
            flow=module_flow(tree, self.names),
            hook=marking_hook(tree.body, self._mark),
            named_marks=self._marks(v for v in self.names.tops.values() if isinstance(v, ast.Call)),
        )

    def _collect(
        self, body: list[ast.stmt], prefix: str, functions: list[FunctionFacts], classes: list[ClassFacts]
    ) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.append(self.function(node, prefix))
            elif isinstance(node, ast.ClassDef):
                classes.append(self._class(node, prefix))
                self._collect(node.body, f"{prefix}{node.name}.", functions, classes)
            elif isinstance(node, ast.If | ast.Try | ast.With):
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.stmt):
                        self._collect([child], prefix, functions, classes)

    def function(self, node: Function, prefix: str) -> FunctionFacts:
        """Return the facts of one function definition."""
        args = node.args
        named = [*args.posonlyargs, *args.args]
        optional = {a.arg for a in named[len(named) - len(args.defaults) :]} if args.defaults else set()
        optional |= {a.arg for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True) if d is not None}
        plain = [a.arg for a in [*named, *args.kwonlyargs] if a.arg not in optional]
        decorators = tuple(self.names.dotted(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list)
        is_static = "builtins.staticmethod" in decorators
        annotations = [a.annotation for a in [*named, *args.kwonlyargs]]
        written = [e for e in [*args.defaults, *args.kw_defaults, *annotations] if e is not None]
        fixture = self._fixture(node)
        return FunctionFacts(
            name=node.name,
            qualname=prefix + node.name,
            span=self.names.span(node),
            is_async=isinstance(node, ast.AsyncFunctionDef),
            params=tuple(plain[1:] if prefix and not is_static else plain),
            signature=self._mentioned(written),
            fixture=fixture,
            marks=self._marks(reversed(node.decorator_list)),
            decorators=decorators,
            flow=function_flow(node, self.names, self._request_params(node)),
            is_static=is_static,
            legacy=self._legacy(node, fixture),
        )

    def _legacy(self, node: Function, fixture: FixtureDecl | None) -> LegacyFacts | None:
        if EVENT_LOOP not in self.names.text:
            return None
        return legacy_facts(node, self.names, fixture is not None and fixture.name == EVENT_LOOP)

    def _mentioned(self, expressions: list[ast.expr]) -> tuple[str, ...]:
        """Return the global names in defaults and annotations (``Depends(get_db)``, ``Annotated[...]``)."""
        names = (n for e in expressions for n in ast.walk(e) if isinstance(n, ast.Name | ast.Attribute))
        dotted = {self.names.dotted(n) for n in names}
        return tuple(sorted(d for d in dotted if d and not d.startswith("builtins.")))

    def _class(self, node: ast.ClassDef, prefix: str) -> ClassFacts:
        own = self._pytestmark(node.body)
        return ClassFacts(
            name=node.name,
            qualname=prefix + node.name,
            bases=tuple(self.names.dotted(b.value if isinstance(b, ast.Subscript) else b) for b in node.bases),
            marks=(*own, *self._marks(reversed(node.decorator_list))),
            has_init=any(isinstance(n, ast.FunctionDef) and n.name in ("__init__", "__new__") for n in node.body),
            line=node.lineno,
            span=self.names.span(node),
        )

    # --- fixtures ----------------------------------------------------------------------------------------------

    def _fixture(self, node: Function) -> FixtureDecl | None:
        for decorator in node.decorator_list:
            decl = self._decorator(decorator, node.name)
            if decl is not None:
                return decl
        return None

    def _request_params(self, node: Function) -> tuple[str, ...]:
        """Return the strings in ``params=[...]`` and ``pytest.param``: names ``getfixturevalue`` may be given."""
        keywords = (k for d in node.decorator_list if isinstance(d, ast.Call) for k in d.keywords if k.arg == "params")
        lists = (k.value.elts for k in keywords if isinstance(k.value, ast.List | ast.Tuple))
        firsts = (e.args[0] if isinstance(e, ast.Call) and e.args else e for elements in lists for e in elements)
        return tuple(e.value for e in firsts if isinstance(e, ast.Constant) and isinstance(e.value, str))

    def _decorator(self, node: ast.expr, function: str, editable: bool = True) -> FixtureDecl | None:
        target = node.func if isinstance(node, ast.Call) else node
        factory = _FACTORIES.get(self.names.dotted(target))
        if factory is None:
            alias = self.names.tops.get(target.id) if isinstance(target, ast.Name) else None
            return (
                self._decorator(_partial(alias), function, editable=False)
                if isinstance(alias, ast.Call | ast.Attribute)
                else None
            )
        keywords = {k.arg: k.value for k in node.keywords} if isinstance(node, ast.Call) else {}
        positional = node.args[0] if isinstance(node, ast.Call) and node.args and factory == "pytest" else None
        unpacked = None in keywords
        return FixtureDecl(
            factory=factory,
            name=self.names.constant(keywords.get("name")) or function,
            scope=DYNAMIC if unpacked else self.names.constant(keywords.get("scope", positional)),
            loop_scope=DYNAMIC if unpacked else self.names.constant(keywords.get("loop_scope")),
            autouse=_truth(keywords.get("autouse")),
            params="params" in keywords,
            span=self.names.span(node),
            editable=editable and not unpacked and positional is None,
            callee=self.names.dotted(target),
            root=root_name(target),
            positional=isinstance(node, ast.Call) and bool(node.args),
        )

    # --- marks -------------------------------------------------------------------------------------------------

    def _marks(self, expressions: Iterable[ast.expr]) -> tuple[MarkFacts, ...]:
        return tuple(mark for node in expressions if (mark := self._mark(node)) is not None)

    def _mark(self, node: ast.expr) -> MarkFacts | None:
        target = node.func if isinstance(node, ast.Call) else node
        if isinstance(target, ast.Name) and isinstance(
            alias := self.names.tops.get(target.id), ast.Call | ast.Attribute
        ):
            mark = self._mark(alias)
            return replace(mark, applied=self.names.span(node)) if mark is not None else None
        dotted = self.names.dotted(target)
        if not dotted.startswith(_MARK):
            return None
        name = dotted.removeprefix(_MARK)
        call = node if isinstance(node, ast.Call) else None
        keywords = {k.arg: k.value for k in call.keywords} if call else {}
        keyword = "loop_scope" if "loop_scope" in keywords else "scope" if "scope" in keywords else ""
        scope = self.names.constant(keywords.get(keyword)) if keyword else None
        return MarkFacts(
            name=name,
            loop_scope=DYNAMIC if None in keywords else scope,
            keyword=keyword,
            args=self._argnames(call, name),
            indirect=self._indirect(call, keywords) if name == "parametrize" else (),
            path=self.path,
            span=self.names.span(node),
            bare=call is None,
            param_marks=self._param_marks(call) if name == "parametrize" else (),
            keywords=tuple((k.arg or "**", self.names.source(k.value, sys.maxsize)) for k in call.keywords)
            if call is not None and name != "parametrize"
            else (),
            applied=self.names.span(node),
            root=root_name(target),
        )

    def _argnames(self, call: ast.Call | None, mark: str) -> tuple[str, ...]:
        if call is None:
            return ()
        if mark != "parametrize":
            return tuple(self.names.constant(a) or DYNAMIC for a in call.args)
        first = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "argnames"), None)
        if isinstance(first, ast.Tuple | ast.List):
            return tuple(self.names.constant(e) or DYNAMIC for e in first.elts)
        text = self.names.constant(first) or DYNAMIC
        return tuple(part.strip() for part in text.split(",") if part.strip())

    def _indirect(self, call: ast.Call | None, keywords: dict[str | None, ast.expr]) -> tuple[str, ...]:
        value = keywords.get("indirect")
        if isinstance(value, ast.Tuple | ast.List):
            return tuple(self.names.constant(e) or DYNAMIC for e in value.elts)
        return self._argnames(call, "parametrize") if _truth(value) else ()

    def _param_marks(self, call: ast.Call | None) -> tuple[MarkFacts, ...]:
        found: list[MarkFacts] = []
        for node in ast.walk(call) if call else ():
            if isinstance(node, ast.Call) and self.names.dotted(node.func) == "pytest.param":
                for keyword in node.keywords:
                    if keyword.arg == "marks":
                        found.extend(self._mark_list(keyword.value))
        return tuple(found)

    def _mark_list(self, node: ast.expr) -> tuple[MarkFacts, ...]:
        return self._marks(node.elts if isinstance(node, ast.List | ast.Tuple) else [node])

    def _pytestmark(self, body: list[ast.stmt]) -> tuple[MarkFacts, ...]:
        found: tuple[MarkFacts, ...] = ()
        for node in body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            if any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in targets):
                value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
                found = self._mark_list(value) if value is not None else ()
        return found

    def _plugins(self, body: list[ast.stmt]) -> tuple[str, ...]:
        for node in body:
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "pytest_plugins" for t in node.targets
            ):
                values = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
                return tuple(self.names.constant(v) or DYNAMIC for v in values)
        return ()


def _partial(node: ast.expr) -> ast.expr:
    """Turn ``functools.partial(pytest.fixture, scope=…)`` into the call it stands for."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("partial") and node.args:
        return ast.copy_location(ast.Call(func=node.args[0], args=node.args[1:], keywords=node.keywords), node)
    return node


def _truth(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)

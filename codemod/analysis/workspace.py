"""A read-only view of one project: its files, their facts, names across files, with an overlay of changed bytes."""

from __future__ import annotations

import gc
import posixpath
import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from codemod.analysis.facts import OWN, ClassFacts, FunctionFacts, ModuleFacts
from codemod.analysis.index import index
from codemod.errors import FileError
from codemod.knowledge import KnowledgeBase, knowledge_base
from codemod.model import FileFailure
from codemod.source.text import read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_TEST_FOLDERS = frozenset({"tests", "test", "testing"})
_EVENT_LOOP = re.compile(rb"\bevent_loop\b")
_WORDS = (b"pytest_asyncio", b"mark.asyncio")


@dataclass(frozen=True, slots=True)
class Target:
    """What a dotted name leads to inside the project: a file, a top-level name in it, and what follows."""

    path: str
    name: str = ""
    rest: str = ""


@dataclass(slots=True)
class Workspace:
    """The files of a project as facts. ``overlay`` holds bytes that replace what is on disk (None: removed)."""

    root: Path
    files: tuple[str, ...]
    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")
    pythonpath: tuple[str, ...] = ()
    knowledge: KnowledgeBase = field(default_factory=knowledge_base)
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    _failed: dict[str, FileFailure] = field(default_factory=dict)
    _bytes: dict[str, bytes | None] = field(default_factory=dict)
    _modules: dict[str, ModuleFacts | None] = field(default_factory=dict)
    _suffixes: dict[str, list[str]] = field(default_factory=dict)
    _beside: dict[str, bool] = field(default_factory=dict)
    _located: dict[tuple[str, str], Target | None] = field(default_factory=dict)

    def with_overlay(self, changed: Mapping[str, bytes]) -> Workspace:
        """Return this view with ``changed`` on top; the facts of all other files are shared."""
        files = tuple(sorted({*self.files, *(p for p in changed if p.endswith(".py"))}))
        keep = {path: facts for path, facts in self._modules.items() if path not in changed}
        data = {path: value for path, value in self._bytes.items() if path not in changed}
        return replace(
            self,
            files=files,
            overlay={**self.overlay, **changed},
            _failed={},
            _modules=keep,
            _bytes=data,
            _suffixes={},
            _located={},
        )

    def read(self, path: str) -> bytes | None:
        """Return the bytes of ``path``, None (and a failure on record) where it cannot be read."""
        if path in self.overlay:
            return self.overlay[path]
        if path not in self._bytes:
            try:
                self._bytes[path] = read_bytes(self.root, path)
            except FileError as error:
                self._failed[path] = FileFailure(path, error.reason)
                self._bytes[path] = None
        return self._bytes[path]

    def module(self, path: str) -> ModuleFacts | None:
        """Return the facts of ``path``, None (and a failure on record) where it cannot be read or parsed."""
        if path not in self._modules:
            data = self.read(path)
            try:
                self._modules[path] = index(path, data) if data is not None else None
            except FileError as error:
                self._failed[path] = FileFailure(path, error.reason)
                self._modules[path] = None
            except RecursionError:
                self.give_up(path)
                self._modules[path] = None
        return self._modules[path]

    def give_up(self, path: str) -> None:
        """Put on record that ``path`` is beyond what Python's recursion allows."""
        self._failed[path] = FileFailure(path, "too deeply nested to be analysed")

    @property
    def failures(self) -> dict[str, FileFailure]:
        """Return the files that could not be read though pytest reads them: tests, conftests, plugins."""
        return {path: failure for path, failure in self._failed.items() if self._is_pytests(path)}

    @property
    def unread(self) -> dict[str, FileFailure]:
        """Return the application files that could not be read, perhaps for syntax newer than ours: merely unknown."""
        return {path: failure for path, failure in self._failed.items() if not self._is_pytests(path)}

    def _is_pytests(self, path: str) -> bool:
        if not path.endswith(".py") or self.is_test_file(path) or posixpath.basename(path) == "conftest.py":
            return True
        named = (
            (dotted, facts.path) for facts in self._modules.values() if facts is not None for dotted in facts.plugins
        )
        return any(
            found.path == path for dotted, importer in named if (found := self.locate(dotted, importer)) is not None
        )

    # --- which files matter ----------------------------------------------------------------------------------

    def is_test_file(self, path: str) -> bool:
        """Tell whether pytest collects ``path`` (``python_files``); a pattern with ``/`` may match from any folder."""
        name = posixpath.basename(path)
        return any(
            fnmatch(f"/{path}", f"*/{pattern}") if "/" in pattern else fnmatch(name, pattern)
            for pattern in self.python_files
        )

    def is_beside(self, package: str) -> bool:
        """Tell whether ``package`` lies above the project in the same repository: code of the same people."""
        if package not in self._beside:
            above = [] if (self.root / ".git").exists() else list(self.root.resolve().parents)
            top = next((n for n, folder in enumerate(above) if (folder / ".git").exists()), -1)
            places = above[: top + 1]
            self._beside[package] = any((p / package).is_dir() or (p / f"{package}.py").is_file() for p in places)
        return self._beside[package]

    def is_test_code(self, path: str) -> bool:
        """Tell whether a file belongs to the tests, so that changing how it makes an engine changes no application."""
        parts = path.split("/")
        return parts[-1] == "conftest.py" or self.is_test_file(path) or bool(_TEST_FOLDERS & set(parts[:-1]))

    def uses_asyncio(self, mode: str, required: bool = False) -> bool:
        """Tell from bytes whether any file could concern pytest-asyncio (in auto mode every ``async def`` does).

        Where pytest-asyncio is ``required``, test code that speaks of ``event_loop`` may mean its fixture.
        """
        words = (*_WORDS, b"async def") if mode == "auto" else _WORDS
        read = ((path, data) for path in self.files if (data := self.read(path)))
        return any(
            any(word in data for word in words)
            or (required and self.is_test_code(path) and _EVENT_LOOP.search(data) is not None)
            for path, data in read
        )

    def test_modules(self) -> Iterator[ModuleFacts]:
        """Yield the facts of every test module."""
        yield from self._parsed(path for path in self.files if self.is_test_file(path))

    def conftests(self) -> Iterator[ModuleFacts]:
        """Yield the facts of every conftest.py, outermost first."""
        paths = [path for path in self.files if posixpath.basename(path) == "conftest.py"]
        yield from self._parsed(sorted(paths, key=lambda p: (p.count("/"), p)))

    def _parsed(self, paths: Iterator[str] | list[str]) -> Iterator[ModuleFacts]:
        # Many trees die young here; collecting cycles between them only costs time (PERFORMANCE §7).
        enabled = gc.isenabled()
        gc.disable()
        try:
            found = [facts for path in paths if (facts := self.module(path)) is not None]
        finally:
            if enabled:
                gc.enable()
        yield from found

    # --- names across files ----------------------------------------------------------------------------------

    def locate(self, dotted: str, importer: str) -> Target | None:
        """Return where ``dotted`` (as written in ``importer``) leads inside the project, following re-exports."""
        key = (dotted, importer if dotted.startswith(OWN) else importer.rpartition("/")[0])
        if key not in self._located:
            self._located[key] = self._locate(dotted, importer, frozenset())
        return self._located[key]

    def _locate(self, dotted: str, importer: str, seen: frozenset[tuple[str, str]]) -> Target | None:
        if (dotted, importer) in seen or len(seen) > 12:
            return None
        seen |= {(dotted, importer)}
        if dotted.startswith(OWN):
            name, _, rest = dotted[1:].partition(".")
            return self._in_module(importer, name, rest, seen)
        found = self._module_path(dotted, importer)
        if found is None:
            return None
        path, tail = found
        name, _, rest = tail.partition(".")
        return self._in_module(path, name, rest, seen) if name else Target(path)

    def _in_module(self, path: str, name: str, rest: str, seen: frozenset[tuple[str, str]]) -> Target | None:
        """Follow ``name`` in ``path`` through its imports to where it is defined."""
        facts = self.module(path)
        if facts is None:
            return None
        if name in facts.imports and not self._defines(facts, name):
            onward = facts.imports[name] + (f".{rest}" if rest else "")
            return self._locate(onward, path, seen)
        if not self._defines(facts, name):
            for star in reversed(facts.stars):
                found = self._locate(f"{star}.{name}" + (f".{rest}" if rest else ""), path, seen)
                if found is not None and self._is_there(found):
                    return found
        return Target(path, name, rest)

    def _is_there(self, target: Target) -> bool:
        """Tell whether a target is a module or something a module defines: of several stars one may bring the name."""
        facts = self.module(target.path)
        return facts is not None and (not target.name or self._defines(facts, target.name))

    @staticmethod
    def _defines(facts: ModuleFacts, name: str) -> bool:
        return name in facts.flow.bindings or facts.function(name) is not None or facts.class_(name) is not None

    def _module_path(self, dotted: str, importer: str) -> tuple[str, str] | None:
        """Split ``dotted`` into an existing module file and the names that follow."""
        if dotted.startswith("."):
            level = len(dotted) - len(dotted.lstrip("."))
            base = posixpath.dirname(importer)
            for _ in range(level - 1):
                base = posixpath.dirname(base)
            return self._longest(
                dotted.lstrip("."), lambda name: self._existing(posixpath.join(base, name.replace(".", "/")))
            )
        return self._longest(dotted, lambda name: self._by_suffix(name, importer))

    @staticmethod
    def _longest(dotted: str, find: Callable[[str], str | None]) -> tuple[str, str] | None:
        parts = dotted.split(".") if dotted else []
        for size in range(len(parts), -1, -1):
            if (path := find(".".join(parts[:size]))) is not None:
                return path, ".".join(parts[size:])
        return None

    def _existing(self, stem: str) -> str | None:
        stem = stem.rstrip("/")
        choices = (f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py")
        return next((path for path in choices if path in self._known), None)

    @property
    def _known(self) -> Mapping[str, list[str]]:
        if not self._suffixes:
            for path in self.files:
                self._suffixes[path] = []
                stem = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
                for start in range(len(stem)):
                    self._suffixes.setdefault(".".join(stem[start:]), []).append(path)
        return self._suffixes

    def _by_suffix(self, name: str, importer: str) -> str | None:
        candidates = [path for path in self._known.get(name, ()) if self._importable(path, name)] if name else []
        return max(
            candidates, key=lambda path: (len(posixpath.commonpath(["/" + path, "/" + importer])), path), default=None
        )

    def _importable(self, path: str, name: str) -> bool:
        """Tell whether ``name`` can be the absolute name of ``path``: the folder above its first part is no package."""
        stem = path.removesuffix("/__init__.py").removesuffix(".py")
        base = stem[: len(stem) - len(name)].rstrip("/")
        return not base or base in self.pythonpath or f"{base}/__init__.py" not in self._known

    def function_at(self, dotted: str, importer: str) -> tuple[ModuleFacts, FunctionFacts] | None:
        """Return the project function a dotted name stands for."""
        found = self.locate(dotted, importer)
        facts = self.module(found.path) if found is not None and found.name else None
        if found is None or facts is None:
            return None
        function = facts.function(f"{found.name}.{found.rest}" if found.rest else found.name)
        return (facts, function) if function is not None else None

    def class_at(self, dotted: str, importer: str) -> tuple[ModuleFacts, ClassFacts] | None:
        """Return the project class a dotted name stands for."""
        found = self.locate(dotted, importer)
        facts = self.module(found.path) if found is not None and found.name else None
        if found is None or facts is None:
            return None
        class_ = facts.class_(f"{found.name}.{found.rest}" if found.rest else found.name)
        return (facts, class_) if class_ is not None else None

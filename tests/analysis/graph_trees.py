"""A hypothesis strategy for small pytest projects whose fixtures override each other in every way pytest knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

NAMES = "abcd"
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Writer:
    """Draws pieces of Python text. ``chance(n)`` is true once in n."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.serial = 0

    def chance(self, n: int) -> bool:
        return bool(self.draw(st.integers(1, n)) == n)

    def upto(self, n: int) -> range:
        return range(self.draw(st.integers(0, n)))

    def pick(self, values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def next(self) -> int:
        self.serial += 1
        return self.serial

    # --- pieces ------------------------------------------------------------------------------------------------

    def fixture(self, owner: str, outermost: bool = False) -> list[str]:
        """Return a fixture; ``owner`` is "self" in a class. The outermost ones ask only for names before their own."""
        name = self.pick(NAMES)
        attribute = self.pick([name, name, name, f"A_{name}", f"z_{name}"])
        options = [f"name={name!r}"] if attribute != name else []
        options += ["autouse=True"] if self.chance(8) else []
        below = NAMES[: NAMES.index(name)]
        wanted = below if outermost else below + name
        if not outermost and self.chance(6):
            wanted = NAMES
        needs = self.names(wanted, 2)
        dynamic = self.pick(below) if below and self.chance(6) else ""
        body = f"request.getfixturevalue({dynamic!r})" if dynamic else "pass"
        params = [owner, *needs, "request" if dynamic else "", "d=None" if self.chance(8) and "d" not in needs else ""]
        return [
            f"@pytest.fixture({', '.join(options)})",
            f"def {attribute}({', '.join(p for p in params if p)}):",
            f"    {body}",
        ]

    def names(self, among: str, most: int) -> list[str]:
        return list(dict.fromkeys(self.pick(among) for _ in self.upto(most))) if among else []

    def test(self, owner: str) -> list[str]:
        needs = self.names(NAMES, 2)
        lines = [f"@pytest.mark.usefixtures({self.pick(NAMES)!r})"] if self.chance(4) else []
        if needs and self.chance(3):
            indirect = self.pick(["", ", indirect=True", f", indirect=[{needs[0]!r}]"])
            lines.append(f"@pytest.mark.parametrize({needs[0]!r}, [1, 2]{indirect})")
        if owner and self.chance(6):
            lines.append("@staticmethod")
            owner = ""
        params = [owner, *needs, "request"]
        body = f"request.getfixturevalue({self.pick(NAMES)!r})" if self.chance(5) else "pass"
        return [*lines, f"def test_{self.pick('xyz')}({', '.join(p for p in params if p)}):", f"    {body}"]

    def class_(self, name: str, bases: list[str], nested: bool = True) -> list[str]:
        lines = [f"@pytest.mark.usefixtures({self.pick(NAMES)!r})"] if self.chance(6) else []
        chosen = [self.pick(bases)] if bases and self.chance(2) else []
        lines.append(f"class {name}({', '.join(chosen)}):")
        body = ["__slots__ = ()"]
        for _ in self.upto(2):
            body += self.fixture("self")
        for _ in self.upto(2):
            body += self.test("self")
        if nested and self.chance(2):
            body += self.class_(self.pick(["TestInner", "Inner"]), bases, nested=False)
        return lines + [f"    {line}" for line in body]

    # --- files -------------------------------------------------------------------------------------------------

    def conftest(self, outermost: bool, imports: list[str]) -> list[str]:
        lines = ["import pytest", *imports]
        if outermost:
            for name in NAMES:
                if not self.chance(6):
                    lines += ["@pytest.fixture", f"def {name}():", "    pass"]
        for _ in self.upto(3):
            lines += self.fixture("", outermost)
        return lines

    def library(self) -> list[str]:
        """Return a module with fixtures, base classes and tests to import."""
        lines = ["import pytest"]
        for _ in self.upto(2):
            lines += self.fixture("")
        lines += ["@pytest.fixture", "def lib():", "    pass", "@pytest.fixture", "def _hidden():", "    pass"]
        lines += self.class_("Base", []) + self.class_("Middle", ["Base"]) + self.class_("TestLib", ["Base", "Middle"])
        return lines + (self.test("") if self.chance(3) else [])

    def imports(self, module: str) -> list[str]:
        """Return ways to import from a library; fixtures come along under their own or another name."""
        ways = [
            f"from {module} import *",
            f"from {module} import lib as {self.pick(NAMES)}",
            f"from {module} import TestLib",
            f"from {module} import TestLib as TestOther",
            f"from {module} import Base, Middle",
            f"import {module}" if not module.startswith(".") else "",
        ]
        return [self.pick(ways) for _ in self.upto(2)]

    def module(self, library: str) -> list[str]:
        lines = ["import pytest", *self.imports(library), f"from {library} import Base as B, Middle as M"]
        if self.chance(6):
            lines.append(f"pytestmark = pytest.mark.usefixtures({self.pick(NAMES)!r})")
        for _ in self.upto(3):
            lines += self.fixture("")
        for _ in self.upto(2):
            lines += self.test("")
        bases = ["B", "M", "M, B"]
        for name in ["TestOne", "TestTwo"]:
            if self.chance(2):
                lines += self.class_(name, bases)
                bases = [*bases, name]
        return lines


@st.composite
def trees(draw: Draw) -> dict[str, str]:
    """Return a project as text by path: conftests on up to three levels, a library, maybe a plugin, test modules."""
    write = Writer(draw)
    packages = write.chance(2)
    library = {
        "": "library",
        "sub": ".library" if packages else "library",
        "sub/deep": "..library" if packages else "library",
    }
    files: dict[str, list[str]] = {"library.py": write.library()}
    plugins = ["pytest_plugins = ['plug_one', 'plug_two']"] if write.chance(3) else []
    files["conftest.py"] = write.conftest(True, [*plugins, *(write.imports("library") if write.chance(4) else [])])
    for plugin in ("plug_one", "plug_two") if plugins else ():
        files[f"{plugin}.py"] = ["import pytest", *write.fixture("", outermost=True)]
    if packages:
        files |= {"sub/__init__.py": [], "sub/deep/__init__.py": [], "sub/library.py": write.library()}
    for folder in ("sub", "sub/deep"):
        if write.chance(2):
            files[f"{folder}/conftest.py"] = write.conftest(False, write.imports(library[folder]))
    for number, folder in enumerate(write.pick([["sub/deep"], ["", "sub/deep"], ["sub", "sub/deep"]])):
        files[f"{folder}/test_m{number}.py".lstrip("/")] = write.module(library[folder])
    return {path: "\n".join([*lines, ""]) for path, lines in files.items()}

"""Small suites of pytest-asyncio 0.23 and later by chance: loop scopes of fixtures, marks and options, overrides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.version import Version
from support.suites import override

if TYPE_CHECKING:
    from random import Random

SCOPES = ("function", "class", "module", "package", "session")
NAMES = "abcd"


@dataclass
class _Place:
    """Where definitions stand, for one version: what can be seen there, with the cache scopes of fixtures."""

    random: Random
    version: Version
    auto: bool
    default: str = ""
    fixtures: dict[str, str] = field(default_factory=dict)

    def below(self) -> _Place:
        return _Place(self.random, self.version, self.auto, self.default, dict(self.fixtures))

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def since(self, version: str) -> bool:
        return self.version >= Version(version)

    def definitions(self, chance: int, widest: str = "session", in_class: bool = False) -> str:
        """Return up to two fixtures, each with a chance in percent, and before 1.0 perhaps an ``event_loop``."""
        found = ""
        if not self.since("1.0") and self.chance(chance // 4):
            scope = self.random.choice(SCOPES[: SCOPES.index(widest) + 1])
            found = override(scope, "    " * in_class, "self" * in_class)
        return found + "".join(self._fixture(widest, in_class) for _ in range(2) if self.chance(chance))

    def _fixture(self, widest: str, in_class: bool) -> str:
        name = self.random.choice(NAMES)
        # 0.23 stops where it meets an async fixture of a class or package outside of one, even if nothing asks for it.
        known = SCOPES if in_class or self.since("0.24") else ("function", "module", "session")
        scope = self.random.choice((*(s for s in known if s in SCOPES[: SCOPES.index(widest) + 1]), "function", widest))
        wide = [n for n in self.fixtures if n <= name and SCOPES.index(self.fixtures[n]) >= SCOPES.index(scope)]
        needs = self.random.sample(sorted(wide), min(len(wide), self.random.randint(0, 2)))
        self.fixtures[name] = scope
        sync = self.chance(15)
        keywords = f"scope={scope!r}{self._loop(scope)}{', autouse=True' if self.chance(8) else ''}"
        plain = (sync or self.auto) and "loop_scope" not in keywords and self.chance(40)
        body = "yield 1" if self.chance(60) else "return 1"
        lines = [
            f"@{'pytest' if plain else 'pytest_asyncio'}.fixture({keywords})",
            f"{'' if sync else 'async '}def {name}({', '.join(['self'] * in_class + needs)}):",
            f"    {body}",
        ]
        return "".join(f"{'    ' * in_class}{line}\n" for line in lines) + "\n\n"

    def _loop(self, scope: str) -> str:
        # Few loops are narrower than the cache scope: pytest refuses those.
        refused = self.chance(5)
        narrow = SCOPES.index(self.default or scope) < SCOPES.index(scope) and not refused
        if not self.since("0.24") or (self.chance(50) and not narrow):
            return ""
        return f", loop_scope={self.random.choice(SCOPES[0 if refused else SCOPES.index(scope) :])!r}"

    def mark(self, chance: int, in_class: bool) -> str:
        """Return a mark, or "", with a chance in percent of one; there are always some in strict mode."""
        if not self.chance(chance):
            return ""
        keyword = "loop_scope" if self.since("0.24") and self.chance(90) else "scope"
        fitting = SCOPES if in_class or self.since("1.0") else tuple(s for s in SCOPES if s != "class")
        scope = f"({keyword}={self.random.choice(fitting)!r})" if self.chance(75) else ""
        return f"pytest.mark.asyncio{scope}"

    def tests(self, prefix: str, in_class: bool, marked: bool) -> str:
        """Return one to three tests, few of them sync."""
        found = ""
        for number in range(self.random.randint(1, 3)):
            asked = self.random.sample(sorted(self.fixtures), min(len(self.fixtures), self.random.randint(0, 2)))
            sync = self.chance(10)
            mark = "" if sync else self.mark(25 if self.auto or marked else 100, in_class)
            several = "@pytest.mark.parametrize('n', [1, 2])\n" if self.chance(10) else ""
            params = ", ".join(["self"] * in_class + asked + ["n"] * bool(several))
            above = f"@{mark}\n{several}" if mark else several
            text = f"{above}{'' if sync else 'async '}def test_{prefix}{number}({params}):\n    pass\n"
            found += "".join(f"{'    ' * in_class}{line}\n" for line in text.splitlines()) + "\n\n"
        return found

    def module(self) -> str:
        """Return a test file: functions, a class, or both; perhaps a class that inherits everything."""
        mark = self.mark(25, False)
        text = (f"pytestmark = {mark}\n\n\n" if mark else "") + self.definitions(25)
        if self.chance(60):
            text += self.tests("f", False, bool(mark))
        if self.chance(60) or "def test_" not in text:
            inner = self.below()
            own = inner.mark(30, True)
            body = inner.definitions(40, "class", True) + inner.tests("m", True, bool(own or mark))
            text += (f"@{own}\n" if own else "") + f"class TestIt:\n{body}"
            if self.chance(30):
                again = inner.mark(40, True)
                text += (f"@{again}\n" if again else "") + "class TestSame(TestIt):\n    pass\n"
        return text


def tree(random: Random, version: str) -> dict[str, str]:
    """Return the files of a suite for a version by path."""
    root = _Place(random, Version(version), auto=random.random() < 0.5)
    options = {"asyncio_mode": "auto" if root.auto else "strict"}
    for name, since in (("fixture", "0.24"), ("test", "0.26")):
        if root.since(since) and root.chance(50):
            # Before 1.0 a function outside classes has no class loop, whatever asks for it.
            fitting = SCOPES if root.since("1.0") else ("function", "module", "session")
            options[f"asyncio_default_{name}_loop_scope"] = random.choice(fitting)
    root.default = options.get("asyncio_default_fixture_loop_scope", "")
    files = {"pytest.ini": "[pytest]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())}
    files["conftest.py"] = root.definitions(80)
    files["test_root.py"] = root.below().module()
    for folder in ("p", "p/q", "r"):
        place = root.below()
        files |= {f"{folder}/__init__.py": ""} if root.chance(70) else {}
        files[f"{folder}/conftest.py"] = place.definitions(45)
        stem = folder.replace("/", "_")
        files |= {f"{folder}/test_{stem}_{n}.py": place.below().module() for n in range(random.randint(1, 2))}
    return files

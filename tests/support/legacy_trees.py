"""Small auto-mode suites of 0.21 by chance: overrides of `event_loop` in conftests, modules and classes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from support.suites import override

if TYPE_CHECKING:
    from random import Random

SCOPES = ("function", "class", "module", "session")
NAMES = "abc"


@dataclass
class _Place:
    """What can be seen somewhere: the scope of `event_loop`, and the fixtures with their scopes."""

    random: Random
    loop: str = "function"
    fixtures: dict[str, str] = field(default_factory=dict)

    def below(self) -> _Place:
        return _Place(self.random, self.loop, dict(self.fixtures))

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def text(self, overriding: int, fixtures: int, self_: str = "", indent: str = "", widest: str = "session") -> str:
        """Return definitions: an override and one or two fixtures, each with a chance in percent."""
        found = ""
        if self.chance(overriding):
            self.loop = self.random.choice(SCOPES[: SCOPES.index(widest) + 1])
            found += override(self.loop, indent, self_)
        for _ in range(2):
            if self.chance(fixtures):
                found += self._fixture(self_, indent)
        return found

    def _fixture(self, self_: str, indent: str) -> str:
        name = self.random.choice(NAMES)
        scope = self.random.choice([s for s in SCOPES if SCOPES.index(s) <= SCOPES.index(self.loop)])
        wide = [n for n in self.fixtures if n < name and SCOPES.index(self.fixtures[n]) >= SCOPES.index(scope)]
        params = ", ".join(p for p in (self_, *wide[:1]) if p)
        self.fixtures[name] = scope
        autouse = ", autouse=True" if self.chance(10) else ""
        end = "yield 1" if self.chance(50) else "return 1"
        lines = [f"@pytest_asyncio.fixture(scope={scope!r}{autouse})", f"async def {name}({params}):", f"    {end}"]
        return "".join(f"{indent}{line}\n" for line in lines) + "\n\n"

    def tests(self, prefix: str, self_: str = "", indent: str = "") -> str:
        """Return one to three tests, few of them sync."""
        found = ""
        for number in range(self.random.randint(1, 3)):
            asked = self.random.sample(sorted(self.fixtures), min(len(self.fixtures), self.random.randint(0, 2)))
            sync = self.chance(12)
            params = ", ".join(p for p in (self_, *([] if sync else asked)) if p)
            found += f"{indent}{'' if sync else 'async '}def test_{prefix}{number}({params}):\n{indent}    pass\n\n\n"
        return found

    def module(self) -> str:
        """Return a test file with functions and perhaps a class."""
        text = self.text(25, 30) + self.tests("f")
        if self.chance(50):
            inner = self.below()
            body = inner.text(40, 30, "self", "    ", "class")
            text += f"class TestIt:\n{body}{inner.tests('m', 'self', '    ')}"
        return text


def tree(random: Random) -> dict[str, str]:
    """Return the files of a suite by path."""
    root = _Place(random)
    files = {"conftest.py": root.text(60, 60)}
    files["test_root.py"] = root.below().module()
    folder = root.below()
    if folder.chance(60):
        files["sub/conftest.py"] = folder.text(50, 40)
    for name in ("sub/test_one.py", "sub/test_two.py")[: random.randint(1, 2)]:
        files[name] = folder.below().module()
    return files

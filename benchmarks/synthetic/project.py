"""One made-up project: what it is, and the files it consists of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from synthetic.bystanders import SYNC_TESTS, application
from synthetic.hostile import Hostility, Locked
from synthetic.layout import Layout, settings
from synthetic.suite import Suite, filled

if TYPE_CHECKING:
    from synthetic.hostile import Content

NONE = Hostility("")


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the repository.

    ``folder`` is counted from the top ("" is the top), ``plugin`` the version of pytest-asyncio it pins, and
    ``members`` are folders below it that have tests but no pytest configuration, so that they belong to it.
    ``odd_names`` tells of names below it, be it in other projects, that are not UTF-8: no report can list such files.
    """

    folder: str
    package: str
    suite: Suite
    layout: Layout
    plugin: str
    size: int
    members: tuple[str, ...] = ()
    hostility: Hostility = NONE
    odd_names: bool = False

    @property
    def kind(self) -> str:
        """Return the kind of the project, in words."""
        return f"hostile: {self.hostility.kind}" if self.hostility.kind else self.suite.kind

    @property
    def status(self) -> str:
        """Return how the project ends: changed, findings, clean or failed."""
        return self.hostility.status if self.hostility.kind else self.suite.status

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the codes of the rules whose remedies are applied."""
        return self.suite.rules if self.status == "changed" else ()

    @property
    def unread(self) -> bool:
        """Tell whether the report names a file that could not be read."""
        locked = any(isinstance(content, Locked) for content in self.hostility.files.values())
        return self.hostility.unread or self.odd_names or (locked and os.geteuid() != 0)

    def files(self) -> dict[str, Content]:
        """Return the content of every file by its path from the top of the repository."""
        random = Random(self.package)
        tests = self.layout.test_folder(self.package)
        made: dict[str, Content] = {**self._tests(tests, random)}
        package = self.layout.package(self.package)
        own = application(self.package, self._modules, self.size - len(made), random)
        own |= {f"{name}.py": filled(text, self.package) for name, text in self.suite.application.items()}
        made = {**{f"{package}/{path}": text for path, text in own.items()}, **made}
        top = "../" * (self.folder.count("/") + 1) if self.folder else ""
        made |= settings(self.layout, self.package, self.suite.options, self.plugin, top)
        made |= {path.replace("TESTS", tests): content for path, content in self.hostility.files.items()}
        return {f"{self.folder}/{path}" if self.folder else path: content for path, content in made.items()}

    @property
    def _modules(self) -> int:
        """Return how many test modules there are of each sort: records, and tests that need them, have numbers."""
        return max(self.size // 5, 2)

    def _tests(self, folder: str, random: Random) -> dict[str, str]:
        """Return the conftests and test modules; most test modules run no loop."""
        suite, name, count = self.suite, self.package, self._modules
        made = {f"{folder}/test_records_{n}.py": filled(SYNC_TESTS, name, n) for n in range(count)}
        made |= {f"{folder}/test_{name}_{n}.py": filled(suite.tests, name, n) for n in range(random.randint(1, count))}
        if suite.conftest:
            made[self.layout.conftest(name)] = filled(suite.conftest, name)
        for layer, text in suite.layers.items():
            short = layer.replace("/", "_")
            made[f"{folder}/{layer}/conftest.py"] = filled(text, name)
            made[f"{folder}/{layer}/test_{short}.py"] = filled(suite.tests, name, count)
        for number, member in enumerate(self.members):
            made[f"{member}/test_member_{name}_{number}.py"] = filled(suite.tests, name, number % count)
        return made

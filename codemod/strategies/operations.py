"""From a chosen layout to operations: everything that differs from what the files say, as one all-or-nothing group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.facts import DYNAMIC, FixtureDecl, MarkFacts
from codemod.analysis.models import has
from codemod.knowledge import versions
from codemod.operations import (
    AddCleanup,
    AddDecorator,
    DropImportIfUnused,
    EnsureImport,
    InsertDefinition,
    Operation,
    RemoveCallKeyword,
    RemoveHandler,
    RemoveOption,
    ReplaceCallee,
    SetCallKeyword,
    SetOption,
)
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION
from codemod.project.word_edits import word_edit
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.crossings import Crossing
    from codemod.analysis.held import Made
    from codemod.analysis.link import Linked
    from codemod.analysis.loops import Layout, Site
    from codemod.analysis.resolve import FixtureDef, FixtureKey
    from codemod.analysis.suite import Suite
    from codemod.project.places import ConfigPlace


_ONLY_A_LOOP = re.compile(r"""\{\s*["']loop["']\s*:[^,{}]+,?\s*\}""")


class CannotExpressError(Exception):
    """A layout needs an edit that cannot be made exactly; ``str`` says which and why."""


def operations(
    suite: Suite, layout: Layout, config: ConfigPlace, crossings: tuple[Crossing, ...]
) -> tuple[Operation, ...]:
    """Return the edits that turn the suite's layout into ``layout``.

    Raises CannotExpressError where a decorator, mark or constructor call cannot be edited.
    """
    writer = _Writer(suite, layout, config)
    found = [
        *writer.options(),
        *writer.fixtures(),
        *writer.marks(),
        *writer.engines(),
        *writer.cleanups(crossings),
        *writer.suppressions(crossings),
        *writer.loop_arguments(crossings),
    ]
    return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class _Writer:
    suite: Suite
    layout: Layout
    config: ConfigPlace

    def options(self) -> Iterator[Operation]:
        """Set both options together, or neither (option 1 alone is never produced)."""
        now = self.suite.layout
        if (self.layout.fixture_default, self.layout.test_default) == (now.fixture_default, now.test_default):
            return
        for name, scope in ((FIXTURE_OPTION, self.layout.fixture_default), (TEST_OPTION, self.layout.test_default)):
            if name in self.config.overridden:
                raise CannotExpressError(f"{name} is set in addopts, which wins over the option; remove it there first")
            if scope is None:
                yield from self._cache_scopes()
            # A version without the option does as if it were "function" or reads no loop scope at all.
            elif scope is not Scope.FUNCTION or has(self.suite.target, name):
                self._require(name)
                yield SetOption(self.config.path, self.config.section, name, scope.word)
                yield from self._in_commands(name, scope.word)

    def _in_commands(self, name: str, value: str | None) -> Iterator[Operation]:
        """Give commands that set the option the same value, and raise CannotExpressError where all of them set it.

        One command among others may keep its own: the remedy is not trusted anyway then, and LM108 shows the command.
        """
        for command in self.suite.commands:
            for setting in command.settings if command.counts else ():
                edit = word_edit(setting, value) if setting.option == name and value else None
                if edit is not None and setting.value != value:
                    yield edit
                elif setting.option == name and setting.value != value and name in self.config.commanded:
                    origin = f"{setting.path}:{setting.line}"
                    raise CannotExpressError(
                        f"{name} is set by the command in {origin}, which wins over the option; change it there first"
                    )

    def _cache_scopes(self) -> Iterator[Operation]:
        """Have each fixture run on a loop as wide as its cache scope, which an unset option means too."""
        if self.suite.layout.fixture_default is None:
            return
        if has(self.suite.target, "fixture_scope_value"):
            yield SetOption(self.config.path, self.config.section, FIXTURE_OPTION, "fixture-scope")
            yield from self._in_commands(FIXTURE_OPTION, "fixture-scope")
        else:
            yield RemoveOption(self.config.path, self.config.section, FIXTURE_OPTION)
            yield from self._in_commands(FIXTURE_OPTION, None)

    def _require(self, feature: str) -> None:
        """Raise CannotExpressError where the version the result is for does not have ``feature``."""
        if not has(self.suite.target, feature):
            since = versions().since[feature]
            raise CannotExpressError(
                f"{feature} begins with pytest-asyncio {since}, and this is for {self.suite.target}"
            )

    def fixtures(self) -> Iterator[Operation]:
        known = self.suite.fixtures()
        for key in sorted(known, key=_key_order):
            yield from self._fixture(known[key])

    def _fixture(self, fixture: FixtureDef) -> Iterator[Operation]:
        key, decl = fixture.key, fixture.decl
        narrowed = self.layout.cache_scope(fixture) is not fixture.scope
        before = Scope.parse(decl.loop_scope or "")
        after = self.layout.explicit_loop(fixture)
        if not narrowed and before is after:
            return
        if not decl.editable or decl.scope == DYNAMIC or decl.loop_scope == DYNAMIC:
            raise CannotExpressError(
                f"the decorator of fixture `{decl.name}` ({key.path}:{decl.span.line}) is built by other code"
            )
        if narrowed:
            yield RemoveCallKeyword(key.path, decl.span, "scope")
        if before is not None and after is None:
            yield RemoveCallKeyword(key.path, decl.span, "loop_scope")
        elif after is not None and before is not after and not self._has_own_loop(after, fixture):
            self._require("loop_scope")
            yield from self._to_asyncio(key.path, decl)
            yield SetCallKeyword(key.path, decl.span, "loop_scope", f'"{after.word}"')

    def _has_own_loop(self, scope: Scope, fixture: FixtureDef) -> bool:
        """Tell whether the loop of the cache scope is all there is, as in 0.23 (SEMANTICS §2.2)."""
        target = self.suite.target
        without = has(target, "scoped_loops") and not has(target, "loop_scope")
        return without and scope is self.layout.cache_scope(fixture)

    @staticmethod
    def _to_asyncio(path: str, decl: FixtureDecl) -> Iterator[Operation]:
        """Only ``pytest_asyncio.fixture`` takes ``loop_scope`` (SEMANTICS §2.9)."""
        if decl.factory == "pytest":
            yield ReplaceCallee(path, decl.span, "pytest_asyncio.fixture")
            yield EnsureImport(path, "pytest_asyncio")
            yield DropImportIfUnused(path, "pytest")

    def marks(self) -> Iterator[Operation]:
        written = {(m.path, m.span): m for one in self.suite.linked for m in one.item.marks if m.name == "asyncio"}
        for site, scope in sorted(self.layout.marks.items(), key=lambda pair: pair[0]):
            if site in written and site not in self.suite.layout.marks:
                yield from self._mark(site, written[site], scope)
        for holder, scope in sorted(self.layout.added.items()):
            yield from self._added_mark(*holder, scope)

    def _mark(self, site: Site, mark: MarkFacts, scope: Scope | None) -> Iterator[Operation]:
        if mark.loop_scope == DYNAMIC or not (mark.keyword or self.suite.leaves_event_loop):
            raise CannotExpressError(f"the asyncio mark at {site[0]}:{site[1].line} is built by other code")
        keyword = "loop_scope" if self.suite.leaves_event_loop else mark.keyword
        if scope is not None:
            if keyword == "loop_scope":
                self._require(keyword)
            yield SetCallKeyword(*site, keyword, f'"{scope.word}"')
        if mark.keyword and (scope is None or mark.keyword != keyword):
            yield RemoveCallKeyword(*site, mark.keyword)

    def _added_mark(self, path: str, qualname: str, scope: Scope) -> Iterator[Operation]:
        self._require("loop_scope")
        facts = self.suite.workspace.module(path)
        mark = f'pytest.mark.asyncio(loop_scope="{scope.word}")'
        found = facts and (facts.function(qualname) or facts.class_(qualname))
        if not qualname and facts is not None and facts.marks:
            raise CannotExpressError(f"{path} has a pytestmark already; add {mark} to it first")
        yield EnsureImport(path, "pytest")
        yield AddDecorator(path, found.span, mark) if found else InsertDefinition(path, f"pytestmark = {mark}\n")

    # --- resources -----------------------------------------------------------------------------------------------

    def engines(self) -> Iterator[Operation]:
        summaries = (s for one in self.suite.linked for s in one.summaries.values())
        made = {usage.made.site: usage.made for s in summaries for usage in s.usages}
        for site in sorted(self.layout.freed - self.suite.layout.freed):
            yield from self._null_pool(made[site])
        for site in sorted(self.layout.disposed - self.suite.layout.disposed):
            yield from self._dispose(made[site])

    @staticmethod
    def _null_pool(made: Made) -> Iterator[Operation]:
        path, span = made.site
        present = {keyword for keyword, _ in made.call.keywords} if made.call else set()
        for keyword in made.resource.free_conflicts:
            if keyword in present:
                yield RemoveCallKeyword(path, span, keyword)
        module, _, name = made.resource.free_import.rpartition(".")
        keyword = next(iter(made.resource.free_when))
        yield SetCallKeyword(path, span, keyword, name)
        yield EnsureImport(path, module, name)

    def _dispose(self, made: Made) -> Iterator[Operation]:
        """Add an autouse fixture that gives the engine's connections back on the loop of the test that made them."""
        assert made.call is not None
        workspace, home, name = self.suite.workspace, made.site[0], made.call.target
        users = [one.item.path for one in self.suite.linked if _uses(one, made)]
        folder = self.suite.common_folder(users)
        place, module = f"{folder}/conftest.py" if folder else "conftest.py", ""
        if workspace.is_test_file(home) or home.rpartition("/")[2] == "conftest.py":
            # Importing it would run the file a second time and dispose another engine.
            place = home
            below = home.removesuffix("conftest.py") if home.endswith("conftest.py") else home
            if not all(user.startswith(below) for user in users):
                raise CannotExpressError(f"`{name}` of {home} is used by tests that no fixture there can reach")
        else:
            module = self._import_name(home)
        yield EnsureImport(place, "pytest_asyncio")
        self._require("modes")
        code = _dispose_code(module, name, made.resource.close, has(self.suite.target, "loop_scope"))
        yield InsertDefinition(place, code)

    def _import_name(self, path: str) -> str:
        """Return the dotted module name under which test code imports ``path``."""
        stem = path.removesuffix("/__init__.py").removesuffix(".py")
        parts = stem.split("/")
        for start in range(len(parts)):
            dotted = ".".join(parts[start:])
            if any(
                dotted == i or i.startswith(f"{dotted}.")
                for one in self.suite.linked
                for i in self._imports(one.item.path)
            ):
                return dotted
        return ".".join(parts)

    def _imports(self, path: str) -> list[str]:
        facts = self.suite.workspace.module(path)
        return list(facts.imports.values()) if facts is not None else []

    def cleanups(self, crossings: tuple[Crossing, ...]) -> Iterator[Operation]:
        """Close what a repaired fixture returned and nobody closed (REMEDIES B5: one leaked connection per test)."""
        known = self.suite.fixtures()
        for crossing in crossings:
            made = crossing.made
            owner = known.get(made.owner) if made.owner is not None else None
            if owner is not None and made.site not in self.layout.freed and not self._is_closed(made):
                yield from self._cleanup(owner, made)

    def _is_closed(self, made: Made) -> bool:
        usages = [u for one in self.suite.linked for s in one.summaries.values() for u in s.usages if u.made == made]
        entered = any(
            u.use.entered and u.use.call >= 0 and made.call is not None and u.use.text == made.call.text for u in usages
        )
        return entered or (made.call is not None and made.call.entered) or any(u.closing for u in usages)

    def _cleanup(self, owner: FixtureDef, made: Made) -> Iterator[Operation]:
        outcome = owner.function.flow.outcome
        direct = made.site[0] == owner.key.path and not made.via and made.call is not None
        if not made.resource.close or not direct or not (outcome.final_return or outcome.yields == 1):
            return
        sync = not owner.function.is_async
        if outcome.yields and (not outcome.name or made.call is None or outcome.name != made.call.target):
            return
        if sync and not made.resource.close.startswith("await"):
            sync = False
        variable = _variable(owner.function.name)
        yield AddCleanup(owner.key.path, owner.function.span, variable, (made.resource.close,), make_async=sync)
        if sync:
            yield from self._to_asyncio(owner.key.path, owner.decl)

    def loop_arguments(self, crossings: tuple[Crossing, ...]) -> Iterator[Operation]:
        """Drop the loop handed to a connection whose fixture is repaired: it is the running one, or the wrong one."""
        owners = {c.made.owner for c in crossings}
        made = {m.site: m for one in self.suite.linked for s in one.summaries.values() for m in s.made}
        for site in sorted(s for s, m in made.items() if m.owner in owners):
            if keyword := loop_argument(made[site]):
                yield RemoveCallKeyword(*site, keyword)

    def suppressions(self, crossings: tuple[Crossing, ...]) -> Iterator[Operation]:
        """Remove what hid the error that is now gone."""
        known = self.suite.fixtures()
        users = {e.user for c in crossings for e in c.events if e.user is not None} | {c.made.owner for c in crossings}
        for key in sorted((k for k in users if k in known), key=_key_order):
            for span in known[key].function.flow.suppressions:
                yield RemoveHandler(key.path, span)


def loop_argument(made: Made) -> str:
    """Return the keyword that hands nothing but a loop to a constructor, "" where there is none."""
    keywords = dict(made.call.keywords) if made.call is not None else {}
    if "loop" in keywords:
        return "loop"
    return "connect_args" if _ONLY_A_LOOP.fullmatch(keywords.get("connect_args", "")) else ""


def _uses(linked: Linked, made: Made) -> bool:
    return any(usage.made == made for summary in linked.summaries.values() for usage in summary.usages)


def _dispose_code(module: str, name: str, close: str, takes_loop_scope: bool) -> str:
    what = f"{module}.{name}" if module else name
    loop_scope = ', loop_scope="function"' if takes_loop_scope else ""
    importing = f"    from {module} import {name}\n\n" if module else ""
    return (
        f"@pytest_asyncio.fixture(autouse=True{loop_scope})\n"
        f"async def dispose_{name}():\n"
        f'    """Give the connections of {what} back on the loop that opened them."""\n'
        "    yield\n"
        f"{importing}"
        f"    {close.format(value=name)}\n"
    )


def _variable(function: str) -> str:
    return re.sub(r"^(make|create|get|setup|init)_", "", function)


def _key_order(key: FixtureKey | None) -> tuple[str, str]:
    return (key.path, key.qualname) if key is not None else ("", "")

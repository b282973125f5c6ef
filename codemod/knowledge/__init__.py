"""Facts as data, in TOML beside this file: what is bound to a loop, which version can do what, remedies with a name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources as package_files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of loop-bound (or known free) object; the fields are explained at the head of resources.toml."""

    id: str
    name: str
    bound: str
    calls: tuple[str, ...] = ()
    close: str = ""
    close_methods: tuple[str, ...] = ()
    close_elsewhere: str = "ok"
    hands_over: Mapping[str, str] = field(default_factory=dict)
    captures: bool = False
    holds: tuple[str, ...] = ()
    requires: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    free_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    free_conflicts: tuple[str, ...] = ()
    free_import: str = ""
    driver: bool = False
    pooled: bool = False
    reopens: bool = False
    mocked_by: tuple[str, ...] = ()
    symptom: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Driver:
    """A database driver behind a SQLAlchemy URL and when its connections are bound."""

    prefixes: tuple[str, ...]
    modules: tuple[str, ...]
    bound: str


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """All facts about resources, looked up by the dotted name of a call or by id."""

    by_id: Mapping[str, Resource]
    by_call: Mapping[str, Resource]
    drivers: tuple[Driver, ...]
    foreign_run: frozenset[str]
    foreign_run_methods: frozenset[str]
    foreign_clients: frozenset[str]
    isolated_cases: frozenset[str]
    once: frozenset[str]
    harmless: frozenset[str]
    harmless_methods: frozenset[str]

    def extended(self, extra: Iterable[Resource]) -> KnowledgeBase:
        """Return this knowledge with a user's resources added; a user's entry wins over ours."""
        by_id = dict(self.by_id)
        by_call = dict(self.by_call)
        for resource in extra:
            by_id[resource.id] = resource
            by_call.update(dict.fromkeys(resource.calls, resource))
        return replace(self, by_id=by_id, by_call=by_call)


@dataclass(frozen=True, slots=True)
class NamedRemedy:
    """A remedy of the seed document: what it does, what it does not cure, what to use instead."""

    name: str
    title: str
    offered: bool
    does: str
    not_cured: str
    instead: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """A pytest plugin with fixtures about loops; the fields are explained at the head of plugins.toml."""

    distribution: str
    last: str
    first: str
    newest: str
    needs: tuple[str, ...] = ()
    autouse: tuple[str, ...] = ()
    brings: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Floor:
    """The oldest pytest and Python that pytest-asyncio ``version`` and those after it run with."""

    version: str
    pytest: str
    python: str


@dataclass(frozen=True, slots=True)
class Versions:
    """The known pytest-asyncio and pytest releases, oldest first, and the first pytest-asyncio of each feature.

    ``yanked`` were taken back; ``floors`` say from which release on which oldest pytest and Python are needed.
    """

    known: tuple[str, ...]
    pytest: tuple[str, ...]
    since: Mapping[str, str]
    yanked: tuple[str, ...] = ()
    floors: tuple[Floor, ...] = ()

    @property
    def usable(self) -> tuple[str, ...]:
        """Return the known pytest-asyncio releases a range may mean."""
        return tuple(version for version in self.known if version not in self.yanked)


@dataclass(frozen=True, slots=True)
class Policies:
    """Event loop policies by the dotted name of the call that makes them; policies.toml explains the fields."""

    factories: Mapping[str, str]
    plain: str
    setters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Internals:
    """Names that pytest_asyncio.plugin lost: the first version without each, and what to use instead."""

    gone: Mapping[str, str]
    instead: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WarningText:
    """One wording of a warning and who emits it; the fields are explained at the head of warnings.toml."""

    id: str
    text: str
    names: tuple[str, ...]
    category: str
    first: str
    last: str = ""
    module: str = "pytest_asyncio.plugin"


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(package_files.files(__name__).joinpath(name).read_text(encoding="utf-8"))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


@cache
def knowledge_base() -> KnowledgeBase:
    """Load resources.toml once."""
    data = _load("resources.toml")
    entries = [Resource(**{key: _frozen(value) for key, value in entry.items()}) for entry in data["resource"]]
    drivers = tuple(Driver(**{key: _frozen(value) for key, value in entry.items()}) for entry in data["driver"])
    foreign, effects = data["foreign"], data["effects"]
    return KnowledgeBase(
        by_id={entry.id: entry for entry in entries},
        by_call={call: entry for entry in entries for call in entry.calls},
        drivers=drivers,
        foreign_run=frozenset(foreign["run"]),
        foreign_run_methods=frozenset(foreign["run_methods"]),
        foreign_clients=frozenset(foreign["clients"]),
        isolated_cases=frozenset(foreign["test_cases"]),
        once=frozenset(effects["once"]),
        harmless=frozenset(effects["harmless"]),
        harmless_methods=frozenset(effects["harmless_methods"]),
    )


@cache
def versions() -> Versions:
    """Load versions.toml once."""
    data = _load("versions.toml")
    return Versions(
        known=tuple(data["known"]),
        pytest=tuple(data["pytest"]),
        since=dict(data["since"]),
        yanked=tuple(data["yanked"]),
        floors=tuple(Floor(**entry) for entry in data["floor"]),
    )


@cache
def policies() -> Policies:
    """Load policies.toml once."""
    data = _load("policies.toml")
    calls = data["calls"]
    return Policies(factories=dict(data["factories"]), plain=calls["plain"], setters=frozenset(calls["set"]))


@cache
def internals() -> Internals:
    """Load internals.toml once."""
    data = _load("internals.toml")
    return Internals(gone=dict(data["gone"]), instead=dict(data["instead"]))


@cache
def warning_texts() -> tuple[WarningText, ...]:
    """Load warnings.toml once, in its order."""
    entries = _load("warnings.toml")["warning"]
    return tuple(WarningText(**{key: _frozen(value) for key, value in entry.items()}) for entry in entries)


@cache
def remedies() -> tuple[NamedRemedy, ...]:
    """Load remedies.toml once, in the document's order."""
    return tuple(NamedRemedy(**entry) for entry in _load("remedies.toml")["remedy"])


@cache
def plugins() -> tuple[Plugin, ...]:
    """Load plugins.toml once."""
    return tuple(
        Plugin(**{key: _frozen(value) for key, value in entry.items()}) for entry in _load("plugins.toml")["plugin"]
    )

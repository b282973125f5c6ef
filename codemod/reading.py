"""Read a project without running it: discover its files, configuration and version, then index, resolve and link it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.analysis.binding import Binder
from codemod.analysis.link import Linked, Linker
from codemod.analysis.loops import Layout
from codemod.analysis.models import has, mode_of, model_for
from codemod.analysis.outside import Outside, outside_of
from codemod.analysis.resolve import Graph, resolve
from codemod.analysis.source import Required, Source, decide
from codemod.analysis.suite import Suite
from codemod.analysis.workspace import Workspace
from codemod.errors import ConfigError, UsageError
from codemod.knowledge import Resource, knowledge_base, plugins, versions
from codemod.project import command_files, discover, installed, pytest_config, requirements
from codemod.project.command_files import above
from codemod.project.invocations import Ground
from codemod.project.mentions import mentions
from codemod.project.places import FIXTURE_OPTION, TEST_OPTION, ConfigPlace, config_place
from codemod.runs import Runs, find_runs
from codemod.scopes import Scope

if TYPE_CHECKING:
    from codemod.analysis.facts import HookRecipe
    from codemod.model import FileFailure, Remedy
    from codemod.project.pytest_config import PytestConfig, Setup
    from codemod.project.settings import Settings

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Project:
    """What is known of a project before any Python is parsed.

    ``nested`` are folders that are projects of their own, ``linked`` conftests that are links and so are not read;
    ``config_files`` may hold settings or requirements, by their names. ``withdrawn`` are remedies that must not
    be applied, each with the reason.
    """

    root: Path
    settings: Settings
    config: PytestConfig
    version: str
    version_origin: str
    files: tuple[str, ...]
    failures: tuple[FileFailure, ...]
    runs: Runs
    nested: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    asked: requirements.Requirements = field(default_factory=requirements.Requirements)
    outside: Outside = field(default_factory=Outside)
    config_files: tuple[str, ...] = ()
    withdrawn: tuple[tuple[Remedy, str], ...] = ()

    @property
    def config_place(self) -> ConfigPlace:
        """Return where pytest options are, or would be, written."""
        return config_place(self.root, self.config)


def silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""
    del stage, done, total


def discover_project(folder: Path, settings: Settings, tell: Progress) -> Project:
    """Find the files, the pytest configuration and the pytest-asyncio version of ``folder``."""
    tell("discovering", 0, 1)
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    known = discover.ask_git(folder)
    listing = discover.list_python_files(folder, settings.exclude, known)
    config_files = discover.list_config_files(folder, settings.exclude, known).files
    nested = nested_projects(folder, listing.files)
    asked = _asked(folder, nested, config_files)
    pytest_version = requirements.choose_version(asked.deciding("pytest"), versions().pytest).version
    config = pytest_config.resolve(folder, requirements.major_minor(pytest_version))
    if (owner := project_above(folder, config)) is not None:
        raise UsageError(f"{folder.resolve()} belongs to the project of {owner}: run loopmend in {config.rootdir}")
    chosen = requirements.choose_version(asked.deciding(requirements.PLUGIN), versions().usable, settings.source)
    failures = (*listing.failures, *asked.failures)
    files = tuple(path for path in listing.files if not path.startswith(nested)) if nested else listing.files
    linked = _linked_conftests(folder, files)
    version, origin, candidates = chosen.version, chosen.origin, chosen.candidates
    commands = command_files.find(_repository(folder), folder, settings.exclude, nested, known)
    runs = find_runs(
        commands,
        Ground(commands.root, folder, config.inifile, config.pytest_version, files, nested),
        config,
        mode_of(version, None),
    )
    return Project(
        folder,
        settings,
        runs.config,
        version,
        origin,
        files,
        failures,
        runs,
        nested,
        linked,
        candidates,
        asked,
        _outside(settings, asked),
        config_files,
    )


def project_above(folder: Path, config: PytestConfig | Setup) -> Path | None:
    """Return the file outside ``folder`` that makes it part of another project, None for a project of its own.

    Raise UsageError where the configuration in it is a link that leads out of it.
    """
    here = folder.resolve()
    if config.inifile is None:
        # A setup.py above makes its folder the rootdir: what is configured here is read by runs of this folder alone.
        return None if config.rootdir.resolve() == here else config.rootdir / "setup.py"
    if config.inifile.resolve().is_relative_to(here):
        return None
    if config.inifile.parent.resolve() == here:
        raise UsageError(f"{config.inifile} is a link out of the project: loopmend does not follow it")
    return config.inifile


def with_requirements(project: Project, changes: Mapping[str, bytes]) -> Project:
    """Return the project with what it asks for once its files (by their path in it) hold the bytes of ``changes``."""
    asked = _asked(project.root, project.nested, project.config_files, changes)
    chosen = requirements.choose_version(
        asked.deciding(requirements.PLUGIN), versions().usable, project.settings.source
    )
    return replace(
        project, asked=asked, version=chosen.version, version_origin=chosen.origin, candidates=chosen.candidates
    )


def _asked(
    folder: Path, nested: tuple[str, ...], files: tuple[str, ...], changes: Mapping[str, bytes] | None = None
) -> requirements.Requirements:
    repository = _repository(folder)
    base = folder.resolve().relative_to(repository)
    return requirements.read(
        repository,
        folder,
        [plugin.distribution for plugin in plugins()],
        nested=nested,
        files=files,
        overlay={(base / path).as_posix(): data for path, data in (changes or {}).items()},
    )


def _linked_conftests(root: Path, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the conftest.py files beside or above ``files`` that are links: pytest follows them, loopmend does not."""
    folders = {parent for path in files for parent in Path(path).parents}
    return tuple(sorted((f / "conftest.py").as_posix() for f in folders if (root / f / "conftest.py").is_symlink()))


def _repository(folder: Path) -> Path:
    """Return the folder up to which requirement files count: the nearest with ``.git``, else ``folder`` itself."""
    return next((p for p in (folder.resolve(), *folder.resolve().parents) if (p / ".git").exists()), folder.resolve())


def nested_projects(root: Path, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the outermost folders (``tests/``) with a pytest configuration of their own."""
    own = own_folders(root, files)
    return tuple(f for f in own if not any(f != other and f.startswith(other) for other in own))


def own_folders(root: Path, files: Iterable[str]) -> list[str]:
    """Return the folders (``tests/``) above ``files`` and below ``root`` with a pytest configuration of their own."""
    folders = {folder for path in files for folder in above(path) if folder}
    return sorted(folder for folder in folders if pytest_config.has_own(root / folder))


def open_workspace(project: Project) -> Workspace:
    """Return the view of the project's files, with the user's resources known."""
    lists = project.config.lists
    extra = [
        Resource(id=f"user:{u.call}", name=u.call, bound=u.bound, calls=(u.call,), close=u.close)
        for u in project.settings.resources
    ]
    return Workspace(
        root=project.root,
        files=project.files,
        python_files=lists["python_files"] or ("test_*.py", "*_test.py"),
        pythonpath=tuple(p.strip("./") for p in lists["pythonpath"]),
        knowledge=knowledge_base().extended(extra) if extra else knowledge_base(),
    )


def read_suite(project: Project, workspace: Workspace, tell: Progress | None = None) -> Suite | None:
    """Return the suite as the source version runs it, None where no file could concern pytest-asyncio."""
    source = choose_source(project, workspace)
    version, target = source.version, choose_target(project.settings.target, source.version)
    mode = mode_of(version, project.config.options["asyncio_mode"].value)
    required = project.asked.deciding(requirements.PLUGIN) != requirements.Pins()
    if not project.config.asyncio_loaded or not workspace.uses_asyncio(mode, required):
        return None
    lists = project.config.lists
    graph = resolve(
        workspace,
        mode,
        lists["python_classes"] or ("Test",),
        lists["python_functions"] or ("test",),
        lists["usefixtures"],
    )
    linked = _link(graph, _mentions(project, workspace), tell)
    layout = _layout(project.config, graph)
    source_model, target_model = model_for(version), model_for(target)
    keep = keep_of(project.settings.keep_compat, target)
    both = (source_model, target_model) if target != version else (source_model,)
    portable = has(version, "repaired") or target == version
    if portable and keep is not None:
        both = (*both, model_for(keep))
    return Suite(
        workspace=workspace,
        graph=graph,
        linked=linked,
        layout=layout,
        version=version,
        target=target,
        models=both if portable else (source_model,),
        planned=both if portable else (target_model,),
        config=project.config,
        place=project.config_place,
        version_origin=source.origin,
        assumed=source.assumed,
        asked=project.asked,
        outside=project.outside,
        keep=keep,
        commands=project.runs.commands,
        files=project.runs.files,
    )


def choose_versions(project: Project, workspace: Workspace) -> tuple[Source, str]:
    """Return the version the suite was written for and the one it goes to; raise ConfigError for a way back."""
    source = choose_source(project, workspace)
    return source, choose_target(project.settings.target, source.version)


def choose_target(asked: str | None, source: str) -> str:
    """Return the version to go to: the newest known from before 1.0, else (or for "current") the one there is.

    Raise ConfigError where ``asked`` is older than ``source``.
    """
    newest = versions().known[-1]
    if asked == "current" or (asked in (None, "latest") and requirements.at_least(source, newest)):
        return source
    if asked is None and has(source, "repaired"):
        return source
    if asked in (None, "latest"):
        return newest
    if not requirements.at_least(asked, source):
        raise ConfigError(f"--target {asked} goes back: the suite is written for {source}")
    return asked


def keep_of(asked: str | None, target: str) -> str | None:
    """Return the oldest version that has to go on working, None for the target alone; raise ConfigError for no way."""
    if asked is None or asked == target:
        return None
    if requirements.at_least(asked, target):
        raise ConfigError(f"--keep-compat {asked} is newer than pytest-asyncio {target}, where the suite goes")
    return asked


def choose_source(project: Project, workspace: Workspace) -> Source:
    """Return the version the suite was written for, and why: as required, or as its code shows."""
    if project.settings.source is not None:
        return Source(project.version, project.version_origin)
    asked = project.settings.target
    given = asked is not None and requirements.is_version(asked)
    target = asked if given and asked else project.version if asked == "current" else versions().known[-1]
    required = Required(project.version, project.version_origin, project.candidates)
    return decide(workspace, required, target, project.config, project.outside.brought)


def _outside(settings: Settings, asked: requirements.Requirements) -> Outside:
    """Return what the plugins the project requires, or that are installed for it, have to do with loops."""
    found = installed.read(Path(settings.python)) if settings.python else None
    return outside_of(asked.others, found)


def _link(graph: Graph, mentions: frozenset[str], tell: Progress | None) -> tuple[Linked, ...]:
    linker = Linker(graph, Binder(graph.workspace, mentions))
    linked = []
    for done, item in enumerate(graph.items):
        if tell is not None and done % 50 == 0:
            tell("linking", done, len(graph.items))
        try:
            linked.append(linker.link(item))
        except RecursionError:  # thousands of fixtures that need each other in a row
            graph.workspace.give_up(item.path)
    return tuple(linked)


def _layout(config: PytestConfig, graph: Graph) -> Layout:
    hooks = [facts.hook for facts in graph.workspace.conftests() if facts.hook is not None]
    hook: HookRecipe | None = next(iter(hooks), None)
    return Layout(
        fixture_default=Scope.parse(config.options[FIXTURE_OPTION].value or ""),
        test_default=Scope.parse(config.options[TEST_OPTION].value or "") or Scope.FUNCTION,
        hook=hook,
    )


def _mentions(project: Project, workspace: Workspace) -> frozenset[str]:
    """Return the drivers and mocking libraries the project mentions, and the database URL schemes in its test code."""
    known = workspace.knowledge
    names = {module for driver in known.drivers for module in driver.modules}
    names |= {name for resource in known.by_id.values() for name in resource.mocked_by}
    found = mentions(project.root, names)
    words = {name: name.replace("-", "_").encode() for name in names - found}
    schemes = {prefix: f"{prefix}:".encode() for driver in known.drivers for prefix in driver.prefixes if "+" in prefix}
    for path in project.files:
        data = workspace.read(path) or b""
        found |= {name for name, word in words.items() if word in data}
        if workspace.is_test_code(path):
            found |= {scheme for scheme, word in schemes.items() if word in data}
    return frozenset(found)

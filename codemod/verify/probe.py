"""A pytest plugin that writes what a suite does to a file in the folder ``$LOOPMEND_PROBE``, one JSON line per event.

PYTEST_DONT_REWRITE: it is copied somewhere as ``loopmend_probe.py`` and loaded early, with ``-p loopmend_probe``. It
runs inside other people's environments (Python 3.8 and newer, pytest 7.0 and newer, any or no pytest-asyncio, other
plugins), so it is one file, uses nothing of loopmend and nothing of any plugin, and keeps out of the way: it swallows
its own errors, warns of nothing, and changes no outcome.

Every start of a loop passes through ``asyncio.events._set_running_loop``, whatever a plugin makes of functions. The
first loop started while a fixture is set up, while a test is called, or while a fixture is torn down is therefore the
loop of that phase. This covers sync code that runs a loop itself (``event_loop.run_until_complete``) as well.

Each process writes to a file of its own, and each line goes out in one piece at once: a killed run loses nothing but
the line under way. ``recording.py`` reads the lines: ``start``, ``collected``, ``collect error``, ``begin``, ``phase``,
``used`` (the loops of a test), ``finish``, ``fixture`` (one value of a fixture was made), ``teardown`` (of that),
``loop`` (one was created), ``leak`` and ``end``. ``run`` in a line is one attempt at one test.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.metadata
import inspect
import json
import logging
import os
import platform
import re
import threading
import time
import warnings
import weakref
from typing import TYPE_CHECKING

import pytest
from _pytest.fixtures import FixtureDef

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    Loop = asyncio.AbstractEventLoop
    Wrapper = Generator[None, Any, None]

_FOLDER = "LOOPMEND_PROBE"
_OWNER = "LOOPMEND_PROBE_OWNER"
"""Set to the folder by the pytest that writes there: one that is started by its tests, in whatever way, does not."""

_LINE, _TEXT, _LISTED, _IDS = 1000, 20_000, 20, 500
"""Characters of a line of text and of a longer one, entries of a list, and test ids in one line of the record."""

_LEAK = re.compile(
    "unclosed|never awaited|never retrieved|destroyed but it is pending|non-checked-in connection|event loop is closed",
    re.IGNORECASE,
)
_quiet = contextlib.suppress(Exception)
_active: list[_Probe] = []


class _Record:
    """The file of this process. What it calls is held in it, because tests replace functions in their modules."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._name, self._pid = "", -1
        self._open, self._write, self._close, self._getpid = os.open, os.write, os.close, os.getpid
        self._random, self._encode, self.clock = os.urandom, json.JSONEncoder().encode, time.monotonic
        self._flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._owner = self._getpid()

    @property
    def is_forked(self) -> bool:
        """Tell whether this is a child of the process that runs pytest; what tests came to is said there."""
        return self._getpid() != self._owner

    def process(self) -> str:
        """Return the name of this process; a forked child has its own."""
        pid = self._getpid()
        if pid != self._pid:
            self._name, self._pid = f"{pid}-{self._random(4).hex()}", pid
        return self._name

    def add(self, event: str, **facts: object) -> None:
        """Write one event. The file is not left open: tests count, close and inherit open files."""
        with _quiet:
            line = self._encode({"is": event, **facts}) + "\n"
            file = self._open(f"{self._folder}{os.sep}{self.process()}.jsonl", self._flags, 0o600)
            try:
                self._write(file, line.encode("ascii"))
            finally:
                self._close(file)


class _Phase:
    """One set-up, call or teardown, with the number of the first loop that was started in it."""

    def __init__(self, watched: bool = False) -> None:
        self.loop: int | None = None
        self._watched = watched
        self._loop: weakref.ref[Loop] | None = None
        self._earlier: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def started(self, loop: Loop, number: int) -> None:
        if self.loop is None:
            self.loop = number
            if self._watched:
                self._loop = weakref.ref(loop)
                self._earlier.update(asyncio.all_tasks(loop))

    def left(self) -> list[str]:
        """Return the coroutines of tasks that were begun after the loop was started here, and are pending."""
        loop = self._loop() if self._loop is not None else None
        if loop is None or loop.is_closed():
            return []
        names = [_coroutine(task) for task in asyncio.all_tasks(loop) if task not in self._earlier]
        # anyio's plugin begins this one in the first test that needs it, and runs all others in it.
        return sorted(name for name in names if not name.startswith("TestRunner."))[:_LISTED]


class _Probe:
    """The hooks of one session; ``phases`` are those under way, the innermost last, ``between`` what is outside."""

    def __init__(self, config: pytest.Config, folder: str) -> None:
        self.config = config
        self._record = _Record(folder)
        self._run: str | None = None
        self._runs: dict[str, str] = {}
        self._errors: dict[tuple[str, str], list[str]] = {}
        self._call = self._between = _Phase()
        self._phases: list[_Phase] = []
        self._used: list[int] = []
        # Both by the definition's id; it is kept here, because its id is not to become another's.
        self._places: dict[int, tuple[FixtureDef[Any], tuple[str, str] | None]] = {}
        self._values: dict[int, str] = {}
        self._counted = 0
        # Weak, because a loop kept alive would not warn that it was never closed.
        self._numbers: weakref.WeakKeyDictionary[Loop, int] = weakref.WeakKeyDictionary()
        self._started = 0

    def _key(self) -> str:
        self._counted += 1
        return f"{self._record.process()}.{self._counted}"

    def _is_controller(self) -> bool:
        """Tell whether the tests are run, and recorded, by workers of pytest-xdist."""
        return bool(self.config.pluginmanager.hasplugin("dsession"))

    # --- loops ---

    def created(self, loop: Loop) -> None:
        self._numbers[loop] = 0
        self._record.add("loop", run=self._run)

    def started(self, loop: Loop) -> None:
        if loop not in self._numbers:
            self.created(loop)  # not by asyncio: uvloop
        if threading.get_ident() == threading.main_thread().ident:
            if not self._numbers[loop]:
                self._started += 1
                self._numbers[loop] = self._started
            phase = self._phases[-1] if self._phases else self._between
            phase.started(loop, self._numbers[loop])

    def used(self, fixturedef: FixtureDef[Any]) -> None:
        self._used.append(id(fixturedef))

    # --- the session ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        with _quiet:
            self._record.add("start", at=self._record.clock(), **_environment(self.config))
            # A filter, because a handler would change what is printed.
            logging.getLogger("asyncio").addFilter(self._logged)
            if self.config.pluginmanager.hasplugin("warnings"):
                _filter_resources("ignore", "always")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[_OWNER] = os.environ.get(_OWNER)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self) -> Wrapper:
        outcome = yield
        with _quiet:
            report = outcome.get_result()
            if report.failed:
                error = report.call.excinfo.value
                # What stopped the import of a module is the cause of what pytest raises.
                cause = error.__cause__ if type(error).__name__ == "CollectError" else None
                self._record.add("collect error", id=report.nodeid, errors=_errors(cause or error))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        with _quiet:
            ids = [] if self._is_controller() else [item.nodeid for item in session.items]
            for start in range(0, len(ids), _IDS):
                self._record.add("collected", ids=ids[start : start + _IDS])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Wrapper:
        yield
        with _quiet:
            if not self._record.is_forked:
                self._record.add("end", status=int(session.exitstatus))

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Stop; a session that is started afterwards in this process is recorded as well."""
        with _quiet:
            logging.getLogger("asyncio").removeFilter(self._logged)
            _active.clear()
            os.environ.pop(_OWNER, None)
            _filter_resources("always", "ignore")

    # --- tests ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Begin an attempt at a test; plugins that run a test again call this again."""
        with _quiet:
            if not self._is_controller():
                self._begin(nodeid)

    def _begin(self, nodeid: str) -> str:
        self._run = self._runs[nodeid] = self._key()
        self._call, self._used = _Phase(), []
        self._errors.clear()
        self._record.add("begin", run=self._run, id=nodeid, at=self._record.clock())
        return self._run

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self) -> None:
        with _quiet:
            if self._run is not None:
                self._record.add("finish", run=self._run)
            self._run = None

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Wrapper:
        self._call = _Phase(watched=True)
        self._phases.append(self._call)
        yield
        self._phases.pop()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Wrapper:
        with _quiet:  # now, because the values of fixtures are still the ones it used
            keys = [self._values[one] for one in dict.fromkeys(self._used) if one in self._values]
            self._record.add("used", run=self._run, loop=self._call.loop, fixtures=keys, tasks=self._call.left())
        self._between = _Phase()
        yield

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Wrapper:
        with _quiet:
            if call.excinfo is not None:
                self._errors[item.nodeid, call.when] = _errors(call.excinfo.value)
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a phase. A controller is told what its workers write; only that one crashed is news."""
        with _quiet:
            crashed = report.when not in ("setup", "call", "teardown")
            if not self._record.is_forked and (crashed or not self._is_controller()):
                self._report(report)

    def _report(self, report: pytest.TestReport) -> None:
        errors = self._errors.pop((report.nodeid, str(report.when)), [])
        outcome = str(report.outcome)
        if hasattr(report, "context") and outcome != "failed":
            return  # one of the subtests
        if hasattr(report, "wasxfail"):
            outcome = {"skipped": "xfailed", "passed": "xpassed"}.get(outcome, outcome)
        if outcome in ("passed", "xfailed", "xpassed"):
            errors = []
        elif outcome == "skipped" or not errors:
            errors = [_reported(report.longrepr)]
        run = None if self._is_controller() else self._runs.get(report.nodeid) or self._begin(report.nodeid)
        facts = {"run": run, "id": report.nodeid, "at": self._record.clock(), "when": report.when, "outcome": outcome}
        self._record.add("phase", seconds=report.duration, errors=errors, **facts)

    # --- fixtures ---

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: FixtureDef[Any]) -> Wrapper:
        phase = _Phase()
        self._phases.append(phase)
        with _quiet:  # now, and once: plugins replace the function
            if id(fixturedef) not in self._places:
                self._places[id(fixturedef)] = fixturedef, _place(fixturedef, str(self.config.rootpath))
        yield
        self._phases.pop()
        self._between = _Phase()
        with _quiet:
            _, place = self._places.get(id(fixturedef), (None, None))
            if place is not None:
                key = self._values[id(fixturedef)] = self._key()
                facts = {"name": fixturedef.argname, "scope": fixturedef.scope, "loop": phase.loop}
                self._record.add("fixture", key=key, path=place[0], qualname=place[1], **facts)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_post_finalizer(self, fixturedef: FixtureDef[Any]) -> Wrapper:
        """Note the loop of a teardown: finalizers of what used this one have run, and have had this called, before."""
        with _quiet:
            key = self._values.get(id(fixturedef))
            if key is not None and self._between.loop is not None:
                self._record.add("teardown", key=key, loop=self._between.loop)
        yield
        self._between = _Phase()

    # --- what was left over ---

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        with _quiet:
            text, category = str(warning_message.message)[:_TEXT], warning_message.category
            if not self._is_controller() and (issubclass(category, ResourceWarning) or _LEAK.search(text)):
                self._record.add("leak", run=self._runs.get(nodeid), kind=category.__name__, text=text)

    def _logged(self, record: logging.LogRecord) -> bool:
        with _quiet:
            text = record.getMessage()[:_TEXT]
            if _LEAK.search(text):
                self._record.add("leak", run=self._run, kind="asyncio", text=" ".join(text.split()))
        return True


# --- facts and texts -------------------------------------------------------------------------------------------------


def _errors(error: BaseException) -> list[str]:
    """Return an exception and what it came from or consists of, each in one line, the outermost first."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(found) < _LISTED:
        one = todo.pop(0)
        if one is not None and not any(one is other for other in found):
            found.append(one)
            inner = getattr(one, "exceptions", ())
            todo += [each for each in inner if isinstance(each, BaseException)] if isinstance(inner, tuple) else []
            todo.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
    return [_exception(one) for one in found]


def _exception(error: BaseException) -> str:
    kind, text = type(error), ""
    with _quiet:
        text = str(error)
    prefix = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    return _line(f"{prefix}{kind.__qualname__}: {text}" if text else prefix + kind.__qualname__)


def _reported(text: Any) -> str:
    """Return what a report says: of an error, why it was skipped, or that its process crashed."""
    crash = getattr(text, "reprcrash", None)
    if crash is not None:
        return _line(str(crash.message))
    if isinstance(text, tuple):
        return _line(str(text[-1]))
    return _line(" ".join(re.findall(r"^E\s+(.*)", str(text), re.MULTILINE)) or str(text or ""))


def _line(text: str) -> str:
    return " ".join(text[:_TEXT].split())[:_LINE]


def _coroutine(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    return _line(str(getattr(coroutine, "__qualname__", None) or type(coroutine).__qualname__))


def _place(fixturedef: FixtureDef[Any], root: str) -> tuple[str, str] | None:
    """Return the path and the qualified name of a fixture, None for one that is not of the project."""
    function: Any = inspect.unwrap(fixturedef.func)
    while hasattr(function, "func"):
        function = inspect.unwrap(function.func)
    path = _within(function.__code__.co_filename, root)
    return None if path is None else (path, function.__qualname__.replace("<locals>.", ""))


@functools.lru_cache(maxsize=None)
def _within(file: str, root: str) -> str | None:
    """Return ``file`` relative to ``root`` with slashes; None where it is outside, or installed inside."""
    for path, start in ((file, root), (os.path.realpath(file), os.path.realpath(root))):
        if path.startswith(start + os.sep):
            relative = path[len(start) + 1 :].replace(os.sep, "/")
            return None if "/site-packages/" in relative else relative
    return None


def _filter_resources(old: str, new: str) -> None:
    """Replace the last of Python's own warning filters; those of a project are in front of it."""
    if warnings.filters[-1:] == [(old, None, ResourceWarning, None, 0)]:
        del warnings.filters[-1]  # type: ignore[attr-defined]
        warnings.simplefilter(new, ResourceWarning, append=True)  # type: ignore[arg-type]


def _environment(config: pytest.Config) -> dict[str, object]:
    manager = config.pluginmanager
    versions = {"python": platform.python_version(), "pytest": pytest.__version__}
    for _, distribution in manager.list_plugin_distinfo():
        versions[re.sub(r"[-_.]+", "-", distribution.project_name).lower()] = str(distribution.version)
    mode, worker = "", getattr(config, "workerinput", {}).get("workerid", "")
    with _quiet:  # there may be no pytest-asyncio
        mode = str(config.getoption("asyncio_mode") or config.getini("asyncio_mode"))
        versions.setdefault("pytest-asyncio", importlib.metadata.version("pytest-asyncio"))
    return {"versions": versions, "mode": mode, "worker": worker, "rootdir": str(config.rootpath)}


# --- start -----------------------------------------------------------------------------------------------------------


def _watch_loops() -> None:
    set_running, init = asyncio.events._set_running_loop, asyncio.BaseEventLoop.__init__

    @functools.wraps(set_running)
    def set_running_loop(loop: Loop | None) -> None:
        set_running(loop)
        if loop is not None:
            with _quiet:
                for probe in _active:
                    probe.started(loop)

    @functools.wraps(init)
    def new_loop(self: asyncio.BaseEventLoop, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        with _quiet:
            for probe in _active:
                probe.created(self)

    asyncio.events._set_running_loop = asyncio._set_running_loop = set_running_loop
    asyncio.BaseEventLoop.__init__ = new_loop  # type: ignore[method-assign, assignment]


def _watch_use() -> None:
    execute = FixtureDef.execute

    # Called for cached values too, for overridden fixtures, and for those that are asked for while a test runs.
    @functools.wraps(execute)
    def watched(self: FixtureDef[Any], request: Any) -> Any:
        with _quiet:
            for probe in _active:
                if request.config is probe.config:
                    probe.used(self)
        return execute(self, request)

    watched.of_loopmend = True  # type: ignore[attr-defined]
    FixtureDef.execute = watched  # type: ignore[method-assign]


def pytest_configure(config: pytest.Config) -> None:
    """Begin, unless this pytest is one that a test has started; a worker of pytest-xdist is told so by its parent."""
    with _quiet:
        folder, owner = os.environ.get(_FOLDER), os.environ.get(_OWNER)
        if hasattr(config, "workerinput"):
            owner = None if config.workerinput.get(_OWNER) == folder else folder
        if folder and folder != owner and not _active:
            os.environ[_OWNER] = folder
            _active.append(_Probe(config, folder))
            config.pluginmanager.register(_active[0], "loopmend-probe-hooks")


# At once, before other plugins are loaded: uvloop takes the function when it is imported.
with _quiet:
    if os.environ.get(_FOLDER) and not hasattr(FixtureDef.execute, "of_loopmend"):
        _watch_loops()
        _watch_use()

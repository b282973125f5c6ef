"""A pytest plugin for suites under test: it writes which event loop ran what to ``$LOOP_TRACE_FILE`` as JSON.

It runs inside other environments, with pytest 7.4 to 9.2 and pytest-asyncio 0.17 to 1.5, so it uses nothing of
loopmend. It also uses nothing of pytest-asyncio: whatever that makes of functions, a loop has to be started to run
them, and every start passes through ``asyncio.events._set_running_loop``. The first loop started while a fixture is set
up, while a test is called, or while a fixture is torn down is therefore the loop of that phase. This covers sync code
that runs a loop itself (``event_loop.run_until_complete``) as well.

For each test: ``{"test": label or None, "fixtures": {name: label}, "teardowns": {name: label}}``. Names are
``path::qualname``, with ``as NAME`` where the fixture is called otherwise; only fixtures of the project itself are
there, those called ``event_loop`` are not, and neither is a fixture that no loop was started for. Labels number the
loops of the run in the order of their first start.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import threading
import weakref
from pathlib import Path

import pytest
from _pytest.fixtures import FixtureDef


class Labels:
    """Numbers for loops; weak, because a loop kept alive would not warn that it was never closed."""

    def __init__(self):
        self._known = weakref.WeakKeyDictionary()
        self._strong = {}
        self._count = 0

    def of(self, loop):
        try:
            known = self._known
            label = known.get(loop)
        except TypeError:  # no weak references to this type of loop
            known = self._strong
            label = known.get(loop)
        if label is None:
            self._count += 1
            label = known[loop] = f"loop {self._count}"
        return label


class Phase:
    """One set-up, call or teardown, with the label of the first loop that was started in it."""

    def __init__(self):
        self.label = None


class Instance:
    """One value of a fixture: how it is named, and the loops of its set-up and of its teardown."""

    def __init__(self, name, setup):
        self.name = name
        self.setup = setup
        self.teardown = None


class Item:
    """One test, with the instances it used."""

    def __init__(self):
        self.call = Phase()
        self.used = []
        self.instances = []

    def as_json(self):
        used = {instance.name: instance for instance in self.instances if instance.name}
        return {
            "test": self.call.label,
            "fixtures": {name: one.setup.label for name, one in used.items() if one.setup.label},
            "teardowns": {name: one.teardown for name, one in used.items() if one.teardown},
        }


class Recorder:
    """What was seen so far; ``phases`` are those that are under way, the innermost last."""

    def __init__(self):
        self.labels = Labels()
        self.phases = []
        self.between = Phase()
        self.instances = {}
        self.items = {}

    def started(self, loop):
        if threading.current_thread() is not threading.main_thread():
            return
        phase = self.phases[-1] if self.phases else self.between
        label = self.labels.of(loop)
        phase.label = phase.label or label

    def item(self, item):
        return self.items.setdefault(item.nodeid, Item())


_recorder = Recorder()


def _watch_loops():
    original = asyncio.events._set_running_loop

    def set_running_loop(loop):
        original(loop)
        if loop is not None:
            _recorder.started(loop)

    asyncio.events._set_running_loop = asyncio._set_running_loop = set_running_loop


def _watch_use():
    original = FixtureDef.execute

    # Called for cached values too, for overridden fixtures, and for those that are asked for while a test runs.
    def execute(self, request):
        _recorder.item(request._pyfuncitem).used.append(id(self))
        return original(self, request)

    FixtureDef.execute = execute


_watch_loops()
_watch_use()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    setup = Phase()
    name = _name(fixturedef, request.config.rootpath)
    # The definition is kept as well: its id must not become that of another one.
    _recorder.instances[id(fixturedef)] = fixturedef, Instance(name, setup)
    _recorder.phases.append(setup)
    yield
    _recorder.phases.pop()
    _recorder.between = Phase()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_fixture_post_finalizer(fixturedef):
    # Finalizers of the fixtures that used this one have run before, and have had this hook called for them.
    _, instance = _recorder.instances.get(id(fixturedef), (None, None))
    if instance is not None:
        instance.teardown = instance.teardown or _recorder.between.label
    yield
    _recorder.between = Phase()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    record = _recorder.item(item)
    _recorder.phases.append(record.call)
    yield
    _recorder.phases.pop()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_teardown(item):
    record = _recorder.item(item)
    record.instances = [_recorder.instances[one][1] for one in record.used if one in _recorder.instances]
    _recorder.between = Phase()
    yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    trace = {nodeid: item.as_json() for nodeid, item in _recorder.items.items()}
    Path(os.environ["LOOP_TRACE_FILE"]).write_text(json.dumps(trace))


def _name(fixturedef, root):
    """Return how the fixture is named in the trace, or None for one that does not belong there."""
    function = inspect.unwrap(fixturedef.func)
    while hasattr(function, "func"):
        function = inspect.unwrap(function.func)
    code = getattr(function, "__code__", None)
    path = Path(code.co_filename) if code else None
    if fixturedef.argname == "event_loop" or path is None or not path.is_relative_to(root):
        return None
    qualified = function.__qualname__.replace("<locals>.", "")
    alias = "" if function.__name__ == fixturedef.argname else f" as {fixturedef.argname}"
    return f"{path.relative_to(root).as_posix()}::{qualified}{alias}"

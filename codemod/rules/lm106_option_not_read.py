"""An option of pytest-asyncio stands where pytest does not read it.

*What it does.* Finds `asyncio_mode`, `asyncio_debug`, the two loop scope options and an `addopts` about asyncio in a
section that pytest passes over: `tox.ini` or `setup.cfg` beside a file that comes first, a section under the wrong name
(`[tool:pytest]` in pytest.ini), pytest.toml or `[tool.pytest]` while the project's pytest is older than 9. Also `-o`
in `addopts` before pytest 9.1, and a file named there with `-c`, which no version obeys.

*Why is this bad.* The value never applied, so the tests run in another mode or on other loops than the file says
(`async def functions are not natively supported`, or `attached to a different loop`). What pytest 9 begins to read
changes the suite on the day of the upgrade.

*Fix safety.* Only shown: whether the value that applies or the one that does not is meant is a person's choice.
`loopmend config` shows all of them.

*Left alone.* Values equal to the one in force, options the target version does not know, files above the project,
a native table beside `[tool.pytest.ini_options]` (LM105), and `--rootdir` in `addopts`, which changes no option.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import mode_of
from codemod.errors import ConfigError
from codemod.model import Applicability, Location
from codemod.project.places import TEST_OPTION
from codemod.project.pytest_args import loads_asyncio, parse_args
from codemod.project.pytest_files import load
from codemod.project.pytest_options import Written, as_list, as_text
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import FIXTURE_SCOPE, PLUGIN_OPTIONS, is_known, location
from codemod.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite
    from codemod.project.pytest_config import PytestConfig
    from codemod.project.pytest_passed import PassedOver
    from codemod.project.pytest_tables import Section

_MODE, _DEBUG = "asyncio_mode", "asyncio_debug"
_YES = ("true", "1", "yes", "on")
_LOADED = "loaded"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per option that is not read and would be another than the one in force."""
    for passed in suite.config.passed_over:
        if passed.section is suite.config.shadowed or passed.path.parent != suite.config.rootdir:
            continue
        yield from _in_section(suite, passed)
    yield from _in_addopts(suite)


def _in_section(suite: Suite, passed: PassedOver) -> Iterator[Case]:
    where = f"{passed.title} of {passed.path.name}"
    instead = suite.config.inifile
    others = f", and {instead.name} does not" if instead is not None and instead != passed.path else ""
    later = f"; from pytest 9 on it applies{others}" if passed.since else ""
    for name, said, line in _differing(suite, passed.section):
        message = f"`{said}` in {where} is not read: {passed.reason}"
        place = Location(passed.path.name, line)
        yield _case(place, message, f"{passed.title} {name}", f"{_in_force(suite, name)}{later}")


def _in_addopts(suite: Suite) -> Iterator[Case]:
    config, where = suite.config, location(suite, suite.config.addopts_origin)
    if config.pytest_version < (9, 1):
        for name, value in config.addopts.overrides:
            if _differs(suite, name, value):
                message = f"`-o {name}={value}` in addopts has no effect before pytest 9.1"
                advice = f"{_in_force(suite, name)}; write `{name}` as an option of its own"
                yield _case(where, message, f"-o {name}", advice)
    named = config.addopts.inifile
    section = _named_file(config, named) if named else None
    for name, said, _ in _differing(suite, section) if section else ():
        message = f"`{said}` in {named} is not read: `-c` has no effect in addopts"
        yield _case(where, message, f"-c {name}", f"{_in_force(suite, name)}")


def _case(place: Location, message: str, subject: str, advice: str) -> Case:
    return Case(finding(RULE.code, place, message, subject, advice=advice))


def _named_file(config: PytestConfig, name: str) -> Section | None:
    """Return what the file of a ``-c`` without effect says, None for the file that is read anyway."""
    path = config.rootdir / name
    if path == config.inifile or not path.is_file() or not path.resolve().is_relative_to(config.rootdir.resolve()):
        return None
    try:
        return load(path, config.pytest_version)
    except ConfigError:
        return None


def _differing(suite: Suite, section: Section) -> Iterator[tuple[str, str, int]]:
    """Yield name, text and line of each option of an unread section that would change something."""
    for name, value in section.values.items():
        written, line = Written(value, "", section.native), section.lines.get(name) or 1
        try:
            if name == "addopts":
                yield from ((each, said, line) for each, said in _differing_args(suite, as_list(name, written)))
            elif name in PLUGIN_OPTIONS and _differs(suite, name, text := as_text(name, written)):
                yield name, f"{name} = {text}", line
        except ConfigError:
            continue  # pytest does not look at it, so it need not be right


def _differing_args(suite: Suite, tokens: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    args = parse_args(tokens)
    if args.asyncio_mode is not None and _differs(suite, _MODE, args.asyncio_mode):
        yield _MODE, f"addopts = --asyncio-mode={args.asyncio_mode}"
    if loads_asyncio(args.plugins, args.autoload) != suite.config.asyncio_loaded:
        yield _LOADED, "addopts = -p no:asyncio" if args.autoload else "addopts = --disable-plugin-autoload"
    for name, value in args.overrides:
        if suite.config.pytest_version >= (9, 1) and _differs(suite, name, value):
            yield name, f"addopts = -o {name}={value}"


def _differs(suite: Suite, name: str, value: str) -> bool:
    """Tell whether an option of pytest-asyncio would have another meaning with ``value``."""
    if not is_known(suite, name):
        return False
    return _meaning(suite, name, value) != _meaning(suite, name, suite.config.options[name].value)


def _meaning(suite: Suite, name: str, value: str | None) -> str | bool | None:
    if name == _MODE:
        return mode_of(suite.target, value)
    if name == _DEBUG:
        return (value or "").strip().lower() in _YES
    return value or (Scope.FUNCTION.word if name == TEST_OPTION else FIXTURE_SCOPE)


def _in_force(suite: Suite, name: str) -> str:
    if name == _LOADED:
        return "pytest-asyncio is loaded"
    option = suite.config.options[name]
    if option.value is None:
        return f"`{name}` is not set"
    return f"in force is {option.value} ({option.origin})"


RULE = local_rule(
    code="LM106",
    name="option-not-read",
    summary="an asyncio option stands where pytest does not read it",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    cases=cases,
    cure="",
)

"""What the installed pytest itself says, through its private functions, in the shapes of several versions."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest import config as config_module
from _pytest.config import findpaths

INSTALLED = (pytest.version_tuple[0], pytest.version_tuple[1])

Answer = tuple[Path, Path | None, dict[str, object]]


def determine_setup(invocation: Path, args: list[str], inifile: str | None, rootdir: str | None) -> Answer | None:
    """Return rootdir, inifile and values as pytest finds them when started in ``invocation``; None where it fails."""
    given: dict[str, Any] = {"inifile": inifile, "args": args, "rootdir_cmd_arg": rootdir}
    accepted = inspect.signature(findpaths.determine_setup).parameters
    given |= {"override_ini": None, "invocation_dir": invocation}
    given["config"] = SimpleNamespace(invocation_params=SimpleNamespace(dir=invocation))
    with contextlib.chdir(invocation):
        try:
            found = findpaths.determine_setup(**{name: value for name, value in given.items() if name in accepted})
        except (Exception, pytest.fail.Exception):  # a clean refusal, or a crash on a file it did not expect
            return None
    return found[0], found[1], {name: getattr(value, "value", value) for name, value in found[2].items()}


def is_error(entries: list[str], flags: list[str], warning: Warning, module: str) -> bool:
    """Tell whether a warning from ``module`` is an error under filters of the file and of ``-W``."""
    with warnings.catch_warnings(record=True):
        warnings.filterwarnings("always", category=DeprecationWarning)
        config_module.apply_warning_filters(entries, flags)
        try:
            warnings.warn_explicit(warning, None, "plugin.py", 306, module, {})  # type: ignore[call-overload]
        except Warning as raised:
            return raised is warning
    return False

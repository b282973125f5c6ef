"""Answer what the pytest of this interpreter makes of a folder: run as a script, one JSON value per line in and out.

A question is ``[folder, arguments, PYTEST_ADDOPTS, option names]``; the answer is null where pytest refuses to start,
else rootdir, inifile and the values. Nothing but pytest is imported, so that any interpreter that has it can run this.
"""

from __future__ import annotations

import json
import os
import sys
import warnings

from _pytest.config import Config, _prepareconfig

_PLUGIN_NAMES = ("asyncio", "pytest_asyncio.plugin")


def answer(folder: str, args: list[str], environment: str, names: list[str]) -> list[object] | None:
    """Return rootdir, inifile and values of ``pytest *args folder`` started in ``folder``, None where it refuses."""
    os.chdir(folder)
    os.environ["PYTEST_ADDOPTS"] = environment
    hooks, path = list(sys.meta_path), list(sys.path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = _prepareconfig([*args, folder])
            try:
                return [str(config.rootpath), str(config.inipath), values(config, names)]
            finally:
                config._ensure_unconfigure()
    except (KeyboardInterrupt, MemoryError):
        raise
    except BaseException:  # a clean refusal (also SystemExit), or a crash on a file that was not expected
        return None
    finally:
        sys.meta_path[:], sys.path[:] = hooks, path


def values(config: Config, names: list[str]) -> dict[str, object]:
    """Return the options that pytest and the plugin know, as they come out, and what decides about the plugin."""
    loaded = any(config.pluginmanager.hasplugin(name) for name in _PLUGIN_NAMES)
    found: dict[str, object] = {}
    for name in names:
        flag = config.getoption(name, None) if name in ("asyncio_mode", "asyncio_debug") else None
        if flag:  # then the plugin does not read the option
            found[name] = flag
            continue
        try:
            found[name] = config.getini(name)
        except KeyError:  # the plugin is older than the option, or not loaded: not registered
            continue
        except ValueError as error:
            if "unknown configuration value" not in str(error):
                raise
    found["confcutdir"] = config.known_args_namespace.confcutdir
    found["loaded"] = loaded
    found["warnings"] = config.known_args_namespace.pythonwarnings or []
    return found


def main() -> None:
    """Answer until the input ends. The first line said is the version."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # pytest prints its usage; only answers may go out
    import pytest

    print(json.dumps(pytest.__version__), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line)), default=str), file=out, flush=True)


if __name__ == "__main__":
    main()

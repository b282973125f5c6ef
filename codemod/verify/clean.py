"""The variables that a stranger's code may see: what programs need to run, and nothing of what people keep there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_RUNNING = frozenset(
    [
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TERM", "TMPDIR", "TEMP", "TMP"),
        *("LD_LIBRARY_PATH", "SYSTEMROOT", "PATHEXT", "COMSPEC", "USERPROFILE"),
        *("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    ]
)
_INSTALLING = frozenset(
    [
        *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT"),
        *("PIP_CONFIG_FILE", "PIP_CONSTRAINT", "PIP_CACHE_DIR", "PIP_PROXY"),
        *("UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_NO_INDEX", "UV_FIND_LINKS"),
        *("UV_CONFIG_FILE", "UV_CONSTRAINT", "UV_CACHE_DIR", "UV_OFFLINE", "UV_INSECURE_HOST", "UV_NATIVE_TLS"),
    ]
)
"""An index's URL may have a password in it: these are for installing alone."""


def for_running(base: Mapping[str, str]) -> dict[str, str]:
    """Return those of the user's variables that the project's own code may see."""
    return {name: value for name, value in base.items() if name.upper() in _RUNNING or name.startswith("LC_")}


def for_installing(base: Mapping[str, str]) -> dict[str, str]:
    """Return those that a package installer needs besides."""
    return for_running(base) | {name: value for name, value in base.items() if name.upper() in _INSTALLING}

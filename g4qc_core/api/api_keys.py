"""Keys of the API with their scopes, stored as hashes in the setting `G4QC_API_KEYS`.

A key has 256 random bits, which cannot be guessed, so a single round of SHA-256 protects it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from g4qc_core.errors import SettingsError

_PREFIX = "g4qc_"
_ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,39}):(?P<scope>\w+):(?P<digest>[0-9a-f]{64})$")


class Scope(StrEnum):
    """Permissions of a key; each scope includes reading, `admin` also running."""

    READ = "read"
    """Read bars, results and states."""
    RUN = "run"
    """Start and cancel runs; name and tag results."""
    ADMIN = "admin"
    """Decide about quarantined bars, delete results, remove partition keys."""
    TRADE = "trade"
    """Turn the kill switch of trading on and off, close positions, resolve locks. No other scope includes it."""

    def covers(self, wanted: Scope) -> bool:
        """Return True if this scope includes the other."""
        return wanted in (self, Scope.READ) or (self is Scope.ADMIN and wanted is Scope.RUN)


@dataclass(frozen=True)
class Key:
    """A key as the setting stores it: name, scope, and SHA-256 in hex digits."""

    name: str
    scope: Scope
    digest: str

    def __str__(self) -> str:
        return f"{self.name}:{self.scope}:{self.digest}"


class ApiKeys:
    """Keys of one server."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = tuple(keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def find(self, given: str) -> Key | None:
        """Return the stored key of a secret, or None; takes equally long whichever matches."""
        digest, found = _digest(given), None
        for key in self._keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def create_key(name: str, scope: Scope) -> tuple[str, Key]:
    """Return a new secret, to be shown once, and its key as the setting stores it."""
    secret = _PREFIX + secrets.token_urlsafe(32)
    return secret, known_key(name, scope, secret)


def known_key(name: str, scope: Scope, secret: str) -> Key:
    """Return the key of a secret as the setting stores it."""
    return Key(name, scope, _digest(secret))


def parse_keys(setting: str) -> ApiKeys:
    """Parse the setting `G4QC_API_KEYS`: entries `name:scope:hash`, separated by commas.

    Raises:
        SettingsError: an entry is malformed; the message does not repeat it, because it may be a secret.
    """
    return ApiKeys(_parse(number, entry.strip()) for number, entry in enumerate(setting.split(","), 1) if entry.strip())


def _parse(number: int, entry: str) -> Key:
    match = _ENTRY.match(entry)
    if match is None or match["scope"] not in list(Scope):
        raise SettingsError(
            f"Entry {number} of G4QC_API_KEYS is not name:scope:hash with a scope of {', '.join(Scope)}: "
            "`g4qc api-key create` prints one."
        )
    return Key(match["name"], Scope(match["scope"]), match["digest"])


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

"""Keys of the API: made once, kept as hashes, and what each may do.

A key is 256 random bits, so that one round of SHA-256 hides it well enough: there is nothing to guess. Knows the form
of the setting. Must not know HTTP.
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
    """What a key may do; each may also do what those before it may."""

    READ = "read"
    """Read bars, results and states."""
    RUN = "run"
    """Launch and cancel runs; name and tag results."""
    ADMIN = "admin"
    """Decide about bars in quarantine, delete results, remove keys of the graph."""

    def covers(self, wanted: Scope) -> bool:
        """True when this scope includes the other."""
        order = list(Scope)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True)
class Key:
    """A key as the setting holds it: whose, what for, and the SHA-256 of it in hex digits."""

    name: str
    scope: Scope
    digest: str

    def __str__(self) -> str:
        return f"{self.name}:{self.scope}:{self.digest}"


class ApiKeys:
    """The keys of one server."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = tuple(keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def find(self, given: str) -> Key | None:
        """The key that was given, or None; takes equally long whether and where one matches."""
        digest, found = _digest(given), None
        for key in self._keys:
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found


def create_key(name: str, scope: Scope) -> tuple[str, Key]:
    """A new key, to be shown once, and what the setting holds of it."""
    secret = _PREFIX + secrets.token_urlsafe(32)
    return secret, known_key(name, scope, secret)


def known_key(name: str, scope: Scope, secret: str) -> Key:
    """Return the key as a server stores it."""
    return Key(name, scope, _digest(secret))


def parse_keys(setting: str) -> ApiKeys:
    """The keys of the setting `G4QC_API_KEYS`: `name:scope:hash`, several with commas between.

    Raises:
        SettingsError: an entry has another form; the text does not repeat it, in case it is a key itself.
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

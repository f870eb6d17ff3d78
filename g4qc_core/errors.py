"""Every error that G4QC raises on purpose, in one tree.

    G4qcError                       one clear sentence that says what to do
    ├── PermanentError              asking again gives the same answer: do not retry
    │   ├── UsageError              an unknown name, a reversed window, a date that is no date
    │   │   └── NotFound            there is no such thing under this address
    │   │       └── Gone            there was one, and it was deleted
    │   ├── AccessDenied            no key, a wrong one, or one that may not do this
    │   ├── SettingsError           a setting, or a file that the user edits, is malformed
    │   ├── PortTaken               another program listens there
    │   ├── HomeTaken               another `g4qc up` runs over the home
    │   ├── DatabaseRefused         wrong password, no such database, schema from another version
    │   ├── ClockWrong              this machine and the gateway disagree about the day
    │   ├── OriginMismatch          this database holds bars of another kind of gateway
    │   ├── GatewayRefused          the peer is no gateway, or one that this client cannot talk to
    │   ├── ContractNotFound        the gateway has no definition (error 200)
    │   ├── ContractAmbiguous       the gateway has several that fit (error 200)
    │   ├── ContractChanged         a contract month now belongs to another product than its stored bars
    │   ├── PermissionDenied        no market data subscription, or held by another session
    │   ├── RequestRejected         the gateway says that the request is malformed (321, 10314, 10339)
    │   ├── ClientTooOld            the gateway wants a newer client for this request (10285)
    │   ├── NoData                  the gateway answered that there is no data
    │   ├── InvalidBars             bars that break a rule of the schema
    │   │   └── UnreadableAnswer    a message, a time or a number of the gateway that cannot be read
    │   ├── DecidedMeanwhile        bars in quarantine that changed, or were decided, since they were looked at
    │   ├── BarsIncomplete          the timeframe was not derived from the minutes as they are stored now
    │   └── BacktestRefused         a backtest whose numbers would be wrong: no bars, no margin, no such price
    └── TransientError              the same call may succeed later: retry with a pause
        ├── GatewayUnavailable      refused, or accepts and stays silent
        ├── GatewayDisconnected     the connection died while the request was open
        ├── GatewayTimeout          no answer within the deadline
        ├── ClientIdInUse           error 326: an old session may still be dying
        ├── PacingViolation         the gateway reports too many requests
        ├── RequestCancelled        the gateway dropped the query
        ├── BarsDenied              the gateway has no data for a window for which it sent bars before
        ├── InUse                   a run uses the thing to be deleted, or it was made again meanwhile
        ├── GraphUnavailable        Dagster's web server does not answer, or cannot launch now
        │   └── GraphStarting       it does not answer yet: `g4qc up` is starting it
        ├── ServerUnavailable       no server of G4QC answers at the address
        ├── TooManyRequests         the API's limit of requests is reached for this minute, or of event streams
        ├── ListenersFull           all places for event streams of the API are taken
        ├── DefinitionMissing       no definition (200) of a contract that the gateway had: maintenance, or it is gone
        └── DatabaseUnavailable     no server, or it went away

An error is permanent or transient by its type, chosen where it is raised; code that catches it only reads the type.
This module imports no library.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class G4qcError(Exception):
    """Base of all errors whose text is for the user."""


class PermanentError(G4qcError):
    """The same call will fail again: do not retry."""


class TransientError(G4qcError):
    """The same call may succeed later."""


class UsageError(PermanentError):
    """The request names something that does not exist, or makes no sense."""


class NotFound(UsageError):
    """There is no such thing under this address."""


class Gone(NotFound):
    """There was such a thing under this address, and it was deleted."""


class AccessDenied(PermanentError):
    """The API wants a key, or another one."""


class SettingsError(PermanentError):
    """A setting, or a file that the user edits, is malformed; the text names file and field."""


class PortTaken(PermanentError):
    """Another program listens on the port."""


class HomeTaken(PermanentError):
    """Another `g4qc up` runs over the home."""


class DatabaseRefused(PermanentError):
    """The database server refuses: password, database name, privileges or schema version."""


class ClockWrong(PermanentError):
    """The clocks of this machine and of the gateway disagree about the day."""


class OriginMismatch(PermanentError):
    """The database holds bars of another origin (simulated, replayed, real) than the gateway serves."""


class GatewayError(G4qcError):
    """Mixin of errors that the gateway reported; `code` is its number, or None where there was none."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class GatewayRefused(GatewayError, PermanentError):
    """The peer is no gateway, or one whose protocol is too old or too new."""


class ContractNotFound(GatewayError, PermanentError):
    """The gateway has no security definition (200)."""


class ContractChanged(PermanentError):
    """A contract month now belongs to another product than its stored bars."""


class ContractAmbiguous(GatewayError, PermanentError):
    """Several security definitions fit the request (200)."""


class PermissionDenied(GatewayError, PermanentError):
    """The account may not read this data."""


class RequestRejected(GatewayError, PermanentError):
    """The gateway rejects the request as malformed: a defect of G4QC or a changed rule, never retried."""


class ClientTooOld(GatewayError, PermanentError):
    """The gateway serves this only to a newer build of its client library (10285)."""


class NoData(GatewayError, PermanentError):
    """The gateway answered that the window has no data; the ledger decides whether to believe it."""


class GatewayUnavailable(GatewayError, TransientError):
    """Nothing listens at the address, or the peer accepts the connection and stays silent."""


class GatewayDisconnected(GatewayError, TransientError):
    """The connection ended while a request was open."""


class GatewayTimeout(GatewayError, TransientError):
    """There was no answer within the deadline."""


class ClientIdInUse(GatewayError, TransientError):
    """Another session uses this client id (326)."""


class PacingViolation(GatewayError, TransientError):
    """The gateway reports that requests are too frequent."""


class RequestCancelled(GatewayError, TransientError):
    """The gateway dropped a query that was not cancelled."""


class BarsDenied(GatewayError, TransientError):
    """The gateway has no data for a window for which it sent bars before: an outage, not an empty window."""


class DefinitionMissing(GatewayError, TransientError):
    """The gateway has no definition (200) of a contract that it knew: maintenance, or the contract is gone for good."""


class InUse(TransientError):
    """A run uses the thing to be deleted or removed, or another process has made it again meanwhile."""


class GraphUnavailable(TransientError):
    """Dagster's web server does not answer, or cannot launch anything now."""


class GraphStarting(GraphUnavailable):
    """Dagster does not answer yet, because `g4qc up` is starting it."""


class ServerUnavailable(TransientError):
    """No server of G4QC answers at the address."""


class TooManyRequests(TransientError):
    """The client sent more requests than the API allows in a minute."""


class ListenersFull(TransientError):
    """All places for event streams of the API are taken."""


class DatabaseUnavailable(TransientError):
    """No database server answers at the address."""


class InvalidBars(PermanentError):
    """Bars break a rule of the schema."""


class DecidedMeanwhile(PermanentError):
    """Bars in quarantine changed, or something else was decided about them, since they were looked at."""


class BarsIncomplete(PermanentError):
    """The timeframe was not derived from the stored minutes, or from an older version of them."""


class UnreadableAnswer(GatewayError, InvalidBars):
    """A message, a time or a number from the gateway cannot be read; the connection stays open."""


class BacktestRefused(PermanentError):
    """The backtest would give wrong numbers."""


_LISTED = 16


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> UsageError:
    """Return a UsageError for an unknown name, with the nearest known one; a long list is cut in the middle.

    >>> str(unknown("timeframe", "5m", ["1min", "5min"]))
    "Unknown timeframe '5m': did you mean '5min'? Known: 1min, 5min."
    """
    names = list(known)
    folded = {n.casefold(): n for n in names}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    guess = f": did you mean '{folded[near[0]]}'?" if near else "."
    shown = names if len(names) <= _LISTED else [*names[:3], "...", *names[-3:]]
    listing = f" Known: {', '.join(shown)}." if names else ""
    return UsageError(f"Unknown {kind} '{name}'{guess}{listing}{' ' + where if where else ''}")

"""Every error that G4QC raises on purpose, in one tree.

    G4qcError                       one clear sentence that says what to do
    ├── PermanentError              a retry would fail in the same way
    │   ├── UsageError              an unknown name, a reversed window, a malformed date
    │   │   ├── ParametersMisfit    each parameter is right, but not together with the others
    │   │   └── NotFound            nothing exists at this address
    │   │       └── Gone            something existed at this address and was deleted
    │   ├── AccessDenied            no key, a wrong key, or a key without the right
    │   ├── SettingsError           a setting, or a file of the user, is malformed
    │   ├── PortTaken               another program listens on the port
    │   ├── HomeTaken               another `g4qc up` uses the home
    │   ├── DatabaseRefused         wrong password, no such database, schema from another version
    │   ├── DataDiffers             the rows in the new database differ from those that were sent
    │   ├── BackupDamaged           a file of a backup is missing, or is not what it was
    │   ├── ClockWrong              this machine and the gateway disagree on the day
    │   ├── OriginMismatch          this database holds bars of another kind of gateway
    │   ├── GatewayRefused          the listener is not a gateway, or speaks no protocol of this client
    │   ├── ContractNotFound        the gateway has no definition (error 200)
    │   ├── ContractAmbiguous       the gateway has several definitions that fit (error 200)
    │   ├── ContractChanged         a contract month now belongs to another product than its stored bars
    │   ├── PermissionDenied        no market data subscription, or another session uses it
    │   ├── RequestRejected         the gateway calls the request malformed (321, 10314, 10339)
    │   ├── ReadOnlyGateway         the gateway takes no orders: its API is read-only (321)
    │   ├── ClientTooOld            the gateway requires a newer client for this request (10285)
    │   ├── NoData                  the gateway answered that the window is empty
    │   ├── InvalidBars             bars that break a rule of the schema
    │   │   └── UnreadableAnswer    a message, time or number from the gateway that cannot be read
    │   ├── DecidedMeanwhile        bars in quarantine that changed, or were decided, since they were listed
    │   ├── BarsIncomplete          minutes are stored, but the timeframe was not derived from their current version
    │   ├── BacktestRefused         a backtest without reliable figures: no bars, no margin, no such price
    │   │   └── MarginCall          the equity of an account fell below its margin
    │   ├── IllegalMove             an order was told something that cannot happen to it
    │   ├── TradingRefused          the trader may not start or trade: another account, limits, read-only gateway
    │   ├── EnginesDisagree         the reference engine gives another result than the search
    │   ├── SetTooSlow              an explored set took longer than it may
    │   ├── RightLost               the run was ended elsewhere, so this process may store nothing more of it
    │   ├── ClusterMismatch         workers of a cluster run other code than this process
    │   └── WorkersLost             the processes of a search cannot start or go on
    └── TransientError              the same call may succeed later: retry after a pause
        ├── GatewayUnavailable      the connection is refused, or accepted without an answer
        ├── GatewayDisconnected     the connection ended while the request was open
        ├── GatewayTimeout          no answer within the deadline
        ├── ClientIdInUse           error 326: the gateway may still be closing an old session
        ├── PacingViolation         the gateway reports too many requests
        ├── RequestCancelled        the gateway dropped the query
        ├── BarsDenied              the gateway reports an empty window for which it returned bars before
        ├── BackupRunning           another process backs the database up
        ├── StoreUnavailable        a place for files takes or gives nothing: full, gone or closed
        ├── TraderRunning           another process trades the account
        ├── InUse                   a run uses what the user wants to delete, or it was made again meanwhile
        ├── GraphUnavailable        Dagster's web server does not answer, or cannot launch now
        │   └── GraphStarting       Dagster does not answer yet: `g4qc up` is starting it
        ├── ServerUnavailable       no server of G4QC answers at the address
        ├── TooManyRequests         the API's limit of requests a minute, or of event streams, is reached
        ├── ListenersFull           all places for event streams of the API are taken
        ├── ExplorerBusy            all processes for exploring run other sets
        ├── ClusterUnavailable      the scheduler of a cluster does not answer or is gone, or it has no worker
        ├── WorkerEnded             the process of an explored set ended, and is replaced
        ├── DefinitionMissing       no definition (200) of a contract that the gateway had: maintenance, or it is gone
        └── DatabaseUnavailable     no database server answers, or the connection was lost

Permanent or transient is decided once, where the error is raised; a caller only reads the type.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LISTED = 16


class G4qcError(Exception):
    """Base of all errors whose text is written for the user."""


class PermanentError(G4qcError):
    """The same call will fail again; do not retry."""


class TransientError(G4qcError):
    """The same call may succeed later."""


class UsageError(PermanentError):
    """The user asked for something that does not exist or makes no sense."""


class ParametersMisfit(UsageError):
    """Each parameter of a strategy is within its range, but they do not fit together."""


class NotFound(UsageError):
    """Nothing exists at this address."""


class Gone(NotFound):
    """Something existed at this address and was deleted."""


class AccessDenied(PermanentError):
    """The API requires a key, or another one."""


class SettingsError(PermanentError):
    """A setting, or a file of the user, is malformed; the text names file and field."""


class PortTaken(PermanentError):
    """Another program listens on the port."""


class HomeTaken(PermanentError):
    """Another `g4qc up` uses the home."""


class DatabaseRefused(PermanentError):
    """The database server refuses: password, database name, privileges or schema version."""


class DataDiffers(PermanentError):
    """The rows in the new database differ from those that were sent."""


class BackupDamaged(PermanentError):
    """A file of a backup is missing, or its content is not what the backup's list says."""


class BackupRunning(TransientError):
    """Another process backs the same database up."""


class StoreUnavailable(TransientError):
    """A folder or bucket takes or gives nothing: it is full, gone, or closed to this user."""


class ClockWrong(PermanentError):
    """The clocks of this machine and of the gateway disagree on the day."""


class OriginMismatch(PermanentError):
    """The database holds bars of another origin (simulated, replayed, real) than the gateway serves."""


class GatewayError(G4qcError):
    """Mixin of errors that the gateway reported; `code` is the error number, or None if there is none."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class GatewayRefused(GatewayError, PermanentError):
    """The listener is not a gateway, or its protocol is too old or too new."""


class ContractNotFound(GatewayError, PermanentError):
    """The gateway has no security definition (200)."""


class ContractChanged(PermanentError):
    """A contract month now belongs to another product than its stored bars."""


class ContractAmbiguous(GatewayError, PermanentError):
    """Several security definitions fit the request (200)."""


class PermissionDenied(GatewayError, PermanentError):
    """The account may not read this data."""


class RequestRejected(GatewayError, PermanentError):
    """The gateway calls the request malformed: a defect in G4QC or a changed rule, never retried."""


class ReadOnlyGateway(GatewayError, PermanentError):
    """The API of the gateway is read-only: it takes no orders and tells of none (321)."""


class ClientTooOld(GatewayError, PermanentError):
    """The gateway serves this request only to a newer version of its client library (10285)."""


class NoData(GatewayError, PermanentError):
    """The gateway answered that the window is empty; the ledger decides whether to believe it."""


class GatewayUnavailable(GatewayError, TransientError):
    """The connection is refused, or accepted without an answer."""


class GatewayDisconnected(GatewayError, TransientError):
    """The connection ended while a request was open."""


class GatewayTimeout(GatewayError, TransientError):
    """No answer within the deadline."""


class ClientIdInUse(GatewayError, TransientError):
    """Another session uses this client id (326)."""


class PacingViolation(GatewayError, TransientError):
    """The gateway reports too many requests."""


class RequestCancelled(GatewayError, TransientError):
    """The gateway dropped the query, which G4QC had not cancelled."""


class BarsDenied(GatewayError, TransientError):
    """The gateway reports an empty window for which it returned bars before: an outage, not an empty window."""


class DefinitionMissing(GatewayError, TransientError):
    """No definition (200) of a contract whose id came from the gateway: a maintenance error, or true if it persists."""


class InUse(TransientError):
    """A run uses what the user wants to delete or remove, or another process has made it again meanwhile."""


class GraphUnavailable(TransientError):
    """Dagster's web server does not answer, or cannot launch runs now."""


class GraphStarting(GraphUnavailable):
    """Dagster does not answer yet, because `g4qc up` is starting it."""


class ServerUnavailable(TransientError):
    """No server of G4QC answers at the address."""


class SetTooSlow(PermanentError):
    """An explored set took longer than it may."""


class ExplorerBusy(TransientError):
    """All processes for exploring run other sets."""


class ClusterUnavailable(TransientError):
    """The scheduler of a cluster does not answer or is gone, or it has no worker; what was tried so far is kept."""


class WorkerEnded(TransientError):
    """The process of an explored set ended; another one takes its place."""


class TooManyRequests(TransientError):
    """More requests than the API allows in a minute."""


class ListenersFull(TransientError):
    """All places for event streams of the API are taken."""


class DatabaseUnavailable(TransientError):
    """No database server answers at the address."""


class InvalidBars(PermanentError):
    """Bars break a rule of the schema."""


class DecidedMeanwhile(PermanentError):
    """Bars in quarantine changed, or another decision about them was recorded, since they were listed."""


class BarsIncomplete(PermanentError):
    """Minutes are stored, but the timeframe was not derived from them, or was derived from an older version of them."""


class UnreadableAnswer(GatewayError, InvalidBars):
    """A message, a time or a number from the gateway cannot be read; the connection stays open."""


class BacktestRefused(PermanentError):
    """The backtest would give unreliable figures."""


class MarginCall(BacktestRefused):
    """The account could not pay the margin of an order, or nothing was left of it."""


class IllegalMove(PermanentError):
    """An order was told something that cannot happen to an order in its state."""


class TradingRefused(PermanentError):
    """The trader may not start or trade as its specs are: the account, the limits or the gateway forbid it."""


class TraderRunning(TransientError):
    """Another process trades the account."""


class EnginesDisagree(PermanentError):
    """The reference engine gives other trades or another equity than the engine that a search used: a defect."""


class RightLost(PermanentError):
    """The run was ended elsewhere, as failed or as cancelled: this process may store nothing more of it."""


class ClusterMismatch(PermanentError):
    """Workers of a cluster run other code than this process, and could give other numbers."""


class WorkersLost(PermanentError):
    """The processes that evaluate the sets of a search cannot start, or end at every start."""


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> UsageError:
    """Return a UsageError for an unknown name, with the nearest known one; a long list is shortened in the middle.

    >>> str(unknown("timeframe", "5m", ["1min", "5min"]))
    "Unknown timeframe '5m': did you mean '5min'? Known: 1min, 5min."
    """
    names = list(dict.fromkeys(known))
    folded = {n.casefold(): n for n in names}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    guess = f": did you mean '{folded[near[0]]}'?" if near else "."
    shown = names if len(names) <= _LISTED else [*names[:3], "...", *names[-3:]]
    listing = f" Known: {', '.join(shown)}." if names else ""
    return UsageError(f"Unknown {kind} '{name}'{guess}{listing}{' ' + where if where else ''}")

"""Client of Dagster's web server: the GraphQL queries and mutations that launching and watching runs need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import httpx

from g4qc_core.errors import GraphUnavailable, UsageError
from g4qc_pipelines.launching.waiting_runs import QUEUED, RunQueue
from g4qc_pipelines.run_tags import range_tags
from g4qc_pipelines.stages.job_plan import RunStage

LOCATION, REPOSITORY, AD_HOC = "g4qc", "__repository__", "__ASSET_JOB"
MONTHS_PATH = "/g4qc/months"
"""Address that G4QC adds to Dagster's, at which the months of the graph are extended."""

_RELOAD_SECONDS = 180.0

_RUN = """runId status creationTime endTime tags { key value }
  stepStats { stepKey status } assetSelection { path } pipelineName"""

_LAUNCH = """mutation($e: ExecutionParams!) { launchRun(executionParams: $e) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""
_RUNS = f"""query($f: RunsFilter, $c: String, $n: Int) {{ runsOrError(filter: $f, cursor: $c, limit: $n) {{ __typename
  ... on Runs {{ results {{ {_RUN} }} }} ... on Error {{ message }} }} }}"""
_RUN_OF = f"""query($id: ID!) {{ runOrError(runId: $id) {{ __typename ... on Run {{ {_RUN} }} }} }}"""
_LOG = """query($id: ID!, $c: String, $n: Int) { logsForRun(runId: $id, afterCursor: $c, limit: $n) { __typename
  ... on EventConnection { cursor hasMore events { __typename
    ... on MessageEvent { message timestamp stepKey level }
    ... on ErrorEvent { error { message className causes { message className } } }
    ... on ExecutionStepFailureEvent { failureMetadata { description metadataEntries { label
      ... on TextMetadataEntry { text } } } } } }
  ... on Error { message } } }"""
_TERMINATE = """mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) {
  __typename ... on Error { message } } }"""
_ADD_PARTITION = """mutation($r: RepositorySelector!, $d: String!, $k: String!) {
  addDynamicPartition(repositorySelector: $r, partitionsDefName: $d, partitionKey: $k) {
  __typename ... on Error { message } } }"""
_REMOVE_PARTITIONS = """mutation($r: RepositorySelector!, $d: String!, $k: [String!]!) {
  deleteDynamicPartitions(repositorySelector: $r, partitionsDefName: $d, partitionKeys: $k) {
  __typename ... on Error { message } } }"""
_PARTITIONS = """query($a: AssetKeyInput!) { assetNodeOrError(assetKey: $a) { __typename
  ... on AssetNode { partitionKeys } ... on Error { message } } }"""
_TAGS_OF_RUNS = """query($f: RunsFilter, $n: Int) { runsOrError(filter: $f, limit: $n) { __typename
  ... on Runs { results { tags { key value } } } ... on Error { message } } }"""
_RELOAD = """mutation($l: String!) { reloadRepositoryLocation(repositoryLocationName: $l) {
  __typename ... on Error { message } } }"""
_ASSETS = """query($r: RepositorySelector!) { repositoryOrError(repositorySelector: $r) { __typename
  ... on Repository { assetNodes { assetKey { path } isExecutable partitionDefinition { type name } } }
  ... on Error { message } } }"""

_TICKS = """query($r: RepositorySelector!) { repositoryOrError(repositorySelector: $r) { __typename
  ... on Repository { sensors { name minIntervalSeconds sensorState { status ticks(limit: 1) { timestamp } } } }
  ... on Error { message } } }"""
_HEARTBEATS = """{ instance { __typename daemonHealth { allDaemonStatuses {
  daemonType required lastHeartbeatTime } } } }"""

_SWITCHED = """query($r: RepositorySelector!) { repositoryOrError(repositorySelector: $r) { __typename
  ... on Repository { schedules { name scheduleState { status } } sensors { name sensorState { status } } }
  ... on Error { message } } }"""
_WAITING = """{ runsOrError(filter: {statuses: [QUEUED]}) { __typename
  ... on Runs { results { creationTime } } ... on Error { message } } }"""

_UNFINISHED = """query($f: RunsFilter) { runsOrError(filter: $f) { __typename
  ... on Runs { results { runId status pipelineName allPools tags { key value } } } ... on Error { message } } }"""
_STATES = """query($f: RunsFilter, $n: Int) { runsOrError(filter: $f, limit: $n) { __typename
  ... on Runs { results { runId status updateTime } } ... on Error { message } } }"""
_LIMITS = """{ instance { __typename runQueueConfig { maxConcurrentRuns } poolConfig { defaultPoolLimit }
  concurrencyLimits { concurrencyKey slotCount }
  daemonHealth { allDaemonStatuses { daemonType lastHeartbeatTime } } } }"""
_LOADED = """query($l: String!) { workspaceLocationEntryOrError(name: $l) { __typename
  ... on WorkspaceLocationEntry { locationOrLoadError { __typename } } ... on PythonError { message } } }"""

_SELECTOR = {"repositoryLocationName": LOCATION, "repositoryName": REPOSITORY}
_PARTITION = "dagster/partition"
_NOT_LOADED = ("PythonError", "RepositoryNotFoundError", "PipelineNotFoundError")
_CODE_AWAY = "DagsterUserCodeUnreachableError"  # part of the message when a launch fails
_MOST_UNFINISHED = 10_000
_NEWEST = 30  # runs that are looked at for changes


class Graph:
    """Client of the web server at an address.

    Every method raises GraphUnavailable when the server does not answer, or its code location is not loaded, and
    UsageError when it refuses the request.

    Args:
        key: key for the web server, if it requires one.
        absent: returns the error for a server that does not answer, given the default sentence.
    """

    def __init__(
        self,
        url: str,
        link: str,
        timeout: float = 30.0,
        key: str | None = None,
        absent: Callable[[str], GraphUnavailable] = GraphUnavailable,
    ) -> None:
        self._url, self._timeout = url, timeout
        self._absent = absent
        self.link = link
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check(self) -> None:
        """Raise GraphUnavailable when nothing could be launched now."""
        self.assets()

    def assets(self) -> dict[str, str]:
        """Return the kind of partitions of each asset that can be made, by name; see `stages.checks`."""
        nodes = self._ask(_ASSETS, "repositoryOrError", "Repository", r=_SELECTOR)["assetNodes"]
        parts = {
            node["assetKey"]["path"][-1]: node["partitionDefinition"] or {} for node in nodes if node["isExecutable"]
        }
        return {name: str(part.get("name") or part.get("type") or "") for name, part in parts.items()}

    def ticks(self) -> dict[str, tuple[float, float]]:
        """Return interval in seconds and time of the last tick, in seconds since 1970, of each running sensor."""
        found = self._ask(_TICKS, "repositoryOrError", "Repository", r=_SELECTOR)["sensors"]
        return {
            one["name"]: (float(one["minIntervalSeconds"]), float(one["sensorState"]["ticks"][0]["timestamp"]))
            for one in found
            if one["sensorState"]["status"] == "RUNNING" and one["sensorState"]["ticks"]
        }

    def switched_on(self) -> set[str]:
        """Return the names of the schedules and sensors that are on."""
        found = self._ask(_SWITCHED, "repositoryOrError", "Repository", r=_SELECTOR)
        states = [(one["name"], one["scheduleState"]) for one in found["schedules"]]
        states += [(one["name"], one["sensorState"]) for one in found["sensors"]]
        return {name for name, state in states if state["status"] == "RUNNING"}

    def waiting(self) -> list[float]:
        """Return the creation time of each queued run, in seconds since 1970."""
        found = self._ask(_WAITING, "runsOrError", "Runs")["results"]
        return [float(run["creationTime"]) for run in found]

    def queue(self) -> RunQueue:
        """Return Dagster's queue and what limits it."""
        statuses = [QUEUED, "STARTING", "STARTED", "CANCELING"]
        # Newest first, as Dagster lists runs.
        runs = self._ask(_UNFINISHED, "runsOrError", "Runs", f={"statuses": statuses})["results"][::-1]
        limits = self._ask(_LIMITS, "instance", "Instance")
        places = (limits["runQueueConfig"] or {}).get("maxConcurrentRuns", -1)
        daemons = {one["daemonType"]: one["lastHeartbeatTime"] for one in limits["daemonHealth"]["allDaemonStatuses"]}
        beat = daemons.get("QUEUED_RUN_COORDINATOR")
        known = ("WorkspaceLocationEntry", "PythonError")
        code = self._ask(_LOADED, "workspaceLocationEntryOrError", *known, l=LOCATION).get("locationOrLoadError") or {}
        return RunQueue(
            waiting=[run for run in runs if run["status"] == QUEUED],
            active=[run for run in runs if run["status"] != QUEUED],
            places=None if places < 0 else int(places),
            pool_limits={one["concurrencyKey"]: int(one["slotCount"]) for one in limits["concurrencyLimits"]},
            pool_limit=(limits["poolConfig"] or {}).get("defaultPoolLimit"),
            heartbeat=float(beat) if beat else None,
            loaded=code.get("__typename") == "RepositoryLocation",
        )

    def heartbeats(self) -> dict[str, float]:
        """Return the last heartbeat of each required daemon, in seconds since 1970."""
        found = self._ask(_HEARTBEATS, "instance", "Instance")["daemonHealth"]["allDaemonStatuses"]
        return {
            one["daemonType"]: float(one["lastHeartbeatTime"])
            for one in found
            if one["required"] and one["lastHeartbeatTime"]
        }

    def launch(self, stage: RunStage, tags: Mapping[str, str]) -> str:
        """Launch the run of a stage with these tags; return its id."""
        if stage.ranged:
            tags = {**tags, **range_tags(str(stage.first), str(stage.last))}
        elif stage.first is not None:
            tags = {**tags, _PARTITION: stage.first}
        parameters = {
            "mode": "default",
            "runConfigData": {"ops": {name: {"config": dict(values)} for name, values in stage.config.items()}},
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
            "selector": {
                **_SELECTOR,
                "pipelineName": stage.job or AD_HOC,
                "assetSelection": [{"path": [name]} for name in stage.assets],
            },
        }
        answer = self._ask(_LAUNCH, "launchRun", "LaunchRunSuccess", e=parameters)
        return str(answer["run"]["runId"])

    def add_partition(self, definition: str, key: str) -> None:
        """Add a dynamic partition; do nothing when it exists."""
        known = ("AddDynamicPartitionSuccess", "DuplicateDynamicPartitionError")
        self._ask(_ADD_PARTITION, "addDynamicPartition", *known, r=_SELECTOR, d=definition, k=key)

    def partitions(self, asset: str) -> list[str]:
        """Return the partition keys of an asset."""
        answer = self._ask(_PARTITIONS, "assetNodeOrError", "AssetNode", a={"path": [asset]})
        return list(answer["partitionKeys"])

    def remove_partitions(self, definition: str, keys: Sequence[str]) -> None:
        """Remove dynamic partitions; ignore those that do not exist."""
        done = "DeleteDynamicPartitionsSuccess"
        self._ask(_REMOVE_PARTITIONS, "deleteDynamicPartitions", done, r=_SELECTOR, d=definition, k=list(keys))

    def tags_of(self, statuses: Sequence[str]) -> list[dict[str, str]]:
        """Return the tags of each run in one of these states."""
        answer = self._ask(_TAGS_OF_RUNS, "runsOrError", "Runs", f={"statuses": list(statuses)}, n=_MOST_UNFINISHED)
        return [{tag["key"]: tag["value"] for tag in run["tags"]} for run in answer["results"]]

    def begin_with(self, month: date) -> None:
        """Extend the graph back to the month, if it begins later."""
        answer, status = self._posted(MONTHS_PATH, {"month": f"{month}"}, _RELOAD_SECONDS)
        if status != 200:
            raise GraphUnavailable(f"Dagster's web server does not extend the graph: {answer.get('detail', status)}")

    def reload(self) -> None:
        """Load the graph again."""
        self._ask(_RELOAD, "reloadRepositoryLocation", "WorkspaceLocationEntry", l=LOCATION)

    def run(self, run_id: str) -> dict[str, Any] | None:
        """Return a run; None when it does not exist."""
        answer = self._ask(_RUN_OF, "runOrError", "Run", "RunNotFoundError", id=run_id)
        return answer if answer["__typename"] == "Run" else None

    def runs(self, limit: int, before: str | None = None, **tags: str) -> list[dict[str, Any]]:
        """Return the newest runs, newest first.

        Args:
            limit: maximum number of runs.
            before: id of the last run of the page before; None for the first page.
            **tags: values of tags that the runs have; `job` stands for `g4qc/job`.
        """
        wanted = [{"key": f"g4qc/{name}", "value": value} for name, value in tags.items()]
        answer = self._ask(_RUNS, "runsOrError", "Runs", f={"tags": wanted} if wanted else {}, c=before, n=limit)
        return list(answer["results"])

    def run_versions(self) -> list[str]:
        """Return id and state of the newest runs and of all unfinished ones; they change with every run."""
        unfinished = {"statuses": ["NOT_STARTED", QUEUED, "STARTING", "STARTED", "CANCELING"]}
        asked: tuple[dict[str, Any], ...] = ({"f": {}, "n": _NEWEST}, {"f": unfinished, "n": _MOST_UNFINISHED})
        found = [run for one in asked for run in self._ask(_STATES, "runsOrError", "Runs", **one)["results"]]
        return sorted({f"{run['runId']} {run['status']} {run['updateTime']}" for run in found})

    def log(self, run_id: str, after: str | None, limit: int = 200) -> dict[str, Any]:
        """Return the log of a run after a cursor, oldest first: `events`, `cursor` and `hasMore`."""
        return self._ask(_LOG, "logsForRun", "EventConnection", id=run_id, c=after, n=limit)

    def terminate(self, run_id: str) -> None:
        """Terminate a run; do nothing when it has ended."""
        known = ("TerminateRunSuccess", "TerminateRunFailure", "RunNotFoundError")
        self._ask(_TERMINATE, "terminateRun", *known, id=run_id)

    def _ask(self, query: str, field: str, *good: str, **variables: Any) -> dict[str, Any]:
        answer, _ = self._posted("/graphql", {"query": query, "variables": variables}, self._timeout)
        if answer.get("errors") or not answer.get("data"):
            said = (answer.get("errors") or [{}])[0].get("message", "no data")
            raise GraphUnavailable(f"Dagster's web server refuses a query of G4QC: {said}.")
        found: dict[str, Any] = answer["data"][field]
        kind = found["__typename"]
        if kind in good:
            return found
        said = str(found.get("message", kind)).strip().splitlines()[0].rstrip(".")
        if kind in _NOT_LOADED or _CODE_AWAY in said:
            raise self._absent(f"Dagster cannot do this now: {said}. Its page says more: {self.link}.")
        raise UsageError(f"Dagster refuses: {said}.")

    def _posted(self, path: str, body: Mapping[str, Any], timeout: float) -> tuple[dict[str, Any], int]:
        """Return the JSON object and the status with which the web server answers."""
        try:
            response = self._client.post(f"{self._url}{path}", json=body, timeout=timeout)
            answer = dict(response.json())
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise self._absent(
                f"Dagster does not answer at {self._url} ({type(error).__name__}): start it "
                "with `g4qc up`, or set G4QC_DAGSTER_HOST and G4QC_DAGSTER_PORT."
            ) from None
        if response.status_code in (401, 403, 421):
            raise GraphUnavailable(f"Dagster's web server refuses the API: {answer.get('detail', 'no reason given')}")
        return answer, response.status_code

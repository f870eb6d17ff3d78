"""Private names of Dagster, each with the reason why no public name serves; no other module imports `dagster._*`.

Try a new version of Dagster here first: its changelog does not list changes of private names. The modules are split by
import time, because some commands must not load what others need.

| module | holds | costs on top of `import dagster` |
|---|---|---|
| `core` | names that `import dagster` has loaded | nothing |
| `instigation` | whether a schedule or sensor is on | 0.1 s |
| `grpc` | requests and replies of the code server | 0.1 s |
| `code_server` | the code server's command and servicer, and run workers | 0.2 s |
| `daemon` | the command of the daemon | 0.8 s |
| `postgres` | the storages of `dagster_postgres` | 0.1 s |
| `web` | the web server and its workspace | 2 s |
"""

"""All settings, typed. No other module reads the environment.

A setting comes from the environment (`G4QC_...`) or from a file `.env` in the working directory; the environment wins.
`.env.example` lists them all, and a test checks that the two agree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from g4qc_core.calendars.calendar_file import use_calendars
from g4qc_core.errors import SettingsError
from g4qc_core.strategy_folder import use_strategy_folder


class Settings(BaseSettings):
    """All settings of G4QC. Read them once with `load_settings`, then pass them on."""

    model_config = SettingsConfigDict(
        env_prefix="G4QC_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(Path("~/.g4qc"), description="Folder of the embedded database, Dagster's files and reports")
    database_url: SecretStr | None = Field(
        None, description="postgresql://user:password@host:port/database; unset: an embedded PostgreSQL under home"
    )
    database_password_file: Path | None = Field(
        None, description="File with the database's password, for a URL without one (a container's secret)"
    )
    dagster_database_url: SecretStr | None = Field(
        None, description="Database of Dagster's runs and events; unset: a second one on the server of the bars"
    )
    ib_host: str | None = Field(
        None, description="Host of TWS or IB Gateway; unset: the simulated gateway with synthetic bars"
    )
    ib_port: int = Field(
        4002, ge=1, le=65535, description="Port of TWS (7496 live, 7497 paper) or IB Gateway (4001, 4002)"
    )
    ib_simulated: bool = Field(
        False, description="True if `g4qc gateway` listens at that address, for the advice in errors; `g4qc up` sets it"
    )
    ib_client_id: int = Field(
        11, ge=1, le=999, description="Client id of extraction (not 0); use another one in every other program"
    )
    ib_client_id_patience: float = Field(
        600.0, ge=0, description="Seconds to wait for another G4QC process that uses the same client id"
    )
    ib_pacing: Literal["auto", "on", "off"] = Field(
        "auto", description="Keep Interactive Brokers' pacing rules; auto: with an account, not with a simulation"
    )
    ib_connect_timeout: float = Field(15.0, gt=0, description="Seconds to wait for the gateway's handshake")
    ib_request_timeout: float = Field(90.0, gt=0, description="Seconds without progress before a request fails")
    ib_max_protocol: int = Field(
        178,
        ge=157,
        le=200,
        description="Highest protocol version to negotiate; the installed ibapi may support less (9.81: 157). Versions "
        "above 200 use protobuf, which G4QC does not support",
    )
    settled_after: float = Field(
        12.0,
        ge=0,
        le=23,
        description="Hours after a session's close in which its bars may be restated; bars fetched earlier are fetched "
        "once more. Less than a day, so that one daily request for each contract also fetches them",
    )
    sessions_per_request: int = Field(
        5, ge=1, le=20, description="Maximum number of sessions of one-minute bars in one request"
    )
    start_timeout: float = Field(180.0, gt=0, description="Maximum seconds until each part of `g4qc up` answers")
    lock_patience: float = Field(
        120.0, gt=0, description="Seconds that a change of the schema waits for a lock of another session"
    )
    retry_delay: float = Field(
        5.0,
        ge=0,
        description="Seconds before the first retry of a step that failed temporarily; each later pause is three times "
        "as long",
    )
    symbols: str = Field(
        "", description="Instruments of the graph, separated by commas; unset: ES, NQ, EC and those of your own file"
    )
    instruments: Path | None = Field(
        None, description="File with your own instruments; unset: instruments.toml under home, if it exists"
    )
    calendars: Path | None = Field(
        None, description="File in the form of calendars.toml that adds to the session calendars or replaces them"
    )
    rolls: Path | None = Field(None, description="File with your own rolls, which override every rule")
    open_interest: Path | None = Field(
        None,
        description="Folder with open interest by session, SYMBOL.csv each, for the roll rule open_interest",
    )
    sources: Path | None = Field(
        None, description="File with your own profiles of vendors' files; unset: those that come with G4QC"
    )
    import_folder: Path | None = Field(
        None, description="Folder with the files that clients of the API may import; unset: they may import none"
    )
    source_tolerance: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Share of a session's minutes that two sources of the same bars may differ in, or that one may "
        "lack, before the check sources_agree fails",
    )
    backtests: Path | None = Field(
        None, description="File with your own backtest specs; unset: those that come with G4QC"
    )
    searches: Path | None = Field(None, description="File with your own search specs; unset: those that come with G4QC")
    portfolios: Path | None = Field(
        None, description="File with your own portfolio specs; unset: those that come with G4QC"
    )
    walk_forwards: Path | None = Field(
        None, description="File with your own walk-forward specs; unset: those that come with G4QC"
    )
    trading: Path | None = Field(
        None, description="File with the specs and limits of paper trading; unset: the one that comes with G4QC"
    )
    strategies: Path | None = Field(
        None, description="Folder with your own strategies, a file each; unset: strategies under home"
    )
    backup_target: str | None = Field(
        None,
        description="Folder or URL (s3://bucket/folder) of backups, to which the schedule adds one each night; unset: "
        "only by hand, to backups under home",
    )
    report_target: str | None = Field(
        None,
        description="Folder or URL (s3://bucket/folder) of the HTML reports, which all machines reach; unset: reports "
        "under home",
    )
    backup_keep_daily: int = Field(7, ge=1, description="Days of which the newest backup stays")
    backup_keep_weekly: int = Field(4, ge=0, description="Weeks of which the newest backup stays")
    run_keep_days: int = Field(
        90,
        ge=30,
        description="Days after which a run that ended is pruned from Dagster's database, with its events; the newest "
        "materializations of each asset, what they were made from, and their runs stay",
    )
    log_keep_megabytes: int = Field(
        50, ge=1, description="Megabytes of which the end stays in each log under home when old runs are pruned"
    )
    first_month: str = Field(
        "2024-01",
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="First month that schedules and sensors fetch by themselves; extractions by hand may start earlier",
    )
    dask_scheduler: str | None = Field(
        None,
        pattern=r"^(tcp|tls)://[^\s/]+:\d+$",
        description="Scheduler of a Dask cluster, tcp://host:port, whose workers evaluate the sets of searches and "
        "walk-forward analyses; unset: processes of this machine",
    )
    dask_patience: float = Field(
        60.0,
        gt=0,
        description="Seconds to wait for the Dask scheduler, and for a worker while it has none",
    )
    dagster_port: int = Field(3000, ge=1, le=65535, description="Port of the Dagster web UI")
    dagster_host: str = Field("127.0.0.1", description="Host at which the API finds the Dagster web UI")
    dagster_url: str | None = Field(None, description="Address of the Dagster web UI in a browser; unset: on this host")
    api_port: int = Field(8000, ge=1, le=65535, description="Port of the API and the reports")
    api_url: str | None = Field(
        None, description="Address of the API and the reports in a browser; unset: on this host"
    )
    report_language: Literal["auto", "en", "es"] = Field(
        "auto", description="Language in which a report opens: en, es, or auto for that of the reader's browser"
    )
    api_keys: SecretStr = Field(
        SecretStr(""),
        description="Keys of the API as name:scope:hash, separated by commas; `g4qc api-key create` prints one",
    )
    api_key: SecretStr | None = Field(None, description="Key that the Python client sends, if the server requires one")
    api_without_keys: bool = Field(
        False,
        description="Answer without keys on addresses beyond loopback; only if something else restricts access",
    )
    api_cors_origins: str = Field(
        "", description="Web sites whose pages may use the API, separated by commas; empty: only its own"
    )
    api_trusted_proxies: str = Field(
        "",
        description="Addresses and networks of proxies whose X-Forwarded-For and -Proto are trusted, separated by "
        "commas; empty: none",
    )
    api_rate_limit: int = Field(3000, ge=0, description="Maximum requests a minute from one address; 0: no limit")
    run_start_limit: int = Field(
        600, ge=1, description="Maximum seconds until the process of a run begins; it is started at most twice"
    )
    tick_limit: int = Field(300, ge=30, description="Maximum seconds for one evaluation of a sensor or schedule")
    webhook_limit: float = Field(
        10.0, gt=0, le=30, description="Maximum seconds for one delivery to the webhook, including all tries"
    )
    webhook_url: SecretStr | None = Field(
        None, description="Address to which failed runs and stale feeds are posted as JSON; unset: they are only logged"
    )
    executor: Literal["in_process", "multiprocess", "celery", "k8s"] = Field(
        "in_process",
        description="Where the steps of a run are executed: in its process, in one process each, by workers of a "
        "Celery broker, or in pods of Kubernetes",
    )
    celery_broker: SecretStr | None = Field(
        None, description="Broker of the workers, as redis://host:6379/0, for G4QC_EXECUTOR=celery"
    )
    celery_step_limit: int = Field(
        14_400,
        ge=60,
        description="Seconds after which the broker gives a step to another worker, in case the first one is gone; "
        "more than the longest step takes",
    )
    simulated_seed: int = Field(7, ge=0, description="Seed of the simulated gateway's synthetic market")

    @field_validator(
        *(
            "home",
            "instruments",
            "calendars",
            "rolls",
            "open_interest",
            "sources",
            "import_folder",
            "backtests",
            "strategies",
            "searches",
        ),
        *("portfolios", "walk_forwards", "trading", "database_password_file"),
    )
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().resolve() if path is not None else None

    @field_validator("backup_target")
    @classmethod
    def _absolute_or_url(cls, target: str | None) -> str | None:
        return target if target is None or "://" in target else str(Path(target).expanduser().resolve())

    @model_validator(mode="after")
    def _password_from_file(self) -> Settings:
        if self.database_password_file is None or self.database_url is None:
            return self
        try:
            password = self.database_password_file.read_text("utf-8").strip()
        except OSError as error:
            raise ValueError(f"the password file cannot be read: {error.strerror}") from None
        scheme, _, rest = self.database_url.get_secret_value().partition("://")
        user, at, place = rest.rpartition("@")
        if not at or ":" in user:
            raise ValueError("the database URL needs a user and no password when a password file is set")
        url = SecretStr(f"{scheme}://{user}:{quote(password, safe='')}@{place}")
        object.__setattr__(self, "database_url", url)
        return self

    @property
    def simulated(self) -> bool:
        """True if no gateway is set, so that the simulated one serves synthetic bars."""
        return self.ib_host is None

    @property
    def instruments_file(self) -> Path:
        """Path of the file with the user's instruments, which may not exist yet."""
        return self.instruments or self.home / "instruments.toml"

    @property
    def own_instruments(self) -> Path | None:
        """The file of the user's instruments to read; None if no file is set and the home has none."""
        return self.instruments_file if self.instruments or self.instruments_file.exists() else None

    @property
    def strategies_folder(self) -> Path:
        """Folder of the user's own strategies, which may not exist yet."""
        return self.strategies or self.home / "strategies"

    @property
    def reports_url(self) -> str:
        """Address of the HTML reports in a browser, without a slash at the end."""
        return f"{self.api_link}/reports"

    @property
    def api_link(self) -> str:
        """Address of the API's server in a browser, without a slash at the end."""
        return (self.api_url or f"http://127.0.0.1:{self.api_port}").rstrip("/")

    @property
    def dagster_link(self) -> str:
        """Address of the Dagster web UI in a browser, without a slash at the end."""
        return (self.dagster_url or f"http://127.0.0.1:{self.dagster_port}").rstrip("/")


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this process, and use their calendars and strategies from now on.

    Raises:
        SettingsError: a value is malformed; the text names the variable, or the calendars file and its line.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problem = error.errors()[0]
        name = "G4QC_" + ("_".join(str(part) for part in problem["loc"]) or "database_password_file").upper()
        raise SettingsError(f"The setting {name} is wrong: {problem['msg']}.") from None
    use_calendars(settings.calendars)
    use_strategy_folder(settings.strategies_folder)
    return settings

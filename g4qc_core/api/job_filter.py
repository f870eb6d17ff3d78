"""Which jobs a list shows: by kind, state and words."""

from __future__ import annotations

from dataclasses import dataclass

from g4qc_core.api.job_launcher import Job, JobLauncher, JobState
from g4qc_core.api.languages import spoken

_STEP = 100
_MOST_READ = 1000


@dataclass(frozen=True)
class JobFilter:
    """Criteria of jobs; an empty one excludes no job.

    Attributes:
        kind: kind of the job, or the name of the job in Dagster for a run that the API did not start.
        state: its state.
        find: words; the job's texts contain all of them, in any order.
    """

    kind: str = ""
    state: JobState | None = None
    find: str = ""

    def meets(self, job: Job) -> bool:
        """Return True if the job meets all criteria."""
        if self.state is not None and job.state is not self.state:
            return False
        called = (job.job or job.kind) if job.kind == "run" else job.kind
        if self.kind and called != self.kind:
            return False
        said = (spoken(job.about), job.job, job.kind, job.message, spoken(job.message), job.id)
        text = " ".join(filter(None, said)).casefold()
        return all(word in text for word in self.find.casefold().split())


def filtered_jobs(
    launcher: JobLauncher, wanted: JobFilter, limit: int, before: str | None
) -> tuple[list[Job], str | None]:
    """Return the newest jobs that meet a filter, and the id after which the next ones are looked for; None at the end.

    Few may be returned although more follow: of the jobs that do not meet it, a limited number is read at once.

    Args:
        launcher: of the jobs.
        wanted: the filter.
        limit: most jobs.
        before: id of the job after which to look; None for the newest.
    """
    step = limit if wanted == JobFilter() else _STEP
    found: list[Job] = []
    for _ in range(0, _MOST_READ, step):
        page = launcher.jobs(step, before)
        for job in page:
            before = job.id
            found += [job] if wanted.meets(job) else []
            if len(found) == limit:
                return found, before
        if len(page) < step:
            return found, None
    return found, before

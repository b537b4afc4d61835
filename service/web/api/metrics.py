"""How the service runs, for whoever watches over it: Prometheus' text format, behind a key, with no personal data."""

from collections.abc import Iterator

from litestar import Response, get
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.desk.ports.jobs import JobState
from service.domain.clock import Instant
from service.proof.log_page import log_size
from service.web.deps import TheDesk
from service.web.route_permissions import METRICS_KEY, may


class JobMetrics:
    """The worker's jobs as a collector; instants are UTC milliseconds."""

    def __init__(self, states: dict[str, JobState], now: Instant, log_size: int) -> None:
        self._states, self._now, self._log_size = states, now, log_size

    def collect(self) -> Iterator[Metric]:
        """One sample of each kind for each job."""
        runs = CounterMetricFamily("granska_job_runs", "Runs of a job since set-up.", labels=["job"])
        failures = GaugeMetricFamily("granska_job_failures", "Failures of a job in a row.", labels=["job"])
        lag = GaugeMetricFamily("granska_job_lag_seconds", "By how much a job is late.", labels=["job"])
        worked = GaugeMetricFamily(
            "granska_job_last_success_timestamp_seconds", "When a job last ended well.", labels=["job"]
        )
        for name, state in sorted(self._states.items()):
            runs.add_metric([name], state.runs)
            failures.add_metric([name], state.failures)
            lag.add_metric([name], state.lag(self._now) / 1000)
            if state.worked_at is not None:
                worked.add_metric([name], state.worked_at / 1000)
        yield from (runs, failures, lag, worked)
        yield GaugeMetricFamily("granska_log_entries", "Entries of the event log.", value=self._log_size)


@get("/metrics", opt=may(METRICS_KEY))
async def metrics(desk: TheDesk) -> Response[bytes]:
    """The worker's jobs and the log's size."""
    registry = CollectorRegistry()
    registry.register(JobMetrics(await desk.jobs.states(), desk.outside.now(), await log_size(desk)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


HANDLERS = (metrics,)

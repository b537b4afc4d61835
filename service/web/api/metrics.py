"""How the service runs, for whoever watches over it: Prometheus' text format, behind a key, with no personal data."""

from collections.abc import Iterator

from litestar import Response, get
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.desk.ports.jobs import JobState
from service.domain.clock import Instant
from service.proof.log_page import log_size
from service.web.deps import AnyRequest, TheDesk
from service.web.quotas import Refusals
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


class RefusalMetrics:
    """What each key was refused, as a collector."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def collect(self) -> Iterator[Metric]:
        """One sample for each key and status."""
        refused = CounterMetricFamily(
            "granska_key_refused", "Requests by a key that were refused.", labels=["key", "status"]
        )
        for (key, status), count in sorted(self._refusals.counted.items()):
            refused.add_metric([key, f"{status}"], count)
        yield refused


@get("/metrics", opt=may(METRICS_KEY))
async def metrics(request: AnyRequest, desk: TheDesk) -> Response[bytes]:
    """The worker's jobs, the log's size, and what each key was refused."""
    refusals: Refusals = request.app.state.refusals
    registry = CollectorRegistry()
    registry.register(JobMetrics(await desk.jobs.states(), desk.outside.now(), await log_size(desk)))
    registry.register(RefusalMetrics(refusals))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


HANDLERS = (metrics,)

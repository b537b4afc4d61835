"""schemathesis against the running service: what the description says is what the service does."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.servers import Service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def test_no_input_is_a_server_error_and_every_answer_is_as_described(lite: Service) -> None:
    headers = {"Authorization": f"Bearer {lite.key}"}
    schema = schemathesis.openapi.from_url(f"{lite.url}/api/v1/openapi.json", headers=headers)
    tried = []

    for operation in schema.get_all_operations():
        ok = operation.ok()

        @settings(
            max_examples=60,
            deadline=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @schemathesis_given(ok)
        def run(case: schemathesis.Case) -> None:
            tried.append(case.operation.label)
            case.call_and_validate(headers=headers, checks=CHECKS)

        run()

    assert len(tried) >= 60
    assert lite.run("log", "verify").returncode == 0


def schemathesis_given(operation):  # type: ignore[no-untyped-def]
    """Hypothesis over the operation's cases, right and wrong ones."""
    from hypothesis import given
    from schemathesis import GenerationMode

    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    return given(case=right | wrong)

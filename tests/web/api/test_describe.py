"""schemathesis against the running service: what the description says is what the service does."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.casework.views.steps import STEPS
from tests.builders import a_grant_document, association
from tests.servers import Browserlike, Service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STEP = "/cases/{case_id}/steps/"


def description(service: Service) -> Any:
    headers = {"Authorization": f"Bearer {service.key}"}
    return schemathesis.openapi.from_url(f"{service.url}/api/v1/openapi.json", headers=headers)


def tried_out(operation: Any, examples: int, call: Callable[[Any], object]) -> int:
    """Call an operation with right and wrong input; how often."""
    calls = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    )
    def run(case: Any) -> None:
        calls.append(case)
        call(case)

    run()
    return len(calls)


def test_no_input_is_a_server_error_and_every_answer_is_as_described(lite: Service) -> None:
    headers = {"Authorization": f"Bearer {lite.key}"}
    operations = [operation.ok() for operation in description(lite).get_all_operations()]
    api = [operation for operation in operations if not operation.path.startswith(STEP)]

    calls = [
        tried_out(operation, 60, lambda case: case.call_and_validate(headers=headers, checks=CHECKS))
        for operation in api
    ]

    assert {operation.path for operation in api} >= {
        "/api/v1/applications",
        "/match/{dataset}",
        "/cases/{number}/match/{dataset}",
    }
    assert sum(calls) >= 60 * len(api) // 2
    assert lite.run("log", "verify").returncode == 0


@pytest.fixture
def officer(lite: Service) -> Browserlike:
    return lite.signed_in("alva")


def test_no_step_is_a_server_error_whatever_is_sent_to_it(lite: Service, officer: Browserlike) -> None:
    with lite.api() as api:
        document = a_grant_document(organisation=association("Alla Stegs Förening"))
        case_id = api.post("/api/v1/applications", json=document).json()["id"]
    lite.screened(case_id)
    assert officer.act(case_id, "take").status_code == 303
    headers, cookies = {"x-csrftoken": officer.token()}, dict(officer.client.cookies)
    operations = [operation.ok() for operation in description(lite).get_all_operations()]
    steps = [operation for operation in operations if operation.path.startswith(STEP)]

    def call(case: Any) -> None:
        case.path_parameters["case_id"] = case_id
        if isinstance(case.body, dict) and "version" in case.body:
            case.body["version"] = int(officer.version(case_id))
        case.call_and_validate(headers=headers, cookies=cookies, checks=CHECKS)

    calls = [tried_out(operation, 8, call) for operation in steps if not operation.path.endswith("/conflict")]

    assert len(steps) == len(STEPS)
    assert sum(calls) >= 4 * len(steps)
    assert lite.run("log", "verify").returncode == 0

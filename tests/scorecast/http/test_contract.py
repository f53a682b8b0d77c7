"""Schemathesis: requests made up from the OpenAPI document get answers that the document tells of, and never a 5xx."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS

EXAMPLES = 8
"""Of each operation: some ten seconds of work for all of them."""

HELD = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


def test_every_operation_answers_what_the_document_says(alone) -> None:
    schema = schemathesis.openapi.from_url(f"{alone.base_url}/v1/openapi.json")
    checks = [CHECKS.get_one(name) for name in HELD]
    faults: dict[str, str] = {}
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        )
        @given(case=operation.as_strategy())
        def answered(case) -> None:
            case.call_and_validate(checks=checks, timeout=60)

        try:
            answered()
        except* Exception as group:  # noqa: BLE001 - all operations are told of, not the first only
            faults[operation.label] = "\n".join(str(error) for error in group.exceptions)[:1500]
    assert not faults, "\n\n".join(f"{label}: {fault}" for label, fault in faults.items())

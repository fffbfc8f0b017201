"""What the API's description promises is so (P5): schemathesis asks every operation, by the rules and against them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.figures import note
from tests.people import Person
from tests.server_process import ServerProcess

Case: TypeAlias = "schemathesis.Case[Any]"

EACH = 22
"""Cases of each operation, each way, and each kind of room."""

ACCEPTED = ["2xx", "401", "403", "404", "409", "413", "422"]
"""What may come of fields that fit the schema, which can't say what letters names and texts are made of: never 400."""


@pytest.fixture
def ann(server: ServerProcess) -> Iterator[Person]:
    with Person(server.url) as ann:
        yield ann


@pytest.mark.timeout(300)
def test_p5_a_thousand_cases_by_the_description_and_against_it_show_no_contradiction(
    server: ServerProcess, ann: Person
) -> None:
    described = httpx2.get(f"{server.url}/api/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    schema.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    login, asked = {"Authorization": f"Bearer {ann.token}"}, Counter[str]()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode in GenerationMode:
            for known in (True, False):
                if known and ("{code}" not in operation.path or operation.path.endswith("/stream")):
                    continue  # a stream that begins has no end
                if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation, known):
                    continue
                tidy = _as_the_text_says if mode is GenerationMode.POSITIVE else _at_once
                where: dict[str, Any] = {"path_parameters": {"code": ann.create_room()}} if known else {}

                @settings(
                    max_examples=EACH,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(mode, **where).map(tidy))
                def ask(case: Case) -> None:
                    asked[f"{case.method} {case.path}"] += 1
                    case.call_and_validate(base_url=server.url, headers=login)

                ask()
    assert len(asked) == sum(len(operations) for operations in described["paths"].values()), "every operation is asked"
    note("cases", f"{asked.total():,} of {len(asked)} operations")
    assert asked.total() >= 1_000


def _at_once(case: Case) -> Case:
    """Have a question answered without waiting for news."""
    if isinstance(case.query.get("wait"), int):
        case.query["wait"] = min(case.query["wait"], 0)
    return case


def _as_the_text_says(case: Case) -> Case:
    """Keep to what docs/api.md says and a schema can't: what goes together, and that whole numbers have no fraction."""
    if "before" in case.query:
        case.query.pop("after", None)
    if isinstance(case.body, dict):
        if "Idempotency-Key" in (case.headers or {}):
            case.body.pop("client_message_id", None)
        for name, value in case.body.items():
            case.body[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    return _at_once(case)


def _can_be_wrong(operation: Any, known: bool) -> bool:
    """Tell whether there is anything in such a request that the description could forbid."""
    parameters = [*operation.query, *operation.headers, *([] if known else operation.path_parameters)]
    return bool(parameters or operation.body)

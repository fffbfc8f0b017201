"""What the API's description promises is so (P5): schemathesis asks every operation, by the rules and against them."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
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

REFUSED = ["400", "401", "403", "404", "405", "409", "413", "422"]
"""What may come of fields that don't fit it."""

ENDLESS = "GET /api/v1/rooms/{code}/stream"
"""What isn't asked for a room that is there, since a stream that begins has no end."""

A_ROOM = "ROOM"
"""Stands for the code of a room that is made for each case, since the last case may have deleted its own."""


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
    schema.config.checks.negative_data_rejection.expected_statuses = REFUSED
    login, asked, done = {"Authorization": f"Bearer {ann.token}"}, Counter[str](), set[str]()
    for cases in _ways_to_ask(schema):

        @settings(
            max_examples=EACH,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def ask(case: Case) -> None:
            if case.path_parameters.get("code") == A_ROOM:
                case.path_parameters["code"] = ann.create_room()
            asked[name := f"{case.method} {case.path}"] += 1
            if case.call_and_validate(base_url=server.url, headers=login).status_code < 300:
                done.add(name)

        ask()
    assert len(asked) == sum(len(operations) for operations in described["paths"].values()), "every operation is asked"
    assert done == asked.keys() - {ENDLESS}, "every operation is carried out"
    note("cases", f"{asked.total():,} of {len(asked)} operations")
    assert asked.total() >= 1_000


def _ways_to_ask(schema: Any) -> Iterator[SearchStrategy[Case]]:
    """Give the cases of each operation, by the description and against it, for a room that is there and for any."""
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        for mode, known in itertools.product(GenerationMode, (True, False)):
            if known and ("{code}" not in operation.path or ENDLESS.endswith(operation.path)):
                continue
            if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation, known):
                continue
            tidy = _as_the_text_says if mode is GenerationMode.POSITIVE else _at_once
            where: dict[str, Any] = {"path_parameters": {"code": A_ROOM}} if known else {}
            yield operation.as_strategy(mode, **where).map(tidy)


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

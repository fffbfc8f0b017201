"""Retries are safe (R10): the same message sent a hundred times at once is one message and a hundred equal answers."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.people import Person
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

TIMES = 100
ONCE = {"text": "just once", "client_message_id": "the same id"}


async def test_r10_a_hundred_retries_at_once_are_one_message_with_one_answer(start: Start) -> None:
    server = start(throttle="off")
    with Person(server.url) as ann:
        code = ann.create_room()
        ann.send(code, "before")
        answers = await send_at_once(ann, code, ONCE)
        assert answers == [answers[0]] * TIMES
        assert ann.texts(code) == ["before", "just once"]
        assert [event["seq"] for event in ann.events(code)["events"]] == [1, 2, 3, 4]
        assert (answers[0]["seq"], answers[0]["number"]) == (4, 2)


@pytest.mark.parametrize("end", [ServerProcess.stop, ServerProcess.kill])
async def test_r10_a_retry_after_a_restart_gets_the_first_answer(
    start: Start, end: Callable[[ServerProcess], Any]
) -> None:
    server = start(throttle="off")
    with Person(server.url) as ann:
        code = ann.create_room()
        first = ann.send(code, **ONCE)
        ann.send(code, "after")
        end(server)
        ann.http.base_url = f"{start(throttle='off').url}/api/v1"
        assert await send_at_once(ann, code, ONCE) == [first] * TIMES
        assert ann.texts(code) == ["just once", "after"]


async def test_r10_one_id_is_another_message_for_another_person_or_room_but_not_with_another_text(start: Start) -> None:
    server = start(throttle="off")
    with Person(server.url) as ann, Person(server.url, "Bob") as bob:
        code, other = ann.create_room(), ann.create_room()
        bob.join(code)
        for person, room in ((ann, code), (bob, code), (ann, other)):
            person.send(room, **ONCE)
        assert ann.texts(code) == ["just once", "just once"]
        assert ann.texts(other) == ["just once"]
        refusal = ann.refused("POST", f"/rooms/{code}/messages", json=ONCE | {"text": "something else"})
        assert (refusal["status"], refusal["code"]) == (409, "client_message_id_reused")
        assert ann.texts(code) == ["just once", "just once"]


async def send_at_once(person: Person, code: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    """Send the same message a hundred times, each over a connection of its own."""
    limits = httpx2.Limits(max_connections=TIMES, max_keepalive_connections=0)
    headers = {"Authorization": f"Bearer {person.token}"}
    async with httpx2.AsyncClient(base_url=person.http.base_url, limits=limits, headers=headers, timeout=60) as client:
        path = f"/rooms/{code}/messages"
        answers = await asyncio.gather(*(client.post(path, json=fields) for _ in range(TIMES)))
    assert {answer.status_code for answer in answers} == {201}
    return [answer.json() for answer in answers]

"""Each of these tests fails at a server that has the hole which it looks for."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hubbub.gateways.http.routes import ROUTES
from tests.people import Person
from tests.reliability import leftovers, test_leaks
from tests.security import (
    assault,
    test_answer_times,
    test_copies,
    test_malformed,
    test_openapi,
    test_other_sites,
    test_unknown_fields,
)
from tests.security.assault import Assault, text_frame
from tests.security.faulty import FAULTS
from tests.security.mutations import Mutations
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

by_route = test_unknown_fields.test_s16_a_field_that_a_route_does_not_have_is_refused_by_name_and_changes_nothing
by_command = test_unknown_fields.test_s16_a_field_that_a_command_does_not_have_is_refused_by_name_and_changes_nothing
by_description = test_openapi.test_p5_a_thousand_cases_by_the_description_and_against_it_show_no_contradiction
over_http = test_answer_times.test_s8_a_private_room_and_none_are_answered_in_the_same_time
at_the_live_door = test_answer_times.test_s8_a_private_room_and_none_are_refused_in_the_same_time_at_the_live_door

Faulty = Callable[..., ServerProcess]


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    """Start a server with a fault; it is killed at the end, since it needn't end well."""
    servers: list[ServerProcess] = []

    def faulty(fault: str, **settings: str) -> ServerProcess:
        assert fault in FAULTS
        settings = {"throttle": "off", "FAULT": fault} | settings
        servers.append(ServerProcess(tmp_path / "data", module="tests.security.faulty", **settings))
        return servers[-1]

    yield faulty
    for server in servers:
        server.kill()


async def test_silence_after_malformed_input_is_noticed(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    server = faulty("silent")
    with Person(server.url) as eve:
        eves = Assault(server, eve.token)
        await eves.by_websocket(text_frame('421["who_am_i"]'))
        assert (eves.outcomes, eves.refused) == ({"websocket: goes on": 1}, {"websocket": 0})
        monkeypatch.setattr(assault, "LIMIT", 5.0)
        with pytest.raises(TimeoutError):
            await eves.by_websocket(text_frame("rubbish"))


async def test_a_failure_of_ours_over_malformed_input_is_noticed(faulty: Faulty) -> None:
    server = faulty("unchecked")
    with Person(server.url) as eve, pytest.raises(AssertionError, match='"internal"'):
        await Assault(server, eve.token).by_command(Mutations(test_malformed.SEED, eve.create_room()), 100)


async def test_a_refusal_in_another_form_is_noticed(faulty: Faulty) -> None:
    server = faulty("wordy")
    with Person(server.url) as eve, pytest.raises(AssertionError, match="status=404"):
        await Assault(server, eve.token).by_request(b"GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n")


def test_a_server_that_is_open_to_other_sites_is_noticed(faulty: Faulty) -> None:
    server = faulty("open_to_all")
    headers = {"Origin": "https://evil.example"}
    with test_other_sites.victim_at(server) as victim:
        with pytest.raises(AssertionError, match=r"assert 400 in \{403\}"):
            test_other_sites.test_s7_no_write_from_another_site_is_accepted_with_a_cookie_or_without(victim, headers)
        with pytest.raises(AssertionError, match="assert 101 == 403"):
            test_other_sites.test_s7_no_page_of_another_site_gets_through_the_live_door(server, victim, headers, True)
        with pytest.raises(AssertionError, match="access-control-allow-origin"):
            test_other_sites.test_s7_no_page_of_another_site_may_read_what_a_cookie_opens(victim, headers)


def test_a_server_that_refuses_everything_is_noticed(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_openapi, "EACH", 1)
    server = faulty("refusing")
    with Person(server.url) as ann, pytest.raises(AssertionError, match="every operation is carried out"):
        by_description(server, ann)


async def test_a_room_that_takes_longer_to_be_denied_is_noticed(
    faulty: Faulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_answer_times, "TRIES", 30)
    server = faulty("slow_for_what_is_there")
    for test in (over_http, at_the_live_door):
        with pytest.raises(AssertionError, match=r"\[0\.0[1-9]"):
            await test(server)


async def test_a_field_that_is_passed_over_is_noticed(faulty: Faulty) -> None:
    server = faulty("lenient")
    with Person(server.url) as ann:
        route = next(row for row in ROUTES if row.fields in test_unknown_fields.BODIES)
        with pytest.raises(AssertionError, match="was not refused"):
            by_route(ann, route)
        with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
            await by_command(ann, server, "who_am_i")


async def test_answers_that_are_crossed_are_noticed(faulty: Faulty) -> None:
    with pytest.raises(AssertionError, match=r"^\('(Ann|Bob)', |not_a_member|room_not_found"):
        await test_copies.interleave(faulty("crossed"), 1_000)


async def test_an_answer_that_may_be_kept_is_noticed(faulty: Faulty) -> None:
    with pytest.raises(AssertionError, match="max-age"):
        await test_copies.test_s20_nobody_may_keep_a_copy_of_any_answer_but_the_files(faulty("kept"), "nothing")


async def test_a_file_that_is_left_open_is_noticed(faulty: Faulty, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Counter[str]] = []

    def look(server: ServerProcess) -> Counter[str]:
        seen.append(left_open(server))
        return seen[-1]

    def start(**settings: str) -> ServerProcess:
        return faulty("leaky", **settings)

    left_open = leftovers.left_open
    monkeypatch.setattr(leftovers, "left_open", look)
    with pytest.raises(AssertionError, match="did not happen"):
        await asyncio.to_thread(test_leaks.come_and_go, start, 22)
    before, after = seen[0], seen[-1]
    assert after["/dev/null"] > before["/dev/null"]

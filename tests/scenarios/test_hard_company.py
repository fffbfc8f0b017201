"""Hard company: slow readers, silent ones, noise; whoever else is in the room hears all of it and nothing else."""

import asyncio
import json
import os
from collections.abc import Callable

import pytest
from websockets.asyncio.client import ClientConnection

from hubbub.gateways.http.routes import PREFIX
from hubbub.hub import ring
from tests.e2e.hostile.raw_client import measure
from tests.live_client import patience
from tests.scenarios.connection import OverWebSocket
from tests.scenarios.guest import Guest
from tests.scenarios.http import OverHttp
from tests.scenarios.party import Party
from tests.scenarios.polling import OverPolling
from tests.server_process import ServerProcess
from tests.waiting import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]

LONG, MANY = 10_000, 800
"""Characters of a message, and messages: more than the buffers on the way to a reader hold."""


async def test_one_who_reads_slowly_among_fast_ones_misses_nothing_and_holds_nobody_up(party: Party) -> None:
    ann, bob, cid, slow = await party.come("Ann", "Bob", "Cid", "Slow")
    code = await ann.opens_a_room()
    for guest in (bob, cid, slow):
        await guest.joins(code)
    stops_reading(slow)
    texts = [f"{number} ".ljust(LONG, "x") for number in range(MANY)]
    await ann.pours(code, *texts)
    for guest in (ann, bob, cid):
        await guest.has_heard(code, 5 + MANY)
    assert slow.at(code) < 5 + MANY, "need somebody who is behind for this test to mean anything"
    await reads_on_or_comes_back(party, slow, code)
    await party.settles()
    assert bob.texts(code) == cid.texts(code) == slow.texts(code) == texts


async def test_who_reads_nothing_at_all_is_let_go_and_resumes_with_the_rest(
    start: Callable[..., ServerProcess],
) -> None:
    server = await asyncio.to_thread(start, throttle="off")
    async with Party(server) as party:
        ann, slow = await party.come("Ann", "Slow")
        code = await ann.opens_a_room()
        await slow.joins(code)
        stops_reading(slow)
        texts = [f"{number} ".ljust(LONG, "x") for number in range(MANY)]
        await ann.pours(code, *texts)
        await asyncio.to_thread(eventually, lambda: measure(server)["hubbub_live_sockets"] == 1)
        party.vanishes(slow)
        await party.comes_back(slow)
        missing = ann.at(code) - slow.at(code)
        assert sum(await slow.resumes(code)) == missing > 0
        await party.settles()
        assert slow.texts(code) == texts


async def test_a_room_that_outruns_its_memory_is_read_from_the_log_by_every_kind_of_reader(party: Party) -> None:
    ann = await party.comes("Ann")
    readers = [await party.comes(f"Reader {way}", by=way) for way in ("websocket", "polling", "stream", "long-poll")]
    code = await ann.opens_a_room()
    for reader in readers:
        await reader.joins(code)
    said = 4 * ring.MOST_EVENTS
    await ann.pours(code, *map(str, range(said)))
    await party.settles()
    for reader in readers:
        assert reader.texts(code) == ann.texts(code)
        assert reader.tally(code)["message_sent"] == said


async def test_who_stops_answering_is_noticed_by_the_heartbeat_and_the_others_are_not(
    start: Callable[..., ServerProcess],
) -> None:
    server = await asyncio.to_thread(start, throttle="off", ping_interval="200", ping_timeout="5000")
    async with Party(server) as party:
        ann, bob = await party.comes("Ann", by="polling"), await party.comes("Bob")
        silent = await party.comes("Silent")
        code = await ann.opens_a_room()
        for guest in (bob, silent):
            await guest.joins(code)
        line = web_socket_of(silent)
        line.send = answers_nothing  # type: ignore[assignment,method-assign]
        async with patience():
            await line.wait_closed()
        assert (line.close_code, line.close_reason) == (1001, "heartbeat")
        await silent.goes()
        await ann.says(code, "without him")
        await party.comes_back(silent)
        assert await silent.resumes(code) == [1]
        await party.settles()
        assert bob.texts(code) == silent.texts(code) == ["without him"]


NOISE: dict[str, str | bytes] = {
    "bytes of no packet": os.urandom(500),
    "an empty frame": b"",
    "an attachment too many": '452-["send_message",{"_placeholder":true,"num":0}]',
    "half a packet": '42["send_message",{"code":',
    "no packet at all": "\x00\x01\x02",
    "an array of arrays": "42" + "[" * 5_000,
    "a number for a name": "42[7]",
    "an ack that is no number": '42x["typing"]',
}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
async def test_noise_closes_the_connection_that_makes_it_and_is_heard_by_nobody(
    party: Party, noise: str | bytes
) -> None:
    ann, bob, eve = await party.come("Ann", "Bob", "Eve")
    code = await ann.opens_a_room()
    for guest in (bob, eve):
        await guest.joins(code)
    before = party.database.size()
    line = web_socket_of(eve)
    await line.send(noise)
    if isinstance(noise, str) and noise.startswith("45"):
        await line.send("no attachment")
    async with patience():
        await line.wait_closed()
    assert (line.close_code, bool(line.close_reason)) == (1002, True)
    assert party.database.size() == before
    await eve.goes()
    await ann.says(code, "as if nothing had happened")
    await party.comes_back(eve)
    assert await eve.resumes(code) == [1]
    await party.settles()
    assert bob.tally(code) == {"member_joined": 1, "message_sent": 1}


async def test_bytes_where_text_belongs_are_refused_and_the_connection_goes_on(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    line = web_socket_of(bob)
    for number in range(50):
        command = ["send_message", {"code": code, "text": {"_placeholder": True, "num": 0}}]
        await line.send("451-" + json.dumps(command))
        await line.send(os.urandom(number))
    refused = await bob.hears("refused", times=50)
    assert {(each["command"], each["error"]["code"]) for each in refused} == {("send_message", "bad_request")}
    assert await bob.says(code, "words") == [4]
    await party.settles()
    assert ann.texts(code) == ["words"]


async def test_noise_in_a_post_is_answered_400_or_by_the_error_table(party: Party) -> None:
    ann, eve, eva = await party.comes("Ann"), await party.comes("Eve", by="stream"), await party.comes("Eva", "polling")
    code = await ann.opens_a_room()
    for guest in (eve, eva):
        await guest.joins(code)
    assert isinstance(eve.connection, OverHttp)
    assert isinstance(eva.connection, OverPolling)
    path, noise = f"{PREFIX}/rooms/{code}/messages", b"\xff\xfe" + os.urandom(1_000)
    for kind, error in (("application/json", "bad_request"), ("text/plain", "text_invalid")):
        answer = await eve.connection.http.post(path, content=noise, headers={"Content-Type": kind})
        assert answer.json()["error"]["code"] == error
    await ann.says(code, "between")
    await eva.has_heard(code, 5)
    answer = await eva.connection.http.post("/socket.io/", content=noise)
    assert (answer.status_code, answer.json()) == (400, {"code": 3, "message": "Bad request"})
    party.vanishes(eva)
    await party.comes_back(eva, by="polling")
    assert await eva.resumes(code) == [0]
    await party.settles()
    assert ann.tally(code) == {"member_joined": 2, "message_sent": 1}


# What these stories have in common


def web_socket_of(guest: Guest) -> ClientConnection:
    """Return somebody's WebSocket."""
    assert isinstance(guest.connection, OverWebSocket)
    return guest.connection.client.socket


def stops_reading(guest: Guest) -> None:
    """Let the bytes lie."""
    web_socket_of(guest).transport.pause_reading()


async def answers_nothing(message: object) -> None:
    """Take the place of `send`."""


async def reads_on_or_comes_back(party: Party, guest: Guest, code: str) -> None:
    """Read again; who was let go meanwhile, on a machine that is busy, comes back."""
    last_seq = party.database.last_seq(code) or 0
    web_socket_of(guest).transport.resume_reading()
    hearing = asyncio.ensure_future(guest.has_heard(code, last_seq))
    assert isinstance(guest.connection, OverWebSocket)
    await asyncio.wait({hearing, guest.connection.client.closing}, return_when=asyncio.FIRST_COMPLETED)
    if not hearing.done():
        hearing.cancel()
        await guest.goes()
        await party.comes_back(guest)
        await guest.resumes(code)

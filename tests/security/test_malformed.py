"""Malformed input (S5): thousands at every door; each is answered or its connection closed, and nobody else notices."""

# The short form sends 4,000; the long one a million mutated frames, and has each codec looked for holes by atheris.

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.hostile.neighbour import Neighbour
from tests.figures import note
from tests.people import Person
from tests.security.assault import Assault, text_frame
from tests.security.mutations import CANARY, Mutations, nasty_messages
from tests.server_process import ROOT, ServerProcess, environment

HOLDS = ("hubbub.protocol.malformed",)

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]
Doing = Callable[[], Awaitable[object]]

EACH = 800
"""Inputs of each kind in the short form; there are five kinds."""

AT_ONCE = 60
MANY_AT_ONCE = 500
"""In the long form: most of it is waiting for the heartbeat that closes half a frame."""

MOST_LINES = 10
"""Lines of the log that tell of no event in a room, however much comes."""

SEED = 20261121
MILLION = 1_000_000
ROUNDS = 5
MINUTES = float(os.environ.get("FUZZ_MINUTES", "10"))
CODECS = ("engineio", "socketio", "json")


@pytest.fixture
def patient_of_nobody(start: Start) -> ServerProcess:
    """A server that soon lets go of who is silent."""
    return start(throttle="off", ping_interval="4000", ping_timeout="4000")


@contextmanager
def a_room(server: ServerProcess) -> Iterator[tuple[Person, Person, str]]:
    """Have an owner and a member in a room; what the member does by mistake can't end it."""
    with Person(server.url) as ann, Person(server.url, "Eve") as eve:
        code = ann.create_room()
        eve.join(code)
        yield ann, eve, code


async def test_s5_four_thousand_malformed_inputs_are_each_answered_or_closed(patient_of_nobody: ServerProcess) -> None:
    server = patient_of_nobody
    with a_room(server) as (ann, eve, code), Neighbour(server) as neighbour:
        mutations, assault = Mutations(SEED, code), Assault(server, eve.token)
        inputs = [*map(text_frame, nasty_messages()), *(mutations.frame() for _ in range(EACH))][:EACH]
        doings: list[Doing] = [partial(assault.by_websocket, each) for each in inputs]
        doings += [partial(assault.by_polling, mutations.payload()) for _ in range(EACH)]
        doings += [partial(assault.by_request, mutations.request(eve.token)) for _ in range(EACH)]
        doings += [partial(assault.by_body, *(mutations.body() for _ in range(20))) for _ in range(EACH // 20)]
        doings += [partial(assault.by_command, Mutations(SEED + number, code), EACH // 4) for number in range(4)]
        await _at_once(doings)
        neighbour.goes_on()
        assert assault.outcomes.total() == 5 * EACH
        assert {"websocket: goes on", "websocket: closed with 1002", "polling: 400"} <= assault.outcomes.keys()
        assert assault.outcomes["command: message_not_found"], "need commands that reach a room"
        _check_meaning(assault, ann, code)
    assert server.stop() == 0
    _check_log(server.log)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_s5_a_million_mutated_frames_are_each_answered_or_closed(patient_of_nobody: ServerProcess) -> None:
    """Three of four are commands with wrong fields, which leave their connection open; the rest may close it."""
    server = patient_of_nobody
    with a_room(server) as (ann, eve, code), Neighbour(server) as neighbour:
        assault, mutations = Assault(server, eve.token), Mutations(SEED, code)

        for seed in range(ROUNDS):
            inputs = [mutations.frame() for _ in range(MILLION // 4 // ROUNDS)]
            commands = MILLION * 3 // 4 // ROUNDS // 8
            doings: list[Doing] = [partial(_by_websockets, assault, inputs) for _ in range(MANY_AT_ONCE)]
            doings += [partial(assault.by_command, Mutations(seed * 10 + each, code), commands) for each in range(8)]
            await _at_once(doings, len(doings))
            neighbour.goes_on()
        assert assault.outcomes.total() >= MILLION
        _check_meaning(assault, ann, code)
    assert server.stop() == 0
    _check_log(server.log)


async def test_s5_who_errs_again_and_again_writes_no_log(patient_of_nobody: ServerProcess) -> None:
    server = patient_of_nobody
    before = len(server.log.splitlines())
    with Person(server.url) as eve:
        assault = Assault(server, eve.token)
        await assault.by_command(Mutations(SEED, eve.create_room()), 2_000)
        await _at_once([partial(assault.by_websocket, b"\xff" * 20)] * 100)
    assert server.stop() == 0
    assert len(_of_trouble(server.log)) - before <= 2


@pytest.mark.long
@pytest.mark.timeout(int(MINUTES * 60) + 300)
def test_s5_atheris_finds_no_bytes_at_which_a_codec_raises_anything_but_its_protocols_error(tmp_path: Path) -> None:
    """`FUZZ_MINUTES` says how long, ten if it says nothing; atheris is in the dependency group `fuzz`."""
    with ExitStack() as stack:
        running = []
        for codec in CODECS:
            (tmp_path / codec).mkdir()
            log = stack.enter_context((tmp_path / f"{codec}.log").open("w"))
            seconds, corpus = str(int(MINUTES * 60)), str(tmp_path / codec)
            command = [sys.executable, "-m", "tests.security.fuzz", codec, seconds, corpus]
            running.append(subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=log, stderr=log))
        codes = [each.wait() for each in running]
    logs = {codec: (tmp_path / f"{codec}.log").read_text() for codec in CODECS}
    for codec, log_text in logs.items():
        done = re.search(r"Done (\d+) runs", log_text)
        note(codec, f"{int(done[1]):,} inputs in {MINUTES:g} minutes" if done else "broken off")
    assert codes == [0] * len(CODECS), logs
    assert all("Done " in log_text for log_text in logs.values()), logs


async def _by_websockets(assault: Assault, inputs: list[bytes]) -> None:
    """Take frames from what is left until nothing is; those that a connection didn't live to send are put back."""
    while inputs:
        mine = [inputs.pop() for _ in range(min(5, len(inputs)))]
        inputs += mine[await assault.by_websocket(*mine) :]


async def _at_once(doings: list[Doing], at_once: int = AT_ONCE) -> None:
    """Do all of it, some at a time."""
    places = asyncio.Semaphore(at_once)

    async def one(doing: Doing) -> None:
        async with places:
            await doing()

    async with asyncio.TaskGroup() as group:
        for each in doings:
            group.create_task(one(each))


def _check_meaning(assault: Assault, owner: Person, code: str) -> None:
    """See that it was malformed for the most part, and that what wasn't has reached the room; note the figures."""
    inputs, refused = assault.outcomes.total(), assault.refused
    note("inputs", f"{inputs:,} over {assault.connections:,} connections")
    note("of them refused or closed", f"{refused.total():,}")
    print(assault.outcomes, refused)
    assert min(refused.values()) > inputs // 10, "need malformed input of every kind"
    assert CANARY in owner.texts(code), "need a room that is reached for this test to mean anything"


def _check_log(log: str) -> None:
    assert "Traceback" not in log
    assert CANARY not in log
    assert len(_of_trouble(log)) <= MOST_LINES, "anybody could fill the disk"


def _of_trouble(log: str) -> list[str]:
    """Return the lines that tell of no event in a room."""
    return [line for line in log.splitlines() if "seq" not in json.loads(line)]

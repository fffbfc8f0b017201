"""The crash test (R1): whatever was acknowledged is there after `kill -9`, once, in order, and where the ack said."""

import random
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event
from typing import Any

import httpx2
import pytest

from tests.people import Person
from tests.server_process import STOP_WITHIN, ServerProcess, free_port

WRITERS = 3


def test_r1_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_ten_times(tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    sent, events = torment(tmp_path / "data", kills=10, seed=seed)
    assert len(sent.acked) > 50, "need acknowledged messages for this test to mean anything"
    assert faults(sent, events) == []


@pytest.mark.long
@pytest.mark.timeout(600)
def test_r1_nothing_of_ten_thousand_is_lost_or_doubled_when_the_server_is_killed_twenty_times(tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    sent, events = torment(tmp_path / "data", kills=20, seed=seed, apart=(400, 600))
    assert len(sent.acked) > 8_000, "need acknowledged messages for this test to mean anything"
    assert faults(sent, events) == []


def test_r1_an_ack_before_the_commit_is_noticed(tmp_path: Path) -> None:
    sent, events = torment(tmp_path / "data", kills=3, seed=1, module="tests.e2e.ack_too_early")
    assert any("is lost" in fault for fault in faults(sent, events))


@dataclass
class Sent:
    """What the writers sent, in order, and where it was acknowledged to be: by author and client_message_id."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    acked: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    more: Condition = field(default_factory=Condition)

    def ack(self, key: tuple[str, str], place: tuple[int, int]) -> None:
        with self.more:
            self.acked[key] = place
            self.more.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until so many more are acknowledged."""
        with self.more:
            count += len(self.acked)
            assert self.more.wait_for(lambda: len(self.acked) >= count, STOP_WITHIN), "the writers stand still"


def torment(
    data: Path, kills: int, seed: int, apart: tuple[int, int] = (5, 50), module: str = "hubbub"
) -> tuple[Sent, list[dict[str, Any]]]:
    """Kill a server again and again while people write; return what they sent, and the log in the end.

    The kills come by chance, so many acks `apart`.
    """
    chance, port, sent = random.Random(seed), str(free_port()), Sent()
    up, stop = Event(), Event()
    server = ServerProcess(data, port=port, module=module, throttle="off")
    people = [Person(server.url, f"Writer {number}") for number in range(WRITERS)]
    try:
        code = people[0].create_room()
        for person in people[1:]:
            person.join(code)
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [pool.submit(write, person, code, sent, up, stop) for person in people]
            try:
                up.set()
                for _ in range(kills):
                    sent.wait_for(chance.randrange(*apart))
                    up.clear()
                    server.kill()
                    server = ServerProcess(data, port=port, module=module, throttle="off")
                    up.set()
                sent.wait_for(20)
            finally:
                stop.set()
                up.set()
            for each in writing:
                each.result()
        return sent, whole_log(people[0], code)
    finally:
        server.kill()
        for person in people:
            person.http.close()


def write(person: Person, code: str, sent: Sent, up: Event, stop: Event) -> None:
    """Send one message after another, as fast as the acks come, each until it is acknowledged."""
    number = 1
    while not stop.is_set():
        client_message_id, text = f"{person.name} {number}", f"text {number} of {person.name}"
        sent.texts[person.id, client_message_id] = text
        assert up.wait(STOP_WITHIN), "the server did not come back"
        try:
            answer = person.send(code, text, client_message_id=client_message_id)
        except httpx2.TransportError:
            continue
        sent.ack((person.id, client_message_id), (answer["seq"], answer["number"]))
        number += 1


def whole_log(person: Person, code: str) -> list[dict[str, Any]]:
    """Read a room's log from its first event on."""
    events: list[dict[str, Any]] = []
    more = True
    while more:
        page = person.events(code, since=events[-1]["seq"] if events else 0)
        events += page["events"]
        more = page["more"]
    return events


def faults(sent: Sent, events: list[dict[str, Any]]) -> list[str]:
    """Return every way in which the log breaks the promise."""
    said = [event for event in events if event["type"] == "message_sent"]
    keys = [(event["by"]["id"], event["client_message_id"]) for event in said]
    places = dict(zip(keys, ((event["seq"], event["number"]) for event in said), strict=True))
    found = [f"{key} is lost" for key in sent.acked if key not in places]
    found += [f"{key} is there {count} times" for key, count in Counter(keys).items() if count > 1]
    found += [
        f"{key} was acknowledged at {place}, is at {places[key]}"
        for key, place in sent.acked.items()
        if places.get(key, place) != place
    ]
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        found.append("the seqs are not dense")
    if [event["number"] for event in said] != list(range(1, len(said) + 1)):
        found.append("the numbers are not dense")
    found += [
        f"{key} is not what was sent"
        for key, event in zip(keys, said, strict=True)
        if sent.texts.get(key) != event["text"]
    ]
    for author in {author for author, _ in keys}:
        mine = {key: place for key, place in places.items() if key[0] == author}
        if list(mine) != [key for key in sent.texts if key in mine]:
            found.append(f"the messages of {author} are out of order")
    return found


def message(seq: int, number: int, author: str, client_message_id: str) -> dict[str, Any]:
    by, text = {"id": author}, f"{author} {client_message_id}"
    fields = {"by": by, "client_message_id": client_message_id, "text": text}
    return {"type": "message_sent", "seq": seq, "number": number, **fields}


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        ([message(1, 1, "a", "1"), message(2, 2, "a", "2")], None),
        ([message(1, 1, "a", "1")], "('a', '2') is lost"),
        ([message(1, 1, "a", "1"), message(2, 2, "a", "2"), message(3, 3, "a", "2")], "('a', '2') is there 2 times"),
        ([message(1, 1, "a", "2"), message(2, 2, "a", "1")], "the messages of a are out of order"),
        ([message(1, 1, "a", "1"), message(3, 2, "a", "2")], "the seqs are not dense"),
        ([message(1, 1, "a", "1"), message(2, 3, "a", "2")], "the numbers are not dense"),
        ([message(1, 1, "a", "1"), message(2, 2, "a", "3")], "('a', '3') is not what was sent"),
        ([message(1, 1, "a", "2")], "('a', '2') was acknowledged at (2, 2), is at (1, 1)"),
    ],
)
def test_every_fault_is_seen(events: list[dict[str, Any]], fault: str | None) -> None:
    sent = Sent({("a", "1"): "a 1", ("a", "2"): "a 2"}, {("a", "1"): (1, 1), ("a", "2"): (2, 2)})
    assert (fault in faults(sent, events)) if fault else faults(sent, events) == []

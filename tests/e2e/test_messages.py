"""Messages and events through the HTTP door, row by row of the acceptance list."""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

from tests.metrics import measures
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.chat.messages",
    "hubbub.chat.catch_up",
    "hubbub.gateways.http.stream",
)

MakePerson = Callable[..., Person]
Start = Callable[..., ServerProcess]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def test_a15_a17_and_a18_a_message_is_kept_and_reaches_the_others_with_its_author(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    seen = bob.join(code)["last_seq"]
    for text in ("one", "two", "three"):
        ann.send(code, text)
    heard = bob.events(code, since=seen)["events"]
    assert [(event["by"]["name"], event["text"]) for event in heard] == [("Ann", t) for t in ("one", "two", "three")]
    bob.leave(code)
    bob.join(code)
    assert bob.texts(code) == ["one", "two", "three"]


def test_a17_who_waits_for_news_gets_a_message_the_moment_it_is_sent(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    seen = bob.join(code)["last_seq"]
    heard: list[dict[str, object]] = []
    reader = threading.Thread(target=lambda: heard.extend(bob.events(code, since=seen, wait=30)["events"]))
    reader.start()
    sent = ann.send(code, "now")
    reader.join(20)
    assert [(event["text"], event["seq"]) for event in heard] == [("now", sent["seq"])]


def test_a_wait_of_nothing_answers_at_once_and_a_short_one_ends_empty(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    for wait in (0, 1):
        page = ann.events(code, since=2, wait=wait)
        assert (page["events"], page["last_seq"], page["more"]) == ([], 2, False)


def test_a_stream_gives_everything_since_a_seq_and_then_what_happens(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    bob.join(code)
    ann.send(code, "before")
    with bob.http.stream("GET", f"/rooms/{code}/stream", headers={"Last-Event-ID": "2"}) as stream:
        lines = stream.iter_lines()
        assert ids(lines, 2) == ["3", "4"]
        ann.send(code, "after")
        assert ids(lines, 1) == ["5"]


def test_a_stream_of_a_long_log_has_no_gap_after_a_restart(start: Start) -> None:
    first = start(throttle="off")
    with Person(first.url) as ann:
        code = ann.create_room()
        for number in range(450):
            ann.send(code, str(number))
    assert first.stop() == 0
    second = start(throttle="off")
    headers = {"Authorization": f"Bearer {ann.token}"}
    with httpx2.stream("GET", f"{second.url}/api/v1/rooms/{code}/stream?since=0", headers=headers) as stream:
        assert ids(stream.iter_lines(), 452) == [str(seq) for seq in range(1, 453)]


def test_a27_and_c4_after_a_restart_users_rooms_members_and_messages_are_there(start: Start) -> None:
    first = start()
    with Person(first.url, "Ann") as ann:
        code = ann.create_room(title="Plans", capacity=7)
        ann.send(code, "still here")
        before = ann.events(code)
    assert first.stop() == 0
    second = start()
    with httpx2.Client(base_url=f"{second.url}/api/v1", headers={"Authorization": f"Bearer {ann.token}"}) as client:
        assert client.get("/users/me").json()["user"] == {"id": ann.id, "name": "Ann"}
        assert client.get(f"/rooms/{code}/events").json() == before
        room = client.get(f"/rooms/{code}").json()
        assert (room["title"], room["capacity"]) == ("Plans", 7)


def test_b16_history_comes_in_order_with_sender_and_full_time(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    sent = [ann.send(code, str(number)) for number in range(120)]
    pages: list[dict[str, Any]] = []
    before: dict[str, int] = {}
    while True:
        page = ann.messages(code, **before)
        pages[:0] = page["messages"]
        if not page["more"]:
            break
        before = {"before": page["messages"][0]["seq"]}
    assert [(message["text"], message["at"]) for message in pages] == [
        (str(number), answer["at"]) for number, answer in enumerate(sent)
    ]
    assert [message["number"] for message in pages] == list(range(1, 121))
    assert ann.messages(code, after=sent[117]["seq"])["messages"] == pages[118:]


def test_e2_a_message_has_its_time_its_author_and_its_text(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    ann.send(code, "hello")
    (message,) = ann.messages(code)["messages"]
    assert re.fullmatch(TIME, message["at"])
    assert message["by"] == {"id": ann.id, "name": "Ann", "role": "owner"}
    assert message["text"] == "hello"


def test_a_bare_text_is_a_message_and_its_idempotency_key_makes_retries_safe(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    key = {"Idempotency-Key": "key-1"}
    answers = [ann.ask("POST", f"/rooms/{code}/messages", content="hello ✓", headers=key) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert ann.texts(code) == ["hello ✓"]
    refusal = ann.refused("POST", f"/rooms/{code}/messages", content="other", headers=key)
    assert (refusal["status"], refusal["code"]) == (409, "client_message_id_reused")


def test_a_reply_names_a_message_of_the_room(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    first = ann.send(code, "tea?")
    ann.send(code, "yes", reply_to=first["seq"])
    assert ann.messages(code)["messages"][1]["reply_to"] == first["seq"]
    for seq in (1, 99):
        refusal = ann.refused("POST", f"/rooms/{code}/messages", json={"text": "?", "reply_to": seq})
        assert (refusal["code"], refusal["field"]) == ("message_not_found", "reply_to")


def test_who_comes_back_catches_up_from_where_they_were(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    first = bob.join(code)
    assert first["reset"] is True
    sent = ann.send(code, "missed")
    again = bob.join(code, since=first["last_seq"], epoch=first["epoch"])
    assert again["reset"] is False
    assert [event["seq"] for event in again["events"]] == [sent["seq"]]
    for foreign in ({"since": 1, "epoch": "another"}, {"since": 99, "epoch": first["epoch"]}):
        answer = bob.join(code, **foreign)
        assert answer["reset"] is True, foreign
        assert [message["text"] for message in answer["messages"]] == ["missed"]


def test_unread_is_the_last_number_less_the_number_read(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    bob.join(code)
    for number in range(5):
        ann.send(code, str(number))
    assert unread(bob) == 5
    assert unread(ann) == 0, "one's own messages are read"
    for number, left in ((2, 3), (1, 3), (4, 1), (99, 0)):
        bob.ask("PUT", f"/rooms/{code}/read", json={"number": number})
        assert unread(bob) == left, number


def test_a_read_position_survives_a_restart(start: Start) -> None:
    first = start()
    with Person(first.url) as ann, Person(first.url, "Bob") as bob:
        code = ann.create_room()
        bob.join(code)
        for number in range(4):
            ann.send(code, str(number))
        for number in (1, 2, 3):
            bob.ask("PUT", f"/rooms/{code}/read", json={"number": number})
    assert first.stop() == 0
    second = start()
    headers = {"Authorization": f"Bearer {bob.token}"}
    (room,) = httpx2.get(f"{second.url}/api/v1/rooms", headers=headers).json()["rooms"]
    assert (room["last_number"], room["read_number"]) == (4, 3)


def test_a_page_holds_so_many_bytes_and_says_that_there_is_more(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    for number in range(12):
        ann.send(code, f"{number:02}" + "✓" * 9_998)
    response = ann.request("GET", f"/rooms/{code}/events")
    assert len(response.content) <= 256 * 1024
    seen: list[int] = []
    while True:
        page = ann.events(code, since=seen[-1] if seen else 0)
        seen += [event["seq"] for event in page["events"]]
        if not page["more"]:
            break
    assert seen == list(range(1, 15))


def test_a_reader_who_hangs_up_makes_no_error_and_takes_no_place(start: Start) -> None:
    server = start()
    with Person(server.url) as ann:
        code = ann.create_room()
        with ann.http.stream("GET", f"/rooms/{code}/stream"):
            eventually(lambda: measures(server)["hubbub_hub_sessions"] == 1)
        eventually(lambda: measures(server)["hubbub_hub_sessions"] == 0)


def ids(lines: Iterator[str], count: int) -> list[str]:
    """Return the seqs in the next so many ids of a stream."""
    found: list[str] = []
    for line in lines:
        if line.startswith("id: "):
            found.append(line.rpartition(":")[2])
        if len(found) == count:
            break
    return found


def unread(person: Person) -> int:
    """Return how much is unread in the person's latest room."""
    room = person.ask("GET", "/rooms")["rooms"][0]
    return int(room["last_number"] - room["read_number"])

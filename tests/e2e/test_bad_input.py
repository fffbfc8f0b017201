"""Wrong input through the HTTP door: one row of the error table each, and nothing is stored."""

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = (
    "hubbub.gateways.http.body",
    "hubbub.gateways.http.app",
    "hubbub.gateways.http.refusals",
)

MakePerson = Callable[..., Person]

GOOD_NAMES = {
    "x" * 40: "x" * 40,
    "  Ann \t of   Green\nGables ": "Ann of Green Gables",
    "Zoe\u0308": "Zoë",
    "田中さん": "田中さん",
    "عبد الله": "عبد الله",
    "👩‍👩‍👧": "👩‍👩‍👧",
    "An\u202en": "Ann",
    "\u2066Bob\u2069": "Bob",
    "A\u200bn\u200dn\ufeff": "Ann",
    "<img src=x onerror=alert(1)>": "<img src=x onerror=alert(1)>",
    "'; DROP TABLE users; --": "'; DROP TABLE users; --",
}
BAD_NAMES = {
    "": "name_invalid",
    " \t\n": "name_invalid",
    "\u200b\u202e\ufeff": "name_invalid",
    "\u3164\u2800": "name_invalid",
    "\u0000": "name_invalid",
    "x" * 41: "too_long",
    "\ue000": "name_invalid",
}


@pytest.mark.parametrize("name", GOOD_NAMES, ids=ascii)
def test_a_name_is_shown_without_anything_hidden(server: ServerProcess, name: str) -> None:
    answer = httpx2.post(f"{server.url}/api/v1/guests", json={"name": name})
    assert answer.status_code == 201
    assert answer.json()["user"]["name"] == GOOD_NAMES[name]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_a_name_that_is_none_is_refused(server: ServerProcess, name: str) -> None:
    answer = httpx2.post(f"{server.url}/api/v1/guests", json={"name": name})
    assert refusal(answer) == (BAD_NAMES[name], "name")
    assert "set-cookie" not in answer.headers


GOOD_TEXTS = (
    "x",
    "x" * 10_000,
    "e\u0301" * 10_000,
    "שלום עולם \u202e right to left",
    "👩‍👩‍👧 ✓ 你好",
    "line one\r\nline two\rline three",
    "    indented\n\ttabbed",
    '<script>alert("x")</script>',
    "\x1b[31mred\x1b[0m",
)
BAD_TEXTS = {
    "": "text_invalid",
    " \n\t\u2003": "text_invalid",
    "x" * 10_001: "too_long",
    "a\u0000b": "text_invalid",
}


@pytest.mark.parametrize("text", GOOD_TEXTS, ids=lambda text: ascii(text)[:20])
def test_a_text_is_kept_as_it_was_said(person: MakePerson, text: str) -> None:
    ann = person("Ann")
    code = ann.create_room()
    ann.send(code, text)
    kept = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert ann.texts(code) == [kept]
    assert ann.events(code)["events"][-1]["text"] == kept


@pytest.mark.parametrize("text", BAD_TEXTS, ids=lambda text: ascii(text)[:20])
@pytest.mark.parametrize("bare", [False, True], ids=["json", "bare"])
def test_a_text_that_is_none_is_refused(person: MakePerson, text: str, bare: bool) -> None:
    ann = person("Ann")
    code = ann.create_room()
    body: dict[str, Any] = {"content": text} if bare else {"json": {"text": text}}
    answer = ann.request("POST", f"/rooms/{code}/messages", **body)
    assert refusal(answer) == (BAD_TEXTS[text], "text")
    assert ann.events(code)["last_seq"] == 2, "nothing took a place in the log"


BAD_BODIES: dict[str, tuple[bytes, str]] = {
    "half a surrogate pair": (rb'{"text": "\ud800"}', "bad_request"),
    "not UTF-8": (b'{"text": "\xff"}', "bad_request"),
    "no JSON": (b"{", "bad_request"),
    "nothing": (b"", "bad_request"),
    "a list": (b"[1]", "bad_request"),
    "null": (b"null", "bad_request"),
    "NaN": (b'{"text": NaN}', "bad_request"),
    "nested lists": (b"[" * 10_000, "bad_request"),
    "nested objects": (b'{"text":' * 10_000, "bad_request"),
    "nested in an unknown field": (b'{"text":"x","y":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "bad_request"),
    "2 MB": (b'{"text": "' + b"x" * 2_000_000 + b'"}', "too_long"),
    "a number for a text": (b'{"text": 5}', "bad_request"),
    "a list for a text": (b'{"text": ["x"]}', "bad_request"),
    "an unknown field": (b'{"text": "x", "role": "owner"}', "bad_request"),
    "another's id": (b'{"text": "x", "by": {"id": "aaaaaaaaaaaaaaaa"}}', "bad_request"),
    "a room in the body": (b'{"text": "x", "code": "ABCD"}', "bad_request"),
    "an empty id": (b'{"text": "x", "client_message_id": ""}', "bad_request"),
    "a long id": (b'{"text": "x", "client_message_id": "' + b"i" * 65 + b'"}', "bad_request"),
    "a reply to -1": (b'{"text": "x", "reply_to": -1}', "bad_request"),
    "a reply to 2^63": (b'{"text": "x", "reply_to": 9223372036854775808}', "bad_request"),
    "a reply to 1.5": (b'{"text": "x", "reply_to": 1.5}', "bad_request"),
    "a reply to nobody": (b'{"text": "x", "reply_to": "1"}', "bad_request"),
}


@pytest.mark.parametrize("what", BAD_BODIES)
def test_a_body_of_another_shape_is_refused_and_stores_nothing(person: MakePerson, what: str) -> None:
    body, expected = BAD_BODIES[what]
    ann = person("Ann")
    code = ann.create_room()
    headers = {"Content-Type": "application/json"}
    answer = ann.request("POST", f"/rooms/{code}/messages", content=body, headers=headers)
    assert refusal(answer)[0] == expected
    assert ann.events(code)["last_seq"] == 2


def test_a_body_longer_than_it_says_or_of_no_length_is_bounded_too(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    pieces = (b"x" * 65_536 for _ in range(64))
    answer = ann.request("POST", f"/rooms/{code}/messages", content=pieces)
    assert refusal(answer)[0] == "too_long"


@pytest.mark.parametrize("seq", ["-1", "9223372036854775808", "x", "1.5", "", "0x1", "０"])
@pytest.mark.parametrize("where", ["events?since=", "messages?before=", "messages?after=", "stream?since="])
def test_a_seq_that_is_none_is_refused_and_named(person: MakePerson, where: str, seq: str) -> None:
    ann = person("Ann")
    code = ann.create_room()
    name = where.partition("?")[2].rstrip("=")
    assert refusal(ann.request("GET", f"/rooms/{code}/{where}{seq}")) == ("bad_request", name)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "wait=61", "since=1&since=2", "foo=1", "wait=-1"])
def test_a_query_out_of_bounds_is_refused_and_named(person: MakePerson, query: str) -> None:
    ann = person("Ann")
    code = ann.create_room()
    assert refusal(ann.request("GET", f"/rooms/{code}/events?{query}")) == ("bad_request", query.partition("=")[0])


@pytest.mark.parametrize("code", ["QQQQ", "AB", "ABC1", "ÄÖÜß", "A" * 16, "%00%00", "..%2F..", "A B", "🙂🙂🙂🙂"])
def test_an_unknown_room_is_not_found_whatever_its_code_looks_like(person: MakePerson, code: str) -> None:
    ann = person("Ann")
    for method, path in (("GET", ""), ("PUT", "/members/me"), ("GET", "/events"), ("DELETE", "")):
        answer = ann.request(method, f"/rooms/{code}{path}")
        assert answer.status_code == 404, (method, path, answer.text)
        assert answer.json()["error"]["code"] in {"room_not_found", "unknown_command"}


def test_what_is_too_long_for_a_code_is_refused_and_named(person: MakePerson) -> None:
    ann = person("Ann")
    for method, path in (("GET", ""), ("PUT", "/members/me"), ("GET", "/events"), ("GET", "/stream"), ("DELETE", "")):
        answer = ann.request(method, f"/rooms/{'A' * 17}{path}")
        assert refusal(answer) == ("bad_request", "code")
        assert len(answer.text) < 200, "need it not said again"


BAD_ROOMS: tuple[dict[str, Any], ...] = (
    {"capacity": 0},
    {"capacity": -1},
    {"capacity": 2**63},
    {"capacity": "2"},
    {"capacity": True},
    {"lifetime": "never"},
    {"lifetime": "expires"},
    {"expires_days": 3},
    {"lifetime": "expires", "expires_days": 0},
    {"private": "yes"},
    {"title": None},
    {"code": "ABCD"},
    {"owner": "me"},
    {"epoch": "x"},
)


@pytest.mark.parametrize("fields", BAD_ROOMS, ids=str)
def test_a_room_of_another_shape_is_not_made(person: MakePerson, fields: dict[str, Any]) -> None:
    ann = person("Ann")
    answer = ann.request("POST", "/rooms", json=fields)
    assert refusal(answer)[0] == "bad_request"
    assert ann.ask("GET", "/rooms")["rooms"] == []


def test_a_title_is_bounded_and_shown_without_anything_hidden(person: MakePerson) -> None:
    ann = person("Ann")
    room = ann.ask("POST", "/rooms", json={"title": "  Tea\u202e \n time  "})
    assert room["title"] == "Tea time"
    assert refusal(ann.request("POST", "/rooms", json={"title": "x" * 101})) == ("too_long", "title")


def test_one_id_with_two_texts_keeps_the_first(person: MakePerson) -> None:
    ann = person("Ann")
    code = ann.create_room()
    ann.send(code, "first", client_message_id="same")
    answer = ann.request("POST", f"/rooms/{code}/messages", json={"text": "second", "client_message_id": "same"})
    assert refusal(answer) == ("client_message_id_reused", "client_message_id")
    assert ann.texts(code) == ["first"]


def test_an_unknown_path_or_method_is_refused_in_the_same_form(server: ServerProcess) -> None:
    for method, path, status in (("GET", "/api/v1/nothing", 404), ("PUT", "/api/v1/guests", 405), ("GET", "/x", 404)):
        answer = httpx2.request(method, f"{server.url}{path}")
        assert (answer.status_code, refusal(answer)[0]) == (status, "unknown_command")


@pytest.mark.parametrize("path", ["/api/v1/guests/", "/healthz/", "/socket.io"])
def test_a_slash_too_many_or_too_few_leads_nowhere(server: ServerProcess, path: str) -> None:
    answer = httpx2.post(f"{server.url}{path}", json={"name": "Ann"}, headers={"Host": "evil.example"})
    assert (answer.status_code, "location" in answer.headers) == (404, False)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v1/rooms/QQQQ", "GET, DELETE"),
        ("/api/v1/guests", "POST"),
        ("/healthz", "GET, HEAD"),
        ("/api/docs", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
def test_a_wrong_method_is_told_all_that_the_path_takes(
    server: ServerProcess, path: str, methods: str, method: str
) -> None:
    answer = httpx2.request(method, f"{server.url}{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
    words = answer.json()["error"]["message"]
    assert words == f"This path takes {methods.replace(', ', ' and ')}, not {method}."


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/docs", "/api/openapi.json"])
def test_what_is_only_looked_at_may_be_asked_for_without_its_body(server: ServerProcess, path: str) -> None:
    whole, head = httpx2.get(f"{server.url}{path}"), httpx2.head(f"{server.url}{path}")
    assert (whole.status_code, head.status_code, head.content) == (200, 200, b"")
    assert whole.content
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_an_idempotency_key_out_of_bounds_is_refused(person: MakePerson, key: str) -> None:
    ann = person("Ann")
    code = ann.create_room()
    answer = ann.request("POST", f"/rooms/{code}/messages", content="x", headers={"Idempotency-Key": key})
    assert refusal(answer) == ("bad_request", "client_message_id")


def refusal(answer: httpx2.Response) -> tuple[str, str | None]:
    """Return code and field of a refusal, whose form is that of the one error table."""
    assert answer.is_error, answer.text
    error = json.loads(answer.content)["error"]
    assert {"code", "message", "field", "retry_after"} <= set(error) <= {
        "code", "message", "field", "retry_after", "suggestion",
    }  # fmt: skip
    assert error["message"]
    assert answer.headers["cache-control"] == "no-store"
    return error["code"], error["field"]

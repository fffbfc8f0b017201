"""The port: TLS, a Unix socket beside it, and how it is closed."""

import asyncio
import json
import socket
import ssl
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest

from tests.certificates import Certificate, make_certificate
from tests.live_client import PATIENCE, Event, Route, SocketClient, begin_to_poll, connected, patience
from tests.metrics import measures
from tests.people import Person
from tests.reliability.trickle import UPGRADE
from tests.server_process import ServerProcess, free_port, run_hubbub

HOLDS = ("hubbub.server.http",)

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]
T = TypeVar("T")

SOON = 8.0
"""Seconds: less than a stream is silent for, at whose next word the server would see an end that nobody told it."""


@pytest.fixture
def files(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


def trusting(files: Certificate) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=files.cert)


async def talk(ann_s: Route, bob_s: Route) -> None:
    """See that what one says is heard by the other, whichever ways they have come."""
    heard: asyncio.Queue[Event] = asyncio.Queue()
    async with connected(ann_s, name="Ann") as ann, connected(bob_s, heard.put_nowait, name="Bob") as bob:
        code = (await ann.ask("create_room"))["code"]
        await bob.ask("join_room", code=code)
        await ann.ask("send_message", code=code, text="hello")
        async with patience():
            while (event := await heard.get())["type"] != "message_sent":
                pass
        assert (event["text"], event["by"]["name"]) == ("hello", "Ann")


# TLS


async def test_with_a_certificate_requests_and_live_connections_are_encrypted(start: Start, files: Certificate) -> None:
    server = start(tls_cert=str(files.cert), tls_key=str(files.key))
    assert server.url.startswith("https://127.0.0.1:")
    assert httpx2.get(f"{server.url}/healthz", verify=trusting(files)).json()["status"] == "ok"
    await talk(Route(server.url, trusting(files)), Route(server.url, trusting(files)))
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{server.url}/healthz")  # who doesn't know the certificate doesn't trust it


def test_who_does_not_speak_tls_is_hung_up_on_and_nobody_else_notices(start: Start, files: Certificate) -> None:
    server = start(tls_cert=str(files.cert), tls_key=str(files.key))
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"{server.url.replace('https', 'http')}/healthz")
    assert httpx2.get(f"{server.url}/healthz", verify=trusting(files)).is_success
    assert server.stop() == 0
    assert '"error"' not in server.log


def test_an_upgrade_that_comes_with_the_end_of_the_tls_handshake_is_taken(start: Start, files: Certificate) -> None:
    """What TLS itself has to say then hasn't left yet: it is no answer that nobody reads."""
    server = start(tls_cert=str(files.cert), tls_key=str(files.key))
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trusting(files).wrap_bio(coming, going, server_hostname="localhost")
    with socket.create_connection(server.address, PATIENCE) as line:

        def until_done(step: Callable[[], T]) -> T:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    line.sendall(going.read())
                    data = line.recv(65_536)
                    assert data, "it was cut off"
                    coming.write(data)

        until_done(tls.do_handshake)
        tls.write(UPGRADE.encode())
        assert until_done(tls.read).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize(
    ("public_url", "names", "hint"),
    [("", ("hubbub_", False), True), ("https://chat.example.org", ("__Host-hubbub_", True), False)],
)
def test_cookies_are_for_https_alone_when_the_public_address_is(
    start: Start, files: Certificate, public_url: str, names: tuple[str, bool], hint: bool
) -> None:
    port = str(free_port())
    server = start(port=port, tls_cert=str(files.cert), tls_key=str(files.key), public_url=public_url)
    guest = httpx2.post(f"https://127.0.0.1:{port}/api/v1/guests", json={"name": "Ann"}, verify=trusting(files))
    assert guest.is_success, guest.text
    cookie = guest.headers["set-cookie"]
    assert (cookie.startswith(names[0]), "Secure" in cookie) == (True, names[1])
    assert server.stop() == 0
    assert ("Set public_url to its https:// address" in server.output) is hint


def test_files_that_are_no_certificate_are_refused_in_one_line(tmp_path: Path, files: Certificate) -> None:
    cert, key, missing = str(files.cert), str(files.key), str(tmp_path / "missing.pem")
    for settings, words in (
        ({"tls_cert": cert}, "tls_key isn't set"),
        ({"tls_key": key}, "tls_cert isn't set"),
        ({"tls_cert": cert, "tls_key": missing}, f"The file {missing} can't be read"),
        ({"tls_cert": key, "tls_key": cert}, f"The file {key} has no certificate"),
    ):
        done = run_hubbub("serve", "--port=0", f"--data={tmp_path / 'data'}", **settings)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("hubbub: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


# Who goes


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
async def test_a_reader_who_goes_is_gone_whatever_else_they_asked_for_behind_the_stream(
    start: Start, files: Certificate, encrypted: bool
) -> None:
    server = start(tls_cert=str(files.cert), tls_key=str(files.key)) if encrypted else start()
    tls = trusting(files) if encrypted else None
    async with httpx2.AsyncClient(base_url=server.url, verify=tls or False, timeout=PATIENCE) as client:
        guest = (await client.post("/api/v1/guests", json={"name": "Ann"})).json()
        client.headers["Authorization"] = f"Bearer {guest['token']}"
        code = (await client.post("/api/v1/rooms", json={})).json()["code"]
        reader, writer = await asyncio.open_connection(*server.address, ssl=tls)
        head = f"Host: here\r\nAuthorization: Bearer {guest['token']}\r\n\r\n"
        writer.write(f"GET /api/v1/rooms/{code}/stream HTTP/1.1\r\n{head}GET /healthz HTTP/1.1\r\n{head}".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await sessions(client) == 1
        writer.transport.abort()
        async with asyncio.timeout(SOON):
            while await sessions(client):
                pass
    assert server.stop() == 0
    assert "Traceback" not in server.log


async def sessions(client: httpx2.AsyncClient) -> float:
    """Return how many connections are in the chat."""
    rows = (await client.get("/metrics")).text.splitlines()
    (row,) = (row for row in rows if row.startswith("hubbub_hub_sessions "))
    return float(row.split()[1])


# The Unix socket


async def test_a_unix_socket_leads_into_the_same_chat_without_tls(
    start: Start, tmp_path: Path, files: Certificate
) -> None:
    path = tmp_path / "socket"
    server = start(unix_socket=str(path), tls_cert=str(files.cert), tls_key=str(files.key))
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path)), base_url="http://hubbub") as client:
        assert client.get("/healthz").json()["status"] == "ok"
    by_path, by_port = Route("http://hubbub", path=str(path)), Route(server.url, trusting(files))
    await talk(by_path, by_port)
    await talk(by_port, by_path)
    assert server.stop() == 0
    assert f"It listens at {path} too\n" in server.output
    assert not path.exists()


def test_what_a_killed_server_left_is_replaced_and_a_living_one_is_left_alone(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    start(unix_socket=str(path)).kill()
    assert path.is_socket()
    start(unix_socket=str(path))
    done = run_hubbub("serve", "--port=0", f"--data={tmp_path / 'other'}", unix_socket=str(path))
    assert (done.returncode, done.stderr) == (5, f"hubbub: Can't listen on {path}: another server does.\n")
    with httpx2.Client(transport=httpx2.HTTPTransport(uds=str(path)), base_url="http://hubbub") as client:
        assert client.get("/healthz").is_success


def test_a_file_where_the_socket_should_be_is_left_alone(tmp_path: Path) -> None:
    (path := tmp_path / "precious").write_text("words")
    done = run_hubbub("serve", "--port=0", f"--data={tmp_path / 'data'}", unix_socket=str(path))
    words = f"hubbub: Can't listen on {path}: it is there already, and it is no socket.\n"
    assert (done.returncode, done.stderr, path.read_text()) == (5, words, "words")


# The end


async def test_at_the_end_everybody_is_told_then_closed_and_every_poll_is_answered(start: Start) -> None:
    server = start(throttle="off")
    told: list[list[Event]] = [[] for _ in range(50)]
    async with AsyncExitStack() as stack:
        ann = stack.enter_context(Person(server.url))
        code = ann.create_room()
        sockets = [
            await stack.enter_async_context(in_room(Route(server.url), told[number].append, code, f"Person {number}"))
            for number in range(len(told))
        ]
        polls = await stack.enter_async_context(waiting_polls(server, ann, code))
        assert await asyncio.to_thread(server.stop) == 0
        for socket, events in zip(sockets, told, strict=True):
            await socket.closing
            assert [event["reason"] for event in events if event["type"] == "closing"] == ["closing"]
            assert events[-1]["type"] == "closing", "nothing comes after it"
            assert (socket.socket.close_code, socket.socket.close_reason) == (1012, "closing")
        live, long = [await poll for poll in polls]
        assert (live.status_code, live.text[:13]) == (200, '42["closing",')
        assert (long.status_code, long.json()["events"]) == (200, [])
    assert '"cut_off"' not in server.log
    assert '"error"' not in server.log


@asynccontextmanager
async def in_room(route: Route, hear: Callable[[Event], None], code: str, name: str) -> AsyncIterator[SocketClient]:
    async with connected(route, hear, name=name) as client:
        await client.ask("join_room", code=code)
        yield client


@asynccontextmanager
async def waiting_polls(
    server: ServerProcess, person: Person, code: str
) -> AsyncIterator[list["asyncio.Task[httpx2.Response]"]]:
    """Wait for news by the live door's polls and by the API's."""
    headers = {"Authorization": f"Bearer {person.token}"}
    async with (
        httpx2.AsyncClient(base_url=server.url, timeout=PATIENCE) as live,
        httpx2.AsyncClient(base_url=server.url, timeout=PATIENCE, headers=headers) as api,
    ):
        assert (await begin_to_poll(live, json.dumps({"token": person.token}))).text.startswith("40{")
        news = {"since": person.events(code)["last_seq"], "wait": 60}
        waiting = [
            asyncio.create_task(live.get("/socket.io/")),
            asyncio.create_task(api.get(f"/api/v1/rooms/{code}/events", params=news)),
        ]
        while (await asyncio.to_thread(measures, server))["hubbub_hub_waiting"] < 1:
            await asyncio.wait(waiting, timeout=0.05)
        yield waiting

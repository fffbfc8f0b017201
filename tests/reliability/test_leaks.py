"""After hundreds of connections that ended in every way there is (R18), nothing is left: no file, no task, no room."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.frames import Opcode

from tests.e2e.hostile.raw_client import TARGET, RawClient, RawPoller, frame
from tests.figures import note
from tests.metrics import measures
from tests.people import Person
from tests.reliability import leftovers
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.gateways.socketio.engine",
    "hubbub.gateways.socketio.gateway",
    "hubbub.server.counted",
    "hubbub.server.serve",
)

Start = Callable[..., ServerProcess]


class Visit:
    """What every kind of connection is given."""

    def __init__(self, server: ServerProcess, person: Person, code: str) -> None:
        self.server, self.person, self.code = server, person, code
        self.silent: list[RawClient] = []

    def client(self) -> RawClient:
        """Connect."""
        return RawClient(self.server)

    def joined(self) -> RawClient:
        """Connect, and open the room."""
        client = self.client().come_in(token=self.person.token)
        client.ask_for("join_room", code=self.code)
        return client

    def poller(self) -> RawPoller:
        """Open a socket that polls."""
        return RawPoller(self.server)


KINDS: list[Callable[[Visit], None]] = []


def kind(visit: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """Add a kind of connection."""
    KINDS.append(visit)
    return visit


@kind
def a_close_frame(visit: Visit) -> None:
    client = visit.joined()
    client.send(frame(b"\x03\xe8", Opcode.CLOSE))
    client.closed()
    client.socket.close()


@kind
def a_close_packet(visit: Visit) -> None:
    client = visit.joined()
    client.say("1")
    client.closed()
    client.socket.close()


@kind
def a_disconnect_and_a_cut(visit: Visit) -> None:
    client = visit.joined()
    client.say("41")
    client.cut()


@kind
def a_cut(visit: Visit) -> None:
    visit.joined().cut()


@kind
def a_cut_while_joining(visit: Visit) -> None:
    client = visit.client().come_in(token=visit.person.token)
    client.command("join_room", 1, code=visit.code)
    client.cut()


@kind
def a_cut_while_connecting(visit: Visit) -> None:
    client = visit.client().open()
    client.say('40{"name":"Ann"}')
    client.cut()


@kind
def a_cut_before_the_answer(visit: Visit) -> None:
    client = visit.client()
    client.send(client.request())
    client.cut()


@kind
def a_closed_socket(visit: Visit) -> None:
    visit.joined().socket.close()


@kind
def silence(visit: Visit) -> None:
    visit.silent.append(visit.joined())


@kind
def rubbish(visit: Visit) -> None:
    client = visit.joined()
    client.send(b"\xff" * 100)
    client.closed()
    client.socket.close()


@kind
def bad_utf_8(visit: Visit) -> None:
    client = visit.joined()
    client.send(frame(b"4\xff", Opcode.TEXT))
    client.closed()
    client.socket.close()


@kind
def a_refused_connect(visit: Visit) -> None:
    client = visit.client().open()
    client.say("40")
    assert client.text().startswith("44")
    client.cut()


@kind
def a_refused_upgrade(visit: Visit) -> None:
    client = visit.client()
    assert client.ask(TARGET, Origin="null") == 403
    client.socket.close()


@kind
def a_poller_that_closes(visit: Visit) -> None:
    with visit.poller() as poller:
        assert poller.come_in(token=visit.person.token).post("1").text == "ok"


@kind
def a_poller_that_stays_away(visit: Visit) -> None:
    with visit.poller() as poller:
        poller.come_in(token=visit.person.token)
        poller.post(f'42["join_room",{{"code":"{visit.code}"}}]')


@kind
def a_poller_that_never_came_back(visit: Visit) -> None:
    visit.poller().http.close()


@kind
def a_poller_that_posts_rubbish(visit: Visit) -> None:
    with visit.poller() as poller:
        assert poller.post("rubbish").status_code == 400


@kind
def an_upgrade(visit: Visit) -> None:
    with visit.poller() as poller:
        poller.come_in(token=visit.person.token)
        client = visit.client().open(poller.sid)
        client.say("2probe", "5", f'42["join_room",{{"code":"{visit.code}"}}]')
        client.text()
        client.cut()


@kind
def a_probe_without_an_upgrade(visit: Visit) -> None:
    with visit.poller() as poller:
        client = visit.client().open(poller.sid)
        client.say("2probe")
        client.text()
        client.cut()


@kind
def a_refused_request(visit: Visit) -> None:
    client = visit.client()
    client.send(f"GET /api/v1/rooms/{visit.code}/events HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n".encode())
    assert client.ended().startswith(b"HTTP/1.1 401 ")
    client.socket.close()


@kind
def a_cut_long_poll(visit: Visit) -> None:
    page = visit.person.events(visit.code)
    client = visit.client()
    head = f"GET /api/v1/rooms/{visit.code}/events?since={page['last_seq']}&wait=60 HTTP/1.1\r\nHost: here\r\n"
    client.send(f"{head}Authorization: Bearer {visit.person.token}\r\n\r\n".encode())
    client.cut()


@kind
def a_cut_stream(visit: Visit) -> None:
    with visit.person.http.stream("GET", f"/rooms/{visit.code}/stream?since=0") as stream:
        assert next(stream.iter_lines()).endswith(":1")


@pytest.mark.timeout(300)
def test_r18_nothing_is_left_of_five_hundred_connections_that_ended_in_every_way(start: Start) -> None:
    come_and_go(start, 500)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_r18_nothing_is_left_of_five_thousand_connections_that_ended_in_every_way(start: Start) -> None:
    come_and_go(start, 5_000)


def come_and_go(start: Start, connections: int) -> None:
    """Let so many come and go, some at a time, after as many as the server needs to warm up."""
    server = start(throttle="off", ping_interval="4000", ping_timeout="4000")
    with Person(server.url) as person:
        visit_in_every_way(server, person, 2)
        baseline = eventually(leftovers.AtRest(server))
        visit_in_every_way(server, person, rounds := math.ceil(connections / len(KINDS)))
        eventually(lambda: leftovers.left_open(server) == baseline)
    note("connections", f"{rounds * len(KINDS):,} in {len(KINDS)} ways")


def visit_in_every_way(server: ServerProcess, person: Person, times: int) -> None:
    """Come to a new room so often in each way; at the end its owner leaves it for good."""
    visit = Visit(server, person, person.create_room())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: one(visit), KINDS * times))
    eventually(lambda: measures(server)["hubbub_hub_sessions"] == 0)
    person.leave(visit.code)
    for client in visit.silent:
        client.socket.close()

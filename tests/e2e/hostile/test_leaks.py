"""After hundreds of connections that ended in every way there is, nothing is left of them."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from websockets.frames import Opcode

from tests.e2e.hostile.raw_client import TARGET, RawClient, RawPoller, frame, measure
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.gateways.socketio.engine",
    "hubbub.gateways.socketio.gateway",
    "hubbub.server.counted",
    "hubbub.server.serve",
)

Start = Callable[..., ServerProcess]
TIMES = 27
"""Of each kind; all together they are more than five hundred."""


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


def test_nothing_is_left_of_connections_that_ended_in_every_way(start: Start) -> None:
    assert len(KINDS) * TIMES >= 500
    server = start(throttle="off", ping_interval="1000", ping_timeout="1000")
    with Person(server.url) as person:
        visit = Visit(server, person, person.create_room())
        for one in KINDS:
            one(visit)
        eventually(lambda: is_empty(server))
        before = connections(server)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda one: one(visit), KINDS * TIMES))
        eventually(lambda: is_empty(server))
        eventually(lambda: connections(server) <= before)
    for client in visit.silent:
        client.socket.close()


def is_empty(server: ServerProcess) -> bool:
    """Tell whether nobody is connected; the room may be kept a moment longer for who has just gone."""
    counts = measure(server)
    return not any(counts[f"hubbub_{name}"] for name in ("live_sockets", "hub_sessions", "hub_waiting"))


def connections(server: ServerProcess) -> int:
    """Return how many connections the server has open, as the kernel counts them."""
    count = 0
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += str(file.readlink()).startswith("socket:")
    return count

"""R2: what is acknowledged survives a power cut: no ack leaves before its message is on the disk."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults import traced
from tests.figures import note
from tests.people import Person
from tests.reliability.doors import DOORS, Writer
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

SENDS = 200

CALLS = {
    "write": '7 pwrite64(9</d/hubbub.db-wal>, "what", 4096, 0) = 4096',
    "sync": "7 fdatasync(9</d/hubbub.db-wal>) = 0",
    "begin": "7 fdatasync(9</d/hubbub.db-wal> <unfinished ...>",
    "end": "7 <... fdatasync resumed>) = 0",
    "failed": "7 fdatasync(9</d/hubbub.db-wal>) = -1 EIO (Input/output error)",
    "ack": '6 sendto(12<socket:[1]>, "{\\"seq\\":3,", 9, 0, NULL, 0) = 9',
}


@pytest.mark.root
async def test_r2_each_of_two_hundred_acks_leaves_after_its_message_is_on_the_disk(tmp_path: Path) -> None:
    disk = await send_traced(tmp_path, SENDS)
    note("acknowledged after their sync", len(disk.acked) - len(disk.too_early))
    assert disk.too_early == []
    assert len(disk.acked) == SENDS
    assert disk.syncs >= SENDS / len(DOORS)


@pytest.mark.root
async def test_r2_an_ack_before_the_commit_is_noticed(tmp_path: Path) -> None:
    disk = await send_traced(tmp_path, 20, module="tests.reliability.ack_too_early")
    assert len(disk.too_early) >= 15
    assert len(disk.acked) == 20


@pytest.mark.parametrize(
    "calls",
    [
        ["ack"],
        ["write", "ack"],
        ["sync", "write", "ack"],
        ["write", "begin", "ack", "end"],
        ["begin", "write", "end", "ack"],
        ["write", "failed", "ack"],
    ],
)
def test_r2_an_ack_that_is_too_early_is_seen_in_any_order_of_calls(calls: list[str]) -> None:
    disk = judge((CALLS[call] for call in calls), {3: "what"})
    assert (disk.too_early, disk.acked) == ([3], {3})


@pytest.mark.parametrize("calls", [["write", "sync", "ack"], ["write", "begin", "end", "ack"], ["write", "sync"]])
def test_r2_an_ack_that_is_not_too_early_is_none(calls: list[str]) -> None:
    disk = judge((CALLS[call] for call in calls), {3: "what"})
    assert (disk.too_early, disk.acked) == ([], {3} if "ack" in calls else set())


@dataclass
class Disk:
    """What the calls say: the seqs that were acknowledged, and those of them that weren't on the disk by then."""

    acked: set[int] = field(default_factory=set)
    too_early: list[int] = field(default_factory=list)
    syncs: int = 0


def judge(calls: Iterable[str], texts: Mapping[int, str]) -> Disk:
    """Go through the calls in order; `texts` has those that were sent, by the seq that each was given."""
    disk = Disk()
    written: set[int] = set()
    durable: set[int] = set()
    syncing: dict[str, set[int]] = {}
    for line in calls:
        thread, _, call = line.partition(" ")
        call = call.lstrip()
        if re.match(r"pwrite64\(\d+<[^>]*-wal>", call):
            written |= {seq for seq, text in texts.items() if seq not in written and text in call}
        elif re.match(r"(fdatasync|fsync)\(\d+<[^>]*-wal>", call):
            syncing[thread] = set(written)  # what is written while it syncs may be too late
        elif re.match(r"(write|writev|sendto|sendmsg)\(\d+<(socket|TCP)", call):
            told = {seq for seq in texts if f'\\"seq\\":{seq},' in call}
            disk.acked |= told
            disk.too_early += sorted(told - durable)
        if thread in syncing and call.endswith(" = 0"):
            durable |= syncing.pop(thread)
            disk.syncs += 1
        elif "= -1" in call:
            syncing.pop(thread, None)
    return disk


async def send_traced(folder: Path, sends: int, module: str = "hubbub") -> Disk:
    """Send messages, one through each door at a time; return what the system calls of the server say."""
    calls, texts = folder / "calls", {}
    server = ServerProcess(folder / "data", module=module, throttle="off")
    try:
        with Person(server.url) as ann:
            code = ann.create_room()
            async with AsyncExitStack() as stack:
                writers = [await stack.enter_async_context(door(server.url, ann.token)) for door in DOORS.values()]

                async def send(writer: Writer, number: int) -> None:
                    text = f"message {number:04} of these"
                    texts[(await writer(code, text, f"id {number}"))["seq"]] = text

                with traced(server.process.pid, calls):
                    for first in range(0, sends, len(writers)):
                        numbers = range(first, min(first + len(writers), sends))
                        await asyncio.gather(*map(send, writers, numbers))
    finally:
        server.kill()
    return judge(calls.read_text(errors="replace").splitlines(), texts)

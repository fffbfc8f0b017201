"""R1: whatever was acknowledged at any door is there after `kill -9`, once, in order, and everybody sees the same."""

import secrets
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.figures import note
from tests.reliability.crash import Sent, Told, faults, torment
from tests.reliability.doors import DOORS

pytestmark = pytest.mark.anyio


async def test_r1_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_three_times(tmp_path: Path) -> None:
    told = await tell_of(tmp_path / "data", kills=3, apart=(100, 200))
    assert len(told.sent.acked) > 300, "need acknowledged messages for this test to mean anything"
    assert all(reader.connections > 3 for reader in told.readers), "need readers who were there before every kill"
    assert told.faults() == []


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_r1_nothing_of_ten_thousand_is_lost_or_doubled_when_the_server_is_killed_twenty_times(
    tmp_path: Path,
) -> None:
    told = await tell_of(tmp_path / "data", kills=20, apart=(500, 560))
    assert len(told.sent.acked) >= 10_000, "need acknowledged messages for this test to mean anything"
    assert told.faults() == []


async def test_r1_an_ack_before_the_commit_is_noticed_by_the_log_and_by_every_reader(tmp_path: Path) -> None:
    told = await torment(tmp_path / "data", kills=3, seed=1, apart=(5, 50), module="tests.reliability.ack_too_early")
    assert any("is lost" in fault for fault in faults(told.sent, told.events))
    assert all(told.faults_of(reader) for reader in told.readers)


async def tell_of(data: Path, kills: int, apart: tuple[int, int]) -> Told:
    """Torment a server; compare its database with what it tells."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    told = await torment(data, kills, seed, apart)
    note("kills", kills)
    note("acknowledged", f"{len(told.sent.acked):,}")
    note("sent again", f"{told.sent.lost:,}")
    by_door = Counter(who for who, _ in told.sent.acked)
    assert len(by_door) == len(DOORS)
    assert min(by_door.values()) > kills, f"need every door to be written at for this test to mean anything: {by_door}"
    db = sqlite3.connect(data / "hubbub.db")
    rows = db.execute("SELECT user_id, client_message_id, seq, number FROM messages ORDER BY seq").fetchall()
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    said = [event for event in told.events if event["type"] == "message_sent"]
    assert rows == [(each["by"]["id"], each["client_message_id"], each["seq"], each["number"]) for each in said]
    return told


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

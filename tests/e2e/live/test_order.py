"""Order: the same for every reader on every transport, and for each sender the order in which they sent."""

import asyncio

import pytest

from tests.e2e.live.reader import Reader
from tests.e2e.live.visitors import WAYS, Visitors
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

EACH = 100


async def test_two_hundred_messages_of_two_senders_come_in_one_order_to_readers_on_every_transport(
    server: ServerProcess,
) -> None:
    async with Visitors(server.url) as visitors:
        people = [await visitors.come(f"Reader {number}", way=way) for number, way in enumerate(WAYS)]
        code = str((await people[0].ask("create_room"))["code"])
        readers = [Reader(person, code) for person in people]
        for reader in readers:
            await reader.open()
        ann, bob = await visitors.come("Ann", way=WAYS[0]), await visitors.come("Bob", way=WAYS[4])
        for sender in (ann, bob):
            await sender.ask("join_room", code=code)
        sent = await asyncio.gather(
            *(sender.send(code, f"{sender.me['name']} {number}") for number in range(EACH) for sender in (ann, bob))
        )
        last_seq = max(answer["seq"] for answer in sent)
        for reader in readers:
            await reader.client.hear("message_sent", seq=last_seq)
            said = [(event["seq"], event["text"]) for event in reader.events if event["type"] == "message_sent"]
            assert len(said) == 2 * EACH
            assert [seq for seq, _ in said] == list(range(said[0][0], said[0][0] + 2 * EACH)), "no gap"
            heard = [event["seq"] for event in reader.client.heard("message_sent")]
            assert heard == sorted(heard), "they arrive in order, too"
            assert said == [(e["seq"], e["text"]) for e in readers[0].events if e["type"] == "message_sent"]
            for sender in (ann, bob):
                name = sender.me["name"]
                assert [text for _, text in said if text.startswith(name)] == [f"{name} {n}" for n in range(EACH)]


async def test_commands_take_effect_in_the_order_in_which_they_were_sent(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = (await ann.ask("create_room"))["code"]
    await ann.ask("join_room", code=code)
    answers = await asyncio.gather(
        bob.acknowledgement("send_message", {"code": code, "text": "too early"}),
        bob.ask("join_room", code=code),
        *(bob.send(code, str(number)) for number in range(20)),
        bob.ask("my_rooms"),
        bob.ask("leave_room", code=code),
        bob.acknowledgement("send_message", {"code": code, "text": "too late"}),
        bob.ask("my_rooms"),
    )
    assert [answers[0]["error"]["code"], answers[-2]["error"]["code"]] == ["not_a_member"] * 2
    assert answers[-4]["rooms"][0]["last_number"] == 20, "all messages were stored before the next command"
    assert answers[-1]["rooms"] == []
    await ann.hear("member_left")
    kinds = [(event["type"], event.get("text")) for event in ann.log if event.get("by", {}).get("id") == bob.me["id"]]
    said = [("message_sent", str(number)) for number in range(20)]
    assert kinds == [("member_joined", None), *said, ("member_left", None)]

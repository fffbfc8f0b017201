"""What time brings: graces, lifetimes, throttles, codes that rest; it passes when a story says so."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from hubbub.chat.lifetimes import LOOK_FOR_EXPIRED_EVERY
from hubbub.core.clock import SECOND
from hubbub.core.room import CODE_RESTS
from hubbub.core.throttle import FREE_MISSES, LIMITS, Throttle
from hubbub.hub.presence import GRACE, REQUEST_GRACE
from tests.scenarios.guest import Guest
from tests.scenarios.party import Party
from tests.scenarios.standing_clock import MODULE, VARIABLE, StandingClock
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]

DAY = 24 * 3600
VANISH_AFTER = 600
BURST = LIMITS[Throttle.SEND].burst


async def test_who_is_back_within_the_grace_was_never_away(still_party: Party, clock: StandingClock) -> None:
    ann, bob = await still_party.come("Ann", "Bob")
    code = await ann.opens_a_room(capacity=2)
    await bob.joins(code)
    await ann.hears("presence", here=2)
    for _ in range(3):
        still_party.vanishes(bob)
        await still_party.comes_back(bob)
        clock.passes(GRACE - 1)
        await bob.resumes(code)
    await clock.is_looked_at()
    assert went(ann) == []
    assert still_party.database.holds(code).seats == 2


async def test_who_stays_away_longer_has_gone_and_given_up_seat_and_name(
    still_party: Party, clock: StandingClock
) -> None:
    ann, bob, also_bob = await still_party.come("Ann", "Bob", "bob")
    code = await ann.opens_a_room(capacity=2)
    await bob.joins(code)
    await ann.hears("presence", here=2)
    await bob.goes()
    assert await also_bob.refused("join_room", code=code) == "name_taken", "he is here a little longer"
    await is_away(ann, clock, GRACE, of=bob)
    assert ann.tally(code) == {"member_joined": 1}, "who has gone is a member still"
    await also_bob.joins(code)
    await still_party.comes_back(bob)
    assert await bob.refused("join_room", code=code, since=3, epoch=bob.view(code).epoch) == "name_taken"
    await bob.ask("change_name", name="Robert")
    assert await bob.refused("join_room", code=code, since=3, epoch=bob.view(code).epoch) == "room_full"
    await also_bob.leaves(code)
    assert await bob.resumes(code) == [3]
    assert [event["type"] for event in bob.log(code)] == ["member_joined", "member_renamed", "member_left"]


async def test_of_two_tabs_one_is_closed_and_one_is_still_here_once(still_party: Party, clock: StandingClock) -> None:
    ann, bob = await still_party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    tab = await still_party.opens_another_tab(bob, by="polling")
    assert (await tab.joins(code))["here"] == 2
    await ann.hears("presence", here=2)
    await bob.goes()
    clock.passes(GRACE + 1)
    await clock.is_looked_at()
    assert ((await tab.ask("members", code=code))["here"], went(ann)) == (2, [])
    await tab.goes()
    await is_away(ann, clock, GRACE, of=bob)
    assert (came(ann).count(bob.id), went(ann)) == (1, [bob.id])


async def test_who_asks_without_a_connection_is_here_for_a_minute(still_party: Party, clock: StandingClock) -> None:
    ann, bob = await still_party.comes("Ann"), await still_party.comes("Bob", by="stream")
    code = await ann.opens_a_room()
    await bob.ask("join_room", code=code)
    await ann.hears("presence", here=2)
    clock.passes(REQUEST_GRACE - 1)
    await bob.ask("messages", code=code)
    await clock.is_looked_at()
    assert went(ann) == []
    await is_away(ann, clock, REQUEST_GRACE, of=bob)


async def test_a_vanishing_room_waits_for_the_last_to_have_gone_and_who_comes_back_keeps_it(
    still_party: Party, clock: StandingClock
) -> None:
    ann = await still_party.comes("Ann")
    code = await ann.opens_a_room(lifetime="vanishes")
    await ann.says(code, "hello?")
    still_party.vanishes(ann)
    await seats_are(still_party, clock, code, 0)
    clock.passes(VANISH_AFTER - 1)
    await still_party.comes_back(ann)
    await clock.is_looked_at()
    assert await ann.resumes(code) == [0]
    still_party.vanishes(ann)
    await seats_are(still_party, clock, code, 0)
    clock.passes(VANISH_AFTER)
    await still_party.comes_back(ann)
    await clock.is_looked_at()
    assert await ann.refused("join_room", code=code) == "room_not_found"


async def test_a_room_expires_under_its_readers_so_many_days_after_its_last_message(
    still_party: Party, clock: StandingClock
) -> None:
    ann, bob = await still_party.comes("Ann"), await still_party.comes("Bob", by="polling")
    code = await ann.opens_a_room(lifetime="expires", expires_days=1)
    await bob.joins(code)
    clock.passes(DAY)
    await ann.says(code, "it goes on")
    clock.passes(DAY)
    await clock.is_looked_at()
    assert await ann.ask("events", code=code, since=4), "it is over after its days, not with them"
    clock.passes(LOOK_FOR_EXPIRED_EVERY)
    for reader in (ann, bob):
        await reader.has_heard(code, 5)
        assert reader.tally(code) == {"message_sent": 1, "room_deleted": 1} | (
            {"member_joined": 1} if reader is ann else {}
        )
    assert await bob.refused("join_room", code=code) == "room_not_found"


async def test_a_dead_rooms_code_rests_and_then_means_another_room(
    start: Callable[..., ServerProcess], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = StandingClock(tmp_path_factory.mktemp("rest") / "clock")
    settings = {VARIABLE: str(clock.file), "code_alphabet": "A", "throttle": "off"}
    server = await asyncio.to_thread(start, module=MODULE, **settings)
    async with Party(server) as party:
        ann, bob = await party.come("Ann", "Bob")
        assert await ann.opens_a_room() == "AAAA"
        await bob.joins("AAAA")
        await bob.says("AAAA", "in the old room")
        old = bob.view("AAAA").epoch
        party.vanishes(bob)
        await ann.ask("delete_room", code="AAAA")
        assert await ann.opens_a_room() == "AAAAA", "the code rests"
        await party.comes_back(bob)
        clock.passes(CODE_RESTS / SECOND)
        assert await ann.opens_a_room() == "AAAAAA", "to the last moment"
        assert (await ann.refusal("create_room"))["code"] == "unavailable", "one letter is all there is"
        clock.passes(1)
        assert (await ann.ask("create_room"))["code"] == "AAAA"
        reply = await bob.joins("AAAA", since=4, epoch=old)
        assert (reply["reset"], reply["messages"], reply["last_seq"]) == (True, [], 3), "nothing of the old room"
        assert reply["epoch"] != old
        assert bob.view("AAAA").resets == 1
    clock.close()


async def test_a_sender_who_was_too_fast_goes_on_when_told(still_party: Party, clock: StandingClock) -> None:
    ann, bob = await still_party.come("Ann", "Bob")
    code = await bob.opens_a_room()
    await ann.joins(code)  # counts too
    outcomes = await asyncio.gather(*(ann.outcome("send_message", code=code, text=str(n)) for n in range(100)))
    assert outcomes == ["ok"] * (BURST - 1) + ["slow_down"] * (101 - BURST)
    assert (await ann.refusal("send_message", code=code, text="?"))["retry_after"] == 1
    assert await bob.says(code, "others go on")
    clock.passes(1)
    outcomes = await asyncio.gather(*(ann.outcome("send_message", code=code, text=str(n)) for n in range(100)))
    assert Counter(outcomes) == {"ok": 2, "slow_down": 98}
    clock.passes(BURST)
    outcomes = await asyncio.gather(*(ann.outcome("send_message", code=code, text=str(n)) for n in range(100)))
    assert Counter(outcomes) == {"ok": BURST, "slow_down": 100 - BURST}, "a burst, and no more than that"
    await still_party.settles()
    assert bob.tally(code)["message_sent"] == BURST - 1 + 1 + 2 + BURST


async def test_a_burst_of_typing_is_cut_off_in_silence(still_party: Party, clock: StandingClock) -> None:
    ann, bob = await still_party.comes("Ann", by="polling"), await still_party.comes("Bob")
    code = await bob.opens_a_room()
    await ann.joins(code)
    burst = LIMITS[Throttle.SIGNAL].burst
    outcomes = await asyncio.gather(*(ann.outcome("typing", code=code) for _ in range(burst + 20)))
    assert Counter(outcomes) == {"ok": burst, "slow_down": 20}, "who asks is told"
    await ann.connection.post(f'42["typing",{{"code":"{code}"}}]')  # type: ignore[attr-defined]
    await ann.says(code, "done")
    await still_party.settles()
    for reader in (ann, bob):
        assert len(reader.heard("typing", code=code)) == burst
    assert ann.heard("refused") == [], "who doesn't isn't"
    clock.passes(1)
    await ann.ask("typing", code=code)
    await bob.hears("typing", times=burst + 1)


async def test_rooms_are_counted_by_address_whoever_makes_them(still_party: Party, clock: StandingClock) -> None:
    ann, bob = await still_party.comes("Ann"), await still_party.comes("Bob", by="long-poll")
    limit = LIMITS[Throttle.CREATE_ROOM]
    outcomes = await asyncio.gather(
        *(guest.outcome("create_room") for guest in (ann, bob) for _ in range(limit.burst // 2 + 5))
    )
    assert Counter(outcomes) == {"ok": limit.burst, "slow_down": 10}
    clock.passes(limit.seconds / limit.times)
    assert [await guest.outcome("create_room") for guest in (bob, ann)] == ["ok", "slow_down"]


async def test_who_guesses_codes_waits_and_who_waited_may_try_again(still_party: Party, clock: StandingClock) -> None:
    ann, eve = await still_party.come("Ann", "Eve")
    code = await ann.opens_a_room(private=True)
    for number in range(FREE_MISSES):
        assert await eve.refused("join_room", code=f"ZZZZZ{chr(65 + number)}") == "room_not_found"
    for wait in (15, 30, 60):
        assert (await eve.refusal("join_room", code=code))["retry_after"] == wait, "the right code tells no more"
        clock.passes(wait)
        assert await eve.refused("join_room", code="ZZZZZZ") == "room_not_found"
    clock.passes(120)
    await eve.joins(code)
    await still_party.settles()
    assert ann.tally(code) == {"member_joined": 1}


# What these stories have in common


def came(guest: Guest) -> list[str]:
    return [each for event in guest.heard("presence") for each in event["came"]]


def went(guest: Guest) -> list[str]:
    return [each for event in guest.heard("presence") for each in event["went"]]


async def is_away(guest: Guest, clock: StandingClock, grace: float, of: Guest) -> None:
    """Let somebody's grace pass, but for a moment; then wholly. `guest` hears of it then and not before."""
    await clock.is_looked_at()
    clock.passes(grace - 0.001)
    await clock.is_looked_at()
    assert of.id not in went(guest)
    clock.passes(1)
    await guest.until(lambda: of.id in went(guest))


async def seats_are(party: Party, clock: StandingClock, code: str, count: int) -> None:
    """Let the grace of those who have gone pass until so many seats are taken."""
    while party.database.holds(code).seats != count:
        clock.passes(GRACE)
        await clock.is_looked_at()

"""What a room's sessions are owed in one tick."""

from hubbub.core.event import AnyEvent, Presence
from hubbub.hub.fan_out import MOST_PER_TICK, fan_out
from tests.hub.listener import CODE, CountingCodec, Listener, said


def test_sessions_of_one_codec_share_one_piece_and_each_codec_encodes_once() -> None:
    shared, own = CountingCodec(), CountingCodec()
    ann, bob, eve = Listener("ann", shared), Listener("bob", shared), Listener("eve", own)
    events: list[AnyEvent] = [said(1), said(2), Presence(code=CODE, here=3)]
    assert fan_out(CODE, events, [ann, bob, eve]) == []
    assert shared.encoded == own.encoded == events
    assert ann.frames == bob.frames == eve.frames == [(b"message_sentmessage_sentpresence", 2)]
    assert ann.frames[0][0] is bob.frames[0][0], "the same bytes, not a copy"


def test_what_is_too_much_for_one_tick_follows_in_order_and_is_the_same_for_all() -> None:
    events: list[AnyEvent] = [said(seq, text="x" * 10_000) for seq in range(1, 61)]
    ann, bob = Listener("ann"), Listener("bob")
    ticks, rest = 0, events
    while rest:
        rest = fan_out(CODE, rest, [ann, bob])
        ticks += 1
    assert ticks == 3
    assert ann.heard == bob.heard == events
    assert all(len(codec_calls) <= MOST_PER_TICK // 10_000 for codec_calls in (ann.seqs, bob.seqs))


def test_one_that_is_too_much_by_itself_is_handed_over_all_the_same() -> None:
    ann = Listener("ann")
    assert fan_out(CODE, [said(1, text="\N{GRINNING FACE}" * MOST_PER_TICK)], [ann]) == []
    assert ann.seqs == [1]


def test_what_has_no_seq_is_of_seq_zero() -> None:
    ann = Listener("ann")
    fan_out(CODE, [Presence(code=CODE, here=1)], [ann])
    assert ann.frames == [(b"presence", 0)]

"""Read positions on their way to the store."""

from hubbub.chat.reads import MOST_WAITING, WRITE_EVERY, Reads


def test_the_first_position_is_written_at_once_and_the_next_ones_together_later() -> None:
    reads = Reads()
    assert reads.note("ABCD", "ann", 1, 0.0) is True
    assert reads.note("ABCD", "ann", 2, 0.1) is False
    assert reads.note("ABCD", "ann", 3, 0.2) is False
    assert reads.position("ABCD", "ann", stored=1) == 3
    assert reads.due(WRITE_EVERY - 0.01) == []
    assert reads.due(WRITE_EVERY) == [("ABCD", "ann", 3)]
    reads.wrote("ABCD", "ann", 3)
    assert reads.due(WRITE_EVERY * 2) == [], "nothing is written twice"
    assert reads.note("ABCD", "ann", 4, 9.0) is True, "after a pause it is written at once again"


def test_what_could_not_be_written_is_due_again_and_known_all_the_time() -> None:
    reads = Reads()
    reads.note("ABCD", "ann", 1, 0.0)
    reads.note("ABCD", "ann", 2, 0.0)
    assert reads.due(WRITE_EVERY) == [("ABCD", "ann", 2)]
    assert reads.due(WRITE_EVERY) == [], "it is on its way"
    assert reads.position("ABCD", "ann", stored=1) == 2
    assert reads.due(WRITE_EVERY, everything=True) == [("ABCD", "ann", 2)]
    assert reads.due(WRITE_EVERY * 2) == [("ABCD", "ann", 2)]


def test_a_position_that_moves_on_while_it_is_written_is_written_again() -> None:
    reads = Reads()
    reads.note("ABCD", "ann", 1, 0.0)
    reads.note("ABCD", "ann", 2, 0.0)
    assert reads.due(WRITE_EVERY) == [("ABCD", "ann", 2)]
    reads.note("ABCD", "ann", 3, WRITE_EVERY)
    reads.wrote("ABCD", "ann", 2)
    assert reads.position("ABCD", "ann", stored=2) == 3
    assert reads.due(WRITE_EVERY * 2) == [("ABCD", "ann", 3)]


def test_a_position_is_known_a_little_longer_than_it_waits() -> None:
    reads = Reads()
    reads.note("ABCD", "ann", 1, 0.0)
    reads.note("ABCD", "ann", 2, 0.0)
    reads.due(WRITE_EVERY)
    reads.wrote("ABCD", "ann", 2)
    assert reads.position("ABCD", "ann", stored=1) == 2, "that was read from the store before"
    reads.due(WRITE_EVERY * 2)
    assert reads.position("ABCD", "ann", stored=0) == 0, "nothing is kept for ever"


def test_the_position_of_one_who_has_none_is_forgotten() -> None:
    reads = Reads()
    reads.note("ABCD", "ann", 1, 0.0)
    reads.note("ABCD", "ann", 2, 0.0)
    reads.forget("ABCD", "ann")
    assert reads.position("ABCD", "ann", stored=0) == 0
    assert reads.due(0.0, everything=True) == []


def test_people_and_rooms_dont_wait_for_each_other() -> None:
    reads = Reads()
    assert all(reads.note(code, who, 1, 0.0) for code in ("ABCD", "WXYZ") for who in ("ann", "bob"))


def test_at_the_end_everything_is_due() -> None:
    reads = Reads()
    reads.note("ABCD", "ann", 1, 0.0)
    reads.note("ABCD", "ann", 2, 0.0)
    assert reads.due(0.0, everything=True) == [("ABCD", "ann", 2)]


def test_when_too_many_wait_the_next_is_written_at_once() -> None:
    reads = Reads()
    for number in range(MOST_WAITING):
        reads.note("ABCD", str(number), 1, 0.0)
        reads.note("ABCD", str(number), 2, 0.0)
    reads.note("ABCD", "one more", 1, 0.0)
    assert reads.note("ABCD", "one more", 2, 0.0) is True

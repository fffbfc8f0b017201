"""Events: the tables of them, and what each is made of."""

import dataclasses
from collections.abc import Iterable

import pytest

from hubbub.core.event import (
    EPHEMERAL_EVENTS,
    STORED_EVENTS,
    AnyEvent,
    Author,
    EphemeralEvent,
    MemberRenamed,
    MessageSent,
    Person,
    StoredEvent,
    with_name,
)
from hubbub.core.member import Role

EVENTS: list[type[AnyEvent]] = [*STORED_EVENTS, *EPHEMERAL_EVENTS]
ANN = Author("ann", "Ann", Role.OWNER)
WHERE = ("code", "seq", "at", "by")


def names(kinds: Iterable[type]) -> set[str]:
    """Return names of classes, since a class with slots has a twin without them."""
    return {f"{kind.__module__}.{kind.__qualname__}" for kind in kinds}


def test_every_stored_event_is_in_the_table_once() -> None:
    assert names(StoredEvent.__subclasses__()) == names(STORED_EVENTS)
    assert len(set(STORED_EVENTS)) == len(STORED_EVENTS)


def test_every_ephemeral_event_is_in_the_table_once() -> None:
    assert names(EphemeralEvent.__subclasses__()) == names(EPHEMERAL_EVENTS)
    assert len(set(EPHEMERAL_EVENTS)) == len(EPHEMERAL_EVENTS)


def test_no_two_events_have_the_same_type() -> None:
    assert len({kind.type for kind in EVENTS}) == len(EVENTS)


@pytest.mark.parametrize("kind", EVENTS)
def test_the_type_of_an_event_is_its_name_in_small_letters(kind: type[AnyEvent]) -> None:
    assert kind.type.replace("_", "") == kind.__name__.lower()
    assert kind.type == kind.type.lower()


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_is_a_slotted_value_with_named_fields(kind: type[AnyEvent]) -> None:
    assert kind.__dict__["__dataclass_params__"].unsafe_hash
    assert "__slots__" in kind.__dict__
    assert all(field.kw_only for field in dataclasses.fields(kind))


@pytest.mark.parametrize("kind", STORED_EVENTS)
def test_a_stored_event_begins_with_where_when_and_who(kind: type[StoredEvent]) -> None:
    assert tuple(field.name for field in dataclasses.fields(kind))[:4] == WHERE


@pytest.mark.parametrize("kind", EPHEMERAL_EVENTS)
def test_an_ephemeral_event_has_no_place_in_a_log(kind: type[EphemeralEvent]) -> None:
    assert not {"seq", "at", "by"} & {field.name for field in dataclasses.fields(kind)}


def test_an_event_is_told_under_another_name_of_its_author_and_nothing_else_changes() -> None:
    sent = MessageSent(code="ABCD", seq=3, at=1, by=ANN, text="hello", number=1, client_message_id="one")
    renamed = with_name(sent, "Anna")
    assert renamed.by == Author("ann", "Anna", Role.OWNER)
    assert dataclasses.replace(renamed, by=ANN) == sent
    assert sent.by.name == "Ann"


def test_an_event_under_another_name_is_still_of_its_kind() -> None:
    event = MemberRenamed(code="ABCD", seq=3, at=1, by=ANN, user=Person("ann", "Ann"), name="Anna")
    assert type(with_name(event, "Anna")) is MemberRenamed

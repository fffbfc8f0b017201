"""Values are frozen dataclasses to the type checker, and compare, hash and show like them."""

import dataclasses

from hubbub.core.event import Person


def test_equal_values_are_the_same_key_and_others_are_not() -> None:
    ann, again, bob = Person("1", "Ann"), Person("1", "Ann"), Person("2", "Bob")
    assert ann == again != bob
    assert len({ann, again, bob}) == 2


def test_a_value_is_a_dataclass_without_a_dict() -> None:
    ann = Person("1", "Ann")
    assert repr(ann) == "Person(id='1', name='Ann')"
    assert dataclasses.replace(ann, name="Anna") == Person("1", "Anna")
    assert not hasattr(ann, "__dict__")


def test_changing_a_value_is_refused_by_the_type_checker() -> None:
    ann = Person("1", "Ann")
    ann.name = "Anna"  # type: ignore[misc]  # an ignore of nothing is an error too: so `make types` is the test
    assert ann != Person("1", "Ann"), "at run time nothing is in the way, which is the point"

"""Rooms through the HTTP door, row by row of the acceptance list."""

import re
from collections.abc import Callable

from tests.people import Person

MakePerson = Callable[..., Person]


def test_a3_a_new_room_has_four_capital_letters_and_no_two_have_the_same(person: MakePerson) -> None:
    ann = person("Ann")
    codes = [ann.create_room() for _ in range(200)]
    assert all(re.fullmatch("[A-Z]{4}", code) for code in codes)
    assert len(set(codes)) == 200

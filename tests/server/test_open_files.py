"""A server asks for as many open files as it may have."""

import resource
from collections.abc import Iterator

import pytest

from hubbub.server.open_files import ENOUGH, allow_many_files

FILES = resource.RLIMIT_NOFILE


@pytest.fixture
def most() -> Iterator[int]:
    """What this process may have at most; what it has is put back afterwards."""
    before = resource.getrlimit(FILES)
    yield before[1]
    resource.setrlimit(FILES, before)


def test_a_shells_few_files_become_as_many_as_the_machine_allows(most: int) -> None:
    resource.setrlimit(FILES, (256, most))
    allow_many_files()
    assert resource.getrlimit(FILES) == (min(most, ENOUGH) if most != resource.RLIM_INFINITY else ENOUGH, most)


def test_who_may_have_enough_is_left_alone(most: int) -> None:
    before = resource.getrlimit(FILES)
    allow_many_files()
    allow_many_files()
    assert resource.getrlimit(FILES)[0] >= before[0]


def test_a_system_that_says_more_than_it_allows_is_no_reason_not_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_many_files()

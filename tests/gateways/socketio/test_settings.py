"""The engine's settings: what holds when nothing else is said."""

import dataclasses

import pytest

from hubbub.gateways.socketio.origin import anywhere
from hubbub.gateways.socketio.settings import HIGH_WATER, MOST_OWED, EngineSettings
from hubbub.protocol.limits import MAX_BODY


def test_the_usual_values_are_those_of_the_reference_in_milliseconds_and_bytes() -> None:
    settings = EngineSettings(may_connect=anywhere())
    assert (settings.path, settings.ping_interval, settings.ping_timeout) == ("/socket.io/", 25_000, 20_000)
    assert settings.max_payload == MAX_BODY
    assert (settings.cookie, settings.allow_origin) == ("", ""), "nothing is bound or opened unasked"


def test_without_more_nobodys_word_on_an_address_is_believed_and_nobody_is_too_many() -> None:
    settings = EngineSettings(may_connect=anywhere())
    assert settings.client_of("192.0.2.7", ["10.0.0.1"]) == "192.0.2.7"
    assert [settings.crowd.enter("192.0.2.7") for _ in range(1000)] == [0] * 1000
    settings.crowd.leave("192.0.2.7")


def test_settings_stay_as_they_are() -> None:
    settings = EngineSettings(may_connect=anywhere())
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.path = "/"  # type: ignore[misc]


def test_a_connection_is_full_long_before_it_is_given_up() -> None:
    assert HIGH_WATER * 4 <= MOST_OWED

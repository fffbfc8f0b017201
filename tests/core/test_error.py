"""The tables of refusals and disconnects: complete, and sane at every door."""

import string

import pytest

from hubbub.core.error import DISCONNECTS, ERRORS, ChatError, Disconnect, ErrorCode

ALL_CODES = list(ErrorCode)
RETRIED = {ErrorCode.SLOW_DOWN, ErrorCode.STORAGE_FULL, ErrorCode.UNAVAILABLE}


def test_every_error_code_has_a_row_and_every_row_a_code() -> None:
    assert set(ERRORS) == set(ErrorCode)


def test_every_disconnect_has_a_row_and_every_row_a_disconnect() -> None:
    assert set(DISCONNECTS) == set(Disconnect)


@pytest.mark.parametrize("code", ALL_CODES)
def test_a_code_is_its_name_in_small_letters(code: ErrorCode) -> None:
    assert code.value == code.name.lower()
    assert set(code.value) <= set(string.ascii_lowercase + "_")


@pytest.mark.parametrize("code", ALL_CODES)
def test_the_words_of_a_refusal_are_whole_sentences(code: ErrorCode) -> None:
    words = ERRORS[code].words
    assert words[0].isupper()
    assert words.endswith(".")


@pytest.mark.parametrize("code", ALL_CODES)
def test_the_statuses_of_a_refusal_are_errors_at_every_door(code: ErrorCode) -> None:
    row = ERRORS[code]
    assert 400 <= row.http <= 599
    assert row.irc == 263 or 400 <= row.irc <= 599
    assert 1 <= row.exit <= 125


@pytest.mark.parametrize("code", ALL_CODES)
def test_only_what_may_work_later_is_to_be_retried_and_says_so_at_every_door(code: ErrorCode) -> None:
    row = ERRORS[code]
    assert row.retry == (code in RETRIED)
    assert (row.exit == 75) == row.retry  # EX_TEMPFAIL
    assert (row.http in {429, 503, 507}) == row.retry


@pytest.mark.parametrize("code", ALL_CODES)
def test_an_error_without_words_of_its_own_says_those_of_the_table(code: ErrorCode) -> None:
    assert str(ChatError(code)) == ChatError(code).message == ERRORS[code].words


def test_an_error_may_bring_words_of_its_own() -> None:
    error = ChatError(ErrorCode.ROOM_NOT_FOUND, "There is no room ABCD.", field="code")
    assert str(error) == error.message == "There is no room ABCD."
    assert error.field == "code"


def test_two_equal_errors_are_two_errors_that_can_be_told_apart_and_put_into_a_set() -> None:
    one, other = ChatError(ErrorCode.BANNED), ChatError(ErrorCode.BANNED)
    assert one != other
    assert len({one, other}) == 2


@pytest.mark.parametrize("reason", list(Disconnect))
def test_a_disconnect_has_words_and_a_websocket_code_that_a_server_may_send(reason: Disconnect) -> None:
    row = DISCONNECTS[reason]
    assert row.words.endswith(".")
    assert row.websocket in {1000, 1001, 1008, 1011, 1012, 1013}


def test_who_is_sent_away_stays_away_and_everybody_else_comes_back() -> None:
    back = {reason for reason, row in DISCONNECTS.items() if row.returns}
    assert back == {Disconnect.SLOW, Disconnect.CLOSING, Disconnect.HEARTBEAT}

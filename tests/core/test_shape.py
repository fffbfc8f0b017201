"""The marks on the fields of commands."""

import json
from typing import Annotated, get_args

import pytest

from hubbub.core.shape import MAX_CLIENT_MESSAGE_ID, MAX_SEQ, ClientMessageId, Code, Epoch, Length, PageSize, Range, Seq


@pytest.mark.parametrize(
    ("alias", "kind", "mark"),
    [
        (Seq, int, Range(0, MAX_SEQ)),
        (PageSize, int, Range(1, 200)),
        (Code, str, Length(1, 16)),
        (ClientMessageId, str, Length(1, MAX_CLIENT_MESSAGE_ID)),
        (Epoch, str, Length(1, 32)),
    ],
)
def test_a_shape_is_a_type_with_one_mark(alias: object, kind: type, mark: Range | Length) -> None:
    assert get_args(alias) == get_args(Annotated[kind, mark])


def test_the_largest_seq_is_the_last_that_readers_of_json_can_tell_from_the_next() -> None:
    assert float(MAX_SEQ) != float(MAX_SEQ + 1)
    assert float(MAX_SEQ + 1) == float(MAX_SEQ + 2)
    assert json.loads(json.dumps(MAX_SEQ)) == MAX_SEQ

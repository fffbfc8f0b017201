"""The form's fields are read strictly."""

import pytest

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.pages.form import Form, parse_form


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"", Form()),
        (b"name=Ann&code=WXYZ&action=join", Form(action="join", code="WXYZ", name="Ann")),
        (b"name=", Form()),
        (b"name", Form()),
        (b"name=A+%26+B%3D", Form(name="A & B=")),
        (b"name=Zo%C3%AB", Form(name="Zoë")),
        ("name=Zoë".encode(), Form(name="Zoë")),
        (b"name=a;b", Form(name="a;b")),
        (b"name=%zz", Form(name="%zz")),
        (b"&&name=Ann&", Form(name="Ann")),
        (b"draft=a%0D%0Ab", Form(draft="a\r\nb")),
    ],
)
def test_fields_are_read_as_browsers_write_them(body: bytes, form: Form) -> None:
    assert parse_form(body) == form


@pytest.mark.parametrize("body", [b"x=1", b"name=a&name=a", b"name=%ff", b"\xff=1", b"name=%ed%a0%80", b"&name=" * 50])
def test_what_has_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(ChatError) as refused:
        parse_form(body)
    assert refused.value.code is ErrorCode.BAD_REQUEST

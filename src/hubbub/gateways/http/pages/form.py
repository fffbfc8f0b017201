"""The form of the home page: its fields, read strictly, within limits of size and time."""

from dataclasses import dataclass, fields
from urllib.parse import parse_qsl

from starlette.requests import Request

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.body import read_body

TYPE = "application/x-www-form-urlencoded"
MOST_BYTES = 64 * 1024
"""As much as the headers of a request may have: a draft comes in an address, and goes into one again."""

MOST_SHOWN = 40
"""Characters of an unknown field's name that a page shows."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in. `only` is "name" where nothing else was asked; `draft` goes on to the room's composer."""

    action: str = ""
    code: str = ""
    name: str = ""
    only: str = ""
    fresh: str = ""
    draft: str = ""
    form_token: str = ""


async def read_form(request: Request) -> Form:
    """Read the form out of a request. Raises ChatError `bad_request`, `too_long`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != TYPE:
        raise ChatError(ErrorCode.BAD_REQUEST, f"A form comes as {TYPE}.")
    return parse_form(await read_body(request, MOST_BYTES))


def parse_form(body: bytes) -> Form:
    """Return the form in a body; every field at most once, and none that it doesn't have."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=len(_FIELDS))
    except UnicodeDecodeError:
        raise ChatError(ErrorCode.BAD_REQUEST, "The form isn't valid UTF-8.") from None
    except ValueError:
        raise ChatError(ErrorCode.BAD_REQUEST, "The form has too many fields.") from None
    values: dict[str, str] = {}
    for name, value in pairs:
        if name not in _FIELDS:
            raise ChatError(ErrorCode.BAD_REQUEST, f"The form has no field {_shown(name)}.")
        if name in values:
            raise ChatError(ErrorCode.BAD_REQUEST, f"The field `{name}` stands there twice.")
        values[name] = value
    return Form(**values)


def _shown(name: str) -> str:
    """Return the name of a field as a page may show it, whoever made it up."""
    printable = "".join(letter for letter in name if letter.isprintable())
    return printable if len(printable) <= MOST_SHOWN else f"{printable[:MOST_SHOWN]}…"


_FIELDS = frozenset(field.name for field in fields(Form))

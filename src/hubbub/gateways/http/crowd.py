"""The answer to an address that has too much open at once."""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.headers import SecurityHeaders
from hubbub.gateways.http.refusals import answer_error

RETRY_AFTER = 5


def build_refusal(*, https: bool) -> ASGIApp:
    """Return an application that answers every request so, and closes the connection."""
    return SecurityHeaders(_refuse, https=https)


def too_many() -> Response:
    """Return the answer to one request; it closes the connection."""
    words = "There are too many connections from your address."
    answer = answer_error(ChatError(ErrorCode.SLOW_DOWN, words, retry_after=RETRY_AFTER))
    answer.headers["Connection"] = "close"
    return answer


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    await too_many()(scope, receive, send)

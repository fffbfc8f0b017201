"""Everything that goes wrong becomes an answer: a page for browsers, JSON by the one error table for the rest."""

import structlog
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.pages import Look, wants_page
from hubbub.gateways.http.refusals import answer_error, methods_of, no_such_path

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.http")


def handle_errors(app: FastAPI, look: Look) -> None:
    """Have the application answer so."""

    def answer(request: Request, error: ChatError) -> Response:
        return look.notice(request, error) if wants_page(request) else answer_error(error)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ChatError)
        return answer(request, error)

    async def unknown(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        methods = methods_of(app.routes, request) if error.status_code == 405 else []
        response = answer(request, no_such_path(request, methods))
        if methods:
            response.status_code = 405
            response.headers["Allow"] = ", ".join(methods)
        return response

    async def failed(request: Request, error: Exception) -> Response:
        log.error("request_failed", method=request.method, exc_info=error)
        return answer(request, ChatError(ErrorCode.INTERNAL))

    app.add_exception_handler(ChatError, refused)
    app.add_exception_handler(HTTPException, unknown)
    app.add_exception_handler(Exception, failed)

"""Health for machines that watch this one: alive, ready, metrics."""

import hmac
from ipaddress import ip_address

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import address_of
from hubbub.gateways.http.routes import READ
from hubbub.protocol import json
from hubbub.session import UNIX_SOCKET


def health_router(door: Door) -> APIRouter:
    """Return the routes /healthz, /readyz and /metrics."""
    router = APIRouter(include_in_schema=False)

    async def healthz() -> Response:
        return _status(200, "ok", door.version)

    async def readyz() -> Response:
        if door.draining:
            return _status(503, "draining", door.version)
        return _status(200, "ok", door.version) if await door.ready() else _status(503, "unavailable", door.version)

    async def metrics(request: Request) -> Response:
        _check_may_measure(door, request)
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")

    registry = CollectorRegistry()
    registry.register(_Measures(door))
    router.add_api_route("/healthz", healthz, methods=READ)
    router.add_api_route("/readyz", readyz, methods=READ)
    router.add_api_route("/metrics", metrics, methods=READ)
    return router


class _Measures(Collector):
    """Gives Prometheus what the server counts; a name that ends in `_total` is a counter."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def collect(self) -> list[CounterMetricFamily | GaugeMetricFamily]:
        rows: list[CounterMetricFamily | GaugeMetricFamily] = []
        for name, value in self._door.measure().items():
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            rows.append(kind(f"hubbub_{name}", name.replace("_", " "), value=value))
        return rows


def _status(code: int, status: str, version: str) -> Response:
    return Response(json.encode({"status": status, "version": version}), code, media_type="application/json")


def _check_may_measure(door: Door, request: Request) -> None:
    """Let this machine measure, or whoever has the token when one is set."""
    if door.metrics_token:
        given = request.headers.get("authorization", "").encode()
        allowed = hmac.compare_digest(given, f"Bearer {door.metrics_token}".encode())
    else:
        handed_on = "x-forwarded-for" in request.headers  # maybe by a proxy that nobody has named
        allowed = _is_this_machine(address_of(request)) and not handed_on
    if not allowed:
        raise ChatError(ErrorCode.FORBIDDEN)


def _is_this_machine(address: str) -> bool:
    if address == UNIX_SOCKET:
        return True
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback

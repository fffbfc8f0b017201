"""The HTTP door: the API, its documentation, health and metrics."""

from hubbub.gateways.http.app import build_app
from hubbub.gateways.http.crowd import build_refusal, too_many
from hubbub.gateways.http.door import Door

__all__ = ["Door", "build_app", "build_refusal", "too_many"]

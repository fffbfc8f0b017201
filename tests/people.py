"""People at the HTTP door, as tests play them."""

from types import TracebackType
from typing import Any, Self

import httpx2


class Person:
    """A guest with a token; every method asks the server and returns the answer's JSON.

    `refused` returns the error of a request that must fail; `request` the bare response.
    """

    def __init__(self, url: str, name: str = "Ann") -> None:
        self.http = httpx2.Client(base_url=f"{url}/api/v1", timeout=70)
        guest = self.ask("POST", "/guests", json={"name": name})
        self.name, self.id, self.token = name, guest["user"]["id"], guest["token"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.http.request(method, path, **more)

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        response = self.request(method, path, **more)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        answer: dict[str, Any] = response.json()
        return answer

    def refused(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        response = self.request(method, path, **more)
        assert response.is_error, f"{method} {path} was not refused: {response.text}"
        error: dict[str, Any] = response.json()["error"]
        return error | {"status": response.status_code}

    def create_room(self, **fields: Any) -> str:
        """Make a room; return its code."""
        return str(self.ask("POST", "/rooms", json=fields)["code"])

    def join(self, code: str, **fields: Any) -> dict[str, Any]:
        return self.ask("PUT", f"/rooms/{code}/members/me", json=fields)

    def leave(self, code: str) -> dict[str, Any]:
        return self.ask("DELETE", f"/rooms/{code}/members/me")

    def send(self, code: str, text: str, **fields: Any) -> dict[str, Any]:
        return self.ask("POST", f"/rooms/{code}/messages", json={"text": text, **fields})

    def events(self, code: str, since: int = 0, **query: Any) -> dict[str, Any]:
        return self.ask("GET", f"/rooms/{code}/events", params={"since": since, **query})

    def messages(self, code: str, **query: Any) -> dict[str, Any]:
        return self.ask("GET", f"/rooms/{code}/messages", params=query)

    def texts(self, code: str) -> list[str]:
        """Return the room's latest texts, oldest first."""
        return [message["text"] for message in self.messages(code)["messages"]]

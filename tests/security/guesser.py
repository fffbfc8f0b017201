"""Somebody who guesses codes: at any door, from any address, as anybody."""

import json
import secrets
from dataclasses import dataclass, replace

import httpx2

from tests.live_client import PATIENCE, RefusalError, Route, begin_to_poll, connected
from tests.people import Person

DOORS = ("http", "websocket", "polling", "form")
OF_STATUS = {200: "ok", 303: "ok", 404: "room_not_found", 429: "slow_down"}
WRONG = [f"ZZZZZ{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXY"]
"""Codes that no room has, as good as certainly."""


@dataclass(frozen=True)
class Guesser:
    """Whose token it is, and where they say to be: `address` is what a proxy would have added."""

    url: str
    token: str
    name: str
    address: str = ""

    @classmethod
    async def at(cls, url: str, address: str = "") -> "Guesser":
        """Return a new guest there."""
        name = f"Eve {secrets.token_hex(4)}"
        async with httpx2.AsyncClient(headers=_of(address), verify=False) as client:
            answer = await client.post(f"{url}/api/v1/guests", json={"name": name})
        return cls(url, answer.json()["token"], name, address)

    def from_address(self, address: str) -> "Guesser":
        """Return the same person at another address."""
        return replace(self, address=address)

    @property
    def headers(self) -> dict[str, str]:
        """What their requests carry."""
        return {"Authorization": f"Bearer {self.token}"} | _of(self.address)

    async def guess(self, door: str, code: str) -> str:
        """Try to get into a room; return "ok", or the code of the refusal."""
        match door:
            case "http":
                return await self._by_request(code)
            case "websocket":
                return await self._by_websocket(code)
            case "polling":
                return await self._by_polls(code)
        return await self._by_form(code)

    async def _by_request(self, code: str) -> str:
        async with self._client(Authorization=f"Bearer {self.token}") as client:
            answer = await client.put(f"/api/v1/rooms/{code}/members/me")
        return "ok" if answer.is_success else str(answer.json()["error"]["code"])

    async def _by_websocket(self, code: str) -> str:
        async with connected(Route(self.url, headers=_of(self.address)), token=self.token) as client:
            try:
                await client.ask("join_room", code=code)
            except RefusalError as refused:
                return str(refused.error["code"])
            return "ok"

    async def _by_polls(self, code: str) -> str:
        async with self._client() as client:
            await begin_to_poll(client, json.dumps({"token": self.token}))
            command = "427" + json.dumps(["join_room", {"code": code}])
            assert (await client.post("/socket.io/", content=command)).text == "ok"
            while True:
                for packet in (await client.get("/socket.io/")).text.split("\x1e"):
                    if packet.startswith("437"):
                        reply = json.loads(packet[3:])[0]
                        return "ok" if reply["ok"] else str(reply["error"]["code"])

    async def _by_form(self, code: str) -> str:
        async with self._client(Origin=self.url) as client:
            page = await client.post("/api/v1/guests", json={"name": "Zed"})  # for the name of the cookie alone
            (name,) = page.cookies
            client.cookies.clear()
            form = {"action": "join", "name": self.name, "code": code}
            answer = await client.post("/", data=form, headers={"Cookie": f"{name}={self.token}"})
        return OF_STATUS[answer.status_code]

    def _client(self, **headers: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.url, headers=headers | _of(self.address), timeout=PATIENCE, verify=False
        )


def alike_to_strangers(owner: Person) -> tuple[str, str, str]:
    """Return codes that no stranger may tell apart: of a private room, of one that was deleted, and of none."""
    deleted = owner.create_room(private=True)
    owner.ask("DELETE", f"/rooms/{deleted}")
    return owner.create_room(private=True), deleted, WRONG[0]


def _of(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address} if address else {}

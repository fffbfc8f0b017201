"""A browser without scripts, as tests play it: it keeps cookies, fills in forms, and sends no Origin, like w3m."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx2

_VOID = {"meta", "link", "input", "path", "rect", "br"}


@dataclass
class Page(HTMLParser):
    """What stands on a page: its fields with their values, its links, and the words of each element with an id."""

    answer: httpx2.Response
    title: str = ""
    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    root: dict[str, str | None] = field(default_factory=dict)
    app: dict[str, str | None] = field(default_factory=dict)
    form: dict[str, str | None] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)
    _open: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self.feed(self.answer.text)
        self.close()
        assert not self._open, self._open
        for found in (self.links, self.words):
            found.update({name: " ".join(words.split()) for name, words in found.items()})

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def alert(self) -> str:
        """What is wrong with the form as a whole."""
        return self.words.get("alert", "")

    def error(self, name: str) -> str:
        """What is wrong with a field; the field itself must say so too."""
        words = self.words.get(f"{name}-error", "")
        assert bool(words) == (name in self.wrong)
        return words

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self._open.append((tag, given))
        if tag == "html":
            self.root = given
        if given.get("id") == "app":
            self.app = given
        if tag == "form":
            self.form = given
        if tag == "input":
            self.fields[str(given["name"])] = given["value"] or ""
            if given.get("aria-invalid") == "true":
                self.wrong.add(str(given["name"]))
        if tag == "button" and given.get("name") == "action":
            self.actions.append(str(given["value"]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag, given in self._open:
            if tag == "title":
                self.title += data
            if tag == "a":
                href = str(given["href"])
                self.links[href] = self.links.get(href, "") + data
            if name := given.get("id") or given.get("role"):
                self.words[name] = self.words.get(name, "") + data


class Browser:
    """Somebody with a browser of their own."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self.http = httpx2.Client(base_url=url, headers={"Accept": "text/html,*/*;q=0.5"} | headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def open(self, path: str = "/", **more: Any) -> Page:
        """Open an address that must be a page."""
        answer = self.http.get(path, **more)
        assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.headers
        return Page(answer)

    def send(self, page: Page, action: str = "", **typed: str) -> httpx2.Response:
        """Fill in the form of a page and press one of its buttons, or none."""
        assert action in {"", *page.actions}
        pressed = {"action": action} if action else {}
        return self.http.request(str(page.form["method"]), str(page.form["action"]), data=page.fields | typed | pressed)

    def enter(self, action: str = "join", path: str = "/", **typed: str) -> str:
        """Get into a room by the form of a page; return the address to which one is led."""
        answer = self.send(self.open(path), action, **typed)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def refused(self, action: str = "join", path: str = "/", **typed: str) -> Page:
        """Send the form of a page that must come again."""
        answer = self.send(self.open(path), action, **typed)
        assert answer.is_client_error, answer.status_code
        return Page(answer)

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Ask the API as a script of our own page would."""
        answer = self.http.request(method, f"/api/v1{path}", headers={"Origin": self.url}, **more)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    @property
    def me(self) -> dict[str, str]:
        """Whom the server takes this browser for."""
        user: dict[str, str] = self.ask("GET", "/users/me")["user"]
        return user

    def create(self, name: str = "Ann") -> str:
        """Make a room by the form; return its code."""
        return self.enter("create", name=name).removeprefix("/r/")

"""Hostile texts as messages: with the policy switched off nothing of them runs, and each is shown as it was typed."""

import re
import unicodedata
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import pytest
from playwright.async_api import Browser

from tests.e2e.page.chromium import Visitors
from tests.e2e.page.corpus import corpus
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.watch import READ, Watch
from tests.people import Person
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

BATCH = 300
"""As many as a timeline keeps, and some."""

_MARKED = re.compile(r"[*_~`\[\]\\@]|http|www\.|^\s*([-+>]|\d+[.)])", re.IGNORECASE | re.MULTILINE)
"""What may be Markdown or an address."""


@pytest.fixture
async def watched(browser: Browser, server: ServerProcess) -> AsyncIterator[tuple[Visitor, Watch]]:
    """Ann, in a room, in a browser that heeds no policy and is watched."""
    async with Visitors(browser, server.url) as visitors:
        ann = await visitors.come("Ann", bypass_csp=True)
        watch = Watch(server.url)
        await watch.over(ann.page.context)
        await ann.create()
        yield ann, watch


async def test_of_a_thousand_hostile_texts_nothing_runs_and_all_are_shown(
    watched: tuple[Visitor, Watch], server: ServerProcess
) -> None:
    ann, watch = watched
    with Person(server.url, "Mallory") as mallory:
        mallory.join(ann.code)
        shown = 0
        for number, batch in enumerate(batches(corpus())):
            sent = [text for text in batch if say(mallory, ann.code, text)]
            end = f"That was batch {number}."
            say(mallory, ann.code, end)
            await ann.sees(end)
            kept = stored(mallory, ann.code, len(sent) + 1)
            lines = ann.log.get_by_role("article")
            texts = (await lines.evaluate_all(READ))[-len(kept) :]
            assert differences(kept, texts) == []
            assert await watch.look(ann.page) == []
            shown += len(sent)
    assert shown >= 1_000


async def test_what_is_typed_into_the_composer_is_as_harmless(watched: tuple[Visitor, Watch]) -> None:
    ann, watch = watched
    texts = [text for text in corpus()[::61] if text.strip() and "\0" not in text and len(text) < 2_000]
    for text in texts:
        await ann.composer.fill(text)
        await ann.composer.press("Enter")
    await ann.say("That was all.")
    read = await ann.log.get_by_role("article").evaluate_all(READ)
    assert differences([*map(kept_form, texts), "That was all."], read) == []
    assert await watch.look(ann.page) == []
    await ann.page.reload()
    await ann.sees("That was all.")
    assert (await ann.log.get_by_role("article").evaluate_all(READ))[-len(texts) :] == read[-len(texts) :]
    assert await watch.look(ann.page) == []


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("<img src=x onerror='hacked=1'>", "ran: hacked was set"),
        ("<iframe srcdoc='<script>parent.alert(5)</script>'></iframe>", "dialog: 5"),
        ("<img src='//elsewhere.invalid/x'>", "asked: http://elsewhere.invalid/x"),
        ("<p style='color: red'>x</p>", "style on <p>"),
        ("<svg></svg>", "drawing <svg>"),
        ("<a href='javascript:void 0'>x</a>", "link to javascript:void 0"),
    ],
)
async def test_the_watch_sees_what_would_run(watched: tuple[Visitor, Watch], markup: str, seen: str) -> None:
    ann, watch = watched
    ann.expected += ["net::ERR", "404"]
    await ann.say("Hello")
    await ann.log.locator(".bubble").evaluate("(bubble, markup) => { bubble.innerHTML = markup; }", markup)
    with anyio.fail_after(30):
        while seen not in await watch.look(ann.page):
            await ann.page.evaluate("new Promise(requestAnimationFrame)")


async def test_deep_and_long_texts_leave_the_page_quick(watched: tuple[Visitor, Watch], server: ServerProcess) -> None:
    ann, _ = watched
    with Person(server.url, "Mallory") as mallory:
        mallory.join(ann.code)
        for text in corpus():
            if len(text) > 3_000:
                say(mallory, ann.code, text)
        say(mallory, ann.code, "Done.")
    await ann.sees("Done.")
    wide = await ann.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    assert await ann.page.locator(".timeline").evaluate("(node) => node.scrollWidth - node.clientWidth") <= 0
    await ann.page.reload()
    await ann.arrived()
    slowest = await ann.page.evaluate(
        "performance.getEntriesByType('longtask').reduce((most, { duration }) => Math.max(most, duration), 0)"
    )
    assert slowest < 2_000
    await ann.say("Still here.")


def say(person: Person, code: str, text: str) -> bool:
    """Send a text; tell whether the server took it. What it refuses, it refuses as none or too long."""
    answer = person.request("POST", f"/rooms/{code}/messages", json={"text": text})
    if answer.is_success:
        return True
    assert answer.json()["error"]["code"] in {"text_invalid", "too_long"}, answer.text
    return False


def stored(person: Person, code: str, count: int) -> list[str]:
    """Return the last texts of a room, however many pages they fill."""
    texts: list[str] = []
    before: dict[str, Any] = {}
    while len(texts) < count:
        page = person.messages(code, limit=200, **before)["messages"]
        texts[:0] = [message["text"] for message in page]
        before = {"before": page[0]["seq"]}
    return texts[-count:]


def kept_form(text: str) -> str:
    """Return a text as the server keeps it."""
    return unicodedata.normalize("NFC", re.sub("\r\n?", "\n", text).rstrip().lstrip("\n"))


def differences(texts: list[str], shown: list[str]) -> list[tuple[str, str]]:
    """Return those that aren't shown as they are: to the letter, or, if they may be marked up, without other words."""
    return [each for each in zip(texts, shown, strict=True) if not is_shown(*each)]


def is_shown(text: str, shown: str) -> bool:
    if action := re.match(r"/me\s+(\S.*)", text, re.DOTALL):
        return shown.endswith(f" {action[1]}")
    if _MARKED.search(text) is None:
        return re.sub(r"[ \t]*\n", "\n", re.sub(r"\n\s*\n", "\n\n", text)) == shown
    return is_within(words_of(shown), words_of(text))


def words_of(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def is_within(part: str, whole: str) -> bool:
    """Tell whether all letters of a part come in this order in the whole."""
    letters = iter(whole)
    return all(letter in letters for letter in part)


def batches(texts: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(texts), BATCH):
        yield texts[first : first + BATCH]

"""Hostile texts everywhere else that the page shows what somebody typed: names, titles, addresses, forms."""

import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from playwright.async_api import Browser, expect

from tests.browser import Browser as PlainBrowser
from tests.browser import Page
from tests.e2e.page.chromium import Visitors
from tests.e2e.page.corpus import corpus, short
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.watch import Watch
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

LONGEST_ADDRESS = 6_000
PARAGRAPH = "<img src=x onerror=hacked=1> \"quoted\" 'too' {{7*7}} </textarea><script>hacked=1</script>"
DOCUMENT = """
() => [...document.querySelectorAll("*")].flatMap(({ localName, attributes }) => [
  ...(/^(iframe|object|embed|base|math|style|template|video|audio)$/.test(localName) ? [`<${localName}>`] : []),
  ...[...attributes].map(({ name }) => name).filter((name) => /^(on|srcdoc$|style$)/i.test(name)),
])
"""
"""Whatever stands in a document that no page of ours has."""


@pytest.fixture
async def watched(browser: Browser, server: ServerProcess) -> AsyncIterator[tuple[Visitor, Watch]]:
    """Ann, with a browser that heeds no policy and is watched."""
    async with Visitors(browser, server.url) as visitors:
        ann = await visitors.come("Ann", bypass_csp=True)
        watch = Watch(server.url)
        await watch.over(ann.page.context)
        yield ann, watch


@pytest.fixture
def web(server: ServerProcess) -> Iterator[httpx2.Client]:
    """Requests without a browser."""
    with httpx2.Client(base_url=server.url, headers={"Accept": "text/html"}, timeout=60) as web:
        yield web


async def test_names_are_letters_wherever_they_stand(watched: tuple[Visitor, Watch], web: httpx2.Client) -> None:
    ann, watch = watched
    await ann.create()
    names = [name for text in short(40)[::6] if (name := say_as(web, ann.code, text))]
    assert len(names) > 100
    await expect(ann.log.get_by_role("article")).to_have_count(len(names))
    shown = await ann.log.locator(".name bdi").all_text_contents()
    assert shown[-len(names) :] == names
    await expect(ann.page.get_by_role("complementary", name="People here").get_by_role("listitem")).not_to_have_count(1)
    assert await watch.look(ann.page) == []
    assert await ann.page.evaluate(DOCUMENT) == []


async def test_titles_are_letters_in_the_list_the_heading_and_the_tab(watched: tuple[Visitor, Watch]) -> None:
    ann, watch = watched
    await ann.create()
    titles = await ann.page.evaluate(MAKE_ROOMS, short(100)[::16])
    assert len(titles) > 50
    await ann.page.reload()
    await ann.arrived()
    rooms = ann.page.get_by_role("navigation", name="Rooms").get_by_role("link")
    await expect(rooms.filter(has_text=titles[-1])).to_be_visible()
    listed = await ann.page.get_by_role("navigation", name="Rooms").locator(".title").all_text_contents()
    assert {title for title in titles if title} <= set(listed)
    for title in [title for title in titles if "<" in title][:4]:
        await rooms.get_by_text(title, exact=True).first.click()
        await expect(ann.page).to_have_title(re.compile(re.escape(title)))
        await expect(ann.page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        await ann.page.get_by_role("button", name="More").click()
        await ann.page.get_by_role("menuitem", name="Leave the room").click()
        await expect(ann.page.get_by_role("dialog")).to_contain_text(title)
        await ann.page.keyboard.press("Escape")
    assert await ann.page.evaluate(DOCUMENT) == watch.seen == []


MAKE_ROOMS = """
async (titles) => {
  const made = [];
  for (const title of titles) {
    const body = JSON.stringify({ title });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch("/api/v1/rooms", { method: "POST", headers, body });
    if (answer.ok) made.push((await answer.json()).title);
  }
  return made;
}
"""


async def test_a_draft_in_the_address_is_only_typed(watched: tuple[Visitor, Watch]) -> None:
    ann, watch = watched
    await ann.create()
    for text in [
        PARAGRAPH,
        "javascript:hacked=1",
        "__proto__",
        "\u202e<svg onload=hacked=1>",
        "#<img src=x onerror=hacked=1>",
    ]:
        await ann.page.goto(f"{ann.url}/r/{ann.code}?draft={quote(text, safe='')}")
        await ann.arrived()
        await expect(ann.composer).to_have_value(text)
        await expect(ann.log.get_by_role("article")).to_have_count(0)
        assert "draft" not in ann.page.url
        await ann.composer.fill("")
    assert await ann.page.evaluate(DOCUMENT) == watch.seen == []


async def test_what_is_typed_into_the_form_of_home_comes_back_as_letters(watched: tuple[Visitor, Watch]) -> None:
    ann, watch = watched
    ann.expected.append("the server responded with a status of 4")  # as it does for a page itself
    await ann.home()
    tiles = await ann.page.evaluate(TYPE_INTO_CODE, corpus())
    assert not [each for each in tiles if not each.isascii() or not (each == "" or each.isalpha()) or len(each) > 8]
    for text in (PARAGRAPH, "'><script>hacked=1</script>" * 2):
        await ann.page.get_by_label("Room code").fill(text)
        await ann.page.get_by_label("Your name").fill(text)
        await ann.page.get_by_role("button", name="Join").click()
        await expect(ann.page.locator("#name-error")).to_be_visible()
        await expect(ann.page.get_by_label("Your name")).to_have_value(text)
    assert await ann.page.evaluate(DOCUMENT) == watch.seen == []


TYPE_INTO_CODE = """
(texts) => texts.map((text) => {
  for (const id of ["code", "name"]) {
    const field = document.getElementById(id);
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  return document.querySelector(".tiles").textContent.trim();
})
"""


def test_every_text_in_every_address_and_form_comes_back_escaped(server: ServerProcess) -> None:
    with PlainBrowser(server.url) as somebody:
        code = somebody.create()

    def try_part(texts: list[str]) -> None:
        with PlainBrowser(server.url) as stranger:
            home = stranger.open()
            for text in texts:
                address = quote(text, safe="")
                if len(address) < LONGEST_ADDRESS and text.strip("./"):
                    is_ours(stranger.http.get(f"/r/{address}"))
                    is_ours(stranger.http.get(f"/{address}"))
                    form = is_ours(stranger.http.get(f"/r/{code}?draft={address}"))
                    assert form.fields.get("draft", "") in {text, text.replace("\0", "\ufffd"), ""}
                answer = stranger.send(home, name=text + "x" * 41, code="QQQQ")
                if answer.status_code == 422:
                    assert is_ours(answer).fields["name"] == text + "x" * 41

    texts = corpus()[::4]
    with ThreadPoolExecutor(2) as both:
        list(both.map(try_part, [texts[::2], texts[1::2]]))


def is_ours(answer: httpx2.Response) -> Page:
    """Check that an answer is a page with our elements alone, under our policy; or leads to one, or is no page."""
    if answer.is_redirect or not answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.headers.get("location", "/").startswith("/") or answer.headers["location"].startswith(
            str(answer.url.copy_with(raw_path=b"/"))
        )
        return Page(httpx2.Response(200, text=""))
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    page = Page(answer)
    assert answer.text.count("<script") <= 1
    assert "<img" not in answer.text
    assert "<svg/onload" not in answer.text.lower()
    return page


def say_as(web: httpx2.Client, code: str, typed: str) -> str:
    """Come into a room under a name and say something; return the name as the server has it, "" if it wouldn't."""
    answer = web.post("/api/v1/guests", json={"name": typed}, headers={"Accept": "application/json"})
    web.cookies.clear()
    if answer.is_error:
        assert answer.json()["error"]["field"] == "name"
        return ""
    guest: dict[str, Any] = answer.json()
    headers = {"Authorization": f"Bearer {guest['token']}"}
    joined = web.put(f"/api/v1/rooms/{code}/members/me", headers=headers)
    if joined.is_error:
        assert joined.json()["error"]["code"] == "name_taken"
        return ""
    said = web.post(f"/api/v1/rooms/{code}/messages", headers=headers, json={"text": "I am here."})
    assert said.is_success
    return str(guest["user"]["name"])

"""A watch over people's browsers: what of a hostile text would run, ask elsewhere, or break the policy."""

import re
from typing import Any

from playwright.async_api import BrowserContext, Dialog, Page, Route

_CANARY = """
Object.defineProperty(window, "hacked", { set: () => seen("ran: hacked was set"), get: () => seen("ran: was read") });
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  seen(`policy: ${violatedDirective} ${blockedURI}`);
});
"""

LOOK = """
(root) => {
  const wrong = [];
  const words = ["div", "p", "br", "strong", "em", "del", "code", "a", "ul", "ol", "li", "blockquote", "b", "bdi"];
  const own = [...words, "figure", "figcaption", "pre", "span", "button", "svg", "path", "rect"];
  for (const element of root.querySelectorAll(".bubble *")) {
    const tag = element.localName;
    if (!own.includes(tag)) wrong.push(`element <${tag}>`);
    if (["svg", "path", "rect"].includes(tag) && !element.closest("button")) wrong.push(`drawing <${tag}>`);
    if (tag === "button" && !element.closest("figcaption")) wrong.push("button");
    if (element.hasAttribute("style")) wrong.push(`style on <${tag}>`);
  }
  for (const link of root.querySelectorAll(".bubble a, a:not([href^='#m'])")) {  // a line's time leads to it
    if (!["http:", "https:", "mailto:"].includes(link.protocol)) wrong.push(`link to ${link.href}`);
    if (link.target !== "_blank" || link.rel !== "noopener noreferrer") wrong.push(`link ${link.outerHTML}`);
  }
  for (const element of document.querySelectorAll("*")) {
    const tag = element.localName;
    for (const { name } of element.attributes) if (/^on|^srcdoc$/i.test(name)) wrong.push(`${name} on <${tag}>`);
    if (/^(iframe|frame|object|embed|base|math|template)$/.test(tag)) wrong.push(`<${tag}>`);
  }
  return [...new Set(wrong)];
}
"""
"""What is in a timeline that no text may bring into it: run on the timeline, returns what is wrong."""

READ = """
(lines) => lines.map((line) => {
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.localName === "figcaption") return "";
    if (node.localName === "br") return "\\n";
    const words = [...node.childNodes].map(read).join("");
    return /^(p|li|figure|blockquote)$/.test(node.localName) ? `${words}\\n\\n` : words;
  };
  return read(line.querySelector(".bubble [dir]")).replace(/\\n\\n$/, "");
})
"""
"""The texts of messages as they are shown, with an empty line between paragraphs: run on the lines."""


class Watch:
    """Watches one context; what happened stands in `seen`, which is to stay empty."""

    def __init__(self, url: str) -> None:
        self.seen: list[str] = []
        self._url = url

    async def over(self, context: BrowserContext) -> None:
        """Begin to watch, before the first page is opened."""
        await context.expose_function("seen", self._saw)
        await context.add_init_script(_CANARY)
        await context.route(re.compile(f"^(?!{re.escape(self._url)}/)"), self._elsewhere)
        context.on("dialog", self._dialog)
        context.on("page", self._opened)

    async def look(self, page: Page) -> list[str]:
        """Return what is wrong in the timeline, and what was seen before."""
        found: list[str] = await page.get_by_role("log").evaluate(LOOK)
        return [*found, *self.seen]

    def _saw(self, what: str) -> None:
        self.seen.append(what)

    async def _elsewhere(self, route: Route) -> None:
        self.seen.append(f"asked: {route.request.url}")
        await route.abort()

    async def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _opened(self, page: Any) -> None:
        page.on("popup", lambda popup: self.seen.append(f"popup: {popup.url}"))

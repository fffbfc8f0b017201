"""What docs/security.md says in tables: wrong codes, tokens, headers, and every bound on what comes in."""

from hubbub import slow_reader
from hubbub.core import join_code, name, room, text, throttle, user
from hubbub.core.clock import DAY, HOUR, MINUTE, SECOND
from hubbub.core.shape import MAX_CLIENT_MESSAGE_ID
from hubbub.gateways.http import headers
from hubbub.gateways.http.pages import form, form_token, reports
from hubbub.gateways.socketio import chat, settings
from hubbub.gateways.socketio.engine import SID_BYTES
from hubbub.protocol import limits
from hubbub.protocol.socketio import MOST_ATTACHMENTS
from hubbub.server import connection, http
from tools.docs.markdown import table


def wrong_codes() -> str:
    """Return what becomes of who guesses."""
    minutes, seconds = throttle.FORGOTTEN_AFTER // MINUTE, throttle.FIRST_WAIT // SECOND
    most, late = throttle.ALARM_MISSES, throttle.ALARM_DELAY
    rows = [
        ("free", f"{throttle.FREE_MISSES} of one address, or of one user, in {minutes} minutes"),
        ("then", f"a wait of {seconds} s that each further one doubles, up to {_minutes(throttle.LONGEST_WAIT)}"),
        (
            "forgotten",
            f"{minutes} minutes after the first of them; or after the end of the last wait, if there was one",
        ),
        ("of all together", f"past {most} in those minutes, each is answered {late:g} s later"),
    ]
    return table(("wrong codes", "what happens"), rows)


def codes() -> str:
    """Return how many codes there are."""
    rows = []
    for kind, length in {"open": join_code.OPEN_LENGTH, "private": join_code.PRIVATE_LENGTH}.items():
        count = len(join_code.ALPHABET) ** length
        rows.append((kind, length, f"{count:,}", count.bit_length() - 1))
    return table(("room", "letters", "possible codes", "whole bits"), rows)


def proofs() -> str:
    """Return what proves who somebody is, and how long it lasts."""
    hours = form_token.LASTS // HOUR
    rows = [
        ("login: cookie, Bearer token or CONNECT's `token`", _bits(32), _lapses(), "its SHA-256"),
        (
            "live connection's `sid`",
            _bits(SID_BYTES),
            "with its connection",
            "in memory, bound to the handshake's login",
        ),
        ("form token", "256 bits (HMAC-SHA-256)", f"{hours} hours", "nowhere: it is computed again"),
    ]
    return table(("what", "size", "lasts", "kept by the server"), rows)


def answer_headers() -> str:
    """Return the headers of every answer."""
    always = "every answer that has no other of its own"
    rows = [(f"`{name}: {value}`", always) for name, value in headers.SECURITY_HEADERS.items()]
    rows += [(f"`{name}: {value}`", "when `public_url` is https") for name, value in headers.OVER_HTTPS.items()]
    return table(("header", "on"), rows)


def bounds() -> str:
    """Return the bounds on bytes, time and numbers of what comes in."""
    head, slow, told = connection.HEAD_SECONDS, settings.SLOW_SECONDS, reports.REPORTS
    rows = [
        ("headers of a request", _bytes(connection.MOST_HEAD_BYTES), f"{head:g} s", "431 or 408, and the end"),
        ("TLS handshake", "", f"{http.HANDSHAKE_SECONDS:g} s", "the end"),
        ("body of a request", _bytes(limits.MAX_BODY), _body_seconds(), "`too_long` or `bad_request`"),
        ("form of the home page", _bytes(form.MOST_BYTES), _body_seconds(), "the form again"),
        ("report of a page's error", _bytes(reports.MOST_BYTES), "", "`too_long`"),
        ("reports of an address", f"{told.times} in {_minutes(told.seconds * SECOND)}", "", "`slow_down`"),
        ("message or payload at the live door", _bytes(limits.MAX_BODY), "", "closed with 1009, or 400"),
        ("attachments of a packet", f"{MOST_ATTACHMENTS}, {_bytes(limits.MAX_BODY)} together", "", "closed with 1002"),
        ("CONNECT after the handshake", "", f"{_connect_seconds():g} s", "closed with 1008"),
        ("upgrade from polling", "", f"{settings.UPGRADE_SECONDS:g} s", "closed with 1008"),
        ("commands of a live connection that wait", f"{chat.MOST_WAITING}, {chat.MOST_HELD:,} characters together", "",
         "`slow_down`"),
        ("what a slow reader is owed", _bytes(settings.MOST_OWED), _slow_seconds(slow, settings.MOST_SLOW_SECONDS),
         "the end; it catches up later"),
        ("an answer over HTTP that fills its connection", "",
         _slow_seconds(connection.READ_SECONDS, connection.MOST_READ_SECONDS), "the end"),
        ("text", f"{text.MAX_TEXT:,} characters", "", "`too_long`"),
        ("name", f"{name.MAX_NAME} characters", "", "`too_long`"),
        ("title", f"{room.MAX_TITLE} characters", "", "`too_long`"),
        ("`client_message_id`", f"{MAX_CLIENT_MESSAGE_ID} characters", "", "`bad_request`"),
    ]  # fmt: skip
    return table(("what", "at most", "within", "past that"), rows)


def _bytes(count: int) -> str:
    return f"{count // 1024:,} KiB" if count % 1024 == 0 else f"{count:,} bytes"


def _minutes(milliseconds: int) -> str:
    minutes = milliseconds // MINUTE
    return "an hour" if minutes == 60 else f"{minutes} minutes"


def _body_seconds() -> str:
    first = limits.seconds_for(0)
    return f"{first:g} s, and 1 s more for each {1 / (limits.seconds_for(1) - first):,.0f} bytes"


def _slow_seconds(seconds: float, most: float) -> str:
    return f"{seconds:g} s, or {most:g} s for who takes more than {slow_reader.LEAST_RATE:,} bytes a second"


def _connect_seconds() -> float:
    return float(settings.EngineSettings(may_connect=lambda _origin, _host: True).connect_timeout / 1000)


def _bits(size: int) -> str:
    return f"{size * 8} random bits"


def _lapses() -> str:
    return f"until {user.LOGIN_LAPSES[user.UserKind.GUEST] // DAY} days after its last use"

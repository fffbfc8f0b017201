"""A server with a fault, to see that tests would notice it: it logs every text; run it as `hubbub` is run."""

from unittest.mock import patch

import structlog

from hubbub.chat import publish as telling
from hubbub.chat import service
from hubbub.chat.context import Context
from hubbub.cli import main
from hubbub.core.event import MessageSent
from hubbub.store.base import Commit

_publish = telling.publish


def _tell_all(chat: Context, commit: Commit) -> None:
    for event in commit.events:
        if isinstance(event, MessageSent):
            structlog.get_logger("chatty").info("message_sent", said=event.text)
    _publish(chat, commit)


if __name__ == "__main__":
    with patch.object(service, "publish", _tell_all):
        main()

"""The use cases: one function per command, behind the one door `Chat.handle`."""

from hubbub.chat.context import ChatSettings
from hubbub.chat.service import Chat

__all__ = ["Chat", "ChatSettings"]

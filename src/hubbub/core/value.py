"""Values: dataclasses that nobody may change; the type checker alone sees to it, since a message makes ten of them."""

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:

    def value(*, frozen: bool, **options: Any) -> Any:
        """Return the decorator of a frozen dataclass, but without the guards: they take three times as long to make."""
        assert frozen
        return dataclasses.dataclass(unsafe_hash=True, **options)


__all__ = ["value"]

"""Read positions on their way to the store: written at most once in two seconds per user and room."""

WRITE_EVERY = 2.0
MOST_WAITING = 10_000


class Reads:
    """Positions that were noted but not written yet; times are the steady clock's seconds."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], int] = {}
        self._written: dict[tuple[str, str], float] = {}

    def position(self, code: str, user_id: str, stored: int) -> int:
        """Return how far somebody has read, given what is stored."""
        return max(stored, self._waiting.get((code, user_id), 0))

    def note(self, code: str, user_id: str, number: int, now: float) -> bool:
        """Note a position; return True if it is to be written at once."""
        key = (code, user_id)
        if key in self._written and len(self._waiting) < MOST_WAITING:
            self._waiting[key] = max(number, self._waiting.get(key, 0))
            return False
        self._written[key] = now
        return True

    def due(self, now: float, *, everything: bool = False) -> list[tuple[str, str, int]]:
        """Return the positions to be written now, as (code, user id, number)."""
        over = [key for key, at in self._written.items() if everything or now - at >= WRITE_EVERY]
        rows = []
        for key in over:
            del self._written[key]
            if (number := self._waiting.pop(key, None)) is not None:
                self._written[key] = now
                rows.append((*key, number))
        return rows

"""Read positions on their way to the store: written at most once in two seconds per user and room."""

WRITE_EVERY = 2.0
MOST_WAITING = 10_000


class Reads:
    """Positions that were noted but not written yet; times are the steady clock's seconds.

    A position is known for a while after it was written: who asked the store before that is told of it too.
    """

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], int] = {}
        self._waiting: set[tuple[str, str]] = set()
        self._written: dict[tuple[str, str], float] = {}

    def position(self, code: str, user_id: str, stored: int) -> int:
        """Return how far somebody has read, given what is stored."""
        return max(stored, self._noted.get((code, user_id), 0))

    def note(self, code: str, user_id: str, number: int, now: float) -> bool:
        """Note a position; return True if it is to be written at once."""
        key = (code, user_id)
        if key in self._written and len(self._waiting) < MOST_WAITING:
            self._noted[key] = max(number, self._noted.get(key, 0))
            self._waiting.add(key)
            return False
        self._written[key] = now
        return True

    def due(self, now: float, *, everything: bool = False) -> list[tuple[str, str, int]]:
        """Return the positions to be written now, as (code, user id, number); each waits until it is `wrote`."""
        over = [key for key, at in self._written.items() if everything or now - at >= WRITE_EVERY]
        rows = []
        for key in over:
            if key in self._waiting:
                self._written[key] = now
                rows.append((*key, self._noted[key]))
            else:
                del self._written[key]
                self._noted.pop(key, None)
        return rows

    def wrote(self, code: str, user_id: str, number: int) -> None:
        """Note that a position is stored; if it has moved on meanwhile, it waits for the next time."""
        key = (code, user_id)
        if self._noted.get(key) == number:
            self._waiting.discard(key)

    def forget(self, code: str, user_id: str) -> None:
        """Forget the position of somebody who has none any more."""
        self._noted.pop((code, user_id), None)
        self._waiting.discard((code, user_id))

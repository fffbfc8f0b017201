"""The log: one line per thing that happened, for people in a terminal and as JSON elsewhere."""

import atexit
import functools
import logging
import queue
import sys
import threading
from contextlib import suppress

import structlog
from structlog.typing import Processor

MOST_LINES = 10_000
"""Lines that may wait to be printed."""

FINISH_SECONDS = 2.0


def set_up_logs(level: str) -> None:
    """Send our own lines and those of libraries to standard error in one form."""
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *_renderers()],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=_Logger,
        cache_logger_on_first_use=True,
    )
    handler = _Handler()
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[remove_meta, *_renderers()], foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)
    if least > logging.DEBUG:  # it warns of what clients send: anybody could fill the disk with that
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _Logger:
    """Hands lines to the thread that prints them."""

    def __init__(self, *_: object) -> None:
        self._printer = _printer()

    def msg(self, message: str) -> None:
        """Have a line printed soon; when too many wait, since nobody reads them, it is dropped."""
        with suppress(queue.Full):
            self._printer.lines.put_nowait(message)

    debug = info = warning = error = critical = msg


class _Handler(logging.Handler):
    """Hands the lines of libraries to the same thread: two that print at once would mix theirs up."""

    def __init__(self) -> None:
        super().__init__()
        self._logger = _Logger()

    def emit(self, record: logging.LogRecord) -> None:
        """Have a record printed."""
        try:
            self._logger.msg(self.format(record))
        except Exception:
            self.handleError(record)


class _Printer(threading.Thread):
    """Prints lines; whoever reads them slowly, or a disk that is full, holds up nothing but this thread."""

    def __init__(self) -> None:
        super().__init__(name="hubbub-log", daemon=True)
        self.lines: queue.Queue[str | None] = queue.Queue(MOST_LINES)
        self.start()
        atexit.register(self.finish)

    def run(self) -> None:
        """Print until told to stop."""
        while (line := self.lines.get()) is not None:
            with suppress(OSError, ValueError):
                print(line, file=sys.stderr, flush=self.lines.empty())

    def finish(self) -> None:
        """Print what waits, but for a moment at most."""
        with suppress(queue.Full):
            self.lines.put_nowait(None)
            self.join(FINISH_SECONDS)


_printer = functools.cache(_Printer)


def _renderers() -> list[Processor]:
    if sys.stderr.isatty():
        # the default formatter prints every local variable: texts and tokens don't belong into a log
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]

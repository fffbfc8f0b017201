"""The log: one line per thing that happened, for people in a terminal and as JSON elsewhere."""

import logging
import sys
from contextlib import suppress

import structlog
from structlog.typing import Processor


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
    handler = logging.StreamHandler(sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[remove_meta, *_renderers()], foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


class _Logger(structlog.PrintLogger):
    """Prints lines; one that can't be written, since the disk is full or nobody reads, disturbs nothing else."""

    def __init__(self, *_: object) -> None:
        super().__init__(sys.stderr)

    def msg(self, message: str) -> None:
        """Print a line."""
        with suppress(OSError):
            super().msg(message)

    debug = info = warning = error = critical = msg


def _renderers() -> list[Processor]:
    if sys.stderr.isatty():
        # the default formatter prints every local variable: texts and tokens don't belong into a log
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]

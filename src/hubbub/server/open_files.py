"""Open files: every connection is one, and a shell lets a process have few of them unless it asks for more."""

import contextlib
import resource

ENOUGH = 65_536
"""As many as Hubbub asks for; each costs the kernel memory, and some machines have no other limit."""


def allow_many_files() -> None:
    """Let this process open as many files as the machine lets it, up to what is enough."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if most == resource.RLIM_INFINITY else min(most, ENOUGH)
    if now != resource.RLIM_INFINITY and now < wanted:
        with contextlib.suppress(OSError, ValueError):  # some systems say more than they allow
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))

"""What this machine, or the part of it that we may use, can do."""

import ctypes
import math
import os
from pathlib import Path

CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = CGROUP_QUOTA) -> int:
    """Count the cores that this process may use: those it is bound to, or fewer where a container's quota says so.

    os.cpu_count() counts the machine's, and as many threads in a small container stand in each other's way.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = quota.read_text().split()
        return max(1, min(bound, math.floor(int(allowed) / int(period))))
    except (OSError, ValueError):  # no cgroup, or its word for "no limit": max
        return bound


# Parameters of mallopt and their values; see `man 3 mallopt`.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE = 256 * 1024


def give_memory_back() -> bool:
    """Let the C allocator return large blocks to the system as soon as they are free; tell whether it will.

    For processes that carry photos of many megabytes for a moment and then run for months. By default glibc raises its
    threshold to the largest block it has seen and keeps an arena a thread: a web chat stood at 171 MB after an
    upload, and at 103 MB with these two. Other allocators are left as they are.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # not glibc
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, _LARGE)) and bool(mallopt(_M_ARENA_MAX, 2))

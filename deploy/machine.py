"""What this machine, or the part of it that we may use, can do."""

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

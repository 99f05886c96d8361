"""How many cores may be used, and memory that goes back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from limner.deploy.machine import usable_cores

BOUND = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.mark.parametrize(
    "quota,cores", [("max 100000", BOUND), ("50000 100000", 1), ("100000 100000", 1), ("6400000 100000", BOUND)]
)
def test_a_containers_quota_counts(tmp_path: Path, quota: str, cores: int) -> None:
    """A container's quota lowers the number, never below one and never above what the process is bound to."""
    (tmp_path / "cpu.max").write_text(quota)
    assert usable_cores(tmp_path / "cpu.max") == cores


def test_without_a_quota_the_bound_cores_count(tmp_path: Path) -> None:
    """Where there is no such file, every core that the process is bound to may be used."""
    assert usable_cores(tmp_path / "nothing") == BOUND


UPLOADS = """
import pathlib, sys
from limner.deploy.machine import give_memory_back
if sys.argv[1] == "yes" and not give_memory_back():
    sys.exit("this allocator has no mallopt")
del give_memory_back
large = 1 << 20
b"x" * large  # the first large block raises glibc's threshold when it is freed
kept = [(b"x" * large, b"x" * (large >> 10)) for _ in range(64)]
kept = [small for _, small in kept]  # small blocks between the large ones keep the heap from shrinking
pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
print(pages * 4096 >> 20)
"""


def test_large_blocks_go_back_to_the_system() -> None:
    """After many large uploads with small things kept between them the memory is the system's again."""
    stays, returned = (
        int(subprocess.run([sys.executable, "-c", UPLOADS, how], capture_output=True, check=True, text=True).stdout)
        for how in ("no", "yes")
    )
    assert returned < stays - 40

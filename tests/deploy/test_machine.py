"""How many cores may be used."""

import os
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

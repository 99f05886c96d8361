"""A small base of each family on disk, written once a run, and a copy that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the directory of a family's small base."""
    from limner.tests.fakes.bases import write_sd15, write_sdxl, write_zimage

    folder, made = tmp_path_factory.mktemp("bases"), {}
    writers = {"sd15": write_sd15, "sdxl": write_sdxl, "zimage": write_zimage}

    def give(family: str) -> Path:
        if family not in made:
            made[family] = writers[family](folder / family)
        return made[family]

    return give


@pytest.fixture
def copied(written: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Give a copy of a family's small base."""
    return lambda family: Path(shutil.copytree(written(family), tmp_path / family))

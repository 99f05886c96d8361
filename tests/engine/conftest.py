"""Tiny random bases for the engine's tests, written once a run."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tiny_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the directory of a tiny Stable Diffusion that predicts v."""
    from limner.tests.fakes.base import save_tiny_base

    return save_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def epsilon_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the directory of a tiny Stable Diffusion that predicts noise."""
    from limner.tests.fakes.base import save_tiny_base

    return save_tiny_base(tmp_path_factory.mktemp("base") / "tiny-epsilon", "epsilon")


@pytest.fixture(scope="session")
def tiny_base(tiny_directory: Path) -> Any:
    """Give the tiny base that predicts v, loaded; every test leaves it as it was."""
    from limner.engine.models.base import load_base

    return load_base(tiny_directory)


@pytest.fixture(scope="session")
def epsilon_base(epsilon_directory: Path) -> Any:
    """Give the tiny base that predicts noise, loaded."""
    from limner.engine.models.base import load_base

    return load_base(epsilon_directory)


@pytest.fixture(params=["v_prediction", "epsilon"])
def either_base(request: pytest.FixtureRequest) -> Any:
    """Give one base after the other."""
    return request.getfixturevalue("tiny_base" if request.param == "v_prediction" else "epsilon_base")

"""The package list of pyproject.toml, kept honest.

An unlisted subpackage works in an editable installation and is missing from the wheel.
"""

import fnmatch
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bots", "deploy", "engine", "queue", "storage")


def pyproject() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def data_patterns() -> list[str]:
    """List the package data as patterns from the repository's root."""
    data = pyproject()["tool"]["setuptools"]["package-data"]
    return [
        f"{package.removeprefix('limner.')}/{pattern}".replace("**/*", "*")
        for package, patterns in data.items()
        for pattern in patterns
    ]


def is_data(path: Path) -> bool:
    """Tell whether the wheel takes this file as package data."""
    return any(fnmatch.fnmatch(path.relative_to(ROOT).as_posix(), pattern) for pattern in data_patterns())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_with_python_is_listed(folder: str) -> None:
    """Every folder with Python in it is a listed package or package data."""
    listed = set(pyproject()["tool"]["setuptools"]["packages"])
    for module in sorted((ROOT / folder).rglob("*.py")):
        package = "limner." + module.parent.relative_to(ROOT).as_posix().replace("/", ".")
        assert package in listed or is_data(module), f"{package} is missing from [tool.setuptools] packages"


def test_every_listed_package_exists() -> None:
    """Every listed package is a folder of this repository."""
    for package in pyproject()["tool"]["setuptools"]["packages"]:
        folder = ROOT / package.removeprefix("limner.").replace(".", "/")
        assert folder.is_dir(), f"{package} is listed and {folder} does not exist"


def test_queue_never_becomes_a_regular_package() -> None:
    """No __init__.py stands in queue/, where it would shadow the standard library's `queue`."""
    assert not (ROOT / "queue/__init__.py").exists()
    assert not (ROOT / "tests/queue/__init__.py").exists()


def test_every_package_but_queue_and_tests_has_an_init() -> None:
    """Every listed package except the two namespace packages has an __init__.py."""
    for package in pyproject()["tool"]["setuptools"]["packages"]:
        folder = ROOT / package.removeprefix("limner.").replace(".", "/")
        is_namespace = package.split(".")[1] in {"queue", "tests"}
        assert is_namespace or (folder / "__init__.py").exists(), f"{package} has no __init__.py"


def test_every_data_file_reaches_the_wheel() -> None:
    """Every file that is no Python code in a package is package data, or belongs to the repository only."""
    repository_only = {".sh", ".md", ".py", ".pyc"}
    names_of_tools = {"doctor"}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_dir() or path.suffix in repository_only or path.name in names_of_tools:
                continue
            assert is_data(path), f"{path.relative_to(ROOT)} is missing from [tool.setuptools.package-data]"

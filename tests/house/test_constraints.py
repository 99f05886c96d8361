"""The tested versions of deploy/constraints.txt cover what pyproject.toml asks for."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]


def pins() -> dict[str, Version]:
    """Read name and version of every line of deploy/constraints.txt."""
    lines = (ROOT / "deploy/constraints.txt").read_text().splitlines()
    split = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): Version(version) for name, version in split}


def requirements() -> list[Requirement]:
    """List every requirement of pyproject.toml, of all extras, but for limner itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    parsed = (Requirement(line) for lines in lists for line in lines)
    return [requirement for requirement in parsed if requirement.name != "limner"]


def test_every_requirement_has_a_tested_version() -> None:
    """Every library that pyproject.toml names has a tested version, which fulfils the requirement."""
    tested = pins()
    for requirement in requirements():
        version = tested.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is missing from deploy/constraints.txt"
        assert version in requirement.specifier, f"{requirement} does not admit the tested {version}"


def test_no_constraint_names_a_build() -> None:
    """No pin has a local version such as +cpu, so that a CUDA build of torch fulfils it too."""
    assert not [name for name, version in pins().items() if version.local]

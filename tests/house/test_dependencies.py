"""What the code imports is what pyproject.toml asks for, folder by folder: a bot is installed without torch."""

import ast
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).parents[2]

# The extras that a folder's modules may need besides the base; the longest matching folder counts.
EXTRAS: dict[str, tuple[str, ...]] = {
    "storage": (),
    "queue": (),
    "bots": (),
    "bots/discord": ("discord",),
    "bots/telegram": ("telegram",),
    "bots/web": ("web",),
    "engine": ("engine", "insightface", "c2pa"),
    "engine/models": ("engine", "quantise"),
    "engine/nano": ("engine", "nano"),
    "deploy": ("web", "engine", "telegram", "discord"),
}
# Asked for and not imported by us, each for a reason.
NOT_IMPORTED = {
    "face-recognition-models": "only its files are used; its import needs a library that is gone",
    "openpeople": "only its pictures are used",
    "asyncpg": "SQLAlchemy imports it where DATABASE_URL names PostgreSQL",
}


@cache
def asked_for(extra: str | None) -> frozenset[NormalizedName]:
    """Name the distributions that the base or an extra asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    return frozenset(canonicalize_name(Requirement(line).name) for line in lines)


@cache
def distributions() -> dict[str, set[NormalizedName]]:
    """Map the name of a module to the distributions that bring it."""
    found = {module: {canonicalize_name(name) for name in names} for module, names in packages_distributions().items()}
    found["dlib"] = {canonicalize_name("dlib-bin")}  # which lists no modules
    return found


def imports(file: Path) -> set[str]:
    """Name the top-level modules of others that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"limner", "__future__"}


def modules_of(folder: str) -> list[Path]:
    """List the modules of a folder but for those of folders below it that have rules of their own."""
    deeper = [ROOT / other for other in EXTRAS if other.startswith(f"{folder}/")]
    files = (ROOT / folder).rglob("*.py")
    return sorted(file for file in files if not any(file.is_relative_to(other) for other in deeper))


@pytest.mark.parametrize("folder", EXTRAS)
def test_every_import_is_asked_for(folder: str) -> None:
    """Every library that a folder imports is asked for by the base or by the extras of that folder."""
    known = asked_for(None).union(*map(asked_for, EXTRAS[folder]))
    for file in modules_of(folder):
        for module in imports(file):
            brought_by = distributions().get(module, set())
            assert brought_by & known, f"{file.relative_to(ROOT)} imports {module}, which its installation may lack"


def test_everything_asked_for_is_imported() -> None:
    """Every library that an installation brings is imported by some module, or has a reason not to be."""
    imported = {module for folder in EXTRAS for file in modules_of(folder) for module in imports(file)}
    brought = set().union(*(distributions().get(module, set()) for module in imported))
    for extra in (None, "web", "engine", "nano", "insightface", "telegram", "discord", "postgres"):
        idle = asked_for(extra) - brought - NOT_IMPORTED.keys() - {"limner"}
        assert not idle, f"{extra or 'the base'} asks for {sorted(idle)}, which nothing imports"

"""Fetch a base model from the Hugging Face hub, by its own library, into its own cache.

The library goes on where a download was interrupted. It checks sizes; that the bytes are right is checked here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limner.engine.bases.families import INDEX
from limner.engine.bases.fetching import Progress, check_room, is_whole
from limner.engine.bases.names import Name
from limner.engine.bases.wanted import check_index, wanted
from limner.engine.errors import PullError


def pull_from_hub(name: Name, told: Progress) -> Path:
    """Fetch what is missing of a hub id, and return its directory in the cache. Raises PullError."""
    from huggingface_hub import HfApi
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.hf_api import RepoFile

    with _reasons(name):
        commit = HfApi().model_info(name.place, revision=name.revision).sha or name.revision
        listed = {
            entry.path: entry
            for entry in HfApi().list_repo_tree(name.place, recursive=True, revision=commit)
            if isinstance(entry, RepoFile)
        }
        check_index(name.text, listed)
        # By the name that was given, so that the cache knows which commit it means.
        index = Path(_fetch(name, INDEX, name.revision, told))
        files = wanted(name.text, json.loads(index.read_text(encoding="utf-8")), listed)
        missing = [file for file in files if not _whole(index.parent / file, listed[file])]
        check_room(name.text, Path(HF_HUB_CACHE), sum(listed[file].size for file in missing))
        for file in missing:
            _throw_away(index.parent / file)
            arrived = Path(_fetch(name, file, commit, told))
            if not _whole(arrived, listed[file]):
                _throw_away(arrived)
                raise PullError(name.text, f"{file} arrived damaged and was thrown away", "Run the command again.")
    return index.parent


def fetch_configs(name: Name) -> Path:
    """Fetch the configurations and tokenizers of a hub id, without weights, and return their directory."""
    from huggingface_hub import snapshot_download

    patterns = ["*.json", "*.txt", "*.model", "*.jinja"]
    with _reasons(name):
        return Path(snapshot_download(name.place, revision=name.revision, allow_patterns=patterns))


def _fetch(name: Name, file: str, revision: str, told: Progress) -> str:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Bar(tqdm):
        """The library's bar, which draws nothing and tells how far it is."""

        def __init__(self, *args: Any, **settings: Any) -> None:
            self.arrived, self.whole = int(settings.get("initial") or 0), int(settings.get("total") or 0)
            super().__init__(*args, **{**settings, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            self.arrived += int(n or 0)
            told(file, self.arrived, self.whole)

    return hf_hub_download(name.place, file, revision=revision, tqdm_class=Bar)


def _whole(file: Path, entry: Any) -> bool:
    return is_whole(file, entry.size, entry.lfs.sha256 if entry.lfs else "")


def _throw_away(file: Path) -> None:
    """Remove a file from the cache, and what its link leads to, which the library would take for good."""
    file.resolve().unlink(missing_ok=True)
    file.unlink(missing_ok=True)


@contextmanager
def _reasons(name: Name) -> Iterator[None]:
    """Say in one sentence why the hub gave nothing."""
    from huggingface_hub import errors

    # What the library's own client raises; which client that is changed with its versions.
    base = errors.HTTPError  # type: ignore[attr-defined]
    try:
        yield
    except errors.GatedRepoError as error:
        why = "its makers ask who uses it"
        advice = f"Accept their terms on the page of {name.place}, then run `hf auth login`."
        raise PullError(name.text, why, advice) from error
    except errors.RevisionNotFoundError as error:
        why = f"it has no revision {name.revision!r}"
        raise PullError(name.text, why, "Leave @REVISION out, or name a branch, a tag or a commit of it.") from error
    except errors.RepositoryNotFoundError as error:
        why = "the hub knows no such model, or does not show it to you"
        raise PullError(name.text, why, "Check its name; for a private one, run `hf auth login`.") from error
    except (base, errors.LocalEntryNotFoundError, OSError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        advice = "Run the command again: what has arrived is kept."
        raise PullError(name.text, f"the download stopped ({first})", advice) from error

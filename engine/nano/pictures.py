"""Chunks of training pictures on disk, made once by as many processes as there are cores.

``python -m limner.engine.nano.pictures DIR --chunks 20`` makes ``DIR/pictures-000.npz`` and so on, each of 1,000
pictures with captions; a chunk that is there already is left alone, so a stopped run goes on where it was.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path

import numpy as np

from limner.engine.nano.augment import draws
from limner.engine.nano.people import LEARNED, SourceFace, faces_of, finder

CHUNK = 1000


def learned_faces(directory: Path) -> list[SourceFace]:
    """Return the faces of P001 to P006, found once and kept in ``directory``."""
    kept = directory / "faces.npz"
    if not kept.exists():
        find = finder()
        faces = [face for person in LEARNED for face in faces_of(person, find)]
        columns = {name: np.array([getattr(f, name) for f in faces]) for name in SourceFace.__slots__}
        np.savez(kept, **columns)  # type: ignore[arg-type]  # numpy types **kwds as one flag's type
    with np.load(kept) as data:
        rows = zip(
            *(data[name] for name in ("person", "source", "words")), data["image"], data["landmarks"], strict=True
        )
        return [SourceFace(str(p), str(s), str(w), i, m) for p, s, w, i, m in rows]


def make_chunk(directory: Path, number: int, style: str | None = None) -> Path:
    """Make chunk ``number`` unless it is there, and return its file."""
    path = directory / f"{style or 'pictures'}-{number:03d}.npz"
    if path.exists():
        return path
    samples = list(draws(learned_faces(directory), CHUNK, seed=number + 1, style=style))
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, images=np.stack([s.image for s in samples]), captions=np.array([s.caption for s in samples]))
    return partial.rename(path)


def _job(job: tuple[Path, int, str | None]) -> Path:
    return make_chunk(*job)


def main() -> None:
    """Make the chunks that the command line asks for and say how fast they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--chunks", type=int, default=20)
    parser.add_argument("--style", default=None)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    learned_faces(options.directory)
    started = time.monotonic()
    jobs = [(options.directory, n, options.style) for n in range(options.chunks)]
    with multiprocessing.Pool(options.processes) as pool:
        for done, path in enumerate(pool.imap_unordered(_job, jobs), 1):
            rate = done * CHUNK / (time.monotonic() - started)
            left = (len(jobs) - done) * CHUNK / rate
            print(f"{path.name}: {rate:.1f} pictures/s, {left:.0f} s left", flush=True)


if __name__ == "__main__":
    main()

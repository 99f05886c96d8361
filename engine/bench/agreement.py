"""How well two embeddings tell openpeople's ten people apart, and how far they agree: `python -m ... JUDGE_FOLDER`.

Every photo is compared with every other, at its own size, and again as a face of 128 px, which is what a portrait has.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from limner.engine.bench.second import FaceResAnalyser
from limner.engine.faces import Analyser, Floats, Pixels
from limner.engine.likeness import embed_largest
from limner.engine.nano.people import LEARNED, UNSEEN, views
from limner.engine.preprocess.align import to_template, warp
from limner.engine.preprocess.analyser import DlibAnalyser

_SMALL = 128


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Distances of pairs of photos; `same` is true where both show one person, `people` are the pairs' persons."""

    far: Floats
    same: np.ndarray
    people: np.ndarray
    """(pairs, 2)."""

    @classmethod
    def of(cls, people: Sequence[str], embeddings: Floats) -> Pairs:
        """Compare every photo with every other, once."""
        first, second = np.triu_indices(len(people), 1)
        names = np.array(people)
        far = np.linalg.norm(embeddings[first] - embeddings[second], axis=1)
        return cls(far, names[first] == names[second], np.stack([names[first], names[second]], axis=1))

    def among(self, people: Sequence[str]) -> Pairs:
        """Keep the pairs of which both are some of these people."""
        kept = np.isin(self.people, people).all(axis=1)
        return Pairs(self.far[kept], self.same[kept], self.people[kept])

    def area(self) -> float:
        """Give the chance that a pair of one person is nearer than a pair of two (the area under the ROC curve)."""
        near, other = np.sort(self.far[self.same]), self.far[~self.same]
        below, upto = np.searchsorted(near, other, "left"), np.searchsorted(near, other, "right")
        return float((below + upto).mean() / 2 / len(near))

    def equal_error(self) -> tuple[float, float]:
        """Give the error where refusing one person is as frequent as mixing up two, and the line where that is."""
        lines = np.unique(self.far)
        refused = 1 - np.searchsorted(np.sort(self.far[self.same]), lines, "left") / self.same.sum()
        mixed = np.searchsorted(np.sort(self.far[~self.same]), lines, "left") / (~self.same).sum()
        at = int(np.abs(refused - mixed).argmin())
        return float(refused[at] + mixed[at]) / 2, float(lines[at])

    def line(self, name: str) -> str:
        """Tell all of it as a row of a table."""
        words = [
            " / ".join(f"{q:.3f}" for q in np.percentile(self.far[one], (5, 50, 95))) for one in (self.same, ~self.same)
        ]
        error, _ = self.equal_error()
        _, line = self.among(LEARNED).equal_error()
        unseen = self.among(UNSEEN)
        refused, mixed = (unseen.far[unseen.same] >= line).mean(), (unseen.far[~unseen.same] < line).mean()
        figures = f"{self.area():.4f} | {error:.1%} | {line:.3f} | {refused:.1%} / {mixed:.1%}"
        return f"| {name} | {words[0]} | {words[1]} | {figures} |"


def agreement(a: Pairs, b: Pairs) -> float:
    """Give Spearman's rank correlation of the two distances over pairs that show one person."""
    ranks = [one.far[one.same].argsort().argsort() for one in (a, b)]
    return float(np.corrcoef(*ranks)[0, 1])


def photos() -> Iterator[tuple[str, Pixels]]:
    """Give every photo of the ten people."""
    for person in (*LEARNED, *UNSEEN):
        yield from ((person, np.asarray(picture)) for _, _, picture in views(person))


def small(photo: Pixels, analyser: Analyser) -> Pixels | None:
    """Return the photo's face on the canonical template, 128 px wide."""
    found = analyser.detect(photo)
    return warp(photo, to_template(found[0].landmarks, _SMALL), _SMALL)[0] if found else None


def compare(pictures: Sequence[tuple[str, Pixels]], analysers: dict[str, Analyser]) -> list[str]:
    """Give the table of some pictures, and how far every other analyser agrees with the first."""
    embedded = {name: [embed_largest(picture, one) for _, picture in pictures] for name, one in analysers.items()}
    seen = [n for n in range(len(pictures)) if all(found[n] is not None for found in embedded.values())]
    people = [pictures[n][0] for n in seen]
    pairs = {name: Pairs.of(people, np.array([found[n] for n in seen])) for name, found in embedded.items()}
    first = next(iter(pairs.values()))
    said = [
        f"{len(seen)} of {len(pictures)} faces, {first.same.sum()} pairs of one person, {(~first.same).sum()} of two"
    ]
    said += [one.line(name) for name, one in pairs.items()]
    return said + [
        f"{name} agrees with the first: {agreement(first, one):.2f}" for name, one in list(pairs.items())[1:]
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Compare dlib with FaceRes."""
    parser = argparse.ArgumentParser(description="How well dlib and FaceRes tell people apart, and how far they agree.")
    parser.add_argument("judge", type=Path, help="The folder with FaceRes's files.")
    dlib = DlibAnalyser()
    analysers: dict[str, Analyser] = {"dlib": dlib, "FaceRes": FaceResAnalyser(parser.parse_args(argv).judge, dlib)}
    whole = list(photos())
    shrunk = [(person, face) for person, photo in whole if (face := small(photo, dlib)) is not None]
    for words, pictures in (("at their own size", whole), ("at 128 px", shrunk)):
        print("\n".join([f"{words}:", *compare(pictures, analysers)]), flush=True)  # noqa: T201  a command of its own


if __name__ == "__main__":
    main()

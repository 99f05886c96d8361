"""How much of a likeness a template leaves: two unseen sitters in a picture of two others, against plain portraits.

`python -m limner.engine.bench.template --out DIR` trains both, paints, and prints seconds and distances.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from limner.engine.bench.sitters import Sitter, distance_to, sitter
from limner.engine.faces import Analyser, Pixels
from limner.engine.fuse.pipeline import render
from limner.engine.fuse.places import Template, read_template
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.sheet import Row, contact_sheet
from limner.engine.fuse.template import STRENGTH, render_template
from limner.engine.fuse.template import Sitter as Guest
from limner.engine.likeness import embed_largest
from limner.engine.models.base import BaseModel, load_base
from limner.engine.nano.people import views
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.preprocess.pipeline import prepare
from limner.engine.quiet import quiet
from limner.engine.styles import Style, load_styles
from limner.engine.train.pipeline import train_face_lora
from limner.engine.train.recipe import recipe_for

GUESTS = ("P007", "P008")
HOSTS = ("P009", "P010")
PICTURES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """Both guests in the template from one strength."""

    strength: float
    distances: np.ndarray
    """(pictures, guests), to held-out photos; 1 where no face was found."""
    seconds: float
    core_seconds: float
    """Processor time; on a machine that does nothing else, the seconds of one thread."""
    files: tuple[bytes, ...]

    def line(self, plain: np.ndarray) -> str:
        """Tell it beside the distances of plain portraits, (pictures, guests)."""
        apart = float(np.median(self.distances) - np.median(plain))
        pace = f"{self.seconds:.1f} s, {self.core_seconds:.1f} s of a core"
        return f"template at {self.strength:g}: {named(self.distances)}, {apart:+.3f} to plain ({pace})"


def named(distances: np.ndarray) -> str:
    """Give each guest's median of (pictures, guests) distances."""
    return ", ".join(f"{name} {far:.3f}" for name, far in zip(GUESTS, np.median(distances, axis=0), strict=True))


def two_of_us(height: int) -> bytes:
    """Put the studio portraits of two people who are nobody's sitters side by side; a PNG."""
    found = [next(one for source, _, one in views(person) if source == "studio_portrait") for person in HOSTS]
    halves = [one.resize((round(one.width * height / one.height), height), Image.Resampling.LANCZOS) for one in found]
    whole = Image.new("RGB", (sum(half.width for half in halves), height))
    for number, half in enumerate(halves):
        whole.paste(half, (number * halves[0].width, 0))
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()


def learn(base: BaseModel, analyser: Analyser, person: Sitter, folder: Path, seed: int) -> Guest:
    """Train a Face LoRA from the photos that a sitter gives away, or take it from the folder of an earlier run."""
    lora, reference = folder / f"{person.name}.safetensors", folder / f"{person.name}.npz"
    if not (lora.exists() and reference.exists()):
        faces = prepare(person.photos, analyser, size=base.size).faces
        trained = train_face_lora(
            base, faces, analyser, recipe_for(base.name, base.family.name, base.directory), seed=seed
        )
        lora.write_bytes(trained.lora)
        reference.write_bytes(Reference.of(faces).dump())
    return Guest(lora.read_bytes(), Reference.load(reference.read_bytes(), analyser.space.width))


def plain(
    base: BaseModel, analyser: Analyser, people: Sequence[Sitter], guests: Sequence[Guest], style: Style, *, seed: int
) -> np.ndarray:
    """Measure plain portraits of the guests, (pictures, guests)."""
    columns = []
    for person, guest in zip(people, guests, strict=True):
        made = render(base, guest.face_lora, style, guest.reference, analyser, count=PICTURES, seed=seed)
        columns.append([distance_to(embed_largest(_pixels(one.png), analyser), person.held_out) for one in made])
    return np.array(columns).T


def painted(
    base: BaseModel,
    analyser: Analyser,
    people: Sequence[Sitter],
    guests: Sequence[Guest],
    template: Template,
    style: Style,
    *,
    strength: float,
    seed: int,
) -> Painted:
    """Paint the guests into the template, from as many candidates as plain portraits have, and measure."""
    begun, before = time.monotonic(), time.process_time()
    made = render_template(base, guests, style, template, analyser, count=PICTURES, strength=strength, seed=seed)
    seconds, core_seconds = time.monotonic() - begun, time.process_time() - before
    far = np.array([_distances(_pixels(one.png), analyser, people) for one in made])
    return Painted(strength, far, seconds, core_seconds, tuple(one.png for one in made))


def _distances(picture: Pixels, analyser: Analyser, people: Sequence[Sitter]) -> list[float]:
    faces = sorted(analyser.detect(picture)[: len(people)], key=lambda face: face.box[0])
    if len(faces) < len(people):
        return [1.0] * len(people)
    return [distance_to(analyser.embed(picture, face), one.held_out) for face, one in zip(faces, people, strict=True)]


def _pixels(png: bytes) -> Pixels:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def main(argv: Sequence[str] | None = None) -> None:
    """Run the bench and write its pictures."""
    parser = argparse.ArgumentParser(prog="limner.engine.bench.template", description="Likeness in a template.")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write pictures to")
    parser.add_argument("--base", default="nano")
    parser.add_argument("--style", default="photo")
    parser.add_argument("--height", type=int, default=256, help="of the template, in pixels")
    parser.add_argument("--strengths", default=str(STRENGTH), help="starts by commas, from 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args(argv)
    quiet()
    told.out.mkdir(parents=True, exist_ok=True)
    base, analyser, style = load_base(told.base), DlibAnalyser(), load_styles()[told.style]
    people = [sitter(name, analyser) for name in GUESTS]
    guests = [learn(base, analyser, person, told.out, told.seed) for person in people]
    picture = two_of_us(told.height)
    template = read_template(picture, analyser)
    alone = plain(base, analyser, people, guests, style, seed=told.seed)
    print(f"plain portraits: {named(alone)}", flush=True)  # noqa: T201  a command of its own
    rows = [Row("the template", [(picture, "")])]
    for strength in map(float, told.strengths.split(",")):
        found = painted(base, analyser, people, guests, template, style, strength=strength, seed=told.seed)
        print(found.line(alone), flush=True)  # noqa: T201
        captions = [" ".join(f"{far:.2f}" for far in row) for row in found.distances]
        rows.append(Row(f"repainted from {strength:g}", list(zip(found.files, captions, strict=True))))
        for number, file in enumerate(found.files, 1):
            (told.out / f"{strength:g}-{number}.png").write_bytes(file)
        (told.out / "sheet.png").write_bytes(contact_sheet(rows, side=256))


if __name__ == "__main__":
    main()

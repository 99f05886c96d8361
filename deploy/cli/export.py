"""`limner export`: a Face LoRA for other programs."""

from pathlib import Path

import click

from limner.deploy.errors import UserMistakeError


@click.command()
@click.argument("face_lora", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    default="kohya",
    show_default=True,
    type=click.Choice(["kohya", "diffusers"]),
    help="kohya for ComfyUI and A1111, diffusers for load_lora_weights.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write. [beside FACE_LORA]")
def export(face_lora: Path, keys: str, out: Path | None) -> None:
    """Write a Face LoRA, as `limner portrait` leaves it in its folder, in the keys that another program reads."""
    from limner.engine.errors import BadLoraError
    from limner.engine.models.interchange import to_kohya
    from limner.engine.styles import check_lora

    data = face_lora.read_bytes()
    try:
        check_lora(data)
        converted = to_kohya(data) if keys == "kohya" else data
    except BadLoraError as error:
        raise UserMistakeError(f"{face_lora.name} cannot be exported: {error.why}.") from error
    target = out or face_lora.with_name(f"{face_lora.stem}-{keys}.safetensors")
    target.write_bytes(converted)
    click.echo(target)

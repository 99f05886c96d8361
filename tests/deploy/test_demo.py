"""The demonstration sitter."""

from pathlib import Path

from PIL import Image

from limner.deploy.demo import demonstration_photos


def test_three_photos_of_the_sitter_are_laid_out_once(tmp_path: Path) -> None:
    """Three readable photos are laid out, and left alone the next time."""
    photos = demonstration_photos(tmp_path / "demo")
    assert [photo.name for photo in photos] == ["selfie.jpg", "studio.jpg", "happy.jpg"]
    for photo in photos:
        with Image.open(photo) as picture:
            assert min(picture.size) > 300
    before = [photo.stat().st_mtime_ns for photo in photos]
    assert [photo.stat().st_mtime_ns for photo in demonstration_photos(tmp_path / "demo")] == before

"""What people and attackers send instead of a photo: cut off, mutated, bombs, other kinds, pictures without anybody.

All of it is made here, the mutations by a seeded generator, so that every run sends the same bytes. `bad_photos` holds
what must be refused: the mutations in it are of a picture without a face, so that no luck lets one through. A changed
byte in a good selfie may do no harm: those are in `odd_photos`, which only has to be answered. `large_photos` are as
large as is taken, and take minutes to make.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from limner.tests.fakes import photos

KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "GIF")
CUTS = (12, 0.3, 0.6, 0.9)
MUTATIONS = 6
#: Just below what is taken: of the kinds that cameras write, and of others.
LARGE_SIDE, WHOLE_SIDE = 7_000, 4_096


def bad_photos() -> dict[str, bytes]:
    """Return everything that must be refused, by a name that says what it is."""
    return dict([*_cut(), *_mutated(photos.scenery(), "nobody"), *_bombs(), *_other_kinds(), *_polyglots(), *_nobody()])


def odd_photos() -> dict[str, bytes]:
    """Return selfies with changed bytes, which may or may not be good photos still."""
    return dict(_mutated(photos.selfie(), "selfie"))


def large_photos() -> dict[str, bytes]:
    """Return empty pictures of nearly as many pixels as are taken, in each kind."""
    whole, flat = (Image.new("RGB", (side, side), (90, 120, 60)) for side in (WHOLE_SIDE, LARGE_SIDE))
    quick = {"quality": 10, "enc_params": {"preset": "ultrafast"}}
    large = {f"{kind} of 17 Mpx": photos.encoded(whole, kind) for kind in ("WEBP", "AVIF", "GIF")}
    return {**large, "HEIF of 49 Mpx": photos.encoded(flat, "HEIF", **quick)}


def _in_kind(photo: bytes, kind: str) -> bytes:
    return photos.encoded(photos.picture(photo), kind)


def _cut() -> Iterator[tuple[str, bytes]]:
    for kind in KINDS:
        whole = _in_kind(photos.selfie(), kind)
        for cut in CUTS:
            yield f"{kind} cut at {cut}", whole[: cut if isinstance(cut, int) else int(len(whole) * cut)]


def _mutated(photo: bytes, what: str) -> Iterator[tuple[str, bytes]]:
    for kind in KINDS:
        whole = _in_kind(photo, kind)
        for seed in range(MUTATIONS):
            yield f"{kind} of {what}, mutation {seed}", mutated(whole, seed)


def mutated(data: bytes, seed: int) -> bytes:
    """Change some bytes of a file, most of them near its beginning where its structure is; now and then move a part."""
    rng = np.random.default_rng([seed, len(data)])
    changed = bytearray(data)
    for _ in range(rng.integers(1, 40)):
        end = 600 if rng.random() < 0.6 else len(changed)
        changed[rng.integers(8, min(end, len(changed)))] = rng.choice([0, 0x7F, 0x80, 0xFF, rng.integers(256)])
    start, length = (int(rng.integers(1, len(changed) // 2)) for _ in range(2))
    match seed % 3:
        case 1:
            del changed[start : start + length // 4]
        case 2:
            changed[start:start] = changed[length : length + 64] * 8
    return bytes(changed)


def _png(*chunks: tuple[bytes, bytes], width: int = 8, height: int = 8, depth: int = 8, colour: int = 2) -> bytes:
    """Write a PNG of any chunks behind its header (https://www.w3.org/TR/png/)."""
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (header, *chunks)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _bombs() -> Iterator[tuple[str, bytes]]:
    pixels = (b"IDAT", zlib.compress((b"\0" + bytes(24)) * 8))
    packer = zlib.compressobj(1)
    zeros = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    yield "PNG of 64 Mpx", photos.bomb(8_000)
    yield "PNG header of 4 Gpx", _png(pixels, width=65_535, height=65_535)
    yield "PNG header of 2^62 px", _png(pixels, width=2**31 - 1, height=2**31 - 1)
    yield "PNG of 0 px", _png(pixels, width=0, height=0)
    yield "PNG, 64 px that unpack to 256 MB", _png((b"IDAT", zeros), (b"IEND", b""))
    yield "PNG, a text that unpacks to 256 MB", _png((b"zTXt", b"Comment\0\0" + zeros), pixels, (b"IEND", b""))
    yield "PNG, a profile that unpacks to 256 MB", _png((b"iCCP", b"ICC\0\0" + zeros), pixels, (b"IEND", b""))
    yield "PNG, 20,000 texts", _png(*[(b"tEXt", b"k%d\0v" % n) for n in range(20_000)], pixels, (b"IEND", b""))
    yield "GIF header of 4 Gpx", b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6) + b";"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x4c\x01\x00"
    yield "GIF frame of 4 Gpx", b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + bytes(6) + frame + b";"
    yield "BMP header of 3.6 Gpx", _with_size(_in_kind(photos.scenery(), "BMP"), 18, struct.pack("<ii", 60_000, 60_000))
    yield "JPEG header of 4 Gpx", _jpeg_of(photos.scenery(), 65_500)
    yield "JPEG header of 48 Mpx over the pixels of 0.5", _jpeg_of(photos.scenery(), 6_928)
    yield "WEBP header of 280 Tpx", _webp(b"VP8X", b"\0\0\0\0" + b"\xff" * 6)
    yield "WEBP lossless header of 268 Mpx", _webp(b"VP8L", b"\x2f" + b"\xff\xff\xff\x0f" + bytes(64))
    for kind in ("HEIF", "AVIF"):
        whole = _in_kind(photos.scenery(), kind)
        yield (
            f"{kind} header of 3.6 Gpx",
            _with_size(whole, whole.find(b"ispe") + 8, struct.pack(">II", 60_000, 60_000)),
        )
    yield "TIFF header of 4 Gpx", _tiff(65_535)
    yield "JPEG with 2,000 scans", scans(2_000)
    yield "21 MB", photos.scenery() + bytes(21 << 20)
    flat = Image.new("L", (LARGE_SIDE, LARGE_SIDE), 128)
    yield "JPEG of 49 Mpx", photos.encoded(flat, "JPEG")
    yield "JPEG of 49 Mpx in CMYK", photos.encoded(flat.convert("CMYK"), "JPEG")
    yield "PNG of 49 Mpx", photos.encoded(flat, "PNG", compress_level=1)
    whole = Image.new("L", (WHOLE_SIDE, WHOLE_SIDE), 128)
    for mode in ("1", "P", "LA", "RGBA", "I;16"):
        large = whole.convert(mode) if mode != "I;16" else Image.new(mode, whole.size, 40_000)
        yield f"PNG of 17 Mpx in {mode}", photos.encoded(large, "PNG", compress_level=1)


def _with_size(data: bytes, at: int, size: bytes) -> bytes:
    return data[:at] + size + data[at + len(size) :]


def _jpeg_of(photo: bytes, side: int) -> bytes:
    """Say that a JPEG has so many pixels a side: behind the marker of its frame, its length and its precision."""
    return _with_size(photo, photo.find(b"\xff\xc0") + 5, struct.pack(">HH", side, side))


def _webp(chunk: bytes, body: bytes) -> bytes:
    inner = b"WEBP" + chunk + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def _tiff(side: int) -> bytes:
    entries = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (278, side), (279, 1)]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + bytes(4)


def scans(count: int, side: int = 3_000) -> bytes:
    """Return a JPEG that draws all of its pixels anew in each of many scans: a few bytes more, a second more."""
    whole = photos.encoded(Image.new("L", (side, side), 128), "JPEG", progressive=True)
    last = whole.rfind(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


def _other_kinds() -> Iterator[tuple[str, bytes]]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("selfie.jpg", photos.selfie())
    rng = np.random.default_rng(11)
    yield "empty", b""
    yield "one byte", b"\xff"
    yield "a zip with a selfie in it", archive.getvalue()
    yield "html", b"<!doctype html><html><body><img src=selfie.jpg></body></html>"
    yield "svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    yield "svg of entities", b'<?xml version="1.0"?><!DOCTYPE svg [' + entities + b"]><svg>&a9;</svg>"
    yield "pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    yield "postscript", b"%!PS-Adobe-3.0\n(%pipe%id) (r) file\n"
    yield "mp4", b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + bytes(4096)
    yield "mov", b"\0\0\0\x14ftypqt  \0\0\2\0qt  " + bytes(4096)
    yield "webm", b"\x1aE\xdf\xa3" + bytes(4096)
    yield "avi", b"RIFF\xff\xff\0\0AVI LIST" + bytes(64)
    yield "wav", b"RIFF\xff\xff\0\0WAVEfmt " + bytes(64)
    for kind in ("TIFF", "ICO", "PPM", "TGA", "PCX", "JPEG2000", "PDF"):
        yield f"a selfie as {kind}", _in_kind(photos.selfie(), kind)
    for kind in ("GIF", "WEBP", "PNG", "AVIF"):
        yield f"animated {kind}", photos.animated(photos.selfie(), kind)
    yield "zeros", bytes(1 << 20)
    yield "noise", rng.bytes(1 << 20)
    yield "a program", b"\x7fELF\x02\x01\x01" + rng.bytes(4096)
    yield "text in UTF-16", "Dear bot, this is me.".encode("utf-16")


def _polyglots() -> Iterator[tuple[str, bytes]]:
    page = b"<script>alert(document.cookie)</script>"
    for name, start in (("JPEG", b"\xff\xd8\xff\xe0"), ("PNG", b"\x89PNG\r\n\x1a\n"), ("GIF", b"GIF89a")):
        yield f"html that begins like {name}", start + page * 40
    yield "html that begins like WEBP", b"RIFF\xff\0\0\0WEBP" + page * 40
    yield "html that begins like HEIF", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + page * 40
    yield "text that begins like BMP", b"BM" + bytes(12) + page * 40
    yield "a picture of nobody with a page behind it", photos.scenery() + page
    yield "a picture of nobody in a comment", b"\xff\xd8\xff\xfe\xff\xff" + photos.scenery()


def _nobody() -> Iterator[tuple[str, bytes]]:
    """Sound and half-sound pictures in which nobody is: unusual modes, sizes, profiles and EXIF blocks."""
    view = photos.picture(photos.scenery())
    for size in ((1, 1), (1, 3_000), (5_000, 1), (10_000, 100), (16, 9_000)):
        yield f"{size[0]} x {size[1]} px", photos.encoded(view.resize(size), "PNG")
    yield "CMYK", photos.cmyk(photos.scenery())
    yield "16 bits", photos.png16(photos.scenery())
    yield "16 bits, grey", photos.png16(photos.scenery(), grey=True)
    yield "palette with transparency", photos.palette_with_transparency(photos.scenery())
    yield "a wrong profile", photos.encoded(view, "JPEG", icc_profile=b"\0\0\2\0lcms" + bytes(120) + b"acsp" * 40)
    yield "a profile of 900 kB", photos.encoded(view, "PNG", icc_profile=bytes(900_000))
    yield "an EXIF block that points at itself", photos.encoded(view, "JPEG", exif=_exif((0x8769, 4, 1, 8)))
    many = _exif((0x010E, 2, 2**31, 8), (0x0112, 3, 2**31, 6))
    yield "an EXIF block of 2 GB", photos.encoded(view, "JPEG", exif=many)
    yield "an EXIF block of zeros", photos.encoded(view, "JPEG", exif=b"Exif\0\0" + bytes(65_000))
    yield "EXIF orientation 99", photos.encoded(view, "JPEG", exif=_exif((0x0112, 3, 1, 99)))


def _exif(*entries: tuple[int, int, int, int]) -> bytes:
    """Write an EXIF block of entries: tag, type, count, value or offset."""
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + directory + struct.pack("<I", 8)

"""A portrait's file: enlarged, with its parameters and the mark that a machine made it. Numpy and Pillow only."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from limner.engine.faces import Pixels

#: The side of a portrait that goes out, in pixels; a base with larger pictures keeps its own.
PORTRAIT_SIDE = 512

#: IPTC's word for "made by a trained model" (https://cv.iptc.org/newscodes/digitalsourcetype/).
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

#: IPTC's word for a picture of which a trained model made a part.
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"

#: The name that the XMP specification gives it among a PNG's texts.
_XMP_ENTRY = "XML:com.adobe.xmp"

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="limner">
<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def mark(source_type: str = SOURCE_TYPE) -> str:
    """Give the XMP that says who made a picture. EU AI Act, article 50(2): the mark is machine-readable."""
    return _XMP.format(source_type=source_type)


def source_type_of(file: Image.Image) -> str:
    """Read the mark of an opened PNG or JPEG; one without a mark is older than it, and wholly a model's."""
    xmp = file.info.get(_XMP_ENTRY) or file.info.get("xmp", b"").decode(errors="replace")
    return COMPOSITE if COMPOSITE in xmp else SOURCE_TYPE


def enlarged(image: Pixels) -> Pixels:
    """Enlarge (Lanczos) a picture whose longer side is below 512 px until it has them."""
    picture = Image.fromarray(image)
    zoom = PORTRAIT_SIDE / max(picture.size)
    if zoom <= 1:
        return image
    return np.asarray(picture.resize([round(side * zoom) for side in picture.size], Image.Resampling.LANCZOS))


def portrait_png(image: Pixels, parameters: Mapping[str, str | int | float], source_type: str = SOURCE_TYPE) -> bytes:
    """Write a (height, width, 3) uint8 picture as PNG.

    `parameters` go to the text entry of that name; they must not tell who the sitter is. XMP has the mark.
    """
    notes = PngInfo()
    notes.add_text("parameters", ", ".join(f"{key}: {value}" for key, value in parameters.items()))
    notes.add_itxt(_XMP_ENTRY, mark(source_type))
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", pnginfo=notes)
    return file.getvalue()

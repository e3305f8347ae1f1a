"""A PDF made into PDF/A-3 that carries the invoice as XML (ZUGFeRD, Factur-X). Pure.

The same PDF and XML give the same bytes: every date is the invoice's own, and the file's id is a
hash of what is in it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import cache
from io import BytesIO
from typing import Final, cast

from facturx.facturx import FACTURX_FILENAME, generate_xmp_object
from lxml import etree
from msgspec import Struct
from PIL.ImageCms import ImageCmsProfile, createProfile
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from connectors.invoices.e_invoices import EINVOICE_REMEDY, EInvoiceInvalid

_CREATOR: Final = "Coo"
_FX: Final = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_MADE_AT: Final = slice(24, 36)
"""Where an ICC profile says when it was made."""


class Described(Struct, frozen=True, kw_only=True):
    """What the file says about itself, the same in its two places."""

    title: str
    author: str
    subject: str
    language: str
    on: date


def with_xml(pdf: bytes, xml: bytes, about: Described) -> bytes:
    """The PDF as PDF/A-3b with the XML in it, as an alternative form of the whole document."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    writer.pdf_header = "%PDF-1.7"
    _embedded_fonts_alone(writer)
    root = writer._root_object  # noqa: SLF001  # pypdf offers no other door to the catalogue
    attached = _attached(writer, xml, about)
    root.update(
        {
            NameObject("/Metadata"): _added(writer, _metadata(about)),
            NameObject("/OutputIntents"): ArrayObject([_intent(writer)]),
            NameObject("/AF"): ArrayObject([attached]),
            NameObject("/Names"): _names(attached),
            NameObject("/Lang"): TextStringObject(about.language),
        }
    )
    writer.metadata = _info(about)
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    digest = ByteStringObject(hashlib.sha256(pdf + xml).digest()[:16])
    writer._ID = ArrayObject([digest, digest])  # noqa: SLF001  # as above
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _embedded_fonts_alone(writer: PdfWriter) -> None:
    """Drop the font that reportlab selects by itself, draws nothing with, and does not embed."""
    for page in writer.pages:
        contents = cast("StreamObject", page["/Contents"])
        drawn = contents.get_data()
        for name in _foreign(_fonts(page)):
            drawn = _without(drawn, name.encode())
        stream = DecodedStreamObject()
        stream.set_data(drawn)
        reference = contents.indirect_reference
        assert reference is not None  # noqa: S101 - a page's contents are always an object
        writer._replace_object(reference, stream.flate_encode())  # noqa: SLF001  # as below
    for page in writer.pages:  # they share their fonts, so these go last
        fonts = _fonts(page)
        for name in _foreign(fonts):
            del fonts[name]


def _fonts(page: PageObject) -> DictionaryObject:
    resources = cast("DictionaryObject", page["/Resources"])
    return cast("DictionaryObject", resources["/Font"])


def _foreign(fonts: DictionaryObject) -> list[str]:
    """The names of fonts whose glyphs are not in the file."""
    found = ((name, cast("DictionaryObject", fonts[name])) for name in fonts)
    return [name for name, font in found if "/FontDescriptor" not in font]


def _without(drawn: bytes, name: bytes) -> bytes:
    """Page contents that never select a font. Raises `EInvoiceInvalid` where it is drawn with."""
    drawn = re.sub(rb"BT " + re.escape(name) + rb" [\d.]+ Tf [\d.]+ TL ET", b"", drawn)
    if name + b" " in drawn:
        raise EInvoiceInvalid(
            f"No PDF/A can be made: the font {name.decode()!r} is drawn with and not in the file.",
            EINVOICE_REMEDY,
        )
    return drawn


def _info(about: Described) -> dict[str, str]:
    moment = f"D:{about.on:%Y%m%d}000000+00'00'"
    return {
        "/Title": about.title,
        "/Author": about.author,
        "/Subject": about.subject,
        "/Creator": _CREATOR,
        "/Producer": _CREATOR,
        "/CreationDate": moment,
        "/ModDate": moment,
    }


def _metadata(about: Described) -> DecodedStreamObject:
    said = generate_xmp_object(
        {
            "pdfa3_flavor": "B",
            "title": about.title,
            "author": about.author,
            "subject": about.subject,
            "producer": _CREATOR,
            "creator_tool": _CREATOR,
            "timestamp": f"{about.on.isoformat()}T00:00:00+00:00",
            "urn": _FX,
            "documenttype": "INVOICE",
            "xml_filename": FACTURX_FILENAME,
            "version": "1.0",
            "xmp_level": "EN 16931",
        }
    )
    packet = etree.tostring(said, pretty_print=True, encoding="unicode").strip()
    text = (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{packet}\n<?xpacket end="w"?>'
    )
    stream = DecodedStreamObject()
    stream.set_data(text.encode())
    stream.update(
        {NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")}
    )
    return stream


def _intent(writer: PdfWriter) -> IndirectObject:
    """Colours are sRGB, and the file carries the profile that says what that is."""
    profile = DecodedStreamObject()
    profile.set_data(_srgb())
    compressed = profile.flate_encode()
    compressed.update({NameObject("/N"): NumberObject(3)})
    return _added(
        writer,
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/OutputIntent"),
                NameObject("/S"): NameObject("/GTS_PDFA1"),
                NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB IEC61966-2.1"),
                NameObject("/Info"): TextStringObject("sRGB IEC61966-2.1"),
                NameObject("/DestOutputProfile"): _added(writer, compressed),
            }
        ),
    )


@cache
def _srgb() -> bytes:
    """Little CMS's own sRGB, without the moment at which it was made."""
    made = bytearray(ImageCmsProfile(createProfile("sRGB")).tobytes())
    made[_MADE_AT] = b"\x07\xd0\x00\x01\x00\x01" + bytes(6)
    return bytes(made)


def _attached(writer: PdfWriter, xml: bytes, about: Described) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(xml)
    file = stream.flate_encode()
    params = DictionaryObject(
        {
            NameObject("/ModDate"): TextStringObject(f"D:{about.on:%Y%m%d}000000+00'00'"),
            NameObject("/Size"): NumberObject(len(xml)),
        }
    )
    file.update(
        {
            NameObject("/Type"): NameObject("/EmbeddedFile"),
            NameObject("/Subtype"): NameObject("/text/xml"),
            NameObject("/Params"): params,
        }
    )
    reference, name = _added(writer, file), TextStringObject(FACTURX_FILENAME)
    files = DictionaryObject({NameObject("/F"): reference, NameObject("/UF"): reference})
    return _added(
        writer,
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/AFRelationship"): NameObject("/Alternative"),
                NameObject("/Desc"): TextStringObject("EN 16931 invoice"),
                NameObject("/F"): name,
                NameObject("/UF"): name,
                NameObject("/EF"): files,
            }
        ),
    )


def _names(attached: IndirectObject) -> DictionaryObject:
    names = ArrayObject([TextStringObject(FACTURX_FILENAME), attached])
    tree = DictionaryObject({NameObject("/Names"): names})
    return DictionaryObject({NameObject("/EmbeddedFiles"): tree})


def _added(writer: PdfWriter, thing: DictionaryObject) -> IndirectObject:
    return writer._add_object(thing)  # noqa: SLF001  # as above

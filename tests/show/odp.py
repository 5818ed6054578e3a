"""A small OpenDocument presentation, written by hand: plain coloured pages of 16:9."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

_MIME = "application/vnd.oasis.opendocument.presentation"
_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" office:version="1.2"'
)


def make_odp(path: Path, colours: Sequence[str], words: str = "") -> Path:
    """One page of each colour (``#rrggbb``), with words on it."""
    styles = "".join(
        f'<style:style style:name="dp{at}" style:family="drawing-page"><style:drawing-page-properties '
        f'draw:fill="solid" draw:fill-color="{colour}" draw:background-size="full"/></style:style>'
        for at, colour in enumerate(colours)
    )
    box = (
        '<draw:frame svg:x="3cm" svg:y="6cm" svg:width="20cm" svg:height="3cm">'
        "<draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    )
    pages = "".join(
        f'<draw:page draw:name="page{at + 1}" draw:style-name="dp{at}" draw:master-page-name="Default">'
        f"{box.format(words) if words else ''}</draw:page>"
        for at in range(len(colours))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:presentation>{pages}</office:presentation></office:body></office:document-content>"
    )
    layout = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {_NAMES}><office:automatic-styles>'
        '<style:page-layout style:name="PM1"><style:page-layout-properties fo:page-width="28cm" '
        'fo:page-height="15.75cm" style:print-orientation="landscape" fo:margin="0cm"/></style:page-layout>'
        '</office:automatic-styles><office:master-styles><style:master-page style:name="Default" '
        'style:page-layout-name="PM1"/></office:master-styles></office:document-styles>'
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("mimetype"), _MIME)
        file.writestr("content.xml", content)
        file.writestr("styles.xml", layout)
        file.writestr("META-INF/manifest.xml", manifest)
    return path

"""Colours by what they are for, in four looks; each pair that text is set in is readable (WCAG 4.5:1, or 7:1)."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Tone = Literal["plain", "ok", "warn", "stop", "info", "brand"]
"""What a word of state means; colour says it second, the word first."""


class Palette(msgspec.Struct, frozen=True):
    """One look. Values are ``#rrggbb``. ``ink`` text, ``ink_2`` secondary text, ``ink_3`` hints; ``ground`` the window,
    ``paper`` a card, ``line`` a hairline, ``edge`` the outline of a control; ``…_soft`` lie behind text of that tone."""

    name: str
    dark: bool
    least: float
    """The contrast that every text pair of this look reaches."""
    ink: str
    ink_2: str
    ink_3: str
    ground: str
    paper: str
    line: str
    edge: str
    plain_soft: str
    brand: str
    brand_soft: str
    on_brand: str
    brand_hover: str
    brand_off: str
    """The one button while it can do nothing."""
    on_brand_off: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    stop: str
    stop_soft: str
    info: str
    info_soft: str

    def text(self, tone: Tone) -> str:
        """The colour of a word of this tone."""
        chosen: str = self.ink_2 if tone == "plain" else getattr(self, tone)
        return chosen

    def soft(self, tone: Tone) -> str:
        """The ground behind a word of this tone."""
        chosen: str = getattr(self, f"{tone}_soft")
        return chosen

    def pairs(self) -> list[tuple[str, str]]:
        """Every (text, ground) that the windows set text in."""
        found = [(ink, ground) for ink in (self.ink, self.ink_2, self.ink_3) for ground in (self.ground, self.paper)]
        for tone in ("ok", "warn", "stop", "info", "brand"):
            colour = getattr(self, tone)
            found += [(colour, self.paper), (colour, self.ground), (colour, getattr(self, f"{tone}_soft"))]
        found += [(self.ink, soft) for soft in self._softs()] + [(self.ink_2, soft) for soft in self._softs()]
        found += [(self.ink_2, self.plain_soft), (self.ink_3, self.brand_soft)]
        found += [(self.on_brand, self.brand), (self.on_brand, self.brand_hover), (self.on_brand_off, self.brand_off)]
        return found

    def _softs(self) -> tuple[str, ...]:
        return (self.brand_soft, self.ok_soft, self.warn_soft, self.stop_soft, self.info_soft, self.plain_soft)


LIGHT: Final = Palette(
    name="light",
    dark=False,
    least=4.5,
    ink="#16212b",
    ink_2="#4b5965",
    ink_3="#5f6c78",
    ground="#f3f5f7",
    paper="#ffffff",
    line="#dfe5ea",
    edge="#b9c3cc",
    plain_soft="#eaeef2",
    brand="#0b6e6e",
    brand_soft="#e3f1f0",
    on_brand="#ffffff",
    brand_hover="#095e5e",
    brand_off="#cfdcdd",
    on_brand_off="#41525a",
    ok="#166a40",
    ok_soft="#e4f4ea",
    warn="#8a5100",
    warn_soft="#fdf1dc",
    stop="#b3261e",
    stop_soft="#fce8e6",
    info="#2457a6",
    info_soft="#e6eefa",
)

DARK: Final = Palette(
    name="dark",
    dark=True,
    least=4.5,
    ink="#f2f6f8",
    ink_2="#a9b9c5",
    ink_3="#8b9dab",
    ground="#0d151c",
    paper="#14202a",
    line="#23313c",
    edge="#41535f",
    plain_soft="#223039",
    brand="#53c7bd",
    brand_soft="#12302f",
    on_brand="#06201e",
    brand_hover="#74d8cf",
    brand_off="#243b3f",
    on_brand_off="#a9c0c3",
    ok="#5ccb8f",
    ok_soft="#143024",
    warn="#f6b73c",
    warn_soft="#362a12",
    stop="#ff8c82",
    stop_soft="#3a1a1a",
    info="#8cbaff",
    info_soft="#16273f",
)

CONTRAST: Final = Palette(
    name="contrast",
    dark=False,
    least=7.0,
    ink="#000000",
    ink_2="#1d2730",
    ink_3="#303c46",
    ground="#ffffff",
    paper="#ffffff",
    line="#5d6a75",
    edge="#000000",
    plain_soft="#eef1f4",
    brand="#004d4d",
    brand_soft="#d9f0ee",
    on_brand="#ffffff",
    brand_hover="#003838",
    brand_off="#dde3e6",
    on_brand_off="#26323b",
    ok="#0b4a2a",
    ok_soft="#e4f4ea",
    warn="#5c3600",
    warn_soft="#fdf1dc",
    stop="#8c100a",
    stop_soft="#fdeceb",
    info="#0f3a7d",
    info_soft="#e6eefa",
)

CONTRAST_DARK: Final = Palette(
    name="contrast-dark",
    dark=True,
    least=7.0,
    ink="#ffffff",
    ink_2="#e1e9ee",
    ink_3="#c7d3db",
    ground="#000000",
    paper="#000000",
    line="#8396a4",
    edge="#ffffff",
    plain_soft="#1b242b",
    brand="#7fe8de",
    brand_soft="#0d2b2a",
    on_brand="#00201e",
    brand_hover="#a6f2ea",
    brand_off="#26363a",
    on_brand_off="#d3e2e4",
    ok="#7fe3aa",
    ok_soft="#0c2417",
    warn="#ffcf66",
    warn_soft="#2b2008",
    stop="#ffb0a8",
    stop_soft="#320f0d",
    info="#b0d0ff",
    info_soft="#0f1e35",
)

LOOKS: Final[dict[str, Palette]] = {one.name: one for one in (LIGHT, DARK, CONTRAST, CONTRAST_DARK)}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of ``#rrggbb``, 0 to 1."""
    total = 0.0
    for weight, at in ((0.2126, 1), (0.7152, 3), (0.0722, 5)):
        part = int(colour[at : at + 2], 16) / 255
        total += weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return total


def contrast(one: str, other: str) -> float:
    """The contrast ratio (WCAG 2) of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)

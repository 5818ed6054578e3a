"""How every window looks: colours, type, lengths, and the style sheet made of them."""

from judge_app.ui.theme.palette import CONTRAST, CONTRAST_DARK, DARK, LIGHT, LOOKS, Palette, Tone, contrast
from judge_app.ui.theme.theme import SCALES, Theme, look, restyle, theme_of, wear
from judge_app.ui.theme.type import load_fonts

__all__ = [
    "CONTRAST",
    "CONTRAST_DARK",
    "DARK",
    "LIGHT",
    "LOOKS",
    "SCALES",
    "Palette",
    "Theme",
    "Tone",
    "contrast",
    "load_fonts",
    "look",
    "restyle",
    "theme_of",
    "wear",
]

"""How the All rooms window says in a sentence of its own what the core says in passing."""

from __future__ import annotations

from judge_app.core.rules import Text
from judge_app.ui.language import either


def said(text: Text) -> str:
    return either(text.zh, text.en)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """What the core says in passing, as a sentence of its own."""
    ends = not text or text.endswith((".", "。", "!", "！", "?", "？"))
    return capital(text) + ("" if ends else either("。", "."))

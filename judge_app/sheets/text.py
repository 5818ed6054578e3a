"""Text as it is set: styles, spans, and lines that wrap by the rules of Chinese typesetting.

Lengths are points. Text is plain text: nothing in it is markup, and what the font cannot draw is made visible (fonts.printable).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from judge_app.sheets.fonts import Weight, font, printable

NO_DATA: Final = "—"
"""What stands where there is nothing to print; never 0."""
INK: Final = 0.08
SOFT: Final = 0.38
"""Greys of text and of secondary text (0 black, 1 white)."""
EPSILON: Final = 0.01
"""A length that is too small to matter."""


class Style(msgspec.Struct, frozen=True):
    """How text is set: size in points, weight, grey, and the line's height as a multiple of the size."""

    size: float = 9.5
    weight: Weight = Weight.REGULAR
    ink: float = INK
    leading: float = 1.4


BODY: Final = Style()
SMALL: Final = Style(size=8, leading=1.35)
NOTE: Final = Style(size=8, ink=SOFT, leading=1.35)
LABEL: Final = Style(size=9, weight=Weight.MEDIUM)
STRONG: Final = Style(weight=Weight.BOLD)
LARGE: Final = Style(size=13, weight=Weight.BOLD, leading=1.25)
NUMBER: Final = Style(size=24, weight=Weight.BOLD, leading=1.1)
"""The entry number: the only id on screens and forms, so it is the largest thing on them."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of text in one style."""

    text: str
    style: Style = BODY
    struck: bool = False


Paragraph = tuple[Span, ...]


class Line(msgspec.Struct, frozen=True):
    """One set line: its pieces with their offset from its left end, its width and its height."""

    pieces: tuple[tuple[float, float, Span], ...]
    """(offset, width, span)"""
    width: float
    height: float
    size: float
    """The largest size in it; all pieces share its baseline."""


_TOKEN = re.compile(r"\n| +|[!-\u1fff]+|.", re.DOTALL)
_NO_START = frozenset("，。、；：？！）》」』】〕〉”’…—·％～,.;:?!)]}%")
_NO_END = frozenset("（《「『【〔〈“‘([{￥")


@lru_cache(maxsize=4096)  # one sitting prints the same words hundreds of times
def wrap(paragraph: Paragraph, width: float) -> tuple[Line, ...]:
    """The paragraph set in lines not wider than ``width``; Latin words and numbers stay whole where they fit, no line
    begins with a closing mark or ends with an opening one. Empty text gives one empty line."""
    spans = tuple(
        Span(text, span.style, span.struck) if (text := printable(span.text)) is not span.text else span
        for span in paragraph
    )
    measured = [(span, font(span.style.weight).width(span.text, span.style.size)) for span in spans]
    if sum(advance for _, advance in measured) <= width + EPSILON and not any("\n" in span.text for span in spans):
        return (_line(measured, spans),)
    lines: list[Line] = []
    current: list[tuple[Span, float]] = []
    used = 0.0
    for token, advance in _tokens(spans, width):
        if token.text == "\n":
            lines.append(_line(current, spans))
            current, used = [], 0.0
            continue
        if token.text.isspace() and token.text != "\u3000" and current and used + advance > width + EPSILON:
            continue
        while current and used + advance > width + EPSILON:
            at = len(current)
            while at and not _may_break(
                current[at - 1][0].text, current[at][0].text if at < len(current) else token.text
            ):
                at -= 1
            at = at or len(current)
            lines.append(_line(current[:at], spans))
            current = current[at:]
            while current and current[0][0].text.startswith(" "):
                current = current[1:]
            used = sum(piece for _, piece in current)
        current.append((token, advance))
        used += advance
    lines.append(_line(current, spans))
    return tuple(lines)


@lru_cache(maxsize=4096)
def balanced(paragraph: Paragraph, width: float) -> tuple[Line, ...]:
    """As ``wrap``, but a few lines share their length, so that no character stands alone in the last one; where lines can
    end at a comma or stop they do."""
    lines = wrap(paragraph, width)
    if not 2 <= len(lines) <= 3 or any("\n" in span.text for span in paragraph):
        return lines
    narrow = sum(line.width for line in lines) / len(lines)
    chosen = lines
    while narrow < width:
        closer = wrap(paragraph, narrow)
        if len(closer) == len(lines):
            if all(line.pieces and line.pieces[-1][2].text[-1] in "，。、；：" for line in closer[:-1]):
                return closer
            if chosen is lines and lines[-1].width <= 0.4 * width:
                chosen = closer
        narrow += 0.5 * lines[0].size
    return chosen


def _may_break(before: str, after: str) -> bool:
    return after[0] not in _NO_START and before[-1] not in _NO_END


def _tokens(spans: Iterable[Span], width: float) -> Iterable[tuple[Span, float]]:
    """What a line is made of: ideographs one by one, words whole, or letter by letter where a word is wider than a line."""
    for span in spans:
        face = font(span.style.weight)
        for text in _TOKEN.findall(span.text):
            advance = 0.0 if text == "\n" else face.width(text, span.style.size)
            if advance > width and len(text) > 1:
                for char in text:
                    yield Span(char, span.style, span.struck), face.width(char, span.style.size)
            else:
                yield Span(text, span.style, span.struck), advance


def _line(tokens: Sequence[tuple[Span, float]], spans: Sequence[Span]) -> Line:
    pieces: list[tuple[float, float, Span]] = []
    end = len(tokens)
    while end and tokens[end - 1][0].text.isspace() and not tokens[end - 1][0].text.startswith("\u3000"):
        end -= 1
    offset = 0.0
    for span, advance in tokens[:end]:
        if pieces and pieces[-1][2].style is span.style and pieces[-1][2].struck == span.struck:
            start, before, last = pieces[-1]
            pieces[-1] = (start, before + advance, Span(last.text + span.text, span.style, span.struck))
        elif span.text:
            pieces.append((offset, advance, span))
        offset += advance
    styles = [piece[2].style for piece in pieces] or [span.style for span in spans] or [BODY]
    return Line(
        tuple(pieces), offset, max(style.size * style.leading for style in styles), max(style.size for style in styles)
    )

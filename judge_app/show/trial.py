"""A trial: a show that is started and ended for real, timed, with the desktop as the witness of both."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from judge_app.core.preflight import Trial
from judge_app.show.driver import Box, ShowDriver, ShowError, ShowHung

_SHOWN_MS: Final = 300
"""How long it is shown at least: a program may fail right after it has begun."""
_UP_MS: Final = 12_000
_GONE_MS: Final = 3000
_STEP_MS: Final = 10


def try_show(
    driver: ShowDriver,
    deck: Path,
    screen: Box,
    *,
    ready: Callable[[], None] = lambda: None,
    gone: Callable[[], bool] | None = None,
    pause: Callable[[int], None] = lambda ms: time.sleep(ms / 1000),
    now: Callable[[], int] = time.monotonic_ns,
) -> Trial:
    """Open, start, end and close a deck on a screen. ``ready`` is called once it is open, ``gone`` says whether no show
    is left (else the driver's word has to do), ``pause`` waits for milliseconds. What fails is in the answer."""
    looked = gone or (lambda: not driver.is_running())
    trial = Trial()
    stage = "open"
    try:
        began = now()
        slides = driver.open(deck)
        trial = Trial(slides=slides, open_ms=_ms(now() - began))
        ready()
        stage = "start"
        began = now()
        driver.start(screen)
        while looked():
            if now() - began > _UP_MS * 1_000_000:
                raise ShowError("放映没有出现在屏幕上", "the show did not come up on the screen")
            pause(_STEP_MS)
        started = _ms(now() - began)
        pause(_SHOWN_MS)
        if looked():
            raise ShowError("放映一开始就停了", "the show stopped as soon as it had begun")
        trial = Trial(slides=slides, open_ms=trial.open_ms, start_ms=started)
        stage = "end"
        began = now()
        driver.end()
        while not looked():
            if now() - began > _GONE_MS * 1_000_000:
                raise ShowError("放映没有结束", "the show did not end")
            pause(_STEP_MS)
        trial = Trial(slides=slides, open_ms=trial.open_ms, start_ms=started, end_ms=_ms(now() - began))
        stage = "close"
        driver.close()
    except ShowError as error:
        return Trial(
            slides=trial.slides,
            open_ms=trial.open_ms,
            start_ms=trial.start_ms,
            end_ms=trial.end_ms,
            stage=stage,
            hung=isinstance(error, ShowHung),
            zh=error.zh,
            en=error.en,
        )
    return trial


def _ms(ns: int) -> int:
    return round(ns / 1_000_000)

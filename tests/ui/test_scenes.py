"""Every scene of the gallery, in both languages, at the size that must hold: nothing cut, overlapping, untranslated
or faint. The whole matrix of looks and scales is the gallery command's."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from judge_app.ui.gallery import LANGUAGES, SCALES, Photographer, Shot
from judge_app.ui.scenes import scenes
from judge_app.ui.scenes.scene import Scene

MIDDLE = next(scale for scale in SCALES if scale.name == "150")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", scenes(), ids=lambda scene: f"{scene.view}-{scene.state}")
def test_a_scene_is_whole(qapp: QApplication, scene: Scene, language: str) -> None:
    photographer = Photographer(qapp)
    before = qapp.topLevelWidgets()
    try:
        _, found = photographer.take(Shot(scene, language, "light", MIDDLE), pictures=False)  # type: ignore[arg-type]
    finally:
        photographer.language.use("en")
    assert [str(one) for one in found] == []
    left = [one for one in qapp.topLevelWidgets() if one not in before]
    assert left == [], "a window that stays is dressed anew with every one after it"

"""Widgets that every window shares."""

from judge_app.ui.widgets.appearance import LANGUAGES, LOOK_WORDS, AppearanceButton
from judge_app.ui.widgets.ask import AskPanel, Choice, Question
from judge_app.ui.widgets.banner import ConnectionBanner
from judge_app.ui.widgets.button import ActionButton, NextStepButton
from judge_app.ui.widgets.card import Card, rule
from judge_app.ui.widgets.checks import Check, CheckList
from judge_app.ui.widgets.clock import BarPhase, ClockFace, Countdown, PhaseBar, RunningWidget
from judge_app.ui.widgets.flow import FlowLayout
from judge_app.ui.widgets.label import ElidedLabel, Label
from judge_app.ui.widgets.option import OptionCard
from judge_app.ui.widgets.pill import Pill
from judge_app.ui.widgets.qr import QrCode
from judge_app.ui.widgets.rows import RowDelegate, RowList, RowModel
from judge_app.ui.widgets.scroll import FitScroll
from judge_app.ui.widgets.topbar import TopBar
from judge_app.ui.widgets.trouble import Trouble, TroublePanel

__all__ = [
    "LANGUAGES",
    "LOOK_WORDS",
    "ActionButton",
    "AppearanceButton",
    "AskPanel",
    "BarPhase",
    "Card",
    "Check",
    "CheckList",
    "Choice",
    "ClockFace",
    "ConnectionBanner",
    "Countdown",
    "ElidedLabel",
    "FitScroll",
    "FlowLayout",
    "Label",
    "NextStepButton",
    "OptionCard",
    "PhaseBar",
    "Pill",
    "QrCode",
    "Question",
    "RowDelegate",
    "RowList",
    "RowModel",
    "RunningWidget",
    "TopBar",
    "Trouble",
    "TroublePanel",
    "rule",
]

"""What the room says no with: to a command (a ``Refusal``), and to a device that may not act (a ``Denied``).

What the rules of the session refuse comes with words of its own (``core.errors.Refused``); here is all the rest.
"""

from __future__ import annotations

from judge_app.core.errors import Refused
from judge_app.wire.messages import Denied, Refusal

# devices


def _for_now(code: str, zh: str, en: str) -> Denied:
    """The device may try again by itself."""
    return Denied(code=code, zh=zh, en=en, final=False)


REVOKED = Denied(code="revoked", zh="该设备已停用，请向主持人要新链接", en="revoked: ask the host for a link")
SUPERSEDED = _for_now("superseded", "本场已由备用主机接管，正在转接", "a spare has taken over: going there")
OTHER_VERSION = Denied(
    code="protocol", zh="程序版本不同，请安装与主机相同的版本", en="another version: install the host's"
)
BAD_KEY = Denied(code="bad_signature", zh="设备密钥有误", en="the device's key does not fit its signature")
BAD_TOKEN = Denied(
    code="bad_token",
    zh="链接已被使用，或已超过 10 分钟：请向主持人要新链接",
    en="the link was used, or is older than ten minutes: ask for a new one",
)
NO_CODE = Denied(
    code="no_code",
    zh="没有这个加入码，或已用过、已过期、错误次数过多：请主持人给一个新的",
    en="no such code, or it was used, is old or was guessed at too often: ask the host for a new one",
)
WRONG_CODE = Denied(
    code="wrong_code",
    zh="加入码不对，或对方不是您的主机：请核对后再试",
    en="the code is wrong, or this is not your host: compare it and try again",
)
TOO_MANY = Denied(code="too_many", zh="该席位登记的设备过多", en="too many devices have enrolled for this seat")
ELSEWHERE = Denied(code="elsewhere", zh="已在另一窗口打开", en="opened in another window")
STORE_TROUBLE = _for_now("store_trouble", "主机写入暂时失败，请稍候", "the host cannot write just now")
MALFORMED = _for_now("malformed", "格式有误", "this is no message of ours")
SLOW_DOWN = _for_now("slow_down", "尝试过于频繁，请稍候", "too many tries: wait")
UNKNOWN_DEVICE = Denied(code="unknown_device", zh="主机不认识该设备，请重新加入", en="unknown device: join again")


# commands


def bad_signature(command_id: str) -> Refusal:
    return Refusal(command_id=command_id, code="bad_signature", zh="签名无效", en="the signature does not fit")


def bad_id(command_id: str) -> Refusal:
    return Refusal(command_id=command_id, code="malformed", zh="编号有误", en="bad command id")


def id_reused(command_id: str) -> Refusal:
    return Refusal(
        command_id=command_id,
        code="id_reused",
        zh="此编号已用于其他内容",
        en="this command id was used for other content",
    )


def malformed(command_id: str, error: Exception) -> Refusal:
    return Refusal(command_id=command_id, code="malformed", zh="内容格式有误", en=f"malformed command: {error}")


def photo_missing(command_id: str) -> Refusal:
    return Refusal(
        command_id=command_id,
        code="photo_missing",
        zh="照片没有传到主机，请重新选择照片",
        en="the photo did not reach the host: choose it again",
    )


def not_admitted(command_id: str) -> Refusal:
    return Refusal(command_id=command_id, code="not_admitted", zh="该设备未获准入", en="the device is not admitted")


def by_the_rules(command_id: str, error: Refused, *, again: bool) -> Refusal:
    """``again``: the same command is to be sent again by itself."""
    return Refusal(command_id=command_id, code=error.code, zh=error.zh, en=error.en, again=again)


def superseded(command_id: str) -> Refusal:
    return Refusal(command_id=command_id, code="superseded", zh=SUPERSEDED.zh, en=SUPERSEDED.en, again=True)


def failed(command_id: str) -> Refusal:
    return Refusal(
        command_id=command_id,
        code="failed",
        zh="主机处理时出错，稍候会自动重试",
        en="the host made a mistake: it is tried again by itself",
        again=True,
    )


def store_trouble(command_id: str) -> Refusal:
    return Refusal(
        command_id=command_id,
        code="store_trouble",
        zh="主机写入暂时失败，请稍候，会自动重试",
        en="the host cannot write just now: it is tried again by itself",
        again=True,
    )

"""The join link ``rsj://host:port/?fp=…&t=…``: where the room is, its certificate's fingerprint and a seat's token.

``fp`` is the SHA-256 of the room's certificate (DER), base64url without padding; ``t`` a 128-bit token bound to one
named seat. The whole certificate is pinned, not its key alone: it is made once for a session and never changes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem

SCHEME = "rsj"
SERVICE = "_judge-app._tcp.local."
"""The name under which rooms are found by mDNS."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


class JoinLink(Struct, frozen=True):
    """A link taken apart; ``fingerprint`` is 32 bytes."""

    host: str
    port: int
    fingerprint: bytes
    token: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{SCHEME}://{host}:{self.port}/?fp={_b64(self.fingerprint)}&t={self.token}"

    @property
    def origin(self) -> str:
        """``https://host:port``, as a client connects."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def hint(fingerprint: bytes) -> str:
    """What discovery tells of a room's certificate: enough to look there first, nothing to trust."""
    return hashlib.sha256(b"rsj-hint\0" + fingerprint).hexdigest()[:16]


def _wrong(zh: str, en: str) -> BadInput:
    return BadInput(Problem("加入链接 / join link", zh, en))


def read_link(text: str) -> JoinLink:
    """The link in a text as people paste it (spaces, line breaks and invisible characters are dropped); raises BadInput."""
    compact = "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")
    if len(compact) > 1000:
        raise _wrong("太长，请只粘贴链接", "too long: paste the link alone")
    if not compact.lower().startswith(f"{SCHEME}://"):
        raise _wrong("应以 rsj:// 开头，请从主持人处重新复制", "it begins with rsj://; copy it again from the host")
    try:
        parts = urlsplit(compact)
    except ValueError as error:
        raise _wrong("地址有误，请重新复制", "the address is broken: copy it again") from error
    host, port = read_address(parts.netloc)
    query = parse_qs(parts.query)
    fingerprint, token = query.get("fp", [""])[0], query.get("t", [""])[0]
    try:
        pinned = base64.b64decode(fingerprint + "=" * (-len(fingerprint) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        pinned = b""
    if len(pinned) != 32:
        raise _wrong("指纹不完整，链接可能被截断，请重新复制", "the fingerprint is cut off: copy the link again")
    if not _TOKEN.fullmatch(token):
        raise _wrong("席位口令不完整，请重新复制", "the seat's token is cut off: copy the link again")
    return JoinLink(host=host, port=port, fingerprint=pinned, token=token)


def read_address(text: str) -> tuple[str, int]:
    """``host:port``, an IPv6 address in brackets; raises BadInput."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _wrong("地址有误，请重新复制", "the address is broken: copy it again") from error
    if not port or not _is_host(host) or parts.netloc != text or parts.username is not None:
        raise _wrong("缺少主机地址或端口，请重新复制", "host or port is missing: copy it again")
    return host, port


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_NAME.fullmatch(host))
    return True

"""Why does it not connect? The judge's laptop looks step by step, and says which step fails and what to do.

Address → port → certificate → room → seat. A firewall and a Wi-Fi that keeps its guests apart look alike from here (no
answer); what tells them apart is whether the host's computer answers at all on the local network (its hardware address
is known after a try). Where that cannot be told, both are named.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import errno
import ipaddress
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp
import msgspec
import psutil

from judge_app.core.contest import Struct
from judge_app.seat.certificate import fingerprint_of
from judge_app.wire import messages
from judge_app.wire.link import JoinLink
from judge_app.wire.messages import DeviceState, Reached, ReachRequest, TokenState

CONNECT_S = 5.0
ANSWER_S = 10.0


class Step(Struct, frozen=True):
    """One step: ``name`` is address, port, certificate, room or seat; ``code`` is stable; the texts say how it stands
    and, where it does not, what to do. ``detail`` is for whoever is called to help."""

    name: str
    ok: bool
    code: str
    zh: str
    en: str
    detail: str = ""


class Network(Struct, frozen=True):
    """One of this computer's own addresses, with the prefix of its network: ``192.168.1.7/24`` on ``wlan0``."""

    interface: str
    address: str

    def holds(self, host: str) -> bool:
        """Whether that address is in this network, so that no router stands between."""
        return ipaddress.ip_address(host) in ipaddress.ip_interface(self.address).network


def networks() -> list[Network]:
    """This computer's networks, without loopback."""
    found = []
    stats = psutil.net_if_stats()
    for name, entries in psutil.net_if_addrs().items():
        if name in stats and not stats[name].isup:
            continue
        for entry in entries:
            if entry.family is socket.AF_INET and entry.netmask and not entry.address.startswith("127."):
                network = ipaddress.ip_interface(f"{entry.address}/{entry.netmask}")
                found.append(Network(interface=name, address=str(network)))
    return found


def neighbour(host: str) -> bool | None:
    """Whether a computer with that address has answered on the local network (ARP); None where that cannot be told."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "linux":
            for line in Path("/proc/net/arp").read_text("ascii").splitlines()[1:]:
                address, _, flags, *_ = line.split()
                if address == host:
                    return bool(int(flags, 16) & 2)
            return None
        given = ["arp", "-a", host] if sys.platform == "win32" else ["arp", "-n", host]
        said = subprocess.run(given, capture_output=True, timeout=5, check=False).stdout.decode("ascii", "replace")
        return re.search(r"(?i)\b(?:[0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}\b", said) is not None
    return None


class Knock(enum.StrEnum):
    """What came of a try to connect."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    NO_ROUTE = "no_route"


async def knock(host: str, port: int) -> Knock:
    """Try the port."""
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return Knock.SILENT
    except ConnectionError:
        return Knock.REFUSED
    except OSError as error:
        if error.errno in (errno.ETIMEDOUT, getattr(errno, "WSAETIMEDOUT", None), 121):
            return Knock.SILENT
        return Knock.NO_ROUTE
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Knock.OPEN


def explain_port(result: Knock, *, near: bool, answers: bool | None) -> Step:
    """What a try at the port means, on the same network or not (``near``), and where the host's computer has answered
    by its hardware address or not (``answers``)."""
    if result is Knock.OPEN:
        return _good("port", "端口可以连接", "the port is open")
    if result is Knock.REFUSED:
        return _bad(
            "port",
            "not_running",
            "找到了主机的电脑，但评审程序没有在这个端口运行（可能已关闭，或重启后换了端口）：请主持人打开程序并给新链接",
            "the host's computer is there, but no room runs at this port (closed, or restarted on another one): have the"
            " host open the program, and ask for a new link",
        )
    if near and answers:
        return _bad(
            "port",
            "firewall",
            "主机的电脑在同一网络并有回应，但端口被挡住，多半是防火墙：请主持人在防火墙提示中允许本程序"
            "（Windows：专用和公用网络都允许）",
            "the host's computer is on this network and answers, but the port is blocked, most likely by its firewall:"
            " have the host allow this program (on Windows for private and public networks)",
        )
    if near and answers is False:
        return _bad(
            "port",
            "isolated",
            "同一网络里找不到主机的电脑：这个 Wi-Fi 可能不允许设备互访（访客网络），或主机换了地址、已断网。"
            "请都改用同一个非访客 Wi-Fi、手机热点或网线，并核对主机的地址",
            "the host's computer does not answer on this network: the Wi-Fi may keep devices apart (guest network), or the"
            " host has another address or is offline. Use the same non-guest Wi-Fi, a phone's hotspot or a cable, and"
            " compare the host's address",
        )
    if near:
        return _bad(
            "port",
            "firewall_or_isolated",
            "与主机在同一网络但没有回应：主机的防火墙挡住了端口，或这个 Wi-Fi 不允许设备互访。"
            "先请主持人允许防火墙提示，仍不行则改用手机热点或网线",
            "on the host's network, but no answer: the host's firewall blocks the port, or the Wi-Fi keeps devices apart."
            " Have the host allow the firewall prompt first; if that does not help, use a phone's hotspot or a cable",
        )
    return _bad(
        "port",
        "other_network",
        "您的电脑与主机不在同一个网络：请连接主持人所用的 Wi-Fi（不要用手机流量，VPN 请先关闭）",
        "this computer is not on the host's network: join the Wi-Fi that the host uses (no mobile data; close any VPN)",
    )


def _good(name: str, zh: str, en: str, detail: str = "") -> Step:
    return Step(name=name, ok=True, code="ok", zh=zh, en=en, detail=detail)


def _bad(name: str, code: str, zh: str, en: str, detail: str = "") -> Step:
    return Step(name=name, ok=False, code=code, zh=zh, en=en, detail=detail)


async def resolve(host: str) -> str:
    """The address of a host by its name, or the address itself; raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


Find = Callable[[bytes], Awaitable[Sequence[tuple[str, int]]]]


class Reach:
    """The self-test for one join link. ``key`` is this device's public key (hex) where it has enrolled before; ``find``
    looks for the room by discovery where it does not answer at the link's address."""

    def __init__(
        self,
        link: JoinLink,
        key: str = "",
        *,
        find: Find | None = None,
        networks: Callable[[], list[Network]] = networks,
        neighbour: Callable[[str], bool | None] = neighbour,
        knock: Callable[[str, int], Awaitable[Knock]] = knock,
    ) -> None:
        self._link = link
        self._key = key
        self._find = find
        self._networks = networks
        self._neighbour = neighbour
        self._knock = knock

    async def run(self, told: Callable[[Step], None] = lambda step: None, *, port_only: bool = False) -> list[Step]:
        """Every step up to the first that fails; ``told`` hears of each as it is done. All is well if the last is.
        ``port_only``: no more than address and port, where nothing else of the link is known yet."""
        done: list[Step] = []
        steps = (self._address, self._port, self._certificate, self._room, self._seat)
        for step in steps[:2] if port_only else steps:
            done.append(await step())
            told(done[-1])
            if not done[-1].ok:
                break
        return done

    async def _address(self) -> Step:
        own = self._networks()
        mine = "、".join(f"{one.address} ({one.interface})" for one in own)
        try:
            self._host = await resolve(self._link.host)
        except OSError as error:
            return _bad(
                "address",
                "unknown_name",
                f"找不到名为“{self._link.host}”的电脑：请主持人改用 IP 地址的链接",
                f"no computer named {self._link.host!r} is known here: ask the host for a link with an IP address",
                str(error),
            )
        address = ipaddress.ip_address(self._host)
        self._near = address.is_loopback or any(address.version == 4 and one.holds(self._host) for one in own)
        if not own and not address.is_loopback:
            return _bad(
                "address",
                "no_network",
                "这台电脑没有连接任何网络：请先连接主持人所用的 Wi-Fi 或插上网线",
                "this computer is on no network: join the host's Wi-Fi or plug in a cable",
            )
        if self._near:
            return _good("address", f"主机地址 {self._host}，与本机在同一网络", f"{self._host}, on our network", mine)
        return _good(
            "address",
            f"主机地址 {self._host}，与本机（{mine}）不在同一网络，能否连通要看路由",
            f"{self._host}, on another network than ours ({mine}): it depends on the router",
            mine,
        )

    async def _port(self) -> Step:
        result = await self._knock(self._host, self._link.port)
        if result is Knock.OPEN:
            return explain_port(result, near=self._near, answers=None)
        elsewhere = await self._elsewhere()
        if elsewhere:
            return _bad(
                "port",
                "moved",
                f"主机已换到 {elsewhere}：请主持人重新给链接，或直接再次加入（程序会自己找到它）",
                f"the host is at {elsewhere} now: ask for a new link, or just join again (the program finds it)",
            )
        answers = self._neighbour(self._host) if self._near and result is not Knock.REFUSED else None
        step = explain_port(result, near=self._near, answers=answers)
        return msgspec.structs.replace(step, detail=f"{result}, near={self._near}, answers={answers}")

    async def _elsewhere(self) -> str:
        if self._find is None:
            return ""
        for host, port in await self._find(self._link.fingerprint):
            if (host, port) != (self._host, self._link.port):
                with contextlib.suppress(OSError, TimeoutError):
                    if await fingerprint_of(host, port, CONNECT_S) == self._link.fingerprint:
                        return f"{host}:{port}"
        return ""

    async def _certificate(self) -> Step:
        try:
            shown = await fingerprint_of(self._host, self._link.port, ANSWER_S)
        except (ssl.SSLError, ConnectionError, TimeoutError) as error:
            return _bad(
                "certificate",
                "no_tls",
                "这个端口上不是评审主机（没有安全连接）：请核对地址和端口；若网络需要网页登录，请先登录",
                "what answers at this port is no room (no secure connection): compare address and port; if the network"
                " wants you to log in on a page, do so first",
                str(error),
            )
        except OSError as error:
            return _bad("certificate", "lost", "连接中断，请再试一次", "the connection was lost: try again", str(error))
        if shown != self._link.fingerprint:
            return _bad(
                "certificate",
                "other_host",
                "对方不是链接中的主机（证书指纹不符）：链接可能是别场或旧的，也可能有人冒充。请向主持人要新链接，勿继续",
                "this is not the host of the link (another certificate): the link may be another session's or an old one,"
                " or somebody pretends. Ask the host for a new link, and do not go on",
                f"{shown.hex()} ≠ {self._link.fingerprint.hex()}",
            )
        return _good("certificate", "证书与链接一致", "the certificate is the link's own")

    async def _room(self) -> Step:
        pinned = aiohttp.Fingerprint(self._link.fingerprint)
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(f"{self._link.origin}/v1/hello", ssl=pinned) as response,
            ):
                told = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return _bad(
                "room",
                "no_answer",
                "主机没有回答：程序可能卡住，请主持人查看；稍后再试",
                "the host does not answer: its program may be stuck; have the host look, and try again",
                str(error),
            )
        version = told.get("protocol") if isinstance(told, dict) and told.get("judge-app") == "room" else None
        if version != messages.PROTOCOL:
            return _bad(
                "room",
                "version",
                "主机的程序版本与本机不同：请安装与主机相同的版本",
                "the host runs another version: install the host's",
                f"{version} ≠ {messages.PROTOCOL}",
            )
        return _good("room", "评审主机有回答", "the room answers")

    async def _seat(self) -> Step:
        pinned = aiohttp.Fingerprint(self._link.fingerprint)
        body = messages.encode(ReachRequest(token=self._link.token, key=self._key))
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.post(f"{self._link.origin}/v1/reach", data=body, ssl=pinned) as response,
            ):
                answer = messages.read_answer(await response.read(), Reached)
        except (aiohttp.ClientError, TimeoutError, OSError, messages.Malformed) as error:
            return _bad("seat", "no_answer", "主机没有回答，请再试", "the host does not answer: try again", str(error))
        if isinstance(answer, messages.Denied):
            return _bad("seat", answer.code, answer.zh, answer.en)
        return explain_seat(answer)


def explain_seat(answer: Reached) -> Step:
    """How the link and this device stand with the room."""
    if answer.device is DeviceState.ADMITTED:
        return _good("seat", "本机已获准入，可以评分", "this device is in")
    if answer.device is DeviceState.WAITING:
        return _good("seat", "本机已登记，请等主持人点“准许”", "this device is known: wait until the host lets it in")
    if answer.device is DeviceState.REVOKED:
        return _bad(
            "seat",
            "revoked",
            "本机已被停用：请向主持人要新链接",
            "this device was put out: ask the host for a new link",
        )
    if answer.token is TokenState.FREE:
        return _good("seat", "链接有效，可以加入", "the link is valid: you may join")
    if answer.token is TokenState.USED:
        return _bad(
            "seat",
            "used",
            "这个链接已被另一台设备用过：请向主持人要新链接",
            "this link was used by another device: ask the host for a new one",
        )
    return _bad(
        "seat",
        "bad_token",
        "主机不认识这个链接的口令：请向主持人要新链接",
        "the host does not know this link's token: ask for a new one",
    )

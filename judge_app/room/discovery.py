"""Says on the local network, by mDNS, that a room is here: its session's name, its address and port. No secret in it."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Sequence

from zeroconf import IPVersion, NonUniqueNameException, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from judge_app.wire.link import SERVICE, hint
from judge_app.wire.messages import PROTOCOL

log = logging.getLogger(__name__)


class Announcement:
    """One room's entry, from ``start`` to ``stop``. Where mDNS does not work the room goes on without it."""

    def __init__(self, name: str, fingerprint: bytes, port: int) -> None:
        self._name = name
        self._fingerprint = fingerprint
        self._port = port
        self._zeroconf: AsyncZeroconf | None = None
        self._info: ServiceInfo | None = None
        self._addresses: tuple[str, ...] = ()

    async def start(self, addresses: Sequence[str]) -> bool:
        """Announce the room at those addresses, in place of those before; False where nobody can be told."""
        told = tuple(a for a in addresses if not ipaddress.ip_address(a).is_loopback) or tuple(addresses)
        if told and told == self._addresses:
            return True
        await self.stop()
        if not told:
            return False
        info = ServiceInfo(
            SERVICE,
            f"{instance(self._name)}.{SERVICE}",
            addresses=[socket.inet_aton(address) for address in told],
            port=self._port,
            properties={"v": str(PROTOCOL), "id": hint(self._fingerprint)},
            server=f"judge-app-{hint(self._fingerprint)}.local.",
        )
        try:
            self._zeroconf = AsyncZeroconf(interfaces=list(told), ip_version=IPVersion.V4Only)
            await (await self._zeroconf.async_register_service(info, allow_name_change=True))
        except (OSError, NonUniqueNameException, RuntimeError) as error:
            log.warning("the room cannot be announced by mDNS: %s", error)
            await self.stop()
            return False
        self._info = info
        self._addresses = told
        return True

    async def stop(self) -> None:
        """Take the entry back."""
        zeroconf, info = self._zeroconf, self._info
        self._zeroconf, self._info, self._addresses = None, None, ()
        if zeroconf is not None:
            if info is not None:
                await (await zeroconf.async_unregister_service(info))
            await zeroconf.async_close()


def instance(name: str) -> str:
    """A session's name as a DNS label: 63 bytes at most, without dots and control characters."""
    plain = "".join("·" if c == "." else c for c in name if c.isprintable()).strip() or "judge-app"
    while len(plain.encode()) > 55:  # room for the number that a second one of this name gets
        plain = plain[:-1]
    return plain

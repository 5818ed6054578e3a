"""Finds rooms on the local network by mDNS. A hint and no more: whatever is found is checked by its fingerprint."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from judge_app.core.contest import Struct
from judge_app.wire.link import SERVICE, hint

ANSWER_MS = 1_500


class Found(Struct, frozen=True):
    """A room that says it is here; ``hint`` tells to whom it may matter. All of it is what somebody says."""

    name: str
    host: str
    port: int
    hint: str = ""


async def find(seconds: float = 2.0, *, interfaces: Sequence[str] | None = None) -> list[Found]:
    """Every room that answers within so many seconds, one entry an address; raises OSError where there is no network."""
    zeroconf = AsyncZeroconf(interfaces=list(interfaces)) if interfaces else AsyncZeroconf(ip_version=IPVersion.V4Only)
    names: set[str] = set()

    def hear(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is not ServiceStateChange.Removed:
            names.add(name)

    try:
        browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE, handlers=[hear])
        try:
            await asyncio.sleep(seconds)
        finally:
            await browser.async_cancel()
        found: list[Found] = []
        for name in sorted(names):
            info = AsyncServiceInfo(SERVICE, name)
            if await info.async_request(zeroconf.zeroconf, ANSWER_MS) and info.port:
                told = info.properties.get(b"id") or b""
                found += [
                    Found(
                        name=name.removesuffix(f".{SERVICE}")[:100],
                        host=address,
                        port=info.port,
                        hint=told.decode("ascii", "replace"),
                    )
                    for address in info.parsed_addresses(IPVersion.V4Only)
                ]
        return found
    finally:
        await zeroconf.async_close()


async def find_again(fingerprint: bytes) -> list[tuple[str, int]]:
    """Where the room of that certificate says that it is now, as (host, port)."""
    return [(found.host, found.port) for found in await find() if found.hint == hint(fingerprint)]

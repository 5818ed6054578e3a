"""Which certificate is shown at an address, looked at without trusting it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl


def untrusting() -> ssl.SSLContext:
    """TLS 1.3 that takes any certificate: whoever uses it compares the fingerprint before he says a word."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def fingerprint_of(host: str, port: int, seconds: float) -> bytes:
    """SHA-256 of the certificate shown there. Raises OSError (ssl.SSLError where it is no TLS 1.3) and TimeoutError."""
    async with asyncio.timeout(seconds):
        _, writer = await asyncio.open_connection(host, port, ssl=untrusting())
        try:
            shown: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await writer.wait_closed()
    return hashlib.sha256(shown).digest()

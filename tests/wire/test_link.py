"""The join link as people paste it, and the address and code that they type where they have no link."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.errors import BadInput
from judge_app.wire.link import JoinLink, read_address, read_link

FINGERPRINT = bytes(range(32))
TOKEN = "AAECAwQFBgcICQoLDA0ODw"
LINK = JoinLink(host="192.168.1.5", port=41234, fingerprint=FINGERPRINT, token=TOKEN)
TEXT = str(LINK)

hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"\A[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?(?:\.[a-z]{2,6})?\Z"),
)


@given(
    host=hosts,
    port=st.integers(1, 65535),
    fingerprint=st.binary(min_size=32, max_size=32),
    token=st.binary(min_size=16, max_size=16),
)
def test_a_link_that_is_written_is_read_back_as_it_was(host: str, port: int, fingerprint: bytes, token: bytes) -> None:
    written = base64.urlsafe_b64encode(token).rstrip(b"=").decode()
    link = JoinLink(host=host, port=port, fingerprint=fingerprint, token=written)
    assert read_link(str(link)) == link


@given(st.data())
def test_white_space_and_invisible_characters_anywhere_do_no_harm(data: st.DataObject) -> None:
    text = TEXT
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(" \n\r\t\u3000\u200b\ufeff\u2060\u00a0")) + text[at:]
    assert read_link(text) == LINK


def test_an_ipv6_address_stands_in_brackets() -> None:
    link = JoinLink(host="fe80::1", port=8443, fingerprint=FINGERPRINT, token=TOKEN)
    assert str(link).startswith("rsj://[fe80::1]:8443/?")
    assert link.origin == "https://[fe80::1]:8443"
    assert read_link(str(link)) == link


def test_the_scheme_may_be_in_capitals_since_some_keyboards_begin_so() -> None:
    assert read_link(TEXT.replace("rsj://", "Rsj://")) == LINK


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("", "rsj://", "begins with rsj://"),
        ("https://192.168.1.5:41234/?fp=x&t=y", "rsj://", "begins with rsj://"),
        ("请点 " + TEXT, "rsj://", "begins with rsj://"),
        (TEXT * 20, "只粘贴链接", "too long"),
        (TEXT[: TEXT.index("fp=") + 10], "被截断", "cut off"),
        (TEXT[: TEXT.index("&t=")], "口令不完整", "token is cut off"),
        (TEXT[:-1], "口令不完整", "token is cut off"),
        (TEXT + "x", "口令不完整", "token is cut off"),
        (TEXT[: TEXT.index("/?")], "被截断", "cut off"),
        (TEXT.replace("fp=AAEC", "fp=AA$C"), "指纹", "fingerprint"),
        (TEXT.replace("fp=AAEC", "fp="), "指纹", "fingerprint"),
        (TEXT.replace(":41234", ""), "地址或端口", "host or port"),
        (TEXT.replace(":41234", ":0"), "地址或端口", "host or port"),
        (TEXT.replace(":41234", ":99999"), "地址有误", "address is broken"),
        (TEXT.replace(":41234", ":-1"), "地址有误", "address is broken"),
        (TEXT.replace(":41234", ":４a"), "地址有误", "address is broken"),
        (TEXT.replace("192.168.1.5", ""), "地址或端口", "host or port"),
        (TEXT.replace("192.168.1.5", "a@b"), "地址或端口", "host or port"),
        (TEXT.replace("192.168.1.5", "-x"), "地址或端口", "host or port"),
        (TEXT.replace("192.168.1.5", "[::1"), "地址有误", "address is broken"),
        (TEXT.replace("192.168.1.5", "../etc"), "地址或端口", "host or port"),
        ("rsj://", "地址或端口", "host or port"),
    ],
)
def test_a_broken_link_says_in_both_languages_what_is_wrong(text: str, zh: str, en: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_link(text)
    (problem,) = caught.value.problems
    assert zh in problem.zh
    assert en in problem.en


@given(st.integers(0, len(TEXT) - 1))
def test_a_link_cut_off_anywhere_is_never_taken(length: int) -> None:
    with pytest.raises(BadInput):
        read_link(TEXT[:length])


@given(st.text(max_size=200) | st.text(max_size=80).map(lambda tail: "rsj://" + tail))
def test_any_text_is_a_link_or_bad_input(text: str) -> None:
    try:
        link = read_link(text)
    except BadInput:
        return
    assert len(link.fingerprint) == 32


@pytest.mark.parametrize("text", ["a:1", "192.168.1.5:41234", "[::1]:443", "judge-host.local:9"])
def test_an_address_is_host_and_port(text: str) -> None:
    host, port = read_address(text)
    assert text in (f"{host}:{port}", f"[{host}]:{port}")


@pytest.mark.parametrize("text", ["", "a", ":1", "a:", "a:b", "a:1/x", "a:1?x", "u@a:1", "::1:443", "[::1]", "a b:1"])
def test_what_is_no_address_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput):
        read_address(text)

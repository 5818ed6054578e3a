"""Signatures: a sheet that was signed is believed, and every way of touching it is found."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from judge_app.core.errors import BadInput, Refused
from judge_app.core.views import Briefing, ChairView
from judge_app.sheets import reading, signing
from judge_app.sheets.paper import render
from judge_app.sheets.printing import Printing
from judge_app.sheets.signing import Report
from tests.sheets.sittings import AT

NOW = datetime.now(UTC)  # pyHanko writes the wall's time into a signature
ROOM = signing.make_identity("room", "会议主机", NOW)
CHAIR = signing.make_identity("chair", "沈知衡", NOW)
SCORER = signing.make_identity("scorer", "钱一", NOW)
STRANGER = signing.make_identity("chair", "沈知衡", NOW)
LISTED = [ROOM.known, CHAIR.known, SCORER.known]


@pytest.fixture(scope="module")
def plain(final: tuple[Briefing, ChairView]) -> bytes:
    return render([Printing(*final, printed_at=AT).f3()["F3"]], "排名")


@pytest.fixture(scope="module")
def certified(plain: bytes) -> bytes:
    return signing.certify(plain, ROOM)


@pytest.fixture(scope="module")
def signed(certified: bytes) -> bytes:
    return signing.sign(signing.sign(certified, SCORER), CHAIR)


def checked(pdf: bytes, **options: object) -> Report:
    return signing.check(pdf, LISTED, datetime.now(UTC), **options)  # type: ignore[arg-type]


def reasons(report: Report) -> str:
    return "；".join(zh for _, zh, _ in report.problems)


def test_a_certified_and_signed_sheet_is_believed(signed: bytes, plain: bytes) -> None:
    report = checked(signed, content=reading.content_of(plain), needed=("chair", "scorer"))
    assert report.good, report.problems
    assert [one.signer.role for one in report.signatures if one.signer] == ["room", "scorer", "chair"]
    assert [one.certifies for one in report.signatures] == [True, False, False]
    assert [one.covers_all for one in report.signatures] == [False, False, True]
    assert set(report.open) == {"signature-checker", "signature-supervisor"}


def test_signing_leaves_the_printed_bytes_as_they_were(signed: bytes, plain: bytes) -> None:
    assert signed.startswith(plain)
    assert reading.page_texts(signed) == reading.page_texts(plain)


def test_a_sheet_without_a_signature_is_not_believed(plain: bytes) -> None:
    assert "没有电子签名" in reasons(checked(plain))


def test_who_must_still_sign_is_told(certified: bytes) -> None:
    assert checked(certified).good
    assert "还没有签名" in reasons(checked(certified, needed=("chair",)))


def test_a_stranger_s_signature_is_found_though_it_bears_the_same_name(certified: bytes) -> None:
    report = checked(signing.sign(certified, STRANGER))
    assert "签名人不在本场名单中" in reasons(report)
    assert report.signatures[-1].signer is None


def test_a_stranger_s_certification_is_found(plain: bytes) -> None:
    other = signing.make_identity("room", "会议主机", NOW)
    assert "签名人不在本场名单中" in reasons(checked(signing.certify(plain, other)))


def test_numbers_that_the_journal_does_not_give_are_found(signed: bytes, plain: bytes) -> None:
    other = reading.content_of(plain).replace(b'"124.87"', b'"124.88"')
    assert other != reading.content_of(plain)
    assert "内嵌数据与会议记录不符" in reasons(checked(signed, content=other))


def with_other_words(pdf: bytes) -> bytes:
    """The sheet with an incremental update that paints other content over the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stream = generic.StreamObject(stream_data=b"q 1 g 0 0 900 900 re f Q")
    held = page.raw_get("/Contents")
    page[generic.pdf_name("/Contents")] = generic.ArrayObject([held, writer.add_object(stream)])
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_update_after_the_last_signature_is_found(signed: bytes) -> None:
    report = checked(with_other_words(signed))
    assert "最后一个签名之后文件又有改动" in reasons(report)
    assert not any(one.covers_all for one in report.signatures)


def test_an_update_between_two_signatures_is_found(certified: bytes) -> None:
    report = checked(signing.sign(with_other_words(certified), CHAIR))
    assert "签名无效，或签名后文件被改动" in reasons(report)
    assert report.signatures[-1].covers_all


def test_an_update_before_the_certification_that_changes_the_pages_is_found(plain: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(plain))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page[generic.pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    out = io.BytesIO()
    writer.write(out)
    report = checked(signing.certify(out.getvalue(), ROOM))
    assert "页面文字与内嵌数据不符" in reasons(report)


def test_the_content_is_read_as_it_was_first_written(signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    reference = names[1]["/EF"].raw_get("/F")
    held = reading.content_of(signed)
    writer.update_root()
    stream = generic.StreamObject(stream_data=held.replace(b'"124.87"', b'"999.99"'))
    names[1]["/EF"][generic.pdf_name("/F")] = writer.add_object(stream)
    writer.mark_update(names.raw_get(1))
    writer.objects[(reference.reference.generation, reference.reference.idnum)] = stream
    out = io.BytesIO()
    writer.write(out)
    assert b"999.99" in out.getvalue()
    assert reading.content_of(out.getvalue()) == held
    assert not checked(out.getvalue()).good


def test_a_sheet_whose_numbers_were_exchanged_for_another_s_is_found(
    final: tuple[Briefing, ChairView], signed: bytes
) -> None:
    """The pages of one document with the JSON of another, certified by the room itself."""
    session = Printing(*final, printed_at=AT)
    one, other = session.f2()["F2-1"], session.f2()["F2-2"]
    swapped = render([msgspec.structs.replace(one, content=other.content)], "换")
    assert "页面文字与内嵌数据不符" in reasons(checked(signing.certify(swapped, ROOM)))


def test_any_flipped_byte_outside_the_signatures_own_padding_is_found(signed: bytes) -> None:
    gaps = [
        range(held[1], held[2])
        for held in (one.byte_range for one in PdfFileReader(io.BytesIO(signed)).embedded_signatures)
    ]
    dice = random.Random(7)
    for _ in range(40):
        at = dice.randrange(len(signed))
        if any(at in gap for gap in gaps):
            continue
        broken = bytearray(signed)
        broken[at] ^= 1 << dice.randrange(8)
        try:
            report = checked(bytes(broken))
        except BadInput:
            continue
        assert not report.good, at


@pytest.mark.parametrize("cut", [1, 100, 3_000, 20_000])
def test_a_shortened_sheet_is_found(signed: bytes, cut: int) -> None:
    try:
        report = checked(signed[:-cut])
    except BadInput:
        return
    assert not report.good


@given(st.binary(max_size=400))
@settings(max_examples=60)
def test_bytes_that_are_no_sheet_are_refused_in_words(data: bytes) -> None:
    for held in (data, b"%PDF-1.7\n" + data, b"%PDF-1.7\n" + data + b"\nstartxref\n9\n%%EOF"):
        with pytest.raises(BadInput):
            checked(held)
        with pytest.raises(BadInput):
            signing.certify(held, ROOM)


def test_a_role_signs_once_and_only_where_a_field_was_left(certified: bytes, signed: bytes, plain: bytes) -> None:
    with pytest.raises(Refused, match="signed_already"):
        signing.sign(signed, CHAIR)
    with pytest.raises(Refused, match="signed_already"):
        signing.certify(certified, ROOM)
    with pytest.raises(Refused, match="no_field"):
        signing.sign(plain, CHAIR)
    with pytest.raises(Refused, match="no_field"):
        signing.sign(certified, signing.make_identity("host", "主持人", NOW))


def test_a_field_signed_by_another_role_is_found(certified: bytes) -> None:
    posing = signing.Identity(role="chair", name=SCORER.name, certificate=SCORER.certificate, key=SCORER.key)
    assert "这一栏由 scorer 签了名" in reasons(checked(signing.sign(certified, posing)))


def test_a_certificate_out_of_its_time_is_not_believed(plain: bytes) -> None:
    old = signing.make_identity("room", "会议主机", NOW - timedelta(days=800), years=1)
    report = signing.check(signing.certify(plain, old), [old.known], datetime.now(UTC))
    assert not report.good


def test_what_others_hold_of_a_signer_has_no_key_in_it() -> None:
    assert not hasattr(CHAIR.known, "key")
    assert signing.pem_of(CHAIR.known).startswith("-----BEGIN CERTIFICATE-----")


def test_every_form_says_what_its_content_says(final: tuple[Briefing, ChairView]) -> None:
    session = Printing(*final, printed_at=AT)
    for forms in (
        list(session.f1().values())[:14],
        [session.f2()["F2-1"]],
        list(session.f3().values()),
        list(session.f6().values()),
    ):
        pdf = render(forms, "样")
        assert reading.differences(pdf) == []
        assert [one.content for one in reading.forms_of(reading.content_of(pdf))] == [one.content for one in forms]

"""Electronic signatures on a sheet: certified by the room, then signed by people into fields laid out beforehand.

PAdES B-B by pyHanko. Identities are made here, one for a role and a name, and known to a session by their certificate:
there is no authority behind them, no trusted time offline, and no qualified signature. Ink on paper stays the record.

``check`` asks for all of: every signature sound and by a signer of the session, nothing changed since but by allowed
signing, the last one covering the whole file, and pages that say what the embedded JSON says. pyHanko's ``valid`` and
``intact`` alone stay true after a malicious incremental update. The functions block (and pyHanko runs a loop of its own in
them): call them in a thread where an event loop runs.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from asn1crypto import keys, pem, x509  # type: ignore[import-untyped]  # it ships no types
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.sheets import reading

ROOM: Final = "room"
SIGNERS: Final = ("chair", "scorer", "checker", "supervisor")
"""The roles that sign after the room, in no order."""


class Identity(Struct, frozen=True):
    """A signer: role and name, the certificate (DER) and the private key (PKCS#8 DER, unencrypted: guard it)."""

    role: str
    name: str
    certificate: bytes
    key: bytes

    @property
    def known(self) -> Known:
        """What others may hold of it."""
        return Known(role=self.role, name=self.name, certificate=self.certificate)


class Known(Struct, frozen=True):
    """A signer as a session lists him: who he is and the certificate that proves it."""

    role: str
    name: str
    certificate: bytes


class Found(Struct, frozen=True):
    """One signature as it was found. ``signer`` None: nobody of the session's list. ``at`` is the signer's own clock."""

    field: str
    signer: Known | None
    at: str
    certifies: bool
    sound: bool
    """Intact, valid, by a listed signer, and nothing changed since but by allowed signing."""
    covers_all: bool


class Report(Struct, frozen=True):
    """What a check found. ``good`` where nothing is wrong; ``open`` are the fields nobody has signed."""

    signatures: tuple[Found, ...]
    open: tuple[str, ...]
    problems: tuple[tuple[str, str, str], ...]
    """(place, zh, en)"""

    @property
    def good(self) -> bool:
        return not self.problems


def make_identity(role: str, name: str, at: datetime.datetime, *, years: int = 10) -> Identity:
    """A new key (P-256) with a certificate of its own, valid from a day before ``at``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = certificates.Name(
        [
            certificates.NameAttribute(NameOID.COMMON_NAME, name[:64] or role),
            certificates.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, role),
        ]
    )
    usage = certificates.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        certificates.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(at - datetime.timedelta(days=1))
        .not_valid_after(at + datetime.timedelta(days=366 * years))
        .add_extension(certificates.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Identity(
        role=role,
        name=name,
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        key=key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def field_of(role: str) -> str:
    """The name of a role's signature field."""
    return f"signature-{role}"


def _signer(identity: Identity) -> SimpleSigner:
    certificate = x509.Certificate.load(identity.certificate)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # it has no annotations
    store.register(certificate)
    return SimpleSigner(
        signing_cert=certificate, signing_key=keys.PrivateKeyInfo.load(identity.key), cert_registry=store
    )


def certify(pdf: bytes, room: Identity, *, signers: Sequence[str] = SIGNERS, reason: str = "") -> bytes:
    """The sheet with the room's certification; afterwards only signing into the fields of ``signers`` is allowed.

    Raises BadInput for what is none of our sheets, Refused where it is signed already.
    """
    reading.content_of(pdf)
    if PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
        raise Refused("signed_already", "这份表格已有电子签名", "this sheet is signed already")
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for role in signers:
        append_signature_field(writer, SigFieldSpec(sig_field_name=field_of(role)))
    meta = PdfSignatureMetadata(
        field_name=field_of(ROOM),
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        reason=reason or None,
        name=room.name or None,
    )
    return _written(PdfSigner(meta, _signer(room)), writer)


def sign(pdf: bytes, identity: Identity, *, reason: str = "") -> bytes:
    """The certified sheet with one more signature, in the field of the signer's role.

    Raises BadInput for what is none of our sheets, Refused where the field is not there or is signed already.
    """
    reading.content_of(pdf)
    name = field_of(identity.role)
    reader = PdfFileReader(io.BytesIO(pdf))
    if name in {one.field_name for one in reader.embedded_signatures}:
        raise Refused("signed_already", "这一栏已经签过", "this field is signed already")
    if name not in _empty_fields(reader):
        raise Refused("no_field", "这份表格没有留给该角色的签名栏", "this sheet has no field for that role")
    meta = PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason or None,
        name=identity.name or None,
    )
    return _written(PdfSigner(meta, _signer(identity)), IncrementalPdfFileWriter(io.BytesIO(pdf)))


def _written(signer: PdfSigner, writer: IncrementalPdfFileWriter) -> bytes:
    try:
        out = signer.sign_pdf(writer)
    except SigningError as error:
        raise Refused("cannot_sign", f"不能签名：{error}", f"it cannot be signed: {error}") from error
    data: bytes = out.getvalue()
    return data


def _empty_fields(reader: Any) -> tuple[str, ...]:
    return tuple(name for name, value, _ in enumerate_sig_fields(reader, filled_status=False))


def check(
    pdf: bytes,
    known: Iterable[Known],
    at: datetime.datetime,
    *,
    content: bytes | None = None,
    needed: Sequence[str] = (),
) -> Report:
    """Whether a signed sheet can be believed. ``known`` is the session's list of signers, ``at`` now, ``content`` the JSON
    that the journal gives (where it is at hand), ``needed`` roles that must have signed. Raises BadInput for what is no
    PDF of ours."""
    problems: list[tuple[str, str, str]] = []

    def wrong(place: str, zh: str, en: str) -> None:
        problems.append((place, zh, en))

    held = reading.content_of(pdf)
    if content is not None and held != content:
        wrong("content", "内嵌数据与会议记录不符", "the embedded content is not what the journal gives")
    problems += [(one.place, one.zh, one.en) for one in reading.differences(pdf)]
    listed = {one.certificate: one for one in known}
    try:
        with reading.silent():
            reader = PdfFileReader(io.BytesIO(pdf))
            found = [_found(one, listed, at) for one in reader.embedded_signatures]
            still_open = _empty_fields(reader)
    except (*reading.UNREADABLE, SignatureValidationError) as error:
        raise BadInput(Problem("PDF", f"签名不能读取：{error}", f"the signatures cannot be read: {error}")) from error
    if not found:
        wrong("PDF", "没有电子签名", "there is no signature")
    elif not found[0].certifies:
        wrong(found[0].field, "第一个签名不是会议主机的认证签名", "the first signature is not the room's certification")
    for one in found:
        if one.signer is None:
            wrong(one.field, "签名人不在本场名单中", "the signer is not on the session's list")
        elif one.field != field_of(one.signer.role):
            wrong(one.field, f"这一栏由 {one.signer.role} 签了名", f"this field was signed by the {one.signer.role}")
        if one.signer is not None and not one.sound:
            wrong(
                one.field, "签名无效，或签名后文件被改动", "the signature is not sound, or the file was changed since"
            )
    if found and not found[-1].covers_all:
        wrong(found[-1].field, "最后一个签名之后文件又有改动", "something was added after the last signature")
    signed = {one.signer.role for one in found if one.signer is not None}
    for role in needed:
        if role not in signed:
            wrong(field_of(role), "还没有签名", "not signed yet")
    return Report(signatures=tuple(found), open=still_open, problems=tuple(problems))


def _found(embedded: Any, listed: dict[bytes, Known], at: datetime.datetime) -> Found:
    certificate = embedded.signer_cert.dump()
    signer = listed.get(certificate)
    if signer is None:
        coverage = embedded.evaluate_signature_coverage()
        return Found(
            field=embedded.field_name,
            signer=None,
            at="",
            certifies=_is_certification(embedded),
            sound=False,
            covers_all=coverage is SignatureCoverageLevel.ENTIRE_FILE,
        )
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in listed], allow_fetching=False, moment=at
    )
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    status = validate_pdf_signature(embedded, context, key_usage_settings=usage)
    stamped = status.signer_reported_dt
    return Found(
        field=embedded.field_name,
        signer=signer,
        at="" if stamped is None else stamped.isoformat(),
        certifies=_is_certification(embedded),
        sound=bool(status.bottom_line) and _in_time(certificate, at),
        covers_all=status.coverage is SignatureCoverageLevel.ENTIRE_FILE,
    )


def _in_time(certificate: bytes, at: datetime.datetime) -> bool:
    """Whether a certificate holds at an instant: a root of trust is never asked for that."""
    held = certificates.load_der_x509_certificate(certificate)
    return held.not_valid_before_utc <= at <= held.not_valid_after_utc


def _is_certification(embedded: Any) -> bool:
    """Whether the document itself names this signature as its certification, and it allows no more than signing."""
    perms = embedded.reader.root.get("/Perms")
    if perms is None or "/DocMDP" not in perms or embedded.docmdp_level not in (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS):
        return False
    return bool(perms.raw_get("/DocMDP").reference == embedded.sig_object.container_ref)


def pem_of(known: Known) -> str:
    """A signer's certificate as text, for a list on paper or in a file."""
    armoured: bytes = pem.armor("CERTIFICATE", known.certificate)
    return armoured.decode("ascii")

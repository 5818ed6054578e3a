"""The verifier finds what was done to a file, names the first bad event, and shares nothing with the writer."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.store.journal_table import TABLES
from judge_app.store.session_file import CorruptSession, SessionFile, read_session
from judge_app.verify import Witness, ed25519, main_report, verify_file
from judge_app.verify.files import SQL
from tests.core.simulation import Sitting

ROOT = Path(__file__).resolve().parents[2]
VECTORS = Path(__file__).parent / "vectors"
INDEX = json.loads((VECTORS / "vectors.json").read_text("utf-8"))
FORMAT = (ROOT / "judge_app" / "verify" / "FORMAT.md").read_text("utf-8")


def block(language):
    """A code block of the format page."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", FORMAT, re.DOTALL)
    return found


@pytest.fixture
def copied(tmp_path):
    """A vector's copy that may be changed."""

    def copy(name):
        shutil.copyfile(VECTORS / name, tmp_path / name)
        return tmp_path / name

    return copy


@pytest.mark.parametrize("case", INDEX["cases"], ids=lambda case: f"{case['file']}: {case['what']}")
def test_every_vector_is_judged_as_its_index_says(case):
    status, made, lines = main_report([str(VECTORS / case["file"])], case["witnesses"], case["keys"])
    (found,) = made["files"]
    assert found["first_bad"] == case["first_bad"]
    assert (found["faults"][0]["code"] if found["faults"] else None) == case["code"]
    assert status == (0 if case["code"] is None else 1)
    assert made["ok"] == found["ok"] == (case["code"] is None)
    assert any(line.startswith("  完好：") for line in lines) == (case["code"] is None)
    if case["first_bad"] is not None:
        assert any(f"event {case['first_bad']}" in line for line in lines)
    json.dumps(made)


def test_every_vector_file_is_in_the_index():
    named = {case["file"] for case in INDEX["cases"]}
    assert named == {path.name for path in VECTORS.iterdir()} - {"vectors.json"}


def test_the_room_refuses_what_the_verifier_refuses(copied):
    """The same files by the program's own reader: it shares the format with the verifier and nothing else."""
    for case in INDEX["cases"]:
        if (
            case["file"].endswith(".roadshow")
            and not case["witnesses"]
            and not case["keys"]
            and case["code"] != "signature"
        ):
            path = copied(case["file"])  # a reader looks for a running room by a lock beside the file
            if case["code"] is None:
                assert read_session(path)
            else:
                with pytest.raises(CorruptSession) as refused:
                    read_session(path)
                assert refused.value.first_bad == case["first_bad"]


def test_a_file_held_against_its_mirror_is_told_where_they_part():
    status, made, lines = main_report([str(VECTORS / "rebuilt.roadshow"), str(VECTORS / "sound.jsonl")])
    assert status == 1
    assert made["differences"][0]["seq"] == 9
    assert "differ from event 9 on" in lines[-1]
    assert main_report([str(VECTORS / "cut.roadshow"), str(VECTORS / "sound.jsonl")])[0] == 0


def test_a_checkpoint_that_is_json_and_no_text_is_a_fault_and_no_crash(tmp_path):
    broken = tmp_path / "odd.jsonl"
    lines = (VECTORS / "sound.jsonl").read_text("utf-8").splitlines()
    line = '{"checkpoint": {"seq": 1, "hash": "00", "at": "\\ud800", "public_key": "00", "signature": "00"}}'
    broken.write_text("\n".join([*lines[:2], line, ""]), "utf-8")
    status, made, _ = main_report([str(broken)])
    assert (status, made["ok"]) == (1, False)
    assert made["files"][0]["faults"][0]["code"] == "line"


# the page


def test_the_page_the_writer_and_the_verifier_mean_the_same_tables():
    written = [" ".join(sql.split()) for sql in TABLES]
    described = [" ".join(sql.split()) for sql in re.split(r";\n\n", block("sql").rstrip().removesuffix(";"))]
    assert described == written
    assert sorted(SQL.values()) == sorted(hashlib.sha256(sql.encode()).hexdigest()[:32] for sql in written)


@pytest.mark.parametrize(
    ("name", "says"), [("sound", "sound: 14 events"), ("body", "first bad event: 9"), ("deleted", "9")]
)
def test_the_few_lines_on_the_page_work(name, says):
    command = [sys.executable, "-I", "-c", block("python"), str(VECTORS / f"{name}.roadshow")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert says in done.stdout + done.stderr
    assert (done.returncode == 0) == (name == "sound")


def test_the_verifier_needs_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); sys.path.insert(0, sys.argv[1]); import judge_app.verify as v\n"
        "assert v.main_report([sys.argv[2]])[0] == 0\n"
        "print(*sorted({n.split('.')[0] if not n.startswith('judge_app') else n for n in set(sys.modules) - before}))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT), str(VECTORS / "sound.roadshow")]
    names = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    ours = {name for name in names if name.startswith("judge_app")}
    assert ours <= {
        "judge_app",
        "judge_app.verify",
        *(f"judge_app.verify.{m}" for m in ("chain", "ed25519", "files", "report", "run")),
    }
    assert {name for name in names if not name.startswith("judge_app")} <= set(sys.stdlib_module_names)


# files as they lie about


def test_a_file_that_a_room_holds_is_not_judged(tmp_path):
    path = tmp_path / "live.roadshow"
    with SessionFile.create(path) as session:
        session.append(Sitting().records)
        report = verify_file(path)
        assert not report.readable
        assert report.faults[0].code == "in_use"
        assert main_report([str(path)])[0] == 2
        backup = tmp_path / "backup.roadshow"
        session.backup(backup)
        assert verify_file(backup).ok
    assert verify_file(path).ok


def test_what_a_crash_left_is_read_with_its_log_and_not_touched(tmp_path):
    records = Sitting().records
    with SessionFile.create(tmp_path / "live.roadshow") as session:
        session.append(records)
        crashed = tmp_path / "crashed.roadshow"
        for tail in ("", "-wal"):
            shutil.copyfile(f"{tmp_path / 'live.roadshow'}{tail}", f"{crashed}{tail}")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("crashed")}
    report = verify_file(crashed)
    assert report.ok
    assert report.unsealed
    assert report.records == len(records)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("crashed")} == before


@pytest.mark.parametrize(
    "content", [None, b"", b"%PDF-1.7", b"SQLite format 3\0", b"{}\n", b'{"format": "x"}', b"[]", b"\xff" * 300]
)
def test_a_file_of_another_kind_is_said_to_be_one(tmp_path, content):
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    status, made, lines = main_report([str(path)])
    assert status == 2
    assert not made["files"][0]["readable"]
    assert "cannot be verified" in lines[1]


def test_a_folder_and_another_programs_database_are_refused(tmp_path):
    assert main_report([str(tmp_path)])[0] == 2
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert verify_file(path).faults[0].code == "kind"


@pytest.mark.parametrize(
    "text", ["", "12", "12:", "12:abc", "0:abcdef01", "-1:abcdef01", "a:abcdef01", "12:xyzxyzxy", "12:" + "a" * 65]
)
def test_a_witness_that_is_none_is_refused(text):
    status, made, lines = main_report([str(VECTORS / "sound.roadshow")], [text])
    assert status == 2
    assert not made["ok"]
    assert "no witness" in lines[0]


def test_a_witness_may_be_written_as_on_a_receipt():
    assert Witness.parse(" #57:9F3AC01D ") == Witness(57, "9f3ac01d")


# whatever is done to the bytes


@settings(max_examples=150)
@given(data=st.data())
def test_a_file_with_any_bytes_changed_is_sound_with_its_old_head_or_not_sound(tmp_path_factory, data):
    name = data.draw(st.sampled_from(["sound.roadshow", "sound.jsonl"]))
    content = bytearray((VECTORS / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / f"hit-{name}"
    path.write_bytes(content)
    report = verify_file(path, [Witness(INDEX["events"], INDEX["head"])])
    report.as_text()
    json.dumps(report.as_json())
    assert not report.ok or (report.head, report.records) == (INDEX["head"], INDEX["events"])


@settings(max_examples=60)
@given(data=st.data())
def test_every_edit_of_a_single_field_is_found_without_a_witness(tmp_path_factory, data):
    """One column of one row, set to anything of the kind that the table takes."""
    column = data.draw(
        st.sampled_from(
            [
                "event_id",
                "command_id",
                "part",
                "kind",
                "version",
                "actor",
                "mono_ns",
                "boot_id",
                "body",
                "hash",
                "prev_hash",
            ]
        )
    )
    seq = data.draw(st.integers(1, INDEX["events"]))
    if column in ("hash", "prev_hash"):
        value = data.draw(st.binary(min_size=32, max_size=32))
    elif column == "body":
        value = data.draw(st.binary(min_size=1, max_size=300))
    elif column in ("part", "version", "mono_ns"):
        value = data.draw(st.integers(2, 2**62))
    else:
        value = data.draw(st.text(min_size=1, max_size=20))
    path = tmp_path_factory.getbasetemp() / "edited.roadshow"
    shutil.copyfile(VECTORS / "sound.roadshow", path)
    connection = sqlite3.connect(path, isolation_level=None)
    (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'journal_no_update'").fetchone()
    connection.execute("DROP TRIGGER journal_no_update")
    try:
        sql_edit = f"UPDATE journal SET {column} = ? WHERE seq = ? AND {column} IS NOT ?"
        if connection.execute(sql_edit, (value, seq, value)).rowcount == 0:
            return  # it was so before
    except (sqlite3.IntegrityError, UnicodeEncodeError):
        return  # the table itself would not have it
    finally:
        connection.execute(sql)
        connection.close()
    report = verify_file(path)
    assert not report.ok
    assert report.first_bad == seq
    with pytest.raises(CorruptSession) as refused:
        read_session(path)
    assert refused.value.first_bad == seq


# signatures


@settings(max_examples=25)
@given(
    seed=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=80),
    where=st.integers(0, 95),
    bit=st.integers(0, 7),
)
def test_signatures_are_judged_as_by_the_library(seed, message, where, bit):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(message)
    assert ed25519.verify(public, message, signature)
    hit = bytearray(public + signature)
    hit[where] ^= 1 << bit
    assert not ed25519.verify(bytes(hit[:32]), message, bytes(hit[32:]))
    assert not ed25519.verify(public, message + b"\0", signature)


def test_the_vectors_of_rfc_8032_hold():
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert ed25519.verify(public, b"\x72", signature)
    assert not ed25519.verify(public, b"\x73", signature)
    assert not ed25519.verify(public[:31], b"\x72", signature)
    assert not ed25519.verify(b"\xff" * 32, b"\x72", signature)
    order = 2**252 + 27742317777372353535851937790883648493
    high = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not ed25519.verify(public, b"\x72", high)  # the same signature, malleated

"""run.py and the locks beside it."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
# Of the system: LibreOffice's Python, and the Office bridge of Windows, each asked for only where it is.
NOT_OURS_TO_INSTALL = {"uno", "win32com", "pythoncom", "pywintypes", "com"}


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pins(lock: str) -> dict[str, str]:
    """Package → its whole entry: version, marker and hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    return {re.split(r"[= ;]", entry)[0]: entry for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_path(lock: str) -> None:
    assert not re.search(r"://|^-|file:|@ ", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(lock: str) -> None:
    found = pins(lock)
    assert len(found) > 30
    for entry in found.values():
        assert re.match(r"[a-z0-9-]+==[^ ;\\]+( ; [^\\]+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+$", entry), entry


def test_the_development_lock_holds_the_same_versions_and_hashes_as_the_apps() -> None:
    development = pins("requirements-dev.lock")
    assert {name: development.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")
    assert "pytest" in development
    assert "pytest" not in pins("requirements.lock")


def test_a_package_is_missing_unless_installed_or_provided_for_this_architecture(run: ModuleType) -> None:
    table = "\n".join(
        [
            "ii \tdpkg\tamd64\t",
            "ii \tlibglib2.0-0t64\tamd64\tlibglib2.0-0 (= 2.84.4-3), libglib2.0-0:i386",
            "ii \tlibx11-6\tamd64\t",
            "ii \tfonts-something\tall\t",
            "rc \tlibgl1\tamd64\t",
            "ii \tlibegl1\ti386\t",
        ]
    )
    asked = ["libglib2.0-0", "libx11-6", "fonts-something", "libgl1", "libegl1", "libcups2"]
    assert run.missing_from(asked, table) == ["libgl1", "libegl1", "libcups2"]


def test_run_py_imports_only_the_standard_library() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)


def test_every_third_party_import_of_the_app_is_a_declared_dependency() -> None:
    declared = {
        re.split(r"[\[>=<]", entry)[0]
        for entry in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    }
    given_by = importlib.metadata.packages_distributions()
    for source in sorted((ROOT / "judge_app").rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            for module in {module.split(".")[0] for module in modules} - sys.stdlib_module_names - {"judge_app"}:
                if module not in NOT_OURS_TO_INSTALL:
                    names = {re.sub(r"[._-]+", "-", name).lower() for name in given_by.get(module, [])}
                    assert names & declared, f"{source.relative_to(ROOT)} imports {module}, which nobody declares"


# ---- a checkout of its own, with stand-ins for the system's tools and a wheel made here ---------------------------------

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


class Checkout:
    """A folder with run.py, an app that says how it was called, and a machine around it that writes down what is asked.

    ``machine`` is the only folder on PATH; apt-get and dpkg-query are there after ``with_apt``.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder / "检出 checkout"
        self.machine = folder / "bin"
        self.wheels = folder / "wheels"
        self.elsewhere = folder / "elsewhere"
        self.calls = folder / "calls"
        for made in (self.root / "judge_app", self.machine, self.wheels, self.elsewhere / "judge_app"):
            made.mkdir(parents=True)
        (self.elsewhere / "judge_app" / "__init__.py").write_text("raise SystemExit('the wrong judge_app')\n")
        shutil.copy(ROOT / "run.py", self.root)
        (self.root / "judge_app" / "__init__.py").write_text("")
        (self.root / "judge_app" / "__main__.py").write_text(
            "import os, sys, locked_thing\nprint(locked_thing.VERSION, os.getcwd(), '表', *sys.argv[1:])\nsys.exit(7)\n",
            encoding="utf-8",
        )
        self.lock("1.0")

    def lock(self, version: str) -> Path:
        """Lock one package at this version, and put its wheel where pip looks."""
        wheel = self.wheels / f"locked_thing-{version}-py3-none-any.whl"
        info = f"locked_thing-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("locked_thing.py", f"VERSION = {version!r}\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: locked-thing\nVersion: {version}\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(
                f"{info}/RECORD", f"locked_thing.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
            )
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        for lock in LOCKS:
            (self.root / lock).write_text(f"locked-thing=={version} \\\n    --hash=sha256:{digest}\n")
        return wheel

    def with_apt(self, installed: str, lists_are_there: bool) -> None:
        """A dpkg that has these packages, and an apt that knows packages only after an update, unless the lists are there."""
        (self.machine / "dpkg-query").write_text(
            "#!/bin/sh\nprintf 'ii \\tdpkg\\tamd64\\t\\n'\n"
            + "".join(f"printf 'ii \\t{name}\\tamd64\\t\\n'\n" for name in installed.split())
        )
        (self.machine / "apt-get").write_text(
            f'#!/bin/sh\necho "$*" >> "{self.calls}"\n'
            f'case "$*" in *update) : > "{self.machine}/lists" ;; *install*) [ -e "{self.machine}/lists" ] ;; esac\n'
        )
        (self.machine / "sudo").write_text('#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
        for tool in ("dpkg-query", "apt-get", "sudo"):
            (self.machine / tool).chmod(0o755)
        if lists_are_there:
            (self.machine / "lists").touch()

    def asked_of_apt(self) -> list[str]:
        """The verbs given to apt-get, in order: simulate, update, install."""
        calls = self.calls.read_text().splitlines() if self.calls.exists() else []
        return ["simulate" if " -s " in call else re.findall("update|install", call)[0] for call in calls]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        environ = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        environ |= {"PATH": str(self.machine), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.wheels.as_uri(), "CI": "1"}
        environ |= {"PIP_CONFIG_FILE": os.devnull, "PYTHONIOENCODING": "gbk", "LC_ALL": "C"}
        return subprocess.Popen(
            [sys.executable, str(self.root / "run.py"), *arguments],
            cwd=self.elsewhere,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error, both of which have to be UTF-8."""
        with self.start(*arguments) as process:
            out, err = process.communicate()
        return process.returncode, out.decode("utf-8"), err.decode("utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture(scope="module")
def empty_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but pip, made once: making one takes seconds."""
    folder = tmp_path_factory.mktemp("empty") / ".venv"
    venv.create(folder, with_pip=True)
    return folder


@pytest.fixture
def checkout_with_venv(checkout: Checkout, empty_venv: Path) -> Checkout:
    """A checkout whose environment is there and empty."""
    shutil.copytree(empty_venv, checkout.root / ".venv", symlinks=True)
    return checkout


@on_posix
def test_the_first_run_sets_up_and_the_second_only_runs(checkout: Checkout) -> None:
    said = f"1.0 {checkout.elsewhere} 表 tabulate - 输入\n"
    status, out, err = checkout.run("app", "tabulate", "-", "输入")
    assert (status, out) == (7, said), err
    assert "安装 Python 软件包" in err
    assert "installing Python packages" in err
    assert checkout.run("app", "tabulate", "-", "输入") == (7, said, "")

    launcher = checkout.root / ".venv" / "bin" / "judge-app"
    launched = subprocess.run([launcher, "order", "表"], cwd=checkout.elsewhere, stdout=subprocess.PIPE, check=False)
    assert (launched.returncode, launched.stdout.decode()) == (7, f"1.0 {checkout.elsewhere} 表 order 表\n")

    checkout.lock("1.1")
    status, out, err = checkout.run("app")
    assert (status, out) == (7, f"1.1 {checkout.elsewhere} 表\n"), err
    assert "建立" not in err  # the environment was brought up to the new lock, not made again

    (checkout.root / ".venv" / "bin" / "python").unlink()  # as after an upgrade of the system's Python
    status, out, err = checkout.run("app")
    assert (status, out) == (7, f"1.1 {checkout.elsewhere} 表\n"), err
    assert "建立" in err


@on_posix
def test_a_package_that_is_not_the_locked_one_is_refused_and_the_next_run_tries_again(
    checkout_with_venv: Checkout,
) -> None:
    checkout = checkout_with_venv
    wheel = checkout.lock("1.0")
    genuine = wheel.read_bytes()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("locked_thing_extra.py", "")
    status, out, err = checkout.run("app")
    assert (status, out) == (1, "")
    assert "安装未完成" in err
    assert "not set up" in err

    wheel.write_bytes(genuine)
    assert checkout.run("app")[:2] == (7, f"1.0 {checkout.elsewhere} 表\n")


@on_posix
def test_two_first_runs_at_once_set_up_once(checkout: Checkout) -> None:
    with checkout.start("app", "1") as first, checkout.start("app", "2") as second:
        ends = [process.communicate() for process in (first, second)]
    assert [out.decode() for out, _ in ends] == [f"1.0 {checkout.elsewhere} 表 {n}\n" for n in (1, 2)]
    assert sum(err.decode().count("installing Python packages") for _, err in ends) == 1


@on_posix
@pytest.mark.parametrize(
    ("lists_are_there", "asked"),
    [(True, ["simulate", "install"]), (False, ["simulate", "update", "install"])],
)
def test_apt_updates_its_lists_only_when_they_are_missing(
    checkout_with_venv: Checkout, run: ModuleType, lists_are_there: bool, asked: list[str]
) -> None:
    checkout = checkout_with_venv
    checkout.with_apt(" ".join(set(run.QT_PACKAGES) - {"libegl1"}), lists_are_there)
    status, _, err = checkout.run("setup")
    assert status == 0, err
    assert checkout.asked_of_apt() == asked
    assert checkout.calls.read_text().rstrip().endswith("install --no-install-recommends libegl1")
    assert "libegl1" in err
    assert checkout.run("setup")[0] == 0
    assert checkout.asked_of_apt() == asked


@on_posix
def test_the_demo_and_the_app_never_install_what_only_tests_need(checkout_with_venv: Checkout, run: ModuleType) -> None:
    checkout = checkout_with_venv
    checkout.with_apt(" ".join(run.QT_PACKAGES), lists_are_there=True)
    assert checkout.run("app")[0] == 7
    assert checkout.run("demo", "--headless")[0] == 7
    assert checkout.asked_of_apt() == []
    checkout.run("test")
    assert checkout.calls.read_text().rstrip().endswith(" ".join(run.TEST_PACKAGES))


def test_help_and_mistakes_need_no_set_up(checkout: Checkout) -> None:
    status, out, err = checkout.run()
    assert status == 0
    assert "演练" in out
    assert err == ""
    status, out, err = checkout.run("dance")
    assert (status, out) == (2, "")
    assert "没有这个命令" in err
    status, out, err = checkout.run("bench", "dance")
    assert (status, out) == (2, "")
    assert not (checkout.root / ".venv").exists()

#!/usr/bin/env python3
"""The one command of a source checkout: sets up what is missing on this machine, then runs.

Standard library only, and readable by any Python from 3.7 so that an old one gets an answer instead of a traceback.

What it does, in this order, each only when needed:

1. finds a Python that the app supports (this one, or another on PATH);
2. on a system with apt: installs the missing system packages (asks sudo where not root);
3. makes ``.venv`` and installs the locked packages into it, every file checked against its hash;
   pip's own settings (mirror, proxy, certificates) are respected;
4. writes a stamp into ``.venv``, so that the next run goes straight to 5;
5. runs the command with the caller's arguments, the app in the caller's working directory.

Two locks: ``requirements.lock`` is what the app needs, ``requirements-dev.lock`` the same and the tools for tests and
checks. ``demo``, ``app`` and ``gallery`` never install the second, nor the system packages that only tests need.

Messages go to standard error, so that standard output belongs to the command (``bench NAME --json | jq``).
``JUDGE_APP_VENV`` names another folder for the environment. Windows and macOS take the same way without apt; this
was written with care and has not been tried there.
"""

from __future__ import annotations

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.abspath(__file__))
WINDOWS = sys.platform == "win32"

if False:  # names for the type checker, at no cost when run
    from collections.abc import Sequence

APP_LOCK = "requirements.lock"
DEV_LOCK = "requirements-dev.lock"

# What PySide6 loads: without a screen, then what a window, Wayland and printing need beyond that. The names are
# Debian 12's; later releases provide them under others.
QT_PACKAGES = """
    libglib2.0-0 libbrotli1 libgl1 libegl1 libx11-6 libdbus-1-3 libfontconfig1 libfreetype6 libxkbcommon0
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-render0
    libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 libxcb1 libxkbcommon-x11-0
    libx11-xcb1 libxcb-glx0 libwayland-client0 libwayland-cursor0 libwayland-egl1 libcups2
""".split()  # noqa: SIM905 - a list of 31 lines tells nobody more
# Real windows driven by real clicks, a second opinion on our PDFs, killing at a system call, networks that fail.
TEST_PACKAGES = ["xvfb", "xdotool", "openbox", "poppler-utils", "x11-utils", "x11-xserver-utils", "strace", "iproute2"]
# A real slide show (500 MB): only once a test carries the marker `office`.
OFFICE_PACKAGES = ["libreoffice-impress", "libreoffice-gtk3", "python3-uno"]

USAGE = """\
用法 / Usage: python3 run.py COMMAND …

  demo [--headless] [--speed N] [--out DIR]   用示例大赛完整演练一场 / rehearse the bundled sample contest
  app [ARGS…]                                 启动程序 / the app itself (no ARGS: its start window)
  gallery --out DIR                           把每个界面画成 PNG / every view as a PNG
  test [--no-office] [PYTEST ARGS…]           运行测试 / run the tests
  check [--no-office]                         所有检查 / format, lint, types, import rules and tests
  bench NAME [--json]                         测量 / measure; 无名字则列出 / no name lists them
  faults NAME                                 长时间的故障试验 / long fault trials; 无名字则列出 / no name lists them
  setup [--dev]                               只安装，不运行 / only set up, run nothing

首次运行会安装所缺的系统软件包（apt）和 .venv；之后直接运行。
The first run installs what is missing (system packages by apt, and .venv); later runs start at once.
"""


def say(zh: str, en: str) -> None:
    """One message to the person, in both languages, on standard error."""
    print(f"» {zh} / {en}", file=sys.stderr, flush=True)


class SetupFailed(Exception):
    """What could not be set up; ``zh`` and ``en`` say what to do, ``line`` is a command for the person to run."""

    def __init__(self, zh: str, en: str, line: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.line = line

    def tell(self, before: tuple[str, str] = ("", ""), after: tuple[str, str] = ("", "")) -> None:
        """Say it, with a word before and after in both languages."""
        say(before[0] + self.zh + after[0], before[1] + self.en + after[1])
        if self.line:
            print("    " + self.line, file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    """Run one command; gives the exit status where the process is not replaced by the command's own."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0
    command, args = argv[0], argv[1:]
    run = COMMANDS.get(command)
    if run is None:
        say("没有这个命令：" + command, "no such command: " + command)
        print(USAGE, end="", file=sys.stderr)
        return 2
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return run_under_another_python(argv)
    try:
        return run(args)
    except SetupFailed as failure:
        failure.tell(before=("安装未完成：", "not set up: "))
        return 1
    except KeyboardInterrupt:
        return 130


# ---- the commands -------------------------------------------------------------------------------------------------


def app(args: list[str]) -> int:
    """``judge-app ARGS…``."""
    set_up(APP_LOCK)
    return become([venv_python(), "-m", "judge_app", *args], app_environment())


def demo(args: list[str]) -> int:
    """The bundled regional final, played by robots."""
    return app(["demo", *args])


def gallery(args: list[str]) -> int:
    """Every view × state × language × theme × scale."""
    set_up(APP_LOCK)
    return become([venv_python(), "-m", "judge_app.ui.gallery", *args], screenless(app_environment()))


def setup(args: list[str]) -> int:
    """Only the set-up."""
    if set(args) - {"--dev"}:
        say("setup 只接受 --dev", "setup takes only --dev")
        return 2
    set_up(DEV_LOCK if "--dev" in args else APP_LOCK)
    say("就绪：" + venv_folder(), "ready: " + venv_folder())
    return 0


def test(args: list[str]) -> int:
    """pytest on two cores; the whole suite also shows the coverage of core, wire and store."""
    set_up_for_tests(args)
    os.chdir(ROOT)
    return become(pytest_command(args), screenless(environment()))


def check(args: list[str]) -> int:
    """Every check, also after one has failed; the tests come last."""
    set_up_for_tests(args)
    python = venv_python()
    steps = (
        ("格式", "format", [python, "-m", "ruff", "format", "--check"]),
        ("规范", "lint", [python, "-m", "ruff", "check"]),
        ("类型", "types", [python, "-m", "mypy"]),
        ("依赖规则", "import rules", [python, "-c", "from importlinter.cli import lint_imports_command as c; c()"]),
        ("测试", "tests", pytest_command(args)),
    )
    failed = []
    for zh, en, command in steps:
        say("检查" + zh, "checking " + en)
        if call(command, screenless(environment()), ROOT) != 0:
            failed.append((zh, en))
    for zh, en in failed:
        say("未通过：" + zh, "failed: " + en)
    return 1 if failed else 0


def bench(args: list[str]) -> int:
    """One measurement of tests/bench."""
    return run_script(os.path.join(ROOT, "tests", "bench"), args)


def faults(args: list[str]) -> int:
    """One long fault trial of tests/faults/long."""
    return run_script(os.path.join(ROOT, "tests", "faults", "long"), args)


COMMANDS = {
    "app": app,
    "bench": bench,
    "check": check,
    "demo": demo,
    "faults": faults,
    "gallery": gallery,
    "setup": setup,
    "test": test,
}


def run_script(folder: str, args: list[str]) -> int:
    """Run ``folder/NAME.py``, or list the names where none is given."""
    names = sorted(
        entry[:-3]
        for entry in (os.listdir(folder) if os.path.isdir(folder) else ())
        if entry.endswith(".py") and not entry.startswith(("_", "conftest", "test_"))
    )
    if not args or args[0] in ("-h", "--help", "--list"):
        print("\n".join(names))
        return 0
    if args[0] not in names:
        known = ", ".join(names) or "–"
        say(f"没有 {args[0]}；有：{known}", f"no {args[0]}; there are: {known}")
        return 2
    set_up(DEV_LOCK)
    return become([venv_python(), os.path.join(folder, args[0] + ".py"), *args[1:]], screenless(environment()))


def set_up_for_tests(args: list[str]) -> None:
    """The development lock and what only tests need of the system. Tests whose tools are missing skip and say so."""
    groups = [("test", TEST_PACKAGES)]
    if "--no-office" not in args and wants_office():
        groups.append(("office", OFFICE_PACKAGES))
    set_up(DEV_LOCK, groups)


def wants_office() -> bool:
    """Whether any test carries the marker ``office``."""
    for folder, _, names in os.walk(os.path.join(ROOT, "tests")):
        for name in names:
            if name.startswith("test_") and name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    if b"mark.office" in file.read():
                        return True
    return False


def pytest_command(args: list[str]) -> list[str]:
    """The tests' command line. Coverage is shown for the whole suite only: of a part it would say nothing."""
    command = [venv_python(), "-m", "pytest", "-n", "2", "--dist", "loadgroup"]
    if not set(args) - {"--no-office"}:
        command += ["--cov=judge_app/" + package for package in ("core", "wire", "store")]
    return command + args


# ---- setting up ---------------------------------------------------------------------------------------------------


def set_up(lock: str, test_groups: Sequence[tuple[str, list[str]]] = ()) -> None:
    """Make this machine ready for ``lock``; nothing but reading the stamp when it is.

    ``test_groups`` are (name, system packages) that may stay missing: those tests are skipped.
    Raises SetupFailed.
    """
    groups = [("app", QT_PACKAGES), *test_groups]
    wanted = {group: " ".join(packages) for group, packages in groups}
    wanted[lock] = digest_of(os.path.join(ROOT, lock))
    stamp = read_stamp()
    if all(stamp.get(key) == value for key, value in wanted.items()):
        return
    with one_at_a_time():
        stamp = read_stamp()
        for group, packages in groups:
            if stamp.get(group) != wanted[group]:
                if group == "app" and not can_make_venv():
                    packages = packages + venv_packages()
                if add_system_packages(packages, needed=group == "app"):
                    stamp[group] = wanted[group]
        if stamp.get(lock) != wanted[lock]:
            if ensure_venv():
                stamp = {key: value for key, value in stamp.items() if key in wanted and key != lock}
            install_lock(lock)
            stamp[lock] = wanted[lock]
            if lock == DEV_LOCK:
                stamp[APP_LOCK] = digest_of(os.path.join(ROOT, APP_LOCK))
            write_launcher()
        write_stamp(stamp)


def digest_of(path: str) -> str:
    """SHA-256 of a file, line ends as in git (a checkout on Windows may have CRLF)."""
    import hashlib

    with open(path, "rb") as file:
        return hashlib.sha256(file.read().replace(b"\r\n", b"\n")).hexdigest()


def venv_folder() -> str:
    return os.path.abspath(os.environ.get("JUDGE_APP_VENV") or os.path.join(ROOT, ".venv"))


def venv_python() -> str:
    return os.path.join(venv_folder(), *(("Scripts", "python.exe") if WINDOWS else ("bin", "python")))


def stamp_path() -> str:
    return os.path.join(venv_folder(), "judge-app-stamp.json")


def read_stamp() -> dict[str, str]:
    """What was set up, by name. Empty where nothing was, or where the environment's Python went away or changed."""
    import json

    try:
        with open(stamp_path(), encoding="utf-8") as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    python = os.path.realpath(venv_python())
    if not isinstance(stamp, dict) or stamp.get("python") != python or not os.path.exists(python):
        return {}
    return stamp


def write_stamp(stamp: dict[str, str]) -> None:
    """Whole or not at all. Where the environment is not there yet, there is nothing to stamp."""
    import json

    if not os.path.isdir(venv_folder()):
        return
    stamp["python"] = os.path.realpath(venv_python())
    with open(stamp_path() + ".new", "w", encoding="utf-8") as file:
        json.dump(stamp, file, indent=1, sort_keys=True)
    os.replace(stamp_path() + ".new", stamp_path())


class one_at_a_time:
    """Holds this checkout's set-up for one process; others wait, then find it done. A crash releases it."""

    def __enter__(self) -> None:
        try:
            self.file = open(venv_folder() + ".lock", "a+b")
        except OSError as error:
            raise SetupFailed(
                f"不能写入 {error.filename}（{error.strerror}）。请换到可写的文件夹，或设 JUDGE_APP_VENV",
                f"cannot write {error.filename} ({error.strerror}). Move this folder, or set JUDGE_APP_VENV",
            ) from None
        waiting = False
        while not self.taken():
            if not waiting:
                say("另一个 run.py 正在安装，等待", "another run.py is setting up, waiting")
                waiting = True
            import time

            time.sleep(0.2)

    def taken(self) -> bool:
        try:
            if sys.platform == "win32":
                import msvcrt

                self.file.seek(0)
                msvcrt.locking(self.file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        if sys.platform == "win32":
            import msvcrt

            self.file.seek(0)
            msvcrt.locking(self.file.fileno(), msvcrt.LK_UNLCK, 1)
        self.file.close()


# ---- system packages ----------------------------------------------------------------------------------------------


def add_system_packages(packages: list[str], needed: bool) -> bool:
    """Install those that are missing. True: all are there (or this system has no apt, and they are the user's matter).

    A failure is said and not fatal: Qt may well start without the rarer ones, and tests skip what they miss.
    """
    import shutil

    if not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        if sys.platform.startswith("linux") and needed:
            say(
                "此系统没有 apt，请自行确认已安装 Qt 所需的库（Debian 名称）：" + " ".join(packages),
                "no apt here; make sure that what Qt needs is installed (Debian's names): " + " ".join(packages),
            )
        return True
    missing = missing_packages(packages)
    if not missing:
        return True
    try:
        apt_install(missing)
    except SetupFailed as failure:
        if needed:
            failure.tell(after=("，否则窗口可能打不开", ", or windows may not open"))
        else:
            failure.tell(after=("，否则相关测试将被跳过", ", or the tests that need them are skipped"))
        return False
    return True


def missing_packages(packages: list[str]) -> list[str]:
    """Those of ``packages`` that are neither installed nor provided by an installed package of this architecture."""
    import subprocess

    table = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Abbrev}\t${Package}\t${Architecture}\t${Provides}\n"],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode("utf-8", "replace")
    return missing_from(packages, table)


def missing_from(packages: list[str], table: str) -> list[str]:
    """As missing_packages, from the lines of dpkg-query: status, name, architecture, what it provides, by tabs."""
    rows = [line.split("\t") for line in table.splitlines() if line.startswith("ii")]
    native = {row[2] for row in rows if row[1] == "dpkg"} | {"all"}
    present = set()
    for _, name, architecture, provides in rows:
        if architecture in native:
            present.add(name)
            present.update(entry.split("(")[0].split(":")[0].strip() for entry in provides.split(","))
    return [package for package in packages if package not in present]


def apt_install(packages: list[str]) -> None:
    """Install by apt, with sudo where not root, after an update of the lists where they are missing or too old."""
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]
    install = [*as_root(packages), *apt, "install", "--no-install-recommends", *packages]
    update = [*as_root(packages), *apt, "update"]
    say("安装系统软件包：" + " ".join(packages), "installing system packages")
    environ = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    if run_quietly([*apt, "-s", "install", "--no-install-recommends", *packages], environ, tell=False) != 0:
        say("更新软件包列表（apt-get update）", "updating the package lists")
        run_quietly(update, environ)
    if run_quietly(install, environ, tell=False) == 0:
        return
    run_quietly(update, environ, tell=False)  # the lists named versions that the mirror no longer has
    if run_quietly(install, environ) != 0:
        raise by_hand(packages)


def as_root(packages: list[str]) -> list[str]:
    """The words before apt-get: none for root, sudo for others. Raises SetupFailed where there is no sudo."""
    import shutil

    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise by_hand(packages)
    return ["sudo", "DEBIAN_FRONTEND=noninteractive"] if sys.stdin.isatty() else ["sudo", "-n"]


def by_hand(packages: list[str]) -> SetupFailed:
    line = "apt-get install --no-install-recommends " + " ".join(packages)
    return SetupFailed("请以管理员身份运行下面一行", "please run the line below as root", line)


# ---- Python packages ----------------------------------------------------------------------------------------------


def ensure_venv() -> bool:
    """A working environment with pip in the folder. True: it was made anew; False: the one there can be brought up."""
    import subprocess

    probe = f"import pip, sys; raise SystemExit(not {OLDEST!r} <= sys.version_info[:2] <= {NEWEST!r})"
    if os.path.exists(venv_python()):
        found = subprocess.run(
            [venv_python(), "-c", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        if found.returncode == 0:
            return False
    if not can_make_venv():
        raise SetupFailed(
            "这个 Python 缺少 venv 或 ensurepip，请先装上，再运行一次",
            "this Python lacks venv or ensurepip; install them and run again",
        )
    say("建立 Python 环境：" + venv_folder(), "making the Python environment")
    if run_quietly([sys.executable, "-m", "venv", "--clear", venv_folder()], dict(os.environ)) != 0:
        raise SetupFailed("不能建立 .venv", "cannot make .venv")
    return True


def venv_packages() -> list[str]:
    """What the system's own Python lacks to make an environment: Debian ships venv without ensurepip."""
    if sys.platform.startswith("linux") and sys.base_prefix == "/usr":
        return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]
    return []


def can_make_venv() -> bool:
    """Whether this Python has what it takes."""
    import importlib

    importlib.invalidate_caches()
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def install_lock(lock: str) -> None:
    """What the lock names, exactly, each file checked against its hash. The stamp is taken away first."""
    if os.path.exists(stamp_path()):
        os.remove(stamp_path())
    say(
        f"安装 Python 软件包（{lock}，首次约需下载 150 MB）",
        "installing Python packages (about 150 MB the first time)",
    )
    command = [venv_python(), "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--no-input", "-r", os.path.join(ROOT, lock)]
    if run_quietly(command, dict(os.environ, PYTHONIOENCODING="utf-8")) != 0:
        raise SetupFailed(
            "pip 未能安装，原因见上；检查网络后再运行一次即可继续",
            "pip failed, see above; check the network and run again, it goes on where it stopped",
        )


def write_launcher() -> None:
    """``judge-app`` in the environment's scripts folder, which runs this checkout from any working directory."""
    folder = os.path.dirname(venv_python())
    if WINDOWS:
        path = os.path.join(folder, "judge-app.cmd")
        text = f'@echo off\r\nset "PYTHONPATH={ROOT}"\r\nset PYTHONSAFEPATH=1\r\nset PYTHONUTF8=1\r\n'
        text += '"%~dp0python.exe" -m judge_app %*\r\n'
    else:
        import shlex

        path = os.path.join(folder, "judge-app")
        text = f"#!/bin/sh\nexport PYTHONPATH={shlex.quote(ROOT)} PYTHONSAFEPATH=1 PYTHONUTF8=1\n"
        text += f'exec {shlex.quote(venv_python())} -m judge_app "$@"\n'
    with open(path, "w", encoding="mbcs" if WINDOWS else "utf-8", newline="") as file:
        file.write(text)
    os.chmod(path, 0o755)


# ---- processes ----------------------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    """The caller's environment, with this checkout importable and UTF-8 everywhere."""
    paths = [ROOT] + [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != ROOT]
    return dict(os.environ, PYTHONPATH=os.pathsep.join(paths), PYTHONUTF8="1", PYTHONIOENCODING="utf-8")


def app_environment() -> dict[str, str]:
    """Also: modules are never taken from the folder that the caller happens to be in."""
    return dict(environment(), PYTHONSAFEPATH="1")


def screenless(environ: dict[str, str]) -> dict[str, str]:
    """Qt draws into memory where there is no display."""
    if sys.platform.startswith("linux") and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environ


def become(command: list[str], environ: dict[str, str]) -> int:
    """Go on as ``command``. Windows has no exec that keeps the console waiting: there its exit status is returned."""
    sys.stdout.flush()
    sys.stderr.flush()
    if WINDOWS:
        return call(command, environ, None)
    return os.execve(command[0], command, environ)


def call(command: list[str], environ: dict[str, str], folder: str | None) -> int:
    """Run and wait; gives the exit status."""
    import subprocess

    return subprocess.run(command, env=environ, cwd=folder, check=False).returncode


def run_quietly(command: list[str], environ: dict[str, str], tell: bool = True) -> int:
    """Run, show its last line on a terminal, and everything it said if it fails (and ``tell``); gives the status."""
    import subprocess

    said = []
    terminal = sys.stderr.isatty() and not os.environ.get("CI")
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.decode("utf-8", "replace"))
            if terminal:
                sys.stderr.write("\r\x1b[K  " + said[-1].strip()[:76])
                sys.stderr.flush()
        status = process.wait()
    if terminal:
        sys.stderr.write("\r\x1b[K")
    if status != 0 and tell:
        sys.stderr.write("".join(said[-40:]))
    return status


def run_under_another_python(argv: list[str]) -> int:
    """Hand over to a Python on PATH that the app supports, the best tried first."""
    import shutil
    import subprocess

    versions = ["3.13", "3.12", "3.11", "3.14"]
    for name in ["python" + version for version in versions] + ["python3"]:
        found = shutil.which(name)
        test = f"import sys; raise SystemExit(not {OLDEST!r} <= sys.version_info[:2] <= {NEWEST!r})"
        if found and subprocess.call([found, "-c", test], stderr=subprocess.DEVNULL) == 0:
            return subprocess.call([found, os.path.abspath(__file__), *argv])
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    say(
        f"需要 Python 3.11–3.14，这里是 {here}；请安装后用它运行",
        f"Python 3.11 to 3.14 is needed, this is {here}; install one and run this with it",
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

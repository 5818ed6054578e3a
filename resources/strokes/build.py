"""Builds strokes-gb.z from an unpacked npm package; see README.md. Usage: build.py PACKAGE_FOLDER [ORDER.txt]

ORDER.txt (one character a line, in the order of the 通用规范汉字表) is only a check: within each of its three levels
the characters must come in the order that the strokes give.
"""

import re
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEVELS = ((0, 3500), (3500, 6500), (6500, 8105))


def main(package: Path, order: Path | None) -> None:
    source = next(path for path in package.glob("*.js") if path.stat().st_size > 100_000).read_text(encoding="utf-8")
    table = dict(re.findall(r'"(.)":"([1-5]+)"', source))
    first, last = ord(min(table)), ord(max(table))
    if [*map(ord, sorted(table))] != [*range(first, last + 1)]:
        raise SystemExit("the characters are not one unbroken range: the form of the file must change")
    if order is not None:
        official = order.read_text(encoding="utf-8").split()
        for start, end in LEVELS:
            keys = [(len(table[char]), table[char]) for char in official[start:end] if char in table]
            if keys != sorted(keys):
                raise SystemExit(f"the characters {start}–{end} are not in the official order")
            sys.stdout.write(f"{start}–{end}: {len(keys)} characters in the official order\n")
    lines = [f"judge-app/strokes/1 {first:X} {len(table)}", *(table[chr(code)] for code in range(first, last + 1))]
    (HERE / "strokes-gb.z").write_bytes(zlib.compress("\n".join(lines).encode("ascii"), 9))
    sys.stdout.write(f"{len(table)} characters, U+{first:X} to U+{last:X}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)

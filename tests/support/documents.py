"""`python -m tests.support.documents`: write the made parts of README.md; `--check` only compares."""

from __future__ import annotations

import re
import sys

from tests.support.dependencies import ROOT
from tests.support.keytables import all_keys, command_line

README = ROOT / "README.md"
PARTS = {"commands": command_line, "keys": all_keys}


def filled(text: str) -> str:
    """`text` with every made part as the program is now. Raises ValueError where a part has no place."""
    for name, make in PARTS.items():
        place = re.compile(rf"(<!-- {name}: made by [^>]*-->\n).*?(\n<!-- end {name} -->)", re.DOTALL)
        if not place.search(text):
            raise ValueError(f"no place for {name}")
        made = make()
        text = place.sub(lambda found, made=made: f"{found[1]}\n{made}\n{found[2]}", text)  # type: ignore[misc]
    return text


def main() -> int:
    text = README.read_text("utf-8")
    made = filled(text)
    if "--check" in sys.argv:
        return int(made != text)
    README.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

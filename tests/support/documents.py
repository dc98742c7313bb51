"""`python -m tests.support.documents`: update the generated parts of README.md; `--check` only compares."""

from __future__ import annotations

import re
import sys

from tests.support.dependencies import ROOT
from tests.support.keytables import action_examples, all_keys, command_line, plain_actions

README = ROOT / "README.md"
PARTS = {"commands": command_line, "actions": action_examples, "keys": all_keys, "plain": plain_actions}


def filled(text: str) -> str:
    """Return `text` with its generated parts up to date. Raises ValueError if a part has no markers."""
    for name, generate in PARTS.items():
        markers = re.compile(rf"(<!-- {name}: made by [^>]*-->\n).*?(\n<!-- end {name} -->)", re.DOTALL)
        if not markers.search(text):
            raise ValueError(f"no markers for {name}")
        part = generate()
        text = markers.sub(lambda found, part=part: f"{found[1]}\n{part}\n{found[2]}", text)  # type: ignore[misc]
    return text


def main() -> int:
    text = README.read_text("utf-8")
    updated = filled(text)
    if "--check" in sys.argv:
        return int(updated != text)
    README.write_text(updated, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.support.pin`: write the installed versions of all dependencies into pyproject.toml."""

from __future__ import annotations

import re

from tests.support.dependencies import PYPROJECT, installed_closure

_LIST = re.compile(r"^constraint-dependencies = \[[^\]]*\]$", re.MULTILINE)


def with_pins(text: str, closure: dict[str, str]) -> str:
    """Return the text of pyproject.toml with sorted pins. Raises ValueError if it has no list of pins."""
    lines = "".join(f'    "{name}=={version}",\n' for name, version in sorted(closure.items()))
    new, count = _LIST.subn(f"constraint-dependencies = [\n{lines}]", text, count=1)
    if not count:
        raise ValueError("pyproject.toml has no constraint-dependencies")
    return new


def main() -> None:
    closure = installed_closure()
    PYPROJECT.write_text(with_pins(PYPROJECT.read_text("utf-8"), closure), "utf-8")
    print(f"{len(closure)} pins written.")


if __name__ == "__main__":
    main()

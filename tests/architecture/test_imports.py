"""Which modules are imported by the start, by the core and by the sandbox, measured in a new interpreter."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "wbtui"
HEAVY = (
    "textual",
    "rich",
    "httpx",
    "httpcore",
    "sqlite3",
    "pysqlite3",
    "sqlite_utils",
    "pydantic",
    "keyring",
    "starlette",
)


def output_of(program: str) -> str:
    """Run a program in a new interpreter and return its output. The test fails if it fails."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def loaded(code: str) -> tuple[set[str], str]:
    """Return the top-level modules loaded after `code` in a new interpreter, and its output."""
    probe = (
        f"{code}\nimport sys\nprint('loaded:', *sorted({{name.partition('.')[0] for name in sys.modules}}))"
    )
    output, _, names = output_of(probe).rpartition("loaded:")
    return set(names.split()), output


def modules_of(*names: str) -> list[str]:
    """Return the dotted names of modules, and of all modules in packages, given below wbtui."""
    found = []
    for name in names:
        path = CODE / name
        for file in (
            [path.with_suffix(".py")] if path.with_suffix(".py").exists() else sorted(path.rglob("*.py"))
        ):
            dotted = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found.append(dotted.removesuffix(".__init__"))
    return found


def test_version_option_imports_no_heavy_library() -> None:
    modules, output = loaded("from wbtui.cli import main\nassert main(['--version']) == 0")
    assert output.strip() == f"wbtui {version('wbtui')}"
    assert not modules & set(HEAVY)


def test_help_of_every_command_imports_no_heavy_library() -> None:
    modules, output = loaded(
        "from wbtui.cli import main, wbtui\n"
        "for name in wbtui.commands: assert main([name, '--help']) == 0\n"
        "assert main(['--help']) == 0"
    )
    assert "Exit codes" in output
    assert modules & set(HEAVY) <= {"pydantic"}, "the help of `do` reads the actions, which are models"


def test_the_first_screen_imports_nothing_that_only_later_screens_need() -> None:
    first = "import wbtui.app, wbtui.services.open, wbtui.ui.terminal.driver, wbtui.ui.screens.customers"
    modules, _ = loaded(first)
    assert not modules & {"httpx", "keyring", "rapidfuzz", "starlette", "tomlkit", "uvicorn"}
    probe = f"{first}\nimport sys\nprint(*(name for name in sys.modules if name.startswith('wbtui.ui.')))"
    ours = {name.split(".")[2] + "/" + name.split(".")[-1] for name in output_of(probe).split()}
    assert "screens/customers" in ours
    later = ("dialogs/", "tabs/", "screens/profile", "screens/invoice", "screens/journal", "screens/connect")
    assert not {name for name in ours if name.startswith(later)}


def test_the_core_imports_neither_the_interface_nor_the_sandbox() -> None:
    core = modules_of(
        "errors", "paths", "settings", "logs", "credentials", "models", "api", "store", "services"
    )
    modules, _ = loaded("\n".join(f"import {name}" for name in core))
    assert "httpx" in modules or not modules_of("api/http")
    assert not modules & {"textual", "rich", "starlette", "uvicorn"}


def test_the_sandbox_imports_only_models_errors_and_clock() -> None:
    probe = "\n".join(f"import {name}" for name in modules_of("sandbox")) + "\nimport sys\n"
    probe += "print(*sorted(name for name in sys.modules if name.startswith('wbtui.')))"
    ours = {name.split(".")[1] for name in output_of(probe).split()}
    assert "sandbox" in ours
    assert ours <= {"sandbox", "models", "errors", "clock"}


def test_only_the_settings_read_the_environment() -> None:
    readings = re.compile(r"\b(environ|environb|getenv|putenv|unsetenv)\b")
    offending = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in CODE.rglob("*.py")
        if file != CODE / "settings.py" and readings.search(text := file.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute | ast.ImportFrom)
        for name in ([node.attr] if isinstance(node, ast.Attribute) else [one.name for one in node.names])
        if readings.fullmatch(name)
    ]
    assert offending == []


def test_the_settings_read_the_environment() -> None:
    tree = ast.parse((CODE / "settings.py").read_text("utf-8"))
    assert any(isinstance(node, ast.Attribute) and node.attr == "environ" for node in ast.walk(tree))


def test_only_the_clock_modules_read_the_machines_clock() -> None:
    """This covers code that no test executes; tests/support/clock.py checks executed code."""
    readings = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns))\b")
    allowed = {"wbtui/clock.py", "tests/support/wall_clock.py", "tests/unit/test_clock.py"}
    found = {
        str(file.relative_to(ROOT))
        for file in [*CODE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
        if readings.search(file.read_text("utf-8"))
    }
    assert found == allowed


def test_every_module_has_a_docstring() -> None:
    files = [*CODE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    texts = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}
    assert [name for name, text in texts.items() if text.strip() and not re.match(r'"""\s*\S', text)] == []


def test_support_imports_no_tests() -> None:
    """The driver of the screens, beside the tests that it was made for, is the only exception."""
    pattern = re.compile(r"^\s*(?:from|import) (tests\.(?!support|screens\.driver)\S+)", re.MULTILINE)
    support = (ROOT / "tests" / "support").rglob("*.py")
    assert not [(path.name, name) for path in support for name in pattern.findall(path.read_text())]

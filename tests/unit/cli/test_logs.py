"""Log and crash reports: private, rotating, redacted."""

from __future__ import annotations

import base64
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from wbtui import logs
from wbtui.models.customer import Email
from wbtui.models.secret import Secret
from wbtui.paths import AppDirs

CANARY = "api_key/CANARY+0123456789abcdef"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _hidden() -> None:
    logs.hide(Secret(CANARY))


def raised(message: str) -> Exception:
    local_variable = " ".join(["4242"] * 4)
    try:
        try:
            int(message)
        finally:
            assert local_variable
    except ValueError as first:
        try:
            raise RuntimeError(f"while calling with {CANARY}") from first
        except RuntimeError as second:
            return second
    raise AssertionError


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        f"wb-key: {CANARY}",
        f"{{'wb-key': 'another-secret-{CANARY}'}}",
        quote(CANARY, safe=""),
        base64.b64encode(CANARY.encode()).decode(),
        f"GET /v1/c/customers?email=x&key={CANARY}",
    ],
)
def test_every_form_of_the_key_is_redacted(text: str) -> None:
    redacted = logs.redact(text)
    assert "CANARY" not in redacted
    assert base64.b64encode(CANARY.encode()).decode()[:20] not in redacted


def test_addresses_and_queries_are_redacted_but_not_ids() -> None:
    said = logs.redact("cus_0001 anna.b+c@lumen.example GET https://api.example/x?email=anna%40x.example 200")
    assert said == "cus_0001 ‹e-mail› GET https://api.example/x?‹hidden› 200"


def test_a_crash_report_has_no_local_variables(tmp_path: Path) -> None:
    app_dirs = AppDirs.under(tmp_path)
    path = logs.crash_report(raised(f"anna@lumen.example {CANARY} \x1b]0;x\x07"), app_dirs, now=NOW)
    text = path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "test_logs.py" in text
    assert "builtins.ValueError" in text
    assert "which caused" in text
    assert "RuntimeError: while calling with ‹key›" in text
    for secret in (CANARY, "4242 4242 4242 4242", "anna@lumen", "\x1b", "\x07"):
        assert secret not in text


def test_a_validation_error_does_not_quote_the_data() -> None:
    try:
        Email.model_validate({"label": "main", "address": 4, "Anna Schmidt": 1})
    except ValueError as error:
        text = logs.crash_text(error, now=NOW)
    assert "address: string_type" in text
    assert "input_value" not in text


def test_only_ten_reports_are_kept(tmp_path: Path) -> None:
    app_dirs = AppDirs.under(tmp_path)
    for second in range(15):
        logs.crash_report(ValueError(str(second)), app_dirs, now=NOW.replace(second=second))
    found = sorted(app_dirs.logs.glob("crash-*.txt"))
    assert len(found) == logs.MAX_CRASHES
    assert "builtins.ValueError: 14" in found[-1].read_text("utf-8")


PROGRAM = """
import logging, os, sys
from pathlib import Path
os.umask(0)
from wbtui import logs
from wbtui.models.secret import Secret
from wbtui.paths import AppDirs
app_dirs = AppDirs.under(Path(sys.argv[1]))
logs.MAX_BYTES = 2000
logs.hide(Secret("{key}"))
log = logs.setup(app_dirs)
assert logs.setup(app_dirs) is log
for number in range(100):
    log.info("customer %s by %s", f"cus_{{number}}", "anna@lumen.example")
logging.getLogger("httpx").info("GET https://x/?email=anna@lumen.example")
logging.getLogger("other").warning("wb-key: {key}")
log.info("faulty %d line", "text")
try:
    secret_local = "{key}"
    raise ValueError("{key}")
except ValueError:
    log.exception("it failed")
"""


def test_the_log_is_private_limited_and_redacted(tmp_path: Path) -> None:
    program = PROGRAM.format(key=CANARY)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert (done.stdout, done.stderr) == ("", "")
    files = sorted((tmp_path / "logs").iterdir())
    assert [file.name for file in files] == ["wbtui.log", "wbtui.log.1", "wbtui.log.2", "wbtui.log.3"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    text = "".join(file.read_text("utf-8") for file in reversed(files))
    assert "customer cus_99 by ‹e-mail›" in text
    assert "it failed" in text
    assert "builtins.ValueError: ‹key›" in text
    assert "invalid log message" in text
    assert "other wb-key: ‹" in text
    for secret in ("CANARY", "anna@", "httpx"):
        assert secret not in text

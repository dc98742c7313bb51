"""Settings of the interpreter when a command starts."""

from __future__ import annotations

import sys

import pytest

from wbtui.cli import main


def test_threads_switch_often_so_that_the_screen_does_not_stutter(capsys: pytest.CaptureFixture[str]) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    try:
        assert main(["--version"]) == 0
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)
    assert capsys.readouterr().out.startswith("wbtui ")

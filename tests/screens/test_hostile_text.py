"""Hostile text adds no control sequence to the output and is never markup, on all widgets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.screens.driver import Driver
from tests.screens.gallery import CONTROL, MARKUP, Gallery, GalleryApp, services_with
from tests.support.control_sequences import distinct
from tests.support.terminal import Terminal, clean_environment
from wbtui.models.text import clean
from wbtui.settings import Settings
from wbtui.ui.dialogs.text_dialog import TextDialog
from wbtui.ui.report import Report


class _NoEmulator:
    """Replaces the emulator: these tests read bytes only, and emulating megabytes takes minutes."""

    def feed(self, data: bytes) -> None:
        pass


def sequences(mode: str, home: Path) -> set[bytes]:
    """Return the distinct control sequences written while the texts are shown, without cursor positions."""
    terminal = Terminal(
        [sys.executable, "-m", "tests.screens.gallery", mode],
        environ=clean_environment(home), columns=120, lines=40,
    )  # fmt: skip
    terminal._stream = _NoEmulator()  # type: ignore[assignment]
    try:
        code = terminal.wait_for_exit()
        assert code == 0 or mode == "broken", terminal.raw[-2000:].decode(errors="replace")
        return distinct(terminal.raw)
    finally:
        terminal.close()


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> set[bytes]:
    return sequences("harmless", tmp_path_factory.mktemp("harmless"))


def test_hostile_text_writes_no_control_sequence_that_harmless_text_does_not(
    harmless: set[bytes], tmp_path: Path
) -> None:
    extra = sequences("hostile", tmp_path) - harmless
    assert extra == set()


def test_the_comparison_detects_text_that_is_not_cleaned(harmless: set[bytes], tmp_path: Path) -> None:
    extra = sequences("broken", tmp_path) - harmless
    assert any(b"PWNED" in one for one in extra)
    assert any(one.startswith(b"\x1b]52") for one in extra)
    assert b"\xc2\x9b" in extra


async def test_markup_is_shown_as_text_and_makes_nothing_clickable() -> None:
    app = GalleryApp(services_with("Jane"), Settings())  # type: ignore[arg-type]
    async with app.run_test(size=(120, 44)) as pilot:
        d = Driver(app, pilot)
        for text in MARKUP:
            app._services = services_with(text)  # type: ignore[assignment]
            await app.push_screen(Gallery(text))
            app.show_toast(text, title=text)
            shown = clean(text)
            await d.wait_for(lambda shown=shown: sum(shown in line for line in d.lines()) >= 10, shown)  # type: ignore[misc]
            clickable = [
                segment.text
                for strip in app.screen._compositor.render_strips()
                for segment in strip
                if segment.style is not None and "@click" in segment.style.meta
            ]
            assert clickable == []
            app.clear_notifications()
            await app.pop_screen()
        assert app.pwned == 0


async def test_clicking_a_name_with_link_markup_runs_nothing() -> None:
    text = MARKUP[0]
    app = GalleryApp(services_with(text), Settings())  # type: ignore[arg-type]
    async with app.run_test(size=(120, 44)) as pilot:
        d = Driver(app, pilot)
        await app.push_screen(Gallery(text))
        await d.expect_text(text)
        for y, line in enumerate(d.lines()):
            if text in line:
                await pilot.click(offset=(min(line.rfind(text) + text.find("Jane") + 1, 119), y))
        assert app.pwned == 0
        assert app.is_running


async def test_hostile_text_in_an_error_dialog_is_cleaned() -> None:
    app = GalleryApp(services_with("Jane"), Settings())  # type: ignore[arg-type]
    async with app.run_test(size=(100, 30)) as pilot:
        d = Driver(app, pilot)
        for text in (*CONTROL, *MARKUP):
            await app.push_screen(TextDialog(text, Report("Title", f"Begin {text}", text).panel(), what=text))
            await d.expect_text("Begin")
            for line in d.lines():
                assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in line)
            await app.pop_screen()

"""The terminal driver stops dispatching input when the app ends, whatever was typed ahead."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from textual import events
from textual.message import Message

from tests.support.patience import PATIENCE
from wbtui.ui import terminal
from wbtui.ui.bursts import Bursts
from wbtui.ui.terminal import WbtuiDriver, _Parser

TYPED = 20


class NewScreen:
    """A screen that has its widgets once `is_mounted` is set, and its fields unless `is_loading`."""

    def __init__(self, *, is_mounted: bool = False, is_loading: bool = False) -> None:
        self.is_mounted = is_mounted
        self.is_loading = is_loading


class App:
    """What the driver needs of an app."""

    _exit = False

    def __init__(self, *screens: NewScreen) -> None:
        self.screen_stack = [*screens]
        self.message_queue_size = 0
        self.workers: list[SimpleNamespace] = []


class NewForm(NewScreen):
    """A screen whose first field takes text."""

    IGNORES_REPEATED_KEY = True


class RecordingDriver(WbtuiDriver):
    """Records what it dispatches."""

    def __init__(self, app: App) -> None:
        super().__init__(app, mouse=False)  # type: ignore[arg-type]
        self.dispatched: list[Message] = []
        self.first = asyncio.Event()

    def process_message(self, message: Message) -> None:
        self.dispatched.append(message)
        self._loop.call_soon_threadsafe(self.first.set)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Restore the signal handlers that a driver replaces."""
    before = {
        number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class OpeningDriver(RecordingDriver):
    """Opens a screen with the first key."""

    opens: NewScreen

    def process_message(self, message: Message) -> None:
        if not self.dispatched:
            self._app.screen_stack.append(self.opens)  # type: ignore[arg-type]
            self._loop.call_soon_threadsafe(self._handled.set)
        super().process_message(message)

    @property
    def text(self) -> str:
        """The characters it dispatched."""
        return "".join(key.character or "" for key in self.dispatched if isinstance(key, events.Key))


def dispatching(driver: RecordingDriver, text: str = "j" * TYPED) -> threading.Thread:
    """Dispatch key presses in the input thread, as one read of the terminal does."""
    keys = [events.Key(character, character) for character in text]
    thread = threading.Thread(target=driver._dispatch, args=(keys,))
    driver._key_thread = thread
    thread.start()
    return thread


async def test_stopping_input_drops_what_was_typed_ahead() -> None:
    driver = RecordingDriver(App())
    thread = dispatching(driver)
    await driver.first.wait()
    driver.disable_input()  # waits for the thread and blocks the loop
    assert not thread.is_alive()
    assert len(driver.dispatched) < TYPED


@pytest.mark.parametrize(
    "screen", [NewScreen(), NewScreen(is_mounted=True, is_loading=True)], ids=["new", "loading"]
)
async def test_what_is_typed_at_once_waits_for_the_widgets_of_a_new_screen(
    monkeypatch: pytest.MonkeyPatch, screen: NewScreen
) -> None:
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", PATIENCE)
    driver = RecordingDriver(App(screen))
    thread = dispatching(driver)
    await driver.first.wait()
    driver._count_down(0)
    assert not driver._handled.is_set()
    assert len(driver.dispatched) == 1, "the key that opened the screen"
    screen.is_mounted, screen.is_loading = True, False
    await asyncio.to_thread(thread.join)
    assert len(driver.dispatched) == TYPED


async def test_a_key_waits_until_the_app_has_begun_to_handle_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", PATIENCE)
    app = App(NewScreen(is_mounted=True))
    app.message_queue_size = 1
    driver = RecordingDriver(app)
    thread = dispatching(driver)
    await driver.first.wait()
    driver._count_down(0)
    assert not driver._handled.is_set()
    assert len(driver.dispatched) == 1
    app.message_queue_size = 0
    await asyncio.to_thread(thread.join)
    assert len(driver.dispatched) == TYPED


async def dispatched_while_loading(driver: RecordingDriver, *keys: str) -> list[str]:
    """Return which keys a driver dispatches, pressed one after another while the topmost screen loads."""
    for key in keys:
        message = events.Key(key, key if len(key) == 1 else None)
        await asyncio.to_thread(driver._dispatch, [message])
    return [one.key for one in driver.dispatched if isinstance(one, events.Key)]


async def test_what_is_typed_while_a_form_loads_for_long_waits_for_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", 0.0)
    form = NewForm(is_mounted=True, is_loading=True)
    driver = RecordingDriver(App(form))
    assert await dispatched_while_loading(driver, "R", "5", "tab") == ["R"]
    assert driver._typed_ahead(), "a preview counts no key that was pressed before it was read"
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", PATIENCE)
    form.is_loading = False
    await asyncio.to_thread(driver._handled.wait, PATIENCE)
    await asyncio.to_thread(driver._dispatch_held)
    assert await dispatched_while_loading(driver) == ["R", "5", "tab"]


async def test_what_is_typed_while_a_command_is_under_way_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", 0.0)
    app = App(NewScreen(is_mounted=True))
    app.workers = [SimpleNamespace(group="commands")]
    driver = RecordingDriver(app)
    assert await dispatched_while_loading(driver, "3", "a", "c") == ["3"]
    app.workers.clear()
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", PATIENCE)
    await asyncio.to_thread(driver._handled.wait, PATIENCE)
    assert await dispatched_while_loading(driver, "r") == ["3", "a", "c", "r"]


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_a_key_that_goes_back_or_quits_waits_for_nothing_and_drops_what_was_typed_before(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", 0.0)
    driver = RecordingDriver(App(NewForm(is_mounted=True, is_loading=True)))
    driver._bursts = Bursts(["ctrl+q"])
    assert await dispatched_while_loading(driver, "R", "5", key) == ["R", key]
    assert not driver._held


async def test_a_key_that_opened_a_form_is_not_typed_into_it_while_it_loads_whatever_the_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", 0.0)
    form = NewForm(is_mounted=True, is_loading=True)
    driver = OpeningDriver(App())
    driver.opens = form
    await dispatched_while_loading(driver, "e")
    driver._handled.clear()
    driver._pause(_Parser())
    await dispatched_while_loading(driver, "e", "4")
    driver._handled.set()
    monkeypatch.setattr(terminal, "KEY_TIMEOUT", PATIENCE)
    form.is_loading = False
    await asyncio.to_thread(driver._dispatch_held)
    assert driver.text == "e4"


async def test_an_app_that_exits_gets_no_more_input() -> None:
    app = App()
    app._exit = True
    driver = RecordingDriver(app)
    thread = dispatching(driver)
    await asyncio.to_thread(thread.join)
    assert driver.dispatched == []


async def dispatched(screen: NewScreen, *typed: str) -> str:
    """Return what the driver dispatches of texts with pauses between them, the first key opening a screen."""
    driver = OpeningDriver(App())
    driver.opens = screen
    for text in typed:
        await asyncio.to_thread(dispatching(driver, text).join)
        driver._pause(_Parser())
    return driver.text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("ee", "e"), ("eee", "e"), ("e4", "e4"), ("4e", "4e"), ("e\te", "e\te"), ("TT-12", "TT-12")],
)
async def test_a_character_pressed_twice_is_not_typed_into_the_form_that_it_opens(
    typed: str, expected: str
) -> None:
    assert await dispatched(NewForm(is_mounted=True), typed) == expected


async def test_a_character_that_opened_a_form_is_typed_into_it_after_a_pause() -> None:
    assert await dispatched(NewForm(is_mounted=True), "ee", "e") == "ee"


async def test_a_character_pressed_again_in_a_read_of_its_own_is_dropped_too() -> None:
    driver = OpeningDriver(App())
    driver.opens = NewForm(is_mounted=True)
    for text in ("e", "e", "4"):
        await asyncio.to_thread(dispatching(driver, text).join)
    assert driver.text == "e4"


async def test_a_menu_is_filtered_by_the_character_that_opened_it() -> None:
    assert await dispatched(NewScreen(is_mounted=True), "account", "a") == "accounta"
    assert await dispatched(NewScreen(is_mounted=True), "aa") == "aa"

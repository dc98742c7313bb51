"""Input is dispatched one message at a time, and what is typed ahead waits for the screen it is meant for."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from textual import events
from textual.css.query import NoMatches
from textual.message import Message

from tests.support.patience import PATIENCE
from wbtui.ui.terminal.dispatching import Dispatcher
from wbtui.ui.terminal.driver import WbtuiDriver
from wbtui.ui.terminal.repeated_key import SHORT_PAUSES

TYPED = 20
KEY_TIMEOUT = "wbtui.ui.terminal.dispatching.KEY_TIMEOUT"


class NewScreen:
    """A screen that has its widgets once `is_mounted` is set, and its fields unless `is_loading`."""

    def __init__(self, *, is_mounted: bool = False, is_loading: bool = False) -> None:
        self.is_mounted = is_mounted
        self.is_loading = is_loading


class App:
    """What a dispatcher needs of an app."""

    _exit = False

    def __init__(self, *screens: NewScreen) -> None:
        self.screen_stack = [*screens]
        self.message_queue_size = 0
        self.workers: list[SimpleNamespace] = []


class NewForm(NewScreen):
    """A screen whose first field takes text."""

    IGNORES_REPEATED_KEY = True


class WithoutWidgets(NewScreen):
    """A screen whose widgets have been removed."""

    @property
    def is_loading(self) -> bool:
        raise NoMatches

    @is_loading.setter
    def is_loading(self, _value: bool) -> None: ...


class Recorder(Dispatcher):
    """Records what it dispatches; the first key opens a screen, if one is given."""

    def __init__(self, app: App, opens: NewScreen | None = None) -> None:
        super().__init__(app, asyncio.get_running_loop(), self.record, ["ctrl+q"])  # type: ignore[arg-type]
        self.dispatched: list[Message] = []
        self.first = asyncio.Event()
        self.opens = opens

    def record(self, message: Message) -> None:
        if self.opens is not None and not self.dispatched:
            self._app.screen_stack.append(self.opens)  # type: ignore[arg-type]
            self._loop.call_soon_threadsafe(self._handled.set)
        self.dispatched.append(message)
        self._loop.call_soon_threadsafe(self.first.set)

    @property
    def keys(self) -> list[str]:
        """The names of the keys it dispatched."""
        return [one.key for one in self.dispatched if isinstance(one, events.Key)]

    @property
    def text(self) -> str:
        """The characters it dispatched."""
        return "".join(key.character or "" for key in self.dispatched if isinstance(key, events.Key))


def dispatching(dispatcher: Dispatcher, text: str = "j" * TYPED) -> threading.Thread:
    """Dispatch key presses in a thread, as those of one read of the terminal."""
    keys = [events.Key(character, character) for character in text]
    thread = threading.Thread(target=dispatcher.dispatch, args=(keys,))
    thread.start()
    return thread


async def test_stopping_drops_what_was_typed_ahead() -> None:
    dispatcher = Recorder(App())
    thread = dispatching(dispatcher)
    await dispatcher.first.wait()
    dispatcher.stop()
    thread.join(PATIENCE)  # blocks the loop, as the end of the app does
    assert not thread.is_alive()
    assert len(dispatcher.dispatched) < TYPED


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handlers that a driver replaces."""
    replaced = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
    before = {number: signal.getsignal(number) for number in replaced}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
async def test_a_driver_whose_input_is_disabled_dispatches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    dispatched: list[Message] = []
    monkeypatch.setattr(WbtuiDriver, "process_message", lambda _driver, message: dispatched.append(message))
    driver = WbtuiDriver(App(), mouse=False)  # type: ignore[arg-type]
    driver.disable_input()
    driver._dispatcher.dispatch([events.Key("j", "j")])
    assert dispatched == []


@pytest.mark.parametrize(
    "screen", [NewScreen(), NewScreen(is_mounted=True, is_loading=True)], ids=["new", "loading"]
)
async def test_what_is_typed_at_once_waits_for_the_widgets_of_a_new_screen(
    monkeypatch: pytest.MonkeyPatch, screen: NewScreen
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, PATIENCE)
    dispatcher = Recorder(App(screen))
    thread = dispatching(dispatcher)
    await dispatcher.first.wait()
    dispatcher._count_down(0)
    assert not dispatcher._handled.is_set()
    assert len(dispatcher.dispatched) == 1, "the key that opened the screen"
    screen.is_mounted, screen.is_loading = True, False
    await asyncio.to_thread(thread.join)
    assert len(dispatcher.dispatched) == TYPED


async def test_a_key_waits_until_the_app_has_begun_to_handle_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, PATIENCE)
    app = App(NewScreen(is_mounted=True))
    app.message_queue_size = 1
    dispatcher = Recorder(app)
    thread = dispatching(dispatcher)
    await dispatcher.first.wait()
    dispatcher._count_down(0)
    assert not dispatcher._handled.is_set()
    assert len(dispatcher.dispatched) == 1
    app.message_queue_size = 0
    await asyncio.to_thread(thread.join)
    assert len(dispatcher.dispatched) == TYPED


async def dispatched_while_loading(dispatcher: Recorder, *keys: str) -> list[str]:
    """Return which keys are dispatched, pressed one after another while the topmost screen loads."""
    for key in keys:
        message = events.Key(key, key if len(key) == 1 else None)
        await asyncio.to_thread(dispatcher.dispatch, [message])
    return dispatcher.keys


async def test_what_is_typed_while_a_form_loads_for_long_waits_for_its_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, 0.0)
    form = NewForm(is_mounted=True, is_loading=True)
    dispatcher = Recorder(App(form))
    assert await dispatched_while_loading(dispatcher, "R", "5", "tab") == ["R"]
    assert dispatcher.waiting, "a preview counts no key that was pressed before it was read"
    monkeypatch.setattr(KEY_TIMEOUT, PATIENCE)
    form.is_loading = False
    await asyncio.to_thread(dispatcher._handled.wait, PATIENCE)
    await asyncio.to_thread(dispatcher.dispatch_waiting)
    assert await dispatched_while_loading(dispatcher) == ["R", "5", "tab"]


async def test_what_is_typed_while_a_command_is_under_way_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, 0.0)
    app = App(NewScreen(is_mounted=True))
    app.workers = [SimpleNamespace(group="commands")]
    dispatcher = Recorder(app)
    assert await dispatched_while_loading(dispatcher, "3", "a", "c") == ["3"]
    app.workers.clear()
    monkeypatch.setattr(KEY_TIMEOUT, PATIENCE)
    await asyncio.to_thread(dispatcher._handled.wait, PATIENCE)
    assert await dispatched_while_loading(dispatcher, "r") == ["3", "a", "c", "r"]


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
async def test_a_key_that_goes_back_or_quits_waits_for_nothing_and_drops_what_was_typed_before(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, 0.0)
    dispatcher = Recorder(App(NewForm(is_mounted=True, is_loading=True)))
    assert await dispatched_while_loading(dispatcher, "R", "5", key) == ["R", key]
    assert not dispatcher.waiting


async def test_a_key_that_opened_a_form_is_not_typed_into_it_while_it_loads_whatever_the_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, 0.0)
    form = NewForm(is_mounted=True, is_loading=True)
    dispatcher = Recorder(App(), form)
    await dispatched_while_loading(dispatcher, "e")
    dispatcher._handled.clear()
    dispatcher.paused()
    await dispatched_while_loading(dispatcher, "e", "4")
    dispatcher._handled.set()
    monkeypatch.setattr(KEY_TIMEOUT, PATIENCE)
    form.is_loading = False
    await asyncio.to_thread(dispatcher.dispatch_waiting)
    assert dispatcher.text == "e4"


async def test_an_app_that_exits_gets_no_more_input() -> None:
    app = App()
    app._exit = True
    dispatcher = Recorder(app)
    thread = dispatching(dispatcher)
    await asyncio.to_thread(thread.join)
    assert dispatcher.dispatched == []


async def test_the_screen_of_an_app_that_exits_is_not_asked_whether_it_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KEY_TIMEOUT, PATIENCE)
    loop, failures = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _loop, context: failures.append(context))
    app = App(WithoutWidgets(is_mounted=True))
    dispatcher = Recorder(app)

    def exit_app(_message: Message) -> None:
        loop.call_soon_threadsafe(lambda: setattr(app, "_exit", True))

    monkeypatch.setattr(dispatcher, "_send", exit_app)
    await asyncio.to_thread(dispatching(dispatcher, "q").join)
    assert dispatcher._handled.is_set()
    assert not failures


async def test_what_waits_behind_a_key_that_ends_the_app_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App()
    dispatcher = Recorder(app)
    monkeypatch.setattr(dispatcher, "_send", lambda _message: setattr(app, "_exit", True))
    await asyncio.to_thread(dispatching(dispatcher, "qj").join)
    assert dispatcher._handled.is_set() and not dispatcher.waiting


async def dispatched(screen: NewScreen, *typed: str) -> str:
    """Return what is dispatched of texts with pauses between them, the first key opening a screen."""
    dispatcher = Recorder(App(), screen)
    for text in typed:
        await asyncio.to_thread(dispatching(dispatcher, text).join)
        dispatcher.paused()
    return dispatcher.text


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


def filled_in(text: str, selected: str = "") -> NewForm:
    """A form whose first field contains a text."""
    form = NewForm(is_mounted=True)
    form.focused = SimpleNamespace(value=text, selected_text=selected)  # type: ignore[attr-defined]
    return form


async def test_the_key_of_a_form_that_is_filled_in_is_not_added_to_its_text_a_moment_later() -> None:
    """Pressed twice within a second it made "Anna Schmidte" of the name."""
    assert await dispatched(filled_in("Anna Schmidt"), "e", "e", "e", "4") == "e4"
    assert await dispatched(filled_in("Anna Schmidt"), "e", "4", "e") == "e4e"
    seen = [""] * SHORT_PAUSES
    assert await dispatched(filled_in("Anna Schmidt"), "e", *seen, "e") == "ee"
    assert await dispatched(filled_in("ZD-1", selected="ZD-1"), "T", "T", "T-12") == "TTT-12"
    assert await dispatched(filled_in(""), "N", "N", "obody") == "NNobody"


async def test_a_character_pressed_again_in_a_read_of_its_own_is_dropped_too() -> None:
    dispatcher = Recorder(App(), NewForm(is_mounted=True))
    for text in ("e", "e", "4"):
        await asyncio.to_thread(dispatching(dispatcher, text).join)
    assert dispatcher.text == "e4"


async def test_a_menu_is_filtered_by_the_character_that_opened_it() -> None:
    assert await dispatched(NewScreen(is_mounted=True), "account", "a") == "accounta"
    assert await dispatched(NewScreen(is_mounted=True), "aa") == "aa"

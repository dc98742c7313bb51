"""The command registry: unique ids, documented commands, no clashing keys; overrides, former ids, actions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.widget import Widget

from wbtui.ui.actions.catalogue import ENTRIES, Entry
from wbtui.ui.actions.controls import OrderList
from wbtui.ui.command import Command
from wbtui.ui.commands import (
    active_together,
    bindings_for,
    command,
    commands,
    in_scope,
    make_keymap,
    scopes,
    show_key,
)
from wbtui.ui.dialogs.base import WIDTH

FORBIDDEN = {"ctrl+h", "ctrl+i", "ctrl+m", "left_square_bracket", "right_square_bracket", "backslash"}


@pytest.mark.parametrize("row", commands().values(), ids=lambda row: row.id)
def test_every_command_has_a_sentence_and_a_known_scope(row: Command) -> None:
    assert row.scope in scopes()
    assert row.title[0].isupper()
    assert row.sentence.endswith((".", "…"))
    assert len(row.sentence) <= 110


@pytest.mark.parametrize("row", commands().values(), ids=lambda row: row.id)
def test_no_default_key_is_ambiguous_in_terminals(row: Command) -> None:
    for key in row.keys:
        assert key not in FORBIDDEN
        assert not key.startswith("alt+")


def test_commands_of_one_scope_have_different_default_keys() -> None:
    for scope in scopes():
        seen: dict[str, str] = {}
        for row in in_scope(scope):
            for key in row.keys:
                assert key not in seen, f"{key}: {seen.get(key)} and {row.id}"
                seen[key] = row.id


def test_a_command_active_everywhere_shares_no_key() -> None:
    everywhere = {key: row.id for row in commands().values() if row.everywhere for key in row.keys}
    for row in commands().values():
        if not row.everywhere:
            assert not everywhere.keys() & set(row.keys), row.id


def test_scopes_are_active_together_with_their_parent_scopes() -> None:
    assert active_together("list", "app")
    assert active_together("app", "list")
    assert active_together("search", "customers")
    assert not active_together("profile", "customers")


def test_bindings_have_the_command_id_that_the_keymap_uses() -> None:
    made = bindings_for("customers")
    by_id = {getattr(one, "id", None): one for one in made}
    assert by_id["customers.sort"].key == "s"  # type: ignore[union-attr]
    assert by_id["customers.sort"].action == "command('customers.sort')"  # type: ignore[union-attr]


def test_an_override_replaces_the_keys() -> None:
    keymap = make_keymap({"customers.sort": "o, ctrl+o"})
    assert keymap.of("customers.sort") == ("o", "ctrl+o")
    assert keymap.problems == ()
    assert keymap.overrides() == {"customers.sort": "o,ctrl+o"}


def test_keys_may_be_written_as_characters() -> None:
    assert make_keymap({"app.search": "?"}).of("app.search") == ("slash",)  # clashes with help
    assert make_keymap({"app.search": ".", "customers.copy": "esc"}).of("app.search") == ("full_stop",)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("PgDn", "pagedown"),
        ("Return", "enter"),
        ("F4", "f4"),
        ("Ctrl+O", "ctrl+o"),
        ("Esc", "escape"),
        ("shift+o", "O"),
        ("O", "O"),
    ],
)
def test_keys_may_be_written_as_people_write_them(written: str, key: str) -> None:
    keymap = make_keymap({"sending.cancel": written})
    assert (keymap.of("sending.cancel"), keymap.problems) == ((key,), ())


@pytest.mark.parametrize(("key", "sent"), [("ctrl+i", "tab"), ("Ctrl+M", "enter"), ("ctrl+[", "esc")])
def test_a_key_that_terminals_send_as_another_is_refused(key: str, sent: str) -> None:
    keymap = make_keymap({"app.journal": key})
    assert keymap.problems == (f"keymap: app.journal can't be {key.lower()}: terminals send {sent} for it.",)


@pytest.mark.parametrize("key", ["enter", "y", "space"])
def test_what_is_pressed_while_typing_cannot_send_an_action(key: str) -> None:
    keymap = make_keymap({"sheet.commit": key})
    assert keymap.of("sheet.commit") == ("ctrl+s",)
    assert f"sheet.commit can't be {key}: it is pressed while typing" in keymap.problems[0]


@pytest.mark.parametrize(("name", "key"), [("form.go_on", "ctrl+q"), ("app.palette", "ctrl+s")])
def test_a_key_that_works_everywhere_clashes_with_every_other(name: str, key: str) -> None:
    """The form could not be sent: ctrl+q quits before the form gets it."""
    keymap = make_keymap({name: key})
    assert keymap.of(name) == command(name).keys
    assert f"{key} for {name} is already used by" in keymap.problems[0]


@pytest.mark.parametrize("key", ["f99", "ctl+o", "ctrl+", "ctrl+f99", "no such"])
def test_an_unknown_key_is_reported_and_the_default_stays(key: str) -> None:
    keymap = make_keymap({"customers.sort": f"o, {key}"})
    assert keymap.problems == (f"keymap: customers.sort can't be {key}: there is no such key.",)
    assert keymap.of("customers.sort") == command("customers.sort").keys


@pytest.mark.parametrize(
    "key", ["f12", "ctrl+f3", "shift+down", "alt+o", "ctrl+o", "delete", "é", "percent_sign", "%"]
)
def test_every_key_of_a_terminal_is_accepted(key: str) -> None:
    assert make_keymap({"customers.sort": key}).problems == ()


def test_an_unknown_command_is_reported_with_the_most_similar_one() -> None:
    keymap = make_keymap({"customer.sort": "o"})
    assert len(keymap.problems) == 1
    assert "customer.sort" in keymap.problems[0]
    assert "customers.sort" in keymap.problems[0]


def test_a_former_id_is_accepted_unless_the_current_one_is_given() -> None:
    keymap = make_keymap({"customers.at_hand_1": "F"})
    assert keymap.problems == ()
    assert keymap.of("customers.quick_access_1") == ("F",)
    for former, present in (("hold.take_back", "sending.cancel"), ("words.copy", "text.copy"),
                            ("link.close", "text.close"), ("customers.search", "app.search")):  # fmt: skip
        assert make_keymap({former: "K"}).of(present) == ("K",)
    keymap = make_keymap({"customers.quick_access_1": "H", "customers.at_hand_1": "F"})
    assert keymap.of("customers.quick_access_1") == ("H",)


def test_former_ids_are_unique_and_not_in_use() -> None:
    former = [alias for row in commands().values() for alias in row.aliases]
    assert len(former) == len(set(former))
    assert not set(former) & set(commands())


@pytest.mark.parametrize("scope", ["profile", "invoice"])
def test_an_action_of_a_customer_is_a_command_with_its_kind_as_argument(scope: str) -> None:
    row = command(f"{scope}.note")
    assert (row.handled_by, row.args, row.needs, row.danger) == (
        "action", ("append_note",), "action.append_note", True,
    )  # fmt: skip


def test_a_key_clash_is_reported_and_the_default_key_kept() -> None:
    keymap = make_keymap({"customers.sort": "f"})
    assert keymap.of("customers.sort") == ("s",)
    assert keymap.of("customers.filters") == ("f",)
    assert any("customers.sort" in text and "customers.filters" in text for text in keymap.problems)


def test_two_commands_may_swap_their_keys() -> None:
    keymap = make_keymap({"customers.sort": "f", "customers.filters": "s"})
    assert keymap.problems == ()
    assert keymap.of("customers.sort") == ("f",)
    assert keymap.of("customers.filters") == ("s",)


def test_scopes_that_are_never_active_together_may_share_a_key() -> None:
    assert make_keymap({"customers.sort": "n"}).problems == ()


def test_no_screen_uses_a_key_of_the_app_by_default() -> None:
    general = {key: row.id for row in in_scope("app") for key in row.keys}
    for scope in scopes().values():
        if not scope.inside:
            continue
        for row in in_scope(scope.id):
            assert not general.keys() & set(row.keys), row.id


def test_a_list_uses_no_key_of_the_screen_around_it() -> None:
    for inner, outer in (
        ("list", "customers"),
        ("table", "profile"),
        ("table", "invoice"),
        ("table", "journal"),
    ):
        taken = {key: row.id for row in in_scope(inner) for key in row.keys}
        for row in in_scope(outer):
            assert not taken.keys() & set(row.keys), (
                f"{row.id} and {[taken[k] for k in row.keys if k in taken]}"
            )


def test_keys_are_shown_as_characters() -> None:
    assert [show_key(key) for key in ("question_mark", "ctrl+q", "slash", "G")] == ["?", "ctrl+q", "/", "G"]


def test_an_unknown_id_raises() -> None:
    with pytest.raises(KeyError):
        command("no.such")


def test_the_registry_does_not_import_textual() -> None:
    code = "import sys; from wbtui.ui.commands import commands; commands(); print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_no_widget_binds_a_key_that_is_ambiguous_in_terminals() -> None:
    def below(kind: type[Widget]) -> Iterator[type[Widget]]:
        yield kind
        for one in kind.__subclasses__():
            yield from below(one)

    assert OrderList in set(below(Widget))
    for kind in below(Widget):
        if kind.__module__.startswith("wbtui."):
            for binding in kind.BINDINGS:
                keys = binding.key if isinstance(binding, Binding) else binding[0]
                assert not FORBIDDEN & set(keys.split(",")), kind.__name__


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.kind)
def test_the_menu_of_actions_shows_whole_sentences_at_100_columns(entry: Entry) -> None:
    before = len("▌ R ") + max(len(one.title) + 1 for one in ENTRIES)
    assert before + max(len(entry.sentence), len(entry.bulk)) <= WIDTH - len("│ ▐ │")

"""Settings. Command-line options override environment variables, then the settings file, then defaults.

No other module reads the environment.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import unicodedata
from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from wbtui.errors import BadInput, NotConnected, SettingsError
from wbtui.models.base import message_of
from wbtui.models.limits import Limits, read_amounts
from wbtui.models.money import Money
from wbtui.models.text import clean
from wbtui.paths import AppDirs, check_connection_name, mode_problem, read_bounded

PREFIX = "WBTUI_"
HOME = "WBTUI_HOME"
MAX_BYTES = 256 * 1024
MAX_AGENT = 100
_ALIASES = {"connection": "default_connection"}
"""Option or variable name → setting."""
_RENAMED = {"hold_seconds": "undo_seconds"}
"""Former name → setting."""
_WRONG_TYPE = {
    "string_type": "Enter text in quotes",
    "bool_parsing": "Enter true or false",
    "bool_type": "Enter true or false",
    "literal_error": "Enter {expected}",
    "enum": "Enter {expected}",
    "int_type": "Enter a whole number",
    "int_parsing": "Enter a whole number",
    "int_from_float": "Enter a whole number",
    "float_type": "Enter a number",
    "float_parsing": "Enter a number",
    "finite_number": "Enter a number",
    "greater_than": "Enter a number above {gt:g}",
    "greater_than_equal": "Enter a number of at least {ge:g}",
    "less_than_equal": "Enter a number of at most {le:g}",
    "string_too_long": "Enter at most {max_length} characters",
    "missing": "Add this setting",
    "model_type": "Write it as a section in square brackets",
    "dict_type": "Write it as a section in square brackets",
}
"""Kind of pydantic's error → what to enter, with the values of its context."""
_KEYMAP = 'Put the command ID and its keys in quotes, such as "app.journal" = "F4"'
"""Without quotes, TOML reads the dot of an ID as a section."""
_ENVIRONMENT = "the environment"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _numbers_are_no_flags(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false for a number: pydantic would read 1 and 0."""
        field = cls.model_fields[info.field_name or ""]
        if isinstance(value, bool) and field.annotation in (int, float):
            raise ValueError("Enter a number, not true or false.")
        return value


class ConnectionSettings(_Section):
    """Connection to a billing system. It does not contain the API key.

    Attributes:
        url: base URL; https, or http on loopback.
        environment: environment shown on every screen.
        merchant: name of the merchant, from discovery.
        key: where the API key is stored: `keyring`, `file` (mode 0600) or `command`.
        key_command: command that prints the API key on its first line; run without a shell.
        key_file: key file to use instead of the one managed by wbtui.
    """

    url: str = Field(min_length=1, max_length=2000)
    environment: Literal["demo", "test", "live"]
    merchant: str | None = Field(default=None, max_length=500)
    key: Literal["keyring", "file", "command"] = "file"
    key_command: str | None = Field(default=None, max_length=2000)
    key_file: Path | None = None

    @model_validator(mode="after")
    def _key_and_its_source_agree(self) -> Self:
        if (self.key == "command") != (self.key_command is not None):
            if self.key_command is None:
                raise ValueError('Add key_command, such as "pass show wingback"')
            raise ValueError('Remove key_command, or set key = "command"')
        if self.key_file is not None and self.key != "file":
            raise ValueError('Use `key_file` with key = "file" only')
        return self


class Timeouts(_Section):
    """Timeouts in seconds. `deadline` limits the whole request, even if data keeps arriving."""

    connect: float = Field(default=5.0, gt=0, le=60)
    read: float = Field(default=15.0, gt=0, le=120)
    deadline: float = Field(default=30.0, gt=0, le=300)


_CONFIRM_ABOVE = {"eur": 500, "usd": 500, "gbp": 500, "jpy": 50_000}


class Settings(_Section):
    """All settings.

    Attributes:
        default_connection: connection to use by default.
        agent: name recorded with your actions; not verified.
        keymap: command ID → keys, as a list or comma-separated, where they differ from the defaults.
        undo_seconds: seconds in which a confirmed action can be cancelled before it is sent.
        confirm_above: currency → amount in major units; for larger refunds the amount must be typed. A
            currency that is not named keeps its default: 500 EUR, USD and GBP, 50,000 JPY.
        limits: kind of action → currency → the largest amount you may move at once, and who may move more.
        retention_days: days after which cached data that was not fetched again is deleted.
        offline: send no requests, use cached data only.
        read_only: change nothing in the billing system.
        page_size: rows per request of a sync.
        sync_rate: maximum requests per second of a sync.
        fetch_details: fetch the profiles you are likely to need while the app is idle.
    """

    connections: dict[str, ConnectionSettings] = Field(default_factory=dict)
    default_connection: str | None = None
    agent: str = ""
    theme: Literal["dark", "light", "high-contrast"] = "dark"
    keymap: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)
    undo_seconds: Annotated[float, Field(ge=0, le=30)] = 3.0
    confirm_above: Mapping[str, Money] = Field(default={}, validate_default=True)
    limits: Limits = Limits()
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    offline: bool = False
    read_only: bool = False
    page_size: Annotated[int, Field(ge=1, le=1000)] = 200
    sync_rate: Annotated[float, Field(gt=0, le=1000)] = 5.0
    fetch_details: bool = True
    timeouts: Timeouts = Timeouts()

    @field_validator("agent")
    @classmethod
    def _agent_is_one_line(cls, value: str) -> str:
        try:
            return check_agent(value) if value else value
        except BadInput as error:
            raise ValueError(error.sentence) from None

    @field_validator("connections")
    @classmethod
    def _names_are_names(cls, value: dict[str, ConnectionSettings]) -> dict[str, ConnectionSettings]:
        for name in value:
            try:
                check_connection_name(name)
            except BadInput as error:
                raise ValueError(f"{error.sentence} {error.hint}") from None
        return value

    @field_validator("confirm_above", mode="before")
    @classmethod
    def _amounts_are_amounts(cls, value: Any) -> dict[str, Money]:
        return read_amounts("confirm_above", _CONFIRM_ABOVE) | read_amounts("confirm_above", value)

    def connection(self, name: str | None = None) -> tuple[str, ConnectionSettings]:
        """Return a connection by name, or the default or only one. Raises NotConnected."""
        wanted = name or self.default_connection
        if wanted is None:
            if len(self.connections) == 1:
                return next(iter(self.connections.items()))
            if not self.connections:
                raise NotConnected("No connection yet.")
            known = ", ".join(sorted(self.connections))
            hint = f"Pass --connection NAME ({known}), or set default_connection in the settings file."
            raise NotConnected("There are several connections and no default.", hint=hint)
        if wanted not in self.connections:
            known = ", ".join(sorted(self.connections)) or "none yet"
            raise NotConnected(
                f"Unknown connection {clean(wanted, limit=80)!r}.", hint=f"Connections: {known}."
            )
        return wanted, self.connections[wanted]


def check_agent(name: str) -> str:
    """Return the name of an agent without outer spaces. Raises BadInput unless it is one line of text."""
    name = name.strip()
    if not name:
        raise BadInput("Enter your name.")
    if len(name) > MAX_AGENT:
        raise BadInput(f"Enter a name of at most {MAX_AGENT} characters.")
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in name):
        raise BadInput("Enter a name without line breaks and control characters.")
    return name


def load_settings(
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Load the settings.

    Args:
        flags: command-line options; None values are ignored.
        environ: environment variables (default: those of the process).
        file: settings file (default: that of `find_app_dirs(environ)`); it may be missing.

    Raises SettingsError naming the setting and its source.
    """
    environ = os.environ if environ is None else environ
    file = find_app_dirs(environ).settings_file if file is None else file
    merged = _from_file(file)
    _validated(merged, str(file))  # so that errors name the file
    _merge(merged, _from_environment(environ), _ENVIRONMENT)
    given = {_ALIASES.get(name, name): value for name, value in (flags or {}).items() if value is not None}
    _merge(merged, given, "the command line")
    if not str(merged.get("agent", "")).strip():
        merged["agent"] = login_name()
    return _validated(merged, "the command line")


def find_app_dirs(environ: Mapping[str, str] | None = None) -> AppDirs:
    """Return the folders under WBTUI_HOME if set, else those of the platform.

    Raises StoreError if they are not absolute paths.
    """
    environ = os.environ if environ is None else environ
    root = environ.get(HOME)
    return AppDirs.under(Path(root)) if root else AppDirs.default()


def login_name() -> str:
    """Return the name of the user account, "agent" if it has none."""
    import pwd

    try:
        return clean(pwd.getpwuid(os.geteuid()).pw_name, limit=100) or "agent"
    except KeyError:
        return "agent"


def terminal_type(environ: Mapping[str, str] | None = None) -> str:
    """Return the value of TERM, empty if unset."""
    return (os.environ if environ is None else environ).get("TERM", "")


def colour_wanted(environ: Mapping[str, str] | None = None) -> bool:
    """Return False if NO_COLOR is set (https://no-color.org) or the terminal is dumb."""
    environ = os.environ if environ is None else environ
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def scrub_environment(environ: MutableMapping[str, str] | None = None, *, no_color: bool = False) -> None:
    """Remove variables that make libraries write screens, logs or TLS keys to disk.

    These are TEXTUAL_* of Textual and SSLKEYLOGFILE of the ssl module. `no_color` sets NO_COLOR.
    """
    environ = os.environ if environ is None else environ
    prefixes = ("TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL_DEVTOOLS", "TEXTUAL_SCREENSHOT", "TEXTUAL_PRESS")
    for name in [
        name for name in environ if name.startswith(prefixes) or name in ("SSLKEYLOGFILE", "TEXTUAL")
    ]:
        del environ[name]
    if no_color:
        environ["NO_COLOR"] = "1"


# ── sources ────────────────────────────────────────────────────────────────────────────────────
def _from_file(file: Path) -> dict[str, Any]:
    try:
        data = read_bounded(file, MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(f"The settings file {file} cannot be read: {reason}.") from None
    problem = mode_problem(file, forbidden=0o022)
    if problem:
        raise SettingsError(
            problem, hint="The file decides where your API key is sent, so only you may be able to change it."
        )
    try:
        return tomllib.loads(data.decode("utf-8-sig"), parse_float=Decimal)  # amounts stay exact
    except UnicodeDecodeError:
        raise SettingsError(f"The settings file {file} is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {file} is not TOML: {clean(error, limit=200)}.") from None
    except RecursionError:
        raise SettingsError(f"The settings file {file} is nested too deeply.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read WBTUI_AGENT, WBTUI_TIMEOUTS__READ …; two underscores separate section and setting."""
    found: dict[str, Any] = {}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable == HOME:
            continue
        path = variable[len(PREFIX) :].lower().split("__")
        path[0] = _ALIASES.get(path[0], path[0])
        known = list(Settings.model_fields)
        if path[0] not in known:
            nearest = _RENAMED.get(path[0]) or _nearest(path[0], [*known, *_ALIASES])
            hint = f"Did you mean {PREFIX}{nearest.upper()}?" if nearest else "Unset it."
            raise SettingsError(f"Unknown environment variable {clean(variable, limit=80)}.", hint=hint)
        if path[0] in ("connections", "keymap"):
            raise SettingsError(
                f"The environment variable {clean(variable, limit=80)} is not supported.",
                hint="Set connections and the keymap in the settings file.",
            )
        target = found
        for part in path[:-1]:
            target = target.setdefault(part, {})
        target[path[-1]] = environ[variable]
    return found


def _merge(base: dict[str, Any], over: Mapping[str, Any], where: str) -> None:
    """Merge `over` into `base`, section by section, after validating it on its own."""
    if over:
        _validated(dict(over), where)
    base.update(_merged(base, over))


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        name: _merged(base[name], value)
        for name, value in over.items()
        if isinstance(value, dict) and isinstance(base.get(name), dict)
    }
    return {**base, **over, **both}


def _validated(data: dict[str, Any], where: str) -> Settings:
    try:
        return Settings.model_validate(data)
    except ValidationError as error:
        raise _explained(error, where) from None


def _explained(error: ValidationError, where: str) -> SettingsError:
    """Describe the first error without the value, which may be a misplaced API key."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = [str(part) for part in first["loc"]]
    if path[:1] == ["keymap"]:
        path = path[:2]  # without the kind of value that pydantic tried
    key = clean(".".join(path), limit=120)
    if first["type"] == "extra_forbidden":
        if (renamed := _RENAMED.get(key)) is not None:
            return SettingsError(
                f"Unknown setting {key!r} in {where}.", hint=f"It is called {renamed!r} now."
            )
        nearest = _nearest(path[-1], list(_model_at(path[:-1]).model_fields))
        return SettingsError(
            f"Unknown setting {key!r} in {where}.",
            hint=f"Did you mean {nearest!r}?" if nearest else "Remove it.",
        )
    known = _KEYMAP if path[:1] == ["keymap"] and len(path) > 1 else _WRONG_TYPE.get(first["type"])
    found = message_of(first) if known is None else known.format(**first.get("ctx", {}))
    message = clean(found.rstrip("."), limit=300)
    if where == _ENVIRONMENT:
        variable = f"{PREFIX}{'__'.join(path).upper()}"
        return SettingsError(f"{variable}: {message}.", hint="Correct the variable, or unset it.")
    said = f"{key}: {message}" if key and not message.startswith(key) else message
    return SettingsError(f"{said} (in {where}).")


def _model_at(path: list[str]) -> type[BaseModel]:
    if path[:1] == ["connections"]:
        return ConnectionSettings
    return Timeouts if path[:1] == ["timeouts"] else Settings


def _nearest(word: str, known: list[str]) -> str | None:
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return found[0] if found else None

"""The API key is sent only to the configured origin: redirects, proxies, environment, certificates."""

from __future__ import annotations

import datetime as dt
import ipaddress
import random
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.raw_server import Connection, RawServer, succeed
from tests.unit.api.extension import PREVIEW, REFUND, K
from tests.unit.api.mock import KEY, NOW
from wbtui import errors
from wbtui.api.options import HttpOptions
from wbtui.api.wingback import records
from wbtui.api.wingback.client import WingbackClient
from wbtui.api.wingback.wire import Wire
from wbtui.models.preview import Intent, Preview


def api(url: str, ca_file: Path | None = None) -> WingbackClient:
    options = HttpOptions(ca_file=ca_file, read_retries=0)
    return WingbackClient(url, KEY, options=options, clock=lambda: NOW, rng=random.Random(1))


def intent(client: WingbackClient) -> Intent:
    return client.build_intent(REFUND, records.read(Preview, Wire(PREVIEW)), K)


# ── redirects ────────────────────────────────────────────────────────────────────────────────────
TARGETS: dict[str, Callable[[RawServer, RawServer], str]] = {
    "same origin": lambda here, _other: f"{here.url}/elsewhere",
    "path alone": lambda _here, _other: "/elsewhere",
    "other port": lambda _here, other: f"{other.url}/x/v1",
    "other name": lambda _here, other: f"http://localhost:{other.port}/x/v1",
    "user info": lambda here, other: f"http://127.0.0.1:{here.port}@127.0.0.1:{other.port}/",
    "no scheme": lambda _here, other: f"//127.0.0.1:{other.port}/",
    "to itself": lambda here, _other: f"{here.url}/x/v1",
    "no address": lambda _here, _other: "http://[::1",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int, target: str) -> None:
    async def redirecting(connection: Connection) -> None:
        await connection.take()
        connection.fire()
        where = TARGETS[target](here, other)
        await connection.answer(b"", f"{status} Moved", f"location: {where}")

    async with RawServer(succeed) as other, RawServer(redirecting) as here:
        client = api(here.url)
        with pytest.raises(errors.Redirected):
            await client.discover()
        with pytest.raises(errors.Redirected) as caught:
            await client.perform(intent(client))
        await client.aclose()
    assert here.fired == len(here.requests) == 2, "each call arrived once"
    assert other.connections == 0, "no other server was contacted"
    assert caught.value.sent, "the redirecting server may have executed the action"
    assert KEY not in caught.value.sentence


# ── the environment ──────────────────────────────────────────────────────────────────────────────
async def test_proxies_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with RawServer(succeed) as proxy, RawServer(succeed) as here:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.upper(), proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password x\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        client = api(here.url)
        await client.perform(intent(client))
        await client.aclose()
    assert proxy.connections == 0 and here.ledger == [K]
    assert "authorization" not in here.requests[0].headers


# ── certificates ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate: its file, and the SSL context of a server that uses it."""

    file: Path
    context: ssl.SSLContext


def certificate(folder: Path, *, name: str = "127.0.0.1", until: int = 2100) -> Certificate:
    """Create a certificate valid from 2000 to the year `until`; OpenSSL reads the machine's clock."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wbtui test")])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(until, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}{until}.pem"
    file.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return Certificate(file, context)


@pytest.fixture
def key_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Set SSLKEYLOGFILE, and check that nothing was written to it."""
    file = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(file))
    yield
    assert not file.exists()


@pytest.mark.usefixtures("key_log")
async def test_a_trusted_certificate_works_and_no_session_key_is_logged(tmp_path: Path) -> None:
    good = certificate(tmp_path)
    async with RawServer(succeed, tls=good.context) as server:
        client = api(server.url, good.file)
        announced: list[bool] = []
        await client.perform(intent(client), on_sending=lambda: announced.append(True))
        await client.aclose()
    assert server.ledger == [K] and announced == [True]


async def _tls_error(url: str, ca_file: Path | None = None) -> errors.TlsFailed:
    """Return the error of an action that fails before anything is sent."""
    client = api(url, ca_file)
    announced: list[bool] = []
    with pytest.raises(errors.TlsFailed) as caught:
        await client.perform(intent(client), on_sending=lambda: announced.append(True))
    with pytest.raises(errors.TlsFailed):
        await client.discover()
    await client.aclose()
    assert not caught.value.sent and announced == []
    return caught.value


async def test_a_self_signed_certificate_is_rejected_despite_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = certificate(tmp_path)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(bad.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    async with RawServer(succeed, tls=bad.context) as server:
        error = await _tls_error(server.url)
    assert "certificate" in error.sentence and "self-signed" in error.sentence
    assert server.requests == []


async def test_certificates_that_are_expired_or_of_another_host_are_rejected(tmp_path: Path) -> None:
    old = certificate(tmp_path, until=2001)
    async with RawServer(succeed, tls=old.context) as server:
        assert "expired" in (await _tls_error(server.url, old.file)).sentence
    foreign = certificate(tmp_path, name="other.example")
    async with RawServer(succeed, tls=foreign.context) as server:
        assert "127.0.0.1" in (await _tls_error(server.url, foreign.file)).sentence
    assert server.requests == []


async def test_a_server_without_tls_is_reported_for_an_https_url() -> None:
    async def plain(connection: Connection) -> None:
        await connection.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        await connection.wait_closed()

    async with RawServer(plain) as server:
        error = await _tls_error(f"https://127.0.0.1:{server.port}")
    assert "does not support TLS" in error.sentence and server.connections == 2


async def test_an_interrupted_tls_handshake_counts_as_not_sent() -> None:
    async def cut(connection: Connection) -> None:
        await connection.reader.read(10)
        connection.fire()
        connection.reset()

    async with RawServer(cut) as server:
        await _tls_error(f"https://127.0.0.1:{server.port}")
    assert server.fired == 2


async def test_an_invalid_certificate_file_is_a_settings_error(tmp_path: Path) -> None:
    junk = tmp_path / "ca.pem"
    junk.write_text("nothing")
    for file in (junk, tmp_path / "missing.pem"):
        with pytest.raises(errors.SettingsError):
            await api("https://127.0.0.1:9", file).discover()

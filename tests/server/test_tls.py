"""The certificate and its key: what is wrong with them is said in one line."""

import re
import ssl
from pathlib import Path

import pytest

from hubbub.server.failure import CannotStartError
from hubbub.server.tls import load_tls
from tests.certificates import make_certificate


def test_without_files_there_is_no_encryption() -> None:
    assert load_tls(None, None) is None


def test_with_both_files_there_is(tmp_path: Path) -> None:
    files = make_certificate(tmp_path)
    assert isinstance(load_tls(files.cert, files.key), ssl.SSLContext)


def refused(cert: Path | None, key: Path | None, words: str) -> None:
    with pytest.raises(CannotStartError, match=f"^{words}$") as refusal:
        load_tls(cert, key)
    assert refusal.value.exit_code == 1
    assert "\n" not in str(refusal.value)


def test_one_file_without_the_other_is_refused(tmp_path: Path) -> None:
    files = make_certificate(tmp_path)
    refused(files.cert, None, r"TLS needs both files: tls_key isn't set\.")
    refused(None, files.key, r"TLS needs both files: tls_cert isn't set\.")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    files, missing = make_certificate(tmp_path), tmp_path / "missing"
    refused(missing, files.key, rf"The file {re.escape(str(missing))} can't be read: No such file or directory\.")
    refused(files.cert, missing, rf"The file {re.escape(str(missing))} can't be read: No such file or directory\.")
    refused(files.cert, tmp_path, rf"The file {re.escape(str(tmp_path))} can't be read: Is a directory\.")


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\x00\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_with_something_else_in_it_is_named(tmp_path: Path, content: bytes) -> None:
    files, broken = make_certificate(tmp_path), tmp_path / "broken"
    broken.write_bytes(content)
    refused(broken, files.key, rf"The file {re.escape(str(broken))} has no certificate in PEM form\.")
    refused(files.cert, broken, rf"The file {re.escape(str(broken))} has no private key in PEM form\.")


def test_the_two_in_the_wrong_order_are_noticed(tmp_path: Path) -> None:
    files = make_certificate(tmp_path)
    refused(files.key, files.cert, rf"The file {re.escape(str(files.key))} has no certificate in PEM form\.")


def test_a_key_of_another_certificate_is_noticed(tmp_path: Path) -> None:
    ours, other = make_certificate(tmp_path, "ours"), make_certificate(tmp_path, "other")
    refused(ours.cert, other.key, r"The key .*other\.key isn't that of the certificate .*ours\.crt\.")


def test_nobody_is_asked_for_a_passphrase(tmp_path: Path) -> None:
    files = make_certificate(tmp_path, passphrase=b"secret")
    refused(files.cert, files.key, r"The key .*server\.key has a passphrase\. .*")

"""Settings: where they come from, which source wins, what is refused."""

import os
from pathlib import Path

import pytest

from hubbub.config import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those of the test."""
    for name in list(os.environ):
        if name.startswith("HUBBUB_") or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HUBBUB_CONFIG", "")  # so that what a test sets is taken back


def file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "hubbub.toml"
    path.write_text(content)
    return path


def test_by_default_only_this_machine_gets_in() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.throttle) == ("127.0.0.1", 8000, True)


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_flags_win_over_variables_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = file(tmp_path, "port = 1\nhost = 'file'\nlog_level = 'debug'")
    monkeypatch.setenv("HUBBUB_PORT", "2")
    monkeypatch.setenv("HUBBUB_HOST", "variable")
    settings = load_settings(config, port=3, host=None)
    assert (settings.port, settings.host, settings.log_level) == (3, "variable", "debug")


@pytest.mark.parametrize(("own", "platform", "port"), [("1", "2", 1), ("", "2", 2), ("", "", 8000)])
def test_port_is_honoured_unless_there_is_our_own(
    monkeypatch: pytest.MonkeyPatch, own: str, platform: str, port: int
) -> None:
    monkeypatch.setenv("HUBBUB_PORT", own)
    monkeypatch.setenv("PORT", platform)
    assert load_settings().port == port


def test_the_usual_file_is_read_unless_another_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config" / "hubbub").mkdir(parents=True)
    (tmp_path / "config" / "hubbub" / "config.toml").write_text("port = 1")
    assert load_settings().port == 1
    monkeypatch.setenv("HUBBUB_CONFIG", str(file(tmp_path, "port = 2")))
    assert load_settings().port == 2


def test_proxies_are_a_list_in_the_file_and_stand_between_commas_in_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxies = ["127.0.0.1", "10.0.0.0/8", "::1"]
    assert load_settings(file(tmp_path, f"trusted_proxies = {proxies}")).trusted_proxies == proxies
    monkeypatch.setenv("HUBBUB_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8, ::1,")
    assert load_settings().trusted_proxies == proxies


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("HUBBUB_HOTS", r"^There is no setting HUBBUB_HOTS\. Did you mean HUBBUB_HOST\?$"),
        ("HUBBUB_hosts", r"^There is no setting HUBBUB_hosts\. Did you mean HUBBUB_HOST\?$"),
        ("HUBBUB_QWERTZ", r"^There is no setting HUBBUB_QWERTZ\.$"),
    ],
)
def test_a_variable_that_nobody_reads_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=words):
        load_settings()


KUBERNETES = {
    "HUBBUB_SERVICE_HOST": "10.0.171.239",
    "HUBBUB_SERVICE_PORT": "80",
    "HUBBUB_SERVICE_PORT_HTTP": "80",
    "HUBBUB_PORT": "tcp://10.0.171.239:80",
    "HUBBUB_PORT_80_TCP": "tcp://10.0.171.239:80",
    "HUBBUB_PORT_80_TCP_PROTO": "tcp",
    "HUBBUB_PORT_80_TCP_PORT": "80",
    "HUBBUB_PORT_80_TCP_ADDR": "10.0.171.239",
}
"""What Kubernetes tells a container about a service called hubbub."""


@pytest.mark.parametrize(("flag", "port"), [(None, 8000), (1, 1)])
def test_what_kubernetes_tells_of_a_service_of_our_name_is_no_setting(
    monkeypatch: pytest.MonkeyPatch, flag: int | None, port: int
) -> None:
    for name, value in KUBERNETES.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.replace("HUBBUB_", "HUBBUB_LIVE_DOOR_"), value)  # of a service called hubbub-live-door
    assert load_settings(port=flag).port == port


def test_another_port_is_honoured_beside_what_kubernetes_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_PORT", "tcp://10.0.171.239:80")
    assert load_settings(file(tmp_path, "port = 2")).port == 2
    monkeypatch.setenv("HUBBUB_PORT", "tcp://10.0.171.239:80")
    monkeypatch.setenv("PORT", "3")
    assert load_settings().port == 3


@pytest.mark.parametrize(
    "name", ["HUBBUB_SERVICE", "HUBBUB_SERVICE_HOSTS", "HUBBUB_PORT_X_TCP", "HUBBUB_PORT_80", "HUBBUB_PORT_80_TCP_X"]
)
def test_what_kubernetes_would_not_make_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "80")
    with pytest.raises(SettingsError, match=rf"^There is no setting {name}\."):
        load_settings()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("port", "-1"),
        ("port", "http://10.0.171.239:80"),
        ("port", "65536"),
        ("throttle", "perhaps"),
        ("log_level", "loud"),
        ("public_url", "ftp://chat.example.org"),
        ("public_url", "https://chat.example.org/chat"),
        ("trusted_proxies", "*"),
        ("vanish_after", "-1"),
        ("ping_interval", "9"),
        ("ping_interval", "1.5"),
        ("ping_timeout", "600001"),
        ("code_alphabet", "abc"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, setting: str, value: str) -> None:
    monkeypatch.setenv(f"HUBBUB_{setting.upper()}", value)
    with pytest.raises(SettingsError, match=rf"^The setting HUBBUB_{setting.upper()} is wrong: .+\.$") as refused:
        load_settings()
    assert "\n" not in str(refused.value)


def test_a_wrong_value_is_called_as_the_person_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = file(tmp_path, "port = 'high'\ntrusted_proxies = ['proxy']")
    with pytest.raises(SettingsError, match=r"^The setting port in .+hubbub\.toml is wrong: "):
        load_settings(config)
    with pytest.raises(SettingsError, match=r"^The setting trusted_proxies\.0 in .+hubbub\.toml is wrong: "):
        load_settings(config, port=1)
    with pytest.raises(SettingsError, match=r"^The setting port is wrong: "):
        load_settings(port=-1)


def test_values_are_forgiving_where_only_one_thing_can_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("HUBBUB_PUBLIC_URL", "https://chat.example.org/")
    monkeypatch.setenv("HUBBUB_WEB", "skip")  # said to the build, in the same environment
    settings = load_settings()
    assert (settings.log_level, settings.public_url) == ("warning", "https://chat.example.org")

"""Settings: flags over HUBBUB_* variables over a TOML file over defaults; a misspelt one is refused."""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hubbub.core.join_code import ALPHABET
from hubbub.session import UNIX_SOCKET


class SettingsError(Exception):
    """A setting is wrong; the message is one line for the person who set it."""


def _default_data() -> Path:
    return platformdirs.user_data_path("hubbub")


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _checked_proxy(address: str) -> str:
    if address != UNIX_SOCKET:
        ip_network(address)
    return address


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _checked_site(url: str) -> str:
    url = url.rstrip("/")
    if url and not re.fullmatch("https?://[^/]+", url):
        raise ValueError(f"{url!r} doesn't look like https://chat.example.org")
    return url


class Settings(BaseSettings):
    """Everything that can be set: a key of the TOML file, and HUBBUB_<NAME> in the environment."""

    model_config = SettingsConfigDict(env_prefix="HUBBUB_", extra="forbid", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 lets other machines in.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one. PORT is honoured too.")
    unix_socket: Path | None = Field(None, description="Path of a Unix socket to listen on as well, without TLS.")
    tls_cert: Path | None = Field(
        None, description="PEM file with the certificate, and those between it and the root; needs `tls_key`."
    )
    tls_key: Path | None = Field(None, description="PEM file with the certificate's private key.")
    data: Path = Field(default_factory=_default_data, description="Folder of the database and the secrets.")
    public_url: Annotated[str, AfterValidator(_checked_site)] = Field(
        "", description="Where people reach this server, such as https://chat.example.org."
    )
    trusted_proxies: Annotated[
        list[Annotated[str, AfterValidator(_checked_proxy)]], NoDecode, BeforeValidator(_split)
    ] = Field(
        default_factory=list,
        description="Addresses whose X-Forwarded-For is believed, with commas between them; local is the Unix socket.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", description="The least that is logged."
    )
    metrics_token: str = Field("", description="Who asks for /metrics must send it; unset, only this machine may ask.")
    throttle: bool = Field(
        True, description="Off lifts the limits on how often, on wrong codes and on connections; for benchmarks only."
    )
    most_connections: int = Field(500, ge=1, description="Connections that one address may have open at once.")
    ping_interval: int = Field(
        25_000, ge=10, le=600_000, description="Milliseconds after which a live client is asked if it is still there."
    )
    ping_timeout: int = Field(
        20_000, ge=10, le=600_000, description="Milliseconds in which it must answer, or its connection is closed."
    )
    vanish_after: float = Field(
        600, ge=0, description="Seconds after which a vanishing room dies when its last person has gone."
    )
    code_alphabet: str = Field(ALPHABET, pattern="^[A-Z]+$", description="Letters of which room codes are made.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say which source wins over which."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _config_file())


_OF_THE_BUILD = "HUBBUB_WEB"
"""Says whether an installation brings the web page; no setting of a server, but it may be set where one is started."""

_OF_KUBERNETES = re.compile(
    r"HUBBUB_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=.*"
    r"|HUBBUB_(\w+_)?PORT=(tcp|udp|sctp)://.*"
)
"""What Kubernetes tells every container about a service whose name begins with ours, as if it were settings."""

_VARIABLES = {f"HUBBUB_{name.upper()}" for name in Settings.model_fields} | {"HUBBUB_CONFIG", _OF_THE_BUILD}


def load_settings(config: Path | None = None, **flags: Any) -> Settings:
    """Return the settings; flags of None were not given. Raises SettingsError."""
    _forget_kubernetes()
    given = {name: value for name, value in flags.items() if value is not None}
    if config:
        os.environ["HUBBUB_CONFIG"] = str(config)
    if "port" not in given and not os.environ.get("HUBBUB_PORT") and os.environ.get("PORT"):
        given["port"] = os.environ["PORT"]
    _check_names()
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_words(error, given)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {_config_file()} isn't valid TOML: {error}.") from None
    except OSError as error:
        raise SettingsError(f"The file {_config_file()} can't be read: {error.strerror}.") from None


def _config_file() -> Path | None:
    if named := os.environ.get("HUBBUB_CONFIG"):
        return Path(named)
    usual = platformdirs.user_config_path("hubbub") / "config.toml"
    return usual if usual.exists() else None


def _forget_kubernetes() -> None:
    """Take out of the environment what nobody has set: a port of tcp://10.0.0.1:80 would win over the file's."""
    for name, value in list(os.environ.items()):
        if _OF_KUBERNETES.fullmatch(f"{name}={value}"):
            del os.environ[name]


def _check_names() -> None:
    """Refuse what nobody reads: a misspelt variable or key would be silently without effect."""
    for name in os.environ:
        if name.startswith("HUBBUB_") and name not in _VARIABLES:
            near = _nearest(name.removeprefix("HUBBUB_").lower())
            raise SettingsError(
                f"There is no setting {name}." + (f" Did you mean HUBBUB_{near.upper()}?" if near else "")
            )
    file = _config_file()
    if file and not file.is_file():
        raise SettingsError(f"There is no file {file}.")


def _nearest(name: str) -> str:
    return next(iter(difflib.get_close_matches(name, sorted(Settings.model_fields), 1)), "")


def _words(error: ValidationError, given: Mapping[str, Any]) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":  # a misspelt variable was found before
        near = _nearest(name)
        return f"There is no setting {name}, as in {_config_file()}." + (f" Did you mean {near}?" if near else "")
    return f"The setting {_as_given(name, given)} is wrong: {first['msg'].removeprefix('Value error, ')}."


def _as_given(name: str, given: Mapping[str, Any]) -> str:
    """Return a setting's name as the person wrote it who set it."""
    top, variable = name.partition(".")[0], f"HUBBUB_{name.partition('.')[0].upper()}"
    if top in given:
        return name
    if os.environ.get(variable):
        return variable
    return f"{name} in {_config_file()}"

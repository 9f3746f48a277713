"""What a service is told by its environment (`JEMBATAN_…`)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from jembatan.engine.dsn import secret_in, with_password


class TimeSource(StrEnum):
    """Whose time a record's timestamp is: the broker's, or an example's."""

    BROKER = "broker"
    SIMULATED = "simulated"


class Settings(BaseSettings):
    """Addresses, sizes and deadlines of one service's process.

    Times are in seconds unless the name says otherwise. `stall_after` is the T after which no progress with
    lag makes the service unready; after twice that it exits. `postgres_password_file` and `secret_file` hold
    what should not stand in an environment; a `secret` that is given goes before its file.
    """

    model_config = SettingsConfigDict(env_prefix="JEMBATAN_", extra="ignore")

    kafka: str = "127.0.0.1:9092"
    postgres: SecretStr = SecretStr("postgresql://127.0.0.1:5432/jembatan")
    time: TimeSource = TimeSource.BROKER
    partitions: int = Field(default=4, ge=1, le=1024)
    reporters: Path = Path("reporters.toml")
    programmes: Path = Path("programmes")
    chains: Path | None = None
    postgres_password_file: Path | None = None
    secret: SecretStr = SecretStr("")
    secret_file: Path | None = None
    web_host: str = "127.0.0.1"
    web_port: int = 0
    session_timeout_ms: int = Field(default=45_000, ge=1_000)
    batch_records: int = Field(default=500, ge=1)
    batch_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    request_timeout: float = 15.0
    statement_timeout: float = 30.0
    tick_every: float = 1.0
    clock_jump: float = 60.0
    stall_after: float = 60.0
    drain: float = 10.0
    seen_days: int = Field(default=45, ge=45)
    outbox_days: float = 1.0
    pool: int = Field(default=12, ge=2)
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _take_secrets(self) -> Self:
        if self.postgres_password_file:
            password = secret_in(self.postgres_password_file)
            self.postgres = SecretStr(with_password(self.postgres.get_secret_value(), password))
        if self.secret_file and not self.secret.get_secret_value():
            self.secret = SecretStr(secret_in(self.secret_file))
        return self

    @property
    def stop_within(self) -> float:
        """Seconds after which a service that was told to stop ends by force."""
        return 2 * self.drain + 5

    @property
    def heartbeat_ms(self) -> int:
        return max(300, self.session_timeout_ms // 10)

    @property
    def simulated(self) -> bool:
        return self.time is TimeSource.SIMULATED

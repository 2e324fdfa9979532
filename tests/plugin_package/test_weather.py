"""The plug-in against the public contract: all that its author has to write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pytest
from postflight_weather import WeatherSource
from station import Station, station

from postflight.model import Ask, Connection
from postflight.testing import CANARY, FlowContract, NetworkContract, asking


class TestWeatherKeepsTheContract(FlowContract, NetworkContract):
    """The source `weather`."""

    kind = WeatherSource

    @pytest.fixture(autouse=True)
    def _station(self) -> Iterator[None]:
        with station(CANARY) as server:
            self.station: Station = server
            yield

    def reaching(self, host: str, port: int) -> Connection:
        return Connection("roof", "weather", {"host": host, "port": port, "token": "${env:CANARY}"})

    def connection(self) -> Connection:
        return self.reaching("127.0.0.1", self.station.port)

    def unreachable(self) -> Connection:
        return self.reaching("127.0.0.1", 1)

    def good(self) -> Ask:
        return asking(WeatherSource, "rain", first=date(2026, 10, 31))

    def broken(self) -> Ask:
        return asking(WeatherSource, "sunshine")

    def mistakes(self) -> Sequence[object]:
        return ["", "two words", None, 7]

    def state(self) -> object:
        return dict(self.station.rain)

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        ask = asking(WeatherSource, "rain", first=date(2026, 10, 31), days=3, timezone="America/Chicago")
        return ask, {date(2026, 10, 31): (1,), date(2026, 11, 1): (6,), date(2026, 11, 2): (0,)}

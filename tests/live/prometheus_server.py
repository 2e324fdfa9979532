"""A real Prometheus for the live tests: on loopback, with history filled in by promtool before it starts, scraping what it is told to."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from servers import Server, free_port, need


@dataclass
class Prometheus(Server):
    """A Prometheus server."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def query(self, expression: str) -> list[Any]:
        """The result of an instant query, now."""
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{urlencode({'query': expression})}", timeout=10) as answer:
            return list(json.load(answer)["data"]["result"])

    def wait_for(self, expression: str) -> None:
        """Until the expression has a result: it takes Prometheus some seconds to find its targets and scrape them."""
        ends = time.monotonic() + 60
        while not self.query(expression):
            if time.monotonic() > ends:
                raise RuntimeError(f"nothing came of {expression}: {(self.directory / 'log').read_text()}")
            time.sleep(0.2)


@dataclass(frozen=True)
class Filled:
    """One series of history: its labels as PromQL writes them, and its value at an instant; None leaves the instant out."""

    name: str
    labels: str
    value: Callable[[datetime], float | None]


@dataclass(frozen=True)
class History:
    """Series sampled at `start`, every `step`, up to and with `end`."""

    start: datetime
    end: datetime
    step: timedelta
    series: Sequence[Filled]

    def write(self, promtool: str, directory: Path) -> None:
        """Make blocks of it, as large as a Prometheus of some age has them: many small ones take long to make and to read."""
        text = directory / "history.txt"
        with text.open("w") as out:
            for one in self.series:
                out.writelines(self._lines(one))
            out.write("# EOF\n")
        subprocess.run(
            [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=648h", str(text), str(directory / "data")],
            check=True, capture_output=True, cwd=directory,
        )  # fmt: skip
        text.unlink()

    def _lines(self, one: Filled) -> Iterator[str]:
        at = self.start
        while at <= self.end:
            value = one.value(at)
            if value is not None:
                yield f"{one.name}{{{one.labels}}} {value} {at.timestamp():.3f}\n"
            at += self.step


@contextmanager
def prometheus(
    history: Sequence[History] = (), scrape: Mapping[str, int] | None = None, every: str = "1s", web: str = ""
) -> Iterator[Prometheus]:
    """A Prometheus with that history, scraping those ports of loopback by job; port 0 is its own. `web`: its TLS and users, as YAML."""
    program, promtool = need("prometheus"), need("promtool")
    directory, port = Path(tempfile.mkdtemp(prefix="postflight-prometheus-")), free_port()
    for part in history:
        part.write(promtool, directory)
    jobs = {job: at or port for job, at in (scrape or {}).items()}
    (directory / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {every}, scrape_timeout: {every}}}\n"
        + ("scrape_configs:\n" if jobs else "")
        + "".join(f"- {{job_name: {job}, static_configs: [{{targets: ['127.0.0.1:{at}']}}]}}\n" for job, at in jobs.items())
    )
    (directory / "web.yml").write_text(web)
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={directory}/prometheus.yml",
                f"--storage.tsdb.path={directory}/data",
                "--storage.tsdb.retention.time=10y",
                f"--web.listen-address=127.0.0.1:{port}",
                f"--web.config.file={directory}/web.yml" if web else "--web.page-title=Prometheus of a test",
            ],
            stdout=log, stderr=log, cwd=directory,
        )  # fmt: skip
    server = Prometheus(process, port, directory)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _wait_until_ready(server: Prometheus) -> None:
    ends = time.monotonic() + 60
    while b"Server is ready to receive web requests" not in (server.directory / "log").read_bytes():
        if server.process.poll() is not None or time.monotonic() > ends:
            raise RuntimeError((server.directory / "log").read_text())
        time.sleep(0.05)

"""A source that somebody else wrote: a distribution of its own, installed beside ours, and nothing of ours touched."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from postflight import sources
from postflight.errors import PostflightError
from postflight.sources import kinds
from postflight.testing import asking

PACKAGE = Path(__file__).parents[1] / "plugin_package"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plug-in, built as a wheel by its own build backend and unpacked as an installer would."""
    place = tmp_path_factory.mktemp("plugin")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(place)], cwd=PACKAGE, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "site")
    return place / "site"


@pytest.fixture
def beside_ours(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plug-in, found as any installed distribution is."""
    monkeypatch.syspath_prepend(str(installed))
    yield
    sys.modules.pop("postflight_weather", None)


def test_an_installed_plugin_is_a_kind_of_source(beside_ours: None) -> None:
    """Found by its entry point, in the same table as ours, and asked like ours."""
    found = kinds()
    assert {"files", "manual", "prometheus", "redis", "sql", "weather"} <= set(found)
    assert "postflight_weather" not in sys.modules, "a kind is imported only when it is asked for"
    assert str(asking(found["weather"], "rain").question) == "rain"
    assert found["weather"] is found["weather"]


def test_without_the_plugin_there_is_no_such_kind() -> None:
    """Positive control: nothing of ours knows its name."""
    assert "weather" not in kinds()
    with pytest.raises(KeyError):
        kinds()["weather"]


def test_the_plugins_own_tests_pass_where_it_is_installed(installed: Path) -> None:
    """Its contract tests, run as its author would run them."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(PACKAGE / "test_weather.py")],
        capture_output=True, text=True, cwd=PACKAGE, check=False, env={**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


def test_the_plugin_type_checks_against_our_protocols(installed: Path) -> None:
    """Its author's type checker sees that a class is a `SourceKind`, without inheriting from anything."""
    user = installed / "plugin_user.py"
    user.write_text(
        "from postflight.model import SourceKind\nfrom postflight_weather import WeatherSource\n\nkind: SourceKind = WeatherSource\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--follow-imports=silent", str(user), str(installed / "postflight_weather.py")],
        capture_output=True, text=True, cwd=installed, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("no_such_module:Source", "cannot be loaded: ModuleNotFoundError"),
        ("postflight.sources.sql:NoSuchSource", "cannot be loaded: AttributeError"),
        ("postflight.words:value", "is no source: it lacks settings, question"),
    ],
)
def test_a_broken_plugin_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    """Said when it is asked for, and only then: the other kinds still work."""
    broken = EntryPoint("broken", value, sources.GROUP)
    monkeypatch.setattr(
        sources, "entry_points", lambda group: (broken, EntryPoint("manual", "postflight.sources.manual:ManualSource", group))
    )
    found = kinds()
    assert found["manual"]
    assert "broken" in found
    with pytest.raises(PostflightError, match=f"the source 'broken' of an unnamed distribution {said}"):
        found["broken"]


def test_a_broken_plugin_names_its_distribution(installed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Name and version of the distribution to repair or uninstall."""
    information = tmp_path / "postflight_storm-2.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: postflight-storm\nVersion: 2.0\n")
    (information / "entry_points.txt").write_text("[postflight.sources]\nstorm = postflight_storm:Source\n")
    (tmp_path / "postflight_storm.py").write_text("raise RuntimeError('lightning')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        PostflightError, match=r"the source 'storm' of postflight-storm 2\.0 cannot be loaded: RuntimeError: lightning"
    ):
        kinds()["storm"]


def test_two_distributions_with_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them would be asked depends on the order of folders: nobody's choice."""
    claims = (
        EntryPoint("sql", "postflight.sources.sql:SqlSource", sources.GROUP),
        EntryPoint("sql", "other:Source", sources.GROUP),
    )
    monkeypatch.setattr(sources, "entry_points", lambda group: claims)
    with pytest.raises(PostflightError, match="two distributions offer the source 'sql'"):
        kinds()

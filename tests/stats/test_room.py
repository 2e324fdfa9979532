"""The house rules of the room."""

import subprocess
import sys
from pathlib import Path

import postflight.stats


def test_only_scipy_special_at_run_time():
    """No module of the room imports scipy.stats, statsmodels or anything of ours outside it."""
    modules = [path.stem for path in Path(postflight.stats.__file__).parent.glob("*.py") if path.stem != "__init__"]
    code = (
        "import sys\n"
        + "".join(f"import postflight.stats.{module}\n" for module in modules)
        + "print(*(name for name in sys.modules if name in ('scipy.stats', 'statsmodels', 'pandas') "
        "or (name.startswith('postflight.') and not name.startswith('postflight.stats'))))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(modules) > 10 and run.stdout.strip() == ""


def test_the_map_names_every_module():
    """The docstring of the room is its map: a module it does not name cannot be found."""
    text = postflight.stats.__doc__ or ""
    for path in Path(postflight.stats.__file__).parent.glob("*.py"):
        assert path.stem == "__init__" or path.name in text, path.name

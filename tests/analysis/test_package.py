"""The drawings as a package that pip installs, under a name of its own."""

import os
import subprocess
import sys
import tomllib

import pytest
from conftest import HERE

ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which pip put the package; what it needs is there already."""
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
               "--disable-pip-version-check", "--target", str(target), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


def python(installed, *arguments, cwd):
    # Neither the checkout nor its `analysis` may be in reach.
    paths = [str(installed), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment)


def test_two_frames_and_a_figure_from_the_installed_package(installed, stored, tmp_path):
    script = """
import sys
import varangian_analysis
from varangian_analysis import load, plot_curves
assert "analysis" not in sys.modules
print(varangian_analysis.__file__)
runs, curves = load("rules")
print(len(runs), sorted(runs.rule.unique()), curves["round"].max())
print(len(plot_curves(runs)))
"""
    stored("rules")
    done = python(installed, "-W", "ignore", "-c", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(installed / "varangian_analysis" / "__init__.py"),
                                        "5 ['mean', 'median'] 20", "4"]


def test_the_installed_command(installed, stored, tmp_path):
    folder = stored("rules")
    for arguments in (["-m", "varangian_analysis"], [str(installed / "bin" / "varangian-analysis")]):
        done = python(installed, *arguments, "curves", str(folder), "--out", "figure", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "figure.svg" in done.stdout and (tmp_path / "figure.svg").stat().st_size > 1000


def test_the_package_carries_its_files_and_nothing_else(installed):
    there = {path.name for path in (installed / "varangian_analysis").iterdir()} - {"__pycache__"}
    assert there == {path.name for path in (ROOT / "analysis").iterdir()} - {"__pycache__"}
    assert not list(ROOT.glob("*.egg-info"))


def test_the_package_has_the_version_of_the_program():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"version: '{version}'" in (ROOT / "meson.build").read_text()


def test_an_unknown_name_is_an_error_as_in_any_module():
    import analysis

    with pytest.raises(AttributeError, match="no attribute 'plot_curve'"):
        analysis.plot_curve
    assert {"load", "plot_curves", "plot_heatmap"} <= set(dir(analysis))

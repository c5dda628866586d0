"""The installed program lives without the checkout: moved elsewhere, with an empty environment."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tree import BUILD, CONFIG, ROOT

# Nothing of the caller's: no library path, no home, no virtual environment.
BARE = {"PATH": "/usr/bin:/bin"}
MESON = pathlib.Path(sys.executable).parent / "meson"


def output(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, f"{command}: exit {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """What `meson install` leaves, moved to a folder that the build never heard of."""
    folder = tmp_path_factory.mktemp("install")
    options = json.loads(output(MESON, "introspect", "--buildoptions", BUILD))
    value = {option["name"]: option["value"] for option in options}
    if not value["bundle_torch"]:
        pytest.skip("built with -Dbundle_torch=false")
    output(MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet",
           env=os.environ | {"DESTDIR": str(folder / "stage")})
    shutil.move(folder / "stage" / value["prefix"].lstrip("/"), folder / "moved")
    assert list((folder / "stage").rglob("*.so")) == [], "files outside the prefix"
    yield folder / "moved"
    shutil.rmtree(folder)  # half a gigabyte


@pytest.fixture
def varangian(prefix, tmp_path):
    return lambda *arguments: output(prefix / "bin/varangian", *arguments, cwd=tmp_path, env=BARE)


def manifest(folder, name):
    (path,) = folder.glob(f"results/{name}/*/manifest.json")
    return json.loads(path.read_text())


def test_the_program_loads_libraries_of_its_own_prefix_or_the_system(prefix):
    needed = output("ldd", prefix / "bin/varangian", env=BARE)
    loaded = dict(re.findall(r"(\S+) => (\S+)", needed))
    assert "not" not in loaded.values(), needed  # "=> not found"
    ours = {name for name, path in loaded.items() if prefix in pathlib.Path(os.path.realpath(path)).parents}
    assert {"libtorch_cpu.so", "libc10.so"} <= ours
    for path in loaded.values():
        path = os.path.realpath(path)
        assert not path.startswith((str(ROOT), os.path.realpath(ROOT / ".venv"))), needed
    dynamic = output("readelf", "-d", prefix / "bin/varangian")
    (run_path,) = re.findall(r"R(?:UN)?PATH.*\[(.*)\]", dynamic)
    assert run_path.startswith("$ORIGIN/"), dynamic


def test_installed_configs_are_found_by_name_from_any_folder(varangian, prefix, tmp_path):
    varangian("run", "smoke/logistic.json")
    varangian("run", prefix / "share/varangian/configs/smoke/cnn.json")
    assert manifest(tmp_path, "smoke-logistic")["status"] == "completed"
    assert manifest(tmp_path, "smoke-cnn")["status"] == "completed"


def test_a_file_at_hand_comes_before_an_installed_config(varangian, tmp_path):
    (tmp_path / "quickstart.json").write_text(json.dumps(CONFIG))
    varangian("run", "quickstart.json")
    assert manifest(tmp_path, "toy")["status"] == "completed"


def test_a_config_that_is_nowhere_is_told_with_both_places(prefix, tmp_path):
    done = subprocess.run([prefix / "bin/varangian", "check", "quikstart.json"], cwd=tmp_path, env=BARE,
                          capture_output=True, text=True)
    assert done.returncode == 2
    assert f"there is no such file here, nor in {prefix}/share/varangian/configs" in done.stderr
    assert 'did you mean "quickstart.json"?' in done.stderr


def test_the_version_names_libtorch_and_the_instruction_set(varangian):
    assert re.fullmatch(r"varangian \d+\.\d+\.\d+, LibTorch 2\.\d+\.\d+ with [A-Z0-9]+, kernels with \w+\n", varangian("--version"))


def test_the_commands_of_the_readme_make_a_plugin_for_the_program_where_it_is_now(prefix, tmp_path):
    environment = BARE | {"PATH": f"{prefix}/bin:{BARE['PATH']}"}
    (block,) = [b for b in re.findall(r"^```\w*\n(.*?)^```$", (ROOT / "README.md").read_text(), re.S | re.M) if "plugin build" in b]
    for command in block.splitlines():
        output("sh", "-ec", command, cwd=tmp_path, env=environment)
    assert list(manifest(tmp_path, "my_attack")["identity"]["files"]) == ["0 my_attack.so"]
    said = output(prefix / "bin/varangian", "plugin", "build", "my_attack", "--verbose", cwd=tmp_path, env=environment)
    (packages,) = prefix.rglob("pkgconfig")
    flags = output("pkg-config", "--cflags", "varangian", env=BARE | {"PKG_CONFIG_PATH": str(packages)})
    for text in (said, flags):
        assert str(prefix) in text and str(ROOT) not in text and os.path.realpath(ROOT / ".venv") not in text


def test_a_plugin_in_python_needs_the_installed_files_alone(prefix, tmp_path):
    environment = BARE | {"PATH": f"{prefix}/bin:{pathlib.Path(sys.executable).parent}:{BARE['PATH']}"}
    for command in ("varangian plugin new --python adversary mine", "varangian run mine/config.json", "mine/test.sh"):
        output("sh", "-ec", command, cwd=tmp_path, env=environment)
    helper = prefix / "share/varangian/python/varangian_plugin.py"
    assert helper.read_text() == (tmp_path / "mine/varangian_plugin.py").read_text()


def test_the_installed_analysis_draws_a_run(varangian, prefix, tmp_path):
    (tmp_path / "toy.json").write_text(json.dumps(CONFIG))
    varangian("run", "toy.json")
    output(ROOT / ".venv/bin/python", "-m", "analysis", "curves", "results/toy", cwd=tmp_path,
           env=BARE | {"PYTHONPATH": str(prefix / "share/varangian")})
    assert list(tmp_path.rglob("*.svg"))

"""Components of the user's own: written, compiled and run out of tree, and what is said when they fail."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tree import BUILD, ROOT

MESON = pathlib.Path(sys.executable).parent / "meson"
KINDS = ["adversary", "aggregator", "compressor", "diagnostic", "pre_aggregator"]


def commands_of_readme(mark):
    """The lines of the README's block that holds this text, without comments."""
    (block,) = [block for block in re.findall(r"^```\w*\n(.*?)^```$", (ROOT / "README.md").read_text(), re.S | re.M) if mark in block]
    return [line.split("  #")[0].strip() for line in block.splitlines()]


def shell(folder, command, **environment):
    return subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True, timeout=120,
                          env={"PATH": f"{BUILD}:/usr/bin:/bin", **environment})


def succeeds(folder, command, **environment):
    done = shell(folder, command, **environment)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done


def test_the_three_commands_of_the_readme(tmp_path):
    commands = commands_of_readme("plugin new adversary")
    assert [command.split()[:2] for command in commands] == [
        ["varangian", "plugin"], ["varangian", "plugin"], ["varangian", "run"]]
    said = [succeeds(tmp_path, command).stdout for command in commands]
    assert "my_attack/my_attack.so" in said[1] and 'adversary "my_attack"' in said[1]
    (manifest,) = tmp_path.glob("results/my_attack/*/manifest.json")
    assert json.loads(manifest.read_text())["status"] == "completed"
    assert json.loads((tmp_path / "my_attack/config.json").read_text())["plugins"] == ["my_attack.so"]
    again = succeeds(tmp_path / "my_attack", "varangian check config.json").stdout  # from its own folder too
    assert manifest.parent.name in again


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """For a kind, what its building said and the folder in which mine_KIND/ is."""
    made = {}

    def build(kind):
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            succeeds(folder, f"varangian plugin new {kind} mine_{kind}")
            made[kind] = succeeds(folder, f"varangian plugin build mine_{kind}", CXX="g++ -Wextra -Werror"), folder
        return made[kind]
    return build


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_plugin_compiles_without_a_warning_and_passes_its_own_test(kind, built, tmp_path):
    said, folder = built(kind)
    assert said.stderr == "" and f'{kind} "mine_{kind}"' in said.stdout
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    assert succeeds(tmp_path, f"mine_{kind}/test.sh").stdout == f"mine_{kind}: passed\n"
    (tmp_path / f"mine_{kind}/config.json").write_text("{}")  # its test can fail
    assert shell(tmp_path, f"mine_{kind}/test.sh").returncode != 0


def conforms(folder, kind):
    return shell(folder, f"VARANGIAN_TEST_PLUGINS=mine_{kind}/mine_{kind}.so {BUILD}/tests/unit_tests '[conformance]'")


@pytest.mark.parametrize("kind", ["adversary", "aggregator", "pre_aggregator"])
def test_the_conformance_suite_takes_a_plugin(kind, built):
    done = conforms(built(kind)[1], kind)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_conformance_suite_tells_a_bad_plugin(built, tmp_path):
    shutil.copytree(built("adversary")[1], tmp_path, dirs_exist_ok=True)
    source = tmp_path / "mine_adversary/mine_adversary.cpp"
    line = "messages.copy_(view.own.flip(1).mul(factor_));"
    assert line in source.read_text()
    source.write_text(source.read_text().replace(line, "static int calls = 0; messages.fill_(++calls);"))
    succeeds(tmp_path, "varangian plugin build mine_adversary")
    done = conforms(tmp_path, "adversary")
    assert done.returncode != 0 and "mine_adversary" in done.stdout, done.stdout + done.stderr


def test_the_meson_build_of_a_plugin_builds_and_tests_it(tmp_path):
    succeeds(tmp_path, "varangian plugin new diagnostic mine")
    tools = f"{MESON.parent}:{BUILD}:/usr/bin:/bin"
    succeeds(tmp_path, "meson setup build mine && meson test -C build", PATH=tools)
    assert not (tmp_path / "mine/mine.so").exists()


def test_a_build_says_its_command_and_takes_the_compiler_that_cxx_names(tmp_path):
    succeeds(tmp_path, "varangian plugin new adversary mine")
    wrapper = tmp_path / "wrapped"
    wrapper.write_text('#!/bin/sh\ntouch wrapper_was_here\nexec g++ "$@"\n')
    wrapper.chmod(0o755)
    said = succeeds(tmp_path, "varangian plugin build mine/ --verbose", CXX=f"{wrapper} -pipe").stdout
    assert said.startswith(f"{wrapper} -pipe -std=c++20 ") and (tmp_path / "wrapper_was_here").exists()


def test_what_a_compiler_says_is_shown_and_the_old_library_stays(tmp_path):
    succeeds(tmp_path, "varangian plugin new adversary mine")
    (tmp_path / "mine/mine.so").write_text("old")
    source = tmp_path / "mine/mine.cpp"
    source.write_text(source.read_text().replace("messages.copy_", "messages.cpy_"))
    done = shell(tmp_path, "varangian plugin build mine")
    assert done.returncode == 2 and "cpy_" in done.stderr and "mine: does not compile with g++" in done.stderr
    assert (tmp_path / "mine/mine.so").read_text() == "old" and not list(tmp_path.glob("mine/.*.so"))


@pytest.mark.parametrize("command, environment, message", [
    ("varangian plugin build mine", {}, "mine: there is no such folder; `varangian plugin new adversary mine` writes one"),
    ("mkdir mine; varangian plugin build mine", {}, "mine: holds no .cpp file to compile"),
    ("varangian plugin new adversary mine; varangian plugin build mine", {"CXX": "no-such-compiler -O3"},
     'no compiler "no-such-compiler -O3", which the variable CXX names'),
    ("varangian plugin new adversary mine; PATH=/nowhere; $BUILD/varangian plugin build mine", {"BUILD": str(BUILD)},
     "there is no C++ compiler: none of g++, c++ and clang++ is in PATH; install one"),
    ("varangian plugin new adversry mine", {}, 'no template for "adversry"; did you mean "adversary"?'),
    ("varangian plugin new --python compressor mine", {}, 'no template for "compressor"; there is adversary, aggregator'),
    ("varangian plugin new adversary My-Attack", {}, '"My-Attack" cannot be a component\'s name'),
    ("mkdir mine; varangian plugin new adversary mine", {}, "mine: exists; take another name"),
    ("varangian plugin new --python adversary mine; varangian plugin build mine", {}, "a plugin in Python is not built"),
])
def test_what_cannot_be_written_or_built_is_told(command, environment, message, tmp_path):
    done = shell(tmp_path, command, **environment)
    assert done.returncode == 2 and message in done.stderr, done.stderr


@pytest.mark.parametrize("plugin, message", [
    ("twin_plugin", 'there is a component of kind adversary with the name "sign_flip" already: the program\'s own'),
    ("lacking_plugin", "it uses elsewhere::factor(int), which neither it nor this program defines"),
    ("old_plugin", "plugin was compiled for SDK 0, LibTorch 1.0.0"),
    ("no_plugin", "not a Varangian plugin"),
])
def test_a_plugin_that_does_not_fit_is_named_with_the_reason(plugin, message, program):
    library = BUILD / f"tests/{plugin}.so"
    error = program("run", program.config(plugins=[str(library)]), expect=2).stderr
    assert f"{library}: " in error and message in error
    assert not (program.folder / "results").exists()


DENSE = {"compressor": "none", "checkpoint": {"seconds": 0}}
FAILING = BUILD / "tests/failing_plugin.so"


@pytest.mark.parametrize("changes, message", [
    ({"aggregator": {"name": "failing"}}, 'round 7: aggregator "failing" of plugin {}: a vector\'s end'),
    ({"aggregator": {"name": "failing", "how": "number"}},
     'round 7: aggregator "failing" of plugin {}: it throws what is not a std::exception'),
    ({"aggregator": {"name": "failing", "how": "tensor"}}, 'round 7: aggregator "failing" of plugin {}: mat1 and mat2'),
    ({"aggregator": {"name": "failing", "how": "state"}},
     'round 7: aggregator "failing" of plugin {}: it remembers "weights" as Float [3] on cpu, but declared it as Float [50]'),
    ({"aggregator": "short_rule"}, 'round 1: aggregator "short_rule" of plugin {}: it returns 1 coefficients, want 10'),
    ({"aggregator": "mean", "pre_aggregators": ["short_mixing"]},
     'round 1: pre_aggregator "short_mixing" of plugin {}: its mixing makes 1 messages of 10 points; want 9 of 10'),
    ({"aggregator": "mean", "diagnostics": ["miscounting"]},
     'round 10: diagnostic "miscounting" of plugin {}: it measures 1 values of the round'),
])
def test_a_component_of_a_plugin_that_fails_in_a_round_is_named(changes, message, program):
    error = program("run", program.config(**DENSE | changes), "--plugin", FAILING, expect=1).stderr
    message = message.format(FAILING)
    assert message in error, error
    manifest = program.manifest()
    assert manifest["status"] == "failed" and message in manifest["reason"]
    (run,) = program.runs()
    assert {"config.json", "manifest.json", "metrics.csv", "run.log"} <= {path.name for path in run.iterdir()}
    assert "failed before: " in program("check", program.config(**DENSE | changes), "--plugin", FAILING).stdout


def test_a_run_that_a_plugin_ended_goes_on_from_its_checkpoint(program):
    broken = program.config(**DENSE | {"aggregator": {"name": "failing"}})
    program("run", broken, "--plugin", FAILING, expect=1)
    (run,) = program.runs()
    assert [path.name for path in (run / "checkpoints").iterdir()]
    program("run", broken, "--plugin", FAILING, expect=1)  # and fails at the same place, not in an earlier one
    assert "goes on from round 6" in (run / "run.log").read_text()


def test_a_constructor_that_throws_is_named(program):
    config = program.config(**DENSE | {"aggregator": {"name": "failing", "how": "construction"}})
    error = program("run", config, "--plugin", FAILING, expect=2).stderr
    assert f'/aggregator: aggregator "failing" of plugin {FAILING} cannot be made: no rule today' in error

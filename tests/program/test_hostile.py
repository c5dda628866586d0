"""Wrong and malicious input: what is wrong, where, what would be right; exit 2, and nothing was started."""
import gzip
import json
import os
import resource
import struct

import numpy
import pytest


IMAGES = {"task": {"dataset": {"name": "mnist", "path": "data"}, "model": "logistic"}, "compressor": "none", "aggregator": "mean",
          "workers": {"count": 4, "byzantine": 0, "batch": {"size": 8}}}


def idx(*shape, values=None):
    content = numpy.zeros(shape, numpy.uint8).tobytes() if values is None else values
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + content


def write_mnist(folder, **changes):
    files = {"train-images-idx3-ubyte": idx(80, 8, 8), "train-labels-idx1-ubyte": idx(80),
             "t10k-images-idx3-ubyte": idx(20, 8, 8), "t10k-labels-idx1-ubyte": idx(20)} | changes
    (folder / "data").mkdir()
    for name, content in files.items():
        (folder / "data" / name).write_bytes(content)


def refused(program, config, *messages, arguments=(), **options):
    """Refused as a whole, before anything started, with all of these messages in one answer."""
    for command in ("check", "run"):
        error = program(command, config, *arguments, expect=2, **options).stderr
        for message in messages:
            assert message in error, error
    assert not (program.folder / "results").exists()


@pytest.mark.parametrize("text, message", [
    ("", "x.json: not JSON: parse error at line 1, column 1"),
    ('{\n  "format": 1,\n  oops}', "x.json: not JSON: parse error at line 3, column 3"),
    ('{\n"rounds": NaN}', "line 2, column 11"),
    ('{\n"rounds": 1e999}', "x.json: not JSON: line 2, column 11: \"1e999\" is too large; a number is at most 1.8e308"),
    ('{"rounds": 1, "rounds": 2}', "the key \"rounds\" stands twice"),
    ("[" * 100000, "nested deeper than 64"),
    ('{"a":' * 100000, "nested deeper than 64"),
    ("[]", "x.json: a config is a JSON object"),
    (b'{"name": "\xff\xfe"}', "ill-formed UTF-8"),
    (b"\x00\x01", "x.json: not JSON: parse error at line 1, column 1"),
])
def test_a_file_that_is_no_config_is_told_with_line_and_column(program, text, message):
    (program.folder / "x.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(program, "x.json", message)


@pytest.mark.parametrize("place", [".", "pipe", "/dev/zero", "nowhere.json"])
def test_what_is_no_file_is_not_read(program, place):
    os.mkfifo(program.folder / "pipe")
    refused(program, place, f"{place}: cannot be read")


@pytest.mark.parametrize("changes, message", [
    ({"optimizer": {"name": "sgd", "lr": 9007199254740993}}, "/optimizer/lr: 9007199254740993 is out of range; at most 2^53"),
    ({"seed": 18446744073709551616}, "/seed"),
    ({"rounds": 1e18}, "/rounds: 1e+18 is"),
    ({"workers": {"count": 3, "byzantine": 3}}, "/workers/byzantine: 3 of 3 workers cannot lie"),
    ({"workers": {"count": 9, "byzantine": 3, "clip": 0}}, "/workers/clip: 0 is out of range"),
    ({"sweep": {"grid": {"/workers/byzantin": [1]}}}, '/workers/byzantin: unknown key; did you mean "byzantine"?'),
    ({"sweep": {"grid": {"workers": [1]}}}, 'x.json: /sweep: "workers" is not a JSON pointer'),
    ({"sweep": {"grid": {"/rounds/x": [1]}}}, 'x.json: /sweep: /rounds/x: 40 has no "x"'),
    ({"sweep": {"zip": {"/seed": [1, 2], "/rounds": [1]}}}, "/sweep/zip/~1rounds: [1] is not a list as long as"),
    ({"sweep": {"cases": {"a": {"b": {"/aggregator": "medain"}}}}}, 'did you mean "median"? (in the run with a = b)'),
    ({"sweep": {"grid": {"/seed": [1, 1]}}}, "are the same; drop one"),
    ({"sweep": {"grid": {"/seed": list(range(1000)), "/rounds": list(range(1, 1000))}}}, "/sweep: more than 100000 runs: 999000; leave out values"),
    ({"from": "nowhere.safetensors"}, "x.json: /from: nowhere.safetensors: cannot be read"),
    ({"extends": "x.json"}, "/extends: this file extends itself"),
    ({"task": {"dataset": {"name": "quadratic", "dimension": 100000000}}, "workers": {"count": 10000, "byzantine": 3}},
     "x.json: /workers: 10000 workers with 100000000 parameters need about"),
    ({"plugins": ["nowhere.so"]}, "nowhere.so: plugin cannot be read"),
    ({"aggregator": "me\x1b[31mdian"}, 'unknown aggregator "me\\x1b[31mdian"'),
])
def test_each_mistake_is_told_with_its_place_and_what_would_be_right(program, changes, message):
    refused(program, program.config(**changes), message)


def test_parts_that_no_memory_can_hold_are_told_with_a_place(program):
    config = program.config(task={"dataset": {"name": "quadratic", "dimension": 1000000000, "spread": 1}},
                            workers={"count": 10000, "byzantine": 3})
    refused(program, config, "x.json: /task: out of memory; take fewer workers")


def test_the_mistakes_of_a_sweep_are_told_together(program):
    config = program.config(sweep={"grid": {"/rounds/x": [1], "/workers/byzantine": [1, 20]}}, evaluate={"evry": 3})
    refused(program, config, '/rounds/x: 40 has no "x"')
    config = program.config(sweep={"grid": {"/workers/byzantine": [1, 20]}, "cases": {"r": {"a": {"/aggregator": "no"}, "b": {}}}})
    refused(program, config, "20 of 9 workers cannot lie", 'unknown aggregator "no"')


@pytest.mark.parametrize("setting, message", [
    ("/workrs/count=3", '/workrs: unknown key; did you mean "workers"?'),
    ("/workers/coun=3", '/workers/coun: unknown key; did you mean "count"?'),
    ("/rounds/x=3", 'x.json: --set: /rounds/x: 40 has no "x"'),
    ("/sweep/0=3", "x.json: /sweep/0: unknown key"),
    ("rounds=3", 'x.json: --set: "rounds" is not a JSON pointer'),
    ("/~2=3", 'x.json: --set: "/~2" is not a JSON pointer'),
    ("=3", "names nothing"),
])
def test_set_on_a_missing_path_is_told(program, setting, message):
    refused(program, program.config(), message, arguments=["--set", setting])


def test_all_settings_that_are_wrong_are_told_together(program):
    refused(program, program.config(), '/rounds/x: 40 has no "x"', '"rounds" is not a JSON pointer',
            arguments=["--set", "/rounds/x=3", "--set", "rounds=3"])


@pytest.mark.parametrize("changes, message", [
    ({"train-images-idx3-ubyte": idx(80, 8, 8)[:100]}, "train-images-idx3-ubyte: holds 84 values; the sizes [80, 8, 8]"),
    ({"train-images-idx3-ubyte": b"\x01\x02" + idx(80, 8, 8)[2:]}, "no idx file: it starts with the bytes 0x01 0x02"),
    ({"train-images-idx3-ubyte": idx(2**32 - 1, 2**32 - 1, 8, values=b"")}, "in the idx header are absurd"),
    ({"train-images-idx3-ubyte": gzip.compress(idx(80, 8, 8))[:40]}, "it is damaged or was cut short"),
    ({"train-labels-idx1-ubyte": idx(80, values=bytes([10] * 80))}, "label 10 of image 0, want 0 to 9"),
    ({"train-labels-idx1-ubyte": idx(79)}, "holds 79 labels for 80 images"),
    ({"t10k-images-idx3-ubyte": idx(20, 9, 8)}, "its images are 9 x 8, those for training 8 x 8"),
])
def test_damaged_data_is_told_before_anything_starts(program, changes, message):
    write_mnist(program.folder, **changes)
    refused(program, program.config(**IMAGES), f"x.json: /task/dataset: data/{next(iter(changes))}: ", message)


def test_missing_data_is_told_with_how_to_get_it(program):
    refused(program, program.config(**IMAGES), "x.json: /task/dataset: data: data set mnist has no file", "VARANGIAN_MNIST")


def test_what_does_not_fit_the_data_is_told_for_all_runs_of_a_sweep(program):
    write_mnist(program.folder)
    config = program.config(**IMAGES | {"sweep": {"cases": {"what": {
        "fits": {}, "batch": {"/workers/batch/size": 21}, "model": {"/task/model": "cnn"}}}}})
    refused(program, config, "x.json: /workers/batch/size: worker 0 holds 20 samples, fewer than the batch of 21",
            'x.json: /task/model: model "cnn" needs images of at least 16 x 16 pixels')
    program("run", program.config(**IMAGES))


def test_weights_to_start_from_must_fit(program):
    from safetensors.numpy import save_file
    file = program.folder / "w.safetensors"
    config = program.config()
    for tensors, message in [({"weights": numpy.zeros(51, numpy.float32)}, "has the shape [51] in Float; this model takes [50]"),
                             ({"weights": numpy.zeros(50, numpy.int64)}, "in Long; this model takes [50]"),
                             ({"w": numpy.zeros(50, numpy.float32)}, 'has no tensor "weights"; it holds w'),
                             ({"weights": numpy.full(50, numpy.nan, numpy.float32)}, "weight 0 is nan; all must be finite")]:
        save_file(tensors, file)
        refused(program, config, "x.json: /from: w.safetensors: ", message, arguments=["--from", "w.safetensors"])
    file.write_bytes(struct.pack("<Q", 2**60) + b"{}")
    refused(program, config, "announces a header of 1152921504606846976 bytes", arguments=["--from", "w.safetensors"])


def test_a_run_starts_from_given_weights(program):
    from safetensors.numpy import load_file, save_file
    save_file({"weights": numpy.full(50, 2, numpy.float32)}, program.folder / "w.safetensors")
    program("run", program.config(adversary=None, workers={"count": 3, "byzantine": 0}), "--from", "w.safetensors")
    (run,) = program.runs()
    first = (run / "metrics.csv").read_text().splitlines()[1]
    assert float(first.split(",")[6]) == 0.5 * 50 * 4
    save_file({"weights": numpy.full(50, 3, numpy.float32)}, program.folder / "w.safetensors")
    program("run", program.config(adversary=None, workers={"count": 3, "byzantine": 0}), "--from", "w.safetensors")
    assert len(program.runs()) == 2  # other content, another run
    program("run", program.config(name="on"), "--from", run / "weights.safetensors")
    assert load_file(program.runs("on")[0] / "weights.safetensors")["weights"].shape == (50,)


@pytest.mark.parametrize("bomb", ["gzip", "json", "npy"])
def test_a_bomb_is_refused_without_the_memory_that_it_asks_for(program, bomb):
    if bomb == "gzip":  # announces 4 GiB, and 256 KB of gzip hold 256 MB of them
        write_mnist(program.folder, **{"train-images-idx3-ubyte": gzip.compress(idx(2**26, 8, 8, values=bytes(2**28)), 9)})
        config, message = program.config(**IMAGES), "holds 268435456 values; the sizes [67108864, 8, 8]"
    elif bomb == "json":
        config = program.folder / "x.json"
        config.write_text('{"format": [' + "1," * (50 * 2**20) + "1]}")
        message = "x.json: 100 MiB is too large for a JSON file"
    else:
        header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }".ljust(117) + b"\n"
        (program.folder / "x.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(64))
        config = program.config(**IMAGES | {"task": {"dataset": {"name": "arrays", "x": "x.npy", "y": "x.npy"}, "model": "logistic"}})
        message = "x.json: /task/dataset: x.npy: 64 bytes of values, but the shape (1000000, 1000000)"
    limit = 3 * 2**30  # of address space, of which LibTorch takes a half
    refused(program, config, message, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))


def test_a_hostile_folder_of_results_harms_nobody(program):
    program("run", program.config())
    (run,) = program.runs()
    for manifest in ["", "[]", '{"status": 5}', '{"status": "completed", "rounds_done": "x"}', '{"status": "running"' + "}" * 9,
                     json.dumps({"status": "failed", "reason": "\x1b]0;evil\x07", "rounds_done": -1})]:
        (run / "manifest.json").write_text(manifest)
        done = program("check", program.config())
        assert "\x1b" not in done.stdout + done.stderr
        done = program("results", "results/toy")
        assert "\x1b" not in done.stdout + done.stderr
    program("run", program.config())

#!/usr/bin/env python3
"""Writes the first corpus of each fuzz target to tests/fuzz/corpus/: small valid files, and some that lie.

Run from the checkout: .venv/bin/python tests/fuzz/make_corpus.py. Files that the fuzzers found are beside them and stay.
"""
import gzip
import hashlib
import io
import json
import pathlib
import struct

import numpy
import safetensors.numpy

CORPUS = pathlib.Path(__file__).parent / "corpus"


def write(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def idx(sizes, values, kind=8):
    return struct.pack(f">BBBB{len(sizes)}I", 0, 0, kind, len(sizes), *sizes) + bytes(values)


def packed(content):
    return gzip.compress(content, mtime=0)


def idx_files():
    labels, images = idx([5], range(5)), idx([2, 3, 4], range(24))
    write("idx", "labels", labels)
    write("idx", "images", images)
    write("idx", "images.gz", packed(images))
    write("idx", "two_parts.gz", packed(images[:10]) + packed(images[10:]))
    write("idx", "cut.gz", packed(images)[:-6])
    write("idx", "wrong_checksum.gz", packed(images)[:-8] + bytes(8))
    write("idx", "bomb.gz", packed(idx([0x7FFFFFFF], bytes(1 << 20))))
    write("idx", "rest_behind", labels + b"x")
    write("idx", "absurd_sizes", idx([0xFFFFFFFF] * 8, []))
    write("idx", "size_of_zero", idx([0, 3], []))
    write("idx", "many_dimensions", idx([1] * 255, [1]))
    write("idx", "floats", idx([1], bytes(4), kind=0x0D))


def npy(header, values=b"", version=1):
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header.encode("latin-1") + values


def npy_files():
    for dtype in ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1", ">f4", "<f2", "<U3"):
        content = io.BytesIO()
        numpy.save(content, numpy.zeros((2, 3), dtype))
        write("npy", f"array_{dtype[1:]}{'_big_endian' if dtype[0] == '>' else ''}", content.getvalue())
    for name, array in (("scalar", numpy.float32(3)), ("empty", numpy.zeros((0, 4), "<f4"))):
        content = io.BytesIO()
        numpy.save(content, array)
        write("npy", name, content.getvalue())
    content = io.BytesIO()
    numpy.save(content, numpy.asfortranarray(numpy.ones((2, 3), "<f4")))
    write("npy", "fortran_order", content.getvalue())
    content = io.BytesIO()
    numpy.save(content, numpy.zeros(2, [("a", "<f4")]))
    write("npy", "structured", content.getvalue())
    numpy.save(objects := io.BytesIO(), numpy.array([None, 1]), allow_pickle=True)
    write("npy", "objects", objects.getvalue())
    shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }"
    write("npy", "version_2", npy(shape % "2,", bytes(8), 2))
    write("npy", "version_3", npy(shape % "2,", bytes(8), 3))
    write("npy", "absurd_shape", npy(shape % "9223372036854775807, 9223372036854775807"))
    write("npy", "hidden_by_zero", npy(shape % "0, 9223372036854775807, 2"))
    write("npy", "negative", npy(shape % "-1,"))
    write("npy", "text_without_end", npy("{'descr': '<f4"))
    write("npy", "key_twice", npy("{'descr': '<f4', 'descr': '<f4'}"))


def cifar10_files():
    record = bytes([3]) + bytes(i % 251 for i in range(3072))
    write("cifar10", "one", record)
    write("cifar10", "two", record + record)
    write("cifar10", "cut", record[:-1])
    write("cifar10", "wrong_label", bytes([10]) + record[1:])
    write("cifar10", "packed.gz", packed(record))
    write("cifar10", "empty", b"")


def tensors(header, values=b""):
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return struct.pack("<Q", len(text)) + text + values


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors_files():
    arrays = {
        "weights": numpy.arange(6, dtype="<f4").reshape(2, 3),
        "half": numpy.ones(3, "<f2"),
        "flags": numpy.array([True, False]),
        "steps": numpy.array(7, "<i8"),
    }
    write("safetensors", "by_python", safetensors.numpy.save(arrays, metadata={"format": "np"}))
    write("safetensors", "empty", tensors({}))
    write("safetensors", "bfloat16", tensors({"a": entry("BF16", [2], 0, 4)}, bytes(4)))
    write("safetensors", "float8", tensors({"a": entry("F8_E4M3", [2], 0, 2)}, bytes(2)))
    write("safetensors", "bool_of_2", tensors({"a": entry("BOOL", [1], 0, 1)}, b"\x02"))
    write("safetensors", "overlap", tensors({"a": entry("U8", [4], 0, 4), "b": entry("U8", [4], 2, 6)}, bytes(6)))
    write("safetensors", "gap", tensors({"a": entry("U8", [2], 0, 2), "b": entry("U8", [2], 4, 6)}, bytes(6)))
    write("safetensors", "beyond", tensors({"a": entry("U8", [9], 0, 9)}, bytes(4)))
    write("safetensors", "absurd_shape", tensors({"a": entry("F32", [1 << 62, 1 << 62], 0, 4)}, bytes(4)))
    write("safetensors", "hidden_by_zero", tensors({"a": entry("F32", [0, 1 << 62, 4], 0, 0)}))
    write("safetensors", "many_dimensions", tensors({"a": entry("U8", [1] * 200, 0, 1)}, bytes(1)))
    write("safetensors", "name_twice", tensors(b'{"a": {"dtype": "U8"}, "a": {"dtype": "U8"}}'))
    write("safetensors", "list", tensors(b"[1, 2]"))
    write("safetensors", "length_beyond", struct.pack("<Q", 1 << 40) + b"{}")
    write("safetensors", "no_utf8", tensors(b'{"\xff": 1}'))


def checkpoint(header, values):
    header = {"__metadata__": {"sha256": "0" * 64} | header.pop("__metadata__", {})} | header
    text = json.dumps(header, separators=(",", ":")).encode()
    content = struct.pack("<Q", len(text)) + text + values
    return content.replace(b"0" * 64, hashlib.sha256(content).hexdigest().encode(), 1)


def checkpoint_files():
    values = numpy.arange(5, dtype="<f4").tobytes() + struct.pack("<q", 9)
    state = {"weights": entry("F32", [5], 0, 20), "steps": entry("I64", [], 20, 28)}
    meta = {"varangian": "0.1.0", "round": "12", "last": "{}", "machine": "none", "length:metrics.csv": "40"}
    write("checkpoint", "whole", checkpoint({"__metadata__": meta, **state}, values))
    write("checkpoint", "bare", checkpoint(dict(state), values))
    write("checkpoint", "longer_csv", checkpoint({"__metadata__": {"length:metrics.csv": "60"}, **state}, values))
    write("checkpoint", "no_number", checkpoint({"__metadata__": meta | {"round": "-1x"}, **state}, values))
    write("checkpoint", "other_csv", checkpoint({"__metadata__": {"length:../lock": "0"}, **state}, values))
    write("checkpoint", "other_shape", checkpoint({"weights": entry("F32", [7], 0, 28)}, values))
    write("checkpoint", "wrong_hash", checkpoint(dict(state), values)[:-1] + b"x")


QUADRATIC = {
    "format": 1, "name": "q", "rounds": 3, "task": {"dataset": "quadratic"},
    "workers": {"count": 5, "byzantine": 1}, "adversary": "sign_flip", "aggregator": "median",
}  # fmt: skip


def config_files():
    def config(name, **changes):
        write("config", name, json.dumps(QUADRATIC | changes).encode())

    config("quadratic")
    config("signum", preset="signum", aggregator="majority_vote")
    config("grid", sweep={"grid": {"/workers/byzantine": [0, 1, 2]}, "seeds": 2})
    config("zip", sweep={"zip": {"/rounds": [1, 2], "/optimizer/lr": [0.1, 0.2]}, "inapplicable": "skip"})
    config("cases", sweep=[{"cases": {"rule": {"a": {"/aggregator": "mean"}, "b": {"/aggregator": "median"}}}}])
    config("seeds", seed={"data": 1, "init": 2, "batches": 3, "adversary": 4, "rule": 5}, sweep={"seeds": 3})
    config("late_seeds", seed=9007199254740992, sweep={"seeds": 2})
    config("largest_seed", seed=9223372036854775807, sweep={"seeds": 3})
    config("nowhere", sweep={"grid": {"/rounds/deep": [1], "rounds": [2], "/adversary/9": [3]}})
    config("extends_nothing", extends="nothing.json")
    config("two_adversaries", adversary=None, adversaries=[
        {"name": "gaussian", "workers": 1, "rounds": [2, None]}, {"name": "zero", "workers": "rest"}])  # fmt: skip
    for schedule in ("cosine", "inverse_sqrt", {"name": "step", "at": [1, 2], "factor": 0.5}):
        name = schedule if isinstance(schedule, str) else schedule["name"]
        config(f"schedule_{name}", schedule=schedule, optimizer={"name": "adam", "lr": 0.01})
    arrays = {"dataset": {"name": "arrays", "x": "x.npy", "y": "y.npy", "task": "regression"},
              "model": {"name": "mlp", "hidden": [3]}, "loss": "huber", "metrics": ["mae", "r2"]}  # fmt: skip
    config("arrays", task=arrays, workers={"honest": 3, "byzantine": 0.25, "partition": {"name": "dirichlet"}})
    text = json.dumps(QUADRATIC)
    write("config", "comments", ("// mine\n" + text.replace(", ", ",\n // why\n")).encode())
    write("config", "key_twice", (text[:-1] + ', "rounds": 4}').encode())
    write("config", "infinite", text.replace('"rounds": 3', '"rounds": 1e999').encode())
    write("config", "large_number", text.replace('"rounds": 3', '"rounds": 9007199254740993').encode())
    write("config", "no_number", text.replace('"rounds": 3', '"rounds": NaN').encode())
    write("config", "no_utf8", text.replace('"q"', '"\xff"').encode("latin-1"))
    write("config", "deep", b"[" * 3000)
    write("config", "list", b"[]")


if __name__ == "__main__":
    idx_files()
    npy_files()
    cifar10_files()
    safetensors_files()
    checkpoint_files()
    config_files()

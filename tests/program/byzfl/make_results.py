#!/usr/bin/env python3
"""Makes results/ beside it: ByzFL 0.0.11 itself on config.json, with 800 images of Debian's Fashion-MNIST.

  bench/peers.py --setup                                # once: ByzFL into .peers/
  .peers/bin/python tests/program/byzfl/make_results.py # a minute; replaces results/
"""
import gzip
import os
import pathlib
import shutil
import struct
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FASHION = pathlib.Path("/usr/share/datasets/fashion-mnist")


def shorten(source, target, count):
    """The first samples of an idx file, gzipped there, plain here, as torchvision looks for it."""
    raw = gzip.decompress(source.read_bytes())
    dimensions = raw[3]
    sizes = struct.unpack(f">{dimensions}I", raw[4:4 + 4 * dimensions])
    sample = 1
    for size in sizes[1:]:
        sample *= size
    start = 4 + 4 * dimensions
    target.write_bytes(raw[:4] + struct.pack(f">{dimensions}I", count, *sizes[1:]) + raw[start:start + count * sample])


def few_images(folder):
    folder.mkdir(parents=True)
    for file in FASHION.glob("*.gz"):
        shorten(file, folder / file.stem, 600 if file.name.startswith("train") else 200)


def main():
    os.environ["OMP_NUM_THREADS"] = "1"  # two processes, each on a processor
    from byzfl import run_benchmark

    with tempfile.TemporaryDirectory() as work:
        few_images(pathlib.Path(work) / "data/FashionMNIST/raw")
        shutil.copy(HERE / "config.json", work)
        os.chdir(work)
        run_benchmark(2)
        shutil.rmtree(HERE / "results", ignore_errors=True)
        shutil.copytree("results", HERE / "results")


if __name__ == "__main__":
    main()

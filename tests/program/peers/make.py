#!/usr/bin/env python3
"""Writes rows-, outputs-, forged- and searched-INPUT.npy (each but the first with one row a case) beside this file. Run by a Python that has the peers:

  bench/peers.py --setup && .peers/bin/python tests/program/peers/make.py

Made with ByzFL 0.0.11, ByzPy 0.1.4, torch 2.11.0."""
import importlib
import pathlib

import byzfl
import numpy as np
import torch
from cases import ADVERSARIES, CASES, INPUTS, SEARCHES


class chain:
    def __init__(self, *steps):
        self.steps = steps

    def __call__(self, x):
        for step in self.steps:
            x = step(x)
        return x


def byzpy(module, name, **values):
    rule = getattr(importlib.import_module("byzpy.aggregators.geometric_wise." + module), name)(**values)
    return lambda x: rule.aggregate(list(x.unbind(0)))


def byzpy_attack(module, name, **values):
    attack = getattr(importlib.import_module("byzpy.attacks." + module), name + "Attack")(**values)
    return lambda x: attack.apply(honest_grads=list(x.unbind(0)))


def save(kind, cases, x):
    """What the last part of each case makes of x."""
    outputs = [np.asarray(eval(expression, known)(x.clone())) for *_, expression in cases.values()]
    np.save(folder / f"{kind}-{name}.npy", np.stack(outputs).astype(np.float32))


folder = pathlib.Path(__file__).parent
for seed, (name, (n, f, d)) in enumerate(INPUTS.items()):
    rows = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    rows[:f] = 3 * rows[:f] + 1  # these lie, a little
    x = torch.from_numpy(rows)
    known = {"byzfl": byzfl, "byzpy": byzpy, "byzpy_attack": byzpy_attack, "chain": chain, "n": n, "f": f}
    np.save(folder / f"rows-{name}.npy", rows)
    save("outputs", CASES, x)
    save("forged", ADVERSARIES, x[f:])
    save("searched", SEARCHES, x[f:])

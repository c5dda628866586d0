#!/usr/bin/env python3
"""Writes the models beside it, which test_torchscript.py loads; needs a whole PyTorch (the tests do not)."""
import pathlib

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


def mlp(*middle):
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 12), *middle, nn.ReLU(), nn.Linear(12, 10))


class Noise(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(64, 10)

    def forward(self, x):
        return self.last(x.flatten(1) + torch.randn_like(x.flatten(1)))


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(64, 10)

    def forward(self, x, y):
        return self.last(x + y)


class Branches(nn.Module):
    """Control flow and a parameter that is used twice, one that is never used, and one that is frozen."""

    def __init__(self):
        super().__init__()
        self.shared = nn.Linear(64, 64)
        self.norm = nn.LayerNorm(64)
        self.unused = nn.Linear(3, 3)
        self.last = nn.Linear(64, 10)
        self.frozen = nn.Parameter(torch.ones(64), requires_grad=False)

    def forward(self, x):
        x = x.flatten(1) * self.frozen
        for _ in range(2):
            if x.shape[1] == 64:
                x = torch.relu(self.shared(self.norm(x)))
        return self.last(x)


torch.manual_seed(0)
samples = torch.rand(2, 1, 8, 8)
for name, model in {
    "mlp": torch.jit.script(mlp()),
    "mlp_traced": torch.jit.trace(mlp(), samples),
    "log_softmax": torch.jit.script(nn.Sequential(mlp(), nn.LogSoftmax(1))),
    "branches": torch.jit.script(Branches()),
    "dropout": torch.jit.script(mlp(nn.Dropout(0.5))),
    "noise": torch.jit.script(Noise()),
    "batch_norm": torch.jit.script(mlp(nn.BatchNorm1d(12))),
    "batch_norm_eval": torch.jit.script(mlp(nn.BatchNorm1d(12)).eval()),
    "two_inputs": torch.jit.script(Two()),
    "double": torch.jit.script(mlp().double()),
    "no_parameters": torch.jit.script(nn.Flatten()),
}.items():
    torch.jit.save(model, HERE / f"{name}.pt")

"""What the networks are made of."""

import dataclasses

import torch
from torch import Tensor, nn

# The first id of a known value: 0 is an unknown, 1 a missing one.
FIRST = 2


@dataclasses.dataclass
class Layout:
    """The columns of the input h1: how many, how many of them at the start are e, those of the priors, and the scenarios."""

    width: int
    aware: int
    priors: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    scenarios: int = 0


@dataclasses.dataclass
class Output:
    """Logits [rows]; s [rows, d_r, d_c] of each modulated layer (`non`: S); what training adds to the loss."""

    logits: Tensor
    s: list[Tensor] = dataclasses.field(default_factory=list)
    penalty: Tensor | None = None


def linear(inputs: int, outputs: int) -> nn.Linear:
    """Glorot-uniform weights, no bias to start with."""
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def glorot(*shape: int) -> nn.Parameter:
    return nn.Parameter(nn.init.xavier_uniform_(torch.empty(*shape)))


def columns(x: Tensor, ranges: list[tuple[int, int]]) -> list[Tensor]:
    return [x[:, start:end] for start, end in ranges]


class Mlp(nn.Module):
    """Dense layers with ReLU on each."""

    def __init__(self, widths: list[int]):
        super().__init__()
        self.layers = nn.ModuleList(linear(d_n, d_m) for d_n, d_m in zip(widths, widths[1:], strict=False))

    def forward(self, h: Tensor) -> Tensor:
        for layer in self.layers:
            h = torch.relu(layer(h))
        return h


class Dnn(Mlp):
    """And one logit."""

    def __init__(self, widths: list[int]):
        super().__init__(widths)
        self.output = linear(widths[-1], 1)

    def forward(self, h: Tensor) -> Tensor:
        return self.output(super().forward(h))[:, 0]

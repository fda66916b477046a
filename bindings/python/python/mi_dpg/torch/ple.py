"""PLE with scenarios for tasks: experts of each beside shared ones, mixed by gates."""

import torch
from torch import Tensor, nn

from .groups import by_scenario
from .layers import Dnn, Layout, Mlp, Output, linear


class Level(nn.Module):
    """Experts of each scenario, those of all, and the gates that mix them."""

    def __init__(self, method: dict, widths: list[int], scenarios: int, last: bool):
        super().__init__()
        self.each, shared = method["specific"], method["shared"]
        self.specific = nn.ModuleList(Mlp(widths) for _ in range(scenarios * self.each))
        self.shared = nn.ModuleList(Mlp(widths) for _ in range(shared))
        self.gates = nn.ModuleList(linear(widths[0], self.each + shared) for _ in range(scenarios))
        self.shared_gate = None if last else linear(widths[0], scenarios * self.each + shared)

    def forward(self, k: int, own: Tensor, common: Tensor) -> tuple[Tensor, Tensor | None]:
        """x' of scenario k, and that of all at every level but the last."""
        shared = [expert(common) for expert in self.shared]
        here = range(k * self.each, (k + 1) * self.each)
        if self.shared_gate is None:
            specific, following = [self.specific[j](own) for j in here], None
        else:
            # The first level, where all have the same input.
            everyone = [expert(common) for expert in self.specific]
            specific = [everyone[j] for j in here]
            following = mix(self.shared_gate(common), everyone + shared)
        return mix(self.gates[k](own), specific + shared), following


def mix(gate: Tensor, experts: list[Tensor]) -> Tensor:
    return (torch.softmax(gate, 1)[:, :, None] * torch.stack(experts, 1)).sum(1)


class Ple(nn.Module):
    """Progressive layered extraction; a row of no known scenario gets the mean of all towers' logits."""

    def __init__(self, config: dict, layout: Layout):
        super().__init__()
        method, hidden, scenarios = config["method"], config["hidden"], layout.scenarios
        two = method["levels"] == 2
        experts = [hidden[:1], hidden[1:-1]] if two else [hidden[:-1]]
        inputs = [layout.width, hidden[0]] if two else [layout.width]
        self.levels = nn.ModuleList(
            Level(method, [d_n, *widths], scenarios, last=l + 1 == len(experts))
            for l, (d_n, widths) in enumerate(zip(inputs, experts, strict=True))
        )
        self.towers = nn.ModuleList(Dnn(hidden[-2:]) for _ in range(scenarios))

    def forward(self, h: Tensor, scenario: Tensor) -> Output:
        return Output(by_scenario(scenario, len(self.towers), lambda k, rows: self.logits(k, h[rows])))

    def logits(self, k: int | None, h: Tensor) -> Tensor:
        if k is None:
            return torch.stack([self.logits(k, h) for k in range(len(self.towers))]).mean(0)
        own, common = h, h
        for level in self.levels:
            own, common = level(k, own, common)
        return self.towers[k](own)

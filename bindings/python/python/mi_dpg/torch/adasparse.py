"""AdaSparse: pruners weigh neurons by scenario and take some of them out."""

import torch
from torch import Tensor, nn

from .layers import Dnn, Layout, Output, linear


class AdaSparse(nn.Module):
    """A pruner a layer weighs its neurons, and takes some of them out."""

    def __init__(self, config: dict, layout: Layout):
        super().__init__()
        self.method, self.aware = config["method"], layout.aware
        self.backbone = Dnn([layout.width, *config["hidden"]])
        self.pruners = nn.ModuleList(linear(layout.aware + width, width) for width in config["hidden"])
        self.input_pruner = None
        if self.method["prune_input"]:
            self.input_pruner = linear(layout.aware + layout.width, layout.width)
        regularise = self.method.get("regularise")
        self.regularises = self.method["form"] == "binarisation" if regularise is None else regularise
        self.register_buffer("alpha", torch.tensor([float(self.method["alpha"][0])]))
        self.progress = 0.0

    def at(self, progress: float) -> None:
        """Where training stands, from 0 to 1 of its planned steps: alpha and the penalty's weight follow."""
        self.progress = min(max(progress, 0.0), 1.0)
        self.alpha.fill_(ramp(self.method["alpha"], self.progress))

    def forward(self, x: Tensor, scenario: Tensor) -> Output:
        e, h, kept = x[:, : self.aware], x, []
        if self.input_pruner is not None:
            h = self.prune(self.input_pruner, e, h, kept)
        for layer, pruner in zip(self.backbone.layers, self.pruners, strict=True):
            h = self.prune(pruner, e, torch.relu(layer(h)), kept)
        logits = self.backbone.output(h)[:, 0]
        return Output(logits, penalty=self.penalty(kept) if self.training and self.regularises and kept else None)

    def prune(self, pruner: nn.Linear, e: Tensor, h: Tensor, kept: list[Tensor]) -> Tensor:
        v, form = pruner(torch.cat([e, h], 1)), self.method["form"]
        if form == "scaling":
            return self.method["beta"] * torch.sigmoid(v) * h
        passed = torch.sigmoid(self.alpha * v)
        value = passed if form == "binarisation" else self.method["beta"] * passed
        above = (value > self.method["epsilon"]).to(h.dtype)
        # 0 or 1, with the gradient of the sigmoid.
        step = passed + (above - passed).detach()
        kept.append(step.mean())
        return (step if form == "binarisation" else value * above) * h

    def penalty(self, kept: list[Tensor]) -> Tensor:
        low, high = self.method["sparsity"]
        pruned = 1 - torch.stack(kept)
        distance = (pruned - (low + high) / 2).abs()
        outside = (pruned < low) | (pruned > high)
        weight = distance.detach() * outside
        return ramp(self.method["lambda"], self.progress) * (weight * distance).mean()


def ramp(ends: list[float], progress: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * progress

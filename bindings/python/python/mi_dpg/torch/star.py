"""STAR: a shared network of which each scenario has factors of its own; its input is normalised by scenario."""

import torch
from torch import Tensor, nn

from .groups import by_scenario
from .layers import Dnn, Layout, Output, linear


class Affine(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))


class Running(nn.Module):
    """Statistics that training gathers and scoring uses."""

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))
        self.register_buffer("batches", torch.zeros(1))

    @torch.no_grad()
    def absorb(self, mean: Tensor, variance: Tensor, momentum: float) -> None:
        """Until 1 / (1 - momentum) batches have been seen, the plain mean over batches."""
        keep = (self.batches / (self.batches + 1)).clamp(max=momentum)
        self.mean.copy_(keep * self.mean + (1 - keep) * mean)
        self.variance.copy_(keep * self.variance + (1 - keep) * variance)
        self.batches += 1


class PartitionedNorm(nn.Module):
    """Each scenario's rows by their own mean and variance while training, by the running ones otherwise."""

    def __init__(self, width: int, scenarios: int, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.shared = Affine(width)
        self.specific = nn.ModuleList(Affine(width) for _ in range(scenarios))
        # The last one is of all rows, for those of no known scenario.
        self.running = nn.ModuleList(Running(width) for _ in range(scenarios + 1))

    def forward(self, h: Tensor, k: int | None, whole: Tensor | None) -> Tensor:
        """`whole` are all rows of the batch while training."""
        running = self.running[-1 if k is None else k]
        mean, variance = running.mean, running.variance
        if whole is not None and (k is None or len(h) > 1):
            rows = whole if k is None else h
            mean, variance = rows.mean(0), rows.var(0, correction=0)
            if k is not None:
                running.absorb(mean, variance, self.momentum)
        scale, shift = self.shared.scale, self.shared.shift
        if k is not None:
            scale, shift = scale * self.specific[k].scale, shift + self.specific[k].shift
        # A column that does not vary in a scenario is not seen there (src/model/star/partitioned_norm.rs).
        varies = (variance > 1e-10).to(h.dtype)
        return scale * varies * (h - mean) / torch.sqrt(variance + 1e-5) + shift


class StarLinear(nn.Module):
    """(W_k * W) h + b_k + b; W h + b for a row of no known scenario."""

    def __init__(self, d_n: int, d_m: int, scenarios: int, ones: bool):
        super().__init__()
        self.shared = linear(d_n, d_m)
        self.specific = nn.ModuleList(linear(d_n, d_m) for _ in range(scenarios))
        for layer in self.specific if ones else ():
            nn.init.ones_(layer.weight)

    def forward(self, h: Tensor, k: int | None) -> Tensor:
        if k is None:
            return self.shared(h)
        own = self.specific[k]
        return nn.functional.linear(h, own.weight * self.shared.weight, own.bias + self.shared.bias)


class Star(nn.Module):
    """A shared network with factors for each scenario, and an auxiliary network that adds its logit."""

    def __init__(self, config: dict, layout: Layout):
        super().__init__()
        method, widths = config["method"], [layout.width, *config["hidden"], 1]
        self.norm = PartitionedNorm(layout.width, layout.scenarios, method["momentum"])
        ones = method["specific_init"] == "ones"
        self.layers = nn.ModuleList(
            StarLinear(d_n, d_m, layout.scenarios, ones) for d_n, d_m in zip(widths, widths[1:], strict=False)
        )
        self.auxiliary = Dnn([layout.width, *method["auxiliary"]])

    def forward(self, h: Tensor, scenario: Tensor) -> Output:
        whole = h if self.training and len(h) > 1 else None
        own = by_scenario(scenario, len(self.norm.specific), lambda k, rows: self.logits(k, h[rows], whole))
        if whole is not None:
            self.norm.running[-1].absorb(whole.mean(0), whole.var(0, correction=0), self.norm.momentum)
        return Output(own + self.auxiliary(h))

    def logits(self, k: int | None, h: Tensor, whole: Tensor | None) -> Tensor:
        h = self.norm(h, k, whole)
        for layer in self.layers[:-1]:
            h = torch.relu(layer(h, k))
        return self.layers[-1](h, k)[:, 0]

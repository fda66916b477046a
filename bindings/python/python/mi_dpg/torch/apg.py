"""APG: layers of low rank whose middle factor is generated for each row."""

import torch
from torch import Tensor, nn

from .layers import Layout, Output, columns, glorot, linear


class Factor(nn.Module):
    """U or V; while training perhaps a product through a wider layer."""

    def __init__(self, rows: int, width: int, over: int | None):
        super().__init__()
        self.left = glorot(rows, over or width)
        self.right = glorot(over, width) if over else None

    def forward(self, x: Tensor) -> Tensor:
        x = x @ self.left
        return x if self.right is None else x @ self.right


class ApgLayer(nn.Module):
    """V (S (U x)) + b with S, and by default b, generated for each row."""

    def __init__(self, method: dict, condition: int, rank: int, d_n: int, d_m: int):
        super().__init__()
        over = method.get("over")
        over = max(rank, over) if over else None
        self.rank = rank
        self.input, self.output = Factor(d_n, rank, over), Factor(rank, d_m, over)
        size = rank * rank
        self.generator = linear(condition, size + (d_m if method["generated_bias"] else 0))
        if method["identity_init"]:
            with torch.no_grad():
                self.generator.bias[:size] = torch.eye(rank).flatten()
        self.bias = None if method["generated_bias"] else nn.Parameter(torch.zeros(d_m))

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        made, size = self.generator(z), self.rank * self.rank
        s = made[:, :size].view(-1, self.rank, self.rank)
        out = self.output((self.input(x)[:, None] @ s)[:, 0])
        return out + (made[:, size:] if self.bias is None else self.bias)


class Apg(nn.Module):
    """Low-rank layers whose middle factor is generated from z: the scenario, that and the priors, or the layer's input."""

    def __init__(self, config: dict, layout: Layout):
        super().__init__()
        method = config["method"]
        self.condition = method["condition"]
        self.ranges = [(0, layout.aware), *(layout.priors if self.condition == "mix" else ())]
        self.layers, d_n = nn.ModuleList(), layout.width
        for l, d_m in enumerate(config["hidden"]):
            ranks = method.get("ranks")
            rank = ranks[l] if ranks else max(1, -(-min(d_n, d_m) // method["rank_div"]))
            sees = d_n if self.condition == "self" else sum(end - start for start, end in self.ranges)
            self.layers.append(ApgLayer(method, sees, rank, d_n, d_m))
            d_n = d_m
        self.output = linear(d_n, 1)

    def forward(self, h: Tensor, scenario: Tensor) -> Output:
        z = torch.cat(columns(h, self.ranges), 1)
        for layer in self.layers:
            h = torch.relu(layer(h, h if self.condition == "self" else z))
        return Output(self.output(h)[:, 0])

"""DNN, DPG (variants non, rc, r, c) and MI-DPG, in the factored form: S [rows, d_m, d_n] is made by the variant `non` alone."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import Layout, Output, glorot, linear


def blocks(size: int, parts: int) -> Tensor:
    """The part of each place: floor(i * parts / size)."""
    return torch.arange(size) * parts // size


class Weighting(nn.Module):
    """s = gate_scale * sigmoid(S_R S_C), from g = [e; h] or e."""

    def __init__(self, config: dict, inputs: int, d_m: int, d_n: int):
        super().__init__()
        self.variant, self.scale = config["variant"], config["gate_scale"]
        d_k = config["dk"]
        if self.variant == "non":
            self.shape = (d_m, d_n)
            self.full = linear(inputs, d_m * d_n)
            return
        self.shape = d_r, d_c = max(1, d_m // config["dr_div"]), max(1, d_n // config["dc_div"])
        if self.variant == "c":
            self.row_shared = nn.Parameter(torch.randn(d_r, d_k) / math.sqrt(d_k))
        else:
            self.row = linear(inputs, d_r * d_k)
        if self.variant == "r":
            self.column_shared = nn.Parameter(torch.randn(d_k, d_c) / math.sqrt(d_k))
        else:
            self.column = linear(inputs, d_k * d_c)
            if self.variant == "rc":
                # With small embeddings both factors would start near zero, and without a gradient.
                nn.init.normal_(self.column.bias, std=1 / math.sqrt(d_k))

    def forward(self, g: Tensor) -> Tensor:
        if self.variant == "non":
            return self.scale * torch.sigmoid(self.full(g)).view(-1, *self.shape)
        d_r, d_c = self.shape
        rows = self.row_shared if self.variant == "c" else self.row(g).view(len(g), d_r, -1)
        columns = self.column_shared if self.variant == "r" else self.column(g).view(len(g), -1, d_c)
        return self.scale * torch.sigmoid(rows @ columns)


class Modulated(nn.Module):
    """z_i = b_i + sum_J s[I(i), J] (sum_{j in J} W_ij h_j): the inner sums first."""

    def __init__(self, config: dict, aware: int, d_m: int, d_n: int):
        super().__init__()
        self.weight = glorot(d_m, d_n)
        self.bias = nn.Parameter(torch.zeros(d_m))
        self.sees_input = config["condition"] == "input"
        self.weighting = Weighting(config, aware + (d_n if self.sees_input else 0), d_m, d_n)
        if config["variant"] == "non":
            return
        d_r, d_c = self.weighting.shape
        # Blocks of one size are views, whose gradients cost nothing; gathers' are scattered back number by number.
        self.even = d_m % d_r == 0 and d_n % d_c == 0
        if self.even:
            return
        of_column = blocks(d_n, d_c)
        # The columns of each block; blocks that are one shorter take a column of zeros behind the last.
        widest = int(torch.bincount(of_column).max())
        members = torch.full((d_c, widest), d_n)
        for block in range(d_c):
            own = (of_column == block).nonzero()[:, 0]
            members[block, : len(own)] = own
        self.register_buffer("members", members, persistent=False)
        self.register_buffer("of_row", blocks(d_m, d_r), persistent=False)

    def forward(self, e: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        s = self.weighting(torch.cat([e, h], 1) if self.sees_input else e)
        if self.weighting.variant == "non":
            return torch.einsum("bmn,mn,bn->bm", s, self.weight, h) + self.bias, s
        if self.even:
            return self.by_views(s, h) + self.bias, s
        h_blocks = F.pad(h, (0, 1))[:, self.members].transpose(0, 1)
        w_blocks = F.pad(self.weight, (0, 1))[:, self.members].permute(1, 2, 0)
        sums = torch.bmm(h_blocks, w_blocks)
        return (sums * s[:, self.of_row].permute(2, 0, 1)).sum(0) + self.bias, s

    def by_views(self, s: Tensor, h: Tensor) -> Tensor:
        (d_m, d_n), (d_r, d_c), rows = self.weight.shape, self.weighting.shape, len(h)
        h_blocks = h.reshape(rows, d_c, d_n // d_c).transpose(0, 1)
        sums = torch.bmm(h_blocks, self.weight.t().reshape(d_c, d_n // d_c, d_m))
        sums = sums.view(d_c, rows, d_r, d_m // d_r) * s.permute(2, 0, 1)[..., None]
        return sums.sum(0).view(rows, d_m)


class Discriminator(nn.Module):
    """f(e, s) = e^T M vec(s) + b; M = left right where S is generated whole."""

    def __init__(self, config: dict, aware: int, size: int, whole: bool):
        super().__init__()
        if whole:
            self.left, self.right = glorot(aware, config["rank"]), glorot(config["rank"], size)
        else:
            self.weight = glorot(aware, size)
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, e: Tensor, shuffled: Tensor, s: Tensor) -> Tensor:
        """L_mi = mean softplus(-f(e, s)) + mean softplus(f(shuffled, s))."""
        s = s.flatten(1)
        if hasattr(self, "left"):
            e, shuffled, key = e @ self.left, shuffled @ self.left, s @ self.right.T
        else:
            key = s @ self.weight.T
        positive = (e * key).sum(1) + self.bias
        negative = (shuffled * key).sum(1) + self.bias
        return F.softplus(-positive).mean() + F.softplus(negative).mean()


class Dpg(nn.Module):
    """A network whose hidden layers are modulated; the plain DNN where its method has no weighting."""

    def __init__(self, config: dict, layout: Layout):
        super().__init__()
        method, self.aware = config["method"], layout.aware
        weighting = method.get("weighting")
        widths = [layout.width, *config["hidden"]]
        pairs = list(zip(widths, widths[1:], strict=False))
        if weighting is None:
            self.layers = nn.ModuleList(linear(d_n, d_m) for d_n, d_m in pairs)
        else:
            self.layers = nn.ModuleList(Modulated(weighting, layout.aware, d_m, d_n) for d_n, d_m in pairs)
        self.output = linear(widths[-1], 1)
        self.regulariser = method.get("mutual_information")
        if self.regulariser is not None:
            whole = weighting["variant"] == "non"
            self.discriminators = nn.ModuleList(
                Discriminator(self.regulariser, layout.aware, math.prod(layer.weighting.shape), whole)
                for layer in self.layers
            )

    def forward(self, h: Tensor, scenario: Tensor | None = None) -> Output:
        e, all_s = h[:, : self.aware], []
        for layer in self.layers:
            if isinstance(layer, Modulated):
                z, s = layer(e, h)
                all_s.append(s)
            else:
                z = layer(h)
            h = torch.relu(z)
        return Output(self.output(h)[:, 0], all_s)

    def mutual_information(self, e: Tensor, shuffled: Tensor, s: list[Tensor]) -> Tensor:
        """L_mi, the mean over the layers; row i of `shuffled` is the e that row i of s is paired with."""
        losses = [one(e, shuffled, own) for one, own in zip(self.discriminators, s, strict=True)]
        return torch.stack(losses).mean()

"""PEPNet: gates by scenario and by who and what the impression is of."""

import torch
from torch import Tensor, nn

from .layers import Dnn, Layout, Output, columns, linear


class Gate(nn.Module):
    """gamma * sigmoid of two layers."""

    def __init__(self, d_n: int, d_m: int, gamma: float):
        super().__init__()
        self.gamma, self.hidden, self.output = gamma, linear(d_n, d_m), linear(d_m, d_m)

    def forward(self, x: Tensor) -> Tensor:
        return self.gamma * torch.sigmoid(self.output(torch.relu(self.hidden(x))))


class PepNet(nn.Module):
    """A gate on the input from the scenario (EPNet), gates on every layer from the priors (PPNet)."""

    def __init__(self, config: dict, layout: Layout):
        super().__init__()
        method, gamma = config["method"], config["method"]["gamma"]
        self.aware, self.priors = layout.aware, layout.priors or [(0, layout.aware)]
        self.backbone = Dnn([layout.width, *config["hidden"]])
        self.embedding_gate = self.input_gate = self.gates = None
        if method["epnet"]:
            self.embedding_gate = Gate(layout.aware + layout.width, layout.width, gamma)
        if method["ppnet"]:
            sees = sum(end - start for start, end in self.priors) + layout.width
            if method["gate_first_input"]:
                self.input_gate = Gate(sees, layout.width, gamma)
            self.gates = nn.ModuleList(Gate(sees, width, gamma) for width in config["hidden"])

    def forward(self, x: Tensor, scenario: Tensor) -> Output:
        h = x
        if self.embedding_gate is not None:
            h = self.embedding_gate(torch.cat([x[:, : self.aware], x.detach()], 1)) * x
        sees = torch.cat([*columns(x, self.priors), h.detach()], 1)
        if self.input_gate is not None:
            h = self.input_gate(sees) * h
        for l, layer in enumerate(self.backbone.layers):
            h = torch.relu(layer(h))
            if self.gates is not None:
                h = self.gates[l](sees) * h
        return Output(self.backbone.output(h)[:, 0])

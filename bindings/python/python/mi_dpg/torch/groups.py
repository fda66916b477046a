"""Rows brought together by scenario, for networks in which each has parameters of its own."""

import torch
from torch import Tensor

from .layers import FIRST


def by_scenario(scenario: Tensor, known: int, logits) -> Tensor:
    """The rows of each scenario, and those of none (`None`), go through `logits(k, rows)`.

    A scenario that does not occur is not asked, so its parameters have no gradient and Adam leaves them alone.
    """
    k = torch.where((scenario >= FIRST) & (scenario < FIRST + known), scenario - FIRST, known)
    order = torch.argsort(k, stable=True)
    counts = torch.bincount(k, minlength=known + 1).tolist()
    parts = [
        logits(own if own < known else None, rows)
        for own, rows in enumerate(order.split(counts))
        if len(rows)
    ]
    return torch.cat(parts)[torch.argsort(order)]

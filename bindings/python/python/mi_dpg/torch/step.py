"""Training steps, in one process or many.

A step is on a *global* batch. Its rows are drawn from the stream `shuffle` of the seed, and MIR's permutation, from the
stream `permutation`, runs over all of its rows: each rank takes an equal slice of the rows and of the permutation, and
the e of the whole batch is gathered (rows * d_e numbers), gradient and all. So the loss is that of one process with the
batch of all of them, and both streams are those of `midpg train`.
"""

import dataclasses

import numpy as np
import torch
import torch.distributed as dist
import torch.distributed.nn.functional as collective
from torch.nn import functional as F

from .._native import Stream
from .model import Batch, Trainable
from .networks import has_absent, of_rows


@dataclasses.dataclass
class Losses:
    """Of a global batch."""

    loss: float
    bce: float
    mi: float | None


def order(stream: Stream, rows: int) -> np.ndarray:
    """A permutation, as numbers that PyTorch takes for an index."""
    return stream.permutation(rows).to_numpy().astype(np.int64)


class Trainer:
    """Trains `model` on `data`, whose labels are known.

    `steps` are those that are planned, by default those of one epoch: AdaSparse's threshold sharpens over them.
    """

    def __init__(
        self,
        model: Trainable,
        data: Batch,
        *,
        batch: int = 512,
        lr: float = 1e-3,
        seed: int = 1,
        device="cpu",
        steps: int | None = None,
    ):
        self.ranks = dist.get_world_size() if dist.is_initialized() else 1
        self.rank = dist.get_rank() if dist.is_initialized() else 0
        if batch % self.ranks:
            raise ValueError(f"a batch of {batch} rows cannot be shared by {self.ranks} ranks")
        if self.ranks > 1 and not of_rows(model.network):
            name = model.document["network"]["method"]["name"]
            raise ValueError(f"{name} takes means over its batch, which processes cannot share: train it in one")
        self.model, self.data, self.batch, self.device = model.to(device), data, batch, device
        # Without buffers to broadcast; every rank starts from the weights of rank 0.
        self.forward = model
        if dist.is_initialized():
            self.forward = torch.nn.parallel.DistributedDataParallel(
                model, broadcast_buffers=False, find_unused_parameters=has_absent(model.network)
            )
        network = model.document["network"]
        self.settings = {"batch": batch, "lr": lr, "seed": seed, "network": network}
        self._digest = None
        self.dense = torch.optim.Adam(model.network.parameters(), lr=lr, eps=1e-8)
        self.lazy = torch.optim.SparseAdam(list(model.embedding.parameters()), lr=lr, eps=1e-8)
        self.shuffle, self.permutation = Stream(seed, "shuffle"), Stream(seed, "permutation")
        self.step, self.position = 0, 0
        self.steps = self.steps_per_epoch() if steps is None else steps
        self._draw()

    def _draw(self):
        self.epoch_start = self.shuffle.state()
        self.order = order(self.shuffle, self.data.rows)

    def steps_per_epoch(self) -> int:
        """The last batch of an epoch may be smaller; with many ranks, rows that they cannot share equally are left out."""
        return -(-self.data.rows // self.batch)

    def next(self) -> Losses:
        """One step; a new epoch begins by itself."""
        rows = self.order[self.position : self.position + self.batch]
        self.position += len(rows)
        rows = rows[: len(rows) // self.ranks * self.ranks]
        losses = self._train(rows) if len(rows) else Losses(float("nan"), float("nan"), None)
        self.step += 1
        if self.position >= self.data.rows:
            self.position = 0
            self._draw()
        return losses

    def _own(self, rows: np.ndarray) -> np.ndarray:
        share = len(rows) // self.ranks
        return rows[self.rank * share : (self.rank + 1) * share]

    def _train(self, rows: np.ndarray) -> Losses:
        batch = self.data.take(self._own(rows)).to(self.device)
        network = self.model.network
        if hasattr(network, "at"):
            network.at(self.step / max(1, self.steps))
        h, output = self.forward(batch)
        bce = F.binary_cross_entropy_with_logits(output.logits, batch.labels)
        loss, mi = bce if output.penalty is None else bce + output.penalty, None
        if getattr(network, "regulariser", None) is not None and len(rows) > 1:
            pairs = order(self.permutation, len(rows))
            e = h[:, : network.aware]
            everywhere = torch.cat(collective.all_gather(e)) if self.ranks > 1 else e
            shuffled = everywhere[torch.as_tensor(self._own(pairs), device=self.device)]
            mi = network.mutual_information(e, shuffled, output.s)
            loss = bce + network.regulariser["lambda"] * mi
        self.dense.zero_grad()
        self.lazy.zero_grad()
        loss.backward()
        self.dense.step()
        self.lazy.step()
        told = torch.stack([loss, bce, bce if mi is None else mi]).detach()
        if self.ranks > 1:
            dist.all_reduce(told)
            told = told / self.ranks
        loss, bce, mean_mi = told.tolist()
        return Losses(loss, bce, None if mi is None else mean_mi)

    def _run(self) -> dict:
        """What makes a run this one and not another."""
        if self._digest is None:
            self._digest = self.data.digest()
        return {**self.settings, "steps": self.steps, "data": self._digest}

    def state(self) -> dict:
        """All that a run needs to go on, on any number of ranks."""
        return {
            "run": self._run(),
            "tensors": self.model.tensors(),
            "dense": self.dense.state_dict(),
            "lazy": self.lazy.state_dict(),
            "epoch_start": self.epoch_start,
            "permutation": self.permutation.state(),
            "step": self.step,
            "position": self.position,
        }

    def restore(self, state: dict) -> None:
        """Goes on from a state of the same data and settings; of others it is a `ValueError`."""
        run, own = state["run"], self._run()
        others = [name for name in own if run.get(name) != own[name]]
        if others:
            raise ValueError(f"the checkpoint is of a run with other settings or data: {', '.join(others)}")
        self.model.set_tensors(state["tensors"])
        self.dense.load_state_dict(state["dense"])
        self.lazy.load_state_dict(state["lazy"])
        self.shuffle = Stream.of_state(state["epoch_start"])
        self._draw()
        self.permutation = Stream.of_state(state["permutation"])
        self.step, self.position = state["step"], state["position"]

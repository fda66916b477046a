"""A model file as a PyTorch module, and back."""

import hashlib
import json
import pathlib

import numpy as np
import pyarrow as pa
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from .._native import Model, ModelFileError
from .layers import FIRST, Layout, Output
from .networks import network

KEY = "mi-dpg"


class Batch:
    """Rows as ids: for each field `(ids, offsets)`, or its numbers."""

    def __init__(self, fields: list, rows: int, labels: Tensor | None):
        self.fields, self.rows, self.labels = fields, rows, labels

    def take(self, rows: np.ndarray) -> "Batch":
        """Some of the rows, in the order given."""
        labels = None if self.labels is None else self.labels[torch.as_tensor(rows)]
        return Batch([_take(field, rows) for field in self.fields], len(rows), labels)

    def digest(self) -> str:
        """SHA-256 of what the rows hold."""
        digest = hashlib.sha256()
        tensors = [x for field in self.fields for x in (field if isinstance(field, tuple) else (field,))]
        for tensor in [*tensors, *([] if self.labels is None else [self.labels])]:
            digest.update(np.ascontiguousarray(tensor.cpu().numpy()).data)
        return digest.hexdigest()

    def to(self, device) -> "Batch":
        move = lambda field: tuple(x.to(device) for x in field) if isinstance(field, tuple) else field.to(device)
        labels = None if self.labels is None else self.labels.to(device)
        return Batch([move(field) for field in self.fields], self.rows, labels)


def _take(field, rows: np.ndarray):
    if not isinstance(field, tuple):
        return field[torch.as_tensor(rows)]
    ids, offsets = (x.numpy() for x in field)
    if len(ids) == len(offsets) - 1:
        return torch.from_numpy(ids[rows]), torch.arange(len(rows) + 1)
    starts, lengths = offsets[rows], offsets[rows + 1] - offsets[rows]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    places = np.repeat(starts - ends[:-1], lengths) + np.arange(ends[-1])
    return torch.from_numpy(ids[places]), torch.from_numpy(ends)


class Trainable(nn.Module):
    """Embedding tables and network of a model file."""

    def __init__(self, document: dict, scorer: Model):
        super().__init__()
        self.document, self.scorer = document, scorer
        self.fields = scorer.fields
        width = document["network"]["embedding"]
        layout, self.scenario = Layout(0, 0), 0
        for place, field in enumerate(self.fields):
            start = layout.width
            layout.width += 1 if field["kind"] == "dense" else width
            if field["role"] == "scenario":
                layout.aware = layout.width
            if field["prior"]:
                layout.priors.append((start, layout.width))
            if field["scenario"]:
                self.scenario, layout.scenarios = place, max(0, field["size"] - FIRST)
        # A bag of one id is that id's row: one kind of table serves all fields.
        tables = (
            nn.EmbeddingBag(field["size"], width, mode="mean", sparse=True, include_last_offset=True)
            for field in self.fields
            if field["kind"] != "dense"
        )
        self.embedding = nn.ModuleList(tables)
        for table in self.embedding:
            nn.init.normal_(table.weight, std=0.01)
        # The files' factors of APG are multiplied out.
        method = dict(document["network"]["method"])
        method.pop("over", None)
        self.network = network(dict(document["network"], method=method), layout)

    @classmethod
    def load(cls, path, *, weights: bool = True) -> "Trainable":
        """The model of a file; with `weights=False` its fields, vocabularies and settings, and fresh weights.

        Discriminators, which model files leave out, are fresh.
        """
        scorer = Model.load(path)
        with safe_open(path, framework="pt") as file:
            document = json.loads(file.metadata()[KEY])
            # Quantised files are for scoring.
            if document["format"] != 1:
                raise ModelFileError(f"{path}: the tensors are quantised: load the file they were made from")
            model = cls(document, scorer)
            if weights:
                model.set_tensors({name: file.get_tensor(name) for name in file.keys()})
        return model

    def _places(self) -> dict[str, Tensor]:
        named = [field["name"] for field in self.fields if field["kind"] != "dense"]
        places = {f"embedding.{name}": table.weight for name, table in zip(named, self.embedding, strict=True)}
        # Statistics too, which no gradient moves.
        places.update(self.network.state_dict(keep_vars=True))
        return places

    def tensors(self) -> dict[str, Tensor]:
        """All tensors under the names of the model file, without a copy; discriminators too."""
        return {name: tensor.detach() for name, tensor in self._places().items()}

    @torch.no_grad()
    def set_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Sets tensors by those names; all but discriminators must be given."""
        for name, place in self._places().items():
            if name in tensors:
                place.copy_(tensors[name])
            elif not name.startswith("discriminators."):
                raise ModelFileError(f"tensor {name} is missing")

    def save(self, path, **training) -> None:
        """Writes a model file; `training` replaces entries of the document's summary (`rows`, `epochs`, …)."""
        document = dict(self.document, training=dict(self.document["training"], device="torch", **training))
        tensors = {
            name: tensor.cpu().contiguous()
            for name, tensor in self.tensors().items()
            if not name.startswith("discriminators.")
        }
        # Beside its place first: nobody sees half a file.
        path = pathlib.Path(path)
        partial = path.with_name(f".{path.name}.part")
        save_file(tensors, partial, {KEY: json.dumps(document)})
        partial.replace(path)

    def encode(self, table, *, label: bool = False) -> Batch:
        """A table as ids, by the file's vocabularies."""
        encoded = self.scorer.encode(table, label=label)
        labels = torch.from_numpy(encoded.column("label").to_numpy().astype(np.float32)) if label else None
        return Batch([_field(encoded.column(i)) for i in range(len(self.fields))], encoded.num_rows, labels)

    def input(self, batch: Batch) -> Tensor:
        """h1 [rows, width]."""
        tables = iter(self.embedding)
        parts = [
            next(tables)(*field) if isinstance(field, tuple) else field[:, None] for field in batch.fields
        ]
        return torch.cat(parts, 1)

    def forward(self, batch: Batch) -> tuple[Tensor, Output]:
        h = self.input(batch)
        return h, self.network(h, batch.fields[self.scenario][0])

    @torch.no_grad()
    def score(self, table) -> np.ndarray:
        """Probabilities, by PyTorch."""
        batch = self.encode(table).to(next(self.parameters()).device)
        if batch.rows == 0:
            return np.zeros(0, np.float32)
        training = self.training
        try:
            logits = self.eval()(batch)[1].logits
        finally:
            self.train(training)
        return torch.sigmoid(logits).cpu().numpy()


def _field(column: pa.Array):
    if pa.types.is_floating(column.type):
        return torch.from_numpy(column.to_numpy().copy())
    if pa.types.is_list(column.type):
        ids = column.values.to_numpy().astype(np.int64)
        return torch.from_numpy(ids), torch.from_numpy(column.offsets.to_numpy().astype(np.int64))
    ids = torch.from_numpy(column.to_numpy().astype(np.int64))
    return ids, torch.arange(len(ids) + 1)

"""What the cluster runners share: a model file's name by its content, and one loaded model a process."""

import hashlib
import pathlib
import threading

import pyarrow as pa

from ._native import ConfigError, Model

_loaded: dict[str, Model] = {}
_lock = threading.Lock()


def content_name(path) -> str:
    """A name that two different model files never share."""
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    return f"midpg-{digest[:32]}.safetensors"


def loaded(path: str) -> Model:
    """The model at `path`, loaded once a process: workers live longer than tasks."""
    with _lock:
        model = _loaded.get(path)
        if model is None:
            model = _loaded[path] = Model.load(path)
        return model


def with_scores(model: Model, batch: pa.RecordBatch, output: str, options: dict) -> pa.RecordBatch:
    """The batch with a column of scores behind the others."""
    scores = model.score(batch, **options)
    fields = [*batch.schema, pa.field(output, pa.float32())]
    return pa.RecordBatch.from_arrays([*batch.columns, scores], schema=pa.schema(fields))


def check_output(output: str, columns) -> None:
    """The column of scores must be a new one."""
    if output in columns:
        raise ConfigError(f"there is a column {output!r} already: name the scores otherwise, with output=")

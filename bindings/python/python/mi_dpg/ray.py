"""Scores Ray data sets: `ds.map_batches(Score, fn_constructor_args=["model.safetensors"], batch_format="pyarrow", …)`.

Each actor loads the model once. The path must be one that every node can read.
"""

import pyarrow as pa

from ._ship import check_output, loaded

__all__ = ["Score"]


class Score:
    """An actor that adds the probability of each row in a column `output`."""

    def __init__(self, model_path: str, output: str = "score", **options):
        self.model = loaded(model_path)
        self.output, self.options = output, options

    def __call__(self, table: pa.Table) -> pa.Table:
        check_output(self.output, table.column_names)
        return table.append_column(self.output, self.model.score(table, **self.options))

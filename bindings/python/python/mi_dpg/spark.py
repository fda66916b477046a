"""Scores Spark data frames: `score(df, "model.safetensors")` adds a column.

The model file goes to each executor once and is loaded once a Python worker; Spark's Arrow batches go into the scorer as
they are. Rows, order within a partition and all columns stay. The executors' Python needs this package.
"""

import pathlib
import shutil
import tempfile
from typing import Literal

from pyspark import SparkFiles
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import FloatType, StructField, StructType

from ._native import Model
from ._ship import check_output, content_name, loaded, with_scores

__all__ = ["score"]


def score(
    df: DataFrame,
    model_path: str,
    *,
    output: str = "score",
    strict_scenarios: bool = False,
    on_bad_row: Literal["fail", "null"] = "fail",
) -> DataFrame:
    """`df` with the probability of each row in a column `output` (float, null for a row that cannot be read).

    The model file and the columns are checked here, on the driver, before a job starts: `ModelFileError`,
    `SchemaError`.
    """
    model = Model.load(model_path)
    check_output(output, df.columns)
    model.check(to_arrow_schema(df.schema))
    name = _ship(df, model_path)
    options = {"strict_scenarios": strict_scenarios, "on_bad_row": on_bad_row}
    schema = StructType([*df.schema.fields, StructField(output, FloatType())])
    scores = _Scores(name, output, options)

    def run(batches):
        return scores(batches)

    # Spark looks at what it is given as at a function.
    return df.mapInArrow(run, schema)


def _ship(df: DataFrame, model_path: str) -> str:
    """Hands the model file to every executor; its name there."""
    name = content_name(model_path)
    # Spark keeps files by name, so the name is that of the content. The folder must live as long as the application.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mi-dpg-"))
    shutil.copyfile(model_path, folder / name)
    context = df.sparkSession.sparkContext
    if not any(path.endswith(name) for path in context.listFiles):
        context.addFile(str(folder / name))
    return name


class _Scores:
    """What runs in the Python workers."""

    def __init__(self, name, output, options):
        self.name, self.output, self.options = name, output, options

    def __call__(self, batches):
        model = loaded(SparkFiles.get(self.name))
        for batch in batches:
            yield with_scores(model, batch, self.output, self.options)

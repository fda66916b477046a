"""Spark in `local-cluster[2,1,1024]`: two executor processes of one core each, as a cluster has them."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import readme
from conftest import ROWS, typed

pyspark = pytest.importorskip("pyspark")

from pyspark.sql import SparkSession  # noqa: E402

import mi_dpg  # noqa: E402
import mi_dpg.spark  # noqa: E402

EXAMPLES = pathlib.Path(__file__).parents[1] / "examples"
MASTER = "local-cluster[2,1,1024]"
CONFIG = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="module")
def spark():
    builder = SparkSession.builder.master(MASTER).appName("mi-dpg tests")
    for key, value in CONFIG.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def parquet(amazon, tmp_path_factory):
    """The log as Parquet, with a row id and columns the model does not know, one of them nested."""
    table = typed(amazon.log)
    rows = table.num_rows
    table = table.append_column("row_id", pa.array(range(rows), pa.int64()))
    table = table.append_column("extra", pa.array([{"a": row % 3} for row in range(rows)]))
    folder = tmp_path_factory.mktemp("parquet") / "log"
    folder.mkdir()
    for part in range(4):
        size = -(-rows // 4)
        pyarrow.parquet.write_table(table.slice(part * size, size), folder / f"part-{part}.parquet")
    return folder


def collected(df) -> pa.Table:
    return df.toArrow().sort_by("row_id")


def complete_and_same(table: pa.Table, expected: np.ndarray):
    """Each row once, and the bits of `midpg score`."""
    np.testing.assert_array_equal(table["row_id"].to_numpy(), np.arange(ROWS))
    np.testing.assert_array_equal(table["score"].to_numpy(), expected)


@pytest.mark.parametrize(("partitions", "batch"), [(None, 10000), (1, 100000), (7, 333), (16, 4096)])
def test_scores_are_those_of_the_command(spark, amazon, parquet, partitions, batch):
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", batch)
    df = spark.read.parquet(str(parquet))
    if partitions:
        df = df.repartition(partitions)
    scored = mi_dpg.spark.score(df, str(amazon.model))
    assert scored.columns == [*df.columns, "score"]
    table = collected(scored)
    complete_and_same(table, amazon.scores)
    assert table["extra"][5].as_py() == {"a": 2}, "columns the model does not know are passed through"


def test_the_readme_scores(spark, amazon, parquet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.safetensors").symlink_to(amazon.model)
    # A relative path is the session's, which began elsewhere: the same folder under its whole name.
    reader = type("Reader", (), {"parquet": lambda self, path: spark.read.parquet(str(parquet.parent / path))})
    session = type("Session", (), {"read": reader()})()
    _, scored = readme.run("import mi_dpg.spark", spark=session)
    complete_and_same(collected(scored), amazon.scores)


def test_a_killed_worker_is_retried_without_duplicate_or_hole(spark, amazon, parquet, tmp_path):
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 500)
    df = spark.read.parquet(str(parquet))
    marker = tmp_path / "killed"
    scores = mi_dpg.spark._Scores(mi_dpg.spark._ship(df, str(amazon.model)), "score", {})

    def dying(batches):
        for number, batch in enumerate(scores(batches)):
            if number == 3:
                try:
                    os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
                except FileExistsError:
                    pass
                else:
                    os.kill(os.getpid(), signal.SIGKILL)
            yield batch

    schema = mi_dpg.spark.score(df, str(amazon.model)).schema
    out = str(tmp_path / "out")
    df.repartition(4).mapInArrow(dying, schema).write.parquet(out)
    assert marker.exists(), "a worker was killed in the middle of its partition"
    complete_and_same(collected(spark.read.parquet(out)), amazon.scores)


def test_what_is_wrong_is_told_on_the_driver_before_a_job_starts(spark, amazon, parquet, tmp_path):
    df = spark.read.parquet(str(parquet))
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(amazon.model.read_bytes()[:-100])
    started = time.monotonic()
    with pytest.raises(mi_dpg.ModelFileError, match="bad.safetensors"):
        mi_dpg.spark.score(df, str(bad))
    print(f"a corrupt model file is told after {time.monotonic() - started:.2f} s")
    with pytest.raises(mi_dpg.SchemaError, match='no column "brand"'):
        mi_dpg.spark.score(df.drop("brand"), str(amazon.model))
    with pytest.raises(mi_dpg.SchemaError, match="item_id"):
        mi_dpg.spark.score(df.withColumn("item_id", df.item_id.cast("double")), str(amazon.model))
    with pytest.raises(mi_dpg.ConfigError, match="output"):
        mi_dpg.spark.score(df, str(amazon.model), output="rating")


def test_rows_that_cannot_be_read_are_null_where_that_is_asked_for(spark, amazon, parquet):
    df = spark.read.parquet(str(parquet)).limit(100)
    df = df.withColumn("category", pyspark.sql.functions.lit("Nowhere"))
    scored = mi_dpg.spark.score(df, str(amazon.model), strict_scenarios=True, on_bad_row="null", output="p")
    assert scored.filter("p is null").count() == 100


def test_spark_submit_does_a_whole_job(amazon, parquet, tmp_path):
    submit = pathlib.Path(pyspark.__file__).parent / "bin" / "spark-submit"
    config = [arg for key, value in CONFIG.items() for arg in ("--conf", f"{key}={value}")]
    job = [EXAMPLES / "spark_score.py", "--model", amazon.model, "--data", parquet, "--keep", "row_id"]
    environment = dict(os.environ, PYSPARK_PYTHON=sys.executable)

    def run(*args):
        line = [submit, "--master", MASTER, *config, *job, *args]
        return subprocess.run([str(x) for x in line], env=environment, capture_output=True, text=True, check=False)

    done = run("--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr[-3000:]
    table = pyarrow.parquet.read_table(tmp_path / "out").sort_by("row_id")
    assert table.column_names == ["row_id", "score"]
    complete_and_same(table, amazon.scores)

    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"no model")
    job[2] = bad
    done = run("--out", tmp_path / "none")
    # spark-submit puts what the script writes to its standard error on the standard output.
    assert done.returncode != 0 and f"error: {bad}: not a mi-dpg model file" in done.stdout
    assert not (tmp_path / "none").exists()

"""What scoring in Spark costs on this machine: rows/s at one and two slots, the scorer's share, memory, and the same job
as people write it today, a pandas UDF over onnxruntime. Prints Markdown; `--json FILE` has all samples.

Usage: MIDPG=…/midpg spark.py FOLDER [--rows N] [--rounds N] [--memory] [--json FILE]; FOLDER keeps logs and models.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
from pyspark import SparkFiles  # noqa: E402
from pyspark.accumulators import AccumulatorParam  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql.functions import pandas_udf  # noqa: E402
from pyspark.sql.types import FloatType  # noqa: E402

import mi_dpg  # noqa: E402
import mi_dpg.spark  # noqa: E402
from mi_dpg._ship import loaded  # noqa: E402


class Largest(AccumulatorParam):
    def zero(self, _):
        return 0

    def addInPlace(self, a, b):
        return max(a, b)


def midpg(*args):
    subprocess.run([os.environ["MIDPG"], *map(str, args)], check=True, stdout=subprocess.DEVNULL)


def prepare(folder: pathlib.Path, rows: int):
    """A million rows in files of 250,000, a model trained on the first 100,000, and its ONNX export."""
    folder.mkdir(parents=True, exist_ok=True)
    log, model = folder / f"log-{rows}.csv", folder / "model.safetensors"
    parquet = folder / f"log-{rows}"
    if not log.exists():
        midpg("synth", "--preset", "amazon", "--rows", rows, "--seed", 1, "--effect", "modulated", "--out", log)
    if not parquet.exists():
        convert = pyarrow.csv.ConvertOptions(strings_can_be_null=True, null_values=[""])
        table = pyarrow.csv.read_csv(log, convert_options=convert)
        table = table.append_column("row_id", pa.array(range(rows), pa.int64()))
        partial = folder / "partial"
        partial.mkdir(exist_ok=True)
        for number, start in enumerate(range(0, rows, 250_000)):
            pyarrow.parquet.write_table(table.slice(start, 250_000), partial / f"part-{number:03}.parquet")
        partial.rename(parquet)
    if not model.exists():
        part = folder / "part.csv"
        with open(log) as whole, open(part, "w") as out:
            out.writelines(line for line, _ in zip(whole, range(100_001)))
        midpg("train", "--data", part, "--schema", "amazon", "--model", "mi-dpg", "--epochs", 1, "--out", model)
        midpg("export", "--model", model, "--format", "onnx", "--out", folder / "model.onnx")
    return parquet, model


def session(slots: int) -> SparkSession:
    builder = SparkSession.builder.master(f"local-cluster[{slots},1,1024]").appName("bench")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.files.maxPartitionBytes": "4m",
    }.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def timed(df) -> float:
    started = time.perf_counter()
    df.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - started


def watched(df, model):
    """`mi_dpg.spark.score` with a clock inside: the data frame, seconds in the scorer, seconds in all, peak MiB."""
    context = df.sparkSession.sparkContext
    inside, whole = context.accumulator(0.0), context.accumulator(0.0)
    peak = context.accumulator(0, Largest())
    name = mi_dpg.spark._ship(df, str(model))

    def scores(batches):
        scorer = loaded(SparkFiles.get(name))
        began = time.perf_counter()
        for batch in batches:
            entered = time.perf_counter()
            result = scorer.score(batch)
            inside.add(time.perf_counter() - entered)
            fields = pa.schema([*batch.schema, pa.field("score", pa.float32())])
            yield pa.RecordBatch.from_arrays([*batch.columns, result], schema=fields)
        whole.add(time.perf_counter() - began)
        peak.add(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)

    return df.mapInArrow(scores, mi_dpg.spark.score(df, str(model)).schema), inside, whole, peak


_sessions = {}


def onnx(df, folder: pathlib.Path):
    """The look-ups with pandas, the network with onnxruntime on one thread; loaded once a worker."""
    context = df.sparkSession.sparkContext
    context.addFile(str(folder / "model.onnx"))
    kinds = dict(df.dtypes)

    def load():
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = SparkFiles.get("model.onnx")
        ort = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        document = json.loads(ort.get_modelmeta().custom_metadata_map["mi-dpg"])
        tables = []
        for field in document["encoder"]["fields"]:
            values = field["vocabulary"]["values"]
            # As the column is typed, so that nothing has to be written as text.
            values = np.array(values, dtype=np.int64) if kinds[field["name"]] == "bigint" else values
            tables.append(pd.Series(np.arange(2, 2 + len(values), dtype=np.int32), values))
        return ort, tables

    fields = [field["name"] for field in mi_dpg.Model.load(folder / "model.safetensors").fields]

    def run(batches):
        if "ort" not in _sessions:
            _sessions["ort"] = load()
        ort, tables = _sessions["ort"]
        for columns in batches:
            ids = np.empty((len(columns[0]), len(columns)), dtype=np.int32)
            for place, (column, table) in enumerate(zip(columns, tables, strict=True)):
                found = column.map(table).fillna(0).to_numpy(dtype=np.int32)
                ids[:, place] = np.where(column.isna(), 1, found)
            (scores,) = ort.run(["probability"], {"ids": ids})
            yield pd.Series(scores)

    from collections.abc import Iterator

    run.__annotations__ = {"batches": Iterator[tuple[pd.Series, ...]], "return": Iterator[pd.Series]}
    return df.withColumn("score", pandas_udf(run, FloatType())(*fields))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true", help="10^5 to 10^7 rows instead, for the peak of a worker")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    parquet, model = prepare(args.folder, args.rows)
    results = {}

    if args.memory:
        spark = session(1)
        files = sorted(str(path) for path in parquet.glob("*.parquet"))
        print("| rows | seconds | rows/s | peak of the Python worker, MiB |\n|---|---|---|---|")
        for rows in (args.rows // 10, args.rows, args.rows * 10):
            df = spark.read.parquet(*(files * max(1, rows // args.rows)))
            if rows < args.rows:
                df = spark.read.parquet(files[0]).limit(rows)
            scored, _, _, peak = watched(df, model)
            seconds = timed(scored)
            results[rows] = {"seconds": seconds, "peak": peak.value}
            print(f"| {rows} | {seconds:.1f} | {rows / seconds:.0f} | {peak.value} |", flush=True)
        spark.stop()
    else:
        print("| slots | job | rows/s, median (all) | share of the worker's time in the scorer |\n|---|---|---|---|")
        for slots in (1, 2):
            spark = session(slots)
            df = spark.read.parquet(str(parquet))
            scored, inside, whole, _ = watched(df, model)
            jobs = {"mi_dpg.spark": scored, "pandas UDF, onnxruntime": onnx(df, args.folder), "reading alone": df}
            first = {name: job.select("row_id", "score").toPandas() for name, job in jobs.items() if name[0] != "r"}
            ours, theirs = (table.sort_values("row_id")["score"].to_numpy() for table in first.values())
            assert np.abs(ours - theirs).max() < 1e-5, "the two jobs give different scores"
            share = (inside.value, whole.value)
            samples = {name: [] for name in jobs}
            for _ in range(args.rounds):
                for name, job in jobs.items():
                    samples[name].append(timed(job))
            share = (inside.value - share[0]) / (whole.value - share[1])
            for name, seconds in samples.items():
                results[f"{name} {slots}"] = seconds
                rates = ", ".join(f"{args.rows / s:.0f}" for s in seconds)
                part = f"{share:.0%}" if name == "mi_dpg.spark" else ""
                print(f"| {slots} | {name} | {args.rows / statistics.median(seconds):.0f} ({rates}) | {part} |", flush=True)
            spark.stop()
    if args.json:
        args.json.write_text(json.dumps(results))


if __name__ == "__main__":
    main()

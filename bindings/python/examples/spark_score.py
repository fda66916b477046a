"""A whole job: Parquet in, scores out.

spark-submit spark_score.py --model model.safetensors --data IN.parquet --out OUT.parquet [--keep request_id,user_id]
"""

import argparse
import sys

from pyspark.sql import SparkSession

import mi_dpg
import mi_dpg.spark


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="the model file")
    parser.add_argument("--data", required=True, help="Parquet, anywhere Spark can read it")
    parser.add_argument("--out", required=True, help="the folder for the scores")
    parser.add_argument("--keep", default="", help="columns to write beside the score [default: all]")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    args = parser.parse_args()

    # What is wrong with the model or the columns is one line here, before a job has started.
    try:
        mi_dpg.Model.load(args.model)
    except mi_dpg.MidpgError as error:
        sys.exit(f"error: {error}")
    spark = SparkSession.builder.appName("mi-dpg score").getOrCreate()
    try:
        scored = mi_dpg.spark.score(spark.read.parquet(args.data), args.model)
    except mi_dpg.MidpgError as error:
        sys.exit(f"error: {error}")
    if args.keep:
        scored = scored.select(*args.keep.split(","), "score")
    scored.write.mode("overwrite" if args.overwrite else "errorifexists").parquet(args.out)
    spark.stop()


if __name__ == "__main__":
    main()

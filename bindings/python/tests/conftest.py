"""Logs, models and reference scores, made by the `midpg` command named in MIDPG."""

import csv
import os
import pathlib
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

# Spark's workers must be the Python that has the package.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)

ROWS = int(os.environ.get("MIDPG_TEST_ROWS", "20000"))


def midpg(*args):
    done = subprocess.run([os.environ["MIDPG"], *map(str, args)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def scores_of(path) -> np.ndarray:
    """Scores that `midpg score` wrote, as the f32 they are; NaN where there is none."""
    with open(path) as file:
        return np.array([row["score"] or "nan" for row in csv.DictReader(file)], dtype=np.float32)


def typed(path) -> pa.Table:
    """A log as people have it in their tables: integers, floats, strings; nulls where the text is empty."""
    return pyarrow.csv.read_csv(
        path, convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True, null_values=[""])
    )


class World:
    """A log, a model of it and the scores of the command."""

    def __init__(self, folder: pathlib.Path, preset: str, method: str):
        self.folder, self.preset = folder, preset
        self.log, self.model, self.csv = folder / "log.csv", folder / "model.safetensors", folder / "scores.csv"
        midpg("synth", "--preset", preset, "--rows", ROWS, "--seed", 3, "--effect", "modulated", "--out", self.log)
        small = folder / "small.csv"
        with open(self.log) as whole, open(small, "w") as part:
            # Every tenth row: all days are among them.
            part.writelines(line for number, line in enumerate(whole) if number % 10 == 0)
        train = ["--hidden", "32,16", "--embedding", 8, "--epochs", 1, "--model", method]
        midpg("train", "--data", small, "--schema", preset, *train, "--out", self.model)
        midpg("score", "--model", self.model, "--data", self.log, "--out", self.csv)
        self.scores = scores_of(self.csv)


@pytest.fixture(scope="session")
def amazon(tmp_path_factory) -> World:
    return World(tmp_path_factory.mktemp("amazon"), "amazon", "mi-dpg")


@pytest.fixture(scope="session")
def ads(tmp_path_factory) -> World:
    return World(tmp_path_factory.mktemp("ads"), "ads", "star")

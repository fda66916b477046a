"""Many processes under torchrun: two of 256 rows a step are one of 512, and a killed one is no harm."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet
import pytest
from conftest import midpg, scores_of, typed

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from mi_dpg import Model  # noqa: E402
from mi_dpg.torch import Trainable  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """4,096 rows: eight whole steps of 512 an epoch, so that nothing is left out on any number of ranks."""
    folder = tmp_path_factory.mktemp("ddp")
    log = ["--preset", "amazon", "--rows", 4096, "--seed", 5, "--effect", "modulated"]
    midpg("synth", *log, "--out", folder / "log.csv")
    args = ["--schema", "amazon", "--embedding", 8, "--hidden", "32,16", "--epochs", 1, "--model", "mi-dpg"]
    midpg("train", "--data", folder / "log.csv", *args, "--out", folder / "start.safetensors")
    pyarrow.parquet.write_table(typed(folder / "log.csv"), folder / "log.parquet")
    return folder


def line(folder: pathlib.Path, name: str, processes: int, *more):
    """Trains 40 steps; many processes all the same start from rank 0's discriminators."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    script = ["-m", "mi_dpg.torch.train", "--model", "start.safetensors", "--data", "log.parquet"]
    out = ["--out", f"{name}.safetensors", "--report", f"{name}.jsonl", "--epochs", "5", "--seed", "3"]
    arguments = [arg for arg in more if arg.startswith("--max-restarts")]
    rest = [arg for arg in more if arg not in arguments]
    return [*launcher, *arguments, *script, *out, *rest]


def ranks(launcher: int) -> list[int]:
    """The processes that torchrun started."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            stat, command = path.read_text(), path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(stat.rsplit(")", 1)[1].split()[1]) == launcher and b"mi_dpg.torch.train" in command:
            found.append(int(path.parent.name))
    return found


def environment():
    # A fresh store after a restart: in the shared one the ranks may find the addresses of those that died.
    fresh = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
    return dict(os.environ, OMP_NUM_THREADS="1", PYTHONUNBUFFERED="1", **fresh)


def run(folder, name, processes, *more):
    done = subprocess.run(
        line(folder, name, processes, *more), cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]


def losses(folder, name):
    """By step: a run that went on from a checkpoint tells some twice."""
    lines = (json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines())
    return {line["step"]: (line["loss"], line["mi"]) for line in lines}


def apart(folder, a, b):
    a, b = load_file(folder / f"{a}.safetensors"), load_file(folder / f"{b}.safetensors")
    return max(float((a[name] - b[name]).abs().max()) for name in a)


@pytest.fixture(scope="module")
def one(folder):
    run(folder, "one", 1)
    return folder


def test_two_processes_are_one_with_their_batches_together(one):
    run(one, "two", 2)
    a, b = losses(one, "one"), losses(one, "two")
    assert list(a) == list(b) == list(range(1, 41))
    most = np.abs(np.array(list(a.values())) - np.array(list(b.values()))).max()
    print(f"2 x 256 beside 1 x 512: losses {most:.1e}, weights {apart(one, 'one', 'two'):.1e} apart after 40 steps")
    assert most < 1e-5
    assert apart(one, "one", "two") < 1e-5


def test_a_killed_process_goes_on_from_its_checkpoint(one):
    command = line(one, "killed", 2, "--max-restarts=2", "--checkpoint-every", "16")
    process = subprocess.Popen(
        command, cwd=one, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    report = one / "killed.jsonl"
    while not (report.exists() and len(report.read_text().splitlines()) >= 18):
        assert process.poll() is None, process.stderr.read()[-3000:]
        time.sleep(0.005)
    os.kill(ranks(process.pid)[-1], signal.SIGKILL)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told[-3000:]
    steps = [json.loads(line)["step"] for line in report.read_text().splitlines()]
    assert len(steps) > len(set(steps)), "steps 17 and 18 were done again, from the checkpoint"
    assert losses(one, "killed").keys() == losses(one, "one").keys()
    print(f"a rank was killed after step {18}; the weights are {apart(one, 'one', 'killed'):.1e} apart")
    assert apart(one, "one", "killed") < 1e-5


def test_a_model_trained_by_many_opens_everywhere(one):
    if not (one / "two.safetensors").exists():
        run(one, "two", 2)
    path, table = one / "two.safetensors", typed(one / "log.csv")
    by_torch = Trainable.load(path).score(table)
    midpg("score", "--model", path, "--data", one / "log.csv", "--out", one / "scores.csv")
    most = np.abs(scores_of(one / "scores.csv") - by_torch).max()
    print(f"a model of two processes: PyTorch and `midpg score` at most {most:.1e} apart")
    assert most < 1e-5
    np.testing.assert_array_equal(Model.load(path).score(table).to_numpy(), scores_of(one / "scores.csv"))
    told = json.loads(midpg("inspect", path, "--json").stdout)
    assert (told["training"]["valid_auc"], told["training"]["rows"]) == (None, table.num_rows)

"""A hundred steps of PyTorch beside a hundred of `midpg train`, from the same weights, and models that go both ways."""

import os
import re
import signal
import subprocess
import time

import numpy as np
import pyarrow.compute as pc
import pytest
from conftest import midpg, scores_of, typed

torch = pytest.importorskip("torch")

from safetensors import safe_open  # noqa: E402

from mi_dpg import Model  # noqa: E402
from mi_dpg.torch import Trainable, Trainer  # noqa: E402

EPOCHS, SEED = 25, 9
# Where rounding decides the side of ReLU's kink on which a unit is, or a gradient is no more than rounding errors, Adam
# still makes whole steps. Steps of 1e-3 then take single weights further apart than 1e-3 in a hundred.
LR = 1e-4
METHODS = {
    "dnn": ["--model", "dnn"],
    "dpg-r": ["--model", "dpg", "--variant", "r"],
    "dpg-rc": ["--model", "dpg", "--variant", "rc", "--dk", "2"],
    "dpg-c": ["--model", "dpg", "--variant", "c"],
    "dpg-non": ["--model", "dpg", "--variant", "non"],
    "mi-dpg": ["--model", "mi-dpg"],
    "ple": ["--model", "ple", "--levels", "1"],
    "star": ["--model", "star"],
    "pepnet": ["--model", "pepnet"],
    "adasparse": ["--model", "adasparse"],
    "apg": ["--model", "apg"],
}


# The share of weights that may be further apart than 1e-3: STAR divides by deviations that are small to begin with, and
# rounding grows with that.
FAR = {"star": 1e-3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A log of 1,800 to 2,000 training rows: four steps of 512 an epoch."""
    folder = tmp_path_factory.mktemp("torch")
    log = ["--preset", "amazon", "--rows", 2100, "--seed", 4, "--effect", "modulated"]
    midpg("synth", *log, "--out", folder / "log.csv")
    return folder


def start(folder, method):
    path = folder / f"{method}.safetensors"
    if not path.exists():
        # Not from scratch, where many gradients are that small.
        args = ["--schema", "amazon", "--embedding", 8, "--hidden", "32,16", "--epochs", 5, "--embedding-std", 0.3]
        args += METHODS[method]
        midpg("train", "--data", folder / "log.csv", *args, "--out", path)
    return path


def continuing(folder, model, out, lr):
    """The arguments of a run of a hundred steps from `model`."""
    return [
        *("train", "--data", folder / "log.csv", "--init", model, "--out", out, "--lr", lr, "--seed", SEED),
        *("--epochs", EPOCHS, "--patience", 1000, "--batch", 512, "--oov-dropout", 0, "--threads", 1),
    ]


def first_discriminators(folder, model):
    """What a run begins with, out of the checkpoint of one whose steps are too small to move it."""
    out = folder / "still.safetensors"
    checkpoint = folder / "still.safetensors.checkpoint"
    line = [os.environ["MIDPG"], *map(str, continuing(folder, model, out, "1e-30")), "--checkpoint-every", "0"]
    process = subprocess.Popen(line, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not checkpoint.exists():
        assert process.poll() is None, "the run ended before its first checkpoint"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with safe_open(checkpoint, framework="pt") as file:
        names = [name for name in file.keys() if name.startswith("now.discriminators.")]
        return {name.removeprefix("now."): file.get_tensor(name) for name in names}


@pytest.mark.parametrize("method", METHODS)
def test_a_hundred_steps_are_those_of_rust(folder, method):
    path, end = start(folder, method), folder / f"{method}-end.safetensors"
    told = midpg(*continuing(folder, path, end, LR)).stderr
    rust = [float(loss) for loss in re.findall(r"^epoch \d+: loss ([0-9.]+)", told, re.MULTILINE)]
    kept = int(re.search(r"kept epoch (\d+)", told).group(1))

    model = Trainable.load(path)
    if method == "mi-dpg":
        model.set_tensors({**model.tensors(), **first_discriminators(folder, path)})
    table = typed(folder / "log.csv")
    # The training part, in the order of the file.
    data = model.encode(table.filter(pc.field("split") == 0), label=True)
    trainer = Trainer(model, data, batch=512, lr=LR, seed=SEED, steps=100)
    assert trainer.steps_per_epoch() * EPOCHS == 100
    ours, weights = [], None
    for epoch in range(1, EPOCHS + 1):
        losses = [trainer.next().loss for _ in range(trainer.steps_per_epoch())]
        ours.append(float(np.mean(losses)))
        if epoch == kept:
            weights = {name: tensor.clone() for name, tensor in model.tensors().items()}
    apart = np.abs(np.array(ours) - np.array(rust)).max()
    with safe_open(end, framework="pt") as file:
        gaps = torch.cat([(file.get_tensor(name) - weights[name]).abs().flatten() for name in file.keys()])
    far = int((gaps > 1e-3).sum())
    print(
        f"{method}: losses at most {apart:.1e} apart (printed to 5e-5), weights after epoch {kept}: median "
        f"{gaps.median():.0e}, at most {gaps.max():.1e}, {far} of {len(gaps)} more than 1e-3"
    )
    # What the command prints is rounded to four digits.
    assert apart < 1e-4 + 5e-5
    assert far <= FAR.get(method, 0) * len(gaps)


@pytest.mark.parametrize("method", METHODS)
def test_models_go_both_ways(folder, method):
    path, table = start(folder, method), typed(folder / "log.csv")
    model = Trainable.load(path)
    there = Model.load(path).score(table).to_numpy()
    apart = np.abs(model.score(table) - there).max()
    assert apart < 1e-5
    assert model.score(table.slice(0, 0)).shape == (0,)
    # Unchanged weights give an unchanged file, as far as its tensors go.
    model.save(folder / "back.safetensors")
    np.testing.assert_array_equal(Model.load(folder / "back.safetensors").score(table).to_numpy(), there)
    trainer = Trainer(model, model.encode(table, label=True), batch=256, lr=1e-2)
    for _ in range(10):
        trainer.next()
    model.save(folder / "trained.safetensors")
    trained = model.score(table)
    assert np.abs(trained - there).max() > 1e-3
    midpg("score", "--model", folder / "trained.safetensors", "--data", folder / "log.csv", "--out", folder / "s.csv")
    most = np.abs(scores_of(folder / "s.csv") - trained).max()
    print(f"{method}: scores of PyTorch and Rust at most {apart:.1e} apart, after PyTorch trained it {most:.1e}")
    assert most < 1e-5


def test_a_run_goes_on_where_it_stood(folder, tmp_path):
    path, table = start(folder, "mi-dpg"), typed(folder / "log.csv")
    torch.manual_seed(1)
    whole = Trainable.load(path)
    data = whole.encode(table, label=True)
    trainer = Trainer(whole, data)
    for _ in range(7):
        trainer.next()
    torch.save(trainer.state(), tmp_path / "state")
    losses = [trainer.next().loss for _ in range(7)]
    resumed = Trainer(Trainable.load(path), data)
    resumed.restore(torch.load(tmp_path / "state", weights_only=True))
    assert [resumed.next().loss for _ in range(7)] == losses
    # A checkpoint of another run is not gone on from.
    few = data.take(np.arange(data.rows - 1))
    for data, options in [(data, {"lr": 1e-2}), (data, {"seed": 2}), (few, {})]:
        other = Trainer(Trainable.load(path), data, **options)
        with pytest.raises(ValueError, match="other settings or data"):
            other.restore(torch.load(tmp_path / "state", weights_only=True))

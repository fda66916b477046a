"""The modules against the golden files of tests/golden: logits, s, losses and every gradient.

Those come from float64 numpy that writes every S out; these modules never do. In float64 both agree to 1e-9.
"""

import json
import pathlib

import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional as F  # noqa: E402

from mi_dpg.torch import Layout, network  # noqa: E402

GOLDEN = pathlib.Path(__file__).parents[3] / "tests" / "golden"
FILES = sorted(path for path in GOLDEN.glob("*.json") if not path.stem.endswith("_adam"))
CASES = [path for path in FILES if path.stem.split("_")[0] in ("dnn", "dpg", "mi")]
BASELINES = [path for path in FILES if path not in CASES]


def network_config(config: dict) -> dict:
    method = {"name": config["method"]}
    if config["method"] != "dnn":
        method["weighting"] = {
            "variant": config["variant"],
            "condition": config["condition"],
            "dk": config["d_k"],
            "dr_div": config["dr_div"],
            "dc_div": config["dc_div"],
            "gate_scale": config["gate_scale"],
        }
    if config["method"] == "mi-dpg":
        method["mutual_information"] = {"lambda": config["lambda"], "rank": 3}
    return {"hidden": config["hidden"], "method": method}


def close(got, expected, rtol=1e-8, atol=1e-9):
    expected = torch.tensor(expected, dtype=torch.float64).reshape(got.shape)
    torch.testing.assert_close(got, expected, rtol=rtol, atol=atol)


@torch.no_grad()
def fill(module, parameters):
    """Sets what the file has, which must be all there is."""
    named = module.state_dict(keep_vars=True)
    assert sorted(named) == sorted(parameters), "the documented names"
    for name, value in parameters.items():
        assert list(named[name].shape) == value["shape"], name
        named[name].copy_(torch.tensor(value["data"], dtype=torch.float64).reshape(value["shape"]))
    return named


def test_there_are_all_the_cases():
    assert len(CASES) == 20
    assert len(BASELINES) == 16


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden(path):
    case = json.loads(path.read_text())
    x = torch.tensor(case["x"], dtype=torch.float64, requires_grad=True)
    module = network(network_config(case["config"]), Layout(x.shape[1], case["d_e"])).double()
    named = fill(module, case["parameters"])
    expected = case["expected"]
    output = module(x)
    close(output.logits, expected["logits"])
    for s, wanted in zip(output.s, expected["s"], strict=True):
        close(s, wanted)
    loss = F.binary_cross_entropy_with_logits(output.logits, torch.tensor(case["labels"], dtype=torch.float64))
    close(loss, expected["bce"])
    if module.regulariser is not None:
        e = x[:, : case["d_e"]]
        for one, s, wanted in zip(module.discriminators, output.s, expected["mi"], strict=True):
            close(one(e, e[case["perm"]], s), wanted)
        loss = loss + module.regulariser["lambda"] * module.mutual_information(e, e[case["perm"]], output.s)
    close(loss, expected["loss"])
    loss.backward()
    close(x.grad, expected["grad_x"])
    for name, gradient in expected["grads"].items():
        close(named[name].grad, gradient)


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.stem)
def test_golden_baselines(path):
    """Their gradients are central differences, which hold some nine digits."""
    case = json.loads(path.read_text())
    x = torch.tensor(case["x"], dtype=torch.float64, requires_grad=True)
    layout = Layout(x.shape[1], case["d_e"], [tuple(p) for p in case["priors"]], case["scenarios"])
    module = network(case["network"], layout).double()
    if hasattr(module, "at"):
        module.at(case["training"] or 0.0)
    named = fill(module, case["parameters"])
    module.train(case["training"] is not None)
    expected = case["expected"]
    output = module(x, torch.tensor(case["scenario"]))
    close(output.logits, expected["logits"])
    loss = F.binary_cross_entropy_with_logits(output.logits, torch.tensor(case["labels"], dtype=torch.float64))
    close(loss, expected["bce"])
    if output.penalty is not None:
        close(output.penalty, expected["penalty"])
        loss = loss + output.penalty
    close(loss, expected["loss"])
    loss.backward()
    differences = {"rtol": 1e-6, "atol": 1e-7}
    close(x.grad, expected["grad_x"], **differences)
    moved = {name for name, value in named.items() if value.grad is not None and value.grad.any()}
    assert moved == set(expected["grads"]), "a scenario that is absent is not moved"
    for name, gradient in expected["grads"].items():
        close(named[name].grad, gradient, **differences)
    for name, value in expected["after"].items():
        close(named[name], value)


@pytest.mark.parametrize("name", ["lazy_adam", "dense_adam"])
def test_optimisers(name):
    case = json.loads((GOLDEN / f"{name}.json").read_text())
    shape, config = (case["rows"], case["dim"]), case["config"]
    table = torch.nn.Parameter(torch.tensor(case["table"], dtype=torch.float64).reshape(shape))
    kind = torch.optim.SparseAdam if name == "lazy_adam" else torch.optim.Adam
    adam = kind([table], lr=config["lr"], betas=(config["beta1"], config["beta2"]), eps=config["eps"])
    for step in case["steps"]:
        touched = torch.tensor([step["touched"]])
        gradient = torch.tensor(step["gradients"], dtype=torch.float64).reshape(-1, case["dim"])
        gradient = torch.sparse_coo_tensor(touched, gradient, shape)
        table.grad = gradient if name == "lazy_adam" else gradient.to_dense()
        adam.step()
        close(table.detach(), step["table"])

"""The modules against the golden files of tests/golden: logits, s, losses and every gradient.

Those come from float64 numpy that writes every S out; these modules never do. In float64 both agree to 1e-9.
"""

import json
import pathlib

import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional as F  # noqa: E402

from mi_dpg.torch.networks import Network  # noqa: E402

GOLDEN = pathlib.Path(__file__).parents[3] / "tests" / "golden"
CASES = sorted(path for path in GOLDEN.glob("*.json") if path.stem.split("_")[0] in ("dnn", "dpg", "mi"))


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


def close(got, expected):
    expected = torch.tensor(expected, dtype=torch.float64).reshape(got.shape)
    torch.testing.assert_close(got, expected, rtol=1e-8, atol=1e-9)


def test_there_are_all_the_cases():
    assert len(CASES) == 20


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden(path):
    case = json.loads(path.read_text())
    x = torch.tensor(case["x"], dtype=torch.float64, requires_grad=True)
    network = Network(network_config(case["config"]), x.shape[1], case["d_e"]).double()
    named = dict(network.named_parameters())
    assert sorted(named) == sorted(case["parameters"]), "the documented names"
    with torch.no_grad():
        for name, value in case["parameters"].items():
            assert list(named[name].shape) == value["shape"], name
            named[name].copy_(torch.tensor(value["data"], dtype=torch.float64).reshape(value["shape"]))
    expected = case["expected"]
    output = network(x)
    close(output.logits, expected["logits"])
    for s, wanted in zip(output.s, expected["s"], strict=True):
        close(s, wanted)
    loss = F.binary_cross_entropy_with_logits(output.logits, torch.tensor(case["labels"], dtype=torch.float64))
    close(loss, expected["bce"])
    if network.regulariser is not None:
        e = x[:, : case["d_e"]]
        for one, s, wanted in zip(network.discriminators, output.s, expected["mi"], strict=True):
            close(one(e, e[case["perm"]], s), wanted)
        loss = loss + network.regulariser["lambda"] * network.mutual_information(e, e[case["perm"]], output.s)
    close(loss, expected["loss"])
    loss.backward()
    close(x.grad, expected["grad_x"])
    for name, gradient in expected["grads"].items():
        close(named[name].grad, gradient)


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

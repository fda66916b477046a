"""The graph that a plain PyTorch module of the same network would export: a look-up for each field, and the weighting
matrix of every row written out, S * W as [rows, d_m, d_n]."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file


def write(model: str, out: str) -> None:
    tensors = load_file(f"{model}.safetensors")
    document = json.load(open(f"{model}.json"))
    network = document["network"]
    nodes, constants = [], []

    def constant(value, name=None):
        name = name or f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(op, inputs, **settings):
        name = f"{op}_{len(nodes)}"
        nodes.append(helper.make_node(op, inputs, [name], **settings))
        return name

    def linear(name, x):
        weight = constant(tensors[f"{name}.weight"], f"{name}.weight")
        bias = constant(tensors[f"{name}.bias"], f"{name}.bias")
        return node("Gemm", [x, weight, bias], transB=1)

    fields = document["fields"]
    parts = []
    for i, field in enumerate(fields):
        ids = node("Gather", ["ids", constant(np.int64(i))], axis=1)
        table = constant(tensors[f"embedding.{field['name']}"])
        parts.append(node("Gather", [table, ids], axis=0))
    h = node("Concat", parts, axis=1)
    e = parts[0]
    weighting = network["method"].get("weighting")
    assert weighting is None or (weighting["variant"], weighting["gate_scale"]) == ("r", 1.0)
    for layer, width in enumerate(network["hidden"]):
        name = f"layers.{layer}"
        if weighting is None:
            h = node("Relu", [linear(name, h)])
            continue
        weight = tensors[f"{name}.weight"]
        shared = tensors[f"{name}.weighting.column_shared"]
        (dm, dn), (dk, dc) = weight.shape, shared.shape
        r = linear(f"{name}.weighting.row", node("Concat", [e, h], axis=1))
        dr = tensors[f"{name}.weighting.row.bias"].size // dk
        r = node("Reshape", [r, constant(np.array([-1, dr, dk]))])
        s = node("Sigmoid", [node("MatMul", [r, constant(shared)])])
        s = node("Reshape", [s, constant(np.array([-1, dr, 1, dc, 1]))])
        s = node("Expand", [s, constant(np.array([1, dr, dm // dr, dc, dn // dc]))])
        s = node("Reshape", [s, constant(np.array([-1, dm, dn]))])
        w = node("Mul", [s, constant(weight)])
        y = node("MatMul", [w, node("Unsqueeze", [h, constant(np.array([2]))])])
        y = node("Squeeze", [y, constant(np.array([2]))])
        h = node("Relu", [node("Add", [y, constant(tensors[f"{name}.bias"])])])
    p = node("Sigmoid", [linear("output", h)])
    nodes.append(helper.make_node("Reshape", [p, constant(np.array([-1]))], ["probability"]))
    graph = helper.make_graph(
        nodes,
        "torchlike",
        [helper.make_tensor_value_info("ids", TensorProto.INT32, ["rows", len(fields)])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["rows"])],
        constants,
    )
    file = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(file)
    onnx.save(file, out)

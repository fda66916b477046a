"""Golden files for PLE, STAR, PEPNet, AdaSparse and APG, from float64 numpy and nothing of the crate.

Independent on purpose: one row after another, every matrix materialised, and no gradient derived by hand:
all gradients are central differences of the loss. What stops a gradient (sg) is recorded at the point of
evaluation and held while the rest is moved. Run: python make_baselines.py [--out DIR]
"""

import argparse
import pathlib

import numpy as np

from make_golden import B, D, D_E, differences, exact, short, sigmoid, softplus, write

K, FIRST = 3, 2  # scenarios; ids 0 and 1 are unknown and missing
PRIORS = [(4, 6), (6, 8)]


class Held:
    """sg: the first evaluation's value, whatever is moved later."""

    def __init__(self):
        self.values, self.at = [], None

    def start(self):
        self.at = 0

    def __call__(self, value):
        if self.at is None:
            return value
        if self.at == len(self.values):
            self.values.append(np.array(value))
        self.at += 1
        return self.values[self.at - 1]


relu = lambda z: np.maximum(z, 0)


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


class Base:
    def __init__(self, method, hidden, training):
        self.m, self.hidden, self.training = method, hidden, training
        self.p, self.kinks = {}, []

    def linear(self, rng, name, d_in, d_out):
        self.p[f"{name}.weight"] = exact(rng, d_out, d_in, scale=1.5 / np.sqrt(d_in))
        self.p[f"{name}.bias"] = exact(rng, d_out, scale=0.4)

    def dnn_init(self, rng, prefix, d_in, hidden):
        for l, width in enumerate(hidden):
            self.linear(rng, f"{prefix}layers.{l}", d_in, width)
            d_in = width
        self.linear(rng, f"{prefix}output", d_in, 1)

    def apply(self, name, x):
        return self.p[f"{name}.weight"] @ x + self.p[f"{name}.bias"]

    def act(self, z):
        """ReLU; remembers how near its kink it came."""
        self.kinks.append(np.abs(z).min())
        return relu(z)

    def dnn(self, prefix, x, hidden):
        for l in range(len(hidden)):
            x = self.act(self.apply(f"{prefix}layers.{l}", x))
        return self.apply(f"{prefix}output", x)[0]

    def penalty(self):
        return 0.0

    def after(self):
        return {}


class Ple(Base):
    def init(self, rng):
        ns, nsh, levels = (self.m[k] for k in ("specific", "shared", "levels"))
        d_in = D
        self.widths = [self.hidden[:-1]] if levels == 1 else [self.hidden[:1], self.hidden[1:-1]]
        for l, widths in enumerate(self.widths):
            for kind, count in (("specific", K * ns), ("shared", nsh)):
                for j in range(count):
                    w = d_in
                    for i, width in enumerate(widths):
                        self.linear(rng, f"levels.{l}.{kind}.{j}.layers.{i}", w, width)
                        w = width
            for k in range(K):
                self.linear(rng, f"levels.{l}.gates.{k}", d_in, ns + nsh)
            if l + 1 < levels:
                self.linear(rng, f"levels.{l}.shared_gate", d_in, K * ns + nsh)
            d_in = widths[-1]
        for k in range(K):
            self.dnn_init(rng, f"towers.{k}.", d_in, self.hidden[-1:])

    def expert(self, l, kind, j, x):
        for i in range(len(self.widths[l])):
            x = self.act(self.apply(f"levels.{l}.{kind}.{j}.layers.{i}", x))
        return x

    def row(self, x, d, _):
        ns, nsh, levels = (self.m[k] for k in ("specific", "shared", "levels"))
        own, common = [x] * K, x
        for l in range(levels):
            specific = [[self.expert(l, "specific", k * ns + j, own[k]) for j in range(ns)] for k in range(K)]
            shared = [self.expert(l, "shared", j, common) for j in range(nsh)]
            mix = lambda gate, inputs, experts: softmax(self.apply(gate, inputs)) @ np.array(experts)
            if l + 1 < levels:
                everyone = [e for experts in specific for e in experts] + shared
                following = mix(f"levels.{l}.shared_gate", common, everyone)
            own = [mix(f"levels.{l}.gates.{k}", own[k], specific[k] + shared) for k in range(K)]
            if l + 1 < levels:
                common = following
        logits = [self.dnn(f"towers.{k}.", own[k], self.hidden[-1:]) for k in range(K)]
        return np.mean(logits) if d < FIRST else logits[d - FIRST]

    def forward(self, x, scenario, _):
        return np.array([self.row(row, d, None) for row, d in zip(x, scenario)])


class Star(Base):
    EPS = 1e-5

    def init(self, rng):
        for name in ["shared"] + [f"specific.{k}" for k in range(K)]:
            self.p[f"norm.{name}.scale"] = 1 + exact(rng, D, scale=0.3)
            self.p[f"norm.{name}.shift"] = exact(rng, D, scale=0.3)
        self.running = {}
        for k in range(K + 1):
            self.running[f"norm.running.{k}.mean"] = exact(rng, D, scale=0.5)
            self.running[f"norm.running.{k}.variance"] = 0.5 + np.abs(exact(rng, D))
            self.running[f"norm.running.{k}.batches"] = np.array([0.0 if k == 1 else 300.0])
        widths = [D] + self.hidden + [1]
        for l, (d_n, d_m) in enumerate(zip(widths, widths[1:])):
            self.linear(rng, f"layers.{l}.shared", d_n, d_m)
            for k in range(K):
                self.p[f"layers.{l}.specific.{k}.weight"] = 1 + exact(rng, d_m, d_n, scale=0.3)
                self.p[f"layers.{l}.specific.{k}.bias"] = exact(rng, d_m, scale=0.3)
        self.dnn_init(rng, "auxiliary.", D, self.m["auxiliary"])

    def forward(self, x, scenario, _):
        p, logits = self.p, np.zeros(len(x))
        self.seen = {}
        whole = self.training is not None and len(x) > 1
        if whole:
            self.seen[K] = (x.mean(0), x.var(0))
        for b, d in enumerate(scenario):
            place = K if d < FIRST else d - FIRST
            rows = x[[i for i, other in enumerate(scenario) if other == d]]
            mean, var = (self.running[f"norm.running.{place}.{s}"] for s in ("mean", "variance"))
            if self.training is not None:
                if place == K and whole:
                    mean, var = self.seen[K]
                elif place < K and len(rows) > 1:
                    mean, var = self.seen[place] = (rows.mean(0), rows.var(0))
            scale, shift = p["norm.shared.scale"], p["norm.shared.shift"]
            if place < K:
                scale = scale * p[f"norm.specific.{place}.scale"]
                shift = shift + p[f"norm.specific.{place}.shift"]
            h = scale * (x[b] - mean) / np.sqrt(var + self.EPS) + shift
            for l in range(len(self.hidden) + 1):
                W, bias = p[f"layers.{l}.shared.weight"], p[f"layers.{l}.shared.bias"]
                if place < K:
                    W = W * p[f"layers.{l}.specific.{place}.weight"]
                    bias = bias + p[f"layers.{l}.specific.{place}.bias"]
                z = W @ h + bias
                h = z if l == len(self.hidden) else self.act(z)
            logits[b] = h[0] + self.dnn("auxiliary.", x[b], self.m["auxiliary"])
        return logits

    def after(self):
        """The running statistics once the batch is absorbed."""
        out = {k: v.copy() for k, v in self.running.items()}
        for place, (mean, var) in self.seen.items():
            name = f"norm.running.{place}."
            seen = out[name + "batches"][0]
            keep = min(self.m["momentum"], seen / (seen + 1))
            out[name + "mean"] = keep * out[name + "mean"] + (1 - keep) * mean
            out[name + "variance"] = keep * out[name + "variance"] + (1 - keep) * var
            out[name + "batches"] = np.array([seen + 1])
        return out


class PepNet(Base):
    def gate_init(self, rng, name, d_in, d_out):
        self.linear(rng, f"{name}.hidden", d_in, d_out)
        self.linear(rng, f"{name}.output", d_out, d_out)

    def init(self, rng):
        self.dnn_init(rng, "backbone.", D, self.hidden)
        prior = sum(end - start for start, end in self.priors) if self.priors else D_E
        if self.m["epnet"]:
            self.gate_init(rng, "embedding_gate", D_E + D, D)
        if self.m["ppnet"]:
            if self.m["gate_first_input"]:
                self.gate_init(rng, "input_gate", prior + D, D)
            for l, width in enumerate(self.hidden):
                self.gate_init(rng, f"gates.{l}", prior + D, width)

    def gate(self, name, x):
        return self.m["gamma"] * sigmoid(self.apply(f"{name}.output", self.act(self.apply(f"{name}.hidden", x))))

    def row(self, x, sg):
        h = x
        if self.m["epnet"]:
            h = self.gate("embedding_gate", np.concatenate([x[:D_E], sg(x)])) * x
        prior = np.concatenate([x[a:b] for a, b in self.priors]) if self.priors else x[:D_E]
        see = np.concatenate([prior, sg(h)])
        if self.m["ppnet"] and self.m["gate_first_input"]:
            h = self.gate("input_gate", see) * h
        for l in range(len(self.hidden)):
            h = self.act(self.apply(f"backbone.layers.{l}", h))
            if self.m["ppnet"]:
                h = self.gate(f"gates.{l}", see) * h
        return self.apply("backbone.output", h)[0]

    def forward(self, x, _, sg):
        return np.array([self.row(row, sg) for row in x])


class AdaSparse(Base):
    def init(self, rng):
        self.dnn_init(rng, "backbone.", D, self.hidden)
        for l, width in enumerate(self.hidden):
            self.linear(rng, f"pruners.{l}", D_E + width, width)
        if self.m["prune_input"]:
            self.linear(rng, "input_pruner", D_E + D, D)
        low, high = self.m["alpha"]
        self.alpha = low + (high - low) * (self.training or 0.0)
        self.running = {"alpha": np.array([self.alpha])}

    def prune(self, name, e, h, sg):
        v, form, eps = self.apply(name, np.concatenate([e, h])), self.m["form"], self.m["epsilon"]
        if form == "scaling":
            return self.m["beta"] * sigmoid(v) * h
        p = sigmoid(self.alpha * v)
        value = p if form == "binarisation" else self.m["beta"] * p
        self.kinks.append(np.abs(value - eps).min())
        above = (value > eps).astype(float)
        # One number, 0 or 1, that moves as p does.
        step = p + sg(above - p)
        self.kept[name].append(step)
        return (step if form == "binarisation" else value * sg(above)) * h

    def forward(self, x, _, sg):
        names = (["input_pruner"] if self.m["prune_input"] else []) + [f"pruners.{l}" for l in range(len(self.hidden))]
        self.kept, self.sg, logits = {name: [] for name in names}, sg, []
        for row in x:
            e, h = row[:D_E], row
            if self.m["prune_input"]:
                h = self.prune("input_pruner", e, h, sg)
            for l in range(len(self.hidden)):
                h = self.prune(f"pruners.{l}", e, self.act(self.apply(f"backbone.layers.{l}", h)), sg)
            logits.append(self.apply("backbone.output", h)[0])
        return np.array(logits)

    def penalty(self):
        if self.training is None or not self.m["regularise"]:
            return 0.0
        (low, high), (start, end) = self.m["sparsity"], self.m["lambda"]
        weight = start + (end - start) * self.training
        terms = []
        for rows in self.kept.values():
            pruned = 1 - np.mean(rows)
            distance = abs(pruned - (low + high) / 2)
            terms.append(self.sg(0.0 if low <= pruned <= high else weight * distance) * distance)
        return np.mean(terms)


class Apg(Base):
    def init(self, rng):
        d_n, c = D, self.m["condition"]
        self.k = []
        for l, d_m in enumerate(self.hidden):
            k = max(1, -(-min(d_n, d_m) // self.m["rank_div"]))
            self.k.append(k)
            for name, rows, columns in (("input", d_n, k), ("output", k, d_m)):
                name = f"layers.{l}.{name}"
                if self.m.get("over"):
                    inner = max(k, self.m["over"])
                    self.p[f"{name}.left"] = exact(rng, rows, inner, scale=1 / np.sqrt(rows))
                    self.p[f"{name}.right"] = exact(rng, inner, columns, scale=1 / np.sqrt(inner))
                else:
                    self.p[f"{name}.left"] = exact(rng, rows, columns, scale=1 / np.sqrt(rows))
            q = {"group": D_E, "mix": D_E + sum(b - a for a, b in self.priors), "self": d_n}[c]
            self.linear(rng, f"layers.{l}.generator", q, k * k + (d_m if self.m["generated_bias"] else 0))
            if not self.m["generated_bias"]:
                self.p[f"layers.{l}.bias"] = exact(rng, d_m, scale=0.4)
            d_n = d_m
        self.linear(rng, "output", d_n, 1)

    def factor(self, name):
        left = self.p[f"{name}.left"]
        return left @ self.p[f"{name}.right"] if f"{name}.right" in self.p else left

    def forward(self, x, _, __):
        logits = []
        for row in x:
            h = row
            z = np.concatenate([row[:D_E]] + [row[a:b] for a, b in self.priors]) if self.m["condition"] == "mix" else row[:D_E]
            for l, k in enumerate(self.k):
                made = self.apply(f"layers.{l}.generator", h if self.m["condition"] == "self" else z)
                S = made[: k * k].reshape(k, k)
                bias = made[k * k :] if self.m["generated_bias"] else self.p[f"layers.{l}.bias"]
                W = (self.factor(f"layers.{l}.input") @ S @ self.factor(f"layers.{l}.output")).T
                h = self.act(W @ h + bias)
            logits.append(self.apply("output", h)[0])
        return np.array(logits)


METHODS = {"ple": Ple, "star": Star, "pepnet": PepNet, "adasparse": AdaSparse, "apg": Apg}


def make_case(name, seed, method, hidden=(8, 6, 4), training=0.5, priors=PRIORS):
    y = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
    scenario = [2, 3, 2, 3, 4, 0]  # one scenario with a single row, one row of an unknown scenario
    while True:
        rng = np.random.default_rng(seed)
        net = METHODS[method["name"]](method, list(hidden), training)
        net.priors = priors
        net.init(rng)
        x, sg = exact(rng, B, D), Held()

        def loss():
            sg.start()
            logits = net.forward(x, scenario, sg)
            net.parts = logits, np.mean(softplus(logits) - y * logits), net.penalty()
            return net.parts[1] + net.parts[2]

        value = loss()
        # No unit on a kink (f32 and differences would disagree).
        if min(net.kinks) > 2e-3:
            break
        seed += 1000
    (logits, bce, penalty), after = net.parts, net.after()
    grads = {k: differences(loss, v) for k, v in net.p.items()}
    grad_x = differences(loss, x)
    statistics = getattr(net, "running", {})
    tensors = {**net.p, **statistics}
    print(f"{name}: loss {value:.6f}, seed {seed}")
    return {
        "case": name,
        "network": {"embedding": 2, "hidden": list(hidden), "method": method},
        "x": x.tolist(),
        "d_e": D_E,
        "scenarios": K,
        "scenario": scenario,
        "priors": [list(p) for p in priors],
        "training": training,
        "labels": y.tolist(),
        "parameters": {k: {"shape": list(v.shape), "data": v.ravel().tolist()} for k, v in tensors.items()},
        "expected": {
            "logits": short(logits),
            "bce": short(bce)[0],
            "penalty": short(penalty)[0],
            "loss": short(value)[0],
            "grad_x": tidy(grad_x),
            # A parameter that no row of the batch uses has no gradient at all.
            "grads": {k: tidy(v) for k, v in grads.items() if np.abs(v).max() > 0},
            "after": {k: short(v) for k, v in after.items()},
        },
    }


def tidy(gradient):
    """Central differences hold some nine digits."""
    return [float(f"{t:.9f}") for t in np.ravel(gradient)]


def cases():
    ple = dict(name="ple", levels=2, specific=1, shared=1)
    star = {"name": "star", "auxiliary": [5], "momentum": 0.99, "specific_init": "ones"}
    pepnet = dict(name="pepnet", epnet=True, ppnet=True, gate_first_input=True, gamma=2.0)
    sparse = {"name": "adasparse", "form": "fusion", "epsilon": 0.25, "beta": 2.0, "alpha": [0.1, 5.0]}
    sparse |= {"sparsity": [0.15, 0.25], "lambda": [0.01, 1.0], "regularise": False, "prune_input": False}
    apg = dict(name="apg", condition="group", rank_div=2, generated_bias=True, identity_init=True)
    binary = sparse | dict(form="binarisation", epsilon=0.4, regularise=True)
    yield make_case("ple", 1, ple)
    yield make_case("ple_one_level", 2, ple | dict(levels=1, specific=2), hidden=(6, 5, 4))
    yield make_case("ple_experts", 3, ple | dict(specific=2, shared=2), hidden=(5, 4, 3))
    yield make_case("star", 4, star)
    yield make_case("star_predict", 5, star, training=None)
    yield make_case("pepnet", 6, pepnet)
    yield make_case("pepnet_hidden_gates", 7, pepnet | dict(gate_first_input=False))
    yield make_case("pepnet_epnet", 8, pepnet | dict(ppnet=False))
    yield make_case("pepnet_ppnet_no_priors", 9, pepnet | dict(epnet=False), priors=[])
    yield make_case("adasparse", 10, sparse)
    yield make_case("adasparse_binarisation", 11, binary)
    yield make_case("adasparse_scaling", 12, sparse | dict(form="scaling"))
    yield make_case("adasparse_input", 13, sparse | dict(prune_input=True, regularise=True))
    yield make_case("apg", 14, apg)
    yield make_case("apg_self", 15, apg | dict(condition="self", generated_bias=False))
    yield make_case("apg_mix_over", 16, apg | dict(condition="mix", over=7))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    out = parser.parse_args().out
    for case in cases():
        write(out / f"{case['case']}.json", case)


if __name__ == "__main__":
    main()

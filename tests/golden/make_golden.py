"""Golden files for the networks and the optimisers, from float64 numpy and nothing of the crate.

Independent on purpose: S is materialised as [d_m, d_n] for every row, and the gradients are derived by
hand for that form, then checked against central differences. Run: python make_golden.py [--out DIR]
"""

import argparse
import json
import pathlib

import numpy as np

B, D, D_E, RANK = 6, 10, 4, 3


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softplus(z):
    return np.logaddexp(0, z)


def exact(rng, *shape, scale=1.0):
    """Normal numbers on a grid of 2^-10: short decimals that f32 holds exactly."""
    return np.round(rng.normal(size=shape) * scale * 1024) / 1024


def expand(s, d_m, d_n):
    """psi: s [d_r, d_c] -> S [d_m, d_n] with S_ij = s[floor(i d_r / d_m), floor(j d_c / d_n)]."""
    d_r, d_c = s.shape
    S = np.zeros((d_m, d_n))
    for i in range(d_m):
        for j in range(d_n):
            S[i, j] = s[i * d_r // d_m, j * d_c // d_n]
    return S


def shrink(G, d_r, d_c):
    """The adjoint of psi: sums G [d_m, d_n] over the blocks of s [d_r, d_c]."""
    d_m, d_n = G.shape
    g = np.zeros((d_r, d_c))
    for i in range(d_m):
        for j in range(d_n):
            g[i * d_r // d_m, j * d_c // d_n] += G[i, j]
    return g


class Network:
    def __init__(self, config):
        self.c = config
        self.widths = [D] + config["hidden"]
        self.modulated = config["method"] != "dnn"
        self.mir = config["method"] == "mi-dpg"
        self.shapes = []
        for d_n, d_m in zip(self.widths, self.widths[1:]):
            if not self.modulated or config["variant"] == "non":
                self.shapes.append((d_m, d_n))
            else:
                d_r = max(1, d_m // config["dr_div"])
                d_c = max(1, d_n // config["dc_div"])
                self.shapes.append((d_r, d_c))

    def init(self, rng):
        p, c = {}, self.c
        for l, (d_n, d_m) in enumerate(zip(self.widths, self.widths[1:])):
            p[f"layers.{l}.weight"] = exact(rng, d_m, d_n, scale=1.5 / np.sqrt(d_n))
            p[f"layers.{l}.bias"] = exact(rng, d_m, scale=0.5)
            if not self.modulated:
                continue
            q = D_E + (d_n if c["condition"] == "input" else 0)
            (d_r, d_c), d_k = self.shapes[l], c["d_k"]

            def generator(name, size):
                p[f"layers.{l}.weighting.{name}.weight"] = exact(rng, size, q, scale=1 / np.sqrt(q))
                p[f"layers.{l}.weighting.{name}.bias"] = exact(rng, size, scale=0.5)

            if c["variant"] == "non":
                generator("full", d_m * d_n)
            if c["variant"] in ("rc", "r"):
                generator("row", d_r * d_k)
            if c["variant"] in ("rc", "c"):
                generator("column", d_k * d_c)
            if c["variant"] == "r":
                p[f"layers.{l}.weighting.column_shared"] = exact(rng, d_k, d_c)
            if c["variant"] == "c":
                p[f"layers.{l}.weighting.row_shared"] = exact(rng, d_r, d_k)
            if self.mir:
                if c["variant"] == "non":
                    p[f"discriminators.{l}.left"] = exact(rng, D_E, RANK, scale=0.5)
                    p[f"discriminators.{l}.right"] = exact(rng, RANK, d_m * d_n, scale=0.2)
                else:
                    p[f"discriminators.{l}.weight"] = exact(rng, D_E, d_r * d_c, scale=0.5)
                p[f"discriminators.{l}.bias"] = exact(rng, 1, scale=0.3)
        p["output.weight"] = exact(rng, 1, self.widths[-1])
        p["output.bias"] = exact(rng, 1, scale=0.3)
        return p

    def factors(self, p, l, g):
        """S_R [d_r, d_k] and S_C [d_k, d_c] of one row with generator input g."""
        (d_r, d_c), d_k = self.shapes[l], self.c["d_k"]
        make = lambda n: p[f"layers.{l}.weighting.{n}.weight"] @ g + p[f"layers.{l}.weighting.{n}.bias"]
        R = p[f"layers.{l}.weighting.row_shared"] if self.c["variant"] == "c" else make("row").reshape(d_r, d_k)
        C = p[f"layers.{l}.weighting.column_shared"] if self.c["variant"] == "r" else make("column").reshape(d_k, d_c)
        return R, C

    def forward(self, p, x, y, perm):
        c, layers = self.c, len(self.c["hidden"])
        logits, ss, caches = np.zeros(B), [np.zeros((B, *self.shapes[l])) for l in range(layers)], []
        for b in range(B):
            e, h, cache = x[b, :D_E], x[b], []
            for l in range(layers):
                W = p[f"layers.{l}.weight"]
                g, S = None, np.ones_like(W)
                if self.modulated:
                    g = np.concatenate([e, h]) if c["condition"] == "input" else e
                    if c["variant"] == "non":
                        a = p[f"layers.{l}.weighting.full.weight"] @ g + p[f"layers.{l}.weighting.full.bias"]
                        gate = sigmoid(a.reshape(W.shape))
                    else:
                        R, C = self.factors(p, l, g)
                        gate = sigmoid(R @ C)
                    ss[l][b] = c["gate_scale"] * gate
                    S = expand(ss[l][b], *W.shape)
                z = (S * W) @ h + p[f"layers.{l}.bias"]
                cache.append((h, g, S, z))
                h = np.maximum(z, 0)
            logits[b] = (p["output.weight"] @ h + p["output.bias"])[0]
            caches.append((cache, h))
        bce = np.mean(softplus(logits) - y * logits)
        mi, fs = [], []
        if self.mir:
            e = x[:, :D_E]
            for l in range(layers):
                M = self.discriminator(p, l)
                flat = ss[l].reshape(B, -1)
                f = lambda e: np.einsum("bi,ij,bj->b", e, M, flat) + p[f"discriminators.{l}.bias"][0]
                fs.append((f(e), f(e[perm])))
                mi.append(np.mean(softplus(-fs[l][0])) + np.mean(softplus(fs[l][1])))
        loss = bce + (c["lambda"] * np.mean(mi) if self.mir else 0.0)
        return dict(logits=logits, s=ss, bce=bce, mi=mi, loss=loss, caches=caches, fs=fs)

    def discriminator(self, p, l):
        if self.c["variant"] == "non":
            return p[f"discriminators.{l}.left"] @ p[f"discriminators.{l}.right"]
        return p[f"discriminators.{l}.weight"]

    def backward(self, p, x, y, perm, out):
        c, layers = self.c, len(self.c["hidden"])
        grads, gx = {k: np.zeros_like(v) for k, v in p.items()}, np.zeros_like(x)
        gs = [np.zeros_like(s) for s in out["s"]]
        if self.mir:
            weight = c["lambda"] / layers / B
            for l in range(layers):
                M, flat = self.discriminator(p, l), out["s"][l].reshape(B, -1)
                gM = np.zeros_like(M)
                f_pos, f_neg = out["fs"][l]
                for b in range(B):
                    for row, gf in ((b, -sigmoid(-f_pos[b]) * weight), (perm[b], sigmoid(f_neg[b]) * weight)):
                        e = x[row, :D_E]
                        gM += gf * np.outer(e, flat[b])
                        grads[f"discriminators.{l}.bias"] += gf
                        gx[row, :D_E] += gf * (M @ flat[b])
                        gs[l][b] += (gf * (e @ M)).reshape(self.shapes[l])
                if c["variant"] == "non":
                    left, right = p[f"discriminators.{l}.left"], p[f"discriminators.{l}.right"]
                    grads[f"discriminators.{l}.left"] += gM @ right.T
                    grads[f"discriminators.{l}.right"] += left.T @ gM
                else:
                    grads[f"discriminators.{l}.weight"] += gM
        for b in range(B):
            cache, h_last = out["caches"][b]
            gz = (sigmoid(out["logits"][b]) - y[b]) / B
            grads["output.weight"][0] += gz * h_last
            grads["output.bias"] += gz
            gh = gz * p["output.weight"][0]
            for l in reversed(range(layers)):
                h, g, S, z = cache[l]
                W = p[f"layers.{l}.weight"]
                delta = gh * (z > 0)
                grads[f"layers.{l}.bias"] += delta
                grads[f"layers.{l}.weight"] += S * np.outer(delta, h)
                gh = (S * W).T @ delta
                if not self.modulated:
                    continue
                total = gs[l][b] + shrink(W * np.outer(delta, h), *self.shapes[l])
                gate = out["s"][l][b] / c["gate_scale"]
                ga = total * c["gate_scale"] * gate * (1 - gate)
                gg = np.zeros_like(g)

                def into(name, G):
                    grads[f"layers.{l}.weighting.{name}.weight"] += np.outer(G.ravel(), g)
                    grads[f"layers.{l}.weighting.{name}.bias"] += G.ravel()
                    return p[f"layers.{l}.weighting.{name}.weight"].T @ G.ravel()

                if c["variant"] == "non":
                    gg += into("full", ga)
                else:
                    R, C = self.factors(p, l, g)
                    gR, gC = ga @ C.T, R.T @ ga
                    if c["variant"] == "c":
                        grads[f"layers.{l}.weighting.row_shared"] += gR
                    else:
                        gg += into("row", gR)
                    if c["variant"] == "r":
                        grads[f"layers.{l}.weighting.column_shared"] += gC
                    else:
                        gg += into("column", gC)
                gx[b, :D_E] += gg[:D_E]
                gh = gh + (gg[D_E:] if c["condition"] == "input" else 0)
            gx[b] += gh
        return grads, gx


def differences(f, v, eps=1e-6):
    g = np.zeros_like(v)
    for i in np.ndindex(v.shape):
        old = v[i]
        v[i] = old + eps
        up = f()
        v[i] = old - eps
        down = f()
        v[i] = old
        g[i] = (up - down) / (2 * eps)
    return g


def short(v):
    """Twelve significant digits: far beyond what f32 can be held to."""
    return [float(f"{t:.12g}") for t in np.ravel(v)]


def make_case(name, seed, **settings):
    config = dict(method="dpg", variant="r", condition="input", hidden=[8, 6, 4], d_k=1, dr_div=2, dc_div=2)
    config |= {"gate_scale": 1.0, "lambda": 1.0} | settings
    if config["method"] == "dnn":
        config = {k: config[k] for k in ("method", "hidden", "gate_scale", "lambda")}
    net = Network(config)
    while True:
        rng = np.random.default_rng(seed)
        p, x = net.init(rng), exact(rng, B, D)
        y = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
        perm = rng.permutation(B)
        out = net.forward(p, x, y, perm)
        z = np.concatenate([row[3] for cache, _ in out["caches"] for row in cache])
        active = [[(row[3] > 0).sum() for row in cache] for cache, _ in out["caches"]]
        # No unit on the kink of ReLU (f32 and differences would disagree), and no dead layer.
        if np.abs(z).min() > 1e-3 and np.min(active) > 0 and not (perm == np.arange(B)).all():
            break
        seed += 1000
    grads, gx = net.backward(p, x, y, perm, out)
    loss = lambda: net.forward(p, x, y, perm)["loss"]
    worst = np.abs(differences(loss, x) - gx).max()
    for k in p:
        worst = max(worst, np.abs(differences(loss, p[k]) - grads[k]).max())
    assert worst < 1e-8, (name, worst)
    if net.modulated:
        config["d_r"], config["d_c"] = [list(t) for t in zip(*net.shapes)]
    print(f"{name}: gradients agree with central differences to {worst:.1e}")
    return {
        "case": name,
        "config": config,
        "x": x.tolist(),
        "d_e": D_E,
        "labels": y.tolist(),
        "perm": perm.tolist(),
        "lambda": config["lambda"],
        "parameters": {k: {"shape": list(v.shape), "data": v.ravel().tolist()} for k, v in p.items()},
        "expected": {
            "logits": short(out["logits"]),
            "s": [short(s) for s in out["s"]] if net.modulated else [],
            "bce": short(out["bce"])[0],
            "mi": short(out["mi"]),
            "loss": short(out["loss"])[0],
            "grad_x": short(gx),
            "grads": {k: short(v) for k, v in grads.items()},
        },
    }


def make_adam(lazy):
    """PyTorch's SparseAdam (lazy) or Adam on a 5 x 3 table, four steps. One global step count."""
    rng = np.random.default_rng(77)
    lr, beta1, beta2, eps = 1e-3, 0.9, 0.999, 1e-8
    table = exact(rng, 5, 3, scale=0.1)
    m, v = np.zeros_like(table), np.zeros_like(table)
    # Row 3 is never touched; row 4 rests after its first step; row 2 has gradients of the size of eps.
    touched = [[0, 2], [4, 0, 2], [1, 2], [2, 0]] if lazy else [[0, 1, 2, 3, 4]] * 4
    start, steps = table.copy(), []
    for t, rows in enumerate(touched, 1):
        g = exact(rng, len(rows), 3)
        for i, row in enumerate(rows):
            if row == 2:
                g[i] *= 2.0**-24
        m[rows] = beta1 * m[rows] + (1 - beta1) * g
        v[rows] = beta2 * v[rows] + (1 - beta2) * g**2
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        if lazy:  # eps joins the uncorrected root
            table[rows] -= lr * np.sqrt(c2) / c1 * m[rows] / (np.sqrt(v[rows]) + eps)
        else:  # eps joins the corrected root
            table[rows] -= lr / c1 * m[rows] / (np.sqrt(v[rows] / c2) + eps)
        steps.append({"touched": rows, "gradients": g.ravel().tolist(), "table": short(table)})
    return {
        "case": "lazy_adam" if lazy else "dense_adam",
        "config": {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps},
        "rows": 5,
        "dim": 3,
        "table": start.ravel().tolist(),
        "steps": steps,
        "expected": {"first_moment": short(m), "second_moment": short(v)},
    }


def write(path, case):
    """One line per entry of the top level and of the parameters, so that a change shows in a diff."""
    lines = []
    for key, value in case.items():
        if key in ("parameters", "expected"):
            inner = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            lines.append(f"{json.dumps(key)}: {{\n  {inner}\n }}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    text = "{\n " + ",\n ".join(lines) + "\n}\n"
    assert json.loads(text) == case and len(text) < 200_000
    path.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    out = parser.parse_args().out
    ragged = dict(hidden=[7, 6, 5], dr_div=2, dc_div=3)
    cases = [make_case("dnn", 1, method="dnn", hidden=[8, 6, 4])]
    for n, variant in enumerate(["non", "rc", "r", "c"]):
        for condition in ["input", "scenario"]:
            d_k = 2 if (variant, condition) in (("rc", "input"), ("r", "scenario"), ("c", "input")) else 1
            seed = 10 + 2 * n + (condition == "scenario")
            cases.append(make_case(f"dpg_{variant}_{condition}", seed, variant=variant, condition=condition, d_k=d_k))
            if variant != "non":
                name, more = f"mi_dpg_{variant}_{condition}_ragged", dict(ragged, method="mi-dpg", d_k=3 - d_k)
                cases.append(make_case(name, seed + 50, variant=variant, condition=condition, **more))
    cases.append(make_case("dpg_r_input_scale2", 30, gate_scale=2.0))
    cases.append(make_case("mi_dpg_r_input", 31, method="mi-dpg"))
    cases.append(make_case("mi_dpg_r_input_lambda", 32, method="mi-dpg", d_k=2, **{"lambda": 0.25}))
    cases.append(make_case("mi_dpg_non_input", 33, method="mi-dpg", variant="non"))
    cases.append(make_case("mi_dpg_non_scenario", 34, method="mi-dpg", variant="non", condition="scenario"))
    cases += [make_adam(lazy=True), make_adam(lazy=False)]
    for case in cases:
        write(out / f"{case['case']}.json", case)


if __name__ == "__main__":
    main()

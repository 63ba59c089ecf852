"""The forward pass of all-MiniLM-L6-v2 in numpy: six layers, 384 dimensions, twelve heads, mean pooling."""

import json
import math
import pathlib

import numpy as np

CLS, SEP = 101, 102


def weights(path):
    """Reads a file of safetensors: a length, a table of contents in JSON, the figures."""
    raw = pathlib.Path(path).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    table = json.loads(raw[8 : 8 + length])
    found = {}
    for name, entry in table.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            figures = np.frombuffer(raw, "<f4", (end - start) // 4, 8 + length + start)
            found[name] = figures.reshape(entry["shape"])
    return found


def erf(x):
    """Abramowitz and Stegun 7.1.26: wrong by less than 1.5e-7."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1.0 - poly * np.exp(-x * x))


class MiniLm:
    """The transformer."""

    HEADS = 12

    def __init__(self, folder):
        self.w = weights(pathlib.Path(folder) / "model.safetensors")
        self.layers = 1 + max(int(n.split(".")[2]) for n in self.w if n.startswith("encoder.layer."))

    def norm(self, x, name):
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-12)
        return x * self.w[name + ".weight"] + self.w[name + ".bias"]

    def linear(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def run(self, ids, mask):
        """Outputs for rows of token ids; the mask is 1 where a token stands."""
        x = self.w["embeddings.word_embeddings.weight"][ids]
        x = x + self.w["embeddings.position_embeddings.weight"][: ids.shape[1]] + self.w["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x, "embeddings.LayerNorm")
        rows, length, width = x.shape
        away = (mask[:, None, None, :] - 1.0) * 1e9
        split = lambda y: y.reshape(rows, length, self.HEADS, -1).transpose(0, 2, 1, 3)
        for layer in range(self.layers):
            at = f"encoder.layer.{layer}."
            q, k, v = (split(self.linear(x, at + "attention.self." + part)) for part in ("query", "key", "value"))
            scores = q @ k.transpose(0, 1, 3, 2) / np.float32(math.sqrt(width // self.HEADS)) + away
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            seen = (scores @ v).transpose(0, 2, 1, 3).reshape(rows, length, width)
            x = self.norm(x + self.linear(seen, at + "attention.output.dense"), at + "attention.output.LayerNorm")
            wide = self.linear(x, at + "intermediate.dense")
            wide = wide * 0.5 * (1.0 + erf(wide / np.float32(math.sqrt(2.0))))
            x = self.norm(x + self.linear(wide.astype(np.float32), at + "output.dense"), at + "output.LayerNorm")
        return x

    def pooled(self, ids, mask):
        out = self.run(ids, mask)
        return (out * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)

    def single(self, ids, batch=512):
        """Each token by itself, between the two marks, as model2vec does it."""
        parts = []
        for start in range(0, len(ids), batch):
            some = np.array([[CLS, i, SEP] for i in ids[start : start + batch]])
            parts.append(self.pooled(some, np.ones(some.shape, np.float32)))
        return np.concatenate(parts)

    def texts(self, rows, batch=64):
        """Lists of token ids, without the marks; in the order of their length, so that little is padded."""
        order = np.argsort([len(r) for r in rows], kind="stable")
        out = np.zeros((len(rows), 384), np.float32)
        for start in range(0, len(rows), batch):
            some = order[start : start + batch]
            longest = max(len(rows[i]) for i in some) + 2
            ids, mask = np.zeros((len(some), longest), int), np.zeros((len(some), longest), np.float32)
            for at, i in enumerate(some):
                row = [CLS, *rows[i], SEP]
                ids[at, : len(row)], mask[at, : len(row)] = row, 1.0
            out[some] = self.pooled(ids, mask)
        return out

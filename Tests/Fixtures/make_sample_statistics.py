"""Makes Tests/Fixtures/metrics/sample-statistics.json: figures of invented headlines by nltk, scipy and plain definitions.

    python3 Tests/Fixtures/make_sample_statistics.py

Needs numpy, scipy and nltk (made with numpy 2.4, scipy 1.17 and nltk 3.10).
"""

import json
import pathlib
import random

import numpy as np
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from scipy.stats import ks_2samp, wasserstein_distance

subjects = ["Mayor", "The old bridge", "Local team", "A new study", "Harbour workers", "Élan Vital"]
verbs = ["wins", "closes", "WINS", "returns to", "asks for", "warns of"]
objects = ["more time", "the cup", "higher rents", "its first home game", "a second, second look", "time"]
ends = ["", "again", "again and again and again", "this week", "\u2013 and\u00a0why it matters"]


def headline(generator):
    return " ".join(filter(None, (generator.choice(part) for part in (subjects, verbs, objects, ends))))


def runs(words, length):
    return [tuple(words[i : i + length]) for i in range(len(words) - length + 1)]


def distinct(samples, length):
    found = [run for words in samples for run in runs(words, length)]
    return len(set(found)) / len(found) if found else 0.0


def repetition(samples, length):
    shares = [1 - len(set(found)) / len(found) for found in (runs(words, length) for words in samples) if found]
    return sum(shares) / len(shares) if shares else 0.0


def self_bleu(samples):
    method = SmoothingFunction().method1
    scores = [
        sentence_bleu(samples[:i] + samples[i + 1 :], words, smoothing_function=method)
        for i, words in enumerate(samples)
    ]
    return float(np.mean(scores))


def summary(lengths):
    return {
        "mean": float(np.mean(lengths)),
        "deviation": float(np.std(lengths)),
        "quantiles": [float(q) for q in np.quantile(lengths, [0.1, 0.5, 0.9])],
    }


def main():
    generator = random.Random(20_260_401)
    invented = [headline(generator) for _ in range(60)]
    cases = {
        "invented": invented,
        "all the same": ["Mayor wins the cup again"] * 5,
        "nothing shared": ["one two three four five", "six seven eight nine", "ten eleven twelve"],
        "short and empty": ["time", "Time", "", "a b", "more time to more time", "a b a b a b a b"],
    }
    real = [headline(generator) for _ in range(90)] + ["one"]
    expected = {}
    for name, texts in cases.items():
        samples = [text.lower().split() for text in texts]
        lengths, real_lengths = [len(words) for words in samples], [len(text.split()) for text in real]
        expected[name] = {
            "samples": texts,
            "distinct": [distinct(samples, length) for length in (1, 2, 3)],
            "repetition": [repetition(samples, length) for length in (1, 2, 3)],
            "selfBLEU": self_bleu(samples),
            "lengths": summary(lengths),
            "realLengths": summary(real_lengths),
            "largestShareDifference": float(ks_2samp(lengths, real_lengths).statistic),
            "distance": float(wasserstein_distance(lengths, real_lengths)),
            "duplicateShare": 1 - len(set(texts)) / len(texts),
        }
    path = pathlib.Path(__file__).parent / "metrics" / "sample-statistics.json"
    path.write_text(json.dumps({"real": real, "cases": expected}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()

"""Makes Tests/Fixtures/metrics/kneser-ney.json: an interpolated Kneser-Ney trigram, written from its definition.

    python3 Tests/Fixtures/make_kneser_ney.py

Needs Python alone. With a file, it prints what the model makes of it instead: each line a headline of token ids, the end
of text included, the first part for training, an empty line, then the headlines to judge:

    python3 Tests/Fixtures/make_kneser_ney.py IDS END VOCABULARY

For a token w after u v, with counts c and the numbers t of different tokens seen after a context:

    p(w | u v) = max(c(u v w) - D3, 0) / c(u v .) + D3 t(u v .) / c(u v .) p(w | v)      where u v was seen, else p(w | v)
    p(w | v)   = max(c(v w) - D2, 0) / c(v .) + D2 t(v .) / c(v .) p(w)                  where v was seen, else p(w)
    p(w)       = max(c(w) - D1, 0) / c(.) + D1 t(.) / c(.) / V

c(u v w) is how often the trigram occurs, c(v w) before how many different u it occurs, c(w) after how many different v;
D = n1 / (n1 + 2 n2) for each of the three, from how many of its counts are 1 and 2 (1/2 where none is 1). A headline
t1 ... tn end is read after two ends of text.
"""

import json
import math
import pathlib
import random
import sys
from collections import Counter, defaultdict


class Level:
    """The counts of one order: grams are tuples, the last entry the predicted token."""

    def __init__(self, counts):
        self.counts = counts
        self.total, self.types = defaultdict(int), defaultdict(int)
        for gram, count in counts.items():
            self.total[gram[:-1]] += count
            self.types[gram[:-1]] += 1
        of_counts = Counter(counts.values())
        n1, n2 = of_counts[1], of_counts[2]
        self.discount = n1 / (n1 + 2 * n2) if n1 else 0.5

    def probability(self, gram, below):
        context = gram[:-1]
        if context not in self.total:
            return below
        total = self.total[context]
        own = max(self.counts.get(gram, 0) - self.discount, 0) / total
        return own + self.discount * self.types[context] / total * below


def framed(headline, end):
    tokens = [end, end] + headline
    return [tuple(tokens[i - 2 : i + 1]) for i in range(2, len(tokens))]


class KneserNey:
    def __init__(self, headlines, end, vocabulary):
        self.end, self.vocabulary = end, vocabulary
        trigrams = Counter(gram for headline in headlines for gram in framed(headline, end))
        bigrams = Counter(gram[1:] for gram in trigrams)
        unigrams = Counter(gram[1:] for gram in bigrams)
        self.levels = [Level(unigrams), Level(bigrams), Level(trigrams)]

    def probability(self, gram):
        value = 1 / self.vocabulary
        for order, level in enumerate(self.levels, start=1):
            value = level.probability(gram[-order:], value)
        return value

    def nats(self, headline):
        return -sum(math.log(self.probability(gram)) for gram in framed(headline, self.end))


def invented(generator, vocabulary, count, end):
    """Headlines of a chain whose next token depends on the two before, some seen often and many once."""
    headlines = []
    for _ in range(count):
        u, v, headline = end, end, []
        for _ in range(generator.randint(1, 12)):
            spread = generator.choice([1, 2, 3, 40])
            w = (u * 7 + v * 3 + generator.randrange(spread) * 5) % (vocabulary - 5)
            headline.append(w)
            u, v = v, w
        headlines.append(headline + [end])
    return headlines


def main():
    generator = random.Random(20_260_201)
    cases = {}
    for name, vocabulary, train, test in [("small", 60, 300, 60), ("one headline", 9, 1, 3), ("wide", 5_000, 700, 80)]:
        end = vocabulary - 1
        training = invented(generator, vocabulary, train, end)
        # Some new ones have no end, as a headline that was cut, and tokens that training never saw.
        judged = invented(generator, vocabulary, test, end)
        judged[0] = judged[0][:-1] or [0]
        judged[1] = [vocabulary - 2, vocabulary - 3, end]
        judged.append(training[0])
        model = KneserNey(training, end, vocabulary)
        cases[name] = {
            "vocabulary": vocabulary,
            "end": end,
            "training": training,
            "judged": judged,
            "discounts": [level.discount for level in model.levels],
            "nats": [model.nats(headline) for headline in judged],
        }
    path = pathlib.Path(__file__).parent / "metrics" / "kneser-ney.json"
    path.write_text(json.dumps(cases) + "\n")


def judge(path, end, vocabulary):
    parts = pathlib.Path(path).read_text().rstrip("\n").split("\n\n")
    training, judged = ([[int(word) for word in line.split()] for line in part.split("\n")] for part in parts)
    model = KneserNey(training, end, vocabulary)
    nats, tokens = sum(map(model.nats, judged)), sum(map(len, judged))
    print("discounts", *(level.discount for level in model.levels))
    print("nats", nats, "tokens", tokens, "perplexity", math.exp(nats / tokens))


if __name__ == "__main__":
    judge(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 1 else main()

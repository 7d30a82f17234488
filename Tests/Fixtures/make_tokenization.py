#!/usr/bin/env python3
"""Writes the reference of byte-level BPE in Tests/TokenizationTests with Hugging Face `tokenizers`.

    pip install tokenizers transformers
    Tests/Fixtures/make_tokenization.py            # takes about three minutes

Reads tokenization/corpus.txt and tokenization/pools.json, both written for this project; writes into tokenization/

    small/vocab.json, merges.txt  1,000 entries that BpeTrainer learns from corpus.txt, in GPT-2's layout
    scrambled/tokenizer.json      merges in a random order, several to the same entry: the order of merging matters
    examples.json                 texts with their ids, for people to read
    unicode.json                  SHA-256 of the ids of 100,000 Unicode strings, one digest for each 1,000
    headlines.json                SHA-256 of the ids of each headline file of ../shared/data
    sequences.json                SHA-256 of what ids decode to where they are not UTF-8, and of the scrambled merges

The strings come from a generator that Tests/TokenizationTests/UnicodeStrings.swift has too, statement by statement.
The vocabulary of GPT-2 and the headlines lie in ../shared; what needs them is skipped, and said, where they do not.
make_wordpiece.py does for WordPiece what this does for BPE.
"""
import hashlib
import json
import pathlib
import struct

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GPT2TokenizerFast

END = "<|endoftext|>"
HERE = pathlib.Path(__file__).resolve().parent / "tokenization"
SHARED = HERE.parent.parent.parent.parent / "shared"
MASK = (1 << 64) - 1
SEED = 7_310_000_000
STRINGS = 100_000
GROUP = 1_000


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & MASK

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        return self.next() % bound


class UnicodeStrings:
    def __init__(self):
        pools = json.loads((HERE / "pools.json").read_text(encoding="utf-8"))
        scalars = lambda name: [int(text, 16) for text in pools[name]]
        ranges = lambda name: [tuple(int(end, 16) for end in text.split("-")) for text in pools[name]]
        self.words, self.suffixes, self.texts = pools["words"], pools["suffixes"], pools["texts"]
        self.apostrophes, self.spaces, self.people = scalars("apostrophes"), scalars("spaces"), scalars("people")
        self.bases, self.marks, self.digits = ranges("bases"), ranges("marks"), ranges("digits")
        self.controls, self.punctuation, self.assigned = ranges("controls"), ranges("punctuation"), ranges("assigned")
        self.emoji = [[int(part, 16) for part in text.split(" ")] for text in pools["emoji"]]

    def string(self, index):
        random = SplitMix64(SEED + index)
        out = []
        for _ in range(1 + random.below(8)):
            self.segment(random, out)
        return "".join(out)

    def element(self, random, pool):
        return pool[random.below(len(pool))]

    def scalar(self, random, ranges):
        first, last = self.element(random, ranges)
        return first + random.below(last - first + 1)

    def segment(self, random, out):
        kind = random.below(16)
        if kind == 0:  # a word of random letters
            if random.below(2) == 0:
                out.append(" ")
            case = 0x41 if random.below(4) == 0 else 0x61
            for _ in range(1 + random.below(8)):
                out.append(chr(case + random.below(26)))
        elif kind <= 2:  # words that vocabularies know
            for _ in range(1 + random.below(3)):
                out.append(" " + self.element(random, self.words))
        elif kind == 3:  # any scalar at all
            for _ in range(1 + random.below(6)):
                value = random.below(0x10F800)
                out.append(chr(value if value < 0xD800 else value + 0x800))
        elif kind == 4:  # all assigned planes
            for _ in range(1 + random.below(6)):
                out.append(chr(self.scalar(random, self.assigned)))
        elif kind == 5:  # combining marks
            out.append(chr(self.scalar(random, self.bases)))
            for _ in range(1 + random.below(4)):
                out.append(chr(self.scalar(random, self.marks)))
        elif kind == 6:  # emoji sequences
            out.extend(chr(value) for value in self.element(random, self.emoji))
        elif kind == 7:  # flags, whole and halved
            for _ in range(1 + random.below(5)):
                out.append(chr(0x1F1E6 + random.below(26)))
        elif kind == 8:  # skin tones
            out.append(chr(self.element(random, self.people)))
            out.append(chr(0x1F3FB + random.below(5)))
        elif kind == 9:  # runs of white space
            for _ in range(1 + random.below(6)):
                out.append(chr(self.element(random, self.spaces)))
        elif kind == 10:  # contractions
            out.append(chr(self.element(random, self.apostrophes)))
            out.append(self.element(random, self.suffixes))
        elif kind == 11:  # digits of one script
            first, last = self.element(random, self.digits)
            for _ in range(1 + random.below(8)):
                out.append(chr(first + random.below(last - first + 1)))
        elif kind == 12:  # control and format characters
            for _ in range(1 + random.below(3)):
                out.append(chr(self.scalar(random, self.controls)))
        elif kind == 13:  # punctuation, and text that spells special tokens
            if random.below(3) == 0:
                out.append(self.element(random, self.texts))
            else:
                for _ in range(1 + random.below(5)):
                    out.append(chr(self.scalar(random, self.punctuation)))
        elif kind == 14:  # every first byte of UTF-8 alike
            for _ in range(1 + random.below(4)):
                out.append(chr(self.by_first_byte(random)))
        else:  # one character many times
            out.append(chr(self.scalar(random, self.assigned)) * (2 + random.below(40)))

    def by_first_byte(self, random):
        choice = random.below(179)
        if choice < 128:
            return choice
        first = 0xC2 + choice - 128
        if first < 0xE0:
            return (first & 0x1F) << 6 | random.below(0x40)
        if first == 0xE0:
            return 0x800 + random.below(0x800)
        if first == 0xED:
            return 0xD000 + random.below(0x800)
        if first < 0xF0:
            return (first & 0x0F) << 12 | random.below(0x1000)
        if first == 0xF0:
            return 0x10000 + random.below(0x30000)
        if first == 0xF4:
            return 0x100000 + random.below(0x10000)
        return (first & 0x07) << 18 | random.below(0x40000)


def add_ids(digest, ids):
    """The ids as little-endian 32-bit integers and -1 after each text."""
    digest.update(struct.pack(f"<{len(ids) + 1}i", *ids, -1))


def digest_of_ids(tokenizer, texts):
    digest = hashlib.sha256()
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        add_ids(digest, encoding.ids)
    return digest.hexdigest()


def byte_level(model):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def from_folder(folder):
    tokenizer = byte_level(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    # As transformers does for GPT-2, but without cutting the token out of text.
    tokenizer.add_special_tokens([AddedToken(END, special=True, normalized=False)])
    tokenizer.encode_special_tokens = True
    return tokenizer


def write(path, document):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=True) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(HERE.parent)}")


def make_small():
    lines = (HERE / "corpus.txt").read_text(encoding="utf-8").split("\n")[:-1]
    tokenizer = byte_level(models.BPE())
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=1_000, min_frequency=2, show_progress=False, special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    model = json.loads(tokenizer.to_str())["model"]
    assert model["vocab"][END] == 0
    # GPT-2's layout: the special token last instead of first.
    vocabulary = {token: id - 1 for token, id in model["vocab"].items() if token != END}
    vocabulary[END] = len(vocabulary)
    folder = HERE / "small"
    folder.mkdir(exist_ok=True)
    ordered = dict(sorted(vocabulary.items(), key=lambda item: item[1]))
    (folder / "vocab.json").write_text(json.dumps(ordered, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    merges = "".join(f"{left} {right}\n" for left, right in model["merges"])
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges, encoding="utf-8")
    print(f"wrote small/: {len(ordered)} entries, {len(model['merges'])} merges")


def make_scrambled():
    random = SplitMix64(SEED)
    strings = ["a", "b", "c"]
    while len(strings) < 120:
        joined = strings[random.below(len(strings))] + strings[random.below(len(strings))]
        if len(joined) <= 6 and joined not in strings:
            strings.append(joined)
    merges = [(s[:cut], s[cut:]) for s in strings for cut in range(1, len(s)) if s[:cut] in strings and s[cut:] in strings]
    for last in range(len(merges) - 1, 0, -1):
        other = random.below(last + 1)
        merges[last], merges[other] = merges[other], merges[last]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: id for id, token in enumerate(alphabet + [s for s in strings if len(s) > 1])}
    document = json.loads(byte_level(models.BPE(vocab=vocabulary, merges=merges)).to_str())
    document["model"]["merges"] = [f"{left} {right}" for left, right in merges]  # the spelling before tokenizers 0.20
    document["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    write(HERE / "scrambled/tokenizer.json", document)


def make_sequences(small):
    document = {}
    random = SplitMix64(SEED + 1)
    digest = hashlib.sha256()
    for _ in range(5_000):
        ids = [random.below(256) if random.below(2) == 0 else random.below(small.get_vocab_size())
               for _ in range(1 + random.below(12))]
        digest.update(small.decode(ids, skip_special_tokens=False).encode("utf-8") + b"\xff")
    document["decoded"] = digest.hexdigest()
    scrambled = Tokenizer.from_file(str(HERE / "scrambled/tokenizer.json"))
    scrambled.no_truncation()
    digest = hashlib.sha256()
    for _ in range(5_000):
        text = "".join("abc"[random.below(3)] for _ in range(1 + random.below(60)))
        add_ids(digest, scrambled.encode(text).ids)
    document["scrambled"] = digest.hexdigest()
    write(HERE / "sequences.json", document)


EXAMPLES = [
    "", " ", "  ", "\n", "a", "Hello world", " Hello  world ", "Scientists discover", "we're they've I'm you'll he'd it's don't",
    "WE'RE THEY'VE", "we’re it’s", " 's 't", "'''s", "'s's's", "x'll'd", "a  b   c", "a\tb\t\tc", "line\r\nline\n\nline \n end  ",
    "a\u00a0b\u00a0\u00a0c", "a\u3000b", "a\u200bb", "a\u180eb", "a\u0085b", "a\x1cb\x1db", "1,234.56 and 7½", "٣٤٥ ४५६ 五",
    "é", "e\u0301", "\u212b \u00c5 A\u030a", "ﬁ", "한글 \u1112\u1161\u11ab", "👩🏽‍🚀🇸🇪❤️", "<|endoftext|>", "a<|endoftext|>b",
    "<|endoftext|", "\x00\x01\x7f", "\U000e0067\U0010fffd", "¿Qué?", "don't—stop", "$5m (£4m)", "…", "naïve café",
    "aaaaaaaaaaaaaaaaaaaaaaaaa", "   \n\n   x", "x   \n\n   ", "نص ‏عربي", "नमस्ते", "Ġ", "ĊĠ",
]


def main():
    make_small()
    make_scrambled()
    small = from_folder(HERE / "small")
    make_sequences(small)
    vocabularies = {"small": small}
    gpt2 = SHARED / "models/gpt2-tokenizer"
    if gpt2.exists():
        vocabularies["gpt2"] = from_folder(gpt2)
    else:
        print("skipped: the digests of GPT-2's vocabulary, because ../shared is not there")

    strings = UnicodeStrings()
    texts = [strings.string(index) for index in range(STRINGS)]
    seen = set("".join(texts).encode("utf-8"))
    assert seen == set(range(0xC0)) | set(range(0xC2, 0xF5)), "not every byte value that UTF-8 can hold occurs"
    groups = [texts[start:start + GROUP] for start in range(0, STRINGS, GROUP)]
    document = {
        "seed": SEED, "strings": STRINGS, "group": GROUP,
        "text": [hashlib.sha256(b"".join(t.encode("utf-8") + b"\xff" for t in group)).hexdigest() for group in groups],
    }
    for name, tokenizer in vocabularies.items():
        document[name] = [digest_of_ids(tokenizer, group) for group in groups]
        for text in texts[:2_000]:
            assert tokenizer.decode(tokenizer.encode(text).ids) == text
    write(HERE / "unicode.json", document)

    examples = []
    for text in EXAMPLES:
        entry = {"text": text}
        for name, tokenizer in vocabularies.items():
            entry[name] = tokenizer.encode(text).ids
        examples.append(entry)
    write(HERE / "examples.json", examples)

    if "gpt2" not in vocabularies:
        return
    # transformers agrees when it, too, is told not to cut special tokens out of text.
    fast = GPT2TokenizerFast.from_pretrained(str(gpt2), split_special_tokens=True)
    for text in EXAMPLES + texts[:2_000]:
        assert fast(text)["input_ids"] == vocabularies["gpt2"].encode(text).ids, repr(text)
    headlines = {}
    for path in sorted((SHARED / "data").glob("*/*.jsonl")):
        with open(path, encoding="utf-8") as file:
            texts = [json.loads(line)["headline"] for line in file]
        headlines[f"{path.parent.name}/{path.name}"] = {
            "headlines": len(texts), "sha256": digest_of_ids(vocabularies["gpt2"], texts)}
    write(HERE / "headlines.json", headlines)


if __name__ == "__main__":
    main()

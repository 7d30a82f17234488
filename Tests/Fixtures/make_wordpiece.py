#!/usr/bin/env python3
"""Writes the reference of WordPiece in Tests/TokenizationTests with Hugging Face `tokenizers`.

    pip install tokenizers transformers
    Tests/Fixtures/make_wordpiece.py               # takes about two minutes

Reads data/sample, and corpus.txt and pools.json of tokenization/, all written for this project; writes into
tokenization/wordpiece/

    uncased/vocab.txt     3,000 entries that WordPieceTrainer learns from data/sample, lower-cased
    cased/                2,000 entries that it learns from data/sample and corpus.txt, upper and lower case apart, with
                          an alphabet of 80 characters; and a tokenizer_config.json
    saved/tokenizer.json  the latter as transformers saves it
    examples.json         texts with their ids and what these decode to, for people to read
    unicode.json          SHA-256 of the ids of 100,000 Unicode strings, one digest for each 1,000; and of the words
                          that they are cut into, whatever the vocabulary, under five normalizations
    scalars.json          SHA-256 of the words around every single scalar, one digest for each plane, and of those of
                          20,000 strings of scalars that normalization treats in unlike ways
    headlines.json        SHA-256 of the ids of each headline file of ../shared/data under MiniLM's vocabulary
    sequences.json        SHA-256 of what random ids decode to

written/ is what our own writer makes of cased/ (the test `writtenFolder`); it is opened with transformers here.

The strings are those of make_tokenization.py. The vocabulary of MiniLM and the headlines lie in ../shared; what needs
them is skipped, and said, where they do not.
"""
import hashlib
import json
import tempfile
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer, BertTokenizer

from make_tokenization import GROUP, HERE, SEED, SHARED, STRINGS, SplitMix64, UnicodeStrings, digest_of_ids, write

OUT = HERE / "wordpiece"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
NORMALIZATIONS = {
    "uncased": dict(lowercase=True, strip_accents=None, handle_chinese_chars=True),
    "cased": dict(lowercase=False, strip_accents=None, handle_chinese_chars=True),
    "accented": dict(lowercase=True, strip_accents=False, handle_chinese_chars=True),
    "stripped": dict(lowercase=False, strip_accents=True, handle_chinese_chars=True),
    "unspaced": dict(lowercase=True, strip_accents=None, handle_chinese_chars=False),
}


def word_piece(vocabulary, normalization):
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, **NORMALIZATIONS[normalization])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    return tokenizer


def without_cutting(tokenizer):
    """The tokenizer with its special tokens, which are not cut out of text."""
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.encode_special_tokens = True
    return tokenizer


def words_of(normalization):
    normalizer = normalizers.BertNormalizer(clean_text=True, **NORMALIZATIONS[normalization])
    splitter = pre_tokenizers.BertPreTokenizer()
    return lambda text: [word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))]


def train(name, lines, size, limit):
    """The vocabulary that WordPieceTrainer learns when it is given an order of the characters that continue words.

    By itself it numbers them as its hash table yields the words, which changes from run to run and decides between
    pairs that are equally frequent. Given as special tokens, they have their places before it looks at the words.
    """
    words = Counter(word for line in lines for word in words_of(name)(line))
    counts = Counter()
    for word, count in words.items():
        for character in word:
            counts[character] += count
    frequent = [count for _, count in counts.most_common()]
    assert len(frequent) <= limit or frequent[limit - 1] > frequent[limit], "which characters stay is left to chance"
    kept = sorted(character for character, _ in counts.most_common(limit))
    inside = {character for word in words for character in word[1:]}
    tokenizer = word_piece({}, name)
    tokenizer.train_from_iterator(lines, trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=2, show_progress=False, limit_alphabet=limit, continuing_subword_prefix="##",
        special_tokens=SPECIAL + kept + ["##" + character for character in kept if character in inside]))
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    ordered = sorted(vocabulary, key=vocabulary.get)
    assert [vocabulary[token] for token in ordered] == list(range(size)) and ordered[:5] == SPECIAL
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("".join(token + "\n" for token in ordered), encoding="utf-8")
    print(f"wrote {name}/vocab.txt: {size} entries, {len(kept)} of {len(counts)} characters")
    return without_cutting(word_piece(vocabulary, name))


def digest_of_words(words, texts):
    digest = hashlib.sha256()
    for text in texts:
        digest.update(b"".join(word.encode("utf-8") + b"\xff" for word in words(text)) + b"\xfe")
    return digest.hexdigest()


def make_unicode(vocabularies, texts):
    groups = [texts[start:start + GROUP] for start in range(0, STRINGS, GROUP)]
    document = {"seed": SEED, "strings": STRINGS, "group": GROUP}
    for name, tokenizer in vocabularies.items():
        document["ids-" + name] = [digest_of_ids(tokenizer, group) for group in groups]
    for name in NORMALIZATIONS:
        document["words-" + name] = [digest_of_words(words_of(name), group) for group in groups]
    write(OUT / "unicode.json", document)


TRICKY = [
    # marks that stay without accents and have combining classes, and what decomposes to such
    *range(0x302A, 0x3030), *range(0x1D15E, 0x1D16A), *range(0x1D16D, 0x1D173), 0x1B44, 0xA953, 0x116B6, 0x8D4, 0x1E000,
    0x1E94A, 0x16FF0, 0x1D1BD,
    # marks that go, of several classes and of none
    0x300, 0x301, 0x308, 0x316, 0x327, 0x334, 0x338, 0x340, 0x344, 0x345, 0x34F, 0xF71, 0xF73, 0xF81, 0x5B0, 0x93C, 0x94D,
    0x941, 0xFE0F, 0x3099, 0xE0100, 0x20DD,
    # what decomposes, or has lower case, or both
    0xC5, 0xE9, 0x130, 0x131, 0x17F, 0x1C5, 0x3A3, 0x3C2, 0x37E, 0x387, 0x1E9E, 0x1FEF, 0x1F80, 0x2000, 0x2260, 0x226E,
    0x212A, 0x212B, 0x2F800, 0xF900, 0xAC00, 0xAC01, 0xD7A3, 0x1112, 0x1161, 0x11A8, 0x9CB, 0xDDD, 0xFB2C, 0x1D400,
    # what is removed, splits or stands alone
    0x0, 0x20, 0x85, 0xA0, 0xAD, 0x200B, 0x200D, 0x2028, 0x3000, 0xE000, 0xFFFD, 0x21, 0x2014, 0x4E00, 0x61, 0x41, 0x31,
]


def tricky_strings():
    random = SplitMix64(SEED + 3)
    for _ in range(20_000):
        yield "".join(chr(TRICKY[random.below(len(TRICKY))]) for _ in range(1 + random.below(10)))


def make_scalars():
    document = {"tricky": [f"{value:04X}" for value in TRICKY]}
    for name in NORMALIZATIONS:
        words = words_of(name)
        document[name] = [
            digest_of_words(words, (f"x{chr(value)}Y" for value in range(plane << 16, (plane + 1) << 16)
                                    if not 0xD800 <= value < 0xE000))
            for plane in range(17)] + [digest_of_words(words, tricky_strings())]
    write(OUT / "scalars.json", document)


def make_sequences(vocabularies):
    document = {}
    for name, tokenizer in vocabularies.items():
        random, digest = SplitMix64(SEED + 2), hashlib.sha256()
        for _ in range(5_000):
            ids = [random.below(200) if random.below(2) == 0 else random.below(tokenizer.get_vocab_size())
                   for _ in range(1 + random.below(12))]
            digest.update(tokenizer.decode(ids, skip_special_tokens=False).encode("utf-8") + b"\xff")
        document[name] = digest.hexdigest()
    write(OUT / "sequences.json", document)


EXAMPLES = [
    "", " ", "a", "Hello, World!", "Scientists discover a new law", "don't won't can't I'm we've they're it's 'quoted'",
    "U.S. e-mail: $5m (£4m) – 50%", "naïve café Ångström Zoë", "nai\u0308ve cafe\u0301", "İstanbul IJssel Straße ΟΔΟΣ",
    "市长说bridge很好", "新しい 다리 한글", "[CLS] text [SEP] [PAD] [UNK] [MASK]", "[CLS][SEP]", "##ing ##", "a##b",
    "x" * 100, "x" * 101, "the " + "th" * 50 + "e the", "\u0000a\u0001b\ufffdc\u00add\u200be", "a\u00a0b\u3000c\u2028d\te\r\nf",
    "a\u0085b", "\ue000 \U000e0067 \U0010fffd", "=\u0338 \u2260 ≮", "\u037e \u1fef", "a\u302e\u0316\u302f\u0301b",
    "\U0001d160 \U0001d15e", "👩🏽‍🚀🇸🇪❤️", "१२३ नमस्ते", "ﬁ Å \u212b", "…—“”‘’", "`^$+<=>|~", "¡¿§¶", "do not", "ſ K",
]


def make_examples(vocabularies):
    examples = []
    for text in EXAMPLES:
        entry = {"text": text}
        for name, tokenizer in vocabularies.items():
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            entry[name] = {"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)}
        examples.append(entry)
    write(OUT / "examples.json", examples)


def check_transformers(kind, folder, tokenizer, texts, **options):
    """transformers agrees when it, too, is told not to cut special tokens out of text: by options or by the folder."""
    fast = kind.from_pretrained(str(folder), **options)
    cls, sep = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert fast(text)["input_ids"] == [cls] + ids + [sep], repr(text)


def main():
    sample = HERE.parent.parent.parent / "data/sample/headlines.jsonl"
    lines = [json.loads(line)["headline"] for line in sample.read_text(encoding="utf-8").splitlines()]
    corpus = (HERE / "corpus.txt").read_text(encoding="utf-8").split("\n")[:-1]
    vocabularies = {"uncased": train("uncased", lines, 3_000, 1_000), "cased": train("cased", lines + corpus, 2_000, 80)}
    write(OUT / "cased/tokenizer_config.json", {"do_lower_case": False, "tokenizer_class": "BertTokenizer"})
    minilm = SHARED / "models/minilm-l6"
    if minilm.exists():
        tokenizer = Tokenizer.from_file(str(minilm / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        vocabularies["minilm"] = without_cutting(tokenizer)
    else:
        print("skipped: the digests of MiniLM's vocabulary, because ../shared is not there")

    strings = UnicodeStrings()
    texts = [strings.string(index) for index in range(STRINGS)]
    make_examples(vocabularies)
    make_sequences(vocabularies)
    make_unicode(vocabularies, texts)
    make_scalars()
    saved = json.loads(BertTokenizer.from_pretrained(str(OUT / "cased")).backend_tokenizer.to_str())
    write(OUT / "saved/tokenizer.json", saved)
    for name in ("uncased", "cased"):
        check_transformers(
            BertTokenizer, OUT / name, vocabularies[name], EXAMPLES + texts[:2_000], split_special_tokens=True)
    # What the test `writtenFolder` wrote of the cased vocabulary.
    check_transformers(AutoTokenizer, OUT / "written", vocabularies["cased"], EXAMPLES + texts[:2_000])
    print("checked written/ with AutoTokenizer")
    if "minilm" not in vocabularies:
        return
    with tempfile.TemporaryDirectory() as folder:
        # transformers takes truncation and padding from the tokenizer.json, so it gets the vocabulary alone.
        for file in ("vocab.txt", "tokenizer_config.json"):
            (Path(folder) / file).write_bytes((minilm / file).read_bytes())
        check_transformers(
            BertTokenizer, folder, vocabularies["minilm"], EXAMPLES + texts[:2_000], split_special_tokens=True)
    headlines = {}
    for path in sorted((SHARED / "data").glob("*/*.jsonl")):
        with open(path, encoding="utf-8") as file:
            texts = [json.loads(line)["headline"] for line in file]
        headlines[f"{path.parent.name}/{path.name}"] = {
            "headlines": len(texts), "sha256": digest_of_ids(vocabularies["minilm"], texts)}
    write(OUT / "headlines.json", headlines)


if __name__ == "__main__":
    main()

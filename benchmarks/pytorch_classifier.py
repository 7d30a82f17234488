"""A BERT classifier trainer in PyTorch that pads each batch to its longest headline: the peer of `train-classifier`.

Not started by hand: `benchmarks/train-classifier` runs it. transformers' BertForSequenceClassification in float32, dropout 0.1,
one fused AdamW, gradient clipping at 1. Prints one JSON object a line: {"headlines": …, "seconds": …, "loss": …} for each
step, then {"peakResidentMemory": …}.
"""
import argparse
import json
import pathlib
import random
import resource
import time

import torch
import transformers


def batches_of(rows, size):
    while True:
        random.Random(1).shuffle(rows)
        for start in range(0, len(rows) - size + 1, size):
            yield rows[start:start + size]


def padded(sequences, pad):
    longest = max(map(len, sequences))
    ids = torch.tensor([ids + [pad] * (longest - len(ids)) for ids in sequences])
    mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids in sequences])
    return ids, mask


def train_step(model, optimizer, batch, pad, clip=1.0):
    ids, mask = padded([ids for ids, _ in batch], pad)
    loss = model(input_ids=ids, attention_mask=mask, labels=torch.tensor([label for _, label in batch])).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headlines", type=pathlib.Path, required=True, help="JSON lines with headline and category")
    parser.add_argument("--base", type=pathlib.Path, required=True, help="a BERT's folder")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    transformers.logging.set_verbosity_error()
    rows = [json.loads(line) for line in options.headlines.read_text(encoding="utf-8").splitlines()]
    labels = {name: index for index, name in enumerate(sorted({row["category"] for row in rows}))}
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.base)
    encoded = tokenizer([row["headline"] for row in rows]).input_ids
    examples = [(ids, labels[row["category"]]) for ids, row in zip(encoded, rows)]
    model = transformers.AutoModelForSequenceClassification.from_pretrained(options.base, num_labels=len(labels)).train()
    decayed = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], lr=2e-4, fused=True)
    batches = batches_of(examples, options.batch)
    for _ in range(options.steps):
        batch = next(batches)
        start = time.perf_counter()
        loss = train_step(model, optimizer, batch, tokenizer.pad_token_id)
        print(json.dumps({"headlines": len(batch), "seconds": time.perf_counter() - start, "loss": loss}), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"peakResidentMemory": peak}), flush=True)


if __name__ == "__main__":
    main()

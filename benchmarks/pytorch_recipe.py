"""Fine-tunes a BERT classifier in PyTorch to the end of a recipe: the peer of `classifier-accuracy`.

Not started by hand: `benchmarks/classifier-accuracy` runs it. The step is that of pytorch_classifier.py; around it come a
linear warm-up and decay, seeded epochs of random batches and the saved model. Writes a folder in Hugging Face layout and prints
one JSON object: {"steps": …, "seconds": …, "loss": mean of the last hundred steps}.
"""
import argparse
import json
import pathlib
import random
import time

import torch
import transformers

import pytorch_classifier


def rate(step, steps, peak, warm_up):
    """Rises from almost nothing to `peak` in `warm_up` steps, then falls to 0 after the last; `step` counts from 0."""
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * (steps - step) / max(1, steps - warm_up)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headlines", type=pathlib.Path, required=True, help="JSON lines with headline and category")
    parser.add_argument("--base", type=pathlib.Path, required=True, help="a BERT's folder")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the folder to write")
    parser.add_argument("--label-map", type=json.loads, required=True, help="a JSON object of new names by old ones")
    for name in ("threads", "epochs", "batch", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("rate", "decay", "clip", "warm-up", "dropout"):
        parser.add_argument(f"--{name}", type=float, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    transformers.logging.set_verbosity_error()
    rows = [json.loads(line) for line in options.headlines.read_text(encoding="utf-8").splitlines()]
    names = [options.label_map.get(row["category"], row["category"]) for row in rows]
    labels = {name: index for index, name in enumerate(sorted(set(names)))}
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.base)
    limit = transformers.AutoConfig.from_pretrained(options.base).max_position_embeddings
    encoded = tokenizer([row["headline"] for row in rows], truncation=True, max_length=limit).input_ids
    examples = [(ids, labels[name]) for ids, name in zip(encoded, names)]
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        options.base, label2id=labels, id2label={index: name for name, index in labels.items()},
        hidden_dropout_prob=options.dropout, attention_probs_dropout_prob=options.dropout).train()
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": options.decay},
         {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}], lr=options.rate, fused=True)
    per_epoch = -(-len(examples) // options.batch)
    steps, start, losses = per_epoch * options.epochs, time.perf_counter(), []
    for epoch in range(options.epochs):
        random.Random(options.seed * 1000 + epoch).shuffle(examples)
        for index in range(per_epoch):
            for group in optimizer.param_groups:
                group["lr"] = rate(len(losses), steps, options.rate, max(1, round(steps * options.warm_up)))
            batch = examples[index * options.batch:(index + 1) * options.batch]
            losses.append(pytorch_classifier.train_step(model, optimizer, batch, tokenizer.pad_token_id, options.clip))
    model.save_pretrained(options.output)
    tokenizer.save_pretrained(options.output)
    last = losses[-100:]
    print(json.dumps({
        "steps": steps, "seconds": time.perf_counter() - start, "loss": sum(last) / len(last)}), flush=True)


if __name__ == "__main__":
    main()

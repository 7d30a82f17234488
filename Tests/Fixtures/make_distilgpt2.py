#!/usr/bin/env python3
"""Writes a GPT-2 of DistilGPT-2's size with random weights, as transformers saves it: a base folder for full-size checks.

    pip install torch==2.13.0 transformers==5.23.0 safetensors      (CPU builds are enough)
    python3 Tests/Fixtures/make_distilgpt2.py OUT --tokenizer GPT2_TOKENIZER_DIR --randomize

GPT2_TOKENIZER_DIR holds GPT-2's vocab.json and merges.txt. 6 layers, 768 channels, 12 heads, 1,024 positions, 50,257 entries,
328 MB: not for the repository. Without --randomize the weights are those of transformers' fresh initialization, whose biases
and shifts are 0 and whose scales are 1; dropping one would go unnoticed, and greedy decoding would repeat one token.
"""
import argparse
import pathlib
import shutil
import sys

TOKENIZER_FILES = ["vocab.json", "merges.txt"]


def randomize(model, scale):
    """Makes every number of the model count: random biases and shifts, scales around 1, and wider weights."""
    import torch

    generator = torch.Generator().manual_seed(torch.initial_seed() + 1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() >= 2:
                parameter.mul_(scale)
            elif ".ln_" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.2 * noise)
            else:
                parameter.copy_(0.1 * noise)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="the folder to write")
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True, help="folder with vocab.json and merges.txt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--randomize", action="store_true", help="randomize biases, scales and shifts, widen weights")
    parser.add_argument("--scale", type=float, default=4.0, help="factor on the weights with --randomize")
    options = parser.parse_args()
    missing = [name for name in TOKENIZER_FILES if not (options.tokenizer / name).is_file()]
    if missing:
        sys.exit(f"error: {options.tokenizer} has no {' and no '.join(missing)}; expected the vocabulary of GPT-2")
    try:
        import torch
        from transformers import GPT2Config, GPT2LMHeadModel
    except ImportError as error:
        sys.exit(f"error: {error}; pip install torch transformers safetensors")
    torch.manual_seed(options.seed)
    model = GPT2LMHeadModel(GPT2Config(n_layer=6, n_embd=768, n_head=12, n_positions=1024, vocab_size=50257))
    if options.randomize:
        randomize(model, options.scale)
    model.save_pretrained(options.out)
    for name in TOKENIZER_FILES:
        shutil.copyfile(options.tokenizer / name, options.out / name)
    print(f"{options.out}: {sum(p.numel() for p in model.parameters()):,} parameters, seed {options.seed}")


if __name__ == "__main__":
    main()

"""A GPT-2 trainer in PyTorch that packs headlines without padding: the peer that `train-generator` measures against.

Not started by hand: `benchmarks/train-generator` runs it. It does what `train generator` does in a step, as well as eager
PyTorch can on a CPU: rows of all headlines end to end, one fused AdamW, gradient clipping at 1, dropout 0.1 everywhere,
float32. Prints one JSON object a line: {"tokens": …, "seconds": …, "loss": …} for each step, then {"peakResidentMemory": …}.
"""
import argparse
import json
import pathlib
import random
import resource
import time

import torch
import torch.nn.functional as F
from tokenizers import ByteLevelBPETokenizer
from torch import nn

END_OF_TEXT = 50256


class PaddedAttention:
    """Attention as one batch of headlines padded to the longest, rows gathered and scattered around the one SDPA call.

    Padding stands behind the tokens, so the causal mask already hides it.
    """

    def __init__(self, lengths):
        self.shape = (len(lengths), max(lengths))
        place = [s * self.shape[1] + t for s, length in enumerate(lengths) for t in range(length)]
        self.place = torch.tensor(place)

    def __call__(self, query, key, value, dropout):
        (segments, longest), (rows, heads, size) = self.shape, query.shape

        def spread(x):
            padded = x.new_zeros(segments * longest, heads, size).index_copy(0, self.place, x)
            return padded.view(segments, longest, heads, size).transpose(1, 2)

        out = F.scaled_dot_product_attention(
            spread(query), spread(key), spread(value), dropout_p=dropout, is_causal=True)
        return out.transpose(1, 2).reshape(segments * longest, heads * size).index_select(0, self.place)


class GroupedAttention:
    """Attention headline by headline, those of one length (they lie side by side) in one SDPA call without padding."""

    def __init__(self, lengths):
        self.groups = []
        row = 0
        while lengths:
            count = sum(1 for length in lengths if length == lengths[0])
            self.groups.append((row, count, lengths[0]))
            row += count * lengths[0]
            lengths = lengths[count:]

    def __call__(self, query, key, value, dropout):
        heads, size = query.shape[1:]
        out = []
        for first, count, length in self.groups:
            q, k, v = (
                x[first : first + count * length].view(count, length, heads, size).transpose(1, 2)
                for x in (query, key, value))
            o = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
            out.append(o.transpose(1, 2).reshape(count * length, heads * size))
        return torch.cat(out)


class BlockMaskAttention:
    """Attention over the whole step at once under a block-diagonal causal mask."""

    def __init__(self, lengths):
        self.mask = torch.block_diag(*[torch.ones(n, n).tril() for n in lengths]).bool()

    def __call__(self, query, key, value, dropout):
        q, k, v = (x.transpose(0, 1).unsqueeze(0) for x in (query, key, value))
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=self.mask, dropout_p=dropout)
        return out.squeeze(0).transpose(0, 1).reshape(query.shape[0], -1)


ATTENTIONS = {"padded": PaddedAttention, "grouped": GroupedAttention, "mask": BlockMaskAttention}


class Block(nn.Module):
    def __init__(self, channels, heads, dropout):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.c_attn, self.c_proj = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.c_fc, self.mlp_proj = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.heads, self.dropout = heads, dropout

    def forward(self, x, attention):
        rows, channels = x.shape
        qkv = self.c_attn(self.ln_1(x)).view(rows, 3, self.heads, channels // self.heads)
        attended = attention(qkv[:, 0], qkv[:, 1], qkv[:, 2], self.dropout)
        x = x + F.dropout(self.c_proj(attended), self.dropout)
        inner = F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh")
        return x + F.dropout(self.mlp_proj(inner), self.dropout)


class GPT2(nn.Module):
    def __init__(self, vocabulary, positions, channels, layers, heads, dropout):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, channels), nn.Embedding(positions, channels)
        self.blocks = nn.ModuleList(Block(channels, heads, dropout) for _ in range(layers))
        self.ln_f = nn.LayerNorm(channels)
        self.dropout = dropout
        for parameter in self.parameters():
            if parameter.dim() >= 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, positions, targets, attention):
        x = F.dropout(self.wte(ids) + self.wpe(positions), self.dropout)
        for block in self.blocks:
            x = block(x, attention)
        return F.cross_entropy(F.linear(self.ln_f(x), self.wte.weight), targets)


def steps_of(headlines, tokens_per_step):
    """Whole headlines until the next would exceed the budget; within a step the short ones first."""
    step, size = [], 0
    while True:
        for ids in headlines:
            if size + len(ids) + 1 > tokens_per_step:
                yield sorted(step, key=len)
                step, size = [], 0
            step.append(ids)
            size += len(ids) + 1


def train_step(model, optimizer, headlines, attention):
    inputs = torch.tensor([i for ids in headlines for i in [END_OF_TEXT, *ids]])
    targets = torch.tensor([i for ids in headlines for i in [*ids, END_OF_TEXT]])
    positions = torch.tensor([p for ids in headlines for p in range(len(ids) + 1)])
    loss = model(inputs, positions, targets, attention([len(ids) + 1 for ids in headlines]))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return len(inputs), loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headlines", type=pathlib.Path, required=True, help="JSON lines with a field headline")
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True, help="folder with vocab.json and merges.txt")
    parser.add_argument("--attention", choices=sorted(ATTENTIONS), required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--tokens-per-step", type=int, default=1024)
    for name, default in [("layers", 6), ("hiddenSize", 768), ("heads", 12), ("contextLength", 1024)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    lines = options.headlines.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["headline"] for line in lines]
    random.Random(1).shuffle(texts)
    tokenizer = ByteLevelBPETokenizer(
        str(options.tokenizer / "vocab.json"), str(options.tokenizer / "merges.txt"))
    headlines = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    model = GPT2(50257, options.contextLength, options.hiddenSize, options.layers, options.heads, dropout=0.1)
    decayed = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
        lr=5e-5, betas=(0.9, 0.999), fused=True)
    steps = steps_of(headlines, options.tokens_per_step)
    for _ in range(options.steps):
        headlines = next(steps)
        start = time.perf_counter()
        tokens, loss = train_step(model, optimizer, headlines, ATTENTIONS[options.attention])
        print(json.dumps({"tokens": tokens, "seconds": time.perf_counter() - start, "loss": loss}), flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"peakResidentMemory": peak}), flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Makes the reference numbers of the core's tests: operations, a tiny GPT-2, a tiny BERT classifier and AdamW.

    pip install torch==2.13.0 transformers==5.23.0 safetensors numpy     (CPU builds are enough)
    python3 Tests/Fixtures/make_core.py

Everything is computed in float64 from values that were rounded to float32 first, so that both sides start from the
same numbers. Every bias, scale and shift is random: default initialization would hide a dropped one. Written beside
this script:

- core-operations.safetensors: for each operation NAME, `NAME/input0` …, `NAME/ids` (indices, targets or segment
  lengths), `NAME/cotangent`, `NAME/output`, and `NAME/gradient0` … of sum(output * cotangent).
- core-gpt2.safetensors: `weight/…`, two ragged batches, and for the first of them logits, the summed loss and
  `gradient/…`; then the losses and norms of ten AdamW steps and the weights after them, `trained/…`.
- core-bert.safetensors: `weight/…`, two ragged batches with labels, and for the first of them `hidden`, `logits`, the summed
  loss and `gradient/…`; then ten AdamW steps as above.
- core-adamw.safetensors: a grid of settings, the same gradients, weights after one and after ten steps.

Running it again gives the same bytes.
"""
import math
import pathlib

import numpy
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file
from transformers import BertConfig, BertForSequenceClassification, GPT2Config, GPT2LMHeadModel

HERE = pathlib.Path(__file__).parent
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)


class Source:
    """Seeded random numbers that float32 can hold, as float64."""

    def __init__(self, seed):
        self.random = numpy.random.Generator(numpy.random.PCG64(seed))

    def normal(self, *shape, deviation=1.0, mean=0.0):
        values = mean + deviation * self.random.standard_normal(shape)
        return torch.from_numpy(numpy.float64(numpy.float32(values)))

    def integers(self, count, limit):
        return torch.from_numpy(self.random.integers(0, limit, size=count))


def single(value):
    """The nearest float32, as a Python float: for settings that the Swift side holds in float32."""
    return float(numpy.float32(value))


def float32(tensor):
    return tensor.detach().numpy().astype(numpy.float32)


def int32(values):
    return numpy.asarray(values, dtype=numpy.int32)


# ---- operations ------------------------------------------------------------------------------------------------------


def attention(query, key, value, lengths, heads, causal):
    outputs, start = [], 0
    for length in lengths:
        def split(x):  # [T, C] → [H, T, D]
            return x[start:start + length].reshape(length, heads, -1).transpose(0, 1)
        mixed = F.scaled_dot_product_attention(split(query), split(key), split(value), is_causal=causal)
        outputs.append(mixed.transpose(0, 1).reshape(length, -1))
        start += length
    return torch.cat(outputs)


def first_token_attention(query, key, value, lengths, heads):
    """The rows of full attention that belong to the first tokens."""
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    everyone = torch.zeros_like(key)
    everyone[starts] = query
    return attention(everyone, key, value, lengths, heads, causal=False)[starts]


def packed_attention(projection, lengths, heads, causal):
    query, key, value = projection.chunk(3, dim=1)
    return attention(query, key, value, lengths, heads, causal)


def operation_cases(source):
    """(name, inputs, ids or None, function of inputs)."""
    normal = source.normal
    lengths = [5, 1, 9, 2, 3, 1, 17]
    rows = sum(lengths)
    ids = source.integers(20, 11)
    yield "add", [normal(7, 13), normal(7, 13)], None, lambda a, b: a + b
    yield "lookup", [normal(11, 6)], ids, lambda table: F.embedding(ids, table)
    places = torch.tensor([3, 0, 8, 3, 5])
    yield "rows", [normal(9, 7)], places, lambda x: x[places]
    x, bias = normal(10, 19), normal(23)
    weight = normal(19, 23, deviation=0.3)
    square = normal(19, 19, deviation=0.3)
    yield "linear.inputOutput.bias", [x, weight, bias], None, lambda x, w, b: x @ w + b
    yield "linear.inputOutput.plain", [x, square], None, lambda x, w: x @ w
    yield "linear.outputInput.bias", [x, weight.T.contiguous(), bias], None, lambda x, w, b: F.linear(x, w, b)
    yield "linear.outputInput.plain", [x, square], None, lambda x, w: F.linear(x, w)
    yield (
        "layerNorm", [normal(6, 37, deviation=2, mean=1.5), normal(37, mean=1, deviation=0.5), normal(37)], None,
        lambda x, scale, shift: F.layer_norm(x, (37,), scale, shift, eps=single(1e-5)))
    yield "gelu.tanh", [normal(9, 31, deviation=2.5)], None, lambda x: F.gelu(x, approximate="tanh")
    for causal, form in [(True, "causal"), (False, "full")]:
        yield (
            f"attention.packed.{form}", [normal(rows, 3 * 24, deviation=1.5)], lengths,
            lambda p, causal=causal: packed_attention(p, lengths, 3, causal))
        yield (
            f"attention.separate.{form}", [normal(rows, 20, deviation=1.5) for _ in range(3)], lengths,
            lambda q, k, v, causal=causal: attention(q, k, v, lengths, 4, causal))
    targets = source.integers(300, 43)  # more than one chunk of 256 rows
    yield (
        "unembedding", [normal(300, 12), normal(43, 12, deviation=0.7)], targets,
        lambda x, table: F.cross_entropy(x @ table.T, targets, reduction="sum"))
    yield "gelu.erf", [normal(9, 31, deviation=2.5)], None, F.gelu
    yield "tanh", [normal(9, 31)], None, torch.tanh
    yield (
        "segmentMean", [normal(rows, 13)], lengths,
        lambda x: torch.stack([segment.mean(0) for segment in x.split(lengths)]))
    yield (
        "attention.firstTokens",
        [normal(len(lengths), 20, deviation=1.5), normal(rows, 20, deviation=1.5), normal(rows, 20, deviation=1.5)],
        lengths, lambda q, k, v: first_token_attention(q, k, v, lengths, 4))
    labels = source.integers(30, 11)
    for form, weights, smoothing in [
        ("plain", None, 0.0), ("weighted", class_weights(11), 0.0), ("smoothed", None, single(0.1)),
        ("both", class_weights(11), single(0.1)),
    ]:
        yield (
            f"crossEntropy.{form}", [normal(30, 11, deviation=2)], labels,
            lambda x, weights=weights, smoothing=smoothing: F.cross_entropy(
                x, labels, reduction="sum", weight=weights, label_smoothing=smoothing))
    targets = source.integers(600, 43)  # more than one chunk of 512 rows
    yield (
        "unembedding.weighted", [normal(600, 12), normal(43, 12, deviation=0.7)], targets,
        lambda x, table: (F.cross_entropy(x @ table.T, targets, reduction="none") * row_weights(600)).sum())
    yield (
        "unembedding.sparse", [normal(600, 12), normal(43, 12, deviation=0.7)], targets,
        lambda x, table: (
            F.cross_entropy(x @ table.T, sparse_probabilities(targets, 43), reduction="none") * row_weights(600)).sum())
    yield (
        "unembedding.teacher", [normal(600, 12), normal(43, 12, deviation=0.7)], torch.tensor([1]),
        lambda x, table: F.cross_entropy(x @ table.T, teacher_logits(600, 43).softmax(1), reduction="sum"))


def row_weights(count):
    """The row weights that the Swift tests use too."""
    return 1 - (torch.arange(count) % 4) / 2


def sparse_probabilities(ids, vocabulary):
    """Half of a row's probability on its id, a quarter on each of the two tokens 3 and 5 further."""
    rows = torch.zeros(len(ids), vocabulary)
    for offset, probability in [(0, 0.5), (3, 0.25), (5, 0.25)]:
        rows[torch.arange(len(ids)), (ids + offset) % vocabulary] += probability
    return rows


def teacher_logits(rows, vocabulary):
    """The teacher of the Swift tests too."""
    return (torch.arange(rows)[:, None] * 7 + torch.arange(vocabulary) * 5) % 13 / 4


def class_weights(count):
    """The class weights that the Swift tests use too."""
    return 0.5 + torch.arange(count) / 8


def make_operations():
    source = Source(20_240_101)
    arrays = {}
    for name, inputs, ids, function in operation_cases(source):
        inputs = [tensor.clone().requires_grad_() for tensor in inputs]
        output = function(*inputs)
        # The loss is the last operation of a pass: its cotangent is 1 by contract.
        cotangent = torch.ones(()) if output.ndim == 0 else source.normal(*output.shape)
        (output * cotangent).sum().backward()
        if ids is not None:
            arrays[f"{name}/ids"] = int32(ids)
        for index, tensor in enumerate(inputs):
            arrays[f"{name}/input{index}"] = float32(tensor)
            arrays[f"{name}/gradient{index}"] = float32(tensor.grad)
        arrays[f"{name}/cotangent"] = float32(cotangent)
        arrays[f"{name}/output"] = float32(output)
    return arrays


# ---- a tiny GPT-2 ----------------------------------------------------------------------------------------------------


def make_model(source):
    # A hidden size of 36, heads of 9 and an intermediate size of 80 are no multiples of a vector width; 80 is not 4 C.
    config = GPT2Config(
        vocab_size=97, n_positions=32, n_embd=36, n_layer=3, n_head=4, n_inner=80, activation_function="gelu_new",
        layer_norm_epsilon=single(1e-5), resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=96, eos_token_id=96,
        attn_implementation="eager")
    model = GPT2LMHeadModel(config).double().eval()
    for name, parameter in model.named_parameters():
        if ".ln_" in name and name.endswith("weight"):
            fresh = source.normal(*parameter.shape, mean=1, deviation=0.3)
        elif parameter.ndim == 1:
            fresh = source.normal(*parameter.shape, deviation=0.3)
        else:
            fresh = source.normal(*parameter.shape, deviation=0.3 if "wte" in name else 0.2)
        parameter.data.copy_(fresh)
    return model


def make_batch(source, lengths):
    """Token 96, t1 … tn against t1 … tn, 96, as the model sees them; one that fills the context has no end."""
    tokens, targets = [], []
    for length in lengths:
        words = source.integers(length, 96).tolist()
        tokens.append([96] + words[:-1])
        targets.append(words if length == 32 else words[:-1] + [96])
    return tokens, targets


def loss_sum(model, batch):
    """The logits of every token and the summed loss, each headline alone."""
    logits = [model(input_ids=torch.tensor([tokens])).logits[0] for tokens in batch[0]]
    targets = [torch.tensor(targets) for targets in batch[1]]
    return logits, sum(F.cross_entropy(x, y, reduction="sum") for x, y in zip(logits, targets))


def learning_rate(step, peak=2e-3, warm_up=3, total=10, floor=0.1):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    progress = (step - warm_up) / (total - warm_up)
    return peak * (floor + (1 - floor) * (1 + math.cos(math.pi * progress)) / 2)


def train(name, model, batches, loss_sum, count):
    """Ten steps of mean loss, clipped to norm 1, decay on matrices only."""
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": single(0.1)},
            {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
        ],
        lr=1.0, betas=(single(0.9), single(0.99)), eps=single(1e-8), foreach=False)
    losses, norms, rates = [], [], []
    for step in range(10):
        batch = batches[step % len(batches)]
        optimizer.zero_grad()
        loss = loss_sum(model, batch)[1] / count(batch)
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, 1.0)))
        losses.append(float(loss.detach()))
        rates.append(learning_rate(step))
        for group in optimizer.param_groups:
            group["lr"] = single(rates[-1])
        optimizer.step()
    print(name, "losses", [round(x, 4) for x in losses], "norms", [round(x, 3) for x in norms])
    return losses, norms, rates


def parameters_by_name(model):
    return {name.removeprefix("transformer."): p for name, p in model.named_parameters()}


def make_gpt2():
    source = Source(20_240_102)
    model = make_model(source)
    batches = [make_batch(source, [7, 1, 12, 4, 32, 9]), make_batch(source, [3, 21, 2, 2, 15])]
    arrays = {f"weight/{name}": float32(p) for name, p in parameters_by_name(model).items()}
    for index, (tokens, targets) in enumerate(batches):
        arrays[f"batch{index}/lengths"] = int32([len(x) for x in tokens])
        arrays[f"batch{index}/tokens"] = int32(sum(tokens, []))
        arrays[f"batch{index}/targets"] = int32(sum(targets, []))
    logits, loss = loss_sum(model, batches[0])
    loss.backward()
    arrays["logits"] = float32(torch.cat(logits))
    arrays["loss"] = numpy.float64([float(loss.detach())])
    for name, parameter in parameters_by_name(model).items():
        arrays[f"gradient/{name}"] = float32(parameter.grad)
    losses, norms, rates = train("gpt2", model, batches, loss_sum, lambda batch: sum(map(len, batch[0])))
    arrays |= {"losses": numpy.float64(losses), "norms": numpy.float64(norms), "rates": numpy.float64(rates)}
    for name, parameter in parameters_by_name(model).items():
        arrays[f"trained/{name}"] = float32(parameter)
    return arrays


# ---- a tiny BERT classifier ------------------------------------------------------------------------------------------


def make_classifier(source):
    config = BertConfig(
        vocab_size=97, hidden_size=36, num_hidden_layers=3, num_attention_heads=4, intermediate_size=80, hidden_act="gelu",
        hidden_dropout_prob=0, attention_probs_dropout_prob=0, max_position_embeddings=32, type_vocab_size=2,
        layer_norm_eps=single(1e-12), num_labels=5, attn_implementation="eager")
    model = BertForSequenceClassification(config).double().eval()
    for name, parameter in model.named_parameters():
        if "LayerNorm.weight" in name:
            fresh = source.normal(*parameter.shape, mean=1, deviation=0.3)
        elif parameter.ndim == 1:
            fresh = source.normal(*parameter.shape, deviation=0.3)
        else:
            fresh = source.normal(*parameter.shape, deviation=0.3 if "embeddings" in name else 0.2)
        parameter.data.copy_(fresh)
    return model


def make_labelled_batch(source, lengths):
    """Token 1, t2 … tn, 2 for each headline, as [CLS] and [SEP] frame it, and a label for each."""
    tokens = [([1] + (3 + source.integers(length, 94)).tolist())[:length - 1] + [2] for length in lengths]
    return tokens, source.integers(len(lengths), 5)


def classification_loss_sum(model, batch):
    """Hidden states and logits, each headline alone, and the summed loss."""
    outputs = [model(input_ids=torch.tensor([tokens]), output_hidden_states=True) for tokens in batch[0]]
    hidden = torch.cat([output.hidden_states[-1][0] for output in outputs])
    logits = torch.cat([output.logits for output in outputs])
    return (hidden, logits), F.cross_entropy(logits, batch[1], reduction="sum")


def make_bert():
    source = Source(20_240_104)
    model = make_classifier(source)
    batches = [make_labelled_batch(source, lengths) for lengths in ([7, 2, 12, 4, 32, 9], [3, 21, 2, 5, 15])]
    arrays = {f"weight/{name}": float32(p) for name, p in model.named_parameters()}
    for index, (tokens, labels) in enumerate(batches):
        arrays[f"batch{index}/lengths"] = int32([len(x) for x in tokens])
        arrays[f"batch{index}/tokens"] = int32(sum(tokens, []))
        arrays[f"batch{index}/labels"] = int32(labels)
    (hidden, logits), loss = classification_loss_sum(model, batches[0])
    loss.backward()
    arrays |= {"hidden": float32(hidden), "logits": float32(logits), "loss": numpy.float64([float(loss.detach())])}
    for name, parameter in model.named_parameters():
        arrays[f"gradient/{name}"] = float32(parameter.grad)
    losses, norms, rates = train(
        "bert", model, batches, classification_loss_sum, lambda batch: len(batch[0]))
    arrays |= {"losses": numpy.float64(losses), "norms": numpy.float64(norms), "rates": numpy.float64(rates)}
    for name, parameter in model.named_parameters():
        arrays[f"trained/{name}"] = float32(parameter)
    return arrays


# ---- AdamW -----------------------------------------------------------------------------------------------------------


def make_adamw():
    """(learning rate, β1, β2, ε, decay, gradient scale) by case; a matrix that decays and a vector that does not."""
    grid = [
        (1e-3, 0.9, 0.999, 1e-8, 0.0, 1.0), (1e-3, 0.9, 0.999, 1e-8, 0.1, 1.0), (3e-2, 0.8, 0.95, 1e-6, 0.01, 1.0),
        (1e-4, 0.95, 0.99, 1e-3, 0.5, 1.0), (1e-3, 0.0, 0.9, 1e-8, 0.1, 0.125), (5e-3, 0.9, 0.99, 1e-8, 0.0, 0.01),
        (0.0, 0.9, 0.99, 1e-8, 0.1, 1.0),
    ]
    source = Source(20_240_103)
    start = [source.normal(5, 7), source.normal(11)]
    # Entries from 1e-4 to 10: the moments' ratio must hold at every size.
    steps = [[source.normal(*w.shape) * 10 ** source.normal(*w.shape, deviation=1.5) for w in start] for _ in range(10)]
    steps = [[torch.from_numpy(numpy.float64(float32(g))) for g in step] for step in steps]
    arrays = {"settings": numpy.float64([[single(x) for x in row] for row in grid])}
    for index, name in enumerate(["matrix", "vector"]):
        arrays[f"{name}/start"] = float32(start[index])
        arrays[f"{name}/gradients"] = float32(torch.stack([step[index] for step in steps]))
    for case, row in enumerate(grid):
        rate, beta1, beta2, epsilon, decay, scale = map(single, row)
        weights = [w.clone().requires_grad_() for w in start]
        optimizer = torch.optim.AdamW(
            [{"params": weights[:1], "weight_decay": decay}, {"params": weights[1:], "weight_decay": 0.0}], lr=rate,
            betas=(beta1, beta2), eps=epsilon, foreach=False)
        for step, gradients in enumerate(steps):
            for weight, gradient in zip(weights, gradients):
                weight.grad = gradient * scale
            optimizer.step()
            if step in (0, 9):
                for name, weight in zip(["matrix", "vector"], weights):
                    arrays[f"case{case}/{name}/after{step + 1}"] = float32(weight)
    return arrays


for file, arrays in [
    ("core-operations", make_operations()), ("core-gpt2", make_gpt2()), ("core-bert", make_bert()),
    ("core-adamw", make_adamw()),
]:
    path = HERE / f"{file}.safetensors"
    save_file({name: numpy.ascontiguousarray(array) for name, array in arrays.items()}, path)
    path.chmod(0o644)

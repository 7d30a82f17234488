"""Makes the safetensors fixtures of Tests/CheckpointsTests with the reference implementation.

    python3 Tests/Fixtures/make_checkpoints.py

Needs torch and safetensors (made with torch 2.13 and safetensors 0.8). The values follow from formulas that the tests
repeat, so nothing but the files is stored.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent / "checkpoints"


def ramp(*shape):
    """0, 0.25, 0.5, ... minus 3, in the given shape: exact in F32, F16 and BF16."""
    count = 1
    for extent in shape:
        count *= extent
    return (torch.arange(count, dtype=torch.float32) * 0.25 - 3).reshape(shape)


def main():
    folder.mkdir(exist_ok=True)
    save_file(
        {
            "single": ramp(3, 5),
            "half": ramp(2, 3, 4).half(),
            "brain": ramp(7).bfloat16(),
            "scalar": torch.tensor(-2.5),
            "empty": torch.zeros(0, 4),
            "rank five": ramp(1, 2, 1, 2, 1),
            "ids": torch.arange(4),
            "bytes": torch.arange(3, dtype=torch.uint8),
            "mask": torch.tensor([True, False, True]),
            "double": ramp(2).double(),
            "Überschrift \"1\"\n": ramp(1),
        },
        folder / "mixed.safetensors",
        metadata={"format": "pt", "note": "tab\t, quote \", line\n, é"},
    )
    shards = folder / "sharded"
    shards.mkdir(exist_ok=True)
    parts = {
        "model-00001-of-00002.safetensors": {"a.weight": ramp(2, 2), "a.bias": ramp(2)},
        "model-00002-of-00002.safetensors": {"b.weight": ramp(3)},
    }
    for name, tensors in parts.items():
        save_file(tensors, shards / name, metadata={"format": "pt"})
    index = {
        "metadata": {"total_size": 36},
        "weight_map": {tensor: name for name, tensors in parts.items() for tensor in tensors},
    }
    (shards / "model.safetensors.index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

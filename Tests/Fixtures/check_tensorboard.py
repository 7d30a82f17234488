#!/usr/bin/env python3
"""Reads TensorBoard event files with TensorBoard's own reader and shows what it finds in them.

    python3 Tests/Fixtures/check_tensorboard.py FOLDER              lists every tag, scalar and text of a run folder
    python3 Tests/Fixtures/check_tensorboard.py                     checks Tests/Fixtures/reporting

The second form is how the files of Tests/Fixtures/reporting were verified: the reader checks every CRC-32C, parses every
message, and drops the superseded points of a run that was resumed; what is left must be the numbers and texts that the Swift
test `EventFileTests` wrote. That test then compares the bytes alone, so that it needs no Python.

Needs `pip install tensorboard` (checked with 2.21.0).
"""
import math
import os
import sys

from tensorboard.backend.event_processing import plugin_event_accumulator
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, STORE_EVERYTHING_SIZE_GUIDANCE
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.util import tensor_util


def accumulated(folder):
    run = EventAccumulator(folder, size_guidance=STORE_EVERYTHING_SIZE_GUIDANCE)
    run.Reload()
    return run


def count_records(folder):
    """How many whole records each file has; the loader raises on a bad check value and stops at a cut record."""
    names = sorted(name for name in os.listdir(folder) if "tfevents" in name)
    return {name: sum(1 for _ in LegacyEventFileLoader(os.path.join(folder, name)).Load()) for name in names}


def shown_by_the_server(folder):
    """What the web server reads: every value as a tensor."""
    run = plugin_event_accumulator.EventAccumulator(folder, size_guidance={plugin_event_accumulator.TENSORS: 0})
    run.Reload()
    return run


def texts(run, tag):
    return [(event.step, event.tensor_proto.string_val[0].decode()) for event in run.Tensors(tag)]


def show(folder):
    run = accumulated(folder)
    for name, records in count_records(folder).items():
        print(f"{name}: {records} records")
    for tag in sorted(run.Tags()["scalars"]):
        print(f"\n{tag}")
        for event in run.Scalars(tag):
            print(f"  {event.step:8d}  {event.value:.6g}  at {event.wall_time:.3f}")
    for tag in sorted(run.Tags()["tensors"]):
        plugin = run.SummaryMetadata(tag).plugin_data.plugin_name
        for step, text in texts(run, tag):
            print(f"\n{tag} ({plugin}) at step {step}\n{text}")


def check():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reporting")
    run = accumulated(folder)
    # The version and the start, then one record for each of: started, evaluation, two steps, evaluation, samples, steps 3
    # to 5; the version, the restart, steps 4 to 6, samples.
    assert list(count_records(folder).values()) == [11, 6], count_records(folder)

    def scalar(tag):
        return [(event.step, event.value) for event in run.Scalars(tag)]

    def equal(found, expected):
        assert [step for step, _ in found] == [step for step, _ in expected], (found, expected)
        for (_, a), (_, b) in zip(found, expected):
            assert math.isclose(a, b, rel_tol=1e-6) or (math.isnan(a) and math.isnan(b)), (found, expected)

    # The first writer told of steps 1 to 5, the second restarts at step 4: its losses replace those from there on, and the
    # evaluation and samples that the first wrote for step 100 are gone.
    equal(scalar("train/loss"), [(1, 5.99), (2, math.nan), (3, 5.97), (4, 4), (5, 5), (6, 6)])
    for tag, value in [("learningRate", 0.00097), ("gradientNorm", 0.8312), ("tokensPerSecond", 256),
                       ("residentMemory", 1.214e9)]:
        equal(scalar("train/" + tag), [(step, value) for step in range(1, 7)])
    equal(scalar("train/epoch"), [(step, step / 100) for step in range(1, 7)])
    equal(scalar("validation/loss"), [(0, 10.8249)])
    equal(scalar("validation/perplexity"), [(0, math.exp(10.8249))])
    assert texts(run, "configuration") == [(0, "    seed: 1\n    optimizer:\n      learningRate: 0.001\n    ")]
    samples = "- **Scientists discover**  \\*new\\* planet\n- **AI could soon**  say \"é\" \x1b\\[2J👩‍🚀"
    # This reader drops superseded scalars only, and shows the texts of both files; the web server's drops those too.
    assert texts(run, "samples") == [(100, samples), (100, samples)], texts(run, "samples")
    server = shown_by_the_server(folder)
    assert [event.step for event in server.Tensors("samples")] == [100]
    for tag in run.Tags()["scalars"]:
        points = [(event.step, float(tensor_util.make_ndarray(event.tensor_proto))) for event in server.Tensors(tag)]
        equal(points, scalar(tag))
    for tag in ["configuration", "samples"]:
        assert run.SummaryMetadata(tag).plugin_data.plugin_name == "text"
    assert run.Scalars("train/loss")[0].wall_time == 1_700_000_001.25
    print("TensorBoard reads the fixtures as they were meant")


if __name__ == "__main__":
    show(sys.argv[1]) if len(sys.argv) > 1 else check()

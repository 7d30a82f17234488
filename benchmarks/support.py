"""Shared by the benchmarks: options for their inputs, checks of them, and a description of the machine."""
import argparse
import ctypes
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The folders of --data: headlines alone, and headlines with the categories of HuffPost.
HEADLINES, LABELED = "generator", "huffpost"

HEADLINES_SOURCE = ("Any headlines as JSON lines will do; public ones are the HuffPost News Category Dataset and AG News. "
                    "docs/results.md names those of the published figures.")
TOKENIZER_SOURCE = "The vocabulary is part of distilgpt2 on Hugging Face: download its vocab.json and merges.txt."
BASE_SOURCE = "The base of the published figures is sentence-transformers/all-MiniLM-L6-v2 on Hugging Face: download that folder."

# Turns a recipe of configs/minilm-*.yaml into the plain one that PyTorch's side follows.
PLAIN_RECIPE = ["fineTuning.meanLayer=false", "fineTuning.freezeEmbeddings=false", "fineTuning.layerDecay=1",
                "optimizer.learningRate=2e-4", "loss.labelSmoothing=0"]


def overrides(settings):
    """The flags for a list of settings."""
    return [part for setting in settings for part in ("--set", setting)]


def fail(sentence):
    """Ends the program with one sentence on standard error."""
    sys.exit(f"error: {sentence}")


class Verdict:
    """Prints a line for each check and remembers whether all passed."""

    passed = True

    def check(self, name, passes, figures):
        self.passed &= bool(passes)
        print(f"{'PASS' if passes else 'FAIL'}  {name}: {figures}", flush=True)

    def at_least(self, name, value, bar, digits=2):
        self.check(name, value >= bar, f"{value:.{digits}f}, at least {bar}")

    def at_most(self, name, value, bar, digits=2):
        self.check(name, value <= bar, f"{value:.{digits}f}, at most {bar}")

    def end(self):
        """Ends the program with status 1 unless all passed."""
        print("PASS" if self.passed else "FAIL")
        sys.exit(0 if self.passed else 1)


def add_headlines(parser, folder, files=("train", "validation")):
    """The options that name headline files: --data for the folder of all, and one for each of `files` by itself."""
    columns = "`headline` and `category`" if folder == LABELED else "`headline`"
    names = " and ".join(f"{folder}/{name}.jsonl" for name in files)
    parser.add_argument("--data", type=pathlib.Path, metavar="DIR", help=f"a folder with {names}: JSON lines with {columns}")
    for name in files:
        parser.add_argument(f"--{name}", type=pathlib.Path, metavar="FILE", help=f"a {name} file in place of the one in --data")
    parser.set_defaults(headlines_folder=folder)


def add_tokenizer(parser):
    parser.add_argument("--tokenizer", type=pathlib.Path, metavar="DIR", help="a folder with GPT-2's vocab.json and merges.txt")


def add_base(parser):
    parser.add_argument("--base", type=pathlib.Path, metavar="DIR", help="MiniLM-L6, or another BERT folder in Hugging Face layout")


def add_programs_option(parser):
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release", metavar="DIR",
                        help="the folder with train, headline and evaluate, from `swift build -c release` (default: %(default)s)")


def check_headlines(options, files=("train", "validation")):
    """Completes the headline files from --data; ends the program when one is not named or not there."""
    for name in files:
        if getattr(options, name) is None and options.data is not None:
            setattr(options, name, options.data / options.headlines_folder / f"{name}.jsonl")
        check_given(f"--data, or --{name}", getattr(options, name), HEADLINES_SOURCE)
        check_files([(f"--data or --{name}", getattr(options, name))])


def check_tokenizer(options):
    check_given("--tokenizer", options.tokenizer, TOKENIZER_SOURCE)
    check_files([("--tokenizer", options.tokenizer / name) for name in ("vocab.json", "merges.txt")])


def check_base(options):
    check_given("--base", options.base, BASE_SOURCE)
    check_files([("--base", options.base / name) for name in ("config.json", "model.safetensors")])


def check_given(flag, value, source):
    """Ends the program with the place where the input can be had when no option names it."""
    if value is None:
        fail(f"give {flag}. {source}")


def check_files(files):
    """Ends the program when a file is not there. Each comes with the flag that names it."""
    for flag, path in files:
        if not path.is_file():
            fail(f"{path} is not there; check {flag}")


def check_programs(options, programs):
    """Ends the program when one of HeadlineKit's programs has not been built."""
    for name in programs:
        if not os.access(options.programs / name, os.X_OK):
            fail(f"{options.programs / name} is not there; run `swift build -c release` first, or give --programs")


def require_modules(names):
    """Ends the program with the command that installs them when one of the Python modules is missing."""
    for name in names:
        try:
            __import__(name)
        except ImportError as error:
            fail(f"{error}; install what this benchmark compares with: pip install {' '.join(names)}")


def parser(description):
    """A parser whose help shows the text of the module unchanged."""
    return argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def headlines_of(path, count):
    """The first `count` headlines of a file of JSON lines, all of them for None."""
    texts = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if count is not None and len(texts) == count:
                break
            texts.append(json.loads(line)["headline"])
    return texts


def write_headlines(path, texts):
    path.write_text("".join(json.dumps({"headline": text}) + "\n" for text in texts), encoding="utf-8")


def run(command):
    """Runs a program and returns its standard output; ends with its error message when it fails."""
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        fail(f"`{' '.join(str(part) for part in command)}` ended with status {result.returncode}: {result.stderr.strip()}")
    return result.stdout


def machine():
    """One line: processor, cores, load, OpenBLAS."""
    model = "unknown processor"
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model}, {processors()} processors, load {load():.2f}; {openblas()}"


def processors():
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def load():
    """The load average over the last minute."""
    return os.getloadavg()[0]


def openblas():
    """The build description of the OpenBLAS library."""
    try:
        library = ctypes.CDLL("libopenblas.so.0")
        library.openblas_get_config.restype = ctypes.c_char_p
        return library.openblas_get_config().decode()
    except OSError:
        return "OpenBLAS not found as libopenblas.so.0"

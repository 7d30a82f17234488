"""What the benchmarks share: where things lie, what is missing, and which machine this is."""
import argparse
import ctypes
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


# What makes a recipe of configs/minilm-*.yaml the plain one that PyTorch's side follows.
PLAIN_RECIPE = ["fineTuning.meanLayer=false", "fineTuning.freezeEmbeddings=false", "fineTuning.layerDecay=1",
                "optimizer.learningRate=2e-4", "loss.labelSmoothing=0"]


def overrides(settings):
    """The flags that set what is listed."""
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


def add_input_options(parser):
    """Options that every benchmark needs: real headlines, GPT-2's vocabulary, our programs."""
    headlines = SHARED / "data" / "generator"
    parser.add_argument("--train", type=pathlib.Path, default=headlines / "train.jsonl", metavar="FILE",
                        help="headlines as JSON lines with a field `headline` (default: %(default)s)")
    parser.add_argument("--validation", type=pathlib.Path, default=headlines / "validation.jsonl", metavar="FILE",
                        help="the same to evaluate on (default: %(default)s)")
    parser.add_argument("--tokenizer", type=pathlib.Path, default=SHARED / "models" / "gpt2-tokenizer", metavar="DIR",
                        help="GPT-2's vocab.json and merges.txt (default: %(default)s)")
    add_programs_option(parser)


def add_classifier_options(parser):
    """The same for a classifier: labelled headlines, a pretrained encoder, our programs."""
    headlines = SHARED / "data" / "huffpost"
    parser.add_argument("--train", type=pathlib.Path, default=headlines / "train.jsonl", metavar="FILE",
                        help="JSON lines with `headline` and `category` (default: %(default)s)")
    parser.add_argument("--validation", type=pathlib.Path, default=headlines / "validation.jsonl", metavar="FILE",
                        help="the same to evaluate on (default: %(default)s)")
    parser.add_argument("--base", type=pathlib.Path, default=SHARED / "models" / "minilm-l6", metavar="DIR",
                        help="a BERT's folder in Hugging Face layout (default: %(default)s)")
    add_programs_option(parser)


def add_programs_option(parser):
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / ".build" / "release", metavar="DIR",
                        help="where `swift build -c release` put train and headline (default: %(default)s)")


def check_inputs(options, programs):
    """Ends the program with a sentence when an input or one of our `programs` is not there."""
    check_files([("--train", options.train), ("--validation", options.validation),
                 ("--tokenizer", options.tokenizer / "vocab.json"), ("--tokenizer", options.tokenizer / "merges.txt")])
    check_programs(options, programs)


def check_files(files):
    """Ends the program when one of the files, each with the flag that names it, is not there."""
    for flag, path in files:
        if not path.is_file():
            fail(f"{path} is not there; name it by {flag}")


def check_programs(options, programs):
    """Ends the program when one of ours has not been built."""
    for name in programs:
        if not os.access(options.programs / name, os.X_OK):
            fail(f"{options.programs / name} is not there; run `swift build -c release` first, or name it by --programs")


def require_modules(names):
    """Ends the program with the command that installs them when one of the Python modules is missing."""
    for name in names:
        try:
            __import__(name)
        except ImportError as error:
            fail(f"{error}; install what this benchmark compares with: pip install {' '.join(names)}")


def parser(description):
    """A parser whose help shows the module's text as it is."""
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
    """Runs a program of ours and returns its standard output; ends with its own words when it fails."""
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
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0))


def load():
    """How many processes wanted to run, on average over the last minute."""
    return os.getloadavg()[0]


def openblas():
    """What the OpenBLAS library says of itself."""
    try:
        library = ctypes.CDLL("libopenblas.so.0")
        library.openblas_get_config.restype = ctypes.c_char_p
        return library.openblas_get_config().decode()
    except OSError:
        return "OpenBLAS not found as libopenblas.so.0"

"""Makes the fixtures of Tests/MetricsTests with the reference implementations.

    python3 Tests/Fixtures/make_metrics.py

Needs numpy, scipy and scikit-learn (made with numpy 2.4, scipy 1.17 and scikit-learn 1.9). All numbers come from seeded
generators and all texts from the word lists below, so another run writes the same files.
"""

import json
import pathlib
import warnings

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_softmax, softmax
from scipy.stats import binomtest, chi2
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion

folder = pathlib.Path(__file__).parent / "metrics"


def calibration_error(confidences, right, edges):
    """The expected calibration error over bins of rows; `edges` gives the bin of each row."""
    error = 0.0
    for index in np.unique(edges):
        rows = edges == index
        error += rows.mean() * abs(right[rows].mean() - confidences[rows].mean())
    return error


def bins_of_equal_width(confidences, count):
    return np.clip(np.ceil(confidences * count) - 1, 0, count - 1)


def bins_of_equal_mass(confidences, count):
    """Nearly equal parts of the sorted rows; a run of equal confidences goes to the part that it begins in."""
    bins = np.empty(len(confidences))
    order = np.argsort(confidences, kind="stable")
    for index, rows in enumerate(np.array_split(order, count)):
        bins[rows] = index
    for confidence in np.unique(confidences):
        bins[confidences == confidence] = bins[confidences == confidence].min()
    return bins


def simulated_error(confidences, bins, random, draws=20_000):
    """The mean and the standard deviation of the error when labels are drawn from the confidences."""
    errors = np.zeros(draws)
    for index in np.unique(bins):
        p = confidences[bins == index]
        hits = (random.random((draws, len(p))) < p).sum(axis=1)
        errors += np.abs(hits - p.sum()) / len(confidences)
    return errors.mean(), errors.std()


def judged(probabilities, labels, random):
    classes = np.arange(probabilities.shape[1])
    predicted = probabilities.argmax(axis=1)
    confidences = probabilities.max(axis=1)
    right = predicted == labels
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0
    )
    width, mass = bins_of_equal_width(confidences, 15), bins_of_equal_mass(confidences, 15)
    width_mean, width_deviation = simulated_error(confidences, width, random)
    mass_mean, mass_deviation = simulated_error(confidences, mass, random)
    if len(classes) == 2:
        top = [accuracy_score(labels, predicted), 1.0]
    elif any(len(set(row)) < len(row) for row in probabilities):
        # Of equal probabilities scikit-learn puts the last class first, unlike its own accuracy and unlike us.
        top = [accuracy_score(labels, predicted)]
    else:
        top = [top_k_accuracy_score(labels, probabilities, k=k, labels=classes) for k in range(1, len(classes))] + [1.0]
    return {
        "accuracy": accuracy_score(labels, predicted),
        "top": top,
        "macroF1": f1_score(labels, predicted, average="macro", zero_division=0),
        "weightedF1": f1_score(labels, predicted, average="weighted", zero_division=0),
        "matthewsCorrelation": matthews_corrcoef(labels, predicted),
        "negativeLogLikelihood": log_loss(labels, probabilities, labels=classes),
        "brierScore": brier_score_loss(labels, probabilities, labels=classes, scale_by_half=False),
        "precision": list(precision),
        "recall": list(recall),
        "f1": list(f1),
        "support": [int(count) for count in support],
        "confusion": confusion_matrix(labels, predicted, labels=classes).tolist(),
        "calibrationError": calibration_error(confidences, right, width),
        "adaptiveError": calibration_error(confidences, right, mass),
        "simulatedError": [width_mean, width_deviation],
        "simulatedAdaptiveError": [mass_mean, mass_deviation],
    }


def random_case(random, rows, classes, sharpness=2.0, signal=1.5, skew=1.0, allowed=None):
    """Logits that know something about labels of unlike frequency, and their softmax."""
    allowed = np.arange(classes) if allowed is None else np.array(allowed)
    share = (1.0 / (1 + np.arange(len(allowed)))) ** skew
    labels = random.choice(allowed, size=rows, p=share / share.sum())
    logits = sharpness * random.normal(size=(rows, classes))
    logits[np.arange(rows), labels] += signal
    return logits, softmax(logits, axis=1), labels


def classification():
    random = np.random.default_rng(20_260_101)
    cases = {}

    def add(name, probabilities, labels):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cases[name] = {
                "probabilities": probabilities.ravel().tolist(),
                "labels": [int(label) for label in labels],
                "classes": probabilities.shape[1],
                "expected": judged(probabilities, labels, random),
            }

    _, probabilities, labels = random_case(random, 400, 7)
    add("seven classes of unlike size", probabilities, labels)
    _, probabilities, labels = random_case(random, 120, 2)
    add("two classes", probabilities, labels)
    _, probabilities, labels = random_case(random, 150, 5, allowed=[0, 1, 3])
    probabilities[:, 2] = 0
    add("an absent class, and one only predicted", probabilities / probabilities.sum(1, keepdims=True), labels)
    _, probabilities, labels = random_case(random, 40, 4)
    probabilities[:, 1] += 3
    add("one class predicted for all", probabilities / probabilities.sum(1, keepdims=True), labels)
    hard = np.eye(3)[random.integers(0, 3, 50)]
    hard[:25] = softmax(random.normal(size=(25, 3)), axis=1)
    add("certain rows, some certain and wrong", hard, random.integers(0, 3, 50))
    _, probabilities, labels = random_case(random, 9, 4)
    add("fewer rows than bins", probabilities, labels)
    (folder / "classification.json").write_text(json.dumps(cases) + "\n")


def best_temperature(logits, labels):
    """Where the mean of the largest probabilities is the share of right predictions, estimated under Jeffreys' prior."""
    accuracy = ((logits.argmax(axis=1) == labels).sum() + 0.5) / (len(labels) + 1)

    def excess(inverse):
        return softmax(inverse * logits, axis=1).max(axis=1).mean() - accuracy

    return 1 / brentq(excess, 0.01, 100, xtol=1e-15, rtol=8.9e-16)


def calibration():
    random = np.random.default_rng(20_260_102)
    cases = {}
    for name, rows, classes, sharpness, scale in [
        ("overconfident", 300, 6, 1.0, 4.0),
        ("underconfident", 300, 4, 1.0, 0.2),
        ("barely informative", 80, 3, 3.0, 1.0),
    ]:
        signal = 2.0 if sharpness < 2 else 1.2
        logits, _, labels = random_case(random, rows, classes, sharpness, signal)
        logits = logits * scale
        temperature = best_temperature(logits, labels)
        likelihood = -log_softmax(logits / temperature, axis=1)[np.arange(rows), labels].mean()
        cases[name] = {
            "logits": logits.ravel().tolist(),
            "labels": [int(label) for label in labels],
            "classes": classes,
            "temperature": temperature,
            "negativeLogLikelihood": likelihood,
        }
    (folder / "calibration.json").write_text(json.dumps(cases) + "\n")


subjects = {
    0: ["Coach", "The goalkeeper", "A rookie striker", "Stadium crowd", "The cup holders"],
    1: ["Parliament", "The minister's office", "A senate panel", "City council", "Opposition leader"],
    2: ["Researchers", "A space probe", "The lab's new laser", "Chemists", "A 3D-printed sensor"],
}
verbs = ["praises", "rejects", "questions", "wins over", "isn't done with", "returns to", "doubts", "weighs"]
objects = {
    0: ["late penalty", "record transfer", "season's final match", "injury-time goal", "training camp"],
    1: ["budget vote", "border bill", "coalition's tax plan", "late-night vote", "election law"],
    2: ["ice-core data", "quantum record", "Mars sample", "gene map", "record-cold experiment"],
}
ends = ["", " in 2024", " after long night", ", again", ": what's next?", " — and Zürich cheers", " \u201cfor now\u201d"]


def text(random, label):
    def pick(words):
        return words[random.integers(len(words))]

    subject = label if random.random() < 0.7 else int(random.integers(3))
    topic = label if random.random() < 0.6 else int(random.integers(3))
    return f"{pick(subjects[subject])} {pick(verbs)} {pick(objects[topic])}{pick(ends)}"


def naive_bayes():
    random = np.random.default_rng(20_260_103)
    labels = random.choice(3, size=260, p=[0.5, 0.3, 0.2])
    texts = [text(random, label) for label in labels]
    texts[200], texts[201] = "Wholly unseen vocabulary everywhere", "?!"
    train, test = slice(0, 180), slice(180, 260)
    # Runs of letters and numbers in lower case: no text above has an underscore, which \\w would count as a letter.
    counter = CountVectorizer(lowercase=True, token_pattern=r"(?u)\w+")
    counts = counter.fit_transform(texts[train])
    cases = {"texts": texts, "labels": [int(label) for label in labels], "training": 180, "smoothing": {}}
    tokens = counter.build_analyzer()
    cases["words"] = [tokens(sentence) for sentence in texts]
    for smoothing in [1.0, 0.25]:
        model = MultinomialNB(alpha=smoothing).fit(counts, labels[train])
        probabilities = model.predict_proba(counter.transform(texts[test]))
        cases["smoothing"][str(smoothing)] = probabilities.ravel().tolist()
    majority = DummyClassifier(strategy="prior").fit(np.zeros((180, 1)), labels[train])
    predicted = majority.predict(np.zeros((80, 1)))
    cases["majority"] = {
        "accuracy": accuracy_score(labels[test], predicted),
        "macroF1": f1_score(labels[test], predicted, average="macro", zero_division=0),
    }
    (folder / "naive-bayes.json").write_text(json.dumps(cases, ensure_ascii=False) + "\n")


def logistic_regression():
    random = np.random.default_rng(20_260_104)
    labels = random.choice(3, size=170, p=[0.5, 0.3, 0.2])
    texts = [text(random, label) for label in labels]
    # What counts as a word and a character: case, accents, signs, digits, one letter, nothing at all.
    texts[:6] = ["Straße I snake_case x2 ½", "NAÏVE café  e\u0301te\u0301", "a b ?!", "日本 3D 日本", "", "I'm \u201cit\u201d\tÉté"]
    texts[130:136] = ["ÉTÉ at café", "snake_case Snake", "zzz unseen qqq", "", "日本 vote budget vote", "x2 ½ a"]
    train, test = slice(0, 130), slice(130, 170)
    cases = []
    for words, characters, minimum, inverse_penalty, classes in [
        ([1, 2], None, 1, 1.0, 3),
        ([1, 1], None, 2, 20.0, 3),
        ([1, 2], [2, 5], 1, 1.0, 3),
        ([2, 3], [4, 4], 3, 0.1, 3),
        ([1, 2], None, 1, 2.0, 2),
    ]:
        parts = [("words", TfidfVectorizer(ngram_range=tuple(words), min_df=minimum))]
        if characters:
            parts.append(
                ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=tuple(characters), min_df=minimum))
            )
        union = FeatureUnion(parts)
        # A union of one part scales nothing: rows have length 1 for each part.
        rows = union.fit_transform(texts[train])
        new = union.transform(texts[test])
        targets = np.minimum(labels, classes - 1)
        model = LogisticRegression(C=inverse_penalty, solver="newton-cg", tol=1e-13, max_iter=10_000)
        model.fit(rows, targets[train])
        cases.append(
            {
                "words": words,
                "characters": characters,
                "minimumTexts": minimum,
                # Of two classes scikit-learn fits one vector, whose penalty counts twice.
                "inversePenalty": inverse_penalty / 2 if classes == 2 else inverse_penalty,
                "classes": classes,
                "columns": rows.shape[1],
                "entries": int(new.nnz),
                # The products of new rows with training rows do not depend on the order of the columns.
                "products": (new @ rows[:12].T).toarray().ravel().tolist(),
                "probabilities": model.predict_proba(new).ravel().tolist(),
            }
        )
    example = {"texts": texts, "labels": [int(label) for label in labels], "training": 130, "cases": cases}
    (folder / "logistic-regression.json").write_text(json.dumps(example, ensure_ascii=False) + "\n")


def mcnemar():
    """Exact below 25 discordant rows and with the continuity correction from there on, as the text of the test says."""
    cases = []
    for only_first, only_second in [(0, 0), (1, 0), (3, 9), (12, 12), (0, 24), (12, 13), (5, 20), (40, 40), (31, 60), (900, 700)]:
        discordant = only_first + only_second
        exact = binomtest(only_first, discordant, 0.5).pvalue if discordant else 1.0
        statistic = max(abs(only_first - only_second) - 1, 0) ** 2 / max(discordant, 1)
        cases.append(
            {
                "onlyFirst": only_first,
                "onlySecond": only_second,
                "isExact": discordant < 25,
                "probability": float(exact if discordant < 25 else chi2.sf(statistic, 1)),
            }
        )
    (folder / "mcnemar.json").write_text(json.dumps(cases) + "\n")


def coverage():
    """Accuracy of the most confident rows; of equal confidences every order is equally likely, and its mean is taken."""
    random = np.random.default_rng(20_260_105)
    cases = {}
    for name, rows, digits in [("distinct", 150, 12), ("many equal", 200, 1), ("one row", 1, 3)]:
        _, probabilities, labels = random_case(random, rows, 4)
        first = np.round(probabilities[:, 0], digits)
        probabilities = np.column_stack([first] + [(1 - first) / 3] * 3)
        predicted, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
        right = (predicted == labels).astype(float)
        # The expected row at a place within a run of equal confidences is the mean of that run.
        expected = np.array([right[confidences == confidence].mean() for confidence in confidences])
        order = np.argsort(-confidences, kind="stable")
        accuracies = np.cumsum(expected[order]) / np.arange(1, rows + 1)
        cases[name] = {
            "probabilities": probabilities.ravel().tolist(),
            "labels": [int(label) for label in labels],
            "accuracies": accuracies.tolist(),
            "area": float(accuracies.mean()),
        }
    (folder / "coverage.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    folder.mkdir(exist_ok=True)
    classification()
    calibration()
    naive_bayes()
    logistic_regression()
    mcnemar()
    coverage()

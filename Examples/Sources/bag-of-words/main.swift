// Trains a model that HeadlineKit does not know: a bag of words. Loop, checkpoints, metrics and resuming come from the library;
// the model, its folder, its data, its task and its settings are the files beside this one.
//
//     swift run --package-path Examples -c release bag-of-words data/sample/headlines.jsonl checkpoints/bag-of-words
//
// Interrupt it and run it again: it resumes. The folder in `best/` is then read back, and labels a headline.
import Foundation
import ModelFolders
import NumericCore
import Settings
import Training

guard CommandLine.arguments.count == 3 else {
    print("usage: bag-of-words HEADLINES RUN_FOLDER")
    exit(64)
}
var settings = BagOfWordsSettings()
settings.data = ConfiguredPath(CommandLine.arguments[1])
settings.output = ConfiguredPath(CommandLine.arguments[2])

/// Prints notes and evaluations.
final class Printer: TrainingObserver {
    func receive(_ event: TrainingEvent) {
        switch event {
        case .note(let text), .warning(let text): print(text)
        case .evaluation(let evaluation):
            print("step \(evaluation.step): loss \(evaluation.result.loss), \(evaluation.result.figures[0].text ?? "")")
        default: break
        }
    }

    func flush() {}
}

let run = TrainingRun<BagOfWordsSetup>(settings, resume: true)
print("the run has \(try run.train(progress: Printer()).outcome)")

let folder = try BagOfWordsFolder(path: run.bestModelPath ?? run.lastModelPath)
let model = try folder.load(for: .inference).model
func lines(_ name: String) throws -> [String] {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8).components(separatedBy: "\n")
}
let (words, labels) = (try lines("words.txt"), try lines("labels.txt"))
let headline = "Striker out for six weeks after scan"
let ids = [0] + BagOfWordsData.words(of: headline).map { Int32(words.firstIndex(of: $0) ?? 0) }
let logits = model.logits(ids, Segments(lengths: [ids.count])).value.elements
print("\(headline): \(labels[logits.firstIndex(of: logits.max() ?? 0) ?? 0])")

// Labels headlines and prints the three most likely labels of each.
//
//     swift run --package-path Examples -c release classify checkpoints/classifier-sample/best "Striker out for six weeks"
import Foundation
import Inference

guard CommandLine.arguments.count >= 3 else {
    print("usage: classify MODEL_FOLDER HEADLINE …")
    exit(64)
}

let engine = try await ClassificationEngine.load(folder: CommandLine.arguments[1])
let headlines = Array(CommandLine.arguments[2...])

for (headline, prediction) in zip(headlines, try await engine.classify(headlines)) {
    print(headline)
    for candidate in prediction.candidates.prefix(3) {
        // The probabilities are calibrated: of the headlines labeled at 0.8, about eight in ten are right.
        print("   \(String(format: "%5.1f %%", 100 * candidate.probability))  \(candidate.label)")
    }
    if prediction.isCut { print("   (longer than the model reads; labeled by its beginning)") }
}

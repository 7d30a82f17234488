// Completes a headline three times and prints each one as soon as it is finished.
//
//     swift run --package-path Examples -c release complete checkpoints/generator-sample/last "Scientists discover"
import Foundation
import Inference

guard CommandLine.arguments.count == 3 else {
    print("usage: complete MODEL_FOLDER BEGINNING")
    exit(64)
}

let engine = try await GenerationEngine.load(folder: CommandLine.arguments[1])
// Waits until the weights match the digest in their file; throws if the folder is damaged.
try await engine.verify()

var options = SamplingOptions(seed: 7)
options.temperature = 0.8
options.balancesQuotes = true
let request = CompletionRequest(CommandLine.arguments[2], count: 3, options: options)

// `complete(_:)` returns all candidates at once. A stream gives text while it is written; leaving the loop cancels.
for try await update in engine.stream(request) {
    guard case .completion(let completion, let candidate, let timing) = update else { continue }
    print("\(candidate + 1): \(completion.headline)")
    print("   mean log-probability \(completion.meanLogProbability) nats, first token after \(timing.timeToFirstToken)")
}
// Waits for the requests that are being decoded; a server calls it before it exits.
await engine.shutdown()

import Foundation
import HeadlineData
import Models

/// The `README.md` of an exported generator.
struct ModelCard {
    let settings: GeneratorSettings
    let configuration: GPT2.Configuration
    let training: TokenizedHeadlines
    let data: GeneratorData

    /// The card, with the figures of the newest evaluation if there is one.
    func text(_ evaluation: TaskEvaluation?) -> String {
        let figures =
            evaluation.map { result in
                let perByte =
                    result.value("bitsPerByte").map { String(format: "%.4f", $0) }
                    ?? "not known, since headlines were cut"
                return """
                    | figure on the validation headlines | value |
                    |---|---|
                    | nats per token, end tokens included | \(String(format: "%.4f", result.loss)) |
                    | perplexity per token | \(String(format: "%.2f", exp(result.loss))) |
                    | bits per byte | \(perByte) |
                    | tokens scored | \(result.count) |
                    """
            } ?? "It has not been evaluated."
        return """
            ---
            library_name: transformers
            pipeline_tag: text-generation
            tags: [headlines, gpt2]
            ---

            # \(settings.name)

            A GPT-2 that completes news headlines, trained with HeadlineKit. \(configuration.layers) layers,
            \(configuration.hiddenSize) channels, \(configuration.heads) heads, \(configuration.contextLength) positions,
            \(configuration.vocabularySize) vocabulary entries.

            A headline is read behind the end-of-text token and ends with it:

                headline complete --model . "Scientists discover"

            ## Training

            \(training.count) headlines, \(training.tokens.count) tokens; files with SHA-256
            \(data.digests.map { "`\($0)`" }.joined(separator: ", ")). The settings of the run are in `config.yaml` of its folder.

            ## Evaluation

            \(figures)

            ## Limits

            The model continues text by likelihood. It knows nothing, invents names and events, and repeats the slant of its
            training data; do not publish its output as news.

            """
    }
}

import Foundation
import HeadlineData
import ModelFolders
import Models
import Text

/// The content of the model card of an exported generator.
struct GeneratorCard {
    let settings: GeneratorSettings
    let configuration: GPT2.Configuration
    let training: TokenizedHeadlines
    let data: GeneratorData

    /// Returns the card, with the figures of the newest evaluation if there is one.
    func card(_ evaluation: TaskEvaluation?) -> ModelCard {
        ModelCard(
            .init(library: "transformers", task: "text-generation", tags: ["headlines", "gpt2"]), title: settings.name,
            introduction: """
                A GPT-2 that completes news headlines, trained with HeadlineKit. \(configuration.layers) layers,
                hidden size \(configuration.hiddenSize), \(configuration.heads) heads, context length \(configuration.contextLength),
                \(configuration.vocabularySize) vocabulary entries.

                A headline starts after the end-of-text token and ends with it:

                    headline complete --model . "Scientists discover"
                """,
            sections: [
                .init(
                    "Training",
                    """
                    \(training.count) headlines, \(training.tokens.count) tokens; files with SHA-256
                    \(data.digests.map { "`\($0)`" }.joined(separator: ", ")). The settings of the run are in `config.yaml` of its folder.
                    """),
                .init(ModelCard.evaluation, figures(evaluation)),
                .init(
                    "Limits",
                    """
                    The model continues text by likelihood. It knows nothing, invents names and events, and repeats the slant of its
                    training data; do not publish its output as news.
                    """),
            ])
    }

    private func figures(_ evaluation: TaskEvaluation?) -> String {
        guard let evaluation else { return "It has not been evaluated." }
        let bitsPerByte = evaluation.value("bitsPerByte").map { Formatting.fixed($0, 4) }
        return ModelCard.table(
            ["figure on the validation headlines", "value"],
            rows: [
                ["nats per token, end tokens included", Formatting.fixed(evaluation.loss, 4)],
                ["perplexity per token", Formatting.fixed(exp(evaluation.loss), 2)],
                ["bits per byte", bitsPerByte ?? "not known, since headlines were cut"],
                ["tokens scored", "\(evaluation.count)"],
            ]
        ).joined(separator: "\n")
    }
}

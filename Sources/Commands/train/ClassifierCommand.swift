import ArgumentParser
import Training

/// `train classifier`.
struct ClassifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classifier",
        abstract: "Trains or fine-tunes a BERT that labels headlines.",
        discussion: """
            Settings come from the defaults, then --config, then --set, then the flags below; --print-config shows the result. \
            Without --config the sample configuration, configs/classifier-sample.yaml, is used.

            Ctrl-C, SIGTERM or a closed terminal saves the run. It goes on with --resume (and --output, if it was given), \
            and ends with the same weights, bit for bit; the settings it was begun with hold, and only --threads and \
            logging may change. docs/settings.md explains every setting.

            Examples:

              train classifier
              train classifier --config configs/minilm-huffpost.yaml --base DIR --train headlines.csv --dry-run
              train classifier --config configs/minilm-huffpost.yaml --base DIR --train headlines.jsonl.gz \
            --set data.columns.category=section
              train classifier --resume --output checkpoints/minilm-huffpost
            """)

    @OptionGroup var options: RunOptions

    func run() throws { try options.perform(ClassifierSetup.self) }
}

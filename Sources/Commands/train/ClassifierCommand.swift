import ArgumentParser
import Training

/// `train classifier`.
struct ClassifierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classifier",
        abstract: "Trains or fine-tunes a BERT that labels headlines.",
        discussion: """
            Settings come from the defaults, then --config, then --set, then the flags below; see the result with --print-config. \
            The default for --config is the sample configuration, configs/classifier-sample.yaml.

            Ctrl-C, SIGTERM or a closed terminal saves the run. Resume it with --resume (and --output, if you gave it): it \
            ends with the same weights, bit for bit. It keeps its settings; only --threads and logging may change. \
            docs/settings.md explains every setting.

            Examples:

              train classifier
              train classifier --config configs/minilm-huffpost.yaml --base DIR --train headlines.csv --dry-run
              train classifier --config configs/minilm-huffpost.yaml --base DIR --train headlines.jsonl.gz \
            --set data.columns.category=section
              train classifier --resume --output checkpoints/minilm-huffpost
            """)

    @OptionGroup var options: RunOptions

    func run() throws {
        try options.perform(ClassifierSetup.self) {
            "headline classify --model \($0) \"Striker out for six weeks after scan\""
        }
    }
}

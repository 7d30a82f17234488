import ArgumentParser
import Training

/// `train generator`.
struct GeneratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generator",
        abstract: "Trains or fine-tunes a GPT-2 that completes headlines.",
        discussion: """
            Settings come from the defaults, then --config, then --set, then the flags below; see the result with --print-config. \
            The default for --config is the sample configuration, configs/generator-sample.yaml.

            Ctrl-C, SIGTERM or a closed terminal saves the run. Resume it with --resume (and --output, if you gave it): it \
            ends with the same weights, bit for bit. It keeps its settings; only --threads and logging may change. \
            docs/settings.md explains every setting.

            Examples:

              train generator
              train generator --config configs/generator-small.yaml --tokenizer DIR --train headlines.csv --dry-run
              train generator --config configs/distilgpt2.yaml --base DIR --train headlines.jsonl.gz \
            --set data.columns.headline=title
              train generator --resume --output checkpoints/distilgpt2
            """)

    @OptionGroup var options: RunOptions

    func run() throws {
        try options.perform(GeneratorSetup.self) { "headline complete --model \($0) \"Scientists discover\" -n 5" }
    }
}

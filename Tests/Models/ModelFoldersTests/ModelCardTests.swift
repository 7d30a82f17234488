import ModelFolders
import Testing

@Suite("Model cards")
struct ModelCardTests {
    private let card = ModelCard(
        .init(library: "transformers", task: "text-generation", tags: ["headlines", "gpt2"]), title: "name",
        introduction: "A model.",
        sections: [.init("Training", "Much."), .init(ModelCard.evaluation, "Good."), .init("Limits", "Some.")])

    @Test("a card has metadata, a title, an introduction and its sections")
    func text() {
        #expect(
            card.text == """
                ---
                library_name: transformers
                pipeline_tag: text-generation
                tags: [headlines, gpt2]
                ---

                # name

                A model.

                ## Training

                Much.

                ## Evaluation

                Good.

                ## Limits

                Some.

                """)
    }

    @Test("a section is replaced in its place, or added at the end")
    func replacing() {
        let replaced = card.replacing(ModelCard.evaluation, with: ["Better.", "", "Best."])
        #expect(replaced.text.contains("Much.\n\n## Evaluation\n\nBetter.\n\nBest.\n\n## Limits\n\nSome.\n"))
        #expect(!replaced.text.contains("Good."))
        #expect(replaced.replacing(ModelCard.evaluation, with: ["Good."]) == card)
        #expect(ModelCard("# A\n\n\n").replacing("B", with: ["c"]).text == "# A\n\n## B\n\nc\n")
        #expect(ModelCard("").replacing("B", with: ["c"]).text == "# Model\n\n## B\n\nc\n")
    }

    @Test("tables escape what would break them")
    func tables() {
        #expect(
            ModelCard.table(["a", "b"], rows: [["x|y", "1"], ["\u{1B}[1m", "2"]]).prefix(3)
                == ["| a | b |", "|---|---|", "| x\\|y | 1 |"])
        let figures = ModelCard.LabelFigures(label: "A|B", headlines: 3, precision: 1, recall: 0.5, f1: 2.0 / 3)
        #expect(
            ModelCard.table(of: [figures]) == [
                "| label | headlines | precision | recall | F1 |", "|---|---|---|---|---|",
                "| A\\|B | 3 | 1.000 | 0.500 | 0.667 |",
            ])
    }
}

import Files
import Inference
import Testing
import TestSupport
import Text
import TinyModels
import Tokenization

@Suite("Generator")
struct GeneratorTests {
    @Test("the same seed gives the same text whatever the number of candidates, and candidates differ")
    func seeds() throws {
        let generator = try TinyGenerator().generator
        let options = SamplingOptions(maximumNewTokens: 12, seed: 5)
        let five = try generator.complete("Scientists discover", count: 5, options: options)
        #expect(Set(five.map(\.tokens)).count == 5)
        for count in 1...4 {
            #expect(
                try generator.complete("Scientists discover", count: count, options: options)
                    == Array(five.prefix(count)))
        }
        var other = options
        other.seed = 6
        #expect(
            try generator.complete("Scientists discover", count: 5, options: other).map(\.tokens) != five.map(\.tokens))
    }

    @Test("tokens are those of a naive loop without cache, alone and in a batch of seven")
    func naive() throws {
        let tiny = try TinyGenerator()
        var options = SamplingOptions(maximumNewTokens: 16, seed: 3)
        options.endsAtNewline = false
        let end = try #require(tiny.tokenizer.endOfText)
        let batch = try tiny.generator.complete("Stock market", count: 7, options: options)
        for candidate in 0..<7 {
            var context = [end] + tiny.tokenizer.encode("Stock market")
            let start = context.count
            for position in 0..<16 {
                var scores = tiny.logits(after: context)
                LogitsProcessor(options, tokenizer: nil).apply(
                    to: &scores, prompt: context, completion: [], mayEnd: true)
                let next = Sampler(options).next(scores, stream: UInt64(candidate), position: position)
                if next == end { break }
                context.append(next)
            }
            #expect(batch[candidate].tokens == Array(context[start...]))
            #expect(batch[candidate].text == tiny.tokenizer.decode(context[start...]))
        }
    }

    @Test("a completion ends at the end token, at the limit of new tokens, or where positions end")
    func ends() throws {
        let tiny = try TinyGenerator(contextLength: 40)
        let generator = try tiny.generator
        let end = try #require(tiny.tokenizer.endOfText)
        var options = SamplingOptions(temperature: 1.5, topK: 0, topP: 1, maximumNewTokens: 30)
        options.endsAtNewline = false
        let many = try generator.complete("AI", count: 100, options: options)
        #expect(many.contains { $0.endedByItself } && many.contains { !$0.endedByItself })
        for completion in many {
            #expect(completion.endedByItself ? completion.tokens.count < 30 : completion.tokens.count == 30)
            #expect(!completion.tokens.contains(end))
        }
        let prompt = "AI could soon"
        let room = 40 - 1 - tiny.tokenizer.encode(prompt).count
        let long = try generator.complete(prompt, count: 20, options: SamplingOptions(maximumNewTokens: 1_000))
        #expect(long.contains { $0.tokens.count == room } && long.allSatisfy { $0.tokens.count <= room })
        let short = try generator.complete(prompt, count: 3, options: SamplingOptions(maximumNewTokens: 1))
        #expect(short.allSatisfy { $0.tokens.count <= 1 })
    }

    @Test("white space at the end of a prompt does not count")
    func trimming() throws {
        let generator = try TinyGenerator().generator
        let plain = try generator.complete("New law", count: 2, options: SamplingOptions())
        for prompt in ["New law ", "New law \t\n", "New law\u{3000}"] {
            #expect(try generator.complete(prompt, count: 2, options: SamplingOptions()) == plain)
        }
        #expect(plain[0].headline == "New law" + plain[0].text)
    }

    @Test("what a prompt is framed by is the folder's word, and an empty prompt always has a beginning")
    func framing() throws {
        let (framed, bare) = (try TinyGenerator(), try TinyGenerator(framed: false))
        let end = try #require(bare.tokenizer.endOfText)
        func first(_ tiny: TinyGenerator, after context: [Int32]) -> Int32 {
            Sampler(greedy).next(tiny.logits(after: context), stream: 0, position: 0)
        }
        let greedy = SamplingOptions(temperature: 0, repetitionPenalty: 1, maximumNewTokens: 1)
        for prompt in ["Scientists", "AI could", "Markets fall as"] {
            let ids = bare.tokenizer.encode(prompt)
            let (withEnd, without) = (first(framed, after: [end] + ids), first(bare, after: ids))
            #expect(
                try framed.generator.complete(prompt, count: 1, options: greedy)[0].tokens
                    == [withEnd].filter { $0 != end })
            #expect(
                try bare.generator.complete(prompt, count: 1, options: greedy)[0].tokens
                    == [without].filter { $0 != end })
        }
        let options = SamplingOptions()
        #expect(
            try framed.generator.complete("", count: 3, options: options)
                == bare.generator.complete("  ", count: 3, options: options))
    }

    @Test("special-token text in a prompt is plain text, and control characters are refused by their place")
    func hostilePrompts() throws {
        let tiny = try TinyGenerator(contextLength: 128)
        let end = try #require(tiny.tokenizer.endOfText)
        for prompt in ["<|endoftext|>", "a<|endoftext|>b", "e\u{301}\u{FEFF}🇩🇪", ".\r"] {
            #expect(!tiny.tokenizer.encode(prompt).contains(end))
            let completion = try tiny.generator.complete(
                prompt, count: 1, options: SamplingOptions(maximumNewTokens: 4))[0]
            #expect(completion.headline.hasPrefix(completion.prompt) && prompt.hasPrefix(completion.prompt))
        }
        for (prompt, place) in [
            ("\u{0}\u{1B}[31m", "U+0000, character 1"), ("a\tb", "U+0009, character 2"),
            ("ab\u{9F}c", "U+009F, character 3"),
        ] {
            let error = #expect(throws: GenerationError.self) {
                try tiny.generator.complete(prompt, count: 1, options: SamplingOptions())
            }
            #expect(error?.description.contains(place) == true)
        }
    }

    @Test("a prompt that fills the positions, no candidates and bad options are refused in one sentence")
    func refusals() throws {
        let tiny = try TinyGenerator(contextLength: 16)
        let generator = try tiny.generator
        // "q" is a token of its own, and so is each of many.
        let room = 14
        let prompt = String(repeating: "q", count: room)
        #expect(tiny.tokenizer.encode(prompt).count == room)
        #expect(try generator.complete(prompt, count: 1, options: SamplingOptions())[0].tokens.count <= 1)
        let error = #expect(throws: GenerationError.self) {
            try generator.complete(prompt + "q", count: 1, options: SamplingOptions())
        }
        #expect(
            error?.description.contains("\(room + 1) tokens") == true && error?.description.contains("\(room)") == true)
        for count in [0, -1] {
            #expect(throws: GenerationError.self) {
                try generator.complete("a", count: count, options: SamplingOptions())
            }
        }
        var bad = [SamplingOptions(topP: 2)]
        for penalty in [0, 0.009, 100.1, 1e-300, .infinity, .nan] { bad.append(.init(repetitionPenalty: penalty)) }
        for penalty in [-101, 101, 1e300, .infinity, .nan] {
            var options = SamplingOptions()
            options.presencePenalty = penalty
            bad.append(options)
        }
        for options in bad {
            #expect(throws: GenerationError.self) { try generator.complete("a", count: 1, options: options) }
        }
    }

    @Test("a model whose logits are no numbers is one error of its data, drawing and searching")
    func notFinite() throws {
        for (name, value) in [("ln_f.weight", Float.nan), ("wte.weight", .nan), ("h.1.mlp.c_fc.bias", .infinity)] {
            let tiny = try TinyGenerator()
            try tiny.spoil(name, with: value)
            let generator = try tiny.generator
            // A greedy choice and a drawn one, one candidate and more than are decoded side by side.
            for (count, temperature) in [(1, 0.0), (40, 1)] {
                let error = #expect(throws: GenerationError.self) {
                    try generator.complete("AI", count: count, options: SamplingOptions(temperature: temperature))
                }
                #expect(error?.category == .invalidInput && error?.description.contains("not finite") == true)
            }
            let error = #expect(throws: GenerationError.self) {
                try generator.beamSearch(CompletionRequest("AI"), beams: 3)
            }
            #expect(error?.category == .invalidInput)
        }
    }
}

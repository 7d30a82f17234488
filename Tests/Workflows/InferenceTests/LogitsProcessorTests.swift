import Inference
import Testing
import TestSupport
import TinyModels
import Tokenization

@Suite("Penalties and bans")
struct LogitsProcessorTests {
    private func apply(
        _ options: SamplingOptions, tokenizer: ByteLevelBPE? = nil, prompt: [Int32] = [], completion: [Int32] = [],
        mayEnd: Bool = true, to scores: [Float]
    ) -> [Float] {
        var scores = scores
        LogitsProcessor(options, tokenizer: tokenizer).apply(
            to: &scores, prompt: prompt, completion: completion, mayEnd: mayEnd)
        return scores
    }

    private var plain: SamplingOptions { SamplingOptions(temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1) }

    @Test("the presence penalty is taken once from what the completion holds, and not from the prompt")
    func presence() {
        var options = plain
        options.presencePenalty = 1.5
        #expect(
            apply(options, prompt: [0], completion: [1, 1, 2], to: [4, 4, -1, 0]) == [4, 2.5, -2.5, 0])
    }

    @Test("a token that would repeat a run is banned, runs over the end of the prompt included")
    func repeats() {
        var options = plain
        options.noRepeatNGram = 3
        // 1 2 3 has occurred, and so has 2 3 1; 3 never follows 1 2 again.
        #expect(
            apply(options, prompt: [1, 2], completion: [3, 1, 2], to: [0, 0, 0, 0])
                == [0, 0, 0, -.infinity])
        #expect(apply(options, prompt: [1, 2], completion: [3, 1], to: [0, 0, 0, 0]) == [0, 0, 0, 0])
        options.noRepeatNGram = 1
        #expect(apply(options, prompt: [1], completion: [2], to: [0, 0, 0, 0]) == [0, -.infinity, -.infinity, 0])
        #expect(apply(options, prompt: [], completion: [], to: [0, 0]) == [0, 0])
    }

    @Test("the end is banned before the fewest tokens and while it may not come")
    func end() throws {
        let tokenizer = try TinyGenerator().tokenizer
        let end = Int(try #require(tokenizer.endOfText))
        let scores = [Float](repeating: 0, count: tokenizer.vocabularySize)
        var options = plain
        options.minimumNewTokens = 2
        options.endsAtNewline = false
        for (completion, mayEnd, isBanned) in [
            ([], true, true), ([5], true, true), ([5, 6], true, false), ([5, 6], false, true),
        ] as [([Int32], Bool, Bool)] {
            let found = apply(options, tokenizer: tokenizer, completion: completion, mayEnd: mayEnd, to: scores)
            #expect((found[end] == -.infinity) == isBanned)
            #expect(found.count { $0 != 0 } == (isBanned ? 1 : 0))
        }
        // If a line break ends a headline, its tokens are ends, too.
        options.endsAtNewline = true
        let found = apply(options, tokenizer: tokenizer, mayEnd: true, to: scores)
        for (id, score) in found.enumerated() {
            let isBreak = tokenizer.bytes(of: Int32(id)).contains { $0 == 10 || $0 == 13 }
            #expect((score == -.infinity) == (isBreak || id == end), "\(id)")
        }
        #expect(found.count { $0 == -.infinity } >= 3)
    }

    @Test("a banned word is not completed in any of its forms, and its first tokens alone are free")
    func words() throws {
        let tokenizer = try TinyGenerator().tokenizer
        var options = plain
        options.bannedWords = ["storm"]
        let scores = [Float](repeating: 0, count: tokenizer.vocabularySize)
        for form in ["storm", " storm", "Storm", " STORM"] {
            let ids = tokenizer.encode(form)
            let last = Int(try #require(ids.last))
            #expect(
                apply(options, tokenizer: tokenizer, completion: [7] + ids.dropLast(), to: scores)[last] == -.infinity)
            if ids.count > 1 {
                #expect(apply(options, tokenizer: tokenizer, completion: [], to: scores)[Int(ids[0])] == 0, "\(form)")
            }
        }
    }
}

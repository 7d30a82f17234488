import Autograd
import Models
import NeuralNetwork
import NumericCore
import Testing

@Suite("A cache whose slots share a beginning")
struct SharedCacheTests {
    @Test("sequences that share a prompt, forks of them included, have the bits of sequences with copies of it")
    func shared() throws {
        let model = try SmallModel(.small()).model
        let prompt: [Int32] = [3, 1, 4, 1, 5]
        let continuations: [[Int32]] = [[9, 2, 6, 5, 3], [8, 9, 7, 9, 3], [2, 3, 8, 4, 6]]
        func decode(_ beginning: (KVCache, Int) -> Int) -> [[Float]] {
            let cache = model.makeCache()
            let first = cache.open(capacity: prompt.count)
            _ = model(prompt, Segments(offsets: [0, 5], past: [0], slots: [Int32(first)]), cache: cache)
            var slots = continuations.map { _ in beginning(cache, first) }
            cache.close(first)
            var logits: [[Float]] = []
            for step in 0..<5 {
                // The last sequence goes on in a fork of itself.
                if step == 2 {
                    let fork = cache.fork(slots[2], tokens: 7, capacity: 10)
                    cache.close(slots[2])
                    slots[2] = fork
                }
                let segments = Segments(
                    offsets: [0, 1, 2, 3], past: slots.map { _ in Int32(5 + step) }, slots: slots.map { Int32($0) })
                logits.append(
                    model.logits(model(continuations.map { $0[step] }, segments, cache: cache)).value.elements)
            }
            for slot in slots { cache.close(slot) }
            #expect(cache.openSlots == 0 && cache.tokens == 0)
            return logits
        }
        let copied = decode { $0.fork($1, tokens: 5, capacity: 10) }
        let shared = decode { $0.share($1, tokens: 5, capacity: 10) }
        #expect(shared == copied)
    }

    @Test("a shared beginning takes no memory of its own")
    func memory() throws {
        let cache = try SmallModel(.small()).model.makeCache()
        let prompt = cache.open(capacity: 6)
        let slots = (0..<3).map { _ in cache.share(prompt, tokens: 6, capacity: 10) }
        #expect(cache.tokens == 6 + 3 * 4 && cache.openSlots == 4)
        let fork = cache.fork(slots[0], tokens: 8, capacity: 10)
        #expect(cache.tokens == 6 + 4 * 4)
        for slot in slots + [fork, prompt] { cache.close(slot) }
        #expect(cache.tokens == 0 && cache.openSlots == 0)
    }
}

import HeadlineData
import Randomness

/// Headlines put together from word lists: varied enough that two of them are seldom near duplicates, and invented.
struct InventedHeadlines {
    private var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed, stream: 99) }

    private static let words = """
        harbour council glacier orchard senator violin quarry pilot bakery comet lantern treaty walrus engine monsoon \
        ledger stadium curator bridge vaccine tenant tractor furnace village library satellite weaver merger canyon \
        umpire ferry pension reactor novel drought witness gallery tariff midwife plumber algorithm beekeeper skater \
        delays wins sues bans finds loses opens rejects praises halts doubles repairs sells questions forgives maps \
        quiet sudden record northern disputed gentle frozen costly hidden popular ancient risky bright late unsold
        """.split(separator: " ").map(String.init)

    mutating func number(below bound: Int) -> Int { generator.below(bound) }

    mutating func word() -> String { Self.words[generator.below(Self.words.count)] }

    /// Five to twelve words.
    mutating func headline() -> String {
        (0..<(5 + generator.below(8))).map { _ in word() }.joined(separator: " ")
    }

    /// Some different headlines.
    mutating func headlines(_ count: Int) -> [String] { (0..<count).map { _ in headline() } }

    /// The same headline as a careless desk would send it again: other case, punctuation or white space.
    mutating func restyled(_ text: String) -> String {
        switch generator.below(4) {
        case 0: text.uppercased()
        case 1: "‘" + text.replacing(" ", with: "  ") + "’"
        case 2: text.replacing(" ", with: "-") + "!"
        default: text.split(separator: " ").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
        }
    }

    /// The same headline with one letter changed or removed in the middle.
    mutating func misspelt(_ text: String) -> String {
        var letters = Array(text)
        let place = letters.count / 4 + generator.below(letters.count / 2)
        if generator.below(2) == 0 { letters[place] = "z" } else { letters.remove(at: place) }
        return String(letters)
    }
}

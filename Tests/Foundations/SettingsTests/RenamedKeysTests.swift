import Settings
import Testing

private struct Renamed: Codable, Equatable, RenamedKeys {
    struct Optimizer: Codable, Equatable {
        var rate = 1.0
        var limit: Double? = 2
    }
    struct Guard: Codable, Equatable {
        var patience = 5
    }
    var optimizer = Optimizer()
    var spikes = Guard()

    static let renamedKeys = ["optimizer.clip": "optimizer.limit", "guardrail": "spikes"]
}

@Suite("Renamed keys")
struct RenamedKeysTests {
    private static let former = SettingsDocument(
        yaml: "optimizer:\n  rate: 3\n  clip: 4\nguardrail:\n  patience: 9\n", name: "old.yaml", folder: "/tmp")

    @Test("a former key is refused with its place and the name of today")
    func refused() {
        let error = #expect(throws: SettingsError.self) { try resolve(Renamed(), document: Self.former) }
        #expect(error == .formerKey("guardrail", place: "at old.yaml:4", name: "spikes"))
        #expect(error?.description == "`guardrail` at old.yaml:4 is now called `spikes`; rename it")
        let flag = #expect(throws: SettingsError.self) { try resolve(Renamed(), overrides: ["optimizer.clip=1"]) }
        #expect(
            flag?.description
                == "`optimizer.clip` in override optimizer.clip=1 is now called `optimizer.limit`; rename it"
        )
    }

    @Test("a document of an earlier version is read under the names of today")
    func translated() throws {
        let found = try resolve(Renamed(), document: Self.former, translatingFormerKeys: true)
        #expect(found == Renamed(optimizer: .init(rate: 3, limit: 4), spikes: .init(patience: 9)))
    }
}

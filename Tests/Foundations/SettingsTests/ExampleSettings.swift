import Settings

/// Settings with one of everything, for the tests of the module.
struct Example: Codable, Equatable, ValidatedSettings {
    enum Schedule: String, Codable, CaseIterable { case constant, linear, cosine }

    struct Optimizer: Codable, Equatable, ValidatedSettings {
        var learningRate: Double = 0.001
        var betas: [Double] = [0.9, 0.999]
        var schedule = Schedule.cosine
        var maxGradientNorm: Float? = 1

        func validate() throws {
            try require(learningRate > 0, "learningRate", found: learningRate, expected: "a number above 0")
            try require(betas.count == 2, "betas", found: betas, expected: "two numbers")
        }
    }

    struct Stopping: Codable, Equatable {
        var patience = 3
        var improvement = 0.01
    }

    struct Pair: Codable, Equatable {
        var first: Int
        var second: Int
    }

    struct Kinds: Codable, Equatable {
        var flag: Bool? = nil
        var text: String? = nil
        var double: Double? = nil
        var float: Float? = nil
        var int: Int? = nil
        var int8: Int8? = nil
        var int16: Int16? = nil
        var int32: Int32? = nil
        var int64: Int64? = nil
        var uint: UInt? = nil
        var uint8: UInt8? = nil
        var uint16: UInt16? = nil
        var uint32: UInt32? = nil
        var uint64: UInt64? = nil
        var list: [Int]? = nil
        var path: ConfiguredPath? = nil
    }

    var name = "example"
    var seed: UInt64 = 1
    var resume = false
    var ratio: Float = 0.1
    var optimizer = Optimizer()
    var stopping: Stopping? = nil
    var pair: Pair? = nil
    var stages: [Stopping] = []
    var prompts = ["Scientists discover"]
    var columns: [String: String] = ["text": "headline", "label": "category"]
    var train = ConfiguredPath("/data/train.jsonl")
    var extra: [ConfiguredPath] = []
    var maximumSteps: Int? = 1000
    var kinds = Kinds()

    func validate() throws {
        try require(!prompts.isEmpty, "prompts", found: prompts, expected: "at least one prompt")
        if let stopping { try require(stopping.patience, "stopping.patience", in: 1...) }
    }
}

/// The example resolved from a text that lies in /project/configs/x.yaml.
func resolved(_ yaml: String, set overrides: [String] = [], flags: [SettingsFlag] = []) throws -> Example {
    let document = SettingsDocument(yaml: yaml, name: "configs/x.yaml", folder: "/project/configs")
    return try resolve(
        Example(), document: document, overrides: overrides, overrideName: "--set", flags: flags,
        workingDirectory: "/work here")
}

/// The sentence of the error that resolving throws; `nil` when it throws none.
func refusal(_ yaml: String, set overrides: [String] = [], flags: [SettingsFlag] = []) -> String? {
    do {
        _ = try resolved(yaml, set: overrides, flags: flags)
        return nil
    } catch { return "\(error)" }
}

public import Files
public import JSON

/// `config.json` of a model in Hugging Face layout, read with errors that name file, key, found and expected.
public struct ModelSettingsReader {
    /// The keys of a family of models. A key that is in none of the lists is refused.
    public struct Keys: Sendable {
        /// Settings of which only one value is supported, since any other would make another model.
        let fixed: [(key: String, only: JSONValue)]
        /// Settings that are read.
        let honored: Set<String>
        /// Settings without effect on the results: bookkeeping of transformers, other heads, generation defaults.
        let irrelevant: Set<String>

        /// Keys from the three lists.
        public init(fixed: [(key: String, only: JSONValue)], honored: Set<String>, irrelevant: Set<String>) {
            self.fixed = fixed
            self.honored = honored
            self.irrelevant = irrelevant
        }
    }

    /// The whole file.
    public let json: JSONValue
    /// The value of `model_type`, one of those expected.
    public let modelType: String
    private let path: String

    /// Reads the file at `path` and checks its type and then its keys: those of another family mean something else.
    /// - Parameters:
    ///   - family: the family in an error, such as "a GPT-2".
    ///   - types: the values that `model_type` may have.
    public init(path: String, family: String, types: [String], keys: Keys) throws(FileError) {
        self.path = path
        do { json = try JSONValue(parsing: try readFile(path, limit: 1 << 20)) } catch let error as JSONError {
            throw FileError(path, "\(error)")
        } catch let error as FileError { throw error } catch { throw FileError(path, "\(error)") }
        guard let members = json.object else {
            throw FileError(path, "holds \(json.kind), expected an object with the settings of \(family)")
        }
        guard let type = json["model_type"]?.string, types.contains(type) else {
            let found = json["model_type"].map(Self.text) ?? "absent"
            throw FileError(
                path,
                "`model_type` is \(found), expected \(types.map { "\"\($0)\"" }.joined(separator: " or ")); this folder "
                    + "holds another kind of model")
        }
        modelType = type
        for (key, value) in members {
            if let rule = keys.fixed.first(where: { $0.key == key }) {
                guard value.isNull || value == rule.only else {
                    throw FileError(
                        path, "`\(key)` is \(Self.text(value)), and only \(Self.text(rule.only)) is supported here")
                }
            } else if !keys.honored.contains(key) && !keys.irrelevant.contains(key) {
                throw FileError(
                    path,
                    "`\(key)` is a setting that is not supported here; remove it if the model does not depend on it")
            }
        }
    }

    /// Returns an error about the value of `key`.
    public func error(_ key: String, expected: String) -> FileError {
        FileError(path, "`\(key)` is \(found(key)), expected \(expected)")
    }

    /// Returns the value of `key`, a positive whole number below 2³¹.
    public func count(_ key: String) throws(FileError) -> Int {
        guard let value = json[key]?.integer, value > 0, value < 1 << 31 else {
            throw error(key, expected: "a positive whole number")
        }
        return value
    }

    /// Returns the value of `key`, a number within `range`, or `absent` if there is none.
    public func number(_ key: String, absent: Double, in range: ClosedRange<Double>) throws(FileError) -> Double {
        guard let value = json[key], !value.isNull else { return absent }
        guard let number = value.number, range.contains(number) else {
            throw error(key, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Returns the token id at `key`, or `absent` if there is no such key; `nil` for null.
    public func token(_ key: String, absent: Int32?, vocabularySize: Int) throws(FileError) -> Int32? {
        guard let value = json[key] else { return absent }
        if value.isNull { return nil }
        guard let id = value.integer, id >= 0, id < vocabularySize else {
            throw error(key, expected: "an id below \(vocabularySize)")
        }
        return Int32(id)
    }

    private func found(_ key: String) -> String { json[key].map(Self.text) ?? "absent" }

    /// Returns a value as the file has it, cut if it is long.
    private static func text(_ value: JSONValue) -> String {
        let whole = String(decoding: value.serialized(), as: UTF8.self)
        return whole.count > 200 ? whole.prefix(200) + "…" : whole
    }
}

extension Double {
    /// The Double nearest to the shortest decimal that reads back as the same Float: 0.1 for Float(0.1).
    var shortest: Double { Double(Float(self).description) ?? self }
}

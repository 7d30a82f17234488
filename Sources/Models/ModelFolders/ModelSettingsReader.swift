import Files
import JSON

/// `config.json` of a model in Hugging Face layout, read with errors that name file, key, found and expected.
struct ModelSettingsReader {
    /// What a family of models takes from the file: every key is in one of these lists, or refused.
    struct Keys {
        /// Settings that other values of would make another model: the key, and the only value we compute.
        let fixed: [(key: String, only: JSONValue)]
        /// Settings that are read.
        let honoured: Set<String>
        /// Settings that say nothing about the numbers: bookkeeping of transformers, other heads, generation defaults.
        let irrelevant: Set<String>
    }

    let json: JSONValue
    private let path: String

    /// What `model_type` says, one of those expected.
    let modelType: String

    /// Reads the file at `path` and checks its type and keys, in this order: the keys of another kind of model say nothing.
    /// - Parameters:
    ///   - model: what the settings should be of, such as "a GPT-2".
    ///   - types: what `model_type` may be.
    init(path: String, model: String, types: [String], keys: Keys) throws(FileError) {
        self.path = path
        do { json = try JSONValue(parsing: try readFile(path, limit: 1 << 20)) } catch let error as JSONError {
            throw FileError(path, "\(error)")
        } catch let error as FileError { throw error } catch { throw FileError(path, "\(error)") }
        guard let members = json.object else {
            throw FileError(path, "holds \(json.kind), expected an object with the settings of \(model)")
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
            } else if !keys.honoured.contains(key) && !keys.irrelevant.contains(key) {
                throw FileError(
                    path,
                    "`\(key)` is a setting that is not honoured here; remove it if the model does not depend on it")
            }
        }
    }

    /// An error about the value of `key`.
    func error(_ key: String, expected: String) -> FileError {
        FileError(path, "`\(key)` is \(found(key)), expected \(expected)")
    }

    /// A positive whole number below 2³¹.
    func count(_ key: String) throws(FileError) -> Int {
        guard let value = json[key]?.integer, value > 0, value < 1 << 31 else {
            throw error(key, expected: "a positive whole number")
        }
        return value
    }

    /// A number within `range`, or `absent` where there is none.
    func number(_ key: String, absent: Double, in range: ClosedRange<Double>) throws(FileError) -> Double {
        guard let value = json[key], !value.isNull else { return absent }
        guard let number = value.number, range.contains(number) else {
            throw error(key, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The id of a token, or `absent` where there is no such key; `nil` for null.
    func token(_ key: String, absent: Int32?, vocabularySize: Int) throws(FileError) -> Int32? {
        guard let value = json[key] else { return absent }
        if value.isNull { return nil }
        guard let id = value.integer, id >= 0, id < vocabularySize else {
            throw error(key, expected: "an id below \(vocabularySize)")
        }
        return Int32(id)
    }

    private func found(_ key: String) -> String { json[key].map(Self.text) ?? "absent" }

    /// A value as it stands in the file, cut when it is long.
    private static func text(_ value: JSONValue) -> String {
        let whole = String(decoding: value.serialized(), as: UTF8.self)
        return whole.count > 200 ? whole.prefix(200) + "…" : whole
    }
}

extension Double {
    /// The Double nearest to the shortest decimal that reads back as the same Float: 0.1 for Float(0.1).
    var shortest: Double { Double(Float(self).description) ?? self }
}

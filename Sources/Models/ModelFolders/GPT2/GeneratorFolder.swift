import Autograd
public import Checkpoints
import Files
public import JSON
public import Models
public import NeuralNetwork
import NumericCore
public import Tokenization

/// A generator's model folder in Hugging Face layout: `config.json`, `model.safetensors`, the tokenizer's files,
/// `generation_config.json` and a model card.
public struct GeneratorFolder {
    public let path: String
    public let configuration: GPT2ConfigurationFile
    public let tokenizer: ByteLevelBPE

    /// Reads configuration and tokenizer, and checks that they fit; the weights stay on the disk.
    public init(path: String) throws {
        self.path = path
        try requireModelFolder(path)
        configuration = try GPT2ConfigurationFile(path: "\(path)/config.json")
        tokenizer = try ByteLevelBPE(folder: path)
        let entries = configuration.model.vocabularySize
        guard tokenizer.vocabularySize <= entries else {
            throw FileError(
                path,
                "its tokenizer has \(tokenizer.vocabularySize) entries, its model only \(entries); one of them belongs to another model"
            )
        }
    }

    /// A model with this folder's weights.
    public struct Loaded {
        public let model: GPT2
        /// The parameters in the order of the model.
        public let store: ParameterStore
        /// Entries of the file that are no part of the model and were left out, by name.
        public let ignored: [String]
    }

    /// How the weights will be used.
    public enum Purpose: Sendable {
        /// Read only, in as many bits as they are stored in: float32, bfloat16 and int8 stay in the memory-mapped file.
        case inference
        /// Read only, as Float32.
        case reading
        /// Copied into buffers that an optimizer can change.
        case training
    }

    /// Loads the weights. Our own files are held to their digest and must fit exactly; of others, what `isIgnorable` names
    /// may be left over. To be trained on, they must be finite.
    /// - Parameter isVerified: whether files of ours are held to the digest of their data, which takes a read of all of it; that
    ///   of their header is checked in any case.
    public func load(
        for purpose: Purpose, configuration: GPT2.Configuration? = nil, isVerified: Bool = true
    ) throws -> Loaded {
        let checkpoint = try SafetensorsCheckpoint(path: path)
        // A damaged number of layers must not make us ask for as many.
        guard self.configuration.model.layers <= checkpoint.entries.count else {
            throw FileError(
                checkpoint.path,
                "does not fit \(path)/config.json: it has \(checkpoint.entries.count) arrays, for "
                    + "\(self.configuration.model.layers) layers; one of them belongs to another model")
        }
        let isOurs = isVerified ? try checkpoint.verify() : try checkpoint.verifyHeaders()
        var arrays: [String: NDArray] = [:]
        var matrices: [String: QuantizedMatrix] = [:]
        var seen: Set<String> = []
        var ignored: [String] = []
        for entry in checkpoint.entries {
            let name = entry.name.hasPrefix(Self.prefix) ? String(entry.name.dropFirst(Self.prefix.count)) : entry.name
            if !isOurs, Self.isIgnorable(name) {
                if name == Self.headName { try checkTied(checkpoint, head: entry.name) }
                ignored.append(entry.name)
                continue
            }
            guard seen.insert(name).inserted else {
                throw FileError(checkpoint.path, "holds \(name) twice, with and without `\(Self.prefix)`")
            }
            // The scales of int8 are read with their matrix.
            if self.configuration.isInt8, name.hasSuffix(SafetensorsFile.scaleName(of: "")) { continue }
            guard purpose == .inference, Self.layout(ofWeight: name) != nil else {
                arrays[name] = try checkpoint.array(entry.name)
                continue
            }
            switch try checkpoint.matrix(entry.name) {
            case .dense(let array): arrays[name] = array
            case .quantized(let matrix): matrices[name] = matrix
            }
        }
        let store = ParameterStore(
            purpose == .training ? .train(arrays) : .inferQuantized(matrices, arrays))
        let model = GPT2(store.root, configuration ?? self.configuration.model)
        do { try store.finish() } catch {
            throw FileError(checkpoint.path, "does not fit \(path)/config.json: \(error)")
        }
        if purpose == .training { try requireFinite(store, of: path) }
        return Loaded(model: model, store: store, ignored: ignored)
    }

    /// The layout of a weight matrix; `nil` for what is not the matrix of a product.
    static func layout(ofWeight name: String) -> WeightLayout? {
        if name == "wte.weight" { return .outputInput }
        return name.hasSuffix(".weight") && name.contains(".c_") ? .inputOutput : nil
    }

    /// What transformers puts before the names of a `GPT2LMHeadModel`.
    static let prefix = "transformer."
    /// The head, where a file repeats the token embedding under its own name.
    private static let headName = "lm_head.weight"

    /// Entries of foreign files that carry no weights of the model: constant masks of old versions, and the tied head.
    static func isIgnorable(_ name: String) -> Bool {
        name == headName || name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias")
    }

    /// Refuses a head that is not the token embedding: leaving it out would change the model.
    private func checkTied(_ checkpoint: SafetensorsCheckpoint, head: String) throws {
        let embedding =
            checkpoint.names.contains("\(Self.prefix)wte.weight") ? "\(Self.prefix)wte.weight" : "wte.weight"
        guard checkpoint.names.contains(embedding) else { return }
        let (a, b) = (try checkpoint.array(head), try checkpoint.array(embedding))
        let equal = a.shape == b.shape && a.withUnsafeElements { a in b.withUnsafeElements { a.elementsEqual($0) } }
        guard equal else {
            throw FileError(
                checkpoint.path,
                "has a head (\(head)) that differs from the token embedding; only tied heads are supported")
        }
    }

    /// Writes a complete model folder in one step; an older one at `path` is replaced.
    /// - Parameters:
    ///   - generationConfiguration: the contents of `generation_config.json`.
    ///   - card: the text of `README.md`.
    public static func write(
        _ model: GPT2, parameters: ParameterStore, tokenizer: ByteLevelBPE, generationConfiguration: JSONValue,
        card: String,
        precision: SafetensorsWriter.Precision, to path: String
    ) throws {
        try write(
            model, parameters: parameters, tokenizer: tokenizer,
            others: [
                ("generation_config.json", generationConfiguration.serialized(.indented)),
                ("README.md", Array(card.utf8)),
            ], precision: WeightPrecision(precision), to: path)
    }

    /// Writes this folder anew at `path`, in our layout and the given precision; what it recommends for generation and its
    /// model card are copied; the card of int8 says what the weights are.
    /// - Throws: `FileError`, also when a weight is not finite or too large for the precision.
    public func export(_ loaded: Loaded, precision: WeightPrecision, to path: String) throws {
        try requireFinite(loaded.store, of: self.path)
        var others = try ["generation_config.json"].filter { pathExists("\(self.path)/\($0)") }.map {
            ($0, try readFile("\(self.path)/\($0)", limit: 1 << 24))
        }
        if let card = try modelCard(of: self.path, in: precision) { others.append(("README.md", card)) }
        try Self.write(
            loaded.model, parameters: loaded.store, tokenizer: tokenizer, others: others, precision: precision, to: path
        )
    }

    private static func write(
        _ model: GPT2, parameters: ParameterStore, tokenizer: ByteLevelBPE, others: [(name: String, bytes: [UInt8])],
        precision: WeightPrecision, to path: String
    ) throws {
        let folder = try AtomicFolder(path: path)
        let configuration = GPT2ConfigurationFile(
            model: model.configuration, endOfText: tokenizer.endOfText, isInt8: precision == .int8)
        try AtomicFile.write(
            configuration.json(numberType: precision.numberType).serialized(.indented), to: folder.file("config.json"))
        let matrices = parameters.parameters.map { parameter in
            (
                prefix + parameter.name,
                precision.stored(parameter.array, layout: layout(ofWeight: parameter.name))
            )
        }
        try SafetensorsWriter.write(
            matrices, to: folder.file(SafetensorsCheckpoint.fileName), precision: precision.ofArrays,
            metadata: ["producer": "HeadlineKit"])
        for (name, bytes) in tokenizer.files(contextLength: model.configuration.contextLength) + others {
            try AtomicFile.write(bytes, to: folder.file(name))
        }
        try folder.commit()
    }
}

import Autograd
import Checkpoints
import Files
public import Models
import NeuralNetwork
import NumericCore

/// A pretrained BERT to train a classifier from: a folder of `BertModel`, `BertForMaskedLM` or
/// `BertForSequenceClassification`, with or without `bert.` before the names.
public struct ClassifierBase {
    public let path: String
    /// Its sizes and rates; of the head, what the folder has, which need not be what is trained.
    public let configuration: BERTConfigurationFile

    /// Reads the configuration; the weights stay on the disk.
    public init(path: String) throws {
        self.path = path
        try requireModelFolder(path)
        configuration = try BERTConfigurationFile(path: "\(path)/config.json")
    }

    /// Copies the encoder into buffers that an optimizer can change, below a head for `labels`.
    ///
    /// Left out, by name: constant positions, the heads of pretraining (`cls.…`), a pooler that mean pooling has no use for, and
    /// a head for other labels. Fresh: the head, unless the folder's has the same labels in the same order and reads the same, and
    /// a pooler that is wanted but absent. Anything else that is unused, missing, of another shape or not finite is an error.
    /// - Parameters:
    ///   - labels: the names of the classes.
    ///   - configuration: what to train; of it, pooling and rates may differ from the folder's.
    ///   - seed: of the fresh parameters.
    ///   - addsMeanLayer: whether the last layer of `configuration` is one more than the folder has, a ``MeanLayer``, with a pooler
    ///     that passes on what it says.
    public func load(
        labels: [String], configuration: BERTClassifier.Configuration, seed: UInt64, addsMeanLayer: Bool = false
    ) throws -> ClassifierFolder.Loaded {
        var configuration = configuration
        configuration.labels = labels.count
        let file = try BERTWeightsFile(folder: path, layers: configuration.layers)
        let wantsPooler = configuration.pooling == .cls
        let keepsHead =
            labels.elementsEqual(self.configuration.labels) { $0.utf8.elementsEqual($1.utf8) }
            && BERTWeightsFile.head.allSatisfy(file.names.contains)
            // A head is worth nothing above something else than it was trained for.
            && configuration.pooling == self.configuration.model.pooling && !addsMeanLayer
        var (arrays, ignored) = try file.arrays { name in
            BERTWeightsFile.isPositions(name) || name.hasPrefix("cls.")
                || (!wantsPooler || addsMeanLayer) && BERTWeightsFile.pooler.contains(name)
                || !keepsHead && BERTWeightsFile.isHead(name)
        }
        var fresh: [String] = []
        if addsMeanLayer {
            let layer = MeanLayer(configuration)
            arrays.merge(layer.arrays) { $1 }
            fresh += layer.fresh
        }
        // Half a pooler is an error, not a reason to make up the other half.
        if wantsPooler, !addsMeanLayer, !BERTWeightsFile.pooler.contains(where: file.names.contains) {
            fresh += BERTWeightsFile.pooler
        }
        if !keepsHead { fresh += BERTWeightsFile.head }
        let loaded = try file.model(
            configuration, from: ParameterStore(.fineTune(arrays, fresh: Set(fresh), seed: seed)), ignored: ignored,
            fresh: fresh)
        try requireFinite(loaded.store, of: path)
        return loaded
    }
}

/// The weights of a BERT, under the names of `BertForSequenceClassification`.
struct BERTWeightsFile {
    /// Parameters of the pooler and of the head.
    static let pooler = ["bert.pooler.dense.weight", "bert.pooler.dense.bias"]
    static let head = ["classifier.weight", "classifier.bias"]

    private let checkpoint: SafetensorsCheckpoint
    private let folder: String
    /// Whether the file carries our digests, which then are right.
    let isOurs: Bool
    /// The names of its entries, as ours.
    let names: Set<String>

    /// Opens the weights in `folder`, whose configuration asks for `layers`.
    init(folder: String, layers: Int) throws {
        self.folder = folder
        checkpoint = try SafetensorsCheckpoint(path: folder)
        // A damaged number of layers must not make us ask for as many.
        guard layers <= checkpoint.entries.count else {
            throw FileError(
                checkpoint.path,
                "does not fit \(folder)/config.json: it has \(checkpoint.entries.count) arrays, for \(layers) layers;"
                    + " one of them belongs to another model")
        }
        isOurs = try checkpoint.verify()
        names = Set(checkpoint.names.map(Self.name))
    }

    /// What transformers puts before the names of the encoder in a model with a head.
    private static let prefix = "bert."

    /// The name of a parameter by what a file calls it: with prefix, and as PyTorch's normalisation says (the first BERTs kept
    /// TensorFlow's `gamma` and `beta`).
    private static func name(_ entry: String) -> String {
        var name = entry
        if ["embeddings.", "encoder.", "pooler."].contains(where: entry.hasPrefix) { name = prefix + entry }
        for (old, new) in [(".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias")]
        where name.hasSuffix(old) { name = name.dropLast(old.count) + new }
        return name
    }

    /// Whether an entry holds 0, 1, 2 …, which old versions of transformers saved.
    static func isPositions(_ name: String) -> Bool {
        name == "bert.embeddings.position_ids" || name == "position_ids"
    }

    static func isHead(_ name: String) -> Bool { head.contains(name) }

    /// The layout of a weight matrix; `nil` for what is not the matrix of a product or of words.
    static func layout(ofWeight name: String) -> WeightLayout? {
        let isMatrix =
            name.hasSuffix(".dense.weight") || name.contains(".attention.self.") && name.hasSuffix(".weight")
            || name == "classifier.weight" || name == "bert.embeddings.word_embeddings.weight"
        return isMatrix ? .outputInput : nil
    }

    /// Parameters for inference, in as many bits as they are stored in, but for those that `isIgnored`, which come as the
    /// file calls them.
    /// - Parameter isInt8: whether scales lie beside the matrices they belong to.
    func storedParameters(
        isInt8: Bool, _ isIgnored: (String) -> Bool
    ) throws -> (source: ParameterStore.Source, ignored: [String]) {
        var arrays: [String: NDArray] = [:]
        var matrices: [String: QuantizedMatrix] = [:]
        var ignored: [String] = []
        var seen: Set<String> = []
        for entry in checkpoint.entries {
            let name = Self.name(entry.name)
            if isInt8, name.hasSuffix(SafetensorsFile.scaleName(of: "")) { continue }
            if isIgnored(name) {
                ignored.append(entry.name)
                continue
            }
            guard seen.insert(name).inserted else {
                throw FileError(checkpoint.path, "holds \(name) twice, under two of the names it may have")
            }
            guard Self.layout(ofWeight: name) != nil else {
                arrays[name] = try checkpoint.array(entry.name)
                continue
            }
            switch try checkpoint.matrix(entry.name) {
            case .dense(let array): arrays[name] = array
            case .quantized(let matrix): matrices[name] = matrix
            }
        }
        return (.inferQuantized(matrices, arrays), ignored)
    }

    /// The arrays by their parameters' names, but for those that `isIgnored`, which come as the file calls them.
    func arrays(_ isIgnored: (String) -> Bool) throws -> (arrays: [String: NDArray], ignored: [String]) {
        var arrays: [String: NDArray] = [:]
        var ignored: [String] = []
        for entry in checkpoint.entries {
            let name = Self.name(entry.name)
            if isIgnored(name) {
                ignored.append(entry.name)
            } else if arrays.updateValue(try checkpoint.array(entry.name), forKey: name) != nil {
                throw FileError(checkpoint.path, "holds \(name) twice, under two of the names it may have")
            }
        }
        return (arrays, ignored)
    }

    /// A model with the parameters of `store`.
    func model(
        _ configuration: BERTClassifier.Configuration, from store: ParameterStore, ignored: [String], fresh: [String]
    ) throws -> ClassifierFolder.Loaded {
        let model = BERTClassifier(store.root, configuration)
        do { try store.finish() } catch {
            throw FileError(checkpoint.path, "does not fit \(folder)/config.json: \(error)")
        }
        return ClassifierFolder.Loaded(model: model, store: store, ignored: ignored, fresh: fresh)
    }
}

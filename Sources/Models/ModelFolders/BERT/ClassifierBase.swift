import Autograd
import Checkpoints
public import Files
public import Models
import NeuralNetwork
public import NumericCore

/// A pretrained BERT to train a classifier from: a folder of `BertModel`, `BertForMaskedLM` or
/// `BertForSequenceClassification`, with or without `bert.` before the names.
public struct ClassifierBase {
    /// The path of the folder.
    public let path: String
    /// The contents of `config.json`. Its labels and pooling need not be those that are trained.
    public let configuration: BERTConfigurationFile

    /// Reads the configuration; the weights stay on the disk.
    public init(path: String) throws {
        self.path = path
        try requireModelFolder(path)
        configuration = try BERTConfigurationFile(path: "\(path)/config.json")
    }

    /// Opens the folder of a pretrained model.
    public init(_ reference: ModelReference) throws { try self.init(path: reference.resolved()) }

    /// Reads the values of the parameters by name, as Float32; values that the file has as Float32 stay in the mapped file.
    public func parameters() throws(FileError) -> [String: NDArray] {
        let weights = try ModelWeights<BERTNaming>(folder: path, layers: configuration.layers)
        return try weights.read(for: .reading, isInt8: configuration.isInt8) {
            BERTNaming.isIgnorable($0) || $0.hasPrefix("cls.")
        }.arrays
    }

    /// Copies the encoder into buffers that an optimizer can change, below a head for `labels`.
    ///
    /// Left out, by name: constant positions, the heads of pretraining (`cls.…`), a pooler that mean pooling does not use, and a
    /// head for other labels. Fresh: the head, unless the folder's has the same labels in the same order and the same pooling,
    /// and a pooler that is wanted but absent. Anything else that is unused, missing, of another shape or not finite is an error.
    /// - Parameters:
    ///   - labels: the names of the classes.
    ///   - configuration: the model to train; its pooling and rates may differ from the folder's.
    ///   - seed: the seed of the fresh parameters.
    ///   - addsMeanLayer: true if `configuration` has one layer more than the folder: a `MeanLayer`, with a pooler that passes
    ///     its output on.
    public func load(
        labels: [String], configuration: BERTClassifier.Configuration, seed: UInt64, addsMeanLayer: Bool = false
    ) throws -> LoadedModel<BERTClassifier> {
        var configuration = configuration
        configuration.labels = labels.count
        let weights = try ModelWeights<BERTNaming>(folder: path, layers: configuration.layers)
        let wantsPooler = configuration.pooling == .cls
        let keepsHead =
            labels.elementsEqual(self.configuration.labels) { $0.utf8.elementsEqual($1.utf8) }
            && BERTNaming.head.allSatisfy(weights.names.contains)
            // A head is useless above a pooling that it was not trained for.
            && configuration.pooling == self.configuration.model.pooling && !addsMeanLayer
        var contents = try weights.read(for: .training, isInt8: false) { name in
            BERTNaming.isIgnorable(name) || name.hasPrefix("cls.")
                || (!wantsPooler || addsMeanLayer) && BERTNaming.pooler.contains(name)
                || !keepsHead && BERTNaming.head.contains(name)
        }
        var fresh: [String] = []
        if addsMeanLayer {
            let layer = MeanLayer(configuration)
            contents.arrays.merge(layer.arrays) { $1 }
            fresh += layer.fresh
        }
        // Half a pooler is an error, not a reason to make up the other half.
        if wantsPooler, !addsMeanLayer, !BERTNaming.pooler.contains(where: weights.names.contains) {
            fresh += BERTNaming.pooler
        }
        if !keepsHead { fresh += BERTNaming.head }
        let source = ParameterStore.Source.fineTune(contents.arrays, fresh: Set(fresh), seed: seed)
        let loaded = try weights.fill(source, ignored: contents.ignored, fresh: fresh) {
            BERTClassifier($0, configuration)
        }
        try requireFinite(loaded.parameters, of: path)
        return loaded
    }
}

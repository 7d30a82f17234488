import Autograd
import Checkpoints
import Files
import NeuralNetwork
import NumericCore

/// The weights in a model folder, under the parameter names of the model: the one reader for all families.
struct ModelWeights<Naming: ParameterNaming> {
    /// The names of the parameters in the file.
    let names: Set<String>
    /// Indicates that the files carry our digests, which means that they must fit the model exactly.
    let isOurs: Bool
    private let folder: String
    private let checkpoint: SafetensorsCheckpoint

    /// Opens the weights in `folder` and checks their digests.
    /// - Parameters:
    ///   - layers: the number of layers in the configuration, which cannot exceed the number of arrays.
    ///   - isVerified: false leaves out the digest of the data, which takes a read of the whole file; the header is always
    ///     checked.
    init(folder: String, layers: Int, isVerified: Bool = true) throws(FileError) {
        self.folder = folder
        checkpoint = try SafetensorsCheckpoint(path: folder)
        // A damaged number of layers must not make us allocate as many.
        guard layers <= checkpoint.entries.count else {
            throw FileError(
                checkpoint.path,
                "does not fit \(folder)/config.json: it has \(checkpoint.entries.count) arrays, for \(layers) layers;"
                    + " one of them belongs to another model")
        }
        isOurs = isVerified ? try checkpoint.verify() : try checkpoint.verifyHeaders()
        names = Set(checkpoint.names.map(Naming.parameterName))
    }

    /// Arrays and matrices by parameter name.
    struct Contents {
        /// Float32 values.
        var arrays: [String: NDArray] = [:]
        /// Matrices in fewer bits; only for inference.
        var matrices: [String: QuantizedMatrix] = [:]
        /// The entries that were left out, as the file calls them.
        var ignored: [String] = []

        /// The source from which a store fills a model.
        func source(for purpose: Purpose) -> ParameterStore.Source {
            purpose == .training ? .train(arrays) : .inferQuantized(matrices, arrays)
        }
    }

    /// Reads the entries.
    /// - Parameters:
    ///   - isInt8: true if int8 matrices have their scales beside them.
    ///   - isIgnored: true for the parameter names to leave out.
    func read(
        for purpose: Purpose, isInt8: Bool, leavingOut isIgnored: (String) -> Bool
    ) throws(FileError) -> Contents {
        var contents = Contents()
        var seen: Set<String> = []
        for entry in checkpoint.entries {
            let name = Naming.parameterName(ofEntry: entry.name)
            // The scales of int8 are read with their matrix.
            if isInt8, name.hasSuffix(SafetensorsFile.scaleName(of: "")) { continue }
            if isIgnored(name) {
                if let original = Naming.copies[name] { try checkEqual(entry.name, original) }
                contents.ignored.append(entry.name)
                continue
            }
            guard seen.insert(name).inserted else {
                throw FileError(checkpoint.path, "holds \(name) twice, under two of the names it may have")
            }
            guard purpose == .inference, Naming.layout(ofWeight: name) != nil else {
                contents.arrays[name] = try checkpoint.array(entry.name)
                continue
            }
            switch try checkpoint.matrix(entry.name) {
            case .dense(let array): contents.arrays[name] = array
            case .quantized(let matrix): contents.matrices[name] = matrix
            }
        }
        return contents
    }

    /// Refuses a copy that differs from its original. Without an original the model misses a parameter and is refused anyway.
    private func checkEqual(_ copy: String, _ original: String) throws(FileError) {
        guard let entry = checkpoint.names.first(where: { Naming.parameterName(ofEntry: $0) == original }) else {
            return
        }
        let (a, b) = (try checkpoint.array(copy), try checkpoint.array(entry))
        let equal = a.shape == b.shape && a.withUnsafeElements { a in b.withUnsafeElements { a.elementsEqual($0) } }
        guard equal else {
            throw FileError(
                checkpoint.path,
                "holds \(copy), which differs from \(entry); only models that tie the two are supported")
        }
    }

    /// Makes a model from `source` and checks that every parameter was found and every array used.
    func fill<Model>(
        _ source: ParameterStore.Source, ignored: [String], fresh: [String] = [],
        _ makeModel: (ParameterScope) -> Model
    ) throws(FileError) -> LoadedModel<Model> {
        let store = ParameterStore(source)
        let model = makeModel(store.root)
        do { try store.finish() } catch {
            throw FileError(checkpoint.path, "does not fit \(folder)/config.json: \(error)")
        }
        return LoadedModel(model: model, parameters: store.parameters, ignored: ignored, fresh: fresh)
    }
}

/// Throws if a weight of the model in the folder `path` is not finite, naming its array.
func requireFinite(_ parameters: [Parameter], of path: String) throws(FileError) {
    for parameter in parameters {
        let first = parameter.array.withUnsafeElements { $0.first { !$0.isFinite } }
        guard let first else { continue }
        throw FileError(
            path,
            "its array \"\(parameter.name)\" holds \(first), expected finite numbers; the weights are damaged, or the"
                + " training diverged")
    }
}

public import Autograd
public import NumericCore
import Preconditions

/// Where the parameters of a model come from: every layer asks here, so none can be forgotten, saved twice or left over.
///
/// The same initialisers build a fresh model and load a checkpoint. Names are the checkpoint's.
public final class ParameterStore {
    /// What a layer is given when it asks for a parameter.
    public enum Source {
        /// Fresh values, a function of the seed and the parameter's name.
        case initialize(seed: UInt64)
        /// Copies of the given arrays, to be trained on.
        case train([String: NDArray])
        /// Copies of the given arrays, but fresh values for what is listed: a pretrained model with a new head.
        case fineTune([String: NDArray], fresh: Set<String>, seed: UInt64)
        /// The given arrays themselves, perhaps memory-mapped, to be read only.
        case infer([String: NDArray])
        /// The given matrices in fewer bits, wherever a layer can read one, and arrays for the rest.
        case inferQuantized([String: QuantizedMatrix], [String: NDArray])
        /// Zeros, to be filled from a run state.
        case restore
    }

    /// What every asked-for parameter holds, in the order in which they were asked for.
    public private(set) var parameters: [Parameter] = []
    private let source: Source
    private var problems: [String] = []
    private var asked: Set<String> = []

    public init(_ source: Source) { self.source = source }

    /// The scope without a prefix.
    public var root: ParameterScope { ParameterScope(store: self, prefix: "") }

    /// The parameter called `name`. A missing or misshapen one is noted, and ``finish()`` throws.
    /// - Parameter layout: of a weight that the layer can read compact; `nil` for all others.
    func parameter(_ name: String, shape: Shape, initializer: Initializer, layout: WeightLayout?) -> Parameter {
        require(asked.insert(name).inserted, "ParameterStore: \(name) is asked for twice")
        let parameter = make(name, shape: shape, initializer: initializer, layout: layout)
        parameters.append(parameter)
        return parameter
    }

    /// Throws unless every parameter was there, in its shape, and nothing was left unused.
    public func finish() throws(ParameterError) {
        var unused: [String] = []
        switch source {
        case .initialize, .restore: break
        case .train(let arrays), .infer(let arrays), .fineTune(let arrays, _, _):
            unused = arrays.keys.filter { !asked.contains($0) }.sorted()
        case .inferQuantized(let matrices, let arrays):
            unused = (Array(arrays.keys) + Array(matrices.keys)).filter { !asked.contains($0) }.sorted()
        }
        guard problems.isEmpty, unused.isEmpty else {
            throw ParameterError(problems: problems + unused.map { "\($0) is not part of this model" })
        }
    }

    private func make(
        _ name: String, shape: Shape, initializer: Initializer, layout: WeightLayout?
    ) -> Parameter {
        switch source {
        case .initialize(let seed): return Self.fresh(name, shape: shape, initializer, seed: seed)
        case .fineTune(_, let fresh, let seed) where fresh.contains(name):
            // What was asked for before must have been there in its shape: only then is this shape to be trusted.
            guard problems.isEmpty else { return Self.standIn(name) }
            return Self.fresh(name, shape: shape, initializer, seed: seed)
        case .restore: return Parameter(name: name, buffer: MutableArray(shape: shape, repeating: 0))
        case .train(let arrays), .fineTune(let arrays, _, _):
            guard let array = entry(name, shape: shape, in: arrays) else { return Self.standIn(name) }
            let buffer = MutableArray(shape: shape)
            buffer.assign(array)
            return Parameter(name: name, buffer: buffer)
        case .inferQuantized(let matrices, _) where matrices[name] != nil:
            guard let matrix = compactEntry(name, shape: shape, layout: layout, in: matrices) else {
                return Self.standIn(name)
            }
            return Parameter(name: name, quantized: matrix)
        case .infer(let arrays), .inferQuantized(_, let arrays):
            guard let array = entry(name, shape: shape, in: arrays) else { return Self.standIn(name) }
            return Parameter(name: name, array: array)
        }
    }

    private static func fresh(_ name: String, shape: Shape, _ initializer: Initializer, seed: UInt64) -> Parameter {
        let buffer = MutableArray(shape: shape)
        initializer.fill(buffer, seed: seed, name: name)
        return Parameter(name: name, buffer: buffer)
    }

    /// For a parameter that is not there as it should be, until ``finish()`` throws: empty, because the shape that was asked
    /// for may be a mistake of a size that no memory holds.
    private static func standIn(_ name: String) -> Parameter { Parameter(name: name, buffer: MutableArray(shape: [0])) }

    private func compactEntry(
        _ name: String, shape: Shape, layout: WeightLayout?, in matrices: [String: QuantizedMatrix]
    ) -> QuantizedMatrix? {
        guard let matrix = matrices[name] else { return nil }
        guard let layout else {
            problems.append("\(name) is stored as \(matrix.dtype.rawValue), expected Float32")
            return nil
        }
        // Rows of int8 are outputs.
        let isTurned = matrix.dtype == .int8 && layout == .inputOutput
        let expected = isTurned ? Shape(rows: shape.columns, columns: shape.rows) : shape
        guard matrix.shape == expected else {
            problems.append("\(name) has shape \(matrix.shape), the configuration asks for \(expected)")
            return nil
        }
        return matrix
    }

    private func entry(_ name: String, shape: Shape, in arrays: [String: NDArray]) -> NDArray? {
        guard let array = arrays[name] else {
            problems.append("\(name) is missing")
            return nil
        }
        guard array.shape == shape else {
            problems.append("\(name) has shape \(array.shape), the configuration asks for \(shape)")
            return nil
        }
        return array
    }
}

/// A place in the tree of parameter names.
public struct ParameterScope {
    let store: ParameterStore
    let prefix: String

    /// The scope one name further down.
    public subscript(_ name: String) -> ParameterScope { ParameterScope(store: store, prefix: prefix + name + ".") }

    /// The scope of one element of a list.
    public subscript(_ index: Int) -> ParameterScope { self[String(index)] }

    /// The parameter `name` of this scope.
    /// - Parameter layout: of a weight matrix that its layer reads through ``Parameter/matrix``, so that it may be stored in
    ///   fewer bits; `nil` for all others.
    public func parameter(
        _ name: String, shape: Shape, initializer: Initializer, layout: WeightLayout? = nil
    ) -> Parameter {
        store.parameter(prefix + name, shape: shape, initializer: initializer, layout: layout)
    }
}

/// What is wrong between a checkpoint and the model it should fill.
public struct ParameterError: Error, CustomStringConvertible {
    /// One clause per entry.
    public let problems: [String]

    public var description: String {
        let shown = problems.prefix(4).joined(separator: "; ")
        return problems.count > 4 ? "\(shown); and \(problems.count - 4) more such entries" : shown
    }
}

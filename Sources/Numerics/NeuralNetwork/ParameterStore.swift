public import Autograd
public import NumericCore
import Preconditions

/// The source of one parameter's values, and with it whether training may change them.
public enum ParameterSource {
    /// Fresh values, a function of the seed and the parameter's name, to be trained.
    case fresh(seed: UInt64)
    /// A copy of an array, to be trained.
    case trained(NDArray)
    /// The array itself, perhaps memory-mapped, read-only: a frozen parameter without memory of its own.
    case frozen(NDArray)
    /// A matrix in fewer bits, perhaps memory-mapped, read-only; only for weights that their layer multiplies with.
    case quantized(QuantizedMatrix)
    /// Zeros, to be filled from a run state and trained.
    case restored
    /// A shape without values, to count parameters before any memory is asked for.
    case counted
}

/// The maker of a model's parameters: every layer asks here, so none can be forgotten, saved twice or left over.
///
/// The same initializers build a fresh model and load a checkpoint. Names are the checkpoint's.
public final class ParameterStore {
    /// A source for all parameters of a model.
    public enum Source {
        /// Fresh values, a function of the seed and the parameter's name.
        case initialize(seed: UInt64)
        /// Copies of the given arrays, to be trained on.
        case train([String: NDArray])
        /// Copies of the given arrays, but fresh values for the listed names: a pretrained model with a new head.
        case fineTune([String: NDArray], fresh: Set<String>, seed: UInt64)
        /// The given arrays themselves, perhaps memory-mapped, to be read only.
        case infer([String: NDArray])
        /// The given matrices in fewer bits, wherever a layer can read one, and arrays for the rest.
        case inferQuantized([String: QuantizedMatrix], [String: NDArray])
        /// Zeros, to be filled from a run state.
        case restore
    }

    /// The parameters in the order in which they were asked for.
    public private(set) var parameters: [Parameter] = []
    /// The number of values in all parameters. In Double: the sizes may be mistakes that no integer holds.
    public private(set) var valueCount = 0.0
    private let sources: [String: ParameterSource]
    private let fallback: ParameterSource?
    private var problems: [String] = []
    private var asked: Set<String> = []

    /// A store whose parameters each have their own source, such as a frozen, quantized base with trainable adapters.
    /// - Parameters:
    ///   - sources: the sources by name. An array or a matrix whose name no layer asks for is an error of ``finish()``.
    ///   - fallback: the source of all other parameters; `nil` makes them missing.
    public init(_ sources: [String: ParameterSource], fallback: ParameterSource? = nil) {
        self.sources = sources
        self.fallback = fallback
    }

    /// A store whose parameters all come from `source`.
    public convenience init(_ source: Source) {
        switch source {
        case .initialize(let seed): self.init([:], fallback: .fresh(seed: seed))
        case .restore: self.init([:], fallback: .restored)
        case .train(let arrays): self.init(arrays.mapValues { .trained($0) })
        case .fineTune(let arrays, let fresh, let seed):
            let given = arrays.mapValues { ParameterSource.trained($0) }
            self.init(given.merging(fresh.map { ($0, .fresh(seed: seed)) }) { $1 })
        case .infer(let arrays): self.init(arrays.mapValues { .frozen($0) })
        case .inferQuantized(let matrices, let arrays):
            let frozen = arrays.mapValues { ParameterSource.frozen($0) }
            self.init(frozen.merging(matrices.mapValues { .quantized($0) }) { $1 })
        }
    }

    /// The scope without a prefix.
    public var root: ParameterScope { ParameterScope(store: self, prefix: "") }

    /// The parameter called `name`. A missing or misshapen one is noted, and ``finish()`` throws.
    /// - Parameter layout: of a weight that the layer can read quantized; `nil` for all others.
    func parameter(_ name: String, shape: Shape, initializer: Initializer, layout: WeightLayout?) -> Parameter {
        require(asked.insert(name).inserted, "ParameterStore: \(name) is asked for twice")
        let parameter = make(name, shape: shape, initializer: initializer, layout: layout)
        parameters.append(parameter)
        valueCount += shape.dimensions.reduce(1) { $0 * Double($1) }
        return parameter
    }

    /// Throws unless every parameter was there, in its shape, and nothing was left unused.
    public func finish() throws(ParameterError) {
        let unused = sources.filter { $0.value.isStored && !asked.contains($0.key) }.keys.sorted()
        guard problems.isEmpty, unused.isEmpty else {
            throw ParameterError(problems: problems + unused.map { "\($0) is not part of this model" })
        }
    }

    private func make(
        _ name: String, shape: Shape, initializer: Initializer, layout: WeightLayout?
    ) -> Parameter {
        switch sources[name] ?? fallback {
        case nil: problems.append("\(name) is missing")
        case .fresh(let seed):
            // Only if all that was asked for before was there in its shape, this shape can be trusted.
            if problems.isEmpty { return Self.fresh(name, shape: shape, initializer, seed: seed) }
        case .restored: return Parameter(name: name, buffer: MutableArray(shape: shape, repeating: 0))
        case .trained(let array):
            if fits(array.shape, shape, name) {
                let buffer = MutableArray(shape: shape)
                buffer.assign(array)
                return Parameter(name: name, buffer: buffer)
            }
        case .frozen(let array):
            if fits(array.shape, shape, name) { return Parameter(name: name, array: array) }
        case .quantized(let matrix):
            if fits(matrix, shape, layout, name) { return Parameter(name: name, quantized: matrix) }
        case .counted: break
        }
        return Self.placeholder(name)
    }

    private static func fresh(_ name: String, shape: Shape, _ initializer: Initializer, seed: UInt64) -> Parameter {
        let buffer = MutableArray(shape: shape)
        initializer.fill(buffer, seed: seed, name: name)
        return Parameter(name: name, buffer: buffer)
    }

    /// For a parameter that is not there as it should be, until ``finish()`` throws: empty, because the shape that was asked
    /// for may be a mistake of a size that no memory holds.
    private static func placeholder(_ name: String) -> Parameter {
        Parameter(name: name, buffer: MutableArray(shape: [0]))
    }

    private func fits(_ matrix: QuantizedMatrix, _ shape: Shape, _ layout: WeightLayout?, _ name: String) -> Bool {
        guard let layout else {
            problems.append("\(name) is stored as \(matrix.dtype.rawValue), expected Float32")
            return false
        }
        // Rows of int8 are outputs.
        let isTurned = matrix.dtype == .int8 && layout == .inputOutput
        return fits(matrix.shape, isTurned ? Shape(rows: shape.columns, columns: shape.rows) : shape, name)
    }

    private func fits(_ found: Shape, _ expected: Shape, _ name: String) -> Bool {
        if found == expected { return true }
        problems.append("\(name) has shape \(found), the configuration asks for \(expected)")
        return false
    }
}

extension ParameterSource {
    /// True if it brings values that would be lost if no layer asked for them.
    fileprivate var isStored: Bool {
        switch self {
        case .trained, .frozen, .quantized: true
        case .fresh, .restored, .counted: false
        }
    }
}

/// A place in the tree of parameter names.
public struct ParameterScope {
    let store: ParameterStore
    let prefix: String

    /// The scope one name further down.
    public subscript(_ name: String) -> ParameterScope { ParameterScope(store: store, prefix: prefix + name + ".") }

    /// The parameters of this scope and those below it, in the order in which layers asked for them.
    public var parameters: [Parameter] { store.parameters.filter { $0.name.hasPrefix(prefix) } }

    /// The scope of one element of a list.
    public subscript(_ index: Int) -> ParameterScope { self[String(index)] }

    /// The parameter `name` of this scope.
    /// - Parameter layout: of a weight matrix that its layer reads through `Parameter.matrix`, so that it may be stored in
    ///   fewer bits; `nil` for all others.
    public func parameter(
        _ name: String, shape: Shape, initializer: Initializer, layout: WeightLayout? = nil
    ) -> Parameter {
        store.parameter(prefix + name, shape: shape, initializer: initializer, layout: layout)
    }
}

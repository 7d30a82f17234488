import Autograd
import Checkpoints
import NumericCore

/// How the weights of a model folder are stored.
public enum WeightPrecision: String, Sendable, CaseIterable {
    case float32, float16, bfloat16
    /// Matrices of products as whole numbers from −127 to 127, `[outputs, inputs]` with a scale for each output; all else is
    /// float32. For our own engine only.
    case int8

    init(_ precision: SafetensorsWriter.Precision) {
        switch precision {
        case .float32: self = .float32
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        }
    }

    /// Of what stays an array of floats.
    var ofArrays: SafetensorsWriter.Precision {
        switch self {
        case .float32, .int8: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        }
    }

    /// What `config.json` calls it, in PyTorch's words.
    var numberType: String { self == .int8 ? "float32" : rawValue }

    /// A weight as it is written.
    /// - Parameter layout: of the weight of a product; `nil` for all else.
    func stored(_ array: NDArray, layout: WeightLayout?) -> WeightMatrix {
        guard self == .int8, let layout else { return .dense(array) }
        return .quantized(QuantizedMatrix(quantizing: array, layout == .inputOutput ? .notTransposed : .transposed))
    }
}

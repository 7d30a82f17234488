import CKernels

/// The type of the elements of an array or a matrix, in memory or in a file.
///
/// Raw values are PyTorch's names, as `config.json` has them.
public enum DType: String, Sendable, Hashable, Codable, CaseIterable {
    /// IEEE 754 single precision; every computation's type.
    case float32
    /// IEEE 754 half precision; files only.
    case float16
    /// The upper half of a Float32.
    case bfloat16
    /// −127 … 127, times a scale of the row. Rows are the outputs of a layer, whatever its layout is elsewhere, so that a
    /// product reads them as they are stored.
    case int8

    /// The bytes of one element.
    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .int8: 1
        }
    }

    /// The kernels' name for a type of floats that products of few rows read. Traps on the others.
    var kernelElement: hk_element {
        switch self {
        case .float32: return HK_FLOAT32
        case .bfloat16: return HK_BFLOAT16
        case .float16, .int8: fatalError("DType: no product of floats reads \(rawValue)")
        }
    }
}

public import NumericCore

/// An array of a safetensors file, as its header declares it.
public struct SafetensorsEntry: Sendable, Hashable {
    /// The name of the array.
    public let name: String
    /// The type of the elements by the name that the format has for it, such as `F32`; one of `bitCounts`.
    public let typeName: String
    /// The extents, outermost first; of any rank.
    public let dimensions: [Int]
    /// The place of its bytes, counted from the first byte after the header.
    public let byteRange: Range<Int>

    /// The type of the elements; `nil` for types that cannot be read here.
    public var dtype: DType? { DType(safetensorsName: typeName) }

    /// The element types that the format knows (safetensors 0.8), with their sizes in bits.
    static let bitCounts = [
        "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
        "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32,
        "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
    ]

    /// The number of elements.
    public var count: Int { dimensions.reduce(1, *) }
}

extension DType {
    /// The name that safetensors files have for the type.
    var safetensorsName: String {
        switch self {
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .int8: "I8"
        }
    }

    /// The type with the given name in safetensors files; `nil` for types that cannot be read here.
    init?(safetensorsName name: String) {
        guard let dtype = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
        self = dtype
    }
}

/// Returns a name from a file for an error: in quotes, without control characters, cut if it is long.
func quoted(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(100).map {
        $0.properties.generalCategory == .control ? "\u{FFFD}" : String($0)
    }
    return "\"" + shown.joined() + (name.unicodeScalars.count > 100 ? "…" : "") + "\""
}

/// One named array of a safetensors file, as its header declares it.
public struct SafetensorsEntry: Sendable, Hashable {
    /// The element types that the format knows (safetensors 0.8), by their names in headers.
    public enum ElementType: String, Sendable, CaseIterable {
        case bool = "BOOL"
        case float4 = "F4"
        case float6e2m3 = "F6_E2M3"
        case float6e3m2 = "F6_E3M2"
        case uint8 = "U8"
        case int8 = "I8"
        case float8e5m2 = "F8_E5M2"
        case float8e4m3 = "F8_E4M3"
        case float8e8m0 = "F8_E8M0"
        case float8e4m3fnuz = "F8_E4M3FNUZ"
        case float8e5m2fnuz = "F8_E5M2FNUZ"
        case int16 = "I16"
        case uint16 = "U16"
        case float16 = "F16"
        case bfloat16 = "BF16"
        case int32 = "I32"
        case uint32 = "U32"
        case float32 = "F32"
        case complex64 = "C64"
        case float64 = "F64"
        case int64 = "I64"
        case uint64 = "U64"

        /// The size of an element in bits.
        public var bitCount: Int {
            switch self {
            case .float4: 4
            case .float6e2m3, .float6e3m2: 6
            case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz: 8
            case .int16, .uint16, .float16, .bfloat16: 16
            case .int32, .uint32, .float32: 32
            case .complex64, .float64, .int64, .uint64: 64
            }
        }

        /// Whether this module reads it, as Float32.
        public var isReadable: Bool { self == .float32 || self == .float16 || self == .bfloat16 }
    }

    public let name: String
    public let elementType: ElementType
    /// The extents, outermost first; of any rank.
    public let dimensions: [Int]
    /// Where its bytes lie, counted from the first byte after the header.
    public let byteRange: Range<Int>

    /// The number of elements.
    public var count: Int { dimensions.reduce(1, *) }
}

/// A name from a file, fit for a sentence: in quotes, without control characters, cut when it is long.
func quoted(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(100).map {
        $0.properties.generalCategory == .control ? "\u{FFFD}" : String($0)
    }
    return "\"" + shown.joined() + (name.unicodeScalars.count > 100 ? "…" : "") + "\""
}

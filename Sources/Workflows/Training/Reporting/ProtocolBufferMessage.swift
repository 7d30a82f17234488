/// A message of Protocol Buffers under construction: fields in the order they are added (protobuf.dev, “Encoding”).
struct ProtocolBufferMessage {
    private(set) var bytes: [UInt8] = []

    /// A field of wire type 0: integers and enumerations; negative numbers take ten bytes, as in `int64`.
    mutating func add(_ field: Int, integer: Int) {
        append(varint: UInt64(field << 3))
        append(varint: UInt64(bitPattern: Int64(integer)))
    }

    /// A field of wire type 1: `double`.
    mutating func add(_ field: Int, double: Double) {
        append(varint: UInt64(field << 3 | 1))
        bytes += double.bitPattern.littleEndianBytes
    }

    /// A field of wire type 5: `float`.
    mutating func add(_ field: Int, float: Float) {
        append(varint: UInt64(field << 3 | 5))
        bytes += float.bitPattern.littleEndianBytes
    }

    /// A field of wire type 2: `string` and `bytes`.
    mutating func add(_ field: Int, text: String) { add(field, content: Array(text.utf8)) }

    /// A field of wire type 2: a message.
    mutating func add(_ field: Int, message: ProtocolBufferMessage) { add(field, content: message.bytes) }

    private mutating func add(_ field: Int, content: [UInt8]) {
        append(varint: UInt64(field << 3 | 2))
        append(varint: UInt64(content.count))
        bytes += content
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

extension FixedWidthInteger {
    /// The bytes of the number, the lowest first.
    var littleEndianBytes: [UInt8] {
        stride(from: 0, to: bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}

/// The Castagnoli cyclic redundancy check of 32 bits (RFC 3720, appendix B.4), reflected, one table look-up a byte.
package enum CRC32C {
    /// 0x1EDC6F41 with its bits reversed.
    private static let polynomial: UInt32 = 0x82F6_3B78

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in (rest >> 1) ^ (rest & 1 == 1 ? polynomial : 0) }
    }

    /// The check value of some bytes.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { rest, byte in (rest >> 8) ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    }

    /// The check value as TFRecord files hold it, rotated and shifted so that a record of records does not check itself
    /// (TensorFlow, core/lib/hash/crc32c.h).
    package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let value = checksum(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }
}

import Checkpoints
import Files
import NumericCore
import Testing
import TestSupport

@Suite("Compact matrices in safetensors")
struct QuantizedMatrixFileTests {
    private let matrix = NDArray([1, -2, 0.5, 0.25, 127, -63.5], shape: [3, 2])

    private func quantized(_ matrix: WeightMatrix) throws -> QuantizedMatrix {
        guard case .quantized(let quantized) = matrix else { throw NotCompact() }
        return quantized
    }

    private struct NotCompact: Error {}

    @Test("int8 comes back with its scales, and bfloat16 as it lies in the file, neither turned into floats")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            for orientation in [Orientation.notTransposed, .transposed] {
                let int8 = QuantizedMatrix(quantizing: matrix, orientation)
                let path = "\(folder)/int8"
                try SafetensorsWriter.write(
                    [("w", .quantized(int8)), ("b", .dense(matrix))], to: path, dtype: .float32)
                let file = try SafetensorsFile(path: path)
                #expect(file.names == ["w", "w_scale", "b"])
                #expect(try file.verify())
                let read = try quantized(try file.matrix("w"))
                #expect(read.dtype == .int8 && read.scales?.elements == int8.scales?.elements)
                #expect(read.dequantized().elements == int8.dequantized().elements)
                #expect(throws: FileError.self) { try file.array("w") }
                guard case .dense(let dense) = try file.matrix("b") else { throw NotCompact() }
                #expect(dense.elements == matrix.elements)
            }
            let path = "\(folder)/bfloat16"
            try SafetensorsWriter.write([("w", matrix)], to: path, dtype: .bfloat16)
            let read = try quantized(try SafetensorsFile(path: path).matrix("w"))
            #expect(read.dtype == .bfloat16 && read.scales == nil)
            #expect(read.dequantized().elements == matrix.elements)
        }
    }

    @Test("int8 without its scales, or with another number of them, is refused by name")
    func scales() throws {
        try withTemporaryFolder { folder in
            let int8 = QuantizedMatrix(quantizing: matrix, .transposed)
            let path = "\(folder)/int8"
            /// What the reader says once every `old` in the file is `new`.
            func error(_ old: String, _ new: String) throws -> String {
                try SafetensorsWriter.write([("w", .quantized(int8))], to: path, dtype: .float32)
                var bytes = try readFile(path)
                let (old, new) = (Array(old.utf8), Array(new.utf8))
                let places = (0..<bytes.count - old.count).filter { bytes[$0..<$0 + old.count].elementsEqual(old) }
                try #require(places.count == 1 && old.count == new.count)
                bytes.replaceSubrange(places[0]..<places[0] + old.count, with: new)
                try AtomicFile.write(bytes, to: path)
                let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path).matrix("w") }
                return error?.description ?? ""
            }
            #expect(try error("\"w_scale\"", "\"x_scale\"").contains("w_scale"))
            // The matrix turned, [2, 3], has two outputs and still three scales.
            let turned = try error("[3,2]", "[2,3]")
            #expect(turned.contains("[3]") && turned.contains("[2]") && turned.contains("\"w\""))
        }
    }
}

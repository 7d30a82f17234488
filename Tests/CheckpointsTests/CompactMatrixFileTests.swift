import Checkpoints
import Files
import NumericCore
import TestSupport
import Testing

@Suite("Compact matrices in safetensors")
struct CompactMatrixFileTests {
    private let matrix = NDArray([1, -2, 0.5, 0.25, 127, -63.5], shape: [3, 2])

    private func compact(_ matrix: ProductMatrix) throws -> CompactMatrix {
        guard case .compact(let compact) = matrix else { throw NotCompact() }
        return compact
    }

    private struct NotCompact: Error {}

    @Test("int8 comes back with its scales, and bfloat16 as it lies in the file, neither turned into floats")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            for axis in [CompactMatrix.OutputAxis.rows, .columns] {
                let int8 = CompactMatrix(roundingToInt8: matrix, outputAxis: axis)
                let path = "\(folder)/int8"
                try SafetensorsWriter.write(
                    [("w", .compact(int8)), ("b", .dense(matrix))], to: path, precision: .float32)
                let file = try SafetensorsFile(path: path)
                #expect(file.names == ["w", "w_scale", "b"])
                #expect(try file.verify())
                let read = try compact(try file.matrix("w", outputAxis: axis))
                #expect(read.elements == .int8 && read.scales?.elements == int8.scales?.elements)
                #expect(read.widened().elements == int8.widened().elements)
                #expect(throws: FileError.self) { try file.array("w") }
                guard case .dense(let dense) = try file.matrix("b", outputAxis: axis) else { throw NotCompact() }
                #expect(dense.elements == matrix.elements)
            }
            let path = "\(folder)/bfloat16"
            try SafetensorsWriter.write([("w", matrix)], to: path, precision: .bfloat16)
            let read = try compact(try SafetensorsFile(path: path).matrix("w", outputAxis: .rows))
            #expect(read.elements == .bfloat16 && read.scales == nil)
            #expect(read.widened().elements == matrix.elements)
        }
    }

    @Test("int8 without its scales, or with another number of them, is refused by name")
    func scales() throws {
        try withTemporaryFolder { folder in
            let int8 = CompactMatrix(roundingToInt8: matrix, outputAxis: .rows)
            let path = "\(folder)/int8"
            try SafetensorsWriter.write([("w", .compact(int8))], to: path, precision: .float32)
            let error = #expect(throws: FileError.self) {
                try SafetensorsFile(path: path).matrix("w", outputAxis: .columns)
            }
            #expect(error?.description.contains("[3]") == true && error?.description.contains("\"w\"") == true)
            var bytes = try readFile(path)
            let name = Array("\"w_scale\"".utf8)
            let place = try #require(
                (0..<bytes.count - name.count).first { bytes[$0..<$0 + name.count].elementsEqual(name) })
            bytes.replaceSubrange(place..<place + name.count, with: Array("\"x_scale\"".utf8))
            try AtomicFile.write(bytes, to: path)
            let missing = #expect(throws: FileError.self) {
                try SafetensorsFile(path: path).matrix("w", outputAxis: .rows)
            }
            #expect(missing?.description.contains("w_scale") == true)
        }
    }
}

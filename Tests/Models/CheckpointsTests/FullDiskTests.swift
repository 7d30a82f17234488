import Checkpoints
import Files
import Foundation
import NumericCore
import Testing
import TestSupport
import Text

@Suite("Full and read-only disks")
struct FullDiskTests {
    private func run(_ command: String, _ arguments: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test("On a full disk and on a read-only one saving fails with one sentence, and the previous checkpoints survive")
    func smallDisk() throws {
        try withTemporaryFolder { folder in
            let arguments = ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
            guard getuid() == 0, pathExists("/bin/mount"),
                try run(
                    "/bin/mount", arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5])
            else {
                print("skipped: saving on a full disk, because mounting a small disk takes root")
                return
            }
            defer { _ = try? run("/bin/umount", folder) }
            let state = "\(folder)/step-000001.h5"
            let weights = "\(folder)/model.safetensors"
            try RunStateExample.write(to: state)
            try SafetensorsWriter.write(RunStateExample.arrays, to: weights, dtype: .float32)
            let large = NDArray([Float](repeating: 1, count: 1_000_000), shape: [1_000_000])

            func expectRefusals(_ problem: String) throws {
                let attempts: [() throws -> Void] = [
                    { try RunStateWriter.write(to: state, metadata: [], arrays: [("large", large)]) },
                    {
                        try RunStateWriter.write(
                            to: "\(folder)/step-000002.h5", metadata: [], arrays: [("large", large)])
                    },
                    { try SafetensorsWriter.write([("large", large)], to: weights, dtype: .float32) },
                    {
                        let model = try AtomicFolder(path: "\(folder)/best")
                        let path = model.file("model.safetensors")
                        try SafetensorsWriter.write([("large", large)], to: path, dtype: .float32)
                        try model.commit()
                    },
                ]
                for attempt in attempts {
                    let error = #expect(throws: FileError.self) { try attempt() }
                    #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
                    #expect(error?.category == .failure)
                }
                #expect(try listFolder(folder).sorted() == ["model.safetensors", "step-000001.h5"])
                #expect(try RunStateExample.isEqual(to: state))
                #expect(try SafetensorsFile(path: weights).verify())
            }
            try expectRefusals("the disk is full; what was there before is untouched")
            let second = "\(folder)/step-000003.h5"
            try RunStateExample.write(to: second)
            #expect(try RunStateExample.isEqual(to: second), "the library is in good order after failures")
            unlink(second)
            #expect(try run("/bin/mount", "-o", "remount,ro", folder))
            try expectRefusals("the file system is read-only")
            let lock = #expect(throws: FileError.self) { try RunLock(folder: folder) }
            #expect(lock?.problem.contains("the file system is read-only; choose another folder") == true)
        }
    }
}

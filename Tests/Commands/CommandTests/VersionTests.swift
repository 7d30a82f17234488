import Files
import Foundation
import Testing
import TestSupport

@Suite("Version")
struct VersionTests {
    @Test(
        "every executable prints the version that CHANGELOG.md describes first",
        arguments: ["train", "evaluate", "headline"])
    func version(_ name: String) throws {
        let changes = String(
            decoding: try readFile(repositoryRoot.appendingPathComponent("CHANGELOG.md").path), as: UTF8.self)
        let heading = try #require(changes.split(separator: "\n").first { $0.hasPrefix("## ") })
        let version = try #require(heading.split(separator: " ").dropFirst().first)
        try withTemporaryFolder { folder in
            let ended = try Command.run(name, ["--version"], in: folder)
            #expect(ended.status == 0 && ended.output == "\(version)\n", "\(ended.output)\(ended.errors)")
        }
    }
}

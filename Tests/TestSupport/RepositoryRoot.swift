public import Foundation

/// The root of the checkout that this test was compiled from.
public let repositoryRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Real data and models that may lie beside the checkout; `nil`, with a line that says what was skipped, when they do not.
public func sharedFile(_ path: String, for test: String) -> URL? {
    let url = repositoryRoot.deletingLastPathComponent().appendingPathComponent("shared/\(path)")
    guard FileManager.default.fileExists(atPath: url.path) else {
        print("skipped: \(test), because ../shared/\(path) is not there")
        return nil
    }
    return url
}

/// A file of `Tests/Fixtures`.
public func fixture(_ path: String) -> URL {
    repositoryRoot.appendingPathComponent("Tests/Fixtures/\(path)")
}

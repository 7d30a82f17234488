import Foundation

/// Runs `body` with the path of a new, empty folder, which is removed afterwards with all it holds.
public func withTemporaryFolder<Result>(_ body: (_ folder: String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("HeadlineKit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
}

/// The same for a body that awaits.
public func withTemporaryFolder<Result>(
    _ body: (_ folder: String) async throws -> Result
) async throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("HeadlineKit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(url.path)
}

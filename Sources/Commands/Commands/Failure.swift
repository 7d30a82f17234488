import ArgumentParser
import Files
import Foundation
import Text

/// Runs a command's body and turns what it throws into one sentence on standard error and the exit status that belongs to
/// it; an `ExitCode` passes through.
public func reportingFailure(_ body: () throws -> Void) throws {
    do { try body() } catch { throw report(error) }
}

/// The same for a body that awaits.
public func reportingFailure(_ body: () async throws -> Void) async throws {
    do { try await body() } catch { throw report(error) }
}

private func report(_ error: any Error) -> ExitCode {
    if let exit = error as? ExitCode { return exit }
    // One line, whatever a path or a key may hold.
    writeLine("error: " + harmless("\(error)"))
    let status = (error as? any ReportableError)?.exitStatus ?? .failure
    return ExitCode(status.rawValue)
}

/// Writes a line to standard error; one that went away must not end a program that can do without.
public func writeLine(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
}

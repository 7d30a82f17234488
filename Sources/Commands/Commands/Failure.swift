import ArgumentParser
import Files
import Foundation
public import Text

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
    writeLine("error: " + escapedForTerminal("\(error)"))
    return ExitCode((error as? any ReportableError)?.category.exitCode ?? ErrorCategory.failure.exitCode)
}

extension ErrorCategory {
    /// The exit code of a command, that of `sysexits.h` where it has one.
    public var exitCode: Int32 {
        switch self {
        case .invalidRequest: 64  // EX_USAGE
        case .invalidInput: 65  // EX_DATAERR
        case .failure, .unavailable: 1
        }
    }
}

/// Writes a line to standard error; one that went away must not end a program that can do without.
public func writeLine(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
}

import ArgumentParser
import Foundation
public import Text

/// Runs the body of a command. An error becomes one line on standard error and the exit code of its category.
///
/// The errors of libraries say what was found where and what was expected, but they know no flags. A command knows its flags
/// and adds the advice, such as "choose a new folder with --report" to a folder that exists already.
/// - Parameters:
///   - advice: Returns what follows an error's sentence after a semicolon, or `nil` for nothing.
///   - body: The work. An `ExitCode` that it throws passes through.
/// - Throws: `ExitCode`.
public func reportingFailure(advice: (any Error) -> String? = { _ in nil }, _ body: () throws -> Void) throws {
    do { try body() } catch { throw report(error, advice(error)) }
}

/// Runs the body of a command that awaits; otherwise like the function for a body that does not.
public func reportingFailure(
    advice: (any Error) -> String? = { _ in nil }, _ body: () async throws -> Void
) async throws {
    do { try await body() } catch { throw report(error, advice(error)) }
}

private func report(_ error: any Error, _ advice: String?) -> ExitCode {
    if let exit = error as? ExitCode { return exit }
    writeError("\(error)" + (advice.map { "; \($0)" } ?? ""))
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

/// Writes a line to standard error. A terminal that went away must not end a program that can do without it.
public func writeLine(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
}

/// Writes an error to standard error, on one line whatever characters a path or a key holds.
public func writeError(_ text: String) { writeLine("error: " + escapedForTerminal(text)) }

/// Writes a warning to standard error, on one line whatever characters a path or a key holds.
public func writeWarning(_ text: String) { writeLine("warning: " + escapedForTerminal(text)) }

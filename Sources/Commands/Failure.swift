import ArgumentParser
import Files
import Foundation

/// Runs a command's body and turns what it throws into one sentence on standard error and the exit status that belongs to
/// it; an `ExitCode` passes through.
public func reportingFailure(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        FileHandle.standardError.write(Data("error: \(error)\n".utf8))
        let status = (error as? any ReportableError)?.exitStatus ?? .failure
        throw ExitCode(status.rawValue)
    }
}

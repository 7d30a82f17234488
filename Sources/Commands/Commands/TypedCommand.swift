import Foundation

/// The command line that this program was started with, quoted as a shell takes it, under the name of the program alone.
public var typedCommand: String {
    CommandLine.arguments.enumerated().map { index, argument in
        let argument = index == 0 ? (argument as NSString).lastPathComponent : argument
        let isPlain = !argument.isEmpty && !argument.contains { " '\"$&;()<>|*?\\`".contains($0) }
        return isPlain ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
    }.joined(separator: " ")
}

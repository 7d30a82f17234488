import Foundation

/// The command line of this process, quoted for a shell, with the program's name in place of its path.
public var typedCommand: String {
    CommandLine.arguments.enumerated().map { index, argument in
        let argument = index == 0 ? (argument as NSString).lastPathComponent : argument
        let isPlain = !argument.isEmpty && !argument.contains { " '\"$&;()<>|*?\\`".contains($0) }
        return isPlain ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
    }.joined(separator: " ")
}

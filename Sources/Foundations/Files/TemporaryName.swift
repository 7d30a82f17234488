import Foundation
import Synchronization

/// The names of temporary files and folders: `.NAME.PID-COUNT.partial`, beside the `NAME` that they will replace.
///
/// A writer holds the lock (`flock`) of its temporary until it is done. A process that gets the lock knows that the writer
/// has ended, even if its process number has been given to another.
package enum TemporaryName {
    /// The suffix of a temporary name.
    package static let suffix = ".partial"
    /// The suffix of a folder that is being replaced, on file systems without an exchange.
    package static let previousSuffix = ".previous"

    private static let counter = Atomic<Int>(0)

    /// Returns a new name beside `path`, unique among the processes of this machine.
    package static func next(for path: String) -> String {
        let (folder, name) = splitPath(path)
        let count = counter.add(1, ordering: .relaxed).newValue
        return "\(folder)/.\(name).\(getpid())-\(count)\(suffix)"
    }

    /// Returns the final name of a temporary, or `nil` if `name` is not a temporary name.
    package static func finalName(of name: String, suffix: String = suffix) -> String? {
        guard name.hasPrefix("."), name.hasSuffix(suffix) else { return nil }
        let middle = name.dropFirst().dropLast(suffix.count)
        guard let dot = middle.lastIndex(of: "."), dot > middle.startIndex else { return nil }
        let parts = middle[middle.index(after: dot)...].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ Int($0) != nil }) else { return nil }
        return String(middle[..<dot])
    }
}

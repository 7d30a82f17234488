import Foundation
import Synchronization

/// The names of files and folders in the making: `.NAME.PID-COUNT.partial`, beside the `NAME` they will replace.
///
/// A writer holds the lock of its temporary (`flock`) until it is done, so whoever gets that lock knows that the
/// writer is gone, even if its process number has been given to another.
package enum TemporaryName {
    /// How a name in the making ends.
    package static let suffix = ".partial"
    /// How the name ends under which a folder's predecessor waits, on file systems without an exchange.
    package static let previousSuffix = ".previous"

    private static let counter = Atomic<Int>(0)

    /// A new name beside `path`, unique among the processes of this machine.
    package static func next(for path: String) -> String {
        let (folder, name) = splitPath(path)
        let count = counter.add(1, ordering: .relaxed).newValue
        return "\(folder)/.\(name).\(getpid())-\(count)\(suffix)"
    }

    /// The name that a temporary would have got, or `nil` if `name` is not that of a temporary.
    package static func finalName(of name: String, suffix: String = suffix) -> String? {
        guard name.hasPrefix("."), name.hasSuffix(suffix) else { return nil }
        let middle = name.dropFirst().dropLast(suffix.count)
        guard let dot = middle.lastIndex(of: "."), dot > middle.startIndex else { return nil }
        let parts = middle[middle.index(after: dot)...].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ Int($0) != nil }) else { return nil }
        return String(middle[..<dot])
    }
}

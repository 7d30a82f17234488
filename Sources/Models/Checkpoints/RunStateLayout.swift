public import Files
import Preconditions

/// The names in and around run state files. `checkpoints/README.md` describes the layout group by group.
public enum RunStateLayout {
    /// The group of the named texts, which ``RunStateWriter`` calls `metadata`.
    static let metadataGroup = "metadata"
    /// The prefix of the values of parameters.
    public static let model = "model/"
    /// The prefix of the optimizer's running means of gradients.
    public static let firstMoment = "optimizer/first_moment/"
    /// The prefix of the optimizer's running means of squared gradients.
    public static let secondMoment = "optimizer/second_moment/"

    /// Returns the name of the run state after `step` optimizer steps: `step-000400.h5`.
    public static func fileName(step: Int) -> String {
        require(step >= 0, "RunStateLayout: step \(step) is negative")
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".h5"
    }

    /// Returns the step in the name of a run state, or `nil` for any other name.
    public static func step(ofFileName name: String) -> Int? {
        guard name.hasPrefix("step-"), name.hasSuffix(".h5") else { return nil }
        let digits = name.dropFirst(5).dropLast(3)
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let step = Int(digits) else { return nil }
        return fileName(step: step) == name ? step : nil
    }

    /// A run state in a run folder, by its name alone.
    public struct File: Sendable, Hashable {
        /// The number of optimizer steps, by its name.
        public let step: Int
        /// Its path.
        public let path: String
    }

    /// Returns the run states in `folder`, newest first. They are not opened: the caller tries the newest with
    /// ``RunStateReader`` and falls back to the next if it is refused.
    public static func files(in folder: String) throws(FileError) -> [File] {
        try listFolder(folder)
            .compactMap { name in step(ofFileName: name).map { File(step: $0, path: "\(folder)/\(name)") } }
            .sorted { $0.step > $1.step }
    }

    /// Traps unless `name` can name a dataset: components of at least one character, none of them `.` or `..`.
    static func checkName(_ name: String) {
        let components = name.split(separator: "/", omittingEmptySubsequences: false)
        require(
            components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) },
            "run state: \(name) cannot name an entry")
    }
}

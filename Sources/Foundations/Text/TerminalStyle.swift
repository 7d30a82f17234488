import Dispatch
import Foundation

/// The style of progress output.
public enum TerminalStyle: Sendable {
    /// A bar in a line of `width()` columns, called for each drawing because windows are resized.
    case bar(width: @Sendable () -> Int, hasColor: Bool, isUnicode: Bool)
    /// A line at the beginning, at the end, and after this many steps or seconds.
    case lines(everySteps: Int, everySeconds: Double)
    /// Warnings and the reason for an early end only.
    case quiet

    /// Returns the style for standard error: a bar in a terminal, a line every 50 steps or 30 seconds elsewhere.
    public static func standardError(quiet: Bool = false) -> TerminalStyle {
        TerminalStyle(
            quiet: quiet, isTerminal: isatty(STDERR_FILENO) == 1, environment: ProcessInfo.processInfo.environment,
            width: terminalWidth)
    }

    /// Chooses the style of an output: a bar in a terminal that can redraw a line, outside continuous integration (`CI`); color
    /// unless `NO_COLOR` is set (no-color.org); characters beyond ASCII if the locale uses UTF-8.
    package init(quiet: Bool, isTerminal: Bool, environment: [String: String], width: @escaping @Sendable () -> Int) {
        func isSet(_ name: String) -> Bool { environment[name]?.isEmpty == false }
        let canRedraw = isTerminal && environment["TERM"] != "dumb" && isSet("TERM") && !isSet("CI")
        if quiet {
            self = .quiet
        } else if canRedraw {
            // The first of these that is set decides (POSIX, Base Definitions, 8.2).
            let locale = ["LC_ALL", "LC_CTYPE", "LANG"].first(where: isSet).flatMap { environment[$0] } ?? ""
            let encoding = locale.uppercased().filter { $0 != "-" }
            self = .bar(width: width, hasColor: !isSet("NO_COLOR"), isUnicode: encoding.contains("UTF8"))
        } else {
            self = .lines(everySteps: 50, everySeconds: 30)
        }
    }
}

/// Returns a bar of `length` characters, of which `fraction` are filled.
package func progressBar(_ fraction: Double, length: Int, isUnicode: Bool) -> String {
    let done = Int(Double(length) * fraction)
    return String(repeating: isUnicode ? "█" : "#", count: done)
        + String(repeating: isUnicode ? "░" : "-", count: length - done)
}

/// Returns the seconds of a clock that never goes back.
public func steadyClock() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) / 1e9
}

/// Returns the columns of the terminal on standard error, or 80 if it does not tell.
private func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}

/// Writes text to standard error. Ignores errors, because a terminal that went away must not end a run.
package func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

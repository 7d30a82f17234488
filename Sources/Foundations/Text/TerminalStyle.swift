import Dispatch
import Foundation

/// What an output for progress can show.
public enum TerminalStyle: Sendable {
    /// A bar in a line of `width()` columns, asked at every drawing, as people resize their windows.
    case bar(width: @Sendable () -> Int, hasColor: Bool, isUnicode: Bool)
    /// A line at the beginning and the end, and whenever this many steps or seconds have passed.
    case lines(everySteps: Int, everySeconds: Double)
    /// Only warnings and the reason of an early end.
    case quiet

    /// What standard error can show: a bar on a terminal, a line every 50 steps or 30 seconds elsewhere.
    public static func standardError(quiet: Bool = false) -> TerminalStyle {
        TerminalStyle(
            quiet: quiet, isTerminal: isatty(STDERR_FILENO) == 1, environment: ProcessInfo.processInfo.environment,
            width: terminalWidth)
    }

    /// What an output can show, from what is known about it: a bar on a terminal that can redraw a line, outside continuous
    /// integration (`CI`); colour unless `NO_COLOR` is set to anything (no-color.org); characters beyond ASCII where the
    /// locale is of UTF-8.
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

/// The bar itself: `length` characters, `fraction` of them filled.
package func progressBar(_ fraction: Double, length: Int, isUnicode: Bool) -> String {
    let done = Int(Double(length) * fraction)
    return String(repeating: isUnicode ? "█" : "#", count: done)
        + String(repeating: isUnicode ? "░" : "-", count: length - done)
}

/// Seconds of a clock that never goes back.
public func steadyClock() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) / 1e9
}

/// The columns of the terminal on standard error, 80 when it does not say.
private func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}

/// Writes text as it is. A terminal that went away must not end a run that needs none, so failures are let pass.
package func writeToStandardError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

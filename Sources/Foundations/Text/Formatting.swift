import Foundation

/// The forms of numbers, sizes and times in lines for people.
package enum Formatting {
    /// `1.21 GB`, `845 MB`, `12 kB`: decimal multiples, as `ls --si` and disk makers use them.
    package static func bytes(_ count: Int) -> String {
        switch count {
        case 1_000_000_000...: fixed(Double(count) / 1e9, 2) + " GB"
        case 1_000_000...: fixed(Double(count) / 1e6, 0) + " MB"
        case 1_000...: fixed(Double(count) / 1e3, 0) + " kB"
        default: "\(count) bytes"
        }
    }

    /// `0.4 s`, `45 s`, `3 min 12 s`, `2 h 05 min`, `3 d 04 h`.
    package static func duration(_ seconds: Double) -> String {
        guard let whole = wholeSeconds(seconds) else { return "an unknown time" }
        switch whole {
        case ..<10 where seconds < 9.95: return fixed(seconds, 1) + " s"
        case ..<60: return "\(whole) s"
        case ..<3600: return "\(whole / 60) min \(padded(whole % 60)) s"
        case ..<86_400: return "\(whole / 3600) h \(padded(whole / 60 % 60)) min"
        default: return "\(whole / 86_400) d \(padded(whole / 3600 % 24)) h"
        }
    }

    /// `3:12`, `2:05:10`: a duration for the progress bar.
    package static func clock(_ seconds: Double) -> String {
        guard let whole = wholeSeconds(seconds) else { return "?" }
        let tail = "\(padded(whole / 60 % 60)):\(padded(whole % 60))"
        return whole < 3600 ? "\(whole / 60):\(padded(whole % 60))" : "\(whole / 3600):\(tail)"
    }

    /// A number with a fixed count of decimals; from 10,000 on whole, with commas.
    package static func fixed(_ number: Double, _ decimals: Int) -> String {
        NumberStyle.decimals(decimals).text(number)
    }

    /// A share of 1 as a percentage: `59.4 %`, and `0.25 %` with two decimals where one would say too little.
    package static func percent(_ share: Double, _ decimals: Int = 1) -> String {
        let isSmall = decimals == 1 && share != 0 && share.magnitude < 0.01
        return NumberStyle.percent(isSmall ? 2 : decimals).text(share)
    }

    /// A count with its noun: `1 headline`, `2,752 headlines`. The plural adds an s.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// A number with two decimals in scientific notation: `9.70e-04`.
    package static func scientific(_ number: Double) -> String { String(format: "%.2e", number) }

    /// A rate or norm: whole from 100 on, fewer digits lost below.
    package static func rough(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e6 else { return String(format: "%.3g", number) }
        return fixed(number, abs(number) >= 100 ? 0 : abs(number) >= 10 ? 1 : 2)
    }

    private static func wholeSeconds(_ seconds: Double) -> Int? {
        seconds.isFinite && seconds >= 0 && seconds < 1e12 ? Int(seconds.rounded()) : nil
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

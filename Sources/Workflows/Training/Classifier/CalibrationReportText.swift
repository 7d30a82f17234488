package import Statistics
import Text

extension CalibrationReport {
    /// A table of the figures before and after calibration, with the temperature below.
    package var table: String {
        var table = TextTable(
            [("", .left)]
                + ["NLL", "Brier", "ECE", "if perfectly calibrated", "adaptive ECE"].map { ($0, .right) })
        func add(_ name: String, _ figures: CalibrationMetrics) {
            let expected =
                "\(Formatting.fixed(figures.errorIfCalibrated, 4)) ± \(Formatting.fixed(figures.deviationIfCalibrated, 4))"
            table.add([
                name, Formatting.fixed(figures.negativeLogLikelihood, 4), Formatting.fixed(figures.brierScore, 4),
                Formatting.fixed(figures.error, 4),
                expected, Formatting.fixed(figures.adaptiveError, 4),
            ])
        }
        add("before", before)
        add("after, on the same headlines", after)
        if let crossFitted { add("after, cross-fitted", crossFitted) }
        var sentence = "The temperature is \(Formatting.fixed(scaling.temperature, 4))"
        if halves.count == 2 {
            sentence +=
                " (\(Formatting.fixed(halves[0].temperature, 4)) and \(Formatting.fixed(halves[1].temperature, 4)) on the two halves)"
        }
        sentence += scaling.isAtLimit ? ", which is as far as temperatures are tried." : "."
        return "\(table)\n\(sentence)"
    }
}

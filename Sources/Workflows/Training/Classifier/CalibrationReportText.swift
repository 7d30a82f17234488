package import Statistics
import Text

extension CalibrationReport {
    /// A table of the figures before and after calibration, with the temperature below.
    package var table: String {
        var table = TextTable(
            [("", .left)]
                + ["NLL", "Brier", "ECE", "if perfectly calibrated", "adaptive ECE"].map { ($0, .right) })
        func add(_ name: String, _ figures: CalibrationFigures) {
            let expected = "\(decimals(figures.errorIfCalibrated)) ± \(decimals(figures.deviationIfCalibrated))"
            table.add([
                name, decimals(figures.negativeLogLikelihood), decimals(figures.brierScore), decimals(figures.error),
                expected, decimals(figures.adaptiveError),
            ])
        }
        add("before", before)
        add("after, on the same headlines", after)
        if let crossFitted { add("after, cross-fitted", crossFitted) }
        var sentence = "The temperature is \(decimals(scaling.temperature))"
        if halves.count == 2 {
            sentence += " (\(decimals(halves[0].temperature)) and \(decimals(halves[1].temperature)) on the two halves)"
        }
        sentence += scaling.isAtLimit ? ", which is as far as temperatures are tried." : "."
        return "\(table)\n\(sentence)"
    }
}

import Foundation
import Reports
import Testing
import Text

/// A page with nothing but a picture.
private func page(_ picture: any Chart) -> String {
    Report(title: "x", sections: [.init("y", [.picture(Picture("z", description: "w", picture))])]).html
}

/// The numbers in an attribute of all elements of a name.
private func numbers(_ attribute: String, of element: String, in page: String) throws -> [Double] {
    let pattern = try Regex("<\(element) [^>]*?\\b\(attribute)=\"([-0-9.]+)\"")
    return page.matches(of: pattern).compactMap { $0.output[1].substring.flatMap { Double($0) } }
}

@Suite struct ChartTests {
    @Test("Nothing is drawn outside a picture, whatever the numbers", arguments: Specimen.pictures.indices)
    func fits(index: Int) throws {
        let page = page(Specimen.pictures[index].chart)
        let width = try #require(try numbers("width", of: "svg", in: page).first)
        let height = try #require(try numbers("height", of: "svg", in: page).first)
        for (attribute, limit) in [
            ("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("y1", height), ("cy", height),
        ] {
            for element in ["text", "line", "circle", "rect"] {
                for number in try numbers(attribute, of: element, in: page) {
                    #expect((0...limit).contains(number), "\(element) \(attribute)")
                }
            }
        }
        #expect(!page.contains("nan") && !page.contains("inf\""))
    }

    @Test("Numbers that cannot be drawn leave a picture whole")
    func oddNumbers() throws {
        let pictures: [any Chart] = [
            BarChart(series: ["n"], nameTitle: "label", bars: []),
            BarChart(
                series: ["n"], nameTitle: "label", bars: [("a", [0]), ("b", [.nan]), ("c", [nil]), ("d", [.infinity])]),
            Histogram("n", by: "words", lowest: 0, width: 1, series: [.init("n", [0])]),
            Histogram("n", by: "words", lowest: -1, width: 0.5, series: [.init("n", [0, .nan, 3])]),
            LineChart(x: ("x", .count), y: ("y", .decimals(1)), series: [.init("n", [(1, 2)])]),
            LineChart(x: ("x", .count), y: ("y", .decimals(1)), series: [.init("n", [(1, .nan), (2, .infinity)])]),
            LineChart(x: ("x", .count), y: ("y", .decimals(1)), series: [.init("n", [(1, 1e300), (2, -1e300)])]),
            ReliabilityDiagram([("n", [])]),
            IntervalPlot("x", style: .decimals(2), rows: [.init("a", .nan), .init("b", 0)]),
            ConfusionChart(labels: ["a", "b"], counts: [[0, 0], [0, 3]]),
            ConfusionChart(labels: [], counts: []),
        ]
        for picture in pictures {
            let page = page(picture)
            #expect(page.contains("</svg>"))
            #expect(!page.contains("\"nan") && !page.contains("\"inf"))
        }
    }

    @Test("Bars are as long as their numbers, and named in full where they are pointed at")
    func bars() throws {
        let name = "a very long label that does not fit"
        let page = page(BarChart(series: ["n"], nameTitle: "label", bars: [(name, [30]), ("b", [15]), ("c", [0])]))
        let widths = try numbers("width", of: "rect", in: page)
        #expect(widths.count == 3 && abs(widths[0] - 2 * widths[1]) < 0.2 && widths[2] == 0)
        #expect(page.contains("<title>\(name): 30</title>") && page.contains("…</text>"))
    }

    @Test("Places on a line chart follow the numbers")
    func lines() throws {
        let points = [(0.0, 0.0), (5, 5), (10, 10)]
        let page = page(LineChart(x: ("x", .count), y: ("y", .count), series: [.init("n", points)]))
        let (xs, ys) = (try numbers("cx", of: "circle", in: page), try numbers("cy", of: "circle", in: page))
        #expect(xs.count == 3 && abs(xs[1] - (xs[0] + xs[2]) / 2) < 0.11 && abs(ys[1] - (ys[0] + ys[2]) / 2) < 0.11)
        #expect(xs[0] < xs[2] && ys[0] > ys[2])
    }

    @Test("A confusion matrix of many labels lists its most frequent mistakes, of few all counts")
    func confusion() {
        let few = ConfusionChart(labels: ["a", "b"], counts: [[5, 1], [2, 9]]).numbers
        #expect(few.rows.map { $0.cells.map(\.text) } == [["a", "5", "1"], ["b", "2", "9"]])
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 20), count: 20)
        for label in 0..<20 { counts[label][label] = 10 }
        counts[3][7] = 10
        counts[0][1] = 2
        let many = ConfusionChart(labels: (0..<20).map { "l\($0)" }, counts: counts).numbers
        #expect(
            many.rows.map { $0.cells.map(\.text) } == [["l3", "l7", "10", "50.0 %"], ["l0", "l1", "2", "16.7 %"]])
    }

    @Test("The numbers of a histogram name whole bins, and leave out empty ones")
    func histogram() {
        let words = Histogram("n", by: "words", lowest: 1, width: 2, series: [.init("n", [3, 0, 4])]).numbers
        #expect(words.rows.map { $0.cells.map(\.text) } == [["1–2", "3"], ["5–6", "4"]])
    }
}

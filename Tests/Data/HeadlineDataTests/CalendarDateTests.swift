import Foundation
import HeadlineData
import Testing

@Suite struct CalendarDateTests {
    @Test(
        "The forms that data sets use are read",
        arguments: [
            ("2024-03-09", "2024-03-09"), (" 2024-03-09\t", "2024-03-09"), ("20240309", "2024-03-09"),
            ("2024-02-29", "2024-02-29"), ("2000-02-29", "2000-02-29"), ("0001-01-01", "0001-01-01"),
            ("2024-03-09T14:05", "2024-03-09"), ("2024-03-09 14:05:33", "2024-03-09"),
            ("2024-03-09T14:05:33.123456Z", "2024-03-09"), ("2024-03-09T23:59:60+02:00", "2024-03-09"),
            ("2024-03-09 14:05:33 +0200", "2024-03-09"), ("2024-12-31T24:00:00-05:30", "2024-12-31"),
        ])
    func reads(text: String, day: String) throws {
        let date = try #require(CalendarDate(text))
        #expect(date.description == day)
        #expect(CalendarDate(year: date.year, month: date.month, day: date.day) == date)
    }

    @Test(
        "What is no day, or not wholly a date, is refused",
        arguments: [
            "", " ", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-01-00", "0000-01-01",
            "24-03-09", "2024-3-9", "2024/03/09", "09.03.2024", "2024-03-09x", "2024-03-09T", "2024-03-09T25:00",
            "2024-03-09T10:61", "2024-03-09T10:00:00.", "2024-03-09T10:00+2", "2024-0309", "202403091", "March 9, 2024",
            "２０２４-03-09", "2024-03-09T10:00Zx", "-024-03-09",
        ])
    func refuses(text: String) { #expect(CalendarDate(text) == nil) }

    @Test("Dates are ordered by time and survive coding")
    func ordersAndCodes() throws {
        let dates = ["0999-12-31", "2023-12-31", "2024-01-01", "2024-01-02", "2024-02-01"].compactMap {
            CalendarDate($0)
        }
        #expect(dates.count == 5)
        #expect(dates.reversed().sorted() == dates)
        let coded = try JSONEncoder().encode(dates)
        #expect(try JSONDecoder().decode([CalendarDate].self, from: coded) == dates)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([CalendarDate].self, from: Data(#"["yesterday"]"#.utf8))
        }
    }
}

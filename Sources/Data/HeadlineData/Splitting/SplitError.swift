public import Text

/// Rows that cannot be split as asked.
public enum SplitError: ReportableError, Equatable {
    /// The fraction is not between 0 and 1.
    case fraction(Double)
    /// There are fewer than two headlines.
    case fewHeadlines(Int)
    /// All headlines repeat one another, exactly or nearly.
    case onlyDuplicates(headlines: Int)
    /// A stratified split of rows without a category.
    case noCategory
    /// A stratified split whose categories are all too small to give a headline away.
    case smallCategories(count: Int, fraction: Double)
    /// A temporal split of rows without a date.
    case noDate
    /// One side of the split would be empty.
    case emptySide(name: String, fraction: Double, headlines: Int, groups: Int)

    /// The kind of error.
    public var category: ErrorCategory {
        if case .fraction = self { .invalidRequest } else { .invalidInput }
    }

    /// One sentence for people.
    public var description: String {
        switch self {
        case .fraction(let fraction):
            "the validation fraction is \(fraction), expected more than 0 and less than 1"
        case .fewHeadlines(let count):
            (count == 0 ? "there is no headline" : "there is only one headline")
                + ", expected at least two: one to train on and one to validate on"
        case .onlyDuplicates(let headlines):
            "all \(headlines) headlines are duplicates or near-duplicates of one another, so they cannot be split"
                + " into training and validation headlines; give a file with different headlines"
        case .noCategory:
            "a stratified split needs a category, and no row has one; name the column or split at random"
        case .smallCategories(let count, let fraction):
            "a stratified split found nothing to validate on: the \(count) categories have too few different"
                + " headlines for a fraction of \(fraction); raise it, merge categories or split at random"
        case .noDate:
            "a temporal split needs dates, and no row has one that can be read; name the column or split at random"
        case .emptySide(let name, let fraction, let headlines, let groups):
            "a validation fraction of \(fraction) of \(headlines) headlines in \(groups) groups of duplicates leaves no"
                + " \(name) headlines; choose another fraction or give more headlines"
        }
    }
}

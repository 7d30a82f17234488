import Foundation

/// The form that two headlines share if they are exact duplicates.
///
/// Letters, marks and digits (Unicode general categories L, M and N) in lower case (`Lowercase_Mapping`, no locale) and
/// in composed form (NFC); white space, punctuation, symbols and everything else are left out, so that `U.S.–China
/// talks` and `us china talks` are equal. A text that has no letter or digit at all is its own normal form.
///
/// - Returns: The scalar values; empty only for an empty text.
package func normalForm(of text: String) -> [UInt32] {
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.utf8.count)
    var hasMarks = false
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: scalars.append(scalar.value)
        case 0x41...0x5A: scalars.append(scalar.value | 0x20)
        case 0..<0x80: continue
        default:
            guard isKept(scalar, &hasMarks) else { continue }
            scalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars.lazy.map(\.value))
        }
    }
    if scalars.isEmpty { return text.unicodeScalars.map(\.value) }
    guard hasMarks else { return scalars }
    var composed = String.UnicodeScalarView()
    composed.append(contentsOf: scalars.lazy.compactMap(Unicode.Scalar.init))
    return String(composed).precomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
}

/// True for letters, marks and numbers; notes a mark, because only text with marks can have another composed form.
private func isKept(_ scalar: Unicode.Scalar, _ hasMarks: inout Bool) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
        .letterNumber, .otherNumber:
        return true
    case .nonspacingMark, .spacingMark, .enclosingMark:
        // Variation selectors only choose how the character before them is drawn.
        guard !scalar.properties.isVariationSelector else { return false }
        hasMarks = true
        return true
    default:
        return false
    }
}

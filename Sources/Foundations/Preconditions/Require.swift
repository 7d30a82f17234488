/// Ends the program with `message` unless `condition` holds: for mistakes of the programmer, such as shapes that do not fit.
///
/// `precondition` would end it too, but optimised builds drop its message, and this one names the operation and the shapes.
/// - Parameter message: built only when it is needed.
@inlinable
package func require(
    _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    if !condition { fatalError(message(), file: file, line: line) }
}

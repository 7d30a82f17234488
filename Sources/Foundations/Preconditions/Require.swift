/// Ends the program with `message` unless `condition` holds, for errors of the programmer such as shapes that do not match.
///
/// Optimized builds drop the message of `precondition`; this one keeps it, so that it can name the operation and the shapes.
/// - Parameter message: Evaluated only if the condition does not hold.
@inlinable
package func require(
    _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    if !condition { fatalError(message(), file: file, line: line) }
}

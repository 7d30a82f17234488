/// The use that loaded weights are meant for.
public enum Purpose: Sendable {
    /// Read only, in the data type of the file: float32, bfloat16 and int8 stay in the memory-mapped file.
    case inference
    /// Read only, as Float32.
    case reading
    /// Copied into buffers that an optimizer can change; the weights must be finite.
    case training
}

import Files
import Foundation

/// TensorBoard event files, written without TensorFlow: scalars of every step and evaluation, completions and the
/// configuration as texts.
///
/// A file is a sequence of TFRecords (length, its masked CRC-32C, data, its masked CRC-32C), each an `Event` message
/// (tensorflow/core/util/event.proto) and written by one call, so that a kill leaves whole records. A run that is resumed
/// gets another file in the same folder, named to sort after the first. The second event of each file is a `SessionLog`
/// START with the first step of the file: at each but the first of a folder, TensorBoard drops the points of
/// the earlier files from that step on.
///
/// | tag | unit |
/// |---|---|
/// | `train/loss`, `validation/loss` | nats per token or headline predicted |
/// | `train/learningRate`, `train/gradientNorm`, `train/tokensPerSecond`, `train/epoch` | |
/// | `train/residentMemory` | bytes |
/// | `validation/` and the name of each figure, such as `validation/perplexity` | |
/// | `samples`, `configuration` | Markdown |
public final class EventFileWriter: TrainingObserver {
    /// The path of the file.
    public let path: String
    private let file: AppendOnlyFile
    private let clock: () -> Double

    /// Makes a new file in `folder`, which must be there.
    /// - Parameters:
    ///   - resumingAtStep: The first step that will be made, for a run that is resumed; it supersedes the points of earlier
    ///     files from that step on.
    ///   - host: The part of the name that tells machines apart; this machine's name if `nil`.
    ///   - clock: Returns seconds since 1970.
    /// - Throws: `FileError`.
    public init(
        folder: String, resumingAtStep: Int? = nil, host: String? = nil,
        clock: @escaping () -> Double = wallClock
    ) throws {
        self.clock = clock
        (path, file) = try Self.create(in: folder, host: host ?? Self.hostName, time: Int(clock()))
        var version = event(step: 0)
        version.add(Field.fileVersion, text: "brain.Event:2")
        try append(version)
        var log = ProtocolBufferMessage()
        log.add(1, integer: 1)  // status: START
        var start = event(step: resumingAtStep ?? 0)
        start.add(Field.sessionLog, message: log)
        try append(start)
    }

    /// Receives an event.
    public func receive(_ event: TrainingEvent) throws {
        switch event {
        case .started(let event):
            try write([Self.text("configuration", Self.codeBlock(event.configuration))], event.resumedAfterStep)
        case .step(let event): try write(Self.scalars(event), event.step)
        case .evaluation(let event): try write(Self.scalars(event), event.step)
        case .samples(let event): try write([Self.text("samples", Self.list(event.samples))], event.step)
        case .note, .warning, .saved, .stopped, .finished: break  // No value to plot; `MetricsLog` has them.
        }
    }

    /// Returns once all events so far are safe from a power cut.
    public func flush() throws { try file.synchronize() }

    /// The numbers of the fields of `Event`.
    private enum Field {
        static let wallTime = 1
        static let step = 2
        static let fileVersion = 3
        static let summary = 5
        static let sessionLog = 7
    }

    private func event(step: Int) -> ProtocolBufferMessage {
        var event = ProtocolBufferMessage()
        event.add(Field.wallTime, double: clock())
        if step != 0 { event.add(Field.step, integer: step) }
        return event
    }

    private func write(_ values: [ProtocolBufferMessage], _ step: Int) throws {
        var summary = ProtocolBufferMessage()
        for value in values { summary.add(1, message: value) }
        var event = event(step: step)
        event.add(Field.summary, message: summary)
        try append(event)
    }

    private func append(_ event: ProtocolBufferMessage) throws {
        try file.append(Self.record(event.bytes))
    }

    /// Returns a TFRecord (tensorflow/core/lib/io/record_writer.h).
    package static func record(_ data: [UInt8]) -> [UInt8] {
        let length = UInt64(data.count).littleEndianBytes
        return length + CRC32C.masked(length).littleEndianBytes + data + CRC32C.masked(data).littleEndianBytes
    }
}

// MARK: Values

extension EventFileWriter {
    private static func scalars(_ event: StepEvent) -> [ProtocolBufferMessage] {
        [
            scalar("train/loss", event.loss),
            scalar("train/learningRate", event.learningRate),
            scalar("train/gradientNorm", event.gradientNorm),
            scalar("train/tokensPerSecond", event.tokensPerSecond),
            scalar("train/epoch", event.epoch),
            scalar("train/residentMemory", Double(event.residentMemory)),
        ]
    }

    private static func scalars(_ event: EvaluationEvent) -> [ProtocolBufferMessage] {
        [scalar("validation/loss", event.result.loss)]
            + event.result.figures.compactMap { figure in
                figure.value.map { scalar("validation/\(figure.name)", $0) }
            }
    }

    /// `Summary.Value` with `simple_value`; NaN and infinities are values here.
    private static func scalar(_ tag: String, _ value: Double) -> ProtocolBufferMessage {
        var message = ProtocolBufferMessage()
        message.add(1, text: tag)
        message.add(2, float: Float(value))
        return message
    }

    /// `Summary.Value` for TensorBoard's text plugin: a string tensor without dimensions, shown as Markdown.
    private static func text(_ tag: String, _ markdown: String) -> ProtocolBufferMessage {
        var tensor = ProtocolBufferMessage()
        tensor.add(1, integer: 7)  // dtype: DT_STRING
        tensor.add(2, message: ProtocolBufferMessage())  // tensor_shape: a scalar
        tensor.add(8, text: markdown)  // string_val
        var plugin = ProtocolBufferMessage()
        plugin.add(1, text: "text")  // plugin_name
        var metadata = ProtocolBufferMessage()
        metadata.add(1, message: plugin)
        metadata.add(4, integer: 2)  // data_class: DATA_CLASS_TENSOR
        var message = ProtocolBufferMessage()
        message.add(1, text: tag)
        message.add(8, message: tensor)
        message.add(9, message: metadata)
        return message
    }

    /// Indented, so that no text can end the block.
    private static func codeBlock(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
    }

    private static func list(_ samples: [SamplesEvent.Sample]) -> String {
        samples.map { "- **\(escaped($0.prompt))** \(escaped($0.completion))" }.joined(separator: "\n")
    }

    /// Text that Markdown shows as it is, on one line.
    private static func escaped(_ text: String) -> String {
        String(
            text.flatMap { character -> [Character] in
                if character.isNewline { return [" "] }
                return "\\`*_{}[]()<>#+-.!|~&".contains(character) ? ["\\", character] : [character]
            })
    }
}

// MARK: Names

extension EventFileWriter {
    private static let prefix = "events.out.tfevents."

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Makes `events.out.tfevents.<seconds>.<host>`. TensorBoard reads the files of a folder in the order of their names, so
    /// the time in the name is a second later than any that is there, should the clock have been set back or a run have been
    /// resumed within a second.
    private static func create(in folder: String, host: String, time: Int) throws -> (String, AppendOnlyFile) {
        let times = try listFolder(folder).compactMap { name -> Int? in
            guard name.hasPrefix(prefix) else { return nil }
            return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
        }
        let latest = times.filter { $0 < 10_000_000_000 }.max() ?? 0
        let seconds = String(max(time, latest + 1))
        let padded = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
        let safeHost = String(host.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" })
        let path = "\(folder)/\(prefix)\(padded).\(safeHost)"
        return (path, try AppendOnlyFile(creating: path))
    }
}

import Files
import Foundation
import Testing
import TestSupport

@Suite("headline complete at a terminal")
struct ConversationTests {
    /// Runs `headline complete` at a terminal of its own; returns what it showed, errors among it.
    private func converse(
        _ arguments: [String], typing text: String, in folder: String
    ) throws -> (status: Int32, shown: String) {
        var (master, terminal): (Int32, Int32) = (-1, -1)
        try #require(openpty(&master, &terminal, nil, nil, nil) == 0)
        defer { close(master) }
        // Other commands that tests start beside this one must not keep the terminal open.
        for number in [master, terminal] { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        // What is typed is not shown, and lines end as they are printed.
        var settings = termios()
        tcgetattr(terminal, &settings)
        settings.c_lflag &= ~tcflag_t(ECHO)
        settings.c_oflag &= ~tcflag_t(OPOST)
        tcsetattr(terminal, TCSANOW, &settings)
        let process = Process()
        process.executableURL = Command.folder.appendingPathComponent("headline")
        process.arguments = ["complete"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        for path in [\Process.standardInput, \.standardOutput, \.standardError] {
            process[keyPath: path] = FileHandle(fileDescriptor: terminal)
        }
        try process.run()
        close(terminal)
        let typed = Array(text.utf8)
        #expect(write(master, typed, typed.count) == typed.count)
        var shown: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            // Fails once the command, the last to have the terminal open, has ended.
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            shown += buffer[..<count]
        }
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: shown, as: UTF8.self))
    }

    @Test("a headline is shown as it is written, and is the one that is printed to a file")
    func shows() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            for prompt in ["AI could  ", "New law", ""] {
                let printed = try Command.run(
                    "headline", ["complete", "--model", "run/last", prompt], in: folder)
                let shown = try converse(["--model", "run/last", prompt], typing: "", in: folder)
                #expect(shown.status == 0 && shown.shown == printed.output, "\(shown.shown)")
            }
        }
    }

    @Test("prompts are asked for until an empty line, with beams too, and a bad one is reported")
    func asks() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            for beams in [[], ["--beams", "3"]] {
                let arguments = ["--model", "run/last"] + beams
                let first = try Command.run("headline", ["complete"] + arguments + ["AI could"], in: folder)
                let shown = try converse(arguments, typing: "AI could \nbell\u{8}\u{1}\nNew\n\n", in: folder)
                #expect(shown.status == 0, "\(shown.shown)")
                #expect(shown.shown.contains("> \(first.output)> "), "\(shown.shown)")
                #expect(shown.shown.contains("error: the prompt has a control character (U+00"), "\(shown.shown)")
                #expect(shown.shown.contains("> New"), "\(shown.shown)")
            }
            let refused = try converse(["--model", "run/last", "--beams", "0"], typing: "AI\n", in: folder)
            #expect(refused.status == 64 && refused.shown.contains("beams"))
        }
    }

    @Test("damaged weights end a conversation with their error, before a prompt and after")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let workplace = try Workplace(in: folder)
            #expect(try workplace.train("run").status == 0)
            let path = "\(folder)/run/last/model.safetensors"
            var bytes = try readFile(path)
            bytes[bytes.count - 9] ^= 1
            try AtomicFile.write(bytes, to: path)
            for typed in ["\n", "AI\nNew\nLaw\n\n"] {
                let shown = try converse(["--model", "run/last"], typing: typed, in: folder)
                #expect(shown.status == 65 && shown.shown.contains("SHA-256"), "\(shown.shown)")
                #expect(!shown.shown.contains("Law"))
            }
        }
    }
}

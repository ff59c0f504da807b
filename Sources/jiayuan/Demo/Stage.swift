import Foundation
import Sync

/// The processes of the demo and their folder; everything it starts it stops by its own process id.
final class Stage: @unchecked Sendable {
    let folder: String
    private let program: String
    private let lock = NSLock()
    private var processes: [(name: String, process: Process)] = []

    /// Says that a folder is ours to empty.
    private static let mark = ".jiayuan-stage"

    /// - Throws: an exit code where the folder holds something that an earlier run didn't leave.
    init(folder: String) throws {
        self.folder = folder
        program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let files = FileManager.default
        let isEmpty = try !files.fileExists(atPath: folder) || files.contentsOfDirectory(atPath: folder).isEmpty
        guard isEmpty || files.fileExists(atPath: "\(folder)/\(Stage.mark)") else {
            Console.error(
                "\(folder): holds files that no demo or benchmark has left; name an empty folder, or one that isn't there"
            )
            throw Exit.refused
        }
        try? files.removeItem(atPath: folder)
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: "\(folder)/\(Stage.mark)"))
    }

    func write(_ text: String, to name: String) throws {
        let path = folder + "/" + name
        let parent = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Starts a daemon; its log goes beside its data.
    @discardableResult
    func start(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let log = folder + "/\(name).log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let handle = FileHandle(forWritingAtPath: log)
        process.standardError = handle
        process.standardOutput = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        lock.withLock { processes.append((name, process)) }
        return process.processIdentifier
    }

    /// Runs a command to its end.
    func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw DemoFailure("jiayuan \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return output
    }

    func stop(_ pid: Int32) {
        let wanted = lock.withLock { processes.filter { $0.process.processIdentifier == pid } }
        lock.withLock { processes.removeAll { $0.process.processIdentifier == pid } }
        end(wanted)
    }

    func stopAll() { end(lock.withLock { processes }) }

    private func end(_ running: [(name: String, process: Process)]) {
        for (_, process) in running where process.isRunning { process.terminate() }
        let deadline = Date(timeIntervalSinceNow: 6)
        for (_, process) in running {
            while process.isRunning, Date() < deadline { usleep(20_000) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
    }

    /// Whoever ends this process ends what it started. The sources live as long as they are held.
    func stoppedBySignals(_ then: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [self] in
                stopAll()
                then()
            }
            source.resume()
            return source
        }
    }

    /// The names of daemons that ended by themselves.
    var fallen: [String] { lock.withLock { processes.filter { !$0.process.isRunning }.map(\.name) } }

    /// Asks until the answer pleases, or says what the last one was; at once where a daemon ended by itself.
    func eventually<Value>(_ what: String, within seconds: Double, _ body: () throws -> Value?) throws -> Value {
        let deadline = Date(timeIntervalSinceNow: seconds)
        var last = "no answer"
        repeat {
            do { if let value = try body() { return value } } catch { last = "\(error)" }
            if let name = fallen.first {
                let log = (try? String(contentsOfFile: "\(folder)/\(name).log", encoding: .utf8)) ?? ""
                throw DemoFailure("\(name) ended by itself: \(log.split(separator: "\n").last ?? "its log is empty")")
            }
            usleep(100_000)
        } while Date() < deadline
        throw DemoFailure("\(what): not within \(Int(seconds)) s (\(last))")
    }
}

struct DemoFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension HTTPClient {
    /// The body of a 200; anything else is an error with the server's words.
    func fetch(_ method: String, _ path: String, body: String? = nil, type: String = "application/json") throws
        -> [UInt8]
    {
        let response = try send(
            method, path, headers: ["content-type: \(type)"], body: body.map { Array($0.utf8) }, limit: 64 * 1024 * 1024
        )
        guard response.status == 200 else {
            throw DemoFailure(
                "\(method) \(path): \(response.status) \(String(decoding: response.body.prefix(300), as: UTF8.self))")
        }
        return response.body
    }
}

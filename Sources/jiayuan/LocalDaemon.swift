import ArgumentParser
import Daemon
import District
import Foundation
import Sync

/// Talks to the daemon over its local socket; where none runs, performs the same route in this process
/// under the same lock. Either way there is one writer.
struct LocalDaemon {
    typealias Opened = (routes: [Route], close: @Sendable () -> Void)

    let socket: String
    let state: String
    /// Opens the store for this command alone.
    let offline: () throws -> Opened
    /// Opens a copy of what there is; nil if there is nothing.
    let aside: () throws -> Opened?

    func send(_ method: String, _ path: String, query: [String: String] = [:], body: [UInt8]? = nil) async throws
        -> Reply
    {
        if let reply = ask(method, path, query, body) { return reply }
        let store = try placed { try opened() }
        defer { store.close() }
        return try await perform(method, path, query, body ?? [], store.routes)
    }

    /// Asks only a daemon that runs: what is said on its behalf goes elsewhere, and files alone know nobody's standing.
    func ask(_ method: String, _ path: String, query: [String: String], body: [UInt8]) throws -> Reply {
        if let reply = ask(method, path, query, body) { return reply }
        Console.error("no daemon runs: nothing answers on \(socket)")
        throw Exit.unavailable
    }

    /// Asks a question that changes nothing. Without a daemon it is put to a copy of the daemon's files, and said so;
    /// the caller ends with `Exit.unavailable` then.
    func look(_ path: String) async throws -> (reply: Reply, isRunning: Bool) {
        if let reply = ask("GET", path, [:], nil) { return (reply, true) }
        let isHeld = LockFile.isHeld(state + "/lock")
        Console.error(
            isHeld
                ? "a daemon holds \(state) but does not answer on \(socket); see `systemctl status`"
                : "no daemon runs: nothing answers on \(socket)")
        guard let copy = try placed({ try aside() }) else {
            Console.error("\(state) has no database: no daemon was ever started there")
            throw Exit.unavailable
        }
        defer { copy.close() }
        Console.error("what follows is read from the files in \(state)")
        return (try await perform("GET", path, [:], [], copy.routes), false)
    }

    /// - Returns: nil if no daemon answers.
    private func ask(_ method: String, _ path: String, _ query: [String: String], _ body: [UInt8]?) -> Reply? {
        let text = query.sorted { $0.key < $1.key }.map { "\($0.key)=\(LocalDaemon.encoded($0.value))" }.joined(
            separator: "&")
        let client = HTTPClient(base: "http://localhost", socket: socket)
        let target = path + (text.isEmpty ? "" : "?" + text)
        let size = body.map { $0.count > 1_048_576 ? " (\($0.count / 1_048_576) MiB)" : "" } ?? ""
        let waiting = Waiting(path + size)
        defer { waiting.done() }
        let response = try? client.send(
            method, target, headers: ["content-type: application/octet-stream"], body: body,
            limit: 256 * 1024 * 1024, totalMilliseconds: 600_000)
        return response.map { Reply(status: $0.status, type: $0.type, body: $0.body) }
    }

    private func perform(
        _ method: String, _ path: String, _ query: [String: String], _ body: [UInt8], _ routes: [Route]
    ) async throws -> Reply {
        for route in routes where route.method == method {
            guard let captures = route.captures(path) else { continue }
            let call = Call(method: method, path: path, captures: captures, query: query, body: body)
            do { return try await route.handler(call) } catch let error as any Answerable {
                return error.reply(to: call)
            }
        }
        throw ValidationError("\(method) \(path) is not served here")
    }

    private func opened() throws -> Opened {
        do { return try offline() } catch LockFile.Failure.held(let path) {
            Console.error(
                "\(LockFile.Failure.held(path: path))\nThe daemon holds the folder but does not answer on \(socket); see `systemctl status`."
            )
            throw Exit.unavailable
        }
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

extension Reply {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// Prints a refusal in its own words and ends the command with code 1.
    func orExit() throws -> Reply {
        guard status < 300 else {
            let said = try? JSONDecoder().decode(Refusal.self, from: Data(body))
            Console.error(said?.text ?? text.trimmingCharacters(in: .newlines))
            throw Exit.refused
        }
        return self
    }

    private struct Refusal: Decodable {
        var error: String
        var message: String?
        var hint: String?

        var text: String { ([message ?? error] + [hint].compactMap { $0 }).joined(separator: "; ") }
    }
}

/// Reads a file named on the command line, `-` for standard input.
func readInput(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    guard let data = FileManager.default.contents(atPath: path) else { throw unreadable(path) }
    return Array(data)
}

/// For a file that somebody else opens.
func readable(_ path: String) throws {
    guard FileManager.default.isReadableFile(atPath: path) else { throw unreadable(path) }
}

private func unreadable(_ path: String) -> ExitCode {
    Console.error("\(path): cannot be read; check the name and the permissions")
    return Exit.input
}

/// Turns a place that can't be used into its text and its exit code.
func placed<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as PlaceError {
        Console.error("\(error)")
        throw error.isDisk ? Exit.disk : Exit.configuration
    } catch let error as LockFile.Failure {
        Console.error("\(error)")
        throw Exit.configuration
    } catch let error as RegistryFile.Refused {
        Console.error("\(error)")
        throw Exit.disk
    } catch let error as StoreError {
        Console.error("\(error)")
        throw error.exit
    }
}

extension StoreError {
    /// Trying again mends a disk sometimes, and never a file that only a newer version reads.
    var exit: ExitCode {
        if case .newerVersion = self { return Exit.configuration }
        return Exit.disk
    }
}

/// Turns a configuration error into its text and exit code 78, which the unit file doesn't restart on.
func configured<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let errors as SettingsErrors {
        Console.error("\(errors)")
        throw Exit.configuration
    }
}

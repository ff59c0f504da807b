import ArgumentParser
import Daemon
import District
import Foundation
import Sync

/// Talks to the daemon over its local socket; where none runs, performs the same route in this process
/// under the same lock. Either way there is one writer.
struct LocalDaemon {
    let socket: String
    /// Opens the store for this command alone.
    let offline: () throws -> (routes: [Route], close: @Sendable () -> Void)

    func send(_ method: String, _ path: String, query: [String: String] = [:], body: [UInt8]? = nil) async throws
        -> Reply
    {
        let text = query.sorted { $0.key < $1.key }.map { "\($0.key)=\(LocalDaemon.encoded($0.value))" }.joined(
            separator: "&")
        let client = HTTPClient(base: "http://localhost", socket: socket)
        let target = path + (text.isEmpty ? "" : "?" + text)
        let size = body.map { $0.count > 1_048_576 ? " (\($0.count / 1_048_576) MiB)" : "" } ?? ""
        let waiting = Waiting(path + size)
        defer { waiting.done() }
        do throws(HTTPClient.Failure) {
            let response = try client.send(
                method, target, headers: ["content-type: application/octet-stream"], body: body,
                limit: 256 * 1024 * 1024,
                totalMilliseconds: 600_000)
            return Reply(status: response.status, type: response.type, body: response.body)
        } catch {
            return try await perform(method, path, query, body ?? [])
        }
    }

    private func perform(_ method: String, _ path: String, _ query: [String: String], _ body: [UInt8]) async throws
        -> Reply
    {
        let (routes, close) = try opened()
        defer { close() }
        for route in routes where route.method == method {
            guard let captures = LocalDaemon.match(route.pattern, path) else { continue }
            let call = Call(method: method, path: path, captures: captures, query: query, body: body)
            do { return try await route.handler(call) } catch let error as any Answerable {
                return error.reply(to: call)
            }
        }
        throw ValidationError("\(method) \(path) is not served here")
    }

    private func opened() throws -> (routes: [Route], close: @Sendable () -> Void) {
        do { return try offline() } catch let failure as LockFile.Failure {
            Console.error(
                "\(failure)\nThe daemon holds the folder but does not answer on \(socket); see `systemctl status`.")
            throw Exit.unavailable
        } catch let refused as RegistryFile.Refused {
            Console.error("\(refused)")
            throw Exit.disk
        }
    }

    private static func match(_ pattern: String, _ path: String) -> [String: String]? {
        let (want, have) = (pattern.split(separator: "/"), path.split(separator: "/"))
        guard want.count == have.count else { return nil }
        var captures: [String: String] = [:]
        for (part, text) in zip(want, have) {
            if part.hasPrefix("{") {
                captures[String(part.dropFirst().dropLast())] = String(text)
            } else if part != text {
                return nil
            }
        }
        return captures
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

extension Reply {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// Prints a refusal and ends the command with code 1.
    func orExit() throws -> Reply {
        guard status < 300 else {
            Console.error(text.trimmingCharacters(in: .newlines))
            throw Exit.refused
        }
        return self
    }
}

/// Reads a file named on the command line, `-` for standard input.
func readInput(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    guard let data = FileManager.default.contents(atPath: path) else {
        Console.error("\(path): cannot be read; check the name and the permissions")
        throw Exit.input
    }
    return Array(data)
}

/// Turns a configuration error into its text and exit code 78, which the unit file doesn't restart on.
func configured<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let errors as SettingsErrors {
        Console.error("\(errors)")
        throw Exit.configuration
    }
}

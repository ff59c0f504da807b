import ArgumentParser
import Compound
import Daemon
import District
import Foundation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a commented configuration.", subcommands: [Node.self, Aggregator.self])

    struct Node: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "For a compound, from its enrolment slip.")
        @Option(help: "File to write; must not exist.") var config = "/etc/jiayuan/node.yaml"
        @Option(help: "Code of the compound, from the slip.") var unit: String
        @Option(help: "Address of the aggregator, from the slip.") var parent: String
        @Option(help: "The token, from the slip; asked for if left out.") var token: String?
        @Option(help: "Folder of the journal; named after the file without it.") var state: String?
        @Option(help: "Local socket; named after the file without it.") var socket: String?
        @Option(
            help:
                "Address of the LAN interface, such as 192.168.1.20:8080; without it only this machine sees the pages.")
        var listen: String?
        @Option(help: "What the pages ask for; a random one is made for a LAN address.") var pin: String?

        func run() throws {
            try InitCommand.unused(config)
            var values = ["unit": unit, "parent": parent].merging(InitCommand.places(config, state, socket)) { $1 }
            values["token"] = token ?? InitCommand.asked("口令 Token: ")
            values["listen"] = listen
            let open = listen.flatMap { Listen($0) }.map { !$0.isLoopback } ?? false
            values["pin"] = pin ?? (open ? String(Int.random(in: 100_000...999_999)) : nil)
            try InitCommand.write(config, NodeSettings.options, values) { _ = try NodeSettings(text: $0, file: config) }
            if open, let pin = values["pin"] { Console.out("页面口令 PIN: \(pin)") }
            let pages = listen ?? NodeSettings.options.fallback("listen")
            Console.out("页面 pages: http://\(pages)/\(open ? "" : InitCommand.localOnly)")
            Console.out("启动 start: \(InitCommand.start("node", config))")
        }
    }

    struct Aggregator: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "For a district or city.")
        @Option(help: "File to write; must not exist.") var config = "/etc/jiayuan/aggregator.yaml"
        @Option(help: "Folder of the databases; named after the file without it.") var state: String?
        @Option(help: "Local socket; named after the file without it.") var socket: String?
        @Option(help: "Address and port to listen on.") var listen: String?
        @Option(help: "Address of the aggregator above, from its slip; none at the top.") var parent: String?
        @Option(help: "Code of this aggregator, from the slip.") var unit: String?
        @Option(help: "The token, from the slip; asked for if left out.") var token: String?

        func validate() throws {
            guard (parent == nil) == (unit == nil) else {
                throw ValidationError("--parent and --unit stand on one slip and belong together")
            }
        }

        func run() throws {
            try InitCommand.unused(config)
            var values = ["parent": parent ?? "", "unit": unit ?? ""]
                .merging(InitCommand.places(config, state, socket)) { $1 }
            if parent != nil { values["token"] = token ?? InitCommand.asked("口令 Token: ") }
            values["listen"] = listen
            let open = listen.flatMap { Listen($0) }.map { !$0.isLoopback } ?? false
            if open {
                values["read_token"] = (0..<4).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
            }
            try InitCommand.write(config, AggregatorSettings.options, values) {
                _ = try AggregatorSettings(text: $0, file: config)
            }
            if let token = values["read_token"] { Console.out("查看口令 read token: \(token)") }
            let pages = listen ?? AggregatorSettings.options.fallback("listen")
            Console.out("页面 pages: http://\(pages)/\(open ? "" : InitCommand.localOnly)")
            Console.out("启动 start: \(InitCommand.start("aggregator", config))")
        }
    }

    fileprivate static func asked(_ prompt: String) -> String {
        FileHandle.standardError.write(Data(prompt.utf8))
        return readLine(strippingNewline: true) ?? ""
    }

    /// As the unit files have it: what is configured by NAME.yaml writes to folders and a socket of that name, so that
    /// instances on one machine keep apart.
    fileprivate static func places(_ config: String, _ state: String?, _ socket: String?) -> [String: String] {
        let name = ((config as NSString).lastPathComponent as NSString).deletingPathExtension
        return ["state": state ?? "/var/lib/jiayuan/\(name)", "socket": socket ?? "/run/jiayuan/\(name).sock"]
    }

    fileprivate static let localOnly = "（仅本机可开，--listen 开放给局域网 · this machine only; --listen opens them to the LAN）"

    /// Asked before anything else is: a token is not typed twice.
    fileprivate static func unused(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        Console.error("\(path): exists already; nothing was changed")
        throw Exit.refused
    }

    /// Where the unit files look for a configuration, by its unit; elsewhere by the command itself.
    fileprivate static func start(_ kind: String, _ config: String) -> String {
        let name = ((config as NSString).lastPathComponent as NSString).deletingPathExtension
        return switch config {
        case "/etc/jiayuan/\(kind).yaml": "sudo systemctl enable --now jiayuan-\(kind)"
        case "/etc/jiayuan/nodes/\(name).yaml" where kind == "node": "sudo systemctl enable --now jiayuan-node@\(name)"
        default: "jiayuan \(kind) --config \(config)"
        }
    }

    /// Readable by the daemon's group and nobody else: the file holds a credential.
    ///
    /// - Parameter check: throws what is wrong with the text; nothing is written then.
    fileprivate static func write(
        _ path: String, _ options: [Setting], _ values: [String: String], check: (String) throws -> Void
    ) throws {
        let text = SettingsFile.template(options, values)
        do { try configured { try check(text) } } catch {
            Console.error("nothing was written")
            throw error
        }
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty {
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o640])
        else {
            Console.error("\(path): cannot be written; check the folder and its owner")
            throw Exit.disk
        }
        Console.out("wrote \(path)")
    }
}

extension [Setting] {
    fileprivate func fallback(_ key: String) -> String { first { $0.key == key }?.fallback ?? "" }
}

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config", abstract: "Check a configuration; every problem at once, with file, line and key.")
    @Argument(help: "node or aggregator.") var kind: Kind
    @Option(help: "File to check.") var config: String?

    enum Kind: String, ExpressibleByArgument { case node, aggregator }

    func run() throws {
        let path = config ?? "/etc/jiayuan/\(kind.rawValue).yaml"
        switch kind {
        case .node: _ = try configured { try NodeSettings(file: path) }
        case .aggregator: _ = try configured { try AggregatorSettings(file: path) }
        }
        Console.out("\(path): in order")
    }
}

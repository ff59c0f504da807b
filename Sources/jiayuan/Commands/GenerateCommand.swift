import ArgumentParser
import Daemon
import Foundation
import Generator

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Make a city for trying out: the truth, and what nodes record of it, apart.")
    @Option(help: "XS, S, M or L.") var profile = Profile.xs
    @Option(help: "The same seed makes the same bytes.") var seed: UInt64 = 1
    @Option(help: "Folder to write into.") var out = "generated"
    @Option(help: "Division table that communities are taken from; invented ones without it.") var divisions: String?

    func validate() throws {
        guard profile != .xs || divisions == nil else {
            throw ValidationError("profile XS is the article's own places; --divisions is for S, M and L")
        }
    }

    func run() throws {
        let world = World(profile: profile, seed: seed, communities: try communities())
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        let progress = Progress("generate", total: world.units.count)
        var done = 0
        try world.write { name, text in
            try text.write(toFile: "\(out)/\(name)", atomically: false, encoding: .utf8)
            if name.hasPrefix("observations-") {
                done += 1
                progress.update(done)
            }
        }
        Console.out("\(world.units.count) units, seed \(seed), in \(out)")
    }

    private func communities() throws -> [Community] {
        guard let divisions else { return [] }
        let bytes = try readInput(divisions)
        var reader: CSVReader
        do throws(CSVFault) { reader = try CSVReader(bytes) } catch {
            throw unusable("\(divisions):\(error.line): \(error.message); \(error.hint)")
        }
        guard let code = reader.column("code"), let name = reader.column("name"), let level = reader.column("level")
        else {
            throw unusable("\(divisions):1: expected the columns code,name,level,parent_code")
        }
        var found: [Community] = []
        while let record = reader.next() {
            if case .success(let record) = record, record.fields[level] == "community" {
                found.append(Community(code: record.fields[code], name: record.fields[name]))
            }
        }
        guard !found.isEmpty else { throw unusable("\(divisions): has no line of the level community") }
        return found
    }

    private func unusable(_ why: String) -> ExitCode {
        Console.error(why)
        return Exit.input
    }
}

extension Profile: ExpressibleByArgument {
    package init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}

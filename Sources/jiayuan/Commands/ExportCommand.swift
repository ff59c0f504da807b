import ArgumentParser
import Daemon
import District
import Foundation

/// Figures in the forms of other systems, from the aggregator's own figures.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Figures in the form of another system, or in a table of your own.",
        discussion: """
            A unit that isn't known now is sent with no number: as withdrawn (DHIS2), not at all (ADX), with a reason in \
            its place (FHIR) or as an empty cell (CSV, form).
            """,
        subcommands: [DHIS2.self, ADX.self, FHIR.self, Table.self, Form.self])

    /// Which figures.
    struct Selection: ParsableArguments {
        @OptionGroup var options: AggregatorOptions
        @Option(help: "Code of a division or unit; all that is held here unless given.") var division: String?
        @Option(help: "Code of a round; the one that is shown unless given.") var campaign: String?
        @Option(help: "What is held now along the hierarchy of a day, such as 2022-04-06.") var on: String?
        @Option(help: "Every place of this level below: province, city, district, street, community or unit.")
        var level: String?
        @Option(help: "Where to write; standard output unless given.") var to: String?

        func write(_ form: String, more: [String: String] = [:], body: [UInt8] = []) throws {
            var query = more
            for (name, value) in [("division", division), ("campaign", campaign), ("on", on), ("level", level)] {
                query[name] = value
            }
            let bytes = Data(
                try options.daemon().ask("POST", "/admin/export/\(form)", query: query, body: body).orExit().body
            )
            guard let to else { return FileHandle.standardOutput.write(bytes) }
            do { try bytes.write(to: URL(filePath: to)) } catch {
                Console.error("\(to): cannot be written; check the folder and the permissions")
                throw Exit.disk
            }
        }
    }

    /// For systems that have identifiers of their own.
    struct Mapping: ParsableArguments {
        @Option(
            help: """
                Identifiers of the other system: CSV with kind,code,id; kinds are dataSet, dataElement, orgUnit, \
                categoryOptionCombo and attributeOptionCombo. Without it our codes go out, scheme CODE.
                """)
        var map: String?

        func bytes() throws -> [UInt8] { try map.map { try readInput($0) } ?? [] }
    }

    struct DHIS2: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dhis2", abstract: "dataValueSets, JSON: a value for each unit, day and round.")
        @OptionGroup var selection: Selection
        @OptionGroup var mapping: Mapping
        @Flag(help: "Instead of values, which units are complete: completeDataSetRegistrations.")
        var completeness = false

        func run() throws {
            try selection.write(completeness ? "dhis2-complete" : "dhis2", body: mapping.bytes())
        }
    }

    struct ADX: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "adx", abstract: "IHE Aggregate Data Exchange, XML: a group for each unit.")
        @OptionGroup var selection: Selection
        @OptionGroup var mapping: Mapping

        func run() throws { try selection.write("adx", body: mapping.bytes()) }
    }

    struct FHIR: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fhir", abstract: "MeasureReport, R4: a stratum for each place below.")
        @OptionGroup var selection: Selection
        @Option(help: "Start of the URIs under which measures, codes and places are named.") var base: String?

        func run() throws {
            var more: [String: String] = [:]
            more["base"] = base
            try selection.write("fhir", more: more)
        }
    }

    struct Table: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "csv", abstract: "A row for each place, the same as GET /v1/stats.csv.")
        @OptionGroup var selection: Selection
        @Option(help: "Groups of columns, with commas between.") var fields: String?

        func run() throws {
            var more: [String: String] = [:]
            more["fields"] = fields
            try selection.write("csv", more: more)
        }
    }

    struct Form: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "form", abstract: "A table of your own, filled.",
            discussion: """
                {{name}} in a cell stands for a column of `jiayuan export csv`, such as {{survey.completion.lower}} or \
                {{units.silent}}. A line with {{each community}} (or another level) is written once for every such place. \
                The template may be CSV or XLSX, with as many cells in each line; what is written is CSV.
                """)
        @OptionGroup var selection: Selection
        @Option(help: "The template; - for standard input.") var template: String

        func run() throws { try selection.write("form", body: readInput(template)) }
    }
}

import Compound
import Daemon
import District

/// A configuration file. The first byte picks the daemon.
enum SettingsBytes {
    static func run(_ bytes: [UInt8]) {
        let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
        if (bytes.first ?? 0) & 1 == 0 {
            read(text, NodeSettings.options) { _ = try NodeSettings(text: $0, file: "f") }
        } else {
            read(text, AggregatorSettings.options) { _ = try AggregatorSettings(text: $0, file: "f") }
        }
    }

    private static func read(_ text: String, _ options: [Setting], _ use: (String) throws -> Void) {
        do {
            try use(text)
            let values = try SettingsFile.parse(text, file: "f", options)
            holds(Set(values.keys) == Set(options.map(\.key)), "an option without a value")
            holds(options.allSatisfy { values[$0.key] == $0.fallback || $0.check(values[$0.key] ?? "") == nil })
            let again = try? SettingsFile.parse(SettingsFile.template(options, values), file: "f", options)
            holds(again == values, "settings don't survive being written")
        } catch let errors as SettingsErrors {
            holds(!errors.problems.isEmpty, "refused without a reason")
        } catch {
            fatalError("an error without a place: \(error)")
        }
    }
}

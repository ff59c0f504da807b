import Daemon
import GRDB
import Wire

/// At the head of every page of a compound that ends, or that follows another and isn't counted yet.
enum LineageLine {
    static func html(_ lineage: RegistryDocument.Lineage, of unit: String, _ text: Messages) -> HTML? {
        guard let key = key(lineage, of: unit) else { return nil }
        let values = [
            "day": lineage.on, "before": lineage.before.joined(separator: text("receipt.list_separator")),
            "after": lineage.after.joined(separator: text("receipt.list_separator")),
        ]
        return "<p class=\"standing warn\">◇ \(text(key, values))</p>"
    }

    private static func key(_ lineage: RegistryDocument.Lineage, of unit: String) -> String? {
        if lineage.before.contains(unit) {
            return "node.lineage.\(lineage.settled ? lineage.kind : "ending")"
        }
        return lineage.settled ? nil : "node.lineage.beginning"
    }
}

enum LineageReader {
    static func lineage(_ db: Database) throws -> RegistryDocument.Lineage? {
        let text = try String.fetchOne(
            db, sql: "SELECT registry FROM position WHERE registry ->> '$.lineage' NOT NULL")
        return text.flatMap { (try? RegistryDocument.decoded(Array($0.utf8)))?.lineage }
    }
}

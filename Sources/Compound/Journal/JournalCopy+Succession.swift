import Federation
import GRDB

/// What a compound that follows another takes over of its journal.
package struct Succession: Codable, Sendable, Equatable {
    /// The unit that ends; the journal must be its own.
    package var from: String
    /// Codes of the buildings that come here; empty for all.
    package var buildings: [String]
    /// Set before each building's code: where two compounds become one, both have a first building.
    package var prefix: String

    package init(from: String, buildings: [String], prefix: String) {
        (self.from, self.buildings, self.prefix) = (from, buildings, prefix)
    }
}

extension JournalCopy {
    /// The part that comes here, under the names that it has here: buildings, doors and what was found at them. Calls for
    /// volunteers stay behind: each compound says what it needs itself.
    func taken(over succession: Succession) -> JournalCopy {
        let wanted = Set(succession.buildings)
        var copy = self
        copy.statements = statements.compactMap { statement in
            guard [RegistryDesk().name, SurveyDesk().name].contains(statement.desk) else { return nil }
            guard wanted.isEmpty || wanted.contains(statement.building) else { return nil }
            return statement.renamed(succession.prefix)
        }
        let ids = Set(copy.statements.map(\.id))
        copy.supersessions = supersessions.filter { ids.contains($0.superseded) && ids.contains($0.by) }
        return copy
    }

    /// Buildings named that the journal doesn't have: a slip of the finger would leave households behind.
    func unknownBuildings(_ succession: Succession) -> [String] {
        let known = Set(statements.filter { $0.desk == RegistryDesk().name }.map(\.building))
        return succession.buildings.filter { !known.contains($0) }
    }
}

extension JournalCopy.Statement {
    /// Of a building, a door, or what was found at one.
    fileprivate var building: String { String(subject.prefix { $0 != "-" }) }

    fileprivate func renamed(_ prefix: String) -> Self {
        guard !prefix.isEmpty else { return self }
        var renamed = self
        renamed.subject = prefix + subject
        // A label such as 1栋 would stand beside another 1栋: the code is shown instead.
        if field == "building", let value = JSONLine.read(value) {
            renamed.value = JSONLine.object(
                value.sorted { $0.key < $1.key }.compactMap { name, member in
                    if name == "label" { return (name, .text("")) }
                    if let number = member as? Int { return (name, .number(number)) }
                    return (member as? String).map { (name, .text($0)) }
                })
        }
        return renamed
    }
}

extension CompoundStore {
    /// Takes over what a unit that ended had of this one's buildings: in one transaction, rows included. Doing it twice
    /// changes nothing.
    ///
    /// - Throws: `otherCompound` where the journal is not that unit's, `buildingUnknown` where it doesn't have a
    ///   building, `notACode` where a prefix makes no code, `doorTaken` where a door is somebody else's here already.
    package func take(over other: JournalCopy, _ succession: Succession) throws(IntakeError) -> Adopted {
        guard other.unit == succession.from, other.unit != unit.text else {
            throw IntakeError(.otherCompound, field: "from", value: other.unit)
        }
        guard succession.prefix.isEmpty || Code(succession.prefix + "1") != nil else {
            throw IntakeError(.notACode, field: "prefix", value: succession.prefix)
        }
        if let unknown = other.unknownBuildings(succession).first {
            throw IntakeError(.buildingUnknown, field: "buildings", value: unknown)
        }
        return try adopt(facts: other.taken(over: succession)) { copy, db in
            if let taken = try copy.foreignBuilding(db) {
                throw IntakeError(.doorTaken, field: "building", value: taken)
            }
        }
    }
}

extension JournalCopy {
    /// A building of this copy that a journal has from somewhere else, and from nowhere else.
    fileprivate func foreignBuilding(_ db: Database) throws -> String? {
        let own = statements.filter { $0.desk == RegistryDesk().name }
        let ids = Set(own.map(\.id))
        var isShared: [String: Bool] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT lower(hex(id)) AS id, subject FROM observation WHERE desk = ?",
            arguments: [RegistryDesk().name])
        {
            let building = String((row["subject"] as String).prefix { $0 != "-" })
            isShared[building] = isShared[building, default: false] || ids.contains(row["id"])
        }
        return Set(own.map(\.building)).sorted().first { isShared[$0] == false }
    }
}

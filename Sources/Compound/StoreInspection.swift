import GRDB

/// What a store holds, as plain values: for the checks of a simulation. Nothing here is on a hot path.
extension CompoundStore {
    package func buildingCodes() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT code FROM building ORDER BY code") }
    }

    /// Ids of a desk's observations in the order of their clocks.
    package func journalled(desk: String) throws -> [String] {
        try read {
            try String.fetchAll(
                $0, sql: "SELECT lower(hex(id)) FROM observation WHERE desk = ? ORDER BY hlc, id", arguments: [desk])
        }
    }

    /// Rounds in which households are claimed.
    package func campaignsWithKey() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT code FROM campaign WHERE claim_key IS NOT NULL") }
    }

    /// Closes the file; nothing may be asked of this value afterwards.
    package func close() throws { try database.close() }
}

extension JournalCopy {
    /// Ids of the survey's observations.
    package var journalled: [String] { statements.filter { $0.desk == "survey" }.map(\.id) }
}

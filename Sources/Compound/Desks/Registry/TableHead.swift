import Crypto
import Daemon
import Federation

/// The line of a sheet that names its columns, and what each is taken for.
struct TableHead: Sendable, Equatable {
    enum Origin: Sendable, Equatable {
        case guessed
        /// Somebody chose it for this head, at that time (seconds since 1970).
        case remembered(Int64)
        case asked
    }
    var sheet: String
    /// Lines above the head: a title, a date, who keeps the list.
    var linesAbove: Int
    var fields: [String]
    /// One for each field; nil: left alone.
    var roles: [ColumnRole?]
    var origin: Origin
    /// A few of the values of each column.
    var samples: [[String]] = []
    /// Why these columns aren't enough.
    var problem: ImportProblem?

    /// The same for every table of this head.
    var key: String { TableHead.key(fields) }

    static func key(_ fields: [String]) -> String {
        let text = fields.map { DoorReading.plain($0).lowercased() }.joined(separator: "\t")
        return Hex.text(SHA256.hash(data: Array(text.utf8)).prefix(16).reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }

    func column(_ role: ColumnRole) -> Int? { roles.firstIndex(of: role) }
}

/// What people chose for the columns of a head.
struct ColumnChoices: Sendable {
    /// With what is read now, by the head's key.
    var asked: [String: [ColumnRole?]] = [:]
    /// Before.
    var remembered: [String: (roles: [ColumnRole?], at: Int64)] = [:]

    /// - Returns: nil where the names of the columns decide. A page sends what it showed, changed or not: that is no choice.
    fileprivate func choice(for fields: [String], _ guess: ColumnRole.Guess) -> ([ColumnRole?], TableHead.Origin)? {
        let key = TableHead.key(fields)
        let before = remembered[key].flatMap { $0.roles.count == fields.count ? $0 : nil }
        if let roles = asked[key], roles.count == fields.count, roles != before?.roles {
            return before == nil && guess.twice == nil && roles == guess.roles ? nil : (roles, .asked)
        }
        return before.map { ($0.roles, .remembered($0.at)) }
    }
}

extension TableHead {
    /// Lines above the head at most.
    private static let mostAbove = 10

    /// Finds the head of a sheet: the first line whose columns are known; without one, the line that looks most like it,
    /// with its problem.
    ///
    /// - Parameter building: the one that the sheet's name gives.
    /// - Throws: what makes the sheet as a whole unreadable.
    static func find(
        _ sheet: TableSheet, building: String?, _ choices: ColumnChoices
    ) throws(ImportProblem) -> (TableHead, CSVReader) {
        var best: (TableHead, CSVReader)?
        var rest = sheet.text[...]
        for above in 0...mostAbove {
            let reader: CSVReader
            do throws(CSVFault) {
                reader = try CSVReader(above == 0 ? sheet.text : Array(rest), mayRepeatNames: true)
                let head = TableHead(reader, sheet.name, linesAbove: above, building: building, choices)
                if head.problem == nil { return (head.sampled(reader), reader) }
                if best.map({ head.looksMore(than: $0.0) }) ?? true { best = (head, reader) }
            } catch { if above == 0 { throw ImportProblem(error, sheet: sheet.name) } }
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
            rest = rest[(end + 1)...]
        }
        guard let (head, reader) = best else { throw ImportProblem(.noLines, line: 1) }
        return (head.sampled(reader), reader)
    }

    private init(
        _ reader: CSVReader, _ sheet: String, linesAbove: Int, building: String?, _ choices: ColumnChoices
    ) {
        (self.sheet, self.linesAbove, fields) = (sheet, linesAbove, reader.header)
        let guess = ColumnRole.guess(fields)
        let choice = choices.choice(for: fields, guess)
        (roles, origin) = choice ?? (guess.roles, .guessed)
        let line = linesAbove + reader.headerLine
        if let twice = choice == nil ? guess.twice : ColumnRole.twice(roles, fields) {
            problem = ImportProblem(.columnTwice, line: line, ["name": twice])
        } else if !ColumnRole.suffice(roles, building: building) {
            let found = fields.filter { !$0.isEmpty }.joined(separator: ",")
            problem = ImportProblem(.columnsMissing, line: line, ["found": found])
        }
        problem?.sheet = sheet
    }

    /// More columns that are known; of none at all the line with the most names.
    private func looksMore(than other: TableHead) -> Bool {
        func rank(_ head: TableHead) -> (Int, Int) {
            (head.roles.count { $0 != nil }, head.fields.count { !$0.isEmpty })
        }
        return rank(self) > rank(other)
    }

    /// Values of each column that a person is shown, and the lines in which they are looked for.
    private static let (shown, searched) = (3, 50)

    private func sampled(_ reader: CSVReader) -> TableHead {
        var head = self
        head.samples = Array(repeating: [], count: fields.count)
        for case .success(let record) in reader.prefix(TableHead.searched) {
            for (column, field) in record.fields.enumerated() where !field.isEmpty {
                guard head.samples[column].count < TableHead.shown, !head.samples[column].contains(field) else {
                    continue
                }
                head.samples[column].append(String(field.prefix(40)))
            }
        }
        return head
    }
}

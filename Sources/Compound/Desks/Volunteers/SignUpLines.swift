import Federation

/// A chain of sign-ups as it is pasted out of a chat: `1. 张勇 3栋`, `3栋 李姐(两口子)`, `15#小王`, `9-2单元 陈`,
/// `王 21栋 不去了`. What can mean one thing is understood; everything else is handed to a person as it stands.
struct SignUpLines {
    private(set) var lines: [SignUpLine] = []

    /// Lines that are read; a chat's chain has some dozens.
    static let most = 500

    init(_ text: String) {
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            guard let line = SignUpLine(String(line), number: number + 1) else { continue }
            guard lines.count < SignUpLines.most else {
                // This line and all that follow: whoever pasted them has to know.
                lines.append(SignUpLine(unread: number + 1))
                return
            }
            lines.append(line)
        }
    }
}

struct SignUpLine: Equatable {
    enum Reading: Equatable {
        /// - building: nil for somebody who goes wherever he is needed.
        /// - role: nil where the line names none.
        case join([String], building: Code?, role: VolunteerRole? = nil)
        /// He takes this building instead of the one that he has.
        case move([String], building: Code, role: VolunteerRole? = nil)
        case withdraw([String], building: Code?)
        case unclear(Doubt)
    }

    /// Why a person has to look, with words under `node.sign_up.<doubt>`.
    enum Doubt: String, CaseIterable {
        case noName = "no_name"
        case notAName = "not_a_name"
        case longName = "long_name"
        case twoBuildings = "two_buildings"
        case twoRoles = "two_roles"
        case oneOrTwo = "one_or_two"
        case question, substitute, digits
        case buildingUnknown = "building_unknown"
        case personUnknown = "person_unknown"
        case withdrewBefore = "withdrew_before"
        case movesFromSeveral = "moves_from_several"
        case gaveUpBefore = "gave_up_before"
        case sameAddress = "same_address"
        case restricted
        case tooMany = "too_many"
    }

    var number: Int
    /// As it was pasted, without the chain's own number.
    var text: String
    var reading: Reading
    /// For the form of a line that a person has to read.
    var understood = Understood()

    /// What a line says beyond doubt, whatever else is in it.
    struct Understood: Sendable, Equatable {
        var names: [String] = []
        var building: String?
        /// A building is named, but not which.
        var isBuildingOpen = false
        var role: VolunteerRole?
        var isWithdrawal = false
        var isMove = false
    }

    /// What a person made of a line.
    init(decided reading: Reading) { (number, text, self.reading) = (1, "", reading) }

    /// Where reading ended.
    init(unread number: Int) { (self.number, text, reading) = (number, "…", .unclear(.tooMany)) }

    /// - Returns: nil for an empty line and for the head of a chain.
    init?(_ pasted: String, number: Int) {
        let plain = SignUpLine.plain(pasted)
        let (text, isNumbered) = SignUpLine.withoutNumber(plain)
        guard !text.isEmpty, isNumbered || !SignUpLine.heads.contains(where: { text.hasPrefix($0) }) else { return nil }
        (self.number, self.text) = (number, text)
        (reading, understood) = SignUpLine.read(text)
    }

    private static let heads = ["#接龙", "接龙", "【", "还缺", "待认领", "报名请接龙", "例", "截至", "人数已够"]
    private static let withdrawals = ["不去了", "去不了", "不来了", "来不了", "不参加了", "退出", "取消"]
    private static let couples = ["两口子", "夫妻俩", "夫妻", "夫妇", "两个人", "两人", "2人", "俩"]
    private static let substitute = "替"
    private static let fillers = ["报名", "参加", "我去", "认领"]
    private static let questions = ["?", "吗", "能不能", "行不行", "哪里", "几点"]

    /// Half-width, blanks as one space.
    private static func plain(_ line: String) -> String {
        line.split(whereSeparator: \.isWhitespace).map { DoorReading.plain(String($0)) }.joined(separator: " ")
    }

    /// Chats number the lines of a chain: `1.`, `1、`, `1)`. In `3、5栋` nothing says which of the two it is.
    private static func withoutNumber(_ line: String) -> (text: String, isNumbered: Bool) {
        guard let match = line.prefixMatch(of: #/\d{1,3} ?[.、)](?!\d) ?/#) else { return (line, false) }
        return (String(line[match.range.upperBound...]), true)
    }

    private static func read(_ text: String) -> (Reading, Understood) {
        let buildings = BuildingWords(text)
        var (rest, said) = (buildings.rest, Understood())
        let isLeaving = take(withdrawals, from: &rest)
        let isCouple = take(couples, from: &rest)
        _ = take(fillers, from: &rest)
        let roles = roles(&rest)
        // A telephone number is nobody's name, and isn't kept.
        rest = rest.replacing(#/1[0-9]{10}/#, with: ",")
        let people = people(rest)
        let words = people ?? []
        said.names = words.filter { isShort($0) && !hasDigits($0) && SpokenName.isName($0) }
        // Of two who are named nobody can tell who goes where.
        let isMove = buildings.isMove && said.names.count < 2
        // 张勇夫妇 are two people; two who are named are those two.
        if isCouple, said.names.count == 1 { said.names.append("\(said.names[0])家属") }
        // Of 3、5栋 the 5 is no more certain than the 3.
        said.isBuildingOpen = buildings.codes.count > 1 || buildings.isOpen || hasDigits(rest)
        said.building = said.isBuildingOpen ? nil : buildings.codes.first?.text
        said.role = roles.count == 1 ? roles.first : nil
        (said.isMove, said.isWithdrawal) = (isMove, isLeaving && !buildings.isMove)
        let doubts: [(Doubt, Bool)] = [
            (.question, questions.contains(where: text.contains)), (.substitute, text.contains(substitute)),
            (.twoBuildings, buildings.codes.count > 1), (.twoRoles, roles.count > 1),
            (.digits, buildings.isOpen || hasDigits(rest)), (.oneOrTwo, people == nil || buildings.isMove != isMove),
            (.noName, words.isEmpty), (.longName, !words.allSatisfy(isShort)),
            (.notAName, !words.allSatisfy(SpokenName.isName)),
            (.longName, !said.names.allSatisfy { VolunteerName.code($0) != nil }),
        ]
        if let doubt = doubts.first(where: { $0.1 })?.0 { return (.unclear(doubt), said) }
        return (said.reading(at: buildings.codes.first), said)
    }

    /// - Returns: nil where it can't be told how many they are.
    private static func people(_ text: String) -> [String]? {
        let groups = text.split { ",、;:()[]/。!~+".contains($0) }.map {
            SpokenName.people($0.split { " -.".contains($0) }.map(String.init))
        }
        return groups.contains { $0 == nil } ? nil : groups.compactMap { $0 }.flatMap { $0 }
    }

    /// As short as a Chinese name, or an English one.
    private static func isShort(_ word: String) -> Bool {
        word.count <= 4 || word.utf8.count == word.count && word.count <= 20
    }

    /// 一 is a number too, and part of many names.
    private static func hasDigits(_ text: String) -> Bool { text.utf8.contains { (0x30...0x39).contains($0) } }

    /// - Returns: whether one of the words was there; it is gone then.
    private static func take(_ words: [String], from text: inout String) -> Bool {
        guard let word = words.first(where: text.contains) else { return false }
        text = text.replacing(word, with: ",")
        return true
    }

    /// Takes out what names a role: `消杀`, `只做登记`.
    private static func roles(_ text: inout String) -> [VolunteerRole] {
        let found = VolunteerRole.allCases.filter { take($0.spoken, from: &text) }
        _ = take(["只能做", "只做", "负责"], from: &text)
        return found
    }
}

extension SignUpLine.Understood {
    fileprivate func reading(at building: Code?) -> SignUpLine.Reading {
        if isMove, let building { return .move(names, building: building, role: role) }
        return isWithdrawal
            ? .withdraw(names, building: building) : .join(names, building: building, role: role)
    }
}

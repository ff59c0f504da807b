/// An answer as few letters: `ct2u1` is two people tested and one not, `n` nobody at home.
struct ShortAnswer: Equatable {
    var disposition: Disposition
    var people: [PeopleClass: Int]?

    private static let dispositions: [Character: Disposition] = [
        "c": .completed, "p": .partial, "n": .nobodyHome, "a": .absent, "l": .postponed, "r": .refused, "v": .vacant,
        "s": .notDwelling, "f": .notFound, "m": .moved, "g": .language, "o": .other,
    ]
    private static let classes: [Character: PeopleClass] = [
        "t": .tested, "e": .elsewhereVerified, "w": .elsewhereUnverified, "x": .exempt, "d": .deferred,
        "o": .otherChannel, "h": .homeService, "r": .refused, "u": .untested, "a": .absent,
    ]

    init?(_ text: Substring) {
        guard let first = text.first, let disposition = ShortAnswer.dispositions[first] else { return nil }
        self.disposition = disposition
        var rest = text.dropFirst()
        guard disposition.hasPeople else {
            guard rest.isEmpty else { return nil }
            return
        }
        var people: [PeopleClass: Int] = [:]
        while let letter = rest.popFirst() {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let part = ShortAnswer.classes[letter], people[part] == nil, let count = Int(digits),
                (1...200).contains(count)
            else { return nil }
            people[part] = count
        }
        guard !people.isEmpty else { return nil }
        self.people = people
    }

    /// What a visit told; classes with nobody in them are left out, and so is what tells them apart from those nobody asked for.
    init(_ told: SurveyDesk.Told) {
        disposition = told.disposition
        let people = zip(PeopleClass.allCases, told.people).filter { $0.1 > 0 }
        self.people = people.isEmpty ? nil : Dictionary(uniqueKeysWithValues: people.map { ($0, $1) })
    }

    /// As it is read.
    var text: String {
        let letters = ShortAnswer.dispositions.filter { $0.value == disposition }.map { String($0.key) }
        let told = PeopleClass.allCases.compactMap { part in
            people?[part].flatMap { count in
                ShortAnswer.classes.first { $0.value == part }.map { "\($0.key)\(count)" }
            }
        }
        return (letters + told).joined()
    }
}

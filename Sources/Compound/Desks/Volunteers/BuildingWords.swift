import Federation

/// The buildings that a line of a chain names: `3栋`, `3栋2单元`, `15#`, `9-2单元`, `A座`, `二十栋`, `10号楼的`.
struct BuildingWords {
    private(set) var codes: Set<Code> = []
    /// A building is named, but not which: 李四十栋 is the fortieth or the tenth.
    private(set) var isOpen = false
    /// Somebody goes there instead of where he was: `改12栋`, `换到8栋`.
    private(set) var isMove = false
    /// The line without them.
    private(set) var rest: String

    private static let figures: [Character: Int] = [
        "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]

    init(_ text: String) {
        rest = text
        // Not `\d`, which is a digit of any script: 二 too.
        takeMove()
        take(#/([0-9]{1,3})-[0-9]{1,2} ?单元的?/#)
        take(#/([0-9]{1,3}[A-Za-z]?|[A-Za-z]) ?(?:号楼|栋|幢|座|楼|#)(?: ?[0-9一二三四五六七八九十]{1,2} ?单元)?的?/#)
        takeSpelled()
        isOpen = rest.contains(#/[零〇一二两三四五六七八九十百] ?(?:号楼|栋|幢|座|楼)/#)
    }

    private mutating func takeMove() {
        let move = #/(?:改|换|调|转)(?:认领|到|去|成|为)? ?(?=[0-9A-Za-z零〇一二两三四五六七八九十百]{1,5} ?(?:号楼|栋|幢|座|楼|#|-[0-9]))/#
        isMove = rest.contains(move)
        rest = rest.replacing(move, with: ",")
    }

    /// What stands on both sides of a building isn't one word.
    private mutating func take(_ pattern: Regex<(Substring, Substring)>) {
        codes.formUnion(rest.matches(of: pattern).compactMap { Code($0.output.1.uppercased()) })
        rest = rest.replacing(pattern, with: ",")
    }

    /// A number spelled out, where no name ends in it.
    private mutating func takeSpelled() {
        let pattern =
            #/(^|[^\p{Han}])([零〇一二两三四五六七八九十百]{1,5}) ?(?:号楼|栋|幢|座|楼|#)(?: ?[0-9一二三四五六七八九十]{1,2} ?单元)?的?/#
        rest = rest.replacing(pattern) { match in
            guard let number = BuildingWords.number(match.output.2), let code = Code("\(number)") else {
                return String(match.output.0)
            }
            codes.insert(code)
            return match.output.1 + ","
        }
    }

    /// `十二` is 12 and `一百零三` 103; nil for what isn't said so, such as `二一`.
    static func number(_ spelled: Substring) -> Int? {
        guard !spelled.isEmpty, let said = spelled.wholeMatch(of: #/(?:(.)百零?)?(?:(.?)十)?([^十百]?)/#) else {
            return nil
        }
        func figure(_ text: Substring?, where nothing: Int) -> Int? {
            guard let text else { return 0 }
            return text.first.map { figures[$0] } ?? nothing
        }
        guard let hundreds = figure(said.output.1, where: 1), let tens = figure(said.output.2, where: 1),
            let ones = figure(said.output.3, where: 0)
        else { return nil }
        return hundreds * 100 + tens * 10 + ones
    }
}

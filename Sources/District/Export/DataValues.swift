import Coverage
import Federation

/// Figures as DHIS2 holds them: one number for a data element, an organisation unit, a day and a round. There is no
/// place for a bound, so a number goes out only if it is of every expected unit; otherwise the value is withdrawn.
struct DataValues: Sendable {
    struct Value: Sendable {
        var element: String
        /// Nil: not known now; what was sent before must not stand as if it were.
        var number: Int64?
        var rule: Int?
        var needsAPerson: Bool
    }
    struct Group: Sendable {
        var orgUnit: String
        var values: [Value]
        var isComplete: Bool
    }

    static let dataSet = "JIAYUAN_ROUND"
    static let standard = "default"

    /// Such as `20220406`: the day on which the round began. A round has no period of its own there.
    let period: String
    /// Such as `2022-04-06`.
    let day: String
    let round: String
    let asOf: String
    let groups: [Group]

    /// - Parameter asked: everything of one level.
    init(_ asked: Asked) {
        day = Day.of(asked.campaign.opens)
        period = day.filter { $0 != "-" }
        round = asked.campaign.code.text
        asOf = ZonedTime.text(asked.picture.wall)
        groups =
            asked.others.map { spot in
                let place = ReportedPlace(spot, in: asked)
                // The data set holds volunteers too.
                return Group(
                    orgUnit: place.figures.code, values: DataValues.values(place),
                    isComplete: place.isComplete && place.volunteersOfAll != nil)
            } + asked.ended.map { Group(orgUnit: $0.text, values: DataValues.withdrawn, isComplete: false) }
    }

    /// Of a unit whose households are counted elsewhere now: what was sent of it must not stand beside them.
    private static let withdrawn: [Value] =
        Measure.all.flatMap { measure in
            ["NUMERATOR", "DENOMINATOR"].map { element(measure.code, $0) }
        }.map { Value(element: $0, number: nil, rule: nil, needsAPerson: false) }
        + volunteers.map { Value(element: element("volunteers", $0), number: nil, rule: nil, needsAPerson: false) }

    private static let volunteers = ["need", "filled", "short"]

    private static func values(_ place: ReportedPlace) -> [Value] {
        place.measures.flatMap { reported in
            [("NUMERATOR", reported.whole?.numerator), ("DENOMINATOR", reported.whole?.denominator)].map {
                part, number in
                Value(
                    element: element(reported.measure.code, part), number: number, rule: reported.measure.version,
                    needsAPerson: number != nil && reported.needsAPerson)
            }
        }
            + volunteers.map {
                Value(
                    element: element("volunteers", $0), number: place.volunteersOfAll?[$0], rule: nil,
                    needsAPerson: false)
            }
    }

    /// Such as `SURVEY_COMPLETION_NUMERATOR`.
    private static func element(_ parts: String...) -> String {
        String(parts.joined(separator: "_").uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}

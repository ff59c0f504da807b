import Coverage
import Federation
import Foundation

/// A FHIR R4 MeasureReport after the profiles IHE mADX and HL7 SANER: one place, a group for each measure, a stratum for
/// each place below it. `pending` as long as it is partial; a count that nobody knows carries a reason in its place.
struct MeasureReport {
    /// Under which measures, codes and identifiers are named.
    let base: String
    let asked: Asked

    static let standardBase = "urn:jiayuan:fhir"

    func encoded() throws -> [UInt8] {
        let place = ReportedPlace(asked.subject, in: asked)
        let strata = asked.others.map { ReportedPlace($0, in: asked) }
        let end = max(asked.campaign.opens, asked.campaign.deadline)
        var report: [String: JSONTree] = [
            "resourceType": "MeasureReport",
            "meta": [
                "profile": [
                    "https://profiles.ihe.net/QRPH/mADX/StructureDefinition/mADX-MeasureReport",
                    "http://hl7.org/fhir/uv/saner/StructureDefinition/PublicHealthMeasureReport",
                ]
            ],
            "identifier": [
                [
                    "system": name("report"),
                    "value": .text("\(asked.campaign.code):\(place.figures.code):\(asked.picture.wall)"),
                ]
            ],
            "status": place.isComplete ? "complete" : "pending",
            "type": "summary",
            "measure": name("Measure/round|" + asked.question.measures.map { "\($0.version)" }.joined(separator: ".")),
            "subject": reference(place, type: "Location"),
            "date": .text(ZonedTime.text(asked.picture.wall)),
            "reporter": ["type": "Organization", "identifier": identifier("aggregator", reporter)],
            "period": [
                "start": .text(ZonedTime.text(asked.campaign.opens)), "end": .text(ZonedTime.text(end)),
            ],
            "improvementNotation": concept(
                "http://terminology.hl7.org/CodeSystem/measure-improvement-notation", "increase"),
            "group": .list(
                asked.question.measures.indices.map { group($0, place, strata) } + [completeness(place, strata)]),
        ]
        if let edition = asked.picture.edition {
            report["extension"] = [
                ["url": name("StructureDefinition/division-edition"), "valueString": .text(edition)]
            ]
        }
        return try JSONTree.object(report).encoded()
    }

    /// The root of what is held here: whoever reports, reports for it.
    private var reporter: String {
        asked.picture.rollup.tree.root.map { asked.picture.rollup.tree.places[$0].code } ?? "-"
    }

    // MARK: Groups

    private func group(_ index: Int, _ place: ReportedPlace, _ strata: [ReportedPlace]) -> JSONTree {
        let reported = place.measures[index]
        return group(
            concept(name("CodeSystem/measure"), reported.measure.code, version: "\(reported.measure.version)"),
            figures(reported), strata.map { ($0, figures($0.measures[index])) })
    }

    /// How many of the expected units stand behind the other groups.
    private func completeness(_ place: ReportedPlace, _ strata: [ReportedPlace]) -> JSONTree {
        func figures(_ place: ReportedPlace) -> [String: JSONTree] {
            let units = place.figures.completeness
            return scored(
                "units", numerator: Int64(units.known), denominator: Int64(units.expected), units.rate?.permilleDown,
                else: "not-applicable")
        }
        return group(
            concept(name("CodeSystem/measure"), "reporting.completeness"), figures(place),
            strata.map { ($0, figures($0)) })
    }

    private func group(
        _ code: JSONTree, _ figures: [String: JSONTree], _ strata: [(place: ReportedPlace, figures: [String: JSONTree])]
    ) -> JSONTree {
        var group = figures
        group["code"] = code
        if !strata.isEmpty {
            let dimension = concept(name("CodeSystem/dimension"), "place")
            group["stratifier"] = [
                [
                    "code": [dimension],
                    "stratum": .list(
                        strata.map { place, figures in
                            let value = concept(name("CodeSystem/place"), place.figures.code, text: place.figures.name)
                            return JSONTree.object(figures).adding(["component": [["code": dimension, "value": value]]])
                        }),
                ]
            ]
        }
        return .object(group)
    }

    /// Populations and score of one measure at one place, with the bounds and what was last known.
    private func figures(_ reported: ReportedMeasure) -> [String: JSONTree] {
        var figures = scored(
            reported.measure.code, numerator: reported.numerator, denominator: reported.denominator,
            reported.isExact ? reported.rate?.permilleNearest : nil,
            else: reported.state == .nothingDue ? "not-applicable" : "unknown")
        var more: [JSONTree] = []
        if let lower = reported.figure.lower, let upper = reported.figure.upper {
            more.append([
                "url": name("StructureDefinition/bounds"),
                "valueRange": ["low": quantity(lower.permilleDown), "high": quantity(upper.permilleUp)],
            ])
        } else if let reason = reported.figure.noBound {
            more.append(["url": name("StructureDefinition/no-bound"), "valueCode": .text(reason.rawValue)])
        }
        if !reported.isExact, let last = reported.lastKnown {
            more.append([
                "url": name("StructureDefinition/last-known"),
                "valueRatio": [
                    "numerator": ["value": .whole(last.numerator)], "denominator": ["value": .whole(last.denominator)],
                ],
            ])
        }
        if !more.isEmpty { figures["extension"] = .list(more) }
        return figures
    }

    private func scored(
        _ code: String, numerator: Int64?, denominator: Int64?, _ permille: Int64?, else reason: String
    ) -> [String: JSONTree] {
        [
            "population": [
                population(code, "denominator", denominator), population(code, "numerator", numerator),
            ],
            "measureScore": permille.map(quantity) ?? ["_value": absent(reason)],
        ]
    }

    private func population(_ code: String, _ part: String, _ count: Int64?) -> JSONTree {
        let coding: JSONTree = [
            "coding": [
                ["system": name("CodeSystem/element"), "code": .text("\(code).\(part)")],
                ["system": "http://terminology.hl7.org/CodeSystem/measure-population", "code": .text(part)],
            ]
        ]
        guard let count else { return ["code": coding, "_count": absent("unknown")] }
        return ["code": coding, "count": .whole(count)]
    }

    // MARK: Parts

    private func quantity(_ permille: Int64) -> JSONTree {
        ["value": .ratio(permille: permille), "unit": "1", "system": "http://unitsofmeasure.org", "code": "1"]
    }

    private func absent(_ reason: String) -> JSONTree {
        [
            "extension": [
                ["url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": .text(reason)]
            ]
        ]
    }

    private func concept(_ system: String, _ code: String, version: String? = nil, text: String? = nil) -> JSONTree {
        concept(.text(system), code, version: version, text: text)
    }

    private func concept(_ system: JSONTree, _ code: String, version: String? = nil, text: String? = nil) -> JSONTree {
        var coding: [String: JSONTree] = ["system": system, "code": .text(code)]
        coding["version"] = version.map(JSONTree.text)
        var concept: [String: JSONTree] = ["coding": [.object(coding)]]
        concept["text"] = text.map(JSONTree.text)
        return .object(concept)
    }

    private func reference(_ place: ReportedPlace, type: String) -> JSONTree {
        [
            "type": .text(type), "identifier": identifier("place", place.figures.code),
            "display": .text(place.figures.name),
        ]
    }

    private func identifier(_ system: String, _ value: String) -> JSONTree {
        ["system": name(system), "value": .text(value)]
    }

    private func name(_ path: String) -> JSONTree { .text("\(base)/\(path)") }
}

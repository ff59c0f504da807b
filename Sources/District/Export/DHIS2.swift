/// A `dataValueSets` document for DHIS2's import.
///
/// Values are text. `completeDate` says that a data set is complete and needs all four keys of its group, so it is
/// written only where there is one organisation unit and everything of it is known.
enum DHIS2 {
    static func encoded(_ values: DataValues, _ mapping: ExportMapping) throws -> [UInt8] {
        let single = values.groups.count == 1 ? values.groups[0] : nil
        var document: [String: JSONTree] = [
            "dataSet": .text(try mapping.id(.dataSet, DataValues.dataSet)),
            "period": .text(values.period),
            "attributeOptionCombo": .text(try mapping.id(.attributeOptionCombo, values.round)),
            "dataValues": .list(
                try values.groups.flatMap { group in
                    let orgUnit = try mapping.id(.orgUnit, group.orgUnit)
                    return try group.values.map {
                        try value($0, in: single == nil ? orgUnit : nil, values.asOf, mapping)
                    }
                }),
        ]
        for kind in ExportMapping.Kind.allCases {
            document["\(kind.rawValue)IdScheme"] = .text(mapping.scheme(kind))
        }
        if let single {
            document["orgUnit"] = .text(try mapping.id(.orgUnit, single.orgUnit))
            if single.isComplete { document["completeDate"] = .text(String(values.asOf.prefix(10))) }
        }
        return try JSONTree.object(document).encoded()
    }

    /// Which units are complete: with several in one data value set, `completeDate` can't say it. A unit that isn't
    /// complete (any more) is sent too, or what was registered before would stand.
    static func registrations(_ values: DataValues, _ mapping: ExportMapping) throws -> [UInt8] {
        let kinds: [ExportMapping.Kind] = [.dataSet, .orgUnit, .attributeOptionCombo]
        var document: [String: JSONTree] = [
            "completeDataSetRegistrations": .list(
                try values.groups.map { group in
                    [
                        "dataSet": .text(try mapping.id(.dataSet, DataValues.dataSet)),
                        "period": .text(values.period),
                        // The same thing has another name here than in a data value set.
                        "organisationUnit": .text(try mapping.id(.orgUnit, group.orgUnit)),
                        "attributeOptionCombo": .text(try mapping.id(.attributeOptionCombo, values.round)),
                        "date": .text(String(values.asOf.prefix(10))),
                        "completed": .flag(group.isComplete),
                    ]
                })
        ]
        for kind in kinds { document["\(kind.rawValue)IdScheme"] = .text(mapping.scheme(kind)) }
        return try JSONTree.object(document).encoded()
    }

    private static func value(
        _ value: DataValues.Value, in orgUnit: String?, _ asOf: String, _ mapping: ExportMapping
    ) throws -> JSONTree {
        var members: [String: JSONTree] = [
            "dataElement": .text(try mapping.id(.dataElement, value.element)),
            "categoryOptionCombo": .text(try mapping.id(.categoryOptionCombo, DataValues.standard)),
        ]
        if let orgUnit { members["orgUnit"] = .text(orgUnit) }
        if let number = value.number {
            members["value"] = .text("\(number)")
            members["comment"] = .text("asof=\(asOf)" + (value.rule.map { ";rule=\($0)" } ?? ""))
            if value.needsAPerson { members["followUp"] = .flag(true) }
        } else {
            members["deleted"] = .flag(true)
        }
        return .object(members)
    }
}

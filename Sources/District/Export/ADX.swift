import Daemon

/// IHE's Aggregate Data Exchange, as DHIS2 reads it: one group for each organisation unit. It has no way of saying
/// unknown, so what isn't known isn't there, and a unit of which nothing is known has no group.
enum ADX {
    static func encoded(_ values: DataValues, _ mapping: ExportMapping) throws -> [UInt8] {
        var xml: HTML = """
            <?xml version="1.0" encoding="UTF-8"?>
            <adx xmlns="urn:ihe:qrph:adx:2015" exported="\(values.asOf)">

            """
        for group in values.groups where group.values.contains(where: { $0.number != nil }) {
            let complete: HTML = group.isComplete ? " completeDate=\"\(String(values.asOf.prefix(10)))\"" : ""
            xml += """
                <group dataSet="\(try mapping.id(.dataSet, DataValues.dataSet))" \
                orgUnit="\(try mapping.id(.orgUnit, group.orgUnit))" period="\(values.day)/P1D" \
                attributeOptionCombo="\(try mapping.id(.attributeOptionCombo, values.round))"\(complete)>

                """
            for value in group.values {
                guard let number = value.number else { continue }
                xml +=
                    "<dataValue dataElement=\"\(try mapping.id(.dataElement, value.element))\" value=\"\(number)\"/>\n"
            }
            xml += "</group>\n"
        }
        xml += "</adx>\n"
        return Array(xml.source.utf8)
    }
}

package import Daemon
import Federation
import Wire

/// Figures in the forms of other systems: read over HTTP under the read token, or by `jiayuan export` with a table of
/// identifiers or a template.
package struct ExportRoutes: Sendable {
    private let aggregator: Aggregator
    private let guarding: ReadGuard
    private let reading: StatsReading

    /// - Parameter series: nil where no daemon runs that keeps one.
    package init(_ aggregator: Aggregator, guarding: ReadGuard, series: Series? = nil) {
        self.aggregator = aggregator
        self.guarding = guarding
        reading = StatsReading(aggregator, series)
    }

    enum Form: String, CaseIterable, Sendable {
        case csv, dhis2, adx, fhir
        case registrations = "dhis2-complete"

        var path: String {
            switch self {
            case .csv: "/v1/stats.csv"
            case .dhis2: "/v1/export/dhis2.json"
            case .registrations: "/v1/export/dhis2-complete.json"
            case .adx: "/v1/export/adx.xml"
            case .fhir: "/v1/export/fhir.json"
            }
        }

        var type: String {
            switch self {
            case .csv: "text/csv; charset=utf-8"
            case .dhis2, .registrations: "application/json; charset=utf-8"
            case .adx: "application/xml; charset=utf-8"
            case .fhir: "application/fhir+json; charset=utf-8"
            }
        }

        var isAddedUpThere: Bool { self == .dhis2 || self == .registrations || self == .adx }

        /// Parameters beside the place and the round.
        var parameters: Set<String> {
            switch self {
            case .csv: ["fields", "overlay"]
            case .fhir: ["base"]
            case .dhis2, .registrations, .adx: []
            }
        }
    }

    package var routes: [Route] {
        Form.allCases.map { form in
            guarding.route("GET", form.path, about: .figures(.query(["division"]))) { call, _ in
                try await answer(call, form)
            }
        }
    }

    /// With a body: the table of identifiers, or the template.
    package var localRoutes: [Route] {
        routes + [
            Route("POST", "/admin/export/{form}", bodyLimit: 8 * 1024 * 1024) { call in try made(call) }
        ]
    }

    private func answer(_ call: Call, _ form: Form) async throws -> Reply {
        let selection = try ExportRoutes.selection(call, form)
        let base = try ExportRoutes.base(call)
        let words = form == .fhir ? "fhir-\(RegistryDocument.digest(of: Array(base.utf8)))" : form.rawValue
        let name = form == .csv ? "stats.csv" : nil
        return try await reading.answer(
            call, selection,
            StatsReading.Form(
                words, form.type,
                headers: name.map { [(name: "content-disposition", value: "attachment; filename=\"\($0)\"")] } ?? [])
        ) { try ExportRoutes.bytes($0, form, selection, ExportMapping(), base: base) }
    }

    private func made(_ call: Call) throws -> Reply {
        let name = call.captures["form"] ?? ""
        let form = Form(rawValue: name)
        guard form != nil || name == "form" else {
            throw StatsProblem(
                status: 404, error: "form_unknown", parameter: "form",
                hint: "known are " + Form.allCases.map(\.rawValue).joined(separator: ", ") + ", form")
        }
        let selection = try ExportRoutes.selection(call, form)
        let asked = try reading.asked(selection)
        let body =
            if let form {
                try ExportRoutes.bytes(
                    asked, form, selection, call.body.isEmpty ? ExportMapping() : ExportMapping(call.body),
                    base: ExportRoutes.base(call))
            } else {
                try FilledForm(asked).encoded(call.body)
            }
        return Reply(status: 200, type: form?.type ?? Form.csv.type, body: body)
    }

    private static func selection(_ call: Call, _ form: Form?) throws(StatsProblem) -> StatsSelection {
        var selection = try StatsSelection(call, more: form?.parameters ?? [])
        // A system that adds up itself must not be sent sums beside their parts.
        if form?.isAddedUpThere == true, selection.level == nil { selection.level = "unit" }
        return selection
    }

    private static func bytes(
        _ asked: Asked, _ form: Form, _ selection: StatsSelection, _ mapping: ExportMapping, base: String
    ) throws -> [UInt8] {
        switch form {
        case .csv: StatsCSV.encoded(asked, selection.fields)
        case .dhis2: try DHIS2.encoded(DataValues(asked), mapping)
        case .registrations: try DHIS2.registrations(DataValues(asked), mapping)
        case .adx: try ADX.encoded(DataValues(asked), mapping)
        case .fhir: try MeasureReport(base: base, asked: asked).encoded()
        }
    }

    private static func base(_ call: Call) throws(StatsProblem) -> String {
        guard let said = call.query["base"] else { return MeasureReport.standardBase }
        guard said.utf8.count <= 256, said.wholeMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:[!-~]+/) != nil, !said.contains("|")
        else { throw .wrong("base", "base= takes the start of a URI, such as https://health.example/fhir") }
        return said
    }
}

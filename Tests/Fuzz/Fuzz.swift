import Foundation

/// What bytes from outside are thrown at. `JIAYUAN_FUZZ` names one; a file of the corpus folder of that name is one
/// input. A target ends the process where something that must hold doesn't.
enum FuzzTarget: String, CaseIterable {
    case wire, answer, registry, staging, table, workbook, settings, form, record

    var run: @Sendable ([UInt8]) -> Void {
        switch self {
        case .wire: PushBytes.run
        case .answer: AnswerBytes.run
        case .registry: RegistryBytes.run
        case .staging: StagingBytes.run
        case .table: TableBytes.run
        case .workbook: WorkbookBytes.run
        case .settings: SettingsBytes.run
        case .form: FormBytes.run
        case .record: RecordBytes.run
        }
    }

    static let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["JIAYUAN_FUZZ"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("JIAYUAN_FUZZ names no target; there are: \(allCases.map(\.rawValue).joined(separator: " "))")
        }
        return target
    }()
}

private let run = FuzzTarget.chosen.run

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ target: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// SwiftPM links an executable with `main` standing for this name, so libFuzzer's own can't be used.
@_cdecl("Fuzz_main")
func start(_ count: Int32, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    var (count, values) = (count, values)
    return runDriver(&count, &values) { start, count in
        run(Array(UnsafeBufferPointer(start: start, count: count)))
        return 0
    }
}

/// `precondition` that says in a release build too what didn't hold.
func holds(_ condition: Bool, _ what: @autoclosure () -> String = "", file: StaticString = #file, line: UInt = #line) {
    if !condition { fatalError(what(), file: file, line: line) }
}

import CXML
import Glibc

/// What reads the elements of a part of a workbook. Names come without their prefix.
protocol XMLTaking: AnyObject {
    func start(_ name: String, _ attributes: XMLAttributes) throws(WorkbookFault)
    func end(_ name: String) throws(WorkbookFault)
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
}

/// Attributes of one element, valid during the call.
struct XMLAttributes {
    fileprivate let pairs: UnsafePointer<UnsafePointer<CChar>?>

    subscript(name: String) -> String? {
        var pair = pairs
        while let key = pair[0], let value = pair[1] {
            if strcmp(key, name) == 0 { return String(cString: value) }
            pair += 2
        }
        return nil
    }
}

extension ZipArchive {
    /// Reads a file of the archive as XML.
    ///
    /// - Returns: false if there is no such file.
    mutating func parse(_ name: String, _ taker: any XMLTaking) throws(WorkbookFault) -> Bool {
        let parser = try XMLParser(name, taker)
        let isThere = try read(name) { piece throws(WorkbookFault) in try parser.feed(piece) }
        if isThere { try parser.finish() }
        return isThere
    }
}

/// One document on its way from expat to whoever takes its elements.
private final class XMLParser {
    private let part: String
    private let taker: any XMLTaking
    private var xml: OpaquePointer?
    /// What the taker refused.
    private var fault: WorkbookFault?

    init(_ part: String, _ taker: any XMLTaking) throws(WorkbookFault) {
        self.part = part
        self.taker = taker
        let handlers = jy_xml_handlers(
            start: { context, name, attributes in
                guard let name, let attributes else { return }
                XMLParser.of(context)?.take { taker throws(WorkbookFault) in
                    try taker.start(String(cString: name), XMLAttributes(pairs: attributes))
                }
            },
            end: { context, name in
                guard let name else { return }
                XMLParser.of(context)?.take { taker throws(WorkbookFault) in try taker.end(String(cString: name)) }
            },
            text: { context, bytes, length in
                guard let bytes else { return }
                bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
                    XMLParser.of(context)?.taker.text(UnsafeBufferPointer(start: $0, count: length))
                }
            })
        xml = jy_xml_new(handlers, Unmanaged.passUnretained(self).toOpaque())
        guard xml != nil else { throw WorkbookFault(.damaged(part: part)) }
    }

    deinit { jy_xml_free(xml) }

    func feed(_ piece: UnsafeBufferPointer<UInt8>) throws(WorkbookFault) {
        try judge(jy_xml_feed(xml, piece.baseAddress, piece.count, 0))
    }

    func finish() throws(WorkbookFault) { try judge(jy_xml_feed(xml, nil, 0, 1)) }

    private func judge(_ result: Int32) throws(WorkbookFault) {
        if let fault { throw fault }
        switch Int(result) {
        case 0: return
        case jy_xml_declares_type: throw WorkbookFault(.declaresType(part: part))
        default: throw WorkbookFault(.notXML(part: part, line: Int(jy_xml_line(xml))))
        }
    }

    private func take(_ act: (any XMLTaking) throws(WorkbookFault) -> Void) {
        do throws(WorkbookFault) { try act(taker) } catch {
            fault = error
            jy_xml_stop(xml)
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> XMLParser? {
        context.map { Unmanaged<XMLParser>.fromOpaque($0).takeUnretainedValue() }
    }
}

import CZip

/// The files of a ZIP archive in memory, with a bound on what all that is read of them inflates to: an archive of a
/// kilobyte must not become gigabytes.
struct ZipArchive: ~Copyable {
    private let zip: OpaquePointer
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let limit: Int
    private var left: Int

    /// Bytes that are inflated at a time.
    private static let piece = 64 * 1024

    /// - Parameter limit: bytes.
    init(_ archive: [UInt8], limit: Int) throws(WorkbookFault) {
        bytes = .allocate(capacity: archive.count)
        _ = bytes.initialize(from: archive)
        guard let opened = jy_zip_open(bytes.baseAddress, bytes.count) else {
            bytes.deallocate()
            throw WorkbookFault(.damaged(part: "ZIP"))
        }
        (zip, self.limit, left) = (opened, limit, limit)
    }

    deinit {
        jy_zip_close(zip)
        bytes.deallocate()
    }

    /// - Parameter take: gets the file piece by piece.
    /// - Returns: false if there is no such file.
    mutating func read(
        _ name: String, _ take: (UnsafeBufferPointer<UInt8>) throws(WorkbookFault) -> Void
    ) throws(WorkbookFault) -> Bool {
        switch Int(jy_zip_select(zip, name)) {
        case 0: break
        case jy_zip_absent: return false
        case jy_zip_encrypted: throw WorkbookFault(.encrypted)
        default: throw WorkbookFault(.damaged(part: name))
        }
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: ZipArchive.piece)
        defer { buffer.deallocate() }
        while true {
            let count = jy_zip_read(zip, buffer.baseAddress, buffer.count)
            guard count >= 0 else { throw WorkbookFault(.damaged(part: name)) }
            guard count > 0 else { return true }
            left -= count
            guard left >= 0 else { throw WorkbookFault(.tooLarge(most: limit)) }
            try take(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

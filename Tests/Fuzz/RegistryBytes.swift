import Wire

/// The registry document as it comes down.
enum RegistryBytes {
    static func run(_ bytes: [UInt8]) {
        guard let document = try? RegistryDocument.decoded(bytes) else { return }
        guard let encoded = try? document.encoded(), let again = try? RegistryDocument.decoded(encoded) else {
            fatalError("a document can't be written")
        }
        holds(again == document, "a document doesn't survive its own codec")
        holds(RegistryDocument.digest(of: encoded).utf8.count == 16)
    }
}

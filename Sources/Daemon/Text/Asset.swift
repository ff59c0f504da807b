import CAssets

/// A static file carried inside the binary, so that one file is the whole installation.
package enum Asset {
    package static func bytes(_ name: String) -> [UInt8]? {
        let asset = jy_asset_named(name)
        guard let bytes = asset.bytes else { return nil }
        return Array(UnsafeBufferPointer(start: bytes, count: asset.length))
    }

    package static func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }
}

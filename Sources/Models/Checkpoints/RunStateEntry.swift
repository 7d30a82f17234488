import CHDF5
import Files
import NumericCore
import Text

/// The kind of a dataset in a run state.
enum RunStateEntry: Sendable, Equatable {
    /// A text of a fixed length.
    case text(byteCount: Int)
    /// An array of 32-bit floats.
    case array(Shape)

    /// Returns every dataset of an open file by its full name. Called inside ``HDF5/exclusively(_:)``.
    static func all(in file: hid_t, path: String) throws(FileError) -> [String: RunStateEntry] {
        var entries: [String: RunStateEntry] = [:]
        try collect(in: file, prefix: "", path: path, into: &entries)
        return entries
    }

    private static func collect(
        in group: hid_t, prefix: String, path: String, into entries: inout [String: RunStateEntry]
    ) throws(FileError) {
        let task = "list \(prefix.isEmpty ? "its contents" : prefix)"
        var information = H5G_info_t()
        try HDF5.check(H5Gget_info(group, &information), path, task, category: .invalidInput)
        for index in 0..<information.nlinks {
            let name = prefix + (try linkName(in: group, at: index, path: path, task: task))
            let object = try HDF5.check(
                H5Oopen(group, String(name.dropFirst(prefix.count)), chdf5_default()), path, task)
            defer { H5Oclose(object) }
            switch H5Iget_type(object) {
            case H5I_GROUP: try collect(in: object, prefix: name + "/", path: path, into: &entries)
            case H5I_DATASET: entries[name] = try describe(object, name: name, path: path)
            default: throw FileError(path, "holds \"\(name)\", which is neither a group nor a dataset")
            }
        }
    }

    private static func linkName(
        in group: hid_t, at index: hsize_t, path: String, task: String
    ) throws(FileError) -> String {
        var buffer = [CChar](repeating: 0, count: 1_024)
        let length = H5Lget_name_by_idx(
            group, ".", H5_INDEX_NAME, H5_ITER_INC, index, &buffer, buffer.count, chdf5_default())
        try HDF5.check(length, path, task, category: .invalidInput)
        guard length < buffer.count else { throw FileError(path, "holds a name of \(length) bytes, which is too long") }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func describe(_ dataset: hid_t, name: String, path: String) throws(FileError) -> RunStateEntry {
        let task = "describe \(name)"
        let type = try HDF5.check(H5Dget_type(dataset), path, task, category: .invalidInput)
        defer { H5Tclose(type) }
        let space = try HDF5.check(H5Dget_space(dataset), path, task, category: .invalidInput)
        defer { H5Sclose(space) }
        let rank = try HDF5.check(H5Sget_simple_extent_ndims(space), path, task, category: .invalidInput)
        let size = H5Tget_size(type)
        switch H5Tget_class(type) {
        case H5T_STRING where rank == 0 && H5Tis_variable_str(type) == 0: return .text(byteCount: size)
        case H5T_FLOAT where size == MemoryLayout<Float>.size && rank <= Shape.maximumRank:
            var extents = [hsize_t](repeating: 0, count: Int(rank))
            try HDF5.check(H5Sget_simple_extent_dims(space, &extents, nil), path, task, category: .invalidInput)
            return .array(Shape(extents.map { Int($0) }))
        default:
            throw FileError(path, "holds \"\(name)\", which is neither a text nor an array of 32-bit floats")
        }
    }
}

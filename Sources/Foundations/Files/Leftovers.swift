import Foundation

extension AtomicFile {
    /// Removes the temporary files and folders that killed processes left in `folder`, and puts a folder back whose
    /// replacement was cut off between two renames. Temporaries that are still being written are left alone. Returns
    /// the names that were removed or put back, so that the caller can say so.
    @discardableResult
    public static func removeLeftovers(in folder: String) throws(FileError) -> [String] {
        var swept: [String] = []
        for name in try listFolder(folder).sorted() {
            let path = "\(folder)/\(name)"
            if let finalName = TemporaryName.finalName(of: name, suffix: TemporaryName.previousSuffix) {
                let target = "\(folder)/\(finalName)"
                if !pathExists(target), rename(path, target) == 0 {
                    try synchronizeFolder(folder)
                } else {
                    removeTree(path)
                }
                swept.append(name)
            } else if TemporaryName.finalName(of: name) != nil, isAbandoned(path) {
                if isFolder(path) { removeTree(path) } else { unlink(path) }
                swept.append(name)
            }
        }
        return swept
    }

    /// Whether nobody holds the lock of a temporary: its writer is gone.
    private static func isAbandoned(_ path: String) -> Bool {
        // O_NOFOLLOW, O_NONBLOCK: a link or a pipe under such a name is not ours.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
        guard let descriptor = try? Descriptor(opening: path, flags: flags, on: .read) else { return false }
        return (try? descriptor.tryToLock()) ?? false
    }
}

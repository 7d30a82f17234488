import Foundation

extension AtomicFile {
    /// Removes the temporary files and folders that killed processes left in `folder`, and restores a folder whose
    /// replacement was interrupted between two renames. Temporaries that are still being written are left alone.
    /// - Returns: The names that were removed or restored.
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

    /// Returns true if no process holds the lock of a temporary, because its writer has ended.
    private static func isAbandoned(_ path: String) -> Bool {
        // O_NOFOLLOW, O_NONBLOCK: this module makes no links or pipes under such names.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
        guard let descriptor = try? Descriptor(opening: path, flags: flags, on: .read) else { return false }
        return (try? descriptor.tryToLock()) ?? false
    }
}

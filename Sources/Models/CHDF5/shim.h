#pragma once
// libhdf5 1.10 or later. Its types and constants are macros that call functions; each is wrapped here to be visible
// from Swift. All calls belong inside the lock of Sources/Models/Checkpoints/HDF5.swift: the library is not
// thread-safe.
#include <hdf5.h>

/// Starts the library. Nothing is printed on errors, and no clean-up runs at exit, which would retry forever to close a
/// file on a full disk. Every file is closed explicitly.
static inline int chdf5_start(void) {
    H5dont_atexit();
    if (H5open() < 0) return -1;
    return H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hsize_t chdf5_undefined_address(void) { return HADDR_UNDEF; }

/// A type for a text of exactly `bytes` bytes of UTF-8.
static inline hid_t chdf5_text(size_t bytes) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return -1;
    if (H5Tset_size(type, bytes) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

/// The access properties of files: closing one closes everything that was opened in it. From 1.10.7 on, the library
/// takes no file locks: some file systems have none, and the run folder is locked as a whole.
static inline hid_t chdf5_file_access(void) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) return -1;
    H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(list, 0, 1);
#endif
    return list;
}

/// Creates a file, or empties an existing one, that leaves its first `user_block` bytes alone.
static inline hid_t chdf5_create_file(const char *path, hsize_t user_block) {
    hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = chdf5_file_access(), file = -1;
    if (creation >= 0 && access >= 0 && H5Pset_userblock(creation, user_block) >= 0)
        file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    if (creation >= 0) H5Pclose(creation);
    if (access >= 0) H5Pclose(access);
    return file;
}

/// Opens a file for reading.
static inline hid_t chdf5_open_file(const char *path) {
    hid_t access = chdf5_file_access();
    if (access < 0) return -1;
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

/// The properties of links: groups on the path to a dataset are made as needed.
static inline hid_t chdf5_link_creation(void) {
    hid_t list = H5Pcreate(H5P_LINK_CREATE);
    if (list >= 0 && H5Pset_create_intermediate_group(list, 1) < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

/// The layout of datasets: contiguous, allocated at once, not filled in, and without times, so that equal contents give
/// equal bytes.
static inline hid_t chdf5_dataset_creation(void) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    if (list < 0) return -1;
    if (H5Pset_layout(list, H5D_CONTIGUOUS) < 0 || H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) < 0 ||
        H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) < 0 || H5Pset_obj_track_times(list, 0) < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

static inline hid_t chdf5_scalar_space(void) { return H5Screate(H5S_SCALAR); }

/// Reads the whole dataset into memory that has room for it.
static inline int chdf5_read_all(hid_t dataset, hid_t type, void *memory) {
    return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, memory);
}

/// The buffer for the library's description of its last error.
struct chdf5_message {
    char *text;
    size_t capacity;
};

static inline herr_t chdf5_copy_message(unsigned depth, const H5E_error2_t *error, void *context) {
    struct chdf5_message *message = (struct chdf5_message *)context;
    if (depth != 0 || message->capacity == 0) return 0;
    const char *source = error->desc != NULL ? error->desc : "no description";
    size_t length = 0;
    while (source[length] != 0 && length + 1 < message->capacity) {
        message->text[length] = source[length];
        length++;
    }
    message->text[length] = 0;
    return 0;
}

/// Copies the most specific description on the error stack into `text`, which is unchanged if the stack is empty.
static inline void chdf5_last_error(char *text, size_t capacity) {
    struct chdf5_message message = {text, capacity};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_copy_message, &message);
}

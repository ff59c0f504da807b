#include "disk.h"

/* Takes the lock and finds the disk; NULL (and no lock) if the path is on none, or its power is off. */
static jy_machine *enter(const char *path) {
    jy_lock();
    jy_machine *machine = jy_machine_holding(path);
    if (machine && !machine->off) return machine;
    jy_unlock();
    return NULL;
}

static int leave(int code) {
    jy_unlock();
    return code;
}

int jy_disk_read(const char *path, void *context, jy_disk_visit visit) {
    jy_machine *machine = enter(path);
    if (!machine) return SQLITE_IOERR;
    const jy_file *file = jy_machine_file(machine, path);
    if (file) visit(context, path, file->seen.bytes, file->seen.length);
    return leave(file ? SQLITE_OK : SQLITE_NOTFOUND);
}

int jy_disk_place(const char *path, const unsigned char *bytes, size_t length) {
    jy_machine *machine = enter(path);
    if (!machine) return SQLITE_IOERR;
    jy_file *file = jy_file_new();
    jy_folder_move(&machine->folder, NULL, path, file);
    jy_file_write(file, 0, bytes, length);
    jy_file_sync(file);
    jy_folder_sync(&machine->folder, path);
    return leave(SQLITE_OK);
}

/* Makes the file or empties it. */
static int opened(jy_machine *machine, const char *path) {
    jy_file *file = jy_machine_file(machine, path);
    return file ? jy_machine_truncate(machine, file, 0) : jy_machine_create(machine, path);
}

int jy_disk_write(const char *path, const unsigned char *bytes, size_t length) {
    jy_machine *machine = enter(path);
    if (!machine) return SQLITE_IOERR;
    int code = opened(machine, path);
    if (code != SQLITE_OK) return leave(code);
    return leave(jy_machine_write(machine, jy_machine_file(machine, path), 0, bytes, length));
}

int jy_disk_sync(const char *path) {
    jy_machine *machine = enter(path);
    if (!machine) return SQLITE_IOERR;
    jy_file *file = jy_machine_file(machine, path);
    return leave(file ? jy_machine_sync(machine, file) : SQLITE_NOTFOUND);
}

int jy_disk_rename(const char *from, const char *to) {
    jy_machine *machine = enter(from);
    return machine ? leave(jy_machine_rename(machine, from, to)) : SQLITE_IOERR;
}

int jy_disk_delete(const char *path) {
    jy_machine *machine = enter(path);
    return machine ? leave(jy_machine_delete(machine, path)) : SQLITE_IOERR;
}

int jy_disk_sync_folder(const char *path) {
    jy_machine *machine = enter(path);
    return machine ? leave(jy_machine_sync_folder(machine, path)) : SQLITE_IOERR;
}

int jy_disk_flip(const char *path, size_t offset, int bit) {
    jy_machine *machine = enter(path);
    if (!machine) return SQLITE_IOERR;
    jy_file *file = jy_machine_file(machine, path);
    if (!file || offset >= file->seen.length) return leave(SQLITE_NOTFOUND);
    unsigned char mask = (unsigned char)(1u << (bit & 7));
    file->seen.bytes[offset] ^= mask;
    if (offset < file->durable.length) file->durable.bytes[offset] ^= mask;
    return leave(SQLITE_OK);
}

int jy_disk_open_handles(const char *path) {
    jy_machine *machine = enter(path);
    if (!machine) return 0;
    const jy_file *file = jy_machine_file(machine, path);
    return leave(file ? file->handles : 0);
}

const char *jy_disk_reason(int code) { return sqlite3_errstr(code); }

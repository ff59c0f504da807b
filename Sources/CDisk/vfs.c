#include "disk.h"
#include <pthread.h>
#include <string.h>

/* SQLite's view of the disks. Paths that are on none go to the file system that was the default before,
 * with its own handles: other databases of the process don't notice. What is said of syncs, sizes and
 * devices follows SQLite's own file system for Unix, so that SQLite takes the steps it takes on a server. */

typedef struct {
    sqlite3_file base;
    jy_machine *machine;
    jy_file *file;
    uint64_t life;
    int writes;
    int owes_folder_sync;
    const char *path; /* SQLite keeps it until the file is closed */
} handle;

static sqlite3_vfs disks;
static sqlite3_vfs *real;
/* Holds SQLite's temporary files, which have no name and no durability. */
static jy_machine scratch = {.prefix = "", .cut = -1, .capacity = -1};
static int64_t now_ms;
static uint64_t chance;

static int is_alive(const handle *h) { return h->life == h->machine->life && !h->machine->off; }

/* Runs `call` under the lock if the handle is alive. */
#define ALIVE(call)                                                                                                    \
    handle *h = (handle *)base;                                                                                        \
    jy_lock();                                                                                                         \
    int code = is_alive(h) ? (call) : SQLITE_IOERR;                                                                    \
    jy_unlock();                                                                                                       \
    return code

static int read_seen(const jy_file *file, void *out, size_t length, size_t offset) {
    size_t left = offset < file->seen.length ? file->seen.length - offset : 0;
    size_t taken = left < length ? left : length;
    if (taken > 0) memcpy(out, file->seen.bytes + offset, taken);
    memset((char *)out + taken, 0, length - taken);
    return taken < length ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

/* The first sync of a new journal syncs the folder too, and with it the name of the database. */
static int sync(handle *h) {
    int code = jy_machine_sync(h->machine, h->file);
    if (code != SQLITE_OK || !h->owes_folder_sync) return code;
    h->owes_folder_sync = 0;
    return jy_machine_sync_folder(h->machine, h->path);
}

static int close_file(sqlite3_file *base) {
    handle *h = (handle *)base;
    jy_lock();
    if (h->life == h->machine->life) {
        h->file->handles--;
        h->file->writers -= h->writes;
    }
    jy_file_release(h->file);
    jy_unlock();
    return SQLITE_OK;
}

static int read_file(sqlite3_file *base, void *out, int length, sqlite3_int64 offset) {
    ALIVE(read_seen(h->file, out, (size_t)length, (size_t)offset));
}

static int write_file(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset) {
    ALIVE(jy_machine_write(h->machine, h->file, (size_t)offset, bytes, (size_t)length));
}

static int truncate_file(sqlite3_file *base, sqlite3_int64 length) {
    ALIVE(jy_machine_truncate(h->machine, h->file, (size_t)length));
}

static int sync_file(sqlite3_file *base, int flags) {
    (void)flags;
    ALIVE(sync(h));
}

static int size_file(sqlite3_file *base, sqlite3_int64 *size) {
    ALIVE((*size = (sqlite3_int64)h->file->seen.length, SQLITE_OK));
}

/* One connection per file: there is nobody to lock out. Who breaks that is counted when opening. */
static int lock_file(sqlite3_file *base, int level) {
    (void)level;
    ALIVE(SQLITE_OK);
}

static int is_locked(sqlite3_file *base, int *locked) {
    ALIVE((*locked = 0, SQLITE_OK));
}

static int control(sqlite3_file *base, int operation, void *argument) {
    (void)operation, (void)argument;
    ALIVE(SQLITE_NOTFOUND);
}

static int sector_size(sqlite3_file *base) {
    (void)base;
    return 4096;
}

static int characteristics(sqlite3_file *base) {
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_file,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = is_locked,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

static void attach(handle *h, jy_machine *machine, jy_file *file, int writes) {
    h->base.pMethods = &methods;
    h->machine = machine;
    h->file = jy_file_retain(file);
    h->life = machine->life;
    h->writes = writes;
    machine->counters.second_writers += writes && file->writers > 0;
    file->handles++;
    file->writers += writes;
}

static int open_temporary(handle *h) {
    attach(h, &scratch, jy_file_new(), 1);
    return SQLITE_OK;
}

static int open_named(handle *h, jy_machine *machine, const char *path, int flags, int *granted) {
    if (machine->off) return SQLITE_IOERR;
    if (!jy_machine_file(machine, path)) {
        if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
        int code = jy_machine_create(machine, path);
        if (code != SQLITE_OK) return code;
        h->owes_folder_sync = flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL);
    }
    int writes = flags & SQLITE_OPEN_READWRITE && !machine->read_only;
    attach(h, machine, jy_machine_file(machine, path), writes);
    h->path = path;
    if (granted) *granted = writes ? flags : (flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *granted) {
    (void)vfs;
    memset(base, 0, sizeof(handle));
    jy_lock();
    jy_machine *machine = path ? jy_machine_holding(path) : NULL;
    int code = SQLITE_OK;
    if (machine) code = open_named((handle *)base, machine, path, flags, granted);
    if (!path) code = open_temporary((handle *)base);
    jy_unlock();
    return path && !machine ? real->xOpen(real, path, base, flags, granted) : code;
}

static int delete_named(jy_machine *machine, const char *path, int syncs) {
    if (machine->off) return SQLITE_IOERR;
    int code = jy_machine_delete(machine, path);
    return code == SQLITE_OK && syncs ? jy_machine_sync_folder(machine, path) : code;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int syncs) {
    (void)vfs;
    jy_lock();
    jy_machine *machine = jy_machine_holding(path);
    int code = machine ? delete_named(machine, path, syncs) : SQLITE_OK;
    jy_unlock();
    return machine ? code : real->xDelete(real, path, syncs);
}

static int access_named(jy_machine *machine, const char *path, int flags, int *result) {
    if (machine->off) return SQLITE_IOERR;
    const jy_file *file = jy_machine_file(machine, path);
    /* To SQLite an empty journal is none. */
    *result = flags == SQLITE_ACCESS_EXISTS ? file && file->seen.length > 0 : file && !machine->read_only;
    return SQLITE_OK;
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    jy_lock();
    jy_machine *machine = jy_machine_holding(path);
    int code = machine ? access_named(machine, path, flags, result) : SQLITE_OK;
    jy_unlock();
    return machine ? code : real->xAccess(real, path, flags, result);
}

static int full_path(sqlite3_vfs *vfs, const char *path, int length, char *out) {
    (void)vfs;
    jy_lock();
    int ours = jy_machine_holding(path) != NULL;
    jy_unlock();
    if (!ours) return real->xFullPathname(real, path, length, out);
    if (strlen(path) >= (size_t)length) return SQLITE_CANTOPEN;
    strcpy(out, path);
    return SQLITE_OK;
}

static int random_bytes(sqlite3_vfs *vfs, int length, char *out) {
    (void)vfs;
    jy_lock();
    for (int i = 0; i < length; i++) out[i] = (char)jy_chance(&chance);
    jy_unlock();
    return length;
}

/* SQLite sleeps only where a lock is taken, which none is on these disks: it's a real database that waits. */
static int sleep_for(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return real->xSleep(real, microseconds);
}

static int current_time(sqlite3_vfs *vfs, sqlite3_int64 *julian_ms) {
    (void)vfs;
    static const int64_t unix_epoch = 24405875 * (int64_t)8640000;
    jy_lock();
    *julian_ms = unix_epoch + now_ms;
    jy_unlock();
    return SQLITE_OK;
}

static int current_day(sqlite3_vfs *vfs, double *julian_day) {
    sqlite3_int64 julian_ms;
    current_time(vfs, &julian_ms);
    *julian_day = (double)julian_ms / 86400000.0;
    return SQLITE_OK;
}

static int last_error(sqlite3_vfs *vfs, int length, char *out) {
    (void)vfs, (void)length, (void)out;
    return 0;
}

/* Before anything else is done with a connection, since WAL has to know when it begins. */
static int lock_exclusively(sqlite3 *db, char **message, const struct sqlite3_api_routines *routines) {
    (void)message, (void)routines;
    const char *path = sqlite3_db_filename(db, "main");
    jy_lock();
    int ours = path && jy_machine_holding(path) != NULL;
    jy_unlock();
    return ours ? sqlite3_exec(db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL) : SQLITE_OK;
}

static void describe(void) {
    int size = (int)sizeof(handle);
    disks = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = size > real->szOsFile ? size : real->szOsFile,
        .mxPathname = real->mxPathname,
        .zName = "jiayuan-disk",
        .xOpen = open_file,
        .xDelete = delete_file,
        .xAccess = access_file,
        .xFullPathname = full_path,
        .xRandomness = random_bytes,
        .xSleep = sleep_for,
        .xCurrentTime = current_day,
        .xCurrentTimeInt64 = current_time,
        .xGetLastError = last_error,
    };
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void find_real(void) {
    sqlite3_initialize();
    real = sqlite3_vfs_find(NULL);
    describe();
}

int jy_disk_install(void) {
    pthread_once(&once, find_real);
    int code = sqlite3_vfs_register(&disks, 1);
    if (code != SQLITE_OK) return code;
    return sqlite3_auto_extension((void (*)(void))lock_exclusively);
}

void jy_disk_uninstall(void) {
    pthread_once(&once, find_real);
    sqlite3_cancel_auto_extension((void (*)(void))lock_exclusively);
    sqlite3_vfs_unregister(&disks);
    sqlite3_vfs_register(real, 1);
    sqlite3_randomness(0, NULL);
}

void jy_disk_clock(int64_t milliseconds) {
    jy_lock();
    now_ms = milliseconds;
    jy_unlock();
}

/* SQLite stretches one draw into all its random numbers; it has to draw again. */
void jy_disk_seed(uint64_t seed) {
    jy_lock();
    chance = seed;
    jy_unlock();
    sqlite3_randomness(0, NULL);
}

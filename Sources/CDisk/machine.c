#include "disk.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Never freed, since a handle may outlive its disk; the next disk takes the place of one that is gone. */
static jy_machine *machines;

void jy_lock(void) { pthread_mutex_lock(&lock); }
void jy_unlock(void) { pthread_mutex_unlock(&lock); }

static jy_machine *named(const char *prefix) {
    jy_machine *machine = machines;
    while (machine && !(machine->mounted && strcmp(machine->prefix, prefix) == 0)) machine = machine->next;
    return machine;
}

jy_machine *jy_machine_holding(const char *path) {
    for (jy_machine *machine = machines; machine; machine = machine->next) {
        size_t length = strlen(machine->prefix);
        if (machine->mounted && strncmp(path, machine->prefix, length) == 0 && path[length] == '/') return machine;
    }
    return NULL;
}

jy_file *jy_machine_file(jy_machine *machine, const char *path) { return jy_names_find(&machine->folder.seen, path); }

/* False if the power fails in this one. */
static int effect(jy_machine *machine) {
    machine->counters.effects++;
    if (machine->cut < 0) return 1;
    machine->off = machine->cut-- == 0;
    return !machine->off;
}

static uint64_t held(const jy_machine *machine) {
    uint64_t sum = 0;
    for (size_t i = 0; i < machine->folder.seen.count; i++) sum += machine->folder.seen.files[i]->seen.length;
    return sum;
}

/* How many bytes of a write the disk has room for. */
static size_t room(const jy_machine *machine, const jy_file *file, size_t offset, size_t length) {
    size_t end = offset + length;
    if (machine->capacity < 0 || end <= file->seen.length) return length;
    uint64_t after = held(machine) + (end - file->seen.length);
    uint64_t excess = after > (uint64_t)machine->capacity ? after - (uint64_t)machine->capacity : 0;
    return excess < length ? length - (size_t)excess : 0;
}

int jy_machine_create(jy_machine *machine, const char *path) {
    if (machine->read_only) return SQLITE_CANTOPEN;
    jy_folder_move(&machine->folder, NULL, path, jy_file_new());
    return effect(machine) ? SQLITE_OK : SQLITE_IOERR;
}

/* A full disk takes what fits, as a kernel does; a power cut may leave all of it, a part or nothing. */
int jy_machine_write(jy_machine *machine, jy_file *file, size_t offset, const void *bytes, size_t length) {
    if (machine->read_only) return SQLITE_IOERR_WRITE;
    size_t taken = room(machine, file, offset, length);
    jy_file_write(file, offset, bytes, taken);
    machine->counters.writes++;
    machine->counters.bytes_written += taken;
    if (!effect(machine)) return SQLITE_IOERR_WRITE;
    return taken < length ? SQLITE_FULL : SQLITE_OK;
}

int jy_machine_truncate(jy_machine *machine, jy_file *file, size_t length) {
    if (machine->read_only) return SQLITE_IOERR_TRUNCATE;
    jy_file_truncate(file, length);
    return effect(machine) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int jy_machine_sync(jy_machine *machine, jy_file *file) {
    machine->counters.syncs++;
    if (!effect(machine)) return SQLITE_IOERR_FSYNC;
    if (machine->failing_syncs > 0) {
        machine->failing_syncs--;
        jy_file_lose(file);
        return SQLITE_IOERR_FSYNC;
    }
    jy_file_sync(file);
    return SQLITE_OK;
}

int jy_machine_rename(jy_machine *machine, const char *from, const char *to) {
    jy_file *file = jy_machine_file(machine, from);
    if (!file) return SQLITE_NOTFOUND;
    if (machine->read_only || !jy_same_folder(from, to)) return SQLITE_IOERR_ACCESS;
    jy_folder_move(&machine->folder, from, to, file);
    return effect(machine) ? SQLITE_OK : SQLITE_IOERR;
}

int jy_machine_delete(jy_machine *machine, const char *path) {
    jy_file *file = jy_machine_file(machine, path);
    if (!file) return SQLITE_IOERR_DELETE_NOENT;
    if (machine->read_only) return SQLITE_IOERR_DELETE;
    jy_folder_move(&machine->folder, path, NULL, file);
    return effect(machine) ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

int jy_machine_sync_folder(jy_machine *machine, const char *path) {
    machine->counters.folder_syncs++;
    if (!effect(machine)) return SQLITE_IOERR_DIR_FSYNC;
    jy_folder_sync(&machine->folder, path);
    return SQLITE_OK;
}

/* The rest is called from outside, without the lock. */

static void switch_on(jy_machine *machine) {
    machine->life++;
    machine->off = 0;
    machine->cut = -1;
    machine->failing_syncs = 0;
}

static void set_up(jy_machine *machine) {
    jy_folder_clear(&machine->folder);
    switch_on(machine);
    machine->read_only = 0;
    machine->capacity = -1;
    memset(&machine->counters, 0, sizeof machine->counters);
}

static jy_machine *vacant(void) {
    for (jy_machine *machine = machines; machine; machine = machine->next)
        if (!machine->mounted) return machine;
    jy_machine *machine = memset(jy_memory(NULL, sizeof *machine), 0, sizeof *machine);
    machine->next = machines;
    return machines = machine;
}

void jy_disk_mount(const char *prefix) {
    jy_lock();
    if (!named(prefix)) {
        jy_machine *machine = vacant();
        machine->prefix = strcpy(jy_memory(machine->prefix, strlen(prefix) + 1), prefix);
        set_up(machine);
        machine->mounted = 1;
    }
    jy_unlock();
}

void jy_disk_empty(const char *prefix) {
    jy_lock();
    jy_machine *machine = named(prefix);
    if (machine) {
        jy_folder_clear(&machine->folder);
        switch_on(machine);
    }
    jy_unlock();
}

void jy_disk_remove(const char *prefix) {
    jy_lock();
    jy_machine *machine = named(prefix);
    if (machine) {
        set_up(machine);
        machine->mounted = 0;
    }
    jy_unlock();
}

void jy_disk_crash(const char *prefix, uint64_t seed) {
    jy_lock();
    jy_machine *machine = named(prefix);
    if (machine) {
        jy_folder_crash(&machine->folder, &seed);
        switch_on(machine);
    }
    jy_unlock();
}

/* Setting one field of a disk that is there. */
#define SET(field, value)                                                                                              \
    jy_lock();                                                                                                         \
    jy_machine *machine = named(prefix);                                                                               \
    if (machine) machine->field = (value);                                                                             \
    jy_unlock()

void jy_disk_cut(const char *prefix, int64_t effects) { SET(cut, effects); }
void jy_disk_fail_syncs(const char *prefix, int64_t count) { SET(failing_syncs, count); }
void jy_disk_set_capacity(const char *prefix, int64_t bytes) { SET(capacity, bytes); }
void jy_disk_set_read_only(const char *prefix, int read_only) { SET(read_only, read_only); }

int jy_disk_has_power(const char *prefix) {
    jy_lock();
    const jy_machine *machine = named(prefix);
    int power = machine && !machine->off;
    jy_unlock();
    return power;
}

jy_disk_counters jy_disk_count(const char *prefix) {
    jy_disk_counters counters = {0};
    jy_lock();
    jy_machine *machine = named(prefix);
    if (machine) {
        counters = machine->counters;
        counters.bytes_held = held(machine);
    }
    jy_unlock();
    return counters;
}

void jy_disk_each(const char *prefix, void *context, jy_disk_visit visit) {
    jy_lock();
    const jy_machine *machine = named(prefix);
    for (size_t i = 0; machine && i < machine->folder.seen.count; i++) {
        const jy_bytes *seen = &machine->folder.seen.files[i]->seen;
        visit(context, machine->folder.seen.paths[i], seen->bytes, seen->length);
    }
    jy_unlock();
}

#ifndef JIAYUAN_DISK_H
#define JIAYUAN_DISK_H
#include "CDisk.h"
#include <sqlite3.h>

/* content.c: the bytes of a file, those that are durable and those that are not yet. */

typedef struct {
    unsigned char *bytes;
    size_t length, capacity;
} jy_bytes;

typedef struct {
    int truncates;  /* to `offset`; else `bytes` are written there */
    int lost;       /* its sync has failed: a later one doesn't make it durable */
    size_t offset, length;
    unsigned char *bytes;
} jy_change;

typedef struct {
    int references; /* names, moves and handles */
    int handles, writers;
    jy_bytes seen, durable;
    jy_change *pending;
    size_t count, capacity;
} jy_file;

void *jy_memory(void *old, size_t size);
uint64_t jy_chance(uint64_t *state);
jy_file *jy_file_new(void);
jy_file *jy_file_retain(jy_file *file);
void jy_file_release(jy_file *file);
void jy_file_write(jy_file *file, size_t offset, const void *bytes, size_t length);
void jy_file_truncate(jy_file *file, size_t length);
void jy_file_sync(jy_file *file);
void jy_file_lose(jy_file *file);
void jy_file_crash(jy_file *file, uint64_t *chance);

/* names.c: which file a path names, seen and durable. */

typedef struct {
    char **paths;
    jy_file **files;
    size_t count;
} jy_names;

typedef struct {
    char *from, *to; /* no `from`: made; no `to`: removed */
    jy_file *file;
} jy_move;

typedef struct {
    jy_names seen, durable;
    jy_move *pending;
    size_t count;
} jy_folder;

jy_file *jy_names_find(const jy_names *names, const char *path);
void jy_folder_move(jy_folder *folder, const char *from, const char *to, jy_file *file);
void jy_folder_sync(jy_folder *folder, const char *path);
void jy_folder_crash(jy_folder *folder, uint64_t *chance);
void jy_folder_clear(jy_folder *folder);
int jy_same_folder(const char *one, const char *other);

/* machine.c: a disk with its faults. All functions below are called with the lock held. */

typedef struct jy_machine {
    char *prefix;
    int mounted;
    uint64_t life; /* a handle of another life is dead */
    int off;
    int64_t cut, failing_syncs, capacity;
    int read_only;
    jy_folder folder;
    jy_disk_counters counters;
    struct jy_machine *next;
} jy_machine;

void jy_lock(void);
void jy_unlock(void);
jy_machine *jy_machine_holding(const char *path);
jy_file *jy_machine_file(jy_machine *machine, const char *path);
int jy_machine_create(jy_machine *machine, const char *path);
int jy_machine_write(jy_machine *machine, jy_file *file, size_t offset, const void *bytes, size_t length);
int jy_machine_truncate(jy_machine *machine, jy_file *file, size_t length);
int jy_machine_sync(jy_machine *machine, jy_file *file);
int jy_machine_rename(jy_machine *machine, const char *from, const char *to);
int jy_machine_delete(jy_machine *machine, const char *path);
int jy_machine_sync_folder(jy_machine *machine, const char *path);
#endif

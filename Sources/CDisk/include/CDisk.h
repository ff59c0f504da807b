#ifndef JIAYUAN_CDISK_H
#define JIAYUAN_CDISK_H
#include <stddef.h>
#include <stdint.h>

/* Disks in memory that forget what wasn't synced, for SQLite and for plain files.
 *
 * Each machine has a disk of its own under a prefix such as "/m3"; any path below it lives there, any
 * other path goes to the real file system as if nothing were installed. What is written is seen at
 * once and is durable after the file's next sync; a name made, removed or renamed is durable after
 * the next sync of its folder. All calls may come from any thread.
 *
 * Results are SQLite result codes. Strings and bytes passed in are only read during the call. */

/* Makes these disks SQLite's default file system, because GRDB opens without naming one. Connections
 * to them lock exclusively: WAL then needs no shared memory. */
int jy_disk_install(void);
void jy_disk_uninstall(void);

/* What SQLite takes for the time (milliseconds since 1970) and for chance. */
void jy_disk_clock(int64_t milliseconds);
void jy_disk_seed(uint64_t seed);

/* A disk for each prefix; mounting twice keeps what is there. Emptying and removing kill all handles. */
void jy_disk_mount(const char *prefix);
void jy_disk_empty(const char *prefix);
void jy_disk_remove(const char *prefix);

/* The power fails and comes back: of what wasn't synced, the seed picks what survives. Handles opened
 * before are dead: every call through them is an error and changes nothing. */
void jy_disk_crash(const char *prefix, uint64_t seed);

/* The power fails in the middle of the effect (write, truncation, sync, change of a name) that follows
 * this many others; from then on all calls are errors until jy_disk_crash. -1 for never. */
void jy_disk_cut(const char *prefix, int64_t effects);
int jy_disk_has_power(const char *prefix);

/* Capacity and read-only last until they are set anew, failing syncs also until the next start. */
void jy_disk_fail_syncs(const char *prefix, int64_t count);
void jy_disk_set_capacity(const char *prefix, int64_t bytes); /* -1 for no limit */
void jy_disk_set_read_only(const char *prefix, int read_only);
/* Flips a bit of the medium, below any sync. */
int jy_disk_flip(const char *path, size_t offset, int bit);

typedef struct {
    uint64_t effects;        /* everything a power cut could fall into */
    uint64_t writes, bytes_written;
    uint64_t syncs, folder_syncs;
    uint64_t bytes_held;     /* now */
    uint64_t second_writers; /* opened for writing although it already was */
} jy_disk_counters;

jy_disk_counters jy_disk_count(const char *prefix);
/* Handles that are open and not dead. */
int jy_disk_open_handles(const char *path);

/* Called with what is seen, in the order of the paths; must not call back into this disk. */
typedef void (*jy_disk_visit)(void *context, const char *path, const unsigned char *bytes, size_t length);
void jy_disk_each(const char *prefix, void *context, jy_disk_visit visit);
/* SQLITE_NOTFOUND if there is no such file. */
int jy_disk_read(const char *path, void *context, jy_disk_visit visit);
/* As if it had always been there. */
int jy_disk_place(const char *path, const unsigned char *bytes, size_t length);

/* Plain files, step by step. Writing replaces the content. A rename stays in its folder. */
int jy_disk_write(const char *path, const unsigned char *bytes, size_t length);
int jy_disk_sync(const char *path);
int jy_disk_rename(const char *from, const char *to);
int jy_disk_delete(const char *path);
int jy_disk_sync_folder(const char *path); /* of the folder that holds this path */
const char *jy_disk_reason(int code);
#endif

#include "disk.h"
#include <stdlib.h>
#include <string.h>

static char *copied(const char *text) {
    return text ? memcpy(jy_memory(NULL, strlen(text) + 1), text, strlen(text) + 1) : NULL;
}

/* Sorted, so that a disk's history doesn't show in the order of its names. */
static size_t place(const jy_names *names, const char *path) {
    size_t i = 0;
    while (i < names->count && strcmp(names->paths[i], path) < 0) i++;
    return i;
}

static int is_at(const jy_names *names, size_t i, const char *path) {
    return i < names->count && strcmp(names->paths[i], path) == 0;
}

jy_file *jy_names_find(const jy_names *names, const char *path) {
    size_t i = place(names, path);
    return is_at(names, i, path) ? names->files[i] : NULL;
}

static void unset(jy_names *names, const char *path) {
    size_t i = place(names, path);
    if (!is_at(names, i, path)) return;
    free(names->paths[i]);
    jy_file_release(names->files[i]);
    names->count--;
    memmove(names->paths + i, names->paths + i + 1, (names->count - i) * sizeof *names->paths);
    memmove(names->files + i, names->files + i + 1, (names->count - i) * sizeof *names->files);
}

static void set(jy_names *names, const char *path, jy_file *file) {
    jy_file_retain(file);
    unset(names, path);
    size_t i = place(names, path);
    names->paths = jy_memory(names->paths, (names->count + 1) * sizeof *names->paths);
    names->files = jy_memory(names->files, (names->count + 1) * sizeof *names->files);
    memmove(names->paths + i + 1, names->paths + i, (names->count - i) * sizeof *names->paths);
    memmove(names->files + i + 1, names->files + i, (names->count - i) * sizeof *names->files);
    names->paths[i] = copied(path);
    names->files[i] = file;
    names->count++;
}

static void clear(jy_names *names) {
    while (names->count > 0) unset(names, names->paths[names->count - 1]);
}

static void apply(jy_names *names, const jy_move *move) {
    if (move->from) unset(names, move->from);
    if (move->to) set(names, move->to, move->file);
}

static void discard(jy_move *move) {
    free(move->from);
    free(move->to);
    jy_file_release(move->file);
}

void jy_folder_move(jy_folder *folder, const char *from, const char *to, jy_file *file) {
    folder->pending = jy_memory(folder->pending, (folder->count + 1) * sizeof *folder->pending);
    jy_move *move = &folder->pending[folder->count++];
    *move = (jy_move){.from = copied(from), .to = copied(to), .file = jy_file_retain(file)};
    apply(&folder->seen, move);
}

int jy_same_folder(const char *one, const char *other) {
    const char *a = strrchr(one, '/'), *b = strrchr(other, '/');
    return a && b && a - one == b - other && strncmp(one, other, (size_t)(a - one)) == 0;
}

void jy_folder_sync(jy_folder *folder, const char *path) {
    size_t left = 0;
    for (size_t i = 0; i < folder->count; i++) {
        jy_move *move = &folder->pending[i];
        if (jy_same_folder(move->to ? move->to : move->from, path)) {
            apply(&folder->durable, move);
            discard(move);
        } else {
            folder->pending[left++] = *move;
        }
    }
    folder->count = left;
}

static void forget(jy_folder *folder) {
    for (size_t i = 0; i < folder->count; i++) discard(&folder->pending[i]);
    folder->count = 0;
}

/* Changes of names survive in order up to some point, as in the journal of a file system. */
void jy_folder_crash(jy_folder *folder, uint64_t *chance) {
    size_t kept = jy_chance(chance) % (folder->count + 1);
    for (size_t i = 0; i < kept; i++) apply(&folder->durable, &folder->pending[i]);
    forget(folder);
    clear(&folder->seen);
    for (size_t i = 0; i < folder->durable.count; i++)
        set(&folder->seen, folder->durable.paths[i], folder->durable.files[i]);
    for (size_t i = 0; i < folder->durable.count; i++) jy_file_crash(folder->durable.files[i], chance);
}

void jy_folder_clear(jy_folder *folder) {
    forget(folder);
    clear(&folder->seen);
    clear(&folder->durable);
}

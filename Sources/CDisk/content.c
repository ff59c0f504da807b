#include "disk.h"
#include <stdlib.h>
#include <string.h>

/* What a disk writes whole or not at all. */
enum { sector = 512 };

/* A simulation without memory has nothing to say: better no result than a wrong one. */
void *jy_memory(void *old, size_t size) {
    void *memory = realloc(old, size ? size : 1);
    if (!memory) abort();
    return memory;
}

/* splitmix64 */
uint64_t jy_chance(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

jy_file *jy_file_new(void) { return memset(jy_memory(NULL, sizeof(jy_file)), 0, sizeof(jy_file)); }

jy_file *jy_file_retain(jy_file *file) {
    file->references++;
    return file;
}

static void forget(jy_file *file) {
    for (size_t i = 0; i < file->count; i++) free(file->pending[i].bytes);
    file->count = 0;
}

void jy_file_release(jy_file *file) {
    if (--file->references > 0) return;
    forget(file);
    free(file->pending);
    free(file->seen.bytes);
    free(file->durable.bytes);
    free(file);
}

static void resize(jy_bytes *content, size_t length) {
    if (length > content->capacity) {
        content->capacity = length * 2;
        content->bytes = jy_memory(content->bytes, content->capacity);
    }
    if (length > content->length) memset(content->bytes + content->length, 0, length - content->length);
    content->length = length;
}

/* The first `length` bytes of a write; a truncation is whole. */
static void apply(jy_bytes *content, const jy_change *change, size_t length) {
    if (change->truncates) {
        resize(content, change->offset);
    } else if (length > 0) {
        if (change->offset + length > content->length) resize(content, change->offset + length);
        memcpy(content->bytes + change->offset, change->bytes, length);
    }
}

static void append(jy_file *file, jy_change change) {
    if (file->count == file->capacity) {
        file->capacity = file->capacity * 2 + 8;
        file->pending = jy_memory(file->pending, file->capacity * sizeof change);
    }
    file->pending[file->count++] = change;
    apply(&file->seen, &change, change.length);
}

void jy_file_write(jy_file *file, size_t offset, const void *bytes, size_t length) {
    if (length == 0) return;
    append(file, (jy_change){
        .offset = offset, .length = length, .bytes = memcpy(jy_memory(NULL, length), bytes, length)});
}

void jy_file_truncate(jy_file *file, size_t length) { append(file, (jy_change){.truncates = 1, .offset = length}); }

void jy_file_sync(jy_file *file) {
    for (size_t i = 0; i < file->count; i++)
        if (!file->pending[i].lost) apply(&file->durable, &file->pending[i], file->pending[i].length);
    forget(file);
}

/* A kernel that could not write a page back takes it for clean: the next sync succeeds without it. */
void jy_file_lose(jy_file *file) {
    for (size_t i = 0; i < file->count; i++) file->pending[i].lost = 1;
}

/* How much of a write survives if the power fails in it: up to the beginning of one of its sectors. */
static size_t torn(const jy_change *change, uint64_t *chance) {
    if (change->truncates || change->length == 0) return 0;
    size_t first = change->offset / sector, last = (change->offset + change->length - 1) / sector;
    if (first == last) return 0;
    return (first + 1 + jy_chance(chance) % (last - first)) * sector - change->offset;
}

enum outcome { dropped, complete, partial, tearing, outcomes };

void jy_file_crash(jy_file *file, uint64_t *chance) {
    enum outcome outcome = jy_chance(chance) % outcomes;
    size_t tear = outcome == tearing && file->count ? jy_chance(chance) % file->count : file->count;
    for (size_t i = 0; i < file->count; i++) {
        const jy_change *change = &file->pending[i];
        int kept = outcome == complete || (outcome != dropped && jy_chance(chance) % 2);
        if (i == tear) {
            size_t length = torn(change, chance);
            if (length > 0) apply(&file->durable, change, length);
        } else if (kept) {
            apply(&file->durable, change, change->length);
        }
    }
    forget(file);
    resize(&file->seen, 0);
    jy_file_write(file, 0, file->durable.bytes, file->durable.length);
    forget(file);
    file->handles = file->writers = 0;
}

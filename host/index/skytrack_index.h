/* An ordered map from 64-bit keys to byte strings on a simulated racetrack memory, for C and C++ programs.
 *
 *     skytrack_config config;
 *     skytrack_index* index = NULL;
 *     skytrack_config_init(&config, sizeof config, SKYTRACK_KIND_SKYEPS, SKYTRACK_MAPPING_WORD);
 *     if (skytrack_index_create(&config, &index) != SKYTRACK_OK) {
 *         fprintf(stderr, "%s\n", skytrack_error_message());
 *         return 1;
 *     }
 *     skytrack_index_merge(index, 42, 1);
 *     skytrack_index_close(index);
 *
 * Errors. Every function that can fail returns a skytrack_status; skytrack_error_message() says more. NULL where
 * something is needed and numbers out of range are SKYTRACK_INVALID_ARGUMENT, with nothing done. Nothing is ever
 * thrown. After SKYTRACK_NO_MEMORY or SKYTRACK_INTERNAL from a call on an index, its snapshots or its iterators
 * nobody knows how far that got: from then on they give SKYTRACK_BROKEN until the index is closed. In a store, what
 * was committed is still there. Only freeing a snapshot or an iterator, or making statistics, may end the program
 * when the host has no memory at all.
 *
 * Ownership. What a function gives through a `**` belongs to the caller, who ends it with the function named there.
 * Everything that the caller hands in (keys, values, names, configurations) is read during the call only. Snapshots
 * and iterators must be freed before their index is closed; an index that has some refuses to close. A handle that
 * was freed or closed must not be used again.
 *
 * Units. Lengths are in bytes, model time in nanoseconds, energy in picojoules. Model time says what the memory would
 * take; it has nothing to do with the time that the simulation takes.
 *
 * Threads. Any thread may call any function. Calls on one index, its snapshots and its iterators take turns, so a
 * call waits while another thread is in one; different indexes do not wait for each other. But all indexes on
 * SKYTRACK_BACKEND_TLM or _RTL together are for one thread. One batch, and one iterator between a seek and the
 * reading of what it found, is for one thread at a time, and so is closing or freeing anything.
 */
#ifndef SKYTRACK_INDEX_H
#define SKYTRACK_INDEX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status ------------------------------------------------------------------------------------------------ */

typedef int32_t skytrack_status;
enum {
    SKYTRACK_OK = 0,
    SKYTRACK_NOT_FOUND = 1,        /* no error: there is no such key, no further entry, no store */
    SKYTRACK_INVALID_ARGUMENT = 2, /* NULL, a number out of range, a handle of another index, an iterator nowhere */
    SKYTRACK_BAD_CONFIG = 3,       /* an index like that cannot be made */
    SKYTRACK_TOO_LONG = 4,         /* a value is longer than max_value_bytes; the entries are as before */
    SKYTRACK_FULL = 5,             /* no room, or a batch is too large; the entries are as before */
    SKYTRACK_BUFFER_TOO_SMALL = 6, /* the length that is needed was stored, the buffer was not touched */
    SKYTRACK_FILE = 7,             /* files cannot be read or written, are in use, damaged or hold no index */
    SKYTRACK_NOT_DURABLE = 8,      /* needs an index that was made with `durable` */
    SKYTRACK_IN_USE = 9,           /* snapshots or iterators of the index are still there */
    SKYTRACK_CORRUPT = 10,         /* skytrack_index_verify() has found something */
    SKYTRACK_NO_MEMORY = 11,       /* the host has no memory left */
    SKYTRACK_INTERNAL = 12,        /* a fault inside the library */
    SKYTRACK_BROKEN = 13           /* an earlier call on this index ended with one of the last two */
};

/* What the last call of this thread that failed had to say, on one line: what was wrong and what to do; "" before the
 * first. Valid until this thread's next call that fails. Never NULL, not to be freed. SKYTRACK_NOT_FOUND is no
 * failure. */
const char* skytrack_error_message(void);

/* "SKYTRACK_OK" and so on; never NULL, not to be freed. */
const char* skytrack_status_name(skytrack_status status);

/* ---- Configuration ----------------------------------------------------------------------------------------- */

typedef uint32_t skytrack_kind;
enum {
    SKYTRACK_KIND_BPLUS = 0,     /* B+-tree, serial, naive writes */
    SKYTRACK_KIND_BPLUS_PAR = 1, /* B+-tree with all that makes it cheap */
    SKYTRACK_KIND_SKYTREE = 2,   /* B+-tree, values beside their keys, searched bit by bit */
    SKYTRACK_KIND_BEPS = 3,      /* naive B-epsilon-tree */
    SKYTRACK_KIND_SKYEPS = 4     /* B-epsilon-tree with all that makes it cheap: the cheapest writes */
};

typedef uint32_t skytrack_mapping;
enum {
    SKYTRACK_MAPPING_WORD = 0, /* a word lies along one segment of one track */
    SKYTRACK_MAPPING_BIT = 1   /* a word lies across 64 tracks that shift together, at the same site of each */
};

typedef uint32_t skytrack_backend;
enum {
    SKYTRACK_BACKEND_FAST = 0, /* the cycle model */
    SKYTRACK_BACKEND_TLM = 1,  /* the same behind a SystemC TLM-2.0 socket */
    SKYTRACK_BACKEND_RTL = 2   /* the simulated circuit: thousands of times slower, few shapes, cuts `tracks` */
};

/* How to make an index. skytrack_config_init() sets everything; change what you like afterwards. */
typedef struct skytrack_config {
    size_t struct_size; /* sizeof(skytrack_config) as the program was compiled; left alone after the init */

    skytrack_kind kind;       /* which tree */
    skytrack_mapping mapping; /* how words lie in the memory */
    skytrack_backend backend; /* what carries it out; default fast. Answers and costs are the same on all */

    /* The memory. Host memory is taken for tracks that are touched only. */
    uint64_t tracks;   /* default 4194304 (bit: 8388608), which is 1 GiB; bit: a multiple of 64 */
    uint32_t segments; /* words of a track, 1 to 64; default 32 */
    uint32_t sites;    /* of a segment; word: 64; bit: 2 to 64, default 32 */

    /* The tree. */
    uint32_t node_tracks;     /* tracks of a node (bit: sites of a row of tracks); default 16 */
    uint32_t fanout;          /* children of a node, 4 to segments / 2; default 16 */
    uint32_t max_value_bytes; /* of the longest value. bplus_par, skyeps: up to 4096; others: 8 (segments - 1) */
    uint32_t index_bits;      /* of a value's number, 8 to 30: up to 2^index_bits values in the store; default 24 */
    uint32_t durable;         /* 0 or 1: a log on the memory, for stores and images. bplus_par and skyeps only */

    /* What the device's operations cost; default: preset `skyrmion`. */
    uint32_t shift_ps; /* picoseconds; one step of a row, at least 1 */
    uint32_t detect_ps;
    uint32_t remove_ps;
    uint32_t inject_ps;
    uint32_t shift_fj;  /* femtojoules; for each track that moves */
    uint32_t detect_fj; /* for each port, as the two below */
    uint32_t remove_fj;
    uint32_t inject_fj;
} skytrack_config;

/* The defaults for this kind and mapping: max_value_bytes 8, backend fast, not durable. Pass sizeof(skytrack_config):
 * SKYTRACK_INVALID_ARGUMENT when the program was compiled with another version of this header. */
skytrack_status skytrack_config_init(skytrack_config* config, size_t config_size, skytrack_kind kind,
                                     skytrack_mapping mapping);

/* ---- Making, opening, closing ------------------------------------------------------------------------------ */

typedef struct skytrack_index skytrack_index;

/* All functions that give an index set *index to NULL when they fail. End it with skytrack_index_close().
 *
 * Model time and counters begin at 0 with each of them; what opening reads and writes on the memory is counted. */

/* Empty, on a memory that lives as long as the index is open. SKYTRACK_BAD_CONFIG with what does not fit. */
skytrack_status skytrack_index_create(const skytrack_config* config, skytrack_index** index);

/* Empty, on a memory that is kept in a folder of the host: what was committed outlives the program, however it ends.
 * The folder is made; it may be there, if it is empty. `durable` must be 1 and the backend fast. SKYTRACK_BAD_CONFIG,
 * with no folder made; SKYTRACK_FILE when it holds anything or cannot be written. */
skytrack_status skytrack_index_create_store(const skytrack_config* config, const char* folder,
                                            skytrack_index** index);

/* The index in such a folder, with everything that was committed, and its configuration. SKYTRACK_NOT_FOUND, with a
 * message, when the folder holds none, so that one can be made; SKYTRACK_FILE when another program (or this one) has
 * it open, when its files cannot be read, and when they are damaged, which then are not changed. A program that was
 * killed while it made a store may leave one without an index, which is SKYTRACK_FILE: remove the folder then. */
skytrack_status skytrack_index_open_store(const char* folder, skytrack_index** index);

/* Commits, and writes the whole memory to a file, packed when its name ends in .gz or .zst. Replaces a file of that
 * name when it is whole. SKYTRACK_NOT_DURABLE; SKYTRACK_FILE. */
skytrack_status skytrack_index_save_image(skytrack_index* index, const char* path);

/* The index in an image, on a memory of its own in the process. Backend, geometry and costs are those of `config`;
 * mapping, tracks, segments and sites must be those that it was saved with. Kind and shape of the tree come from the
 * image, those of `config` are not looked at. SKYTRACK_BAD_CONFIG; SKYTRACK_FILE. */
skytrack_status skytrack_index_open_image(const skytrack_config* config, const char* path, skytrack_index** index);

/* With which the index was made. */
skytrack_status skytrack_index_config(skytrack_index* index, skytrack_config* config, size_t config_size);

/* One sentence about what a program that was killed had left in the folder when it was opened, else "". Valid until
 * the index is closed, not to be freed. NULL when `index` is NULL. */
const char* skytrack_index_recovery(skytrack_index* index);

/* Commits and ends the index; NULL is nothing to do. SKYTRACK_IN_USE: nothing was done. After everything else the
 * handle is gone: SKYTRACK_FILE when the last changes could not be written, SKYTRACK_BROKEN when they were not since
 * an earlier call had failed inside; in a store what was committed before is there. */
skytrack_status skytrack_index_close(skytrack_index* index);

/* The same without the commit: a store is left as a killed program leaves it. */
skytrack_status skytrack_index_discard(skytrack_index* index);

/* ---- Reading and writing ----------------------------------------------------------------------------------- */

/* Keys are ordered as unsigned numbers, all 2^64 are allowed. Values have 0 to max_value_bytes bytes; `value` may be
 * NULL when `length` is 0. */

/* Inserts or replaces. SKYTRACK_TOO_LONG, SKYTRACK_FULL. */
skytrack_status skytrack_index_put(skytrack_index* index, uint64_t key, const void* value, size_t length);

/* Copies the value into `buffer` and stores its length; `length` may be NULL. SKYTRACK_NOT_FOUND stores 0.
 * SKYTRACK_BUFFER_TOO_SMALL when it has more than `capacity` bytes; `buffer` may be NULL when `capacity` is 0. */
skytrack_status skytrack_index_get(skytrack_index* index, uint64_t key, void* buffer, size_t capacity,
                                   size_t* length);

/* Erasing a key that is not there is SKYTRACK_OK. A B-epsilon-tree may say SKYTRACK_FULL. */
skytrack_status skytrack_index_erase(skytrack_index* index, uint64_t key);

/* Every key from `low` on that is less than `end`, all or, when it fails, none. SKYTRACK_FULL, in a B-epsilon-tree
 * also when there are more of them than it takes at once; see skytrack_index_write(). */
skytrack_status skytrack_index_erase_range(skytrack_index* index, uint64_t low, uint64_t end);

/* Adds to the number that the value is, modulo 2^64. Numbers are 8 bytes, little-endian; a missing key counts as 0
 * and so does a value of another length. SKYTRACK_TOO_LONG when max_value_bytes is less than 8; SKYTRACK_FULL. */
skytrack_status skytrack_index_merge(skytrack_index* index, uint64_t key, uint64_t addend);

/* The number that a value is, as merge sees it: 0 unless it has 8 bytes. */
uint64_t skytrack_number(const void* value, size_t length);

/* When it returns SKYTRACK_OK, everything done so far survives a power cut of the memory and, in a store, the end of
 * the program; with `sync` other than 0 also a power cut of the host. On an index that is not durable there is
 * nothing to do. SKYTRACK_FILE: what was done is still there, and is written by the next commit that succeeds; when
 * none does any more, close the index and open what was committed. */
skytrack_status skytrack_index_commit(skytrack_index* index, int sync);

/* ---- Batches ----------------------------------------------------------------------------------------------- */

/* Operations that are done all, in their order, or not at all. Belongs to no index and can be written again. */
typedef struct skytrack_batch skytrack_batch;

skytrack_status skytrack_batch_new(skytrack_batch** batch); /* empty; end it with skytrack_batch_free() */
void skytrack_batch_free(skytrack_batch* batch);            /* NULL is nothing to do */
skytrack_status skytrack_batch_clear(skytrack_batch* batch);

/* The batch is as before when one of these fails. SKYTRACK_TOO_LONG above 4096 bytes; a shorter limit of the index
 * shows when the batch is written. */
skytrack_status skytrack_batch_put(skytrack_batch* batch, uint64_t key, const void* value, size_t length);
skytrack_status skytrack_batch_erase(skytrack_batch* batch, uint64_t key);
skytrack_status skytrack_batch_erase_range(skytrack_batch* batch, uint64_t low, uint64_t end);
skytrack_status skytrack_batch_merge(skytrack_batch* batch, uint64_t key, uint64_t addend);

/* An erase_range erases what is there in front of the batch. SKYTRACK_TOO_LONG; SKYTRACK_FULL also when the batch has
 * more operations than the index takes at once (skyeps and beps: about as many as a node buffers messages), with the
 * number in the message; an erase_range counts as one for each key that it erases. */
skytrack_status skytrack_index_write(skytrack_index* index, const skytrack_batch* batch);

/* ---- Snapshots and iterators ------------------------------------------------------------------------------- */

/* The index as it was at a moment; holds the values that were replaced or erased since. */
typedef struct skytrack_snapshot skytrack_snapshot;

skytrack_status skytrack_snapshot_new(skytrack_index* index, skytrack_snapshot** snapshot);
void skytrack_snapshot_free(skytrack_snapshot* snapshot); /* NULL is nothing to do; iterators over it go on */

/* As skytrack_index_get(), at the snapshot. */
skytrack_status skytrack_snapshot_get(skytrack_snapshot* snapshot, uint64_t key, void* buffer, size_t capacity,
                                      size_t* length);

/* Walks the entries in the order of their keys, either way, and sees one state whatever is written meanwhile: that
 * of the snapshot, one of this index, or without one (NULL) the present one. Is nowhere until the first seek. */
typedef struct skytrack_iterator skytrack_iterator;

skytrack_status skytrack_iterator_new(skytrack_index* index, skytrack_snapshot* snapshot,
                                      skytrack_iterator** iterator);
void skytrack_iterator_free(skytrack_iterator* iterator); /* NULL is nothing to do */

/* SKYTRACK_OK when the iterator is at an entry, SKYTRACK_NOT_FOUND when there is none and it is nowhere. So a walk is
 *     for (s = skytrack_iterator_first(it); s == SKYTRACK_OK; s = skytrack_iterator_next(it)) ...
 * and ended well when s is SKYTRACK_NOT_FOUND. next and prev from nowhere are SKYTRACK_INVALID_ARGUMENT. */
skytrack_status skytrack_iterator_first(skytrack_iterator* iterator);
skytrack_status skytrack_iterator_last(skytrack_iterator* iterator);
skytrack_status skytrack_iterator_seek(skytrack_iterator* iterator, uint64_t key);      /* first at or behind */
skytrack_status skytrack_iterator_seek_back(skytrack_iterator* iterator, uint64_t key); /* last at or before */
skytrack_status skytrack_iterator_next(skytrack_iterator* iterator);
skytrack_status skytrack_iterator_prev(skytrack_iterator* iterator);

/* Of the entry the iterator is at, else SKYTRACK_INVALID_ARGUMENT. The value is read when it is asked for, as
 * skytrack_index_get() does. */
skytrack_status skytrack_iterator_key(skytrack_iterator* iterator, uint64_t* key);
skytrack_status skytrack_iterator_value(skytrack_iterator* iterator, void* buffer, size_t capacity, size_t* length);

/* ---- What it is like and what it has cost ------------------------------------------------------------------ */

/* Checks every invariant of the tree, reading all keys; that is charged like any reading. SKYTRACK_CORRUPT with the
 * first one that does not hold. */
skytrack_status skytrack_index_verify(skytrack_index* index);

/* Since the index was made or opened. */
typedef struct skytrack_usage {
    double model_time_ns; /* nanoseconds that the memory was at it, with its idle time in between */
    double energy_pj;     /* picojoules */
    uint64_t shifts;      /* shift pulses of a row */
    uint64_t track_steps; /* the same times the tracks that moved */
    uint64_t detects;     /* of one port, as the two below */
    uint64_t removes;
    uint64_t injects;
    uint64_t passes; /* journeys of the heads over a row */
    uint64_t words_read;
    uint64_t words_written;
} skytrack_usage;

/* Pass sizeof(skytrack_usage). */
skytrack_status skytrack_index_usage(skytrack_index* index, skytrack_usage* usage, size_t usage_size);

/* All counters of the memory ("memory") and of the tree ("index") as JSON, each with value, unit and description.
 * The text ends with 0; end it with skytrack_free(). */
skytrack_status skytrack_index_statistics(skytrack_index* index, char** json);

void skytrack_free(void* memory); /* what skytrack_index_statistics() gave; NULL is nothing to do */

#ifdef __cplusplus
}
#endif

#endif

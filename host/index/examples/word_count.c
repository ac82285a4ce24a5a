/* Counts the words of a text in an index that outlives the program.
 *
 *     word_count FOLDER < TEXT
 *
 * Adds the words of the text to the counts in the store FOLDER, which is made when it is not there, and prints all of
 * them in the order of the alphabet, with what is new since the store was opened. Then it closes the store, opens it
 * again, and checks that nothing is lost. Words are told apart by their first eight letters, which are their key. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/index/skytrack_index.h"

enum { LETTERS = 8, NUMBER_BYTES = 8 };

/* Ends the program unless the call went well. */
static void check(skytrack_status status, const char* what) {
    if (status == SKYTRACK_OK) return;
    fprintf(stderr, "word_count: cannot %s: %s: %s\n", what, skytrack_status_name(status), skytrack_error_message());
    exit(1);
}

/* The first letter on top, so that keys are ordered as words are. */
static uint64_t key_of(const char* word) {
    uint64_t key = 0;
    for (size_t i = 0; i < LETTERS; ++i) {
        key <<= 8;
        if (*word != '\0') key |= (unsigned char)*word++;
    }
    return key;
}

static void word_of(uint64_t key, char word[LETTERS + 1]) {
    for (size_t i = 0; i < LETTERS; ++i) word[i] = (char)(key >> 8 * (LETTERS - 1 - i) & 0xff);
    word[LETTERS] = '\0';
}

/* The next word of the text, its first letters in lower case; 0 at the end. */
static int next_word(FILE* text, char word[LETTERS + 1]) {
    size_t length = 0;
    int c = 0;
    memset(word, 0, LETTERS + 1);
    while ((c = getc(text)) != EOF) {
        if (isalpha(c)) {
            if (length < LETTERS) word[length] = (char)tolower(c);
            ++length;
        } else if (length > 0) {
            break;
        }
    }
    return length > 0;
}

static skytrack_index* open_store(const char* folder) {
    skytrack_index* index = NULL;
    skytrack_config config;
    const skytrack_status status = skytrack_index_open_store(folder, &index);
    if (status == SKYTRACK_OK) return index;
    if (status != SKYTRACK_NOT_FOUND) check(status, "open the store");
    check(skytrack_config_init(&config, sizeof config, SKYTRACK_KIND_SKYEPS, SKYTRACK_MAPPING_WORD), "configure");
    config.tracks = 65536; /* 16 MiB */
    config.max_value_bytes = NUMBER_BYTES;
    config.durable = 1;
    check(skytrack_index_create_store(&config, folder, &index), "make the store");
    return index;
}

/* The count of a word in a snapshot; none is 0. */
static uint64_t count_before(skytrack_snapshot* before, uint64_t key) {
    unsigned char value[NUMBER_BYTES];
    size_t length = 0;
    const skytrack_status status = skytrack_snapshot_get(before, key, value, sizeof value, &length);
    if (status == SKYTRACK_NOT_FOUND) return 0;
    check(status, "read the snapshot");
    return skytrack_number(value, length);
}

struct totals {
    uint64_t words;
    uint64_t counted;
};

/* Adds up all counts; prints them when there is something to compare them with. */
static struct totals walk(skytrack_index* index, skytrack_snapshot* before) {
    struct totals totals = {0, 0};
    skytrack_iterator* it = NULL;
    skytrack_status status = SKYTRACK_OK;
    check(skytrack_iterator_new(index, NULL, &it), "iterate");
    for (status = skytrack_iterator_first(it); status == SKYTRACK_OK; status = skytrack_iterator_next(it)) {
        unsigned char value[NUMBER_BYTES];
        char word[LETTERS + 1];
        size_t length = 0;
        uint64_t key = 0;
        check(skytrack_iterator_key(it, &key), "read a key");
        check(skytrack_iterator_value(it, value, sizeof value, &length), "read a count");
        const uint64_t count = skytrack_number(value, length);
        ++totals.words;
        totals.counted += count;
        if (before == NULL) continue;
        word_of(key, word);
        printf("%-8s %6llu  %+lld\n", word, (unsigned long long)count,
               (long long)(count - count_before(before, key)));
    }
    if (status != SKYTRACK_NOT_FOUND) check(status, "go to the next word");
    skytrack_iterator_free(it);
    return totals;
}

static void print_costs(skytrack_index* index, uint64_t words) {
    skytrack_usage usage;
    check(skytrack_index_usage(index, &usage, sizeof usage), "read what it has cost");
    printf("the memory took %.1f us and %.1f nJ for %llu words: %llu shifts, %llu skyrmions injected\n",
           usage.model_time_ns / 1000, usage.energy_pj / 1000, (unsigned long long)words,
           (unsigned long long)usage.shifts, (unsigned long long)usage.injects);
}

int main(int argc, char** argv) {
    skytrack_index* index = NULL;
    skytrack_snapshot* before = NULL;
    char word[LETTERS + 1];
    uint64_t words = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER < TEXT\n", argv[0]);
        return 2;
    }
    index = open_store(argv[1]);
    if (skytrack_index_recovery(index)[0] != '\0') printf("%s\n", skytrack_index_recovery(index));
    check(skytrack_snapshot_new(index, &before), "take a snapshot");

    for (; next_word(stdin, word); ++words) check(skytrack_index_merge(index, key_of(word), 1), "count a word");
    check(skytrack_index_commit(index, 1), "commit");
    print_costs(index, words);
    const struct totals totals = walk(index, before);
    skytrack_snapshot_free(before);
    check(skytrack_index_close(index), "close the store");

    check(skytrack_index_open_store(argv[1], &index), "open the store again");
    check(skytrack_index_verify(index), "verify the index");
    const struct totals again = walk(index, NULL);
    check(skytrack_index_close(index), "close the store again");
    if (again.words != totals.words || again.counted != totals.counted) {
        fprintf(stderr, "word_count: the store has lost something\n");
        return 1;
    }
    printf("%llu different words, %llu in all, found again in %s\n", (unsigned long long)again.words,
           (unsigned long long)again.counted, argv[1]);
    return 0;
}

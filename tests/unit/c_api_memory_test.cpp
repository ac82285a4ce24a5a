// Question: when the host has no memory left, whichever allocation it is that fails, does a program in C get a
// status, and does a store come back with what was committed?
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/support/files.hpp"
#include "tests/unit/c_api_fixture.hpp"

namespace {

/// Allocations until one fails; negative: none does.
thread_local int64_t until_failure = -1;

void* allocate(size_t size) {
    if (until_failure > 0) --until_failure;
    void* const memory = until_failure == 0 ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t /*size*/) noexcept { std::free(memory); }

namespace sky::test {
namespace {

/// The call with its n-th allocation and all behind it failing.
template <typename Call>
skytrack_status starved(int64_t n, Call&& call) {
    until_failure = n;
    const skytrack_status status = call();
    until_failure = -1;
    return status;
}

/// Until there is enough: how often it was not. Then the call has gone well.
template <typename Call>
int64_t times_starved(Call&& call) {
    for (int64_t n = 1; n < 100000; ++n) {
        const skytrack_status status = starved(n, call);
        if (status == SKYTRACK_OK) return n - 1;
        EXPECT_EQ(status, SKYTRACK_NO_MEMORY) << n << ": " << skytrack_error_message();
        EXPECT_STREQ(skytrack_error_message(), "the host has no memory left");
        if (status != SKYTRACK_NO_MEMORY) return 0;
    }
    ADD_FAILURE() << "it never ends";
    return 0;
}

TEST(UnitCApiMemory, IsNeededToMakeAnything) {
    const skytrack_config config = tiny_config();
    skytrack_index* index = nullptr;
    EXPECT_GT(times_starved([&] { return skytrack_index_create(&config, &index); }), 10);
    skytrack_batch* batch = nullptr;
    EXPECT_EQ(times_starved([&] { return skytrack_batch_new(&batch); }), 1);
    const std::string value(100, 'x');
    EXPECT_GE(times_starved([&] { return skytrack_batch_put(batch, 1, value.data(), value.size()); }), 1);
    SKY_C_OK(skytrack_batch_clear(batch));
    SKY_C_OK(skytrack_batch_put(batch, 1, "x", 1));
    SKY_C_OK(skytrack_index_write(index, batch));
    EXPECT_EQ(get(index, 1), "x");
    skytrack_batch_free(batch);
    SKY_C_OK(skytrack_index_close(index));
}

/// What programs do with an index that has some entries and is durable.
skytrack_status read_one(skytrack_index* index) {
    char buffer[16];
    return skytrack_index_get(index, 40, buffer, sizeof buffer, nullptr);
}
skytrack_status write_many(skytrack_index* index) {
    for (uint64_t key = 0; key < 100; ++key)
        if (const skytrack_status status = put(index, key * 7, "written"); status != SKYTRACK_OK) return status;
    return SKYTRACK_OK;
}
skytrack_status write_batch(skytrack_index* index) {
    skytrack_batch* batch = nullptr;
    skytrack_status status = skytrack_batch_new(&batch);
    if (status == SKYTRACK_OK) status = skytrack_batch_merge(batch, 3, 4);
    if (status == SKYTRACK_OK) status = skytrack_batch_erase_range(batch, 10, 13);
    if (status == SKYTRACK_OK) status = skytrack_index_write(index, batch);
    skytrack_batch_free(batch);
    return status;
}
skytrack_status commit_more(skytrack_index* index) {
    const skytrack_status status = skytrack_index_merge(index, 3, 4);
    return status == SKYTRACK_OK ? skytrack_index_commit(index, 0) : status;
}
skytrack_status walk(skytrack_index* index) {
    skytrack_iterator* it = nullptr;
    skytrack_status status = skytrack_iterator_new(index, nullptr, &it);
    char buffer[16];
    if (status == SKYTRACK_OK) status = skytrack_iterator_seek(it, 10);
    if (status == SKYTRACK_OK) status = skytrack_iterator_value(it, buffer, sizeof buffer, nullptr);
    until_failure = -1;  // nobody asks whether something can be freed
    skytrack_iterator_free(it);
    return status;
}
class UnitCApiStarved : public ::testing::TestWithParam<skytrack_status (*)(skytrack_index*)> {};
INSTANTIATE_TEST_SUITE_P(Call, UnitCApiStarved,
                         ::testing::Values(read_one, write_many, write_batch, commit_more, walk,
                                           skytrack_index_verify));

TEST_P(UnitCApiStarved, BreaksTheIndexAndLeavesWhatWasCommitted) {
    int64_t failures = 0;
    for (int64_t n = 1;; n += 1 + n / 3) {
        SCOPED_TRACE(n);
        const TemporaryFolder folder;
        const std::string store = folder.path("store");
        const skytrack_config config = tiny_config(SKYTRACK_KIND_SKYEPS, SKYTRACK_MAPPING_WORD, true);
        skytrack_index* index = nullptr;
        SKY_C_OK(skytrack_index_create_store(&config, store.c_str(), &index));
        for (uint64_t key = 0; key < 100; ++key) SKY_C_OK(put(index, key, std::to_string(key)));
        SKY_C_OK(skytrack_index_commit(index, 0));

        const skytrack_status status = starved(n, [&] { return GetParam()(index); });
        if (status == SKYTRACK_OK) {
            SKY_C_OK(skytrack_index_close(index));
            break;
        }
        ++failures;
        ASSERT_EQ(status, SKYTRACK_NO_MEMORY) << skytrack_error_message();
        const skytrack_status after = put(index, 1, "more");
        if (after == SKYTRACK_BROKEN) {
            EXPECT_EQ(skytrack_index_verify(index), SKYTRACK_BROKEN);
            EXPECT_EQ(skytrack_index_commit(index, 0), SKYTRACK_BROKEN);
            EXPECT_EQ(skytrack_index_close(index), SKYTRACK_BROKEN);
        } else {
            ASSERT_EQ(after, SKYTRACK_OK) << skytrack_error_message();  // it was not in the middle of anything
            SKY_C_OK(skytrack_index_discard(index));
        }
        SKY_C_OK(skytrack_index_open_store(store.c_str(), &index));
        for (uint64_t key = 10; key < 100; ++key) EXPECT_EQ(get(index, key), std::to_string(key));
        SKY_C_OK(skytrack_index_verify(index));
        SKY_C_OK(skytrack_index_close(index));
    }
    EXPECT_GT(failures, 0);
}

TEST(UnitCApiMemory, IsNeededForStatistics) {
    const skytrack_config config = tiny_config();
    skytrack_index* index = nullptr;
    char* json = nullptr;
    SKY_C_OK(skytrack_index_create(&config, &index));
    EXPECT_EQ(starved(1, [&] { return skytrack_index_statistics(index, &json); }), SKYTRACK_NO_MEMORY);
    EXPECT_EQ(json, nullptr);
    EXPECT_EQ(skytrack_index_close(index), SKYTRACK_BROKEN);
}

TEST(UnitCApiMemory, IsNeededToOpenAStore) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const skytrack_config config = tiny_config(SKYTRACK_KIND_SKYEPS, SKYTRACK_MAPPING_WORD, true);
    skytrack_index* index = nullptr;
    SKY_C_OK(skytrack_index_create_store(&config, store.c_str(), &index));
    SKY_C_OK(put(index, 1, "x"));
    SKY_C_OK(skytrack_index_close(index));
    EXPECT_GT(times_starved([&] { return skytrack_index_open_store(store.c_str(), &index); }), 10);
    EXPECT_EQ(get(index, 1), "x");
    SKY_C_OK(skytrack_index_close(index));
}

}  // namespace
}  // namespace sky::test

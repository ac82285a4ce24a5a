// Question: does the overflow check find every infinity and NaN wherever it lies, and nothing else, in every dtype,
// by every path, by every number of threads, in one pass and without memory of its own?
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>

#include "host/memory/random.hpp"
#include "host/offload/check/check_bench.hpp"
#include "host/offload/check/overflow_check.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/seed.hpp"

namespace sky::offload {
namespace {

using Random = memory::Random;

constexpr uint16_t kFp16Infinity = 0x7c00;
constexpr uint32_t kFp32Infinity = 0x7f800000;

bool fused(Dtype dtype, CheckPath path, const void* data, uint64_t count, int threads = 1) {
    return make_overflow_check(CheckMethod::kFused, {.threads = threads, .path = path})
        ->overflows(dtype, data, count);
}

/// Of a 16-bit pattern, by its fields.
bool is_not_finite(Dtype dtype, uint32_t pattern) {
    const uint32_t exponent_bits = dtype == Dtype::kFp16 ? 5 : 8;
    const uint32_t ones = (1U << exponent_bits) - 1;
    return ((pattern >> (15 - exponent_bits)) & ones) == ones;
}

/// Address space of any size, of which only what is written takes memory.
template <typename Word>
class SparseWords {
   public:
    explicit SparseWords(uint64_t count) : bytes_(count * sizeof(Word)) {
        void* const data =
            mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (data == MAP_FAILED) throw std::bad_alloc();
        (void)madvise(data, bytes_, MADV_HUGEPAGE);  // what is only read is one huge page of zeros
        data_ = static_cast<Word*>(data);
    }
    ~SparseWords() { munmap(data_, bytes_); }
    SparseWords(const SparseWords&) = delete;
    SparseWords& operator=(const SparseWords&) = delete;

    Word& operator[](uint64_t i) { return data_[i]; }
    [[nodiscard]] const Word* data() const { return data_; }

   private:
    uint64_t bytes_;
    Word* data_ = nullptr;
};

TEST(OverflowCheck, TellsAll65536PatternsOf16BitsApart) {
    for (const Dtype dtype : {Dtype::kFp16, Dtype::kBf16})
        for (const CheckMethod method : {CheckMethod::kFused, CheckMethod::kChain, CheckMethod::kSum})
            for (const CheckPath path : available_paths()) {
                const auto check = make_overflow_check(method, {.path = path, .keep_temporaries = true});
                std::vector<uint16_t> words(300, 1);  // vectors, and a rest
                for (uint32_t pattern = 0; pattern < 65536; ++pattern)
                    for (const size_t place : {size_t{5}, size_t{299}}) {
                        words[place] = static_cast<uint16_t>(pattern);
                        ASSERT_EQ(check->overflows(dtype, words.data(), words.size()), is_not_finite(dtype, pattern))
                            << to_string(method) << ' ' << to_string(path) << ' ' << to_string(dtype) << ' '
                            << pattern;
                        words[place] = 1;
                    }
            }
}

TEST(OverflowCheck, TellsTheEdgesOfEveryFp32ExponentApart) {
    for (const CheckMethod method : {CheckMethod::kFused, CheckMethod::kChain, CheckMethod::kSum})
        for (const CheckPath path : available_paths()) {
            const auto check = make_overflow_check(method, {.path = path});
            std::vector<float> numbers(150, 0);
            for (uint32_t exponent = 0; exponent < 256; ++exponent)
                for (const uint32_t mantissa : {0U, 1U, 0x3fffffU, 0x400000U, 0x400001U, 0x7fffffU})
                    for (const uint32_t sign : {0U, 1U})
                        for (const size_t place : {size_t{3}, size_t{149}}) {
                            const uint32_t bits = sign << 31 | exponent << 23 | mantissa;
                            numbers[place] = std::bit_cast<float>(bits);
                            ASSERT_EQ(check->overflows(Dtype::kFp32, numbers.data(), numbers.size()),
                                      !std::isfinite(numbers[place]))
                                << to_string(method) << ' ' << to_string(path) << ' ' << bits;
                            numbers[place] = 0;
                        }
        }
}

template <typename Word>
void expect_found_everywhere(Dtype dtype, Word infinity) {
    constexpr uint64_t kBlock = kCheckBlockBytes / sizeof(Word);
    std::vector<Word> words(kBlock + 64, 0);
    for (const CheckPath path : available_paths()) {
        ASSERT_FALSE(fused(dtype, path, words.data() + 1, kBlock));
        for (uint64_t i = 0; i < kBlock; ++i) {
            words[1 + i] = infinity;
            ASSERT_TRUE(fused(dtype, path, words.data() + 1, kBlock)) << to_string(path) << ' ' << i;
            words[1 + i] = 0;
        }
    }
}

TEST(OverflowCheck, FindsOneAtEveryPositionOfABlock) {
    expect_found_everywhere<uint32_t>(Dtype::kFp32, kFp32Infinity);
    expect_found_everywhere<uint16_t>(Dtype::kBf16, 0x7f80);
}

template <typename Word>
void expect_exact_sizes(Dtype dtype, Word infinity) {
    for (const CheckMethod method : {CheckMethod::kFused, CheckMethod::kChain, CheckMethod::kSum})
        for (const CheckPath path : available_paths()) {
            const auto check = make_overflow_check(method, {.path = path});
            for (uint64_t size = 0; size <= 1000; ++size) {
                std::vector<Word> words(size + 2, 0);
                words.front() = words.back() = infinity;  // just outside
                ASSERT_FALSE(check->overflows(dtype, words.data() + 1, size)) << size;
                if (size == 0) continue;
                words[size] = infinity;
                ASSERT_TRUE(check->overflows(dtype, words.data() + 1, size)) << size;
                words[size] = 0;
                words[1] = infinity;
                ASSERT_TRUE(check->overflows(dtype, words.data() + 1, size)) << size;
            }
        }
}

TEST(OverflowCheck, LooksAtExactlyTheElementsItIsGiven) {
    expect_exact_sizes<uint32_t>(Dtype::kFp32, kFp32Infinity);
    expect_exact_sizes<uint16_t>(Dtype::kFp16, kFp16Infinity);
}

template <typename Word>
void expect_found_far_out(Dtype dtype, Word infinity) {
    constexpr uint64_t kCount = (uint64_t{1} << 32) + 77;
    SparseWords<Word> words(kCount);
    const CheckPath fastest = available_paths().back();
    words[uint64_t{1} << 32] = infinity;
    EXPECT_FALSE(fused(dtype, fastest, words.data(), uint64_t{1} << 32));
    EXPECT_TRUE(fused(dtype, fastest, words.data(), kCount));
    words[uint64_t{1} << 32] = 0;
    words[kCount - 1] = infinity;
    EXPECT_FALSE(fused(dtype, fastest, words.data(), kCount - 1, 2));
    EXPECT_TRUE(fused(dtype, fastest, words.data(), kCount, 2));
}

TEST(OverflowCheck, CountsBeyond32Bits) {
    expect_found_far_out<uint16_t>(Dtype::kFp16, kFp16Infinity);
    expect_found_far_out<uint32_t>(Dtype::kFp32, kFp32Infinity);
}

TEST(OverflowCheck, AllMethodsPathsAndThreadsAgree) {
    Random random(test::seed());
    for (int round = 0; round < 20; ++round) {
        const Dtype dtype = std::array{Dtype::kFp32, Dtype::kFp16, Dtype::kBf16}[random.below(3)];
        const uint64_t count = random.below(50'000);
        std::vector<uint32_t> words(count, 0);
        for (uint32_t& word : words) word = static_cast<uint32_t>(random.next()) & 0xbfffbfff;
        if (dtype == Dtype::kFp32)
            for (uint32_t& word : words) word &= 0x3fffffff;  // their sum stays finite
        const bool spoilt = count > 0 && random.percent(50);
        if (spoilt) words[random.below(count)] = random.percent(50) ? 0x7f800000 : 0x7fc07e01;
        if (dtype == Dtype::kFp16)
            for (uint32_t& word : words)
                if (word == 0x7f800000) word = 0xfc00fc00;
        const uint64_t elements = count * (4 / bytes_of(dtype));
        for (const CheckMethod method : {CheckMethod::kFused, CheckMethod::kChain, CheckMethod::kSum})
            for (const CheckPath path : available_paths())
                for (const int threads : {1, 2, 3})
                    ASSERT_EQ(make_overflow_check(method, {.threads = threads, .path = path})
                                  ->overflows(dtype, words.data(), elements),
                              spoilt)
                        << to_string(method) << ' ' << to_string(path) << ' ' << to_string(dtype) << ' ' << threads
                        << " threads, round " << round;
    }
}

TEST(OverflowCheck, StopsAtTheFirstBlockThatOverflows) {
    const size_t block = kCheckBlockBytes;
    void* const memory = mmap(nullptr, 2 * block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    auto* const words = static_cast<uint32_t*>(memory);
    words[17] = kFp32Infinity;
    // Whoever reads on dies.
    ASSERT_EQ(mprotect(static_cast<std::byte*>(memory) + block, block, PROT_NONE), 0);
    for (const CheckPath path : available_paths())
        EXPECT_TRUE(fused(Dtype::kFp32, path, words, 2 * block / sizeof(uint32_t)));
    munmap(memory, 2 * block);
}

TEST(OverflowCheck, AllocatesNothing) {
    const std::vector<float> numbers(1'000'000, 1.5F);
    for (const CheckPath path : available_paths())
        for (const int threads : {1, 2}) {
            const auto check = make_overflow_check(CheckMethod::kFused, {.threads = threads, .path = path});
            bool overflows = check->overflows(Dtype::kFp32, numbers.data(), numbers.size());  // starts the threads
            const test::Allocations before = test::allocations();
            for (int i = 0; i < 100; ++i) overflows |= check->overflows(Dtype::kFp32, numbers.data(), numbers.size());
            const test::Allocations after = test::allocations();
            EXPECT_FALSE(overflows);
            EXPECT_EQ(after.heap_calls, before.heap_calls);
            EXPECT_EQ(after.mapped_bytes, before.mapped_bytes);
            EXPECT_EQ(check->peak_temporary_bytes(), 0U);
        }
}

TEST(OverflowCheck, TheChainHoldsAnElementAndAFlagPerElement) {
    const std::vector<uint32_t> zeros(100'000, 0);
    for (const Dtype dtype : {Dtype::kFp32, Dtype::kFp16, Dtype::kBf16})
        for (const bool keep : {false, true}) {
            const auto check = make_overflow_check(CheckMethod::kChain, {.keep_temporaries = keep});
            const uint64_t before = test::allocations().mapped_bytes;
            EXPECT_FALSE(check->overflows(dtype, zeros.data(), zeros.size()));
            EXPECT_EQ(check->peak_temporary_bytes(), zeros.size() * (bytes_of(dtype) + 1));
            EXPECT_EQ(test::allocations().mapped_bytes > before, keep);
        }
}

TEST(OverflowCheck, ASumTakesALargeTotalForAnOverflow) {
    const std::vector<float> large(4, 3e38F);
    EXPECT_TRUE(make_overflow_check(CheckMethod::kSum, {})->overflows(Dtype::kFp32, large.data(), large.size()));
    EXPECT_FALSE(make_overflow_check(CheckMethod::kFused, {})->overflows(Dtype::kFp32, large.data(), large.size()));
}

TEST(OverflowCheck, TheBenchTimesEveryMethodOnTheSameBuffer) {
    const Result<std::vector<CheckTiming>> timings =
        bench_checks({.dtype = Dtype::kFp32, .bytes = 1 << 20, .repeats = 3}, [] { return true; });
    ASSERT_TRUE(timings.ok()) << timings.status().message();
    std::vector<std::string> names;
    for (const CheckTiming& timing : timings.value()) {
        names.push_back(timing.what);
        EXPECT_GT(timing.seconds, 0) << timing.what;
    }
    EXPECT_EQ(names, (std::vector<std::string>{"fused", "chain, fresh temporaries", "chain, reused temporaries",
                                               "sum", "plain read"}));
    EXPECT_EQ(timings.value()[0].peak_temporary_bytes, 0U);
    EXPECT_EQ(timings.value()[1].peak_temporary_bytes, uint64_t{5} << 18);
}

}  // namespace
}  // namespace sky::offload

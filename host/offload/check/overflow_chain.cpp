#include <sys/mman.h>

#include <new>

#include "host/offload/check/blocks.hpp"
#include "host/offload/check/methods.hpp"
#include "host/offload/check/overflow_kernels.hpp"

// isinf(x).any() is (abs(x) == inf).any(), isnan(x).any() is (x != x).any(). Every link is a pass of its own over
// memory, as fast as this processor's vectors make it: what makes the chain slow is its passes and temporaries alone.

namespace sky::offload {

namespace {

/// Elements of a pass by one thread between two looks whether it may stop.
constexpr uint64_t kStep = uint64_t{16} << 10;

/// A tensor between two links. Given back to the system at the end, unless it is kept for the next call.
class Temporary {
   public:
    Temporary() = default;
    ~Temporary() { drop(); }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    void* take(uint64_t bytes) {
        if (bytes <= bytes_) return data_;
        drop();
        data_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data_ == MAP_FAILED) {
            data_ = nullptr;
            throw std::bad_alloc();
        }
        bytes_ = bytes;
        return data_;
    }
    void drop() {
        if (data_ != nullptr) munmap(data_, bytes_);
        data_ = nullptr;
        bytes_ = 0;
    }

   private:
    void* data_ = nullptr;
    uint64_t bytes_ = 0;
};

template <typename Word>
SKY_OFFLOAD_INLINE void abs_loop(const Word* in, Word* out, uint64_t count) {
    constexpr Word kMagnitude = static_cast<Word>(~Word{0}) >> 1;
    for (uint64_t i = 0; i < count; ++i) out[i] = in[i] & kMagnitude;
}

template <typename Word>
SKY_OFFLOAD_INLINE void equal_loop(const Word* in, Word wanted, uint8_t* out, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) out[i] = in[i] == wanted ? 1 : 0;
}

/// x != x: true of a NaN alone, whose magnitude lies above that of infinity.
template <typename Word>
SKY_OFFLOAD_INLINE void unequal_itself_loop(const Word* in, Word infinity, uint8_t* out, uint64_t count) {
    constexpr Word kMagnitude = static_cast<Word>(~Word{0}) >> 1;
    for (uint64_t i = 0; i < count; ++i) out[i] = (in[i] & kMagnitude) > infinity ? 1 : 0;
}

SKY_OFFLOAD_INLINE bool any_loop(const uint8_t* in, uint64_t count) {
    uint8_t found = 0;
    for (uint64_t i = 0; i < count; ++i) found |= in[i];
    return found != 0;
}

template <typename Word>
struct Links {
    void (*abs)(const Word*, Word*, uint64_t);
    void (*equal)(const Word*, Word, uint8_t*, uint64_t);
    void (*unequal_itself)(const Word*, Word, uint8_t*, uint64_t);
    bool (*any)(const uint8_t*, uint64_t);
};

// NOLINTBEGIN(bugprone-macro-parentheses): an attribute takes none
#define SKY_LINKS(SUFFIX, TARGET)                                                                \
    template <typename Word>                                                                     \
    TARGET void abs_##SUFFIX(const Word* in, Word* out, uint64_t count) {                        \
        abs_loop(in, out, count);                                                                \
    }                                                                                            \
    template <typename Word>                                                                     \
    TARGET void equal_##SUFFIX(const Word* in, Word wanted, uint8_t* out, uint64_t count) {      \
        equal_loop(in, wanted, out, count);                                                      \
    }                                                                                            \
    template <typename Word>                                                                     \
    TARGET void unequal_##SUFFIX(const Word* in, Word infinity, uint8_t* out, uint64_t count) {  \
        unequal_itself_loop(in, infinity, out, count);                                           \
    }                                                                                            \
    TARGET bool any_##SUFFIX(const uint8_t* in, uint64_t count) { return any_loop(in, count); }  \
    template <typename Word>                                                                     \
    Links<Word> links_##SUFFIX() {                                                               \
        return {abs_##SUFFIX<Word>, equal_##SUFFIX<Word>, unequal_##SUFFIX<Word>, any_##SUFFIX}; \
    }

SKY_LINKS(scalar, )
SKY_LINKS(avx2, SKY_OFFLOAD_AVX2)
SKY_LINKS(avx512, SKY_OFFLOAD_AVX512)
// NOLINTEND(bugprone-macro-parentheses)

template <typename Word>
Links<Word> links_for(CheckPath path) {
    switch (path) {
        case CheckPath::kAvx512: return links_avx512<Word>();
        case CheckPath::kAvx2: return links_avx2<Word>();
        case CheckPath::kScalar: break;
    }
    return links_scalar<Word>();
}

class ChainCheck : public OverflowCheck {
   public:
    explicit ChainCheck(const CheckOptions& options) : options_(options) {}

    bool overflows(Dtype dtype, const void* data, uint64_t count) override {
        if (count == 0) return false;
        switch (dtype) {
            case Dtype::kFp32: return chain<uint32_t>(static_cast<const uint32_t*>(data), 0x7f800000, count);
            case Dtype::kFp16: return chain<uint16_t>(static_cast<const uint16_t*>(data), 0x7c00, count);
            case Dtype::kBf16: break;
        }
        return chain<uint16_t>(static_cast<const uint16_t*>(data), 0x7f80, count);
    }
    [[nodiscard]] uint64_t peak_temporary_bytes() const override { return peak_; }

   private:
    template <typename Word>
    bool chain(const Word* data, Word infinity, uint64_t count) {
        const Links<Word> links = links_for<Word>(options_.path);
        return is_infinite(links, data, infinity, count) || is_nan(links, data, infinity, count);
    }

    template <typename Word>
    bool is_infinite(const Links<Word>& links, const Word* data, Word infinity, uint64_t count) {
        auto* const magnitude = static_cast<Word*>(magnitude_.take(count * sizeof(Word)));
        pass(count, [&](uint64_t begin, uint64_t end) {
            links.abs(data + begin, magnitude + begin, end - begin);
            return false;
        });
        auto* const flags = static_cast<uint8_t*>(flags_.take(count));
        peak_ = std::max(peak_, count * (sizeof(Word) + 1));
        pass(count, [&](uint64_t begin, uint64_t end) {
            links.equal(magnitude + begin, infinity, flags + begin, end - begin);
            return false;
        });
        if (!options_.keep_temporaries) magnitude_.drop();
        return any(links, flags, count);
    }

    template <typename Word>
    bool is_nan(const Links<Word>& links, const Word* data, Word infinity, uint64_t count) {
        auto* const flags = static_cast<uint8_t*>(flags_.take(count));
        pass(count, [&](uint64_t begin, uint64_t end) {
            links.unequal_itself(data + begin, infinity, flags + begin, end - begin);
            return false;
        });
        return any(links, flags, count);
    }

    template <typename Word>
    bool any(const Links<Word>& links, const uint8_t* flags, uint64_t count) {
        const bool found =
            pass(count, [&](uint64_t begin, uint64_t end) { return links.any(flags + begin, end - begin); });
        if (!options_.keep_temporaries) flags_.drop();
        return found;
    }

    template <typename Block>
    bool pass(uint64_t count, const Block& block) const {
        return any_block(count, kStep, options_.threads, block);
    }

    CheckOptions options_;
    Temporary magnitude_;
    Temporary flags_;
    uint64_t peak_ = 0;
};

}  // namespace

std::unique_ptr<OverflowCheck> make_chain_check(const CheckOptions& options) {
    return std::make_unique<ChainCheck>(options);
}

}  // namespace sky::offload

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sky::memory {

/// Unpacks gzip or zstd data piece by piece, in constant memory. Data are one or more members (gzip) or frames
/// (zstd) end to end; both are called members here.
class Unpacker {
   public:
    static constexpr size_t kMagicBytes = 4;

    /// By the magic at the beginning of `head`, the first kMagicBytes or all there are; nullptr for plain data.
    [[nodiscard]] static std::unique_ptr<Unpacker> by_magic(std::string_view head);

    virtual ~Unpacker() = default;
    Unpacker(const Unpacker&) = delete;
    Unpacker& operator=(const Unpacker&) = delete;

    /// "gzip" or "zstd": the format, and the program that checks it when called with -t.
    [[nodiscard]] virtual const char* name() const = 0;
    /// Whether a member may begin with `head`.
    [[nodiscard]] virtual bool begins_member(std::string_view head) const = 0;

    struct Step {
        size_t taken = 0;          ///< bytes of `in` used up
        size_t made = 0;           ///< bytes written to `out`
        bool member_over = false;  ///< what comes next begins a member
        std::string problem{};     ///< of damaged data
    };
    /// As far as `in` and `out` reach; more may be waiting inside when `out` was filled.
    virtual Step unpack(std::span<const char> in, std::span<char> out) = 0;

   protected:
    Unpacker() = default;
};

}  // namespace sky::memory

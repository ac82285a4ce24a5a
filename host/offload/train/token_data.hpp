#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::offload {

/// What is trained on: tokens in consecutive windows that do not overlap, each one token longer than a sequence; from
/// the beginning once more behind the last one.
class TokenData {
   public:
    /// int32, little endian.
    [[nodiscard]] static Result<TokenData> read_tokens(const std::string& path, uint64_t vocabulary, uint64_t length);
    /// Every byte is a token.
    [[nodiscard]] static Result<TokenData> read_text(const std::string& path, uint64_t vocabulary, uint64_t length);

    [[nodiscard]] uint64_t windows() const { return tokens_.size() / (length_ + 1); }
    /// The inputs and targets of `count` windows from number `first` on.
    void windows(uint64_t first, uint64_t count, std::span<int32_t> inputs, std::span<int32_t> targets) const;

   private:
    TokenData(std::vector<int32_t> tokens, uint64_t length) : tokens_(std::move(tokens)), length_(length) {}
    [[nodiscard]] static Result<TokenData> checked(const std::string& path, std::vector<int32_t> tokens,
                                                   uint64_t vocabulary, uint64_t length);

    std::vector<int32_t> tokens_;
    uint64_t length_;
};

}  // namespace sky::offload

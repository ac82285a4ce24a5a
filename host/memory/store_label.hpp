#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/memory/session.hpp"
#include "host/memory/status.hpp"

namespace sky::memory {

/// What the image of a store says besides its rows; text, so that it can be read in the file:
///
///     label   = "skytrack store 1\n" "generation " number "\n" setting* "note " number "\n" byte{number}
///     setting = name " " number "\n"      every value of SessionConfig, in the order of store_label.cpp
struct StoreLabel {
    uint64_t generation = 0;  ///< of the image, one more with each that is written
    SessionConfig config;
    std::string note;  ///< of whoever made the store, any bytes

    [[nodiscard]] std::string text() const;
    static Result<StoreLabel> parse(std::string_view text);
};

}  // namespace sky::memory

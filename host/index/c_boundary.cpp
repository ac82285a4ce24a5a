#include "host/index/c_boundary.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>

namespace sky::index::c {
namespace {

/// Longer messages are cut, so that a failure never needs memory. Paths take up to 4,096 bytes of one.
constexpr size_t kMessageBytes = 4096 + 512;
thread_local std::array<char, kMessageBytes> last_message{};

}  // namespace

skytrack_status fail(skytrack_status code, std::string_view message) noexcept {
    size_t at = 0;
    const auto add = [&](char c) {
        if (at + 1 < kMessageBytes) last_message[at++] = c;
    };
    // What was wrong and what to do stand on lines of their own.
    for (const char c : message) {
        if (c == '\n') {
            add(';');
            add(' ');
        } else {
            add(c);
        }
    }
    last_message[at] = '\0';
    return code;
}

skytrack_status missing(const char* what) noexcept {
    std::array<char, 64> message{};
    const std::string_view tail = " is NULL";
    const size_t size = std::min(std::strlen(what), message.size() - tail.size());
    std::copy_n(what, size, message.begin());
    std::copy(tail.begin(), tail.end(), message.begin() + size);
    return fail(SKYTRACK_INVALID_ARGUMENT, {message.data(), size + tail.size()});
}

skytrack_status fail_with_exception() noexcept {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return fail(SKYTRACK_NO_MEMORY, "the host has no memory left");
    } catch (const std::exception& error) {
        return fail(SKYTRACK_INTERNAL, error.what());
    } catch (...) {
        return fail(SKYTRACK_INTERNAL, "something unknown was thrown");
    }
}

skytrack_status check_buffer(const void* buffer, size_t capacity) noexcept {
    return buffer == nullptr && capacity != 0 ? missing("buffer, but not its capacity,") : SKYTRACK_OK;
}

skytrack_status give_value(const Bytes& value, void* buffer, size_t capacity, size_t* length) noexcept {
    if (length != nullptr) *length = value.size();
    if (value.size() > capacity)
        return fail(SKYTRACK_BUFFER_TOO_SMALL, "the value is longer than the buffer; its length was stored");
    if (!value.empty()) std::memcpy(buffer, value.data(), value.size());
    return SKYTRACK_OK;
}

}  // namespace sky::index::c

const char* skytrack_error_message(void) { return sky::index::c::last_message.data(); }

const char* skytrack_status_name(skytrack_status status) {
    switch (status) {
        case SKYTRACK_OK: return "SKYTRACK_OK";
        case SKYTRACK_NOT_FOUND: return "SKYTRACK_NOT_FOUND";
        case SKYTRACK_INVALID_ARGUMENT: return "SKYTRACK_INVALID_ARGUMENT";
        case SKYTRACK_BAD_CONFIG: return "SKYTRACK_BAD_CONFIG";
        case SKYTRACK_TOO_LONG: return "SKYTRACK_TOO_LONG";
        case SKYTRACK_FULL: return "SKYTRACK_FULL";
        case SKYTRACK_BUFFER_TOO_SMALL: return "SKYTRACK_BUFFER_TOO_SMALL";
        case SKYTRACK_FILE: return "SKYTRACK_FILE";
        case SKYTRACK_NOT_DURABLE: return "SKYTRACK_NOT_DURABLE";
        case SKYTRACK_IN_USE: return "SKYTRACK_IN_USE";
        case SKYTRACK_CORRUPT: return "SKYTRACK_CORRUPT";
        case SKYTRACK_NO_MEMORY: return "SKYTRACK_NO_MEMORY";
        case SKYTRACK_INTERNAL: return "SKYTRACK_INTERNAL";
        case SKYTRACK_BROKEN: return "SKYTRACK_BROKEN";
        default: return "unknown status";
    }
}

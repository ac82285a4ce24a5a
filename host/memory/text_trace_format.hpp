#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sky::memory {

inline constexpr uint32_t kTraceLineBytes = 64;  ///< of memory: what one request of a text trace stands for

/// What one line of a text trace asks for: the line of memory that holds `address`.
struct LineRequest {
    bool write = false;
    uint64_t address = 0;
    std::array<std::byte, kTraceLineBytes> bytes{};  ///< to be written; only when the format has_data
};

/// What is wrong with a line: the text it is about, and what was expected in its place.
struct LineProblem {
    std::string what;
    std::string_view text;
    std::string expected;
};

using Fields = std::span<const std::string_view>;

/// One format of text traces; a trace is of one format from its first request to its end.
struct TextTraceFormat {
    std::string_view name;
    std::string_view good_line;
    bool has_data;                     ///< else the reader makes up what is written
    bool (*recognises)(Fields first);  ///< whether the first request has an operation of this format in its place
    std::optional<LineProblem> (*parse)(std::string_view line, Fields fields, LineRequest& request);
};

extern const TextTraceFormat kNvmainText;     ///< CYCLE OP ADDR DATA [OLD] THREAD, of NVMain and RTSim
extern const TextTraceFormat kRamulatorText;  ///< LD ADDR, ST ADDR: the load and store trace of Ramulator 2
extern const TextTraceFormat kDramsimText;    ///< ADDR OP CYCLE, of DRAMsim3

inline constexpr std::array<const TextTraceFormat*, 3> kTextTraceFormats{&kNvmainText, &kRamulatorText,
                                                                         &kDramsimText};

/// "nvmain: 17 W ...; ramulator: LD ...": a good line of each format.
[[nodiscard]] std::string good_lines();

/// All of `text` as a number, without sign or prefix.
template <typename Number>
bool parse_number(std::string_view text, int base, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

/// Takes off 0x or 0X; whether there was one.
inline bool take_hex_prefix(std::string_view& text) {
    const bool has = text.starts_with("0x") || text.starts_with("0X");
    if (has) text.remove_prefix(2);
    return has;
}

/// That a line of `fields` has another number of fields than `expected` says.
[[nodiscard]] LineProblem wrong_field_count(std::string_view line, Fields fields, std::string expected);

}  // namespace sky::memory

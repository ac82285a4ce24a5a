#include "host/index/kv_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "host/memory/printable.hpp"
#include "host/memory/text_trace_format.hpp"

namespace sky::index {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kGoodLine = "insert 0x1f40 64";
constexpr size_t kMaxLineChars = 4096;
constexpr size_t kMaxFields = 4;  // one more than any line has
constexpr uint64_t kLinesBetweenAsking = 1 << 16;
constexpr std::array kKinds{OperationKind::kInsert, OperationKind::kRead, OperationKind::kUpdate,
                            OperationKind::kErase, OperationKind::kScan};

struct Problem {
    std::string what;
    std::string expected;
};

/// Splits at blanks, as far as there is room.
std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos && fields.size() < kMaxFields;) {
        const size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
        fields.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(kBlanks, end);
    }
    return fields;
}

std::optional<uint64_t> parse_number(std::string_view text) {
    const int base = memory::take_hex_prefix(text) ? 16 : 10;
    uint64_t number = 0;
    if (!memory::parse_number(text, base, number)) return std::nullopt;
    return number;
}

std::optional<OperationKind> parse_kind_of_operation(std::string_view text) {
    for (const OperationKind kind : kKinds)
        if (text == to_string(kind)) return kind;
    return std::nullopt;
}

/// The number behind the key: bytes of a put, entries of a scan.
std::optional<Problem> parse_length(std::string_view text, Operation& operation) {
    const std::optional<uint64_t> number = parse_number(text);
    if (puts_a_value(operation.kind)) {
        if (!number || *number > KvTrace::kMaxValueBytes)
            return Problem{"bad length of a value", fmt::format("0 to {} bytes", KvTrace::kMaxValueBytes)};
        operation.value_bytes = static_cast<uint32_t>(*number);
        return {};
    }
    if (operation.kind != OperationKind::kScan)
        return Problem{fmt::format("{} takes a key only", to_string(operation.kind)), "no number behind the key"};
    constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
    if (!number || *number < 1 || *number > kMost)
        return Problem{"bad length of a scan", fmt::format("1 to {} entries", kMost)};
    operation.scan_entries = static_cast<uint32_t>(*number);
    return {};
}

std::optional<Problem> parse_line(std::string_view line, Operation& operation) {
    const std::vector<std::string_view> fields = fields_of(line);
    const std::optional<OperationKind> kind = parse_kind_of_operation(fields[0]);
    if (!kind) return Problem{"unknown operation", "insert, read, update, delete or scan"};
    operation.kind = *kind;
    if (fields.size() < 2) return Problem{"the key is missing", "an operation, a key and sometimes a number"};
    if (fields.size() == kMaxFields) return Problem{"too many fields", "an operation, a key and sometimes a number"};
    const std::optional<uint64_t> key = parse_number(fields[1]);
    if (!key) return Problem{"bad key", "a number of 64 bits, decimal or in hex behind 0x"};
    operation.key = *key;
    return fields.size() == 2 ? std::nullopt : parse_length(fields[2], operation);
}

class Parser {
   public:
    Parser(memory::ByteSource& source, uint32_t value_bytes, const std::function<bool()>& go_on)
        : source_(source), value_bytes_(value_bytes), go_on_(go_on) {
        trace_.name = source.name();
    }

    Result<KvTrace> run() {
        for (;;) {
            const Result<bool> line = read_line();
            if (!line.ok()) return line.status();
            if (!line.value()) break;
            if (Status status = add_line(); !status.ok()) return status;
        }
        if (!trace_.operations.empty()) return std::move(trace_);
        return Status::error(
            fmt::format("{}: the trace is empty: it has no operation\nexpected at least one line, for example: {}",
                        source_.name(), kGoodLine));
    }

   private:
    [[nodiscard]] Status wrong(const Problem& problem) const {
        return Status::error(fmt::format("{}:{}: {}: '{}'\nexpected {}; a good line: {}", source_.name(),
                                         line_number_, problem.what, memory::printable(line_), problem.expected,
                                         kGoodLine));
    }

    /// False at the end.
    Result<bool> read_line() {
        line_.clear();
        ++line_number_;
        if (go_on_ && line_number_ % kLinesBetweenAsking == 0 && !go_on_())
            return Status::error(
                fmt::format("{}:{}: reading was stopped\nstart again", source_.name(), line_number_));
        int c = source_.get();
        const bool over = c < 0;
        for (; c >= 0 && c != '\n'; c = source_.get()) {
            if (line_.size() == kMaxLineChars)
                return wrong({"the line is too long", fmt::format("at most {} characters", kMaxLineChars)});
            line_ += static_cast<char>(c);
        }
        if (!source_.status().ok()) return source_.status();
        return !over;
    }

    Status add_line() {
        const std::string_view line = std::string_view(line_).substr(0, line_.find('#'));
        if (line.find_first_not_of(kBlanks) == std::string_view::npos) return {};
        Operation operation{.record = line_number_,
                            .version = static_cast<uint32_t>(trace_.operations.size() + 1),
                            .value_bytes = value_bytes_,
                            .scan_entries = KvTrace::kScanEntries};
        if (const auto problem = parse_line(line, operation)) return wrong(*problem);
        if (operation.version == 0)
            return wrong({"too many operations", fmt::format("at most {}", std::numeric_limits<uint32_t>::max())});
        if (puts_a_value(operation.kind) &&
            (trace_.longest_value_line == 0 || operation.value_bytes > trace_.longest_value_bytes)) {
            trace_.longest_value_bytes = operation.value_bytes;
            trace_.longest_value_line = line_number_;
        }
        trace_.scans |= operation.kind == OperationKind::kScan;
        trace_.operations.push_back(operation);
        return {};
    }

    memory::ByteSource& source_;
    uint32_t value_bytes_;
    const std::function<bool()>& go_on_;
    uint64_t line_number_ = 0;
    std::string line_;
    KvTrace trace_;
};

}  // namespace

Result<KvTrace> KvTrace::read(memory::ByteSource& source, uint32_t value_bytes, const std::function<bool()>& go_on) {
    return Parser(source, value_bytes, go_on).run();
}

}  // namespace sky::index

#include "host/regfile/qemu_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "host/memory/byte_source.hpp"
#include "host/memory/printable.hpp"

namespace sky::regfile {

namespace {

using memory::ByteSource;

constexpr std::string_view kTrace = "Trace ";
constexpr std::string_view kStopped = "Stopped execution of TB chain before 0x";
constexpr const char* kGoodLine =
    "Trace 0: 0x7f32d4000100 [0000000000000000/00000000000100e8/00207600/00000200] main";
constexpr const char* kHowToMake = "make one: qemu-riscv64 -d exec,nochain -D FILE ELF";

constexpr uint32_t kCountMask = 0x1ff;  // of CFLAGS
constexpr uint32_t kNotChained = 0x200;
constexpr uint64_t kMostThreads = 1 << 16;
constexpr uint64_t kBetweenAdvances = 1 << 20;  // blocks

constexpr std::array<int8_t, 256> kHexDigits = [] {
    std::array<int8_t, 256> digits{};
    digits.fill(-1);
    for (uint8_t i = 0; i < 10; ++i) digits[size_t{'0'} + i] = static_cast<int8_t>(i);
    for (uint8_t i = 0; i < 6; ++i) digits[size_t{'a'} + i] = digits[size_t{'A'} + i] = static_cast<int8_t>(10 + i);
    return digits;
}();

/// A line, taken apart from its beginning on.
class Fields {
   public:
    explicit Fields(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

    bool text(std::string_view expected) {
        if (static_cast<size_t>(end_ - at_) < expected.size() ||
            std::memcmp(at_, expected.data(), expected.size()) != 0)
            return false;
        at_ += expected.size();
        return true;
    }
    bool hex(uint64_t& value) {
        const char* const begin = at_;
        uint64_t sum = 0;
        for (; at_ != end_; ++at_) {
            const int8_t digit = kHexDigits[static_cast<unsigned char>(*at_)];
            if (digit < 0) break;
            sum = sum << 4 | static_cast<uint64_t>(digit);
        }
        value = sum;
        return at_ != begin && at_ - begin <= 16;
    }
    bool decimal(uint64_t& value) {
        const char* const begin = at_;
        value = 0;
        for (; at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - begin < 8; ++at_)
            value = 10 * value + static_cast<uint64_t>(*at_ - '0');
        return at_ != begin;
    }

   private:
    const char* at_;
    const char* end_;
};

struct TraceLine {
    uint64_t cpu = 0;
    uint64_t pc = 0;
    std::optional<uint64_t> cflags;  // none in older logs
};

std::optional<TraceLine> trace_in(std::string_view line) {
    Fields fields(line);
    TraceLine out;
    uint64_t unused = 0;
    if (!fields.text(kTrace) || !fields.decimal(out.cpu) || !fields.text(": 0x") || !fields.hex(unused) ||
        !fields.text(" [") || !fields.hex(unused) || !fields.text("/") || !fields.hex(out.pc) || !fields.text("/"))
        return std::nullopt;
    fields.text("0x");  // so older ones wrote the flags
    if (!fields.hex(unused)) return std::nullopt;
    if (fields.text("/")) {
        if (!fields.hex(unused)) return std::nullopt;
        out.cflags = unused;
    }
    return fields.text("]") ? std::optional(out) : std::nullopt;
}

std::optional<uint64_t> stopped_in(std::string_view line) {
    Fields fields(line);
    uint64_t host = 0;
    uint64_t pc = 0;
    const bool good =
        fields.text(kStopped) && fields.hex(host) && fields.text(" [") && fields.hex(pc) && fields.text("]");
    return good ? std::optional(pc) : std::nullopt;
}

/// Counts steps: a few nanoseconds for one that came shortly before.
class StepCounts {
   public:
    using Step = QemuLog::Step;

    void add(const Step& step, uint64_t line) {
        Step& slot = recent_[(step.from >> 1 ^ step.to << 3) % kRecent];
        if (slot.from != step.from || slot.to != step.to || slot.most != step.most ||
            slot.interrupts != step.interrupts) {
            spill(slot);
            slot = step;
            slot.count = 0;
            slot.line = line;
        }
        ++slot.count;
    }

    [[nodiscard]] std::vector<Step> sorted() {
        for (Step& slot : recent_) spill(slot);
        std::vector<Step> out;
        out.reserve(counts_.size());
        for (const auto& [key, step] : counts_) out.push_back(step);
        std::sort(out.begin(), out.end(), [](const Step& a, const Step& b) {
            return std::tie(a.from, a.to, a.most, a.interrupts) < std::tie(b.from, b.to, b.most, b.interrupts);
        });
        return out;
    }

   private:
    static constexpr uint32_t kRecent = 8192;

    struct Key {
        uint64_t from = 0;
        uint64_t to = 0;
        uint32_t kind = 0;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        size_t operator()(const Key& key) const {
            constexpr uint64_t kMix = 0x9e3779b97f4a7c15;
            return ((key.from * kMix ^ key.to) * kMix ^ key.kind) * kMix;
        }
    };

    void spill(Step& slot) {
        if (slot.count == 0) return;
        const auto [found, is_new] = counts_.try_emplace(
            {.from = slot.from, .to = slot.to, .kind = slot.most << 1 | (slot.interrupts ? 1U : 0U)}, slot);
        if (!is_new) {
            found->second.count += slot.count;
            found->second.line = std::min(found->second.line, slot.line);
        }
        slot.count = 0;
    }

    std::vector<Step> recent_{kRecent};
    std::unordered_map<Key, Step, Hash> counts_;
};

class Reader {
   public:
    Reader(ByteSource& source, const QemuLogConfig& config) : source_(source), config_(config) {
        out_.name = source.name();
    }

    Result<QemuLog> read() {
        std::vector<char> buffer(size_t{1} << 20);
        size_t kept = 0;  // the beginning of a line whose end was not read yet
        for (;;) {
            if (kept == buffer.size()) return wrong({buffer.data(), kept}, "the line is too long");
            const size_t got = source_.read(std::span(buffer).subspan(kept));
            if (got == 0) break;
            const std::string_view text(buffer.data(), kept + got);
            size_t begin = 0;
            for (size_t end = 0; (end = text.find('\n', begin)) != std::string_view::npos; begin = end + 1)
                if (Status status = line(text.substr(begin, end - begin)); !status.ok()) return status;
            kept = text.size() - begin;
            std::memmove(buffer.data(), buffer.data() + begin, kept);
        }
        if (!source_.status().ok()) return source_.status();
        if (kept != 0) {
            ++line_;
            return wrong({buffer.data(), kept}, "the log is cut off in its last line");
        }
        return finished();
    }

   private:
    struct Thread {
        QemuLog::Point at;
        bool seen = false;
        bool stopped = false;  // the block at `at` has not begun
    };

    [[nodiscard]] Status wrong(std::string_view line, const std::string& what,
                               const std::string& remedy = kHowToMake) const {
        return Status::error(fmt::format("{}:{}: {}: '{}'\nexpected such a line: {}\n{}", out_.name, line_, what,
                                         memory::printable(line), kGoodLine, remedy));
    }

    Status line(std::string_view text) {
        ++line_;
        const std::optional<TraceLine> trace = trace_in(text);
        if (!trace) return other_line(text);
        if (trace->cflags && (*trace->cflags & kNotChained) == 0) return chained(text);
        if (trace->cpu >= kMostThreads) return wrong(text, "no such thread");
        if (trace->pc % 2 != 0) return wrong(text, "no instruction has an odd address");
        if (trace->cpu >= threads_.size()) threads_.resize(trace->cpu + 1);
        const auto most = static_cast<uint32_t>(trace->cflags.value_or(0) & kCountMask);
        begins(threads_[trace->cpu],
               {.pc = trace->pc, .most = most == 0 ? QemuLog::kMostInstructions : most, .line = line_});
        last_cpu_ = trace->cpu;
        if (++out_.blocks % kBetweenAdvances == 0 && config_.advance && !config_.advance(out_.blocks))
            return Status::error(fmt::format("{}:{}: reading was stopped\nstart again", out_.name, line_));
        return {};
    }

    void begins(Thread& thread, const QemuLog::Point& next) {
        if (!thread.seen) {
            out_.first.push_back(next);
        } else if (!thread.stopped || thread.at.pc != next.pc) {
            const QemuLog::Step step{
                .from = thread.at.pc, .to = next.pc, .most = thread.at.most, .interrupts = thread.stopped};
            counts_.add(step, line_);
            if (config_.step) config_.step(step);
        }
        thread = {.at = next, .seen = true, .stopped = false};
    }

    Status other_line(std::string_view text) {
        if (text.starts_with("Linking TBs")) return chained(text);
        const std::optional<uint64_t> pc = stopped_in(text);
        if (!pc) return wrong(text, "no line of such a log");
        // Of several threads any may have come between.
        const auto begun = [&pc](const Thread& thread) {
            return thread.seen && !thread.stopped && thread.at.pc == *pc;
        };
        if (last_cpu_ < threads_.size() && begun(threads_[last_cpu_])) return stop(threads_[last_cpu_]);
        const auto other = std::find_if(threads_.begin(), threads_.end(), begun);
        if (other == threads_.end()) return wrong(text, "no thread has come to this block");
        return stop(*other);
    }

    Status stop(Thread& thread) {
        thread.stopped = true;
        --out_.blocks;
        return {};
    }

    [[nodiscard]] Status chained(std::string_view text) const {
        return wrong(text, "the log was written without nochain: many blocks run without a line");
    }

    Result<QemuLog> finished() {
        if (out_.blocks == 0)
            return Status::error(fmt::format("{}: the log is empty: no block has run\n{}", out_.name, kHowToMake));
        for (const Thread& thread : threads_)
            if (thread.seen && !thread.stopped) out_.last.push_back(thread.at);
        out_.steps = counts_.sorted();
        return std::move(out_);
    }

    ByteSource& source_;
    const QemuLogConfig& config_;
    QemuLog out_;
    StepCounts counts_;
    std::vector<Thread> threads_;
    uint64_t last_cpu_ = 0;
    uint64_t line_ = 0;
};

}  // namespace

Result<QemuLog> read_qemu_log(const std::string& path, const QemuLogConfig& config) {
    Result<std::unique_ptr<ByteSource>> source = ByteSource::open(path);
    if (!source.ok()) return source.status();
    return Reader(*source.value(), config).read();
}

}  // namespace sky::regfile

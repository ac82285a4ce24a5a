#include "host/regfile/chances_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "host/memory/byte_source.hpp"
#include "host/memory/new_file.hpp"
#include "host/memory/printable.hpp"
#include "host/regfile/json_file.hpp"

namespace sky::regfile {

namespace {

constexpr const char* kGoodLine = "0x80000010 0x80000004 0.9";
constexpr double kRounding = 1e-6;
constexpr size_t kMostChars = 200;  // of a line

std::optional<double> probability_in(const std::string& text) {
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || !(value >= 0 && value <= 1)) return std::nullopt;
    return value;
}

class Reader {
   public:
    Reader(memory::ByteSource& source, const Code& code) : source_(source), code_(code) {}

    Result<Chances> read() {
        std::string line;
        for (int c = source_.get(); c >= 0; c = source_.get()) {
            if (c != '\n') {
                line += static_cast<char>(c);
                if (line.size() <= kMostChars) continue;
                ++number_;
                return wrong(line, "the line is too long");
            }
            if (Status status = take(line); !status.ok()) return status;
            line.clear();
        }
        if (!source_.status().ok()) return source_.status();
        if (Status status = take(line); !status.ok()) return status;
        if (Status status = check_sums(); !status.ok()) return status;
        return std::move(out_);
    }

   private:
    [[nodiscard]] Status wrong(const std::string& line, const std::string& what) const {
        return Status::error(fmt::format(
            "{}:{}: {}: '{}'\nexpected an instruction, where it goes (or end), and how often, such as: {}",
            source_.name(), number_, what, memory::printable(line), kGoodLine));
    }

    Status take(const std::string& line) {
        ++number_;
        std::istringstream fields(line.substr(0, line.find('#')));
        std::string from_text;
        std::string to_text;
        std::string share_text;
        std::string more;
        if (!(fields >> from_text)) return {};
        if (!(fields >> to_text >> share_text) || fields >> more) return wrong(line, "the line has not three fields");
        const std::optional<uint64_t> from = parse_address(from_text);
        const std::optional<double> share = probability_in(share_text);
        if (!from) return wrong(line, "the first field is no address");
        if (!share) return wrong(line, "the last field is no number from 0 to 1");
        const std::optional<Operation> operation = code_.at(*from);
        if (!operation) return wrong(line, "the program has no instruction there");
        lines_[*from] = number_;
        Departing& departing = out_[*from];
        if (to_text == "end") {
            if (departing.ends != 0) return wrong(line, "the same is said twice");
            departing.ends = *share;
            return {};
        }
        const std::optional<uint64_t> to = parse_address(to_text);
        if (!to) return wrong(line, "the second field is neither an address nor 'end'");
        return add(line, departing, *from, *operation, {.to = *to, .probability = *share});
    }

    Status add(const std::string& line, Departing& departing, uint64_t from, const Operation& operation,
               const Chance& chance) const {
        for (const Chance& other : departing.to)
            if (other.to == chance.to) return wrong(line, "the same is said twice");
        const bool target = operation.flow == Flow::kBranch || operation.flow == Flow::kJump;
        if (target && chance.to != operation.target)
            return wrong(line, fmt::format("the instruction goes to {:#x}{}", operation.target,
                                           operation.flow == Flow::kBranch ? ", or falls through" : ""));
        if (operation.flow == Flow::kNext && chance.to != from + operation.length)
            return wrong(line, "the instruction goes to the next one");
        if (!code_.at(chance.to)) return wrong(line, "the program has no instruction where it goes");
        departing.to.push_back(chance);
        return {};
    }

    /// Scales those of jumps, which are rounded, to 1.
    Status check_sums() {
        for (auto& [from, departing] : out_) {
            double sum = departing.ends;
            for (const Chance& chance : departing.to) sum += chance.probability;
            const bool falls = code_.at(from)->falls_through();
            if (sum > 1 + kRounding || (!falls && sum < 1 - kRounding))
                return Status::error(
                    fmt::format("{}:{}: of the instruction at {:#x} {} are said\nexpected {}1 in all", source_.name(),
                                lines_.at(from), from, sum, falls ? "at most " : ""));
            if (falls && sum <= 1) continue;
            departing.ends /= sum;
            for (Chance& chance : departing.to) chance.probability /= sum;
        }
        return {};
    }

    memory::ByteSource& source_;
    const Code& code_;
    Chances out_;
    std::map<uint64_t, uint64_t> lines_;  // of each instruction the last one
    uint64_t number_ = 0;
};

}  // namespace

Result<Chances> load_chances(const std::string& path, const Code& code) {
    const Result<std::unique_ptr<memory::ByteSource>> source = memory::ByteSource::open(path);
    if (!source.ok()) return source.status();
    return Reader(*source.value(), code).read();
}

Status save_chances(const std::string& path, const Chances& chances, const Code& code) {
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path);
    if (!file.ok()) return file.status();
    file.value()->write("# instruction  goes to     of the times it is executed\n");
    for (const auto& [from, departing] : chances) {
        const std::optional<Operation> operation = code.at(from);
        // Without a line a branch would be taken half of the times.
        if (departing.to.empty() && operation && operation->flow == Flow::kBranch)
            file.value()->write(fmt::format("{:#010x}     {:#010x}  0\n", from, operation->target));
        for (const Chance& chance : departing.to)
            file.value()->write(fmt::format("{:#010x}     {:#010x}  {}\n", from, chance.to, chance.probability));
        if (departing.ends != 0)
            file.value()->write(fmt::format("{:#010x}     end         {}\n", from, departing.ends));
    }
    return file.value()->commit();
}

}  // namespace sky::regfile

#include "host/index/change_log.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "host/index/bits.hpp"

namespace sky::index {
namespace {

constexpr uint32_t kMagic = 0x534b5949;  // "SKYI"
constexpr uint32_t kVersion = 1;
constexpr uint32_t kSuperblockWords = 4;
constexpr uint32_t kFrameHead = 2;
constexpr uint32_t kCountBits = 32;
/// A generation is replaced when it is so many times longer than what it began with, and not shorter than this.
constexpr uint64_t kLongGeneration = 4;
constexpr uint64_t kShortGeneration = 1024;

/// Lines behind the end of the log in which a frame would show that it is no end but damage.
constexpr uint32_t kLookAhead = 8;

using SuperblockWords = std::array<uint64_t, kSuperblockWords>;

uint32_t checksum(std::span<const uint64_t> words) {
    uLong crc = crc32(0, nullptr, 0);
    for (const uint64_t word : words) {
        std::array<Bytef, kWordBytes> bytes;  // NOLINT: filled here
        for (uint32_t i = 0; i < kWordBytes; ++i) bytes[i] = static_cast<Bytef>(word >> (8 * i));
        crc = crc32(crc, bytes.data(), kWordBytes);
    }
    return static_cast<uint32_t>(crc);
}

SuperblockWords encode(const Superblock& s) {
    uint64_t mechanisms = 0;
    const auto infos = mechanism_infos();
    for (size_t i = 0; i < infos.size(); ++i)
        if ((*s.config.mechanisms).*infos[i].flag) mechanisms |= bit(static_cast<uint32_t>(i));
    SuperblockWords words{};
    words[0] =
        uint64_t{kMagic} << 32 | uint64_t{kVersion} << 24 | uint64_t{static_cast<uint8_t>(s.kind)} << 16 | mechanisms;
    words[1] = uint64_t{s.config.node_tracks} << 48 | uint64_t{s.config.fanout} << 40 |
               uint64_t{s.config.index_bits} << 32 | uint64_t{s.config.max_value_bytes} << 16 |
               std::min<uint64_t>(s.config.flush_children, 0xffff);
    words[2] = uint64_t{s.epoch} << 32 | s.nodes;
    words[3] = checksum(std::span(words).first(kSuperblockWords - 1));
    return words;
}

std::optional<Superblock> decode(const SuperblockWords& words) {
    if (words[3] != checksum(std::span(words).first(kSuperblockWords - 1))) return std::nullopt;
    if (words[0] >> 24 != (uint64_t{kMagic} << 8 | kVersion)) return std::nullopt;
    const auto field = [&](uint32_t word, uint32_t low, uint32_t bits) {
        return static_cast<uint32_t>(words[word] >> low & low_bits(bits));
    };
    Superblock s{.kind = static_cast<Kind>(field(0, 16, 8)), .epoch = field(2, 32, 32), .nodes = field(2, 0, 32)};
    if (field(0, 16, 8) >= kinds().size()) return std::nullopt;
    s.config = {.node_tracks = field(1, 48, 16),
                .fanout = field(1, 40, 8),
                .max_value_bytes = field(1, 16, 16),
                .index_bits = field(1, 32, 8),
                .flush_children = field(1, 0, 16),
                .durable = true,
                .mechanisms = Mechanisms{}};
    const auto infos = mechanism_infos();
    for (uint32_t i = 0; i < infos.size(); ++i) (*s.config.mechanisms).*infos[i].flag = (words[0] >> i & 1) != 0;
    return s;
}

}  // namespace

std::optional<Superblock> read_superblock(memory::MemorySession& session) {
    if (session.geometry().segments < 2 * kSuperblockWords) return std::nullopt;
    const memory::Finished& done =
        session.execute({.op = memory::Op::kRead, .seg_mask = low_bits(2 * kSuperblockWords)});
    if (done.status != memory::RspStatus::kOk) throw memory::WordRefused(done.status);
    std::optional<Superblock> newest;
    for (size_t copy = 0; copy < 2; ++copy) {
        SuperblockWords words{};
        std::copy_n(done.words.begin() + static_cast<std::ptrdiff_t>(copy * kSuperblockWords), kSuperblockWords,
                    words.begin());
        const std::optional<Superblock> found = decode(words);
        if (found && (!newest || found->epoch > newest->epoch)) newest = found;
    }
    return newest;
}

bool ChangeLog::append(std::span<const uint64_t> records) {
    const uint64_t end = at_ + kFrameHead + records.size();
    if (end > half_words()) return false;
    if (end > std::max(kShortGeneration, kLongGeneration * first_words_)) return false;
    write_frame(records);
    return true;
}

void ChangeLog::begin_generation(const Superblock& superblock, std::span<const uint64_t> records) {
    superblock_ = superblock;
    ++superblock_.epoch;
    ++generations_;
    at_ = 0;
    number_ = 0;
    write_frame(records);
    first_words_ = at_;
    write_superblock();
}

/// Behind what is there; one pass for each line.
void ChangeLog::write_frame(std::span<const uint64_t> records) {
    std::vector<uint64_t> frame(kFrameHead);
    frame.insert(frame.end(), records.begin(), records.end());
    frame[1] = uint64_t{superblock_.epoch} << 32 | number_++;
    frame[0] = uint64_t{checksum(std::span(frame).subspan(1))} << 32 | records.size();
    ++frames_;
    LineWords words;
    for (const uint64_t word : frame) {
        const auto segment = static_cast<uint32_t>(at_ % layout_->segments);
        words.set(segment, word);
        ++at_;
        if (segment + 1 < layout_->segments) continue;
        io_->write(half() + static_cast<LineId>((at_ - 1) / layout_->segments), words, Cause::kLog);
        words.mask = 0;
    }
    io_->write(half() + static_cast<LineId>(at_ / layout_->segments), words, Cause::kLog);
}

/// Over the older one, so that there is always one that is whole.
void ChangeLog::write_superblock() {
    const SuperblockWords encoded = encode(superblock_);
    LineWords words;
    for (uint32_t i = 0; i < kSuperblockWords; ++i)
        words.set(superblock_.epoch % 2 * kSuperblockWords + i, encoded[i]);
    io_->write(0, words, Cause::kLog);
}

/// Words of a half of the log, each line read once as long as no other one is asked for.
class ChangeLog::Reader {
   public:
    Reader(LineIo& io, LineId half, uint32_t segments) : io_(io), half_(half), segments_(segments) {}

    uint64_t operator[](uint64_t at) {
        const LineId line = half_ + static_cast<LineId>(at / segments_);
        if (loaded_ != line) io_.read(line, low_bits(segments_), words_, Cause::kRecovery);
        loaded_ = line;
        return words_.at[at % segments_];
    }

   private:
    LineIo& io_;
    LineId half_;
    uint32_t segments_;
    std::optional<LineId> loaded_;
    LineWords words_;
};

/// The frame that begins there, if its length, checksum and epoch are right.
std::optional<std::vector<uint64_t>> ChangeLog::frame_at(Reader& words, uint64_t at) const {
    if (at + kFrameHead > half_words()) return std::nullopt;
    const uint64_t head = words[at];
    const uint64_t count = head & low_bits(kCountBits);
    if (words[at + 1] >> 32 != superblock_.epoch || at + kFrameHead + count > half_words()) return std::nullopt;
    std::vector<uint64_t> frame(kFrameHead + count);
    for (uint64_t i = 0; i < frame.size(); ++i) frame[i] = words[at + i];
    if (head >> 32 != checksum(std::span(frame).subspan(1))) return std::nullopt;
    return frame;
}

Status ChangeLog::replay(const Superblock& superblock,
                         const std::function<std::string(const ChangeRecord&)>& replay) {
    superblock_ = superblock;
    Reader words(*io_, half(), layout_->segments);
    const auto number_of = [](const std::vector<uint64_t>& frame) { return static_cast<uint32_t>(frame[1]); };
    for (;;) {
        const std::optional<std::vector<uint64_t>> frame = frame_at(words, at_);
        if (!frame || number_of(*frame) != number_) break;
        for (std::span<const uint64_t> rest = std::span(*frame).subspan(kFrameHead); !rest.empty();) {
            const ChangeRecord record = next_record(rest);
            std::string why = record.change == Change::kNone ? "a record makes no sense" : replay(record);
            if (!why.empty()) return Status::error(fmt::format("frame {} of the log: {}", number_, why));
        }
        at_ += frame->size();
        if (number_++ == 0) first_words_ = at_;
    }
    if (number_ == 0) return Status::error("the log is damaged: it has no frame of the epoch of the superblock");
    const uint64_t look_end = at_ + uint64_t{kLookAhead} * layout_->segments;
    for (uint64_t at = at_; at < look_end; ++at)
        if (const auto behind = frame_at(words, at); behind && number_of(*behind) > number_)
            return Status::error(fmt::format("the log is damaged: frame {} is not right, and frame {} follows it",
                                             number_, number_of(*behind)));
    return {};
}

}  // namespace sky::index

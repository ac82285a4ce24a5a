#include "host/offload/io/location_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "host/offload/io/crc32c.hpp"
#include "host/offload/io/layout.hpp"

namespace sky::offload {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

constexpr std::array<char, 8> kSuperblockMagic{'S', 'K', 'Y', 'O', 'F', 'F', 'L', 'D'};
constexpr std::array<char, 8> kTableMagic{'S', 'K', 'Y', 'T', 'A', 'B', 'L', 'E'};
constexpr uint64_t kTableHeadBytes = 8 + 16 + 8 + 8 + 4 + 4;  // magic, uuid, sequence, tensors, devices, checksum

/// Puts values one behind the other.
class Writer {
   public:
    explicit Writer(std::span<std::byte> bytes) : left_(bytes) {}

    template <typename T>
    void put(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        std::memcpy(left_.data(), &value, sizeof value);
        left_ = left_.subspan(sizeof value);
    }
    void put(const std::string& text) {
        put(static_cast<uint32_t>(text.size()));
        std::memcpy(left_.data(), text.data(), text.size());
        left_ = left_.subspan(text.size());
    }

   private:
    std::span<std::byte> left_;
};

/// Takes them again; ok() is false once there were not enough bytes.
class Reader {
   public:
    explicit Reader(std::span<const std::byte> bytes) : left_(bytes) {}

    template <typename T>
    T take() {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        if (!has(sizeof value)) return value;
        std::memcpy(&value, left_.data(), sizeof value);
        left_ = left_.subspan(sizeof value);
        return value;
    }
    std::string text() {
        const uint64_t length = take<uint32_t>();
        if (!has(length)) return {};
        std::string value(reinterpret_cast<const char*>(left_.data()), length);
        left_ = left_.subspan(length);
        return value;
    }
    bool has(uint64_t bytes) {
        ok_ = ok_ && bytes <= left_.size();
        return ok_;
    }
    [[nodiscard]] bool ok() const { return ok_; }

   private:
    std::span<const std::byte> left_;
    bool ok_ = true;
};

/// Of all bytes, those of the checksum itself at `at` taken for zeros.
uint32_t checksum_without(std::span<const std::byte> bytes, size_t at) {
    std::vector<std::byte> copy(bytes.begin(), bytes.end());
    std::memset(copy.data() + at, 0, sizeof(uint32_t));
    return crc32c(copy);
}

bool begins_with(std::span<const std::byte> bytes, const std::array<char, 8>& magic) {
    return std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

constexpr size_t kSuperblockChecksumAt = kBlockBytes - sizeof(uint32_t);
constexpr size_t kTableChecksumAt = kTableHeadBytes - sizeof(uint32_t);

}  // namespace

std::string to_string(const Uuid& uuid) {
    std::string text;
    for (size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
        text += fmt::format("{:02x}", uuid[i]);
    }
    return text;
}

void Superblock::encode(std::span<std::byte> block) const {
    std::memset(block.data(), 0, block.size());
    Writer writer(block);
    writer.put(kSuperblockMagic);
    writer.put(kStoreFormat);
    writer.put(device);
    writer.put(devices);
    writer.put(uint32_t{0});
    writer.put(uuid);
    writer.put(stripe_bytes);
    writer.put(table_bytes);
    writer.put(device_bytes);
    writer.put(run_id);
    const uint32_t checksum = checksum_without(block, kSuperblockChecksumAt);
    std::memcpy(block.data() + kSuperblockChecksumAt, &checksum, sizeof checksum);
}

bool Superblock::is_one(std::span<const std::byte> block) { return begins_with(block, kSuperblockMagic); }

Result<Superblock> Superblock::decode(std::span<const std::byte> block, const std::string& place) {
    if (!is_one(block))
        return Status::error(
            fmt::format("{} holds no store: its first block is no superblock\nname the device of a store, "
                        "or make one there",
                        place));
    const uint32_t found = checksum_without(block, kSuperblockChecksumAt);
    const auto written = Reader(block.subspan(kSuperblockChecksumAt)).take<uint32_t>();
    if (found != written)
        return Status::error(
            fmt::format("the superblock of {} is damaged: its checksum is {:08x}, and {:08x} was "
                        "written\nrestore the device from a copy, or make the store anew",
                        place, found, written));
    Reader reader(block);
    (void)reader.take<std::array<char, 8>>();
    const auto format = reader.take<uint32_t>();
    if (format != kStoreFormat)
        return Status::error(
            fmt::format("{} holds a store of format {}, and this program knows format {}\nuse the program "
                        "that made it",
                        place, format, kStoreFormat));
    Superblock superblock;
    superblock.device = reader.take<uint32_t>();
    superblock.devices = reader.take<uint32_t>();
    (void)reader.take<uint32_t>();
    superblock.uuid = reader.take<Uuid>();
    superblock.stripe_bytes = reader.take<uint64_t>();
    superblock.table_bytes = reader.take<uint64_t>();
    superblock.device_bytes = reader.take<uint64_t>();
    superblock.run_id = reader.text();
    return superblock;
}

uint64_t table_bytes_of(std::span<const TensorSpec> tensors, uint64_t stripe_bytes, uint32_t devices) {
    uint64_t bytes = kTableHeadBytes;
    for (const TensorSpec& tensor : tensors)
        bytes += sizeof(uint32_t) + tensor.name.size() + 2 * sizeof(uint64_t) + sizeof(uint32_t) +
                 uint64_t{2} * devices * sizeof(uint64_t) + stripes_of(tensor.bytes, stripe_bytes) * sizeof(Stripe);
    return padded(bytes);
}

void LocationTable::encode(const Uuid& uuid, const Layout& layout, std::span<std::byte> bytes) const {
    std::memset(bytes.data(), 0, bytes.size());
    Writer writer(bytes);
    writer.put(kTableMagic);
    writer.put(uuid);
    writer.put(sequence);
    writer.put(static_cast<uint64_t>(tensors.size()));
    writer.put(layout.devices());
    writer.put(uint32_t{0});
    for (size_t i = 0; i < tensors.size(); ++i) {
        writer.put(tensors[i].spec.name);
        writer.put(tensors[i].spec.bytes);
        writer.put(tensors[i].generation);
        writer.put(layout.locations[i].first_device);
        for (const Extent& extent : layout.locations[i].extents) {
            writer.put(extent.lba);
            writer.put(extent.bytes);
        }
        for (const Stripe& stripe : tensors[i].stripes) writer.put(stripe);
    }
    const uint32_t checksum = checksum_without(bytes, kTableChecksumAt);
    std::memcpy(bytes.data() + kTableChecksumAt, &checksum, sizeof checksum);
}

Result<LocationTable> LocationTable::decode(std::span<const std::byte> bytes, const Superblock& superblock,
                                            const std::string& place) {
    Reader reader(bytes);
    const Status damaged = Status::error(place + " is damaged or was never written");
    if (!begins_with(bytes, kTableMagic)) return damaged;
    (void)reader.take<std::array<char, 8>>();
    const auto uuid = reader.take<Uuid>();
    LocationTable table;
    table.sequence = reader.take<uint64_t>();
    const auto count = reader.take<uint64_t>();
    const auto devices = reader.take<uint32_t>();
    if (uuid != superblock.uuid || devices != superblock.devices ||
        reader.take<uint32_t>() != checksum_without(bytes, kTableChecksumAt))
        return damaged;
    for (uint64_t i = 0; i < count && reader.ok(); ++i) {
        TensorRecord record;
        record.spec.name = reader.text();
        record.spec.bytes = reader.take<uint64_t>();
        record.generation = reader.take<uint64_t>();
        (void)reader.take<uint32_t>();  // locations follow from the sizes: make_layout()
        for (uint64_t skipped = 0; skipped < uint64_t{2} * devices; ++skipped) (void)reader.take<uint64_t>();
        const uint64_t stripes = stripes_of(record.spec.bytes, superblock.stripe_bytes);
        if (!reader.has(stripes)) break;
        record.stripes.resize(stripes);
        for (Stripe& stripe : record.stripes) stripe = reader.take<Stripe>();
        table.tensors.push_back(std::move(record));
    }
    if (!reader.ok()) return damaged;
    return table;
}

}  // namespace sky::offload

#include "host/offload/io/direct_store.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/crc32c.hpp"
#include "host/offload/io/device.hpp"
#include "host/offload/io/layout.hpp"
#include "host/offload/io/mover.hpp"
#include "host/offload/io/range.hpp"

namespace sky::offload {

namespace {

using Devices = std::vector<std::unique_ptr<Device>>;

/// What a transfer under way knows of its tensor.
struct Moving {
    size_t tensor = 0;
    uint64_t first_stripe = 0;
    uint64_t generation = 0;
    std::vector<Stripe> stripes;  // read: as they should be; write: with the new checksums
};

class Store : public DirectStore {
   public:
    Store(Devices devices, Superblock superblock, const DirectOptions& options)
        : options_(options), devices_(std::move(devices)), superblock_(std::move(superblock)) {
        std::vector<int> files;
        for (const auto& device : devices_) files.push_back(device->file());
        mover_ = std::make_unique<Mover>(options.io, std::move(files));
    }

    Status begin(std::span<const TensorSpec> tensors, Layout layout);
    Status load();

    [[nodiscard]] const std::vector<TensorSpec>& tensors() const override { return specs_; }
    [[nodiscard]] uint64_t unit_bytes() const override { return layout_.stripe_bytes; }
    std::future<Status> start_read(size_t tensor, uint64_t offset, std::span<std::byte> to) override;
    std::future<Status> start_write(size_t tensor, uint64_t offset, std::span<const std::byte> from) override;
    Status flush() override;
    [[nodiscard]] StoreStatistics statistics() const override { return with_opened(mover_->statistics()); }
    [[nodiscard]] const Uuid& uuid() const override { return superblock_.uuid; }
    [[nodiscard]] uint64_t generation(size_t tensor) const override {
        const std::lock_guard lock(mutex_);
        return table_.tensors[tensor].generation;
    }

   private:
    [[nodiscard]] StoreStatistics with_opened(StoreStatistics statistics) const {
        statistics.opened = devices_.size();
        return statistics;
    }
    [[nodiscard]] std::string place(uint32_t device) const;
    [[nodiscard]] std::string place(size_t tensor, uint64_t stripe) const;
    /// Of the pieces of that transfer.
    [[nodiscard]] std::function<std::string(const Piece&)> namer(const std::shared_ptr<Moving>& moving) const {
        return
            [this, moving](const Piece& piece) { return place(moving->tensor, moving->first_stripe + piece.number); };
    }
    [[nodiscard]] std::vector<Piece> pieces(size_t tensor, uint64_t first, uint64_t stripes, std::byte* data) const;
    Result<std::shared_ptr<Moving>> begin_read(size_t tensor, uint64_t first, uint64_t stripes);
    Result<std::shared_ptr<Moving>> begin_write(size_t tensor, uint64_t first, uint64_t stripes);
    void end_read(const Moving& moving);
    void end_write(const Moving& moving, bool ok);
    [[nodiscard]] Status check(const Moving& moving, const Piece& piece) const;
    Status move_own(bool write, uint32_t device, uint64_t offset, std::span<std::byte> data, const std::string& what);
    Status sync_devices() const;
    Status write_table();
    Status load_superblock(uint32_t device);
    Status load_table();
    Status adopt(LocationTable table);

    DirectOptions options_;
    Devices devices_;
    Superblock superblock_;
    Layout layout_;
    std::vector<TensorSpec> specs_;

    mutable std::mutex mutex_;
    LocationTable table_;
    std::vector<std::vector<uint32_t>> readers_;  // of every stripe
    uint64_t under_way_ = 0;

    std::unique_ptr<Mover> mover_;  // ends first: its calls come here
};

std::string Store::place(uint32_t device) const { return fmt::format("'{}'", devices_[device]->path()); }

std::string Store::place(size_t tensor, uint64_t stripe) const {
    const Extent extent = layout_.stripe(tensor, stripe, specs_[tensor].bytes);
    return fmt::format("tensor '{}' on '{}', LBA {}, {} bytes", specs_[tensor].name, devices_[extent.device]->path(),
                       extent.lba, extent.bytes);
}

std::vector<Piece> Store::pieces(size_t tensor, uint64_t first, uint64_t stripes, std::byte* data) const {
    std::vector<Piece> all;
    all.reserve(stripes);
    for (uint64_t i = 0; i < stripes; ++i) {
        const Extent extent = layout_.stripe(tensor, first + i, specs_[tensor].bytes);
        all.push_back({.file = devices_[extent.device]->file(),
                       .offset = extent.lba * kBlockBytes,
                       .data = data + i * layout_.stripe_bytes,
                       .bytes = static_cast<uint32_t>(extent.bytes),
                       .number = i});
    }
    return all;
}

Result<std::shared_ptr<Moving>> Store::begin_read(size_t tensor, uint64_t first, uint64_t stripes) {
    const std::lock_guard lock(mutex_);
    const TensorRecord& record = table_.tensors[tensor];
    for (uint64_t stripe = first; stripe < first + stripes; ++stripe) {
        const StripeState state = record.stripes[stripe].state;
        if (state == StripeState::kNever)
            return Status::error(fmt::format("{} was never written\nwrite it first", place(tensor, stripe)));
        if (state == StripeState::kLost)
            return Status::error(fmt::format(
                "{} holds nothing that is known: its last write failed, or is under way\nwrite the tensor again",
                place(tensor, stripe)));
    }
    auto moving = std::make_shared<Moving>(
        Moving{.tensor = tensor, .first_stripe = first, .generation = record.generation, .stripes = {}});
    const auto begin = record.stripes.begin() + static_cast<ptrdiff_t>(first);
    moving->stripes.assign(begin, begin + static_cast<ptrdiff_t>(stripes));
    for (uint64_t stripe = first; stripe < first + stripes; ++stripe) ++readers_[tensor][stripe];
    ++under_way_;
    return moving;
}

Result<std::shared_ptr<Moving>> Store::begin_write(size_t tensor, uint64_t first, uint64_t stripes) {
    const std::lock_guard lock(mutex_);
    TensorRecord& record = table_.tensors[tensor];
    for (uint64_t stripe = first; stripe < first + stripes; ++stripe)
        if (readers_[tensor][stripe] > 0)
            return Status::error(
                fmt::format("{} is being read or written\nwait for that first", place(tensor, stripe)));
    auto moving = std::make_shared<Moving>(
        Moving{.tensor = tensor, .first_stripe = first, .generation = ++record.generation, .stripes = {}});
    for (uint64_t stripe = first; stripe < first + stripes; ++stripe) {
        Stripe& now = record.stripes[stripe];
        moving->stripes.push_back({.state = options_.checksums ? StripeState::kGood : StripeState::kUnchecked,
                                   .checksum = 0,
                                   .previous_checksum = now.checksum,
                                   .has_previous = now.state == StripeState::kGood ? 1U : 0U,
                                   .generation = moving->generation});
        now.state = StripeState::kLost;
        ++readers_[tensor][stripe];
    }
    ++under_way_;
    return moving;
}

void Store::end_read(const Moving& moving) {
    const std::lock_guard lock(mutex_);
    for (uint64_t i = 0; i < moving.stripes.size(); ++i) --readers_[moving.tensor][moving.first_stripe + i];
    --under_way_;
}

void Store::end_write(const Moving& moving, bool ok) {
    const std::lock_guard lock(mutex_);
    for (uint64_t i = 0; i < moving.stripes.size(); ++i) {
        --readers_[moving.tensor][moving.first_stripe + i];
        if (ok) table_.tensors[moving.tensor].stripes[moving.first_stripe + i] = moving.stripes[i];
    }
    --under_way_;
}

Status Store::check(const Moving& moving, const Piece& piece) const {
    const Stripe& expected = moving.stripes[piece.number];
    if (!options_.checksums || expected.state != StripeState::kGood) return {};
    const uint32_t found = crc32c({piece.data, piece.bytes});
    if (found == expected.checksum) return {};
    const bool stale = expected.has_previous != 0 && found == expected.previous_checksum;
    return Status::error(fmt::format(
        "{} is not what generation {} wrote: its checksum is {:08x} and should be {:08x}; {}\nwrite the tensor "
        "again, or "
        "restore it; if that happens again, replace the device",
        place(moving.tensor, moving.first_stripe + piece.number), expected.generation, found, expected.checksum,
        stale ? "it is what lay there before, so the write was lost" : "a write was torn, or bits have changed"));
}

std::future<Status> Store::start_read(size_t tensor, uint64_t offset, std::span<std::byte> to) {
    Result<StripeRange> range = stripes_in(specs_, layout_.stripe_bytes, tensor, offset, to);
    if (!range.ok()) return ready(range.status());
    Result<std::shared_ptr<Moving>> moving = begin_read(tensor, range.value().first, range.value().count);
    if (!moving.ok()) return ready(moving.status());
    std::function<Status(const Piece&)> after;
    if (options_.checksums)
        after = [this, moving = moving.value()](const Piece& piece) { return check(*moving, piece); };
    return mover_->start({.write = false,
                          .pieces = pieces(tensor, range.value().first, range.value().count, to.data()),
                          .where = namer(moving.value()),
                          .before = {},
                          .after = std::move(after),
                          .at_end = [this, moving = moving.value()](bool) { end_read(*moving); }});
}

std::future<Status> Store::start_write(size_t tensor, uint64_t offset, std::span<const std::byte> from) {
    Result<StripeRange> range = stripes_in(specs_, layout_.stripe_bytes, tensor, offset, from);
    if (!range.ok()) return ready(range.status());
    Result<std::shared_ptr<Moving>> moving = begin_write(tensor, range.value().first, range.value().count);
    if (!moving.ok()) return ready(moving.status());
    auto* const data = const_cast<std::byte*>(from.data());  // only read
    std::function<void(const Piece&)> before;
    if (options_.checksums)
        before = [moving = moving.value()](const Piece& piece) {
            moving->stripes[piece.number].checksum = crc32c({piece.data, piece.bytes});
        };
    return mover_->start({.write = true,
                          .pieces = pieces(tensor, range.value().first, range.value().count, data),
                          .where = namer(moving.value()),
                          .before = std::move(before),
                          .after = {},
                          .at_end = [this, moving = moving.value()](bool ok) { end_write(*moving, ok); }});
}

/// A block or table of the store itself.
Status Store::move_own(bool write, uint32_t device, uint64_t offset, std::span<std::byte> data,
                       const std::string& what) {
    std::vector<Piece> all;
    constexpr uint64_t kPieceBytes = uint64_t{1} << 20;
    for (uint64_t at = 0; at < data.size(); at += kPieceBytes)
        all.push_back({.file = devices_[device]->file(),
                       .offset = offset + at,
                       .data = data.data() + at,
                       .bytes = static_cast<uint32_t>(std::min(kPieceBytes, data.size() - at)),
                       .number = 0});
    return mover_
        ->start({.write = write,
                 .pieces = std::move(all),
                 .where =
                     [&](const Piece& piece) {
                         return fmt::format("{} on {}, LBA {}, {} bytes", what, place(device),
                                            piece.offset / kBlockBytes, piece.bytes);
                     },
                 .before = {},
                 .after = {},
                 .at_end = [](bool) {}})
        .get();
}

Status Store::sync_devices() const {
    for (const auto& device : devices_)
        if (Status status = device->sync(); !status.ok()) return status;
    return {};
}

Status Store::write_table() {
    const AlignedBuffer bytes(layout_.table_bytes);
    table_.encode(superblock_.uuid, layout_, bytes.span());
    const auto copy = static_cast<uint32_t>(table_.sequence % 2);
    if (Status status = move_own(true, 0, layout_.table_offset(copy), bytes.span(), "the location table");
        !status.ok())
        return status;
    // A table that did not arrive is found now, not when it is needed.
    const AlignedBuffer again(layout_.table_bytes);
    std::memset(again.data(), 0, again.size());
    if (Status status = devices_[0]->sync(); !status.ok()) return status;
    if (Status status = move_own(false, 0, layout_.table_offset(copy), again.span(), "the location table");
        !status.ok())
        return status;
    if (std::memcmp(bytes.data(), again.data(), bytes.size()) == 0) return {};
    return Status::error(
        fmt::format("the location table on {}, LBA {}, is not what was just written\nflush again; if that "
                    "happens again, replace the device",
                    place(0), layout_.table_offset(copy) / kBlockBytes));
}

Status Store::flush() {
    {
        const std::lock_guard lock(mutex_);
        if (under_way_ > 0)
            return Status::error(
                fmt::format("{} transfers are under way\nwait for them before the flush", under_way_));
        ++table_.sequence;
    }
    if (Status status = sync_devices(); !status.ok()) return status;
    Status status = write_table();
    if (!status.ok()) {
        const std::lock_guard lock(mutex_);
        --table_.sequence;  // the other copy stays the good one
    }
    return status;
}

Status Store::begin(std::span<const TensorSpec> tensors, Layout layout) {
    layout_ = std::move(layout);
    for (const TensorSpec& tensor : tensors) {
        const uint64_t stripes = stripes_of(tensor.bytes, layout_.stripe_bytes);
        table_.tensors.push_back({.spec = tensor, .generation = 0, .stripes = std::vector<Stripe>(stripes)});
        specs_.push_back(tensor);
        readers_.emplace_back(stripes, 0);
    }
    if (Status status = flush(); !status.ok()) return status;
    // A store is there once all of its superblocks are.
    const AlignedBuffer block(kBlockBytes);
    for (uint32_t device = 0; device < devices_.size(); ++device) {
        superblock_.device = device;
        superblock_.device_bytes = layout_.device_bytes[device];
        superblock_.encode(block.span());
        if (Status status = move_own(true, device, 0, block.span(), "the superblock"); !status.ok()) return status;
    }
    if (Status status = sync_devices(); !status.ok()) return status;
    for (const auto& device : devices_) device->keep();
    return {};
}

Status Store::load_superblock(uint32_t device) {
    const AlignedBuffer block(kBlockBytes);
    if (Status status = move_own(false, device, 0, block.span(), "the superblock"); !status.ok()) return status;
    const Result<Superblock> read = Superblock::decode(block.span(), place(device));
    if (!read.ok()) return read.status();
    const Superblock& found = read.value();
    if (device == 0) superblock_ = found;
    if (found.uuid != superblock_.uuid)
        return Status::error(fmt::format("{} belongs to store {}, and {} to store {}\nname the devices of one store",
                                         place(0), to_string(superblock_.uuid), place(device),
                                         to_string(found.uuid)));
    if (found.device != device || found.devices != devices_.size())
        return Status::error(
            fmt::format("{} is device {} of {} of its store, and stands at place {} of {}\nname all devices "
                        "in the order in which the store was made",
                        place(device), found.device, found.devices, device, devices_.size()));
    if (devices_[device]->bytes() < found.device_bytes)
        return Status::error(
            fmt::format("{} is too small: the store needs {} bytes of it, and it has {}\nrestore the device",
                        place(device), found.device_bytes, devices_[device]->bytes()));
    if (!options_.run_id.empty() && options_.run_id != found.run_id)
        return Status::error(
            fmt::format("{} belongs to run '{}', and run '{}' was asked for\nname the store of that run",
                        place(device), found.run_id, options_.run_id));
    return {};
}

Status Store::adopt(LocationTable table) {
    table_ = std::move(table);
    specs_.clear();
    readers_.clear();
    for (TensorRecord& record : table_.tensors) {
        specs_.push_back(record.spec);
        readers_.emplace_back(record.stripes.size(), 0);
    }
    Result<Layout> layout = make_layout(specs_, superblock_.stripe_bytes, superblock_.devices);
    if (!layout.ok() || layout.value().table_bytes != superblock_.table_bytes)
        return Status::error(
            fmt::format("the location table on {} does not fit its superblock\nmake the store anew", place(0)));
    layout_ = std::move(layout.value());
    return {};
}

/// The newer of the two copies that is whole.
Status Store::load_table() {
    const AlignedBuffer bytes(superblock_.table_bytes);
    LocationTable newest;
    bool found = false;
    for (uint32_t copy = 0; copy < 2; ++copy) {
        const uint64_t offset = kBlockBytes + copy * superblock_.table_bytes;
        const std::string what = fmt::format("copy {} of the location table", copy);
        Status status = move_own(false, 0, offset, bytes.span(), what);
        Result<LocationTable> table =
            status.ok()
                ? LocationTable::decode(bytes.span(), superblock_,
                                        fmt::format("{} on {}, LBA {},", what, place(0), offset / kBlockBytes))
                : Result<LocationTable>(status);
        if (!table.ok()) {
            if (options_.io.log) options_.io.log(table.status().message());
            continue;
        }
        if (!found || table.value().sequence > newest.sequence) newest = std::move(table.value());
        found = true;
    }
    if (!found)
        return Status::error(
            fmt::format("both copies of the location table on {} are damaged\nrestore the device from a "
                        "copy, or make the store anew",
                        place(0)));
    return adopt(std::move(newest));
}

Status Store::load() {
    for (uint32_t device = 0; device < devices_.size(); ++device)
        if (Status status = load_superblock(device); !status.ok()) return status;
    return load_table();
}

Status check_options(const DirectOptions& options) {
    if (options.run_id.size() > kMaxRunIdBytes)
        return Status::error(
            fmt::format("the run id '{}' is too long\ntake {} bytes at most", options.run_id, kMaxRunIdBytes));
    return check_depth(options.io.depth);
}

}  // namespace

Result<std::unique_ptr<DirectStore>> DirectStore::make(std::span<const TensorSpec> tensors,
                                                       const DirectOptions& options) {
    if (Status status = check_options(options); !status.ok()) return status;
    Result<Layout> layout = make_layout(tensors, options.stripe_bytes, static_cast<uint32_t>(options.devices.size()));
    if (!layout.ok()) return layout.status();
    Superblock superblock;
    if (getrandom(superblock.uuid.data(), superblock.uuid.size(), 0) != static_cast<ssize_t>(superblock.uuid.size()))
        return Status::error(
            fmt::format("no random numbers for the id of the store: {}\ntry again", std::strerror(errno)));
    superblock.run_id = options.run_id;
    superblock.devices = layout.value().devices();
    superblock.stripe_bytes = options.stripe_bytes;
    superblock.table_bytes = layout.value().table_bytes;
    Result<Devices> devices = Device::make(
        options.devices, layout.value().device_bytes,
        {.allow_block_devices = options.allow_block_devices, .replace = options.replace, .stop = options.stop});
    if (!devices.ok()) return devices.status();
    auto store = std::make_unique<Store>(std::move(devices.value()), std::move(superblock), options);
    if (Status status = store->begin(tensors, std::move(layout.value())); !status.ok()) return status;
    return std::unique_ptr<DirectStore>(std::move(store));
}

Result<std::unique_ptr<DirectStore>> DirectStore::open(const DirectOptions& options) {
    if (Status status = check_options(options); !status.ok()) return status;
    if (options.devices.empty()) return Status::error("no device is named\nname the devices of the store");
    Devices devices;
    for (const std::string& path : options.devices) {
        Result<std::unique_ptr<Device>> device =
            Device::open(path, {.allow_block_devices = options.allow_block_devices, .replace = false, .stop = {}});
        if (!device.ok()) return device.status();
        devices.push_back(std::move(device.value()));
    }
    auto store = std::make_unique<Store>(std::move(devices), Superblock{}, options);
    if (Status status = store->load(); !status.ok()) return status;
    return std::unique_ptr<DirectStore>(std::move(store));
}

}  // namespace sky::offload

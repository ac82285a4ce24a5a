#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "host/memory/image.hpp"
#include "host/memory/session.hpp"
#include "host/memory/stored_rows.hpp"

namespace sky::memory {

void MemorySession::observe_pulses(const model::PulseObserver& /*observer*/) {
    throw std::logic_error("MemorySession::observe_pulses: the session does not work by pulses");
}

void MemorySession::each_row(const std::function<void(const StoredRow&)>& visit) {
    drain();
    each_stored_row(visit);
}

Status MemorySession::save_image(const std::string& path) {
    Result<std::unique_ptr<ImageWriter>> image = ImageWriter::create(path, geometry());
    if (!image.ok()) return image.status();
    save_image(*image.value());
    return image.value()->close();
}

void MemorySession::save_image(ImageWriter& image) {
    each_row([&](const StoredRow& row) { image.add(row); });
}

std::string MemorySession::objection(uint64_t row, int32_t offset) const {
    const Geometry& g = geometry();
    if (row >= g.rows() && config_.backend == Backend::kRtl)
        return fmt::format(
            "row {} is past the end of the Verilated array, which has {} rows\nuse --backend fast or tlm", row,
            g.rows());
    const auto most = static_cast<int32_t>(g.depth());
    const int32_t least = g.mapping() == Mapping::kBit ? -most : 0;
    if (offset < least || offset > most)
        return fmt::format("row {} rests at offset {}, where the controller leaves none\nexpected one from {} to {}",
                           row, offset, least, most);
    if (offset != 0 && config_.policy.return_policy == ReturnPolicy::kHome)
        return fmt::format(
            "row {} rests at offset {}, but the return policy of this memory is home\n"
            "use --set controller.return_policy=stay",
            row, offset);
    return {};
}

Status MemorySession::load_image(const std::string& path, const std::function<bool()>& stop,
                                 const ShapingOptions& shaping) {
    if (used_) throw std::logic_error("MemorySession::load_image: after a request or another image");
    Result<std::unique_ptr<ImageReader>> image =
        ImageReader::open(path, geometry(),
                          {.objection = [this](const StoredRow& row) { return objection(row.row, row.offset); },
                           .stop = stop,
                           .shaping = shaping});
    if (!image.ok()) return image.status();
    used_ = true;
    for (StoredRow row;;) {
        const Result<bool> more = image.value()->next(row);
        if (!more.ok()) return more.status();
        if (!more.value()) return {};
        if (!blank(row)) set_stored_row(row);
    }
}

}  // namespace sky::memory

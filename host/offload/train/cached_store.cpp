#include "host/offload/train/cached_store.hpp"

#include <array>
#include <cstring>
#include <string_view>

#include "host/offload/io/range.hpp"
#include "host/offload/train/device.hpp"
#include "host/offload/train/gradient_sums.hpp"

namespace sky::offload {

namespace {

/// Of a store that holds nothing: a stripe of sums.
constexpr uint64_t kUnitBytes = kSumElements * sizeof(float);

class CachedStore : public TensorStore {
   public:
    CachedStore(std::span<const TensorSpec> tensors, std::unique_ptr<TensorStore> others)
        : specs_(tensors.begin(), tensors.end()), others_(std::move(others)), places_(specs_.size()) {}

    Status keep(const std::vector<bool>& kept) {
        uint64_t bytes = 0;
        size_t other = 0;
        for (size_t i = 0; i < specs_.size(); ++i) {
            places_[i] = {.kept = kept[i], .at = kept[i] ? bytes : other};
            if (kept[i])
                bytes += padded(specs_[i].bytes);
            else
                ++other;
        }
        Result<std::unique_ptr<Pages>> pages = Pages::map("the part of the store that is kept in memory", bytes);
        if (!pages.ok()) return pages.status();
        pages_ = std::move(pages.value());
        return {};
    }

    [[nodiscard]] const std::vector<TensorSpec>& tensors() const override { return specs_; }
    [[nodiscard]] uint64_t unit_bytes() const override { return others_ ? others_->unit_bytes() : kUnitBytes; }

    std::future<Status> start_read(size_t tensor, uint64_t offset, std::span<std::byte> to) override {
        const Place& place = places_[tensor];
        if (!place.kept) return others_->start_read(place.at, offset, to);
        const Result<StripeRange> range = stripes_in(specs_, unit_bytes(), tensor, offset, to);
        if (!range.ok()) return ready(range.status());
        std::memcpy(to.data(), pages_->data() + place.at + offset, to.size());
        return ready({});
    }
    std::future<Status> start_write(size_t tensor, uint64_t offset, std::span<const std::byte> from) override {
        const Place& place = places_[tensor];
        if (!place.kept) return others_->start_write(place.at, offset, from);
        const Result<StripeRange> range = stripes_in(specs_, unit_bytes(), tensor, offset, from);
        if (!range.ok()) return ready(range.status());
        std::memcpy(pages_->data() + place.at + offset, from.data(), from.size());
        return ready({});
    }
    Status flush() override { return others_ ? others_->flush() : Status(); }
    /// Of what really moved.
    [[nodiscard]] StoreStatistics statistics() const override {
        return others_ ? others_->statistics() : StoreStatistics{};
    }

   private:
    struct Place {
        bool kept = false;
        uint64_t at = 0;  // in the pages, or among the others
    };

    std::vector<TensorSpec> specs_;
    std::unique_ptr<TensorStore> others_;
    std::vector<Place> places_;
    std::unique_ptr<Pages> pages_;
};

}  // namespace

std::vector<bool> kept_tensors(std::span<const TensorSpec> tensors, uint64_t bytes) {
    // Weights move three times a step, all others twice.
    constexpr std::array<std::string_view, 3> kEndings{".weight", ".gradient", ".pmv"};
    std::vector<bool> kept(tensors.size(), false);
    for (const std::string_view ending : kEndings)
        for (size_t i = 0; i < tensors.size(); ++i) {
            if (!tensors[i].name.ends_with(ending)) continue;
            // In this order, and none out of its turn: then more memory never keeps less.
            if (padded(tensors[i].bytes) > bytes) return kept;
            bytes -= padded(tensors[i].bytes);
            kept[i] = true;
        }
    return kept;
}

Result<std::unique_ptr<TensorStore>> make_cached_store(std::span<const TensorSpec> tensors,
                                                       const std::vector<bool>& kept,
                                                       std::unique_ptr<TensorStore> others) {
    auto store = std::make_unique<CachedStore>(tensors, std::move(others));
    if (Status s = store->keep(kept); !s.ok()) return s;
    return std::unique_ptr<TensorStore>(std::move(store));
}

}  // namespace sky::offload

#include "host/offload/train/in_memory.hpp"

#include <algorithm>

#include "host/offload/train/device.hpp"
#include "host/offload/train/gradient_sums.hpp"

namespace sky::offload {

namespace {

/// Elements that a thread steps at once: several blocks of the optimizer.
constexpr uint64_t kStepElements = 16 * kOptimizerBlock;

/// Where each tensor begins, in elements, and how many they are together.
uint64_t places(const Decoder& decoder, std::vector<uint64_t>& begin) {
    uint64_t elements = 0;
    for (const Parameter& parameter : decoder.parameters) {
        begin.push_back(elements);
        elements += round_up(parameter.elements(), kCacheLineBytes / sizeof(float));
    }
    return elements;
}

class InMemory : public Residence {
   public:
    InMemory(const Decoder& decoder, Workers& workers) : decoder_(&decoder), workers_(&workers), sums_(decoder) {}

    Status reserve() {
        const uint64_t elements = places(*decoder_, begin_);
        Result<std::unique_ptr<Pages>> pages =
            Pages::map("weights, gradients and optimizer states", in_memory_bytes(*decoder_));
        if (!pages.ok()) return pages.status();
        pages_ = std::move(pages.value());
        auto* const all = reinterpret_cast<float*>(pages_->data());
        for (size_t part = 0; part < parts_.size(); ++part) parts_[part] = all + part * elements;
        return {};
    }

    Status begin(const Source& source) override {
        for (uint32_t t = 0; t < begin_.size(); ++t)
            if (Status s = source(t, 0, of(kWeights, t)); !s.ok()) return s;
        return {};
    }

    Status begin_unit(uint32_t /*unit*/) override { return {}; }
    Status end_unit(uint32_t /*unit*/) override { return {}; }
    Status end_use(const Use& /*use*/) override { return {}; }
    Result<WeightPiece> next_piece(const Use& use) override {
        WeightPiece piece{.first_block = 0, .blocks = decoder_->parameters[use.first].blocks()};
        piece.data[0] = std::as_bytes(of(kWeights, use.first)).data();
        if (use.second != kNoParameter) piece.data[1] = std::as_bytes(of(kWeights, use.second)).data();
        return piece;
    }

    Status begin_gradient(const GradientUse& use) override {
        gradient_ = use.tensor;
        return {};
    }
    Result<GradientRoom> next_room() override {
        return GradientRoom{.first_block = 0,
                            .blocks = decoder_->parameters[gradient_].blocks(),
                            .data = of(kGradients, gradient_).data()};
    }
    Status end_gradient() override { return {}; }
    Status add_rows(uint32_t tensor, std::span<const uint64_t> rows, const AddRow& add) override {
        const uint64_t width = decoder_->parameters[tensor].columns;
        workers_->run(rows.size(), [&](uint64_t entry, uint32_t) {
            add(entry, of(kGradients, tensor).subspan(rows[entry] * width, width));
        });
        return {};
    }
    void abandon() override {}

    Result<GradientSummary> finish_gradients() override {
        for (uint32_t t = 0; t < begin_.size(); ++t) sums_.take(t, 0, of(kGradients, t), *workers_);
        return sums_.total();
    }

    Status optimize(const AdamWStep& step) override {
        for (uint32_t t = 0; t < begin_.size(); ++t) {
            AdamWStep own = step;
            if (!decoder_->parameters[t].matrix) own.weight_decay = 0;
            const uint64_t elements = decoder_->parameters[t].elements();
            workers_->run(ceil_div(elements, kStepElements), [&](uint64_t piece, uint32_t) {
                const uint64_t at = piece * kStepElements;
                const uint64_t count = std::min(kStepElements, elements - at);
                adamw(of(kWeights, t).subspan(at, count), of(kFirst, t).subspan(at, count),
                      of(kSecond, t).subspan(at, count), of(kGradients, t).subspan(at, count), own);
            });
        }
        return {};
    }

    Status weights(const Take& take) override {
        for (uint32_t t = 0; t < begin_.size(); ++t)
            if (Status s = take(t, 0, of(kWeights, t)); !s.ok()) return s;
        return {};
    }
    [[nodiscard]] Dtype weight_dtype() const override { return Dtype::kFp32; }

   private:
    enum PartOf : size_t { kWeights, kGradients, kFirst, kSecond };

    [[nodiscard]] std::span<float> of(PartOf part, uint32_t tensor) const {
        return {parts_[part] + begin_[tensor], decoder_->parameters[tensor].elements()};
    }

    const Decoder* decoder_;
    Workers* workers_;
    GradientSums sums_;
    std::vector<uint64_t> begin_;  // of each tensor, in elements
    std::unique_ptr<Pages> pages_;
    std::array<float*, 4> parts_{};
    uint32_t gradient_ = 0;
};

}  // namespace

uint64_t in_memory_bytes(const Decoder& decoder) {
    std::vector<uint64_t> begin;
    return 4 * places(decoder, begin) * sizeof(float);  // weights, gradients, first and second moments
}

Result<std::unique_ptr<Residence>> make_in_memory_residence(const Decoder& decoder, Workers& workers) {
    auto residence = std::make_unique<InMemory>(decoder, workers);
    if (Status s = residence->reserve(); !s.ok()) return s;
    return std::unique_ptr<Residence>(std::move(residence));
}

}  // namespace sky::offload

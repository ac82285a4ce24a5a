#include "sysc/model/rv32/skrm_memory.hpp"

#include <array>
#include <stdexcept>

#include "sysc/model/address_map.hpp"
#include "sysc/model/statistics.hpp"

namespace sky::model::rv32 {

namespace {

constexpr uint32_t kWordBytes = 8;

Geometry geometry() {
    return {.sites_per_segment = 64,
            .segments = SkrmMemory::kSegments,
            .overhead_sites = 64,
            .tracks = SkrmMemory::kTracks};
}

Timing timing() { return ghz_timing(skyrmion_costs()); }

Policy policy() { return {.queue_depth = 1, .auto_permutes = false}; }

Command command_at(Op op, uint32_t offset) {
    const BytePlace place = AddressMap(geometry()).place(offset);
    return {.op = op,
            .write_alg = op == Op::kWrite ? WriteAlg::kDcw : WriteAlg::kNaive,
            .row = place.row,
            .seg_mask = uint64_t{1} << place.segment};
}

}  // namespace

SkrmMemory::SkrmMemory() : controller_(geometry(), timing(), policy(), PassEngine::kEvents), driver_(controller_) {}

stats::Group SkrmMemory::statistics(const Counters& counters) {
    return model::statistics(counters, timing(), kWordBytes);
}

void SkrmMemory::reset() {
    controller_.reset();
    driver_.emplace(controller_);
}

void SkrmMemory::advance_to(uint64_t cycle) {
    if (cycle > driver_->cycle()) (void)driver_->advance(cycle - driver_->cycle());
}

const Finished& SkrmMemory::serve(const Command& command, std::span<const uint64_t> data) {
    const Finished* finished = driver_->execute_alone(command, data);
    if (finished == nullptr) {  // a pass that a reset cut is being brought home
        driver_->submit(command, data);
        finished = driver_->advance();
    }
    if (finished == nullptr || finished->status != RspStatus::kOk)
        throw std::logic_error("SK-RM memory: the controller refused a request of the data port");
    return *finished;
}

SkrmPort::Reply SkrmMemory::access(const Access& access) {
    if (access.offset >= kBytes) return {.fault = true};
    advance_to(access.cycle);
    const uint64_t word = serve(command_at(Op::kRead, access.offset), {}).words.at(0);
    const uint32_t shift = access.offset % kWordBytes * 8;
    const uint64_t mask = (uint64_t{1} << (8 * access.bytes)) - 1;
    Reply reply;
    if (access.write) {
        const std::array merged{(word & ~(mask << shift)) | ((access.data & mask) << shift)};
        (void)serve(command_at(Op::kWrite, access.offset), merged);
    } else {
        reply.data = static_cast<uint32_t>(word >> shift & mask);
    }
    // The last beat of the answer was taken in the cycle before this one.
    reply.wait_cycles = driver_->cycle() - access.cycle - 1;
    return reply;
}

uint8_t SkrmMemory::byte(uint32_t offset) const {
    const BytePlace place = AddressMap(geometry()).place(offset);
    return static_cast<uint8_t>(controller_.word(place.row, place.segment) >> (8 * place.byte));
}

}  // namespace sky::model::rv32

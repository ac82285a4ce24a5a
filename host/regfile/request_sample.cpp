#include "host/regfile/request_sample.hpp"

#include <algorithm>

namespace sky::regfile {

namespace {

SampledRequest request_of(uint8_t write, const Operation* reader, bool announced) {
    SampledRequest out{.write = write, .announced = announced};
    if (reader == nullptr) return out;
    for (const uint8_t reg : reader->read_list()) {
        if (reg == write) continue;
        (out.read1 == 0 ? out.read1 : out.read2) = reg;
    }
    return out;
}

}  // namespace

RequestSample::RequestSample(const Code& code, uint64_t total, uint64_t wanted)
    : code_(&code), period_(std::max<uint64_t>(kWindow, total / std::max<uint64_t>(1, wanted / kWindow))) {}

void RequestSample::operator()(uint64_t pc, std::span<const uint8_t> accesses) {
    for (const SampledRequest& request : requests_of(pc, accesses.size()))
        if (seen_++ % period_ < kWindow) requests_.push_back(request);
}

/// Of a piece without a jump but at its end: behind that the core fetches anew, so that nothing is announced.
const std::vector<SampledRequest>& RequestSample::requests_of(uint64_t pc, size_t count) {
    const auto [place, added] = pieces_.try_emplace(pc << 24 | count);
    std::vector<SampledRequest>& requests = place->second;
    if (!added) return requests;
    uint8_t write = 0;
    bool announced = false;
    const auto add = [&](const SampledRequest& request) {
        announced = !request.empty();
        if (announced) requests.push_back(request);
    };
    for (size_t accesses = 0; accesses < count;) {
        const std::optional<Operation> operation = code_->at(pc);
        if (!operation) break;
        add(request_of(write, &*operation, announced));
        write = operation->writes ? operation->access_list().back() : 0;
        accesses += operation->access_list().size();
        pc += operation->length;
    }
    add(request_of(write, nullptr, false));
    return requests;
}

}  // namespace sky::regfile

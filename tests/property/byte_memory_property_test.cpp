// Question: is byte-addressed racetrack memory a plain array of bytes, for any ranges and either write algorithm?
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <vector>

#include "host/memory/byte_memory.hpp"
#include "tests/support/device.hpp"

namespace sky::memory {
namespace {

struct Access {
    bool store;
    uint64_t address;
    uint64_t bytes;
    uint8_t fill;
};

std::ostream& operator<<(std::ostream& out, const Access& access) {
    return out << (access.store ? "store " : "load ") << access.address << " + " << access.bytes;
}

/// Mostly short accesses anywhere, some over several tracks, some past the end.
rc::Gen<Access> any_access(uint64_t capacity) {
    return rc::gen::construct<Access>(
        rc::gen::arbitrary<bool>(), rc::gen::inRange<uint64_t>(0, capacity + 2),
        rc::gen::oneOf(rc::gen::inRange<uint64_t>(0, 20), rc::gen::inRange<uint64_t>(0, capacity + 2)),
        rc::gen::arbitrary<uint8_t>());
}

RC_GTEST_PROP(PropertyByteMemory, EqualsAnArrayOfBytes, ()) {
    const Geometry geometry = *rc::gen::element(test::geometry(64, 32, 3), test::geometry(16, 5, 7),
                                                test::geometry(8, 1, 9), test::geometry(24, 3, 4));
    const WriteAlg alg = *rc::gen::element(WriteAlg::kNaive, WriteAlg::kDcw);
    auto session = MemorySession::start({.geometry = geometry, .timing = test::skyrmion_timing()});
    RC_ASSERT(session.ok());
    ByteMemory memory(*session.value(), alg);
    std::vector<std::byte> reference(memory.capacity_bytes());

    for (const Access& access : *rc::gen::container<std::vector<Access>>(any_access(reference.size()))) {
        const bool fits = access.address + access.bytes <= reference.size();
        std::vector<std::byte> buffer(access.bytes);
        for (size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<std::byte>(access.fill + 31 * i);
        const std::vector<std::byte> given = buffer;
        const auto start = reference.begin() + static_cast<std::ptrdiff_t>(fits ? access.address : 0);
        if (access.store) {
            RC_ASSERT(memory.store(access.address, buffer).ok() == fits);
            if (fits) std::copy(buffer.begin(), buffer.end(), start);
        } else {
            RC_ASSERT(memory.load(access.address, buffer).ok() == fits);
            const bool as_expected = fits ? std::equal(buffer.begin(), buffer.end(), start) : buffer == given;
            RC_ASSERT(as_expected);
        }
    }
    std::vector<std::byte> all(reference.size());
    RC_ASSERT(memory.load(0, all).ok());
    RC_ASSERT(all == reference);
}

}  // namespace
}  // namespace sky::memory
